use std::collections::HashSet;

use super::settle::{Meeting, Missing};
use crate::column::{Column, field_of};
use crate::error::Result;
use crate::schema::Field;
use crate::snapshot::Snapshot;

/// What a derived column is to be computed from, for some rows without a vector.
#[derive(Debug)]
pub struct Sources {
    field: u32,
    limit: usize,
    fields: Vec<Field>,
    /// Each source, for all rows.
    columns: Vec<Vec<Column>>,
    rows: Vec<Option<usize>>,
    seen: HashSet<u128>,
    asked: Vec<u128>,
}

impl Sources {
    pub(in crate::table::rows) fn new(snapshot: &Snapshot, field: u32, limit: usize) -> Result<Self> {
        let schema = snapshot.schema();
        let derived = field_of(schema, field, &snapshot.state.fields)?;
        let fields: Vec<Field> = schema.sources_of(derived).into_iter().cloned().collect();
        Ok(Self {
            field,
            limit,
            columns: fields.iter().map(|_| Vec::new()).collect(),
            fields,
            rows: Vec::new(),
            seen: HashSet::new(),
            asked: Vec::new(),
        })
    }

    /// Adds those of some rows, as long as there is room.
    pub(in crate::table::rows) fn collect(
        &mut self,
        meeting: &Meeting<'_>,
        missing: &[Missing],
    ) -> Result<()> {
        let of_field = missing.iter().filter(|missing| missing.field == self.field);
        let mut rows = Vec::new();
        for Missing { row, sources, .. } in of_field {
            if self.asked.len() < self.limit && self.seen.insert(*sources) {
                self.asked.push(*sources);
                self.rows.push(meeting.base.map(|base| base + row));
                rows.push(*row);
            }
        }
        for (field, columns) in self.fields.iter().zip(&mut self.columns) {
            columns.push(meeting.cells_of(field, &rows)?);
        }
        Ok(())
    }

    /// What was asked for, and the rows, unless there are none.
    pub(in crate::table::rows) fn finish(mut self) -> Result<(Vec<u128>, Option<Self>)> {
        let asked = std::mem::take(&mut self.asked);
        let has_rows = !asked.is_empty();
        Ok((asked, has_rows.then_some(self)))
    }

    /// The columns.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of each row within its write; none where rows have no number.
    #[must_use]
    pub fn rows(&self) -> &[Option<usize>] {
        &self.rows
    }

    /// The values of a column, in pieces.
    pub fn column(&self, field: &Field) -> impl Iterator<Item = &Column> + '_ {
        let at = self.fields.iter().position(|known| known.id == field.id);
        at.and_then(|at| self.columns.get(at)).into_iter().flatten()
    }
}
