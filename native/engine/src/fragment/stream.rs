use std::collections::HashMap;

use arrow_schema::{Field as ArrowField, Schema as ArrowSchema};

use super::arrow;
use super::body::Body;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::format::{ColumnPlace, ColumnStats};
use crate::schema::Field;

/// Rows as an Arrow IPC stream: the schema, any number of batches, the end. Put one behind the other they are a stream
/// that any Arrow reader takes. Every buffer starts at a multiple of 64 bytes of its part.
///
/// Each field carries its type of Varve as JSON under the key `varve.type`, because Arrow has no JSON and no enum.
#[derive(Debug)]
pub struct ArrowStream;

impl ArrowStream {
    /// What follows the last batch.
    pub const END: &[u8] = arrow::END_OF_STREAM;

    /// The part that every stream starts with.
    ///
    /// # Errors
    /// [`crate::error::Code::Internal`].
    pub fn schema(fields: &[Field]) -> Result<Vec<u8>> {
        let fields = fields.iter().map(|field| {
            let kind = serde_json::to_string(&field.data_type).map_err(Error::internal)?;
            let metadata = HashMap::from([("varve.type".to_owned(), kind)]);
            Ok(
                ArrowField::new(&field.name, arrow::data_type(&field.data_type), true)
                    .with_metadata(metadata),
            )
        });
        let schema = ArrowSchema::new(fields.collect::<Result<Vec<_>>>()?);
        Ok(arrow::framed(&arrow::schema_message(&schema), 0))
    }

    /// Writes a batch of `rows` rows behind what is there: each field with its column, in pieces that stand one behind the
    /// other.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; [`crate::error::Code::InvalidArgument`] where a column holds more than 2 GiB.
    pub fn batch(bytes: &mut Vec<u8>, rows: usize, columns: &[(&Field, Vec<Column>)]) -> Result<()> {
        let mut body = Body::default();
        for (field, pieces) in columns {
            let mut place = ColumnPlace {
                field: field.id,
                buffers: Vec::new(),
                items: Vec::new(),
                shadow: None,
                stats: ColumnStats::default(),
            };
            body.column(&field.data_type, &pieces.iter().collect::<Vec<_>>(), &mut place)?;
        }
        let message = arrow::batch_message(rows as i64, &body.nodes, &body.spans, body.length as i64);
        let message = arrow::framed(&message, bytes.len() as u64);
        bytes.reserve(message.len() + usize::try_from(body.length).map_err(Error::internal)?);
        bytes.extend_from_slice(&message);
        for parts in body.parts() {
            parts.iter().for_each(|part| bytes.extend_from_slice(part));
            bytes.resize(bytes.len().next_multiple_of(64), 0);
        }
        Ok(())
    }
}
