import type { DuckDBType } from "@duckdb/node-api";
import { ARROW } from "../support/arrow-types";
import type { ArrowField } from "./arrow-stream";
import { foreignColumn } from "./duckdb-errors";
import type { DuckdbModule } from "./duckdb-module";

/** The longest list of fixed size that DuckDB has. */
const ARRAY_MAX = 100_000;

/** The type of DuckDB that holds a column. */
export function duckdbType(field: ArrowField, api: DuckdbModule): DuckDBType {
  const { typeId, detail, children } = field;
  const [item] = children;
  switch (typeId) {
    case ARROW.int:
      if (detail === 64) return api.BIGINT;
      if (detail === 32) return api.INTEGER;
      break;
    case ARROW.float:
      return detail === 2 ? api.DOUBLE : api.FLOAT;
    case ARROW.utf8:
      return field.isJson ? api.DuckDBVarCharType.create("JSON") : api.VARCHAR;
    case ARROW.bool:
      return api.BOOLEAN;
    case ARROW.date:
      if (detail === 0) return api.DATE;
      break;
    case ARROW.timestamp:
      if (detail === 1) return api.TIMESTAMPTZ;
      break;
    case ARROW.binary:
      return api.BLOB;
    case ARROW.list:
      if (item !== undefined) return api.LIST(duckdbType(item, api));
      break;
    case ARROW.struct:
      return api.STRUCT(Object.fromEntries(children.map((child) => [child.name, duckdbType(child, api)])));
    case ARROW.fixedSizeList:
      if (item?.typeId === ARROW.float && detail <= ARRAY_MAX)
        return api.ARRAY(duckdbType(item, api), detail);
      break;
  }
  throw foreignColumn(field.name);
}
