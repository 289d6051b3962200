//! A column for rows that exist, in files of its own beside theirs: new vectors, or the numbers of another column in a wider
//! type.

use std::collections::HashMap;
use std::sync::Arc;

use super::Table;
use super::next::Next;
use super::state::State;
use super::vectors::{Vectors, beside, name_of, with_group};
use crate::column::{Batch, Column};
use crate::error::{Code, Error, Result};
use crate::filter::Columns;
use crate::format::{Fragment, GroupFile, Raw};
use crate::fragment::Segment;
use crate::schema::{DataType, Field};
use crate::value::Value;

/// A column on its way into a manifest.
#[derive(Clone, Debug)]
pub(super) struct NewColumn {
    pub(super) field: Field,
    /// The field whose place it takes; none for one that comes to the others.
    pub(super) old: Option<Field>,
    pub(super) cells: Cells,
    /// The file of each fragment, by the names of its other files; none where its rows are older than the column.
    pub(super) ready: HashMap<Vec<String>, Option<GroupFile>>,
}

/// Where the values of a column come from.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    /// Vectors that were given.
    Vectors(Vectors),
    /// The numbers of the column whose place it takes.
    Numbers,
}

impl NewColumn {
    pub(super) fn is_ready(&self, fragment: &Fragment) -> bool {
        self.ready.contains_key(&name_of(fragment))
    }

    /// Writes a file for a fragment, whose path is added to `created`; it is durable once the directory is. Rows that are
    /// `gone` may have what they like.
    pub(super) fn make_ready(
        &mut self,
        table: &Table,
        fragment: &Fragment,
        segment: &Segment,
        gone: &dyn Fn(u64) -> bool,
        created: &mut Vec<String>,
    ) -> Result<()> {
        let pieces = match self.pieces(segment, gone)? {
            pieces if pieces.is_empty() => None,
            pieces => Some(pieces),
        };
        let file = pieces.map(|pieces| table.write_column(segment.len(), &self.field, &pieces, created));
        self.ready.insert(name_of(fragment), file.transpose()?);
        Ok(())
    }

    /// The cells of the rows of a segment, in pieces; nothing where they are older than the column.
    fn pieces(&self, segment: &Segment, gone: &dyn Fn(u64) -> bool) -> Result<Vec<Column>> {
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

/// Puts columns into every row of the next manifest. The rows in the manifest become a fragment.
pub(super) fn swap_in(columns: &[NewColumn], next: &mut Next, table: &Table, state: &State) -> Result<()> {
    let old = |column: &NewColumn| column.old.as_ref().map_or(0, |field| field.id);
    for column in columns {
        next.drop_indexes(|index| index.field == old(column))?;
    }
    let fields = next.manifest.all_fields();
    for (at, known) in state.manifest.fragments.iter().enumerate() {
        let (mut fragment, mut retired) = (known.get().clone(), Vec::new());
        for column in columns {
            let file = column.ready.get(&name_of(known.get()));
            match file.ok_or_else(|| Error::internal("a fragment without its new column"))? {
                None => {}
                Some(group) => {
                    let (with, unneeded) = with_group(&fragment, old(column), group.clone());
                    (fragment, retired) = (with, [retired, unneeded].concat());
                }
            }
        }
        if fragment != *known.get() {
            next.exchange(table, at, (fragment, retired), &fields)?;
        }
    }
    if state.manifest.inline.is_empty() {
        return Ok(());
    }
    let key = next.manifest.current_schema()?.key().cloned();
    let gone = table.gone(state)?;
    for segment in next
        .known
        .segments
        .iter_mut()
        .skip(state.manifest.fragments.len())
    {
        for column in columns {
            let pieces = column.pieces(segment, &gone)?;
            if pieces.is_empty() {
                continue;
            }
            let cells = beside(segment, old(column), &column.field, &pieces)?;
            let batch = Batch::new(segment.len(), cells);
            *segment = Arc::new(Segment::in_memory(segment.rows().first(), batch, key.as_ref())?);
        }
    }
    next.spill(table, state)
}

impl Next {
    /// Puts a fragment in the place of one that holds the same rows; the files that it does not need retire.
    pub(super) fn exchange(
        &mut self,
        table: &Table,
        at: usize,
        (fragment, retired): (Fragment, Vec<String>),
        fields: &[Field],
    ) -> Result<()> {
        let segment = Segment::open(&*table.home.store, &table.home.path("data"), &fragment, fields)?;
        if let Some(known) = self.known.segments.get_mut(at) {
            *known = Arc::new(segment);
        }
        if let Some(known) = self.manifest.fragments.get_mut(at) {
            *known = Raw::new(fragment)?;
        }
        retired.into_iter().try_for_each(|file| self.retire("data", file))
    }
}

impl Table {
    /// Writes a column to a file of its own, whose path is added to `created`.
    pub(super) fn write_column(
        &self,
        rows: usize,
        field: &Field,
        pieces: &[Column],
        created: &mut Vec<String>,
    ) -> Result<GroupFile> {
        let columns = [(field, pieces.iter().collect())];
        let fragment = self.or_gone(self.write_fragment(rows, &columns))?;
        let directory = self.home.path("data");
        created.extend(fragment.files().map(|file| format!("{directory}/{file}")));
        let group = fragment.groups.into_iter().next();
        group.ok_or_else(|| Error::internal("a column that made no file"))
    }
}
