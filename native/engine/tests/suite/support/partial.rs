//! Rows that bring some of their cells: the others are kept from the row that is replaced.

use varve_engine::{Batch, ColumnBuilder, Schema, Value, inside::Bits};

use super::random::Random;
use super::wire::encode_cells;

/// A row; `None` stands for a cell that it does not bring.
pub(crate) type Cells = Vec<Option<Value>>;

/// All cells.
pub(crate) fn all(rows: &[Vec<Value>]) -> Vec<Cells> {
    rows.iter()
        .map(|row| row.iter().cloned().map(Some).collect())
        .collect()
}

/// Takes cells away: of whole columns, or of each row others; never keys.
pub(crate) fn some(random: &mut Random, schema: &Schema, rows: &[Vec<Value>]) -> Vec<Cells> {
    let key = schema.key().map(|field| field.id);
    let (columns, each) = (random.chance(50), random.chance(50));
    let gone: Vec<bool> = schema
        .fields
        .iter()
        .map(|field| Some(field.id) != key && columns && random.chance(30))
        .collect();
    let mut cells = all(rows);
    for row in &mut cells {
        for (at, field) in schema.fields.iter().enumerate() {
            let missing = Some(field.id) != key && each && random.chance(30);
            if gone[at] || missing {
                row[at] = None;
            }
        }
    }
    cells
}

/// The rows as a batch. Columns that no row brings are left out.
pub(crate) fn batch_of(schema: &Schema, rows: &[Cells]) -> Batch {
    let mut batch = Batch::new(rows.len(), Vec::new());
    for (at, field) in schema.fields.iter().enumerate() {
        if rows.iter().all(|row| row[at].is_none()) && !rows.is_empty() {
            continue;
        }
        let mut builder = ColumnBuilder::new(&field.data_type);
        let mut kept = Bits::filled(0, false);
        for row in rows {
            builder.push(row[at].as_ref().unwrap_or(&Value::Null)).unwrap();
            kept.push(row[at].is_none());
        }
        batch.push(field.id, builder.finish(), Some(kept));
    }
    batch
}

/// The rows as the binding hands them over.
pub(crate) fn bytes_of(schema: &Schema, rows: &[Cells]) -> Vec<u8> {
    let columns = (0..schema.fields.len()).filter(|at| rows.iter().any(|row| row[*at].is_some()));
    encode_cells(schema, &columns.collect::<Vec<_>>(), rows)
}
