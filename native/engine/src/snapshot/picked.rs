use super::confidence::Confidence;
use super::lookup::RowPlace;
use super::score::Score;
use super::state::Snapshot;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::format::default_of;
use crate::schema::Field;
use crate::value::Value;

/// Rows whose cells are asked for at once: of more, the first would be gone from the caches before they are read.
const TOUCHED: usize = 256;

/// Rows that were found, not yet read: where they lie, and which columns are wanted.
#[derive(Clone, Debug)]
pub struct Picked {
    snapshot: Snapshot,
    fields: Vec<Field>,
    rows: Vec<RowPlace>,
    /// Of a search: how well each row fits.
    pub scores: Vec<Score>,
    /// Of a search for words and vectors: how many of the best rows in either way its first page looked at; 0 of any other.
    pub depth: usize,
    /// Of a search: how sure it is of them, where that was asked.
    pub confidence: Option<Confidence>,
}

impl Picked {
    pub(crate) fn new(snapshot: Snapshot, fields: Vec<Field>, rows: Vec<RowPlace>) -> Self {
        Self {
            snapshot,
            fields,
            rows,
            scores: Vec::new(),
            depth: 0,
            confidence: None,
        }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The version that was read; of a span the last.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The wanted columns.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The id of a row.
    #[must_use]
    pub fn id(&self, row: usize) -> u64 {
        self.rows
            .get(row)
            .map_or(u64::MAX, |place| self.snapshot.id_of(*place))
    }

    /// The id of a row for each, in order.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        self.rows.iter().map(|place| self.snapshot.id_of(*place))
    }

    /// Where the rows lie.
    pub(crate) fn places(&self) -> &[RowPlace] {
        &self.rows
    }

    /// The column of a segment; `None` where its rows are older than the column.
    pub(super) fn stored(&self, segment: u32, field: &Field) -> Option<&Column> {
        self.snapshot.column(segment, field.id)
    }

    /// Asks the memory for the cells of all rows, one behind the other: where rows lie far apart, most of the time that reading them
    /// takes is waiting, and so they are waited for together.
    pub fn touch(&self) {
        for &(segment, row) in self.rows.iter().take(TOUCHED) {
            for field in &self.fields {
                if let Some(column) = self.snapshot.column(segment, field.id) {
                    column.touch(row as usize);
                }
            }
        }
    }

    /// Visits the cells of a column in order: the column of the cell's segment and the position in it, or the value that
    /// stands for rows older than the column, and for all rows where the version does not have it.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn each_cell(&self, field: &Field, mut visit: impl FnMut(Cell<'_>) -> Result<()>) -> Result<()> {
        let mut default: Option<Column> = None;
        let shows = self.snapshot.shows(field);
        for &(segment, row) in &self.rows {
            let column = self.snapshot.column(segment, field.id);
            if let Some(column) = column.filter(|_| shows) {
                visit(Cell {
                    column,
                    row: row as usize,
                })?;
                continue;
            }
            if default.is_none() {
                default = Some(Column::constant(&field.data_type, &default_of(field)?, 1)?);
            }
            if let Some(column) = &default {
                visit(Cell { column, row: 0 })?;
            }
        }
        Ok(())
    }

    /// The value of a cell.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn value(&self, field: &Field, row: usize) -> Result<Value> {
        let place = self
            .rows
            .get(row)
            .ok_or_else(|| Error::internal("a row beyond the page"))?;
        let column = self.snapshot.column(place.0, field.id);
        match column.filter(|_| self.snapshot.shows(field)) {
            Some(column) => column.value(&field.data_type, place.1 as usize),
            None => default_of(field),
        }
    }
}

/// A cell: a column and the position in it.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The column.
    pub column: &'a Column,
    /// The position.
    pub row: usize,
}
