//! Schemas and batches, written down as values.

use varve_engine::{Batch, ColumnBuilder, Schema, Value};

/// A schema from JSON such as `{"primaryKey": "id", "fields": [{"name": "id", "type": {"kind": "int"}}]}`.
pub(crate) fn schema(json: serde_json::Value) -> Schema {
    serde_json::from_value(json).unwrap()
}

/// Rows of all columns, each in the order of the schema.
pub(crate) fn batch(schema: &Schema, rows: &[Vec<Value>]) -> Batch {
    let column = |at: usize| {
        let field = &schema.fields[at];
        let mut builder = ColumnBuilder::new(&field.data_type);
        rows.iter().for_each(|row| builder.push(&row[at]).unwrap());
        (field.id, builder.finish())
    };
    Batch::new(rows.len(), (0..schema.fields.len()).map(column).collect())
}
