//! The parts of an Arrow IPC file that say what the bytes between them are.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_ipc::convert::IpcSchemaEncoder;
use arrow_ipc::{Block, FooterBuilder, MessageBuilder, MessageHeader, MetadataVersion, RecordBatchBuilder};
use arrow_schema::{DataType as Arrow, Field as ArrowField, Fields, Schema as ArrowSchema, TimeUnit};
use flatbuffers::FlatBufferBuilder;

use crate::schema::{DataType, Element, Field};

/// What the file starts with: the magic, and the padding that every reader skips.
pub(super) const MAGIC: &[u8; 8] = b"ARROW1\0\0";
/// The end of the stream inside the file.
pub(super) const END_OF_STREAM: &[u8; 8] = &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// The Arrow schema of a column group; each field carries its id under the key `varve.field`.
pub(super) fn schema(fields: &[&Field]) -> ArrowSchema {
    let fields = fields.iter().map(|field| {
        let metadata = HashMap::from([("varve.field".to_owned(), field.id.to_string())]);
        ArrowField::new(&field.name, data_type(&field.data_type), true).with_metadata(metadata)
    });
    ArrowSchema::new(fields.collect::<Vec<_>>())
}

pub(super) fn data_type(data_type: &DataType) -> Arrow {
    match data_type {
        DataType::Text | DataType::Enum { .. } | DataType::Json => Arrow::Utf8,
        DataType::Int => Arrow::Int64,
        DataType::Float { bits: 32 } => Arrow::Float32,
        DataType::Float { .. } => Arrow::Float64,
        DataType::Boolean => Arrow::Boolean,
        DataType::Timestamp => Arrow::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        DataType::Date => Arrow::Date32,
        DataType::Bytes => Arrow::Binary,
        DataType::Vector {
            dimensions, element, ..
        } => {
            let item = match element {
                Element::F32 => Arrow::Float32,
                Element::F16 => Arrow::Float16,
            };
            let item = Arc::new(ArrowField::new("item", item, true));
            Arrow::FixedSizeList(item, i32::try_from(*dimensions).unwrap_or(i32::MAX))
        }
        DataType::List { item } => Arrow::List(Arc::new(ArrowField::new(
            "item",
            self::data_type(&item.data_type),
            true,
        ))),
        DataType::Struct { fields } => {
            let fields = fields
                .iter()
                .map(|f| ArrowField::new(&f.name, self::data_type(&f.data_type), true));
            Arrow::Struct(fields.collect::<Fields>())
        }
    }
}

/// The schema as the first message of the stream.
pub(super) fn schema_message(schema: &ArrowSchema) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let header = IpcSchemaEncoder::new()
        .schema_to_fb_offset(&mut builder, schema)
        .as_union_value();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(MessageHeader::Schema);
    message.add_header(header);
    message.add_bodyLength(0);
    let root = message.finish();
    builder.finish(root, None);
    builder.finished_data().to_vec()
}

/// A record batch's message, without its body. `nodes` are (rows, nulls), `buffers` (offset in the body, length).
pub(super) fn batch_message(rows: i64, nodes: &[(i64, i64)], buffers: &[(i64, i64)], body: i64) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let nodes: Vec<_> = nodes
        .iter()
        .map(|(len, nulls)| arrow_ipc::FieldNode::new(*len, *nulls))
        .collect();
    let nodes = builder.create_vector(&nodes);
    let buffers: Vec<_> = buffers
        .iter()
        .map(|(offset, len)| arrow_ipc::Buffer::new(*offset, *len))
        .collect();
    let buffers = builder.create_vector(&buffers);
    let mut batch = RecordBatchBuilder::new(&mut builder);
    batch.add_length(rows);
    batch.add_nodes(nodes);
    batch.add_buffers(buffers);
    let header = batch.finish().as_union_value();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(MessageHeader::RecordBatch);
    message.add_header(header);
    message.add_bodyLength(body);
    let root = message.finish();
    builder.finish(root, None);
    builder.finished_data().to_vec()
}

/// The end of the file: footer, its length, magic.
pub(super) fn footer(schema: &ArrowSchema, batch: Block) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let dictionaries = builder.create_vector::<Block>(&[]);
    let batches = builder.create_vector(&[batch]);
    let schema = IpcSchemaEncoder::new().schema_to_fb_offset(&mut builder, schema);
    let mut footer = FooterBuilder::new(&mut builder);
    footer.add_version(MetadataVersion::V5);
    footer.add_schema(schema);
    footer.add_dictionaries(dictionaries);
    footer.add_recordBatches(batches);
    let root = footer.finish();
    builder.finish(root, None);
    let mut bytes = builder.finished_data().to_vec();
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(b"ARROW1");
    bytes
}

/// A message with the prefix that frames it, padded so that what follows starts at a multiple of 64 of the file.
pub(super) fn framed(message: &[u8], position: u64) -> Vec<u8> {
    let end = (position + 8 + message.len() as u64).next_multiple_of(64);
    let length = i32::try_from(end - position - 8).unwrap_or(i32::MAX);
    let mut bytes = vec![0xff; 4];
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(message);
    bytes.resize(usize::try_from(end - position).unwrap_or(bytes.len()), 0);
    bytes
}
