use std::collections::HashMap;

use super::making::{DerivedVectors, Meeting};
use super::piece::Piece;
use crate::column::{Batch, Column, field_of, retyped};
use crate::error::{Code, Error, Result};
use crate::fragment::hash_key;
use crate::schema::{Field, Schema, Widening};
use crate::snapshot::{RowPlace, Snapshot, key_at};
use crate::value::Value;

/// What a write does with a row whose key is in the table already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnKey {
    /// Refuses the whole write.
    Refuse,
    /// Ends the row that has the key.
    Replace,
}

/// What a write does with rows that bring a key which another row of the write brings too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Refuses the whole write.
    #[default]
    Refuse,
    /// Writes the first of them.
    First,
    /// Writes the last of them.
    Last,
}

/// Rows on their way into a table.
pub(super) struct Addition<'a> {
    pub(super) on_key: OnKey,
    pub(super) derived: &'a DerivedVectors,
    /// The derived columns of which every vector must be known.
    pub(super) wanted: &'a [u32],
}

/// The error for an update that sets the key.
pub(super) fn key_named(key: &Field) -> Error {
    let message = format!("The primary key \"{}\" of a row cannot be changed.", key.name);
    Error::new(Code::InvalidArgument, message)
        .hint("Delete the row and insert it with the new key.")
        .column(key.name.clone())
}

/// The error for an update in which a cell is kept: what an update does not change is not in its batch.
pub(super) fn kept_in_update() -> Error {
    Error::internal("an update with cells that are kept")
}

pub(super) fn key_of(schema: &Schema, on_key: OnKey) -> Result<Option<&Field>> {
    match (schema.key(), on_key) {
        (None, OnKey::Replace) => Err(Error::new(
            Code::NoPrimaryKey,
            "An upsert needs a table with a primary key.",
        )
        .hint("Declare a primary key, or add rows without replacing any.")),
        (key, _) => Ok(key),
    }
}

/// Refuses rows with columns that the table no longer has, or has with a type that does not take their values. Columns that came
/// meanwhile are no matter.
pub(super) fn check_schema<'b>(
    snapshot: &Snapshot,
    schema: &Schema,
    batches: impl Iterator<Item = &'b Batch>,
) -> Result<()> {
    let newest = snapshot.schema();
    if newest.id == schema.id {
        return Ok(());
    }
    let id = |field: &Field| field.id;
    if newest.key().map(id) != schema.key().map(id) {
        let message = "The primary key of the table changed while the rows were being written.";
        return Err(Error::new(Code::Conflict, message).hint("Open the table again and repeat the write."));
    }
    for (id, _) in batches.flat_map(Batch::columns) {
        let then = schema.fields.iter().find(|field| field.id == *id);
        let now = field_of(newest, *id, &snapshot.state.fields)?;
        let fits = |then: &Field| then.data_type.widening(&now.data_type) == Some(Widening::InPlace);
        if !then.is_none_or(fits) {
            return Err(retyped(now));
        }
    }
    Ok(())
}

impl Addition<'_> {
    /// The rows of a piece beside those that they replace.
    pub(super) fn meeting<'m>(&'m self, snapshot: &'m Snapshot, piece: &'m Piece) -> Result<Meeting<'m>> {
        let replaced = match snapshot.schema().key() {
            Some(key) => replaced(snapshot, piece, key, self.on_key)?,
            None => vec![None; piece.batch.rows()],
        };
        Ok(Meeting {
            snapshot,
            batch: &piece.batch,
            replaced,
            left_out: piece.left_out.as_ref(),
            base: Some(piece.base),
            derived: self.derived,
            wanted: self.wanted,
        })
    }
}

/// For each row the one that it replaces.
fn replaced(snapshot: &Snapshot, piece: &Piece, key: &Field, on_key: OnKey) -> Result<Vec<Option<RowPlace>>> {
    let column = key_column(&piece.batch, key)?;
    let mut replaced = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        if piece.left_out.as_ref().is_some_and(|left_out| left_out.get(row)) {
            replaced.push(None);
            continue;
        }
        let value = key_at(column, &key.data_type, row)?;
        let place = snapshot.lookup(key, &value)?;
        if place.is_some() && on_key == OnKey::Refuse {
            let row = piece.base + row;
            return Err(duplicate(key, row, &value, "is in the table already", on_key));
        }
        replaced.push(place);
    }
    Ok(replaced)
}

pub(super) fn key_column<'b>(batch: &'b Batch, key: &Field) -> Result<&'b Column> {
    let column = batch.column(key.id);
    column.ok_or_else(|| Error::internal("a batch without its key"))
}

pub(super) fn check_distinct(field: &Field, column: &Column, on_key: OnKey) -> Result<()> {
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::with_capacity(column.len());
    for row in 0..column.len() {
        let key = key_at(column, &field.data_type, row)?;
        let same = seen.entry(hash_key(&key)).or_default();
        for &earlier in same.iter() {
            if key_at(column, &field.data_type, earlier)? == key {
                let what = format!("stands in row {earlier} of this write too");
                return Err(duplicate(field, row, &key, &what, on_key));
            }
        }
        same.push(row);
    }
    Ok(())
}

pub(super) fn duplicate(field: &Field, row: usize, key: &Value, what: &str, on_key: OnKey) -> Error {
    let shown = match key {
        Value::Int(key) => key.to_string(),
        Value::Text(key) => format!("\"{}\"", key.chars().take(80).collect::<String>()),
        _ => String::new(),
    };
    let message = format!("Row {row}: the key {shown} {what}.");
    let in_table = what.starts_with("is in");
    let hint = match on_key {
        OnKey::Refuse if in_table => "Replace rows of the same key instead.",
        _ => "Leave one of the rows out, or say which of them is written.",
    };
    Error::new(Code::DuplicateKey, message)
        .hint(hint)
        .column(field.name.clone())
        .row(row)
}
