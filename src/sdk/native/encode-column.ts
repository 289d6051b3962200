// One encoder for each type of column, made once from the schema.

import { type ColumnType, describeType } from "../schema/column-type";
import type { ColumnEncoder } from "./column-encoder";
import { listEncoder, structEncoder } from "./encode-nested";
import {
  bigintEncoder,
  booleanEncoder,
  bytesEncoder,
  dateEncoder,
  enumEncoder,
  float32Encoder,
  floatEncoder,
  intEncoder,
  jsonEncoder,
  textEncoder,
  timestampEncoder,
} from "./encode-scalar";
import { vectorEncoder } from "./encode-vector";

/** The encoder for a type. */
export function encoderFor(type: ColumnType): ColumnEncoder {
  switch (type.kind) {
    case "text":
      return textEncoder;
    case "enum":
      return enumEncoder(new Set(type.values), describeType(type));
    case "json":
      return jsonEncoder;
    case "bytes":
      return bytesEncoder;
    case "int":
      return type.bigint ? bigintEncoder : intEncoder;
    case "float":
      return type.bits === 64 ? floatEncoder : float32Encoder;
    case "boolean":
      return booleanEncoder;
    case "timestamp":
      return timestampEncoder;
    case "date":
      return dateEncoder;
    case "vector":
      return vectorEncoder(type);
    case "list":
      return listEncoder(type.item, encoderFor(type.item.type));
    case "struct":
      return structEncoder(type.fields.map((field) => ({ ...field, encoder: encoderFor(field.type) })));
  }
}
