//! A new column for rows that exist: new vectors, or the numbers of another column in a wider type. It gets files of its own, beside
//! those of the rows.

use std::collections::HashMap;

use super::created::Created;
use super::fragments::name_of;
use super::handle::Table;
use super::new_vectors::NewVectors;
use crate::column::Column;
use crate::error::{Code, Error, Result};
use crate::filter::Columns;
use crate::format::{Fragment, GroupFile};
use crate::fragment::Segment;
use crate::schema::{DataType, Field};
use crate::value::Value;

/// How often the files are made again because others replaced fragments meanwhile.
pub(super) const TRIES: usize = 20;

/// A new column that is not committed yet.
#[derive(Clone, Debug)]
pub(super) struct NewColumn {
    pub(super) field: Field,
    /// The field that it replaces; none where it is added.
    pub(super) old: Option<Field>,
    pub(super) cells: Cells,
    /// Its file for each fragment, found by the names of the other files; `None` where the rows have no values.
    pub(super) ready: HashMap<Vec<String>, Option<GroupFile>>,
}

/// Where the values of a column come from.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    /// Vectors that were given.
    Vectors(NewVectors),
    /// The numbers of the column that it replaces.
    Numbers,
}

impl NewColumn {
    pub(super) fn is_ready(&self, fragment: &Fragment) -> bool {
        self.ready.contains_key(&name_of(fragment))
    }

    /// Writes its file for a fragment, which is added to `created`. The values of rows that are `gone` do not matter.
    pub(super) fn make_ready(
        &mut self,
        table: &Table,
        fragment: &Fragment,
        segment: &Segment,
        gone: &dyn Fn(u64) -> bool,
        created: &mut Created,
    ) -> Result<()> {
        let pieces = match self.pieces(segment, gone)? {
            pieces if pieces.is_empty() => None,
            pieces => Some(pieces),
        };
        let file = pieces.map(|pieces| table.write_column(segment.len(), &self.field, &pieces, created));
        self.ready.insert(name_of(fragment), file.transpose()?);
        Ok(())
    }

    /// The values for the rows of a segment, in pieces; none where the rows have no values.
    pub(super) fn pieces(&self, segment: &Segment, gone: &dyn Fn(u64) -> bool) -> Result<Vec<Column>> {
        if let Cells::Vectors(vectors) = &self.cells {
            return vectors.column_of(segment.rows(), None);
        }
        let (Some(old), DataType::Float { bits }) = (&self.old, &self.field.data_type) else {
            return Err(Error::internal(
                "numbers of no column, or in another type than float",
            ));
        };
        let Some(column) = segment.column(old.id) else {
            return Ok(Vec::new());
        };
        let (floats, inexact) = column.to_floats(&old.data_type, *bits)?;
        let seen = inexact.into_iter().find(|row| !gone(segment.rows().id(*row)));
        match seen {
            None => Ok(vec![floats]),
            Some(row) => Err(self.not_exact(column.value(&old.data_type, row)?)),
        }
    }

    fn not_exact(&self, number: Value) -> Error {
        let Value::Int(number) = number else {
            return Error::internal("a number that is no integer is not exact");
        };
        let name = &self.field.name;
        let message = format!(
            "The column \"{name}\" cannot become a float: a row of a version that can be read holds {number}, which a float does not hold exactly."
        );
        Error::new(Code::InvalidSchema, message)
            .hint("Keep it as it is, or add a float column and fill it as you like.")
            .column(name.clone())
    }
}
