use super::piece::Piece;
use super::settle::SettledRows;
use crate::column::{Batch, Column};
use crate::error::Result;
use crate::filter::Filter;
use crate::format::Fragment;
use crate::schema::Field;
use crate::snapshot::Snapshot;
use crate::table::change::NewRows;
use crate::table::created::Created;
use crate::table::fragments::{FLUSH_BYTES, aligned};
use crate::table::handle::Table;

/// The rows of one commit as they are written, and what they do to others. Of many rows a bounded part is held in memory.
pub(super) struct Outcome<'a> {
    table: &'a Table,
    snapshot: &'a Snapshot,
    waiting: Vec<Batch>,
    files: Vec<(Fragment, u32)>,
    /// What was written for this commit alone.
    pub(super) created: Created,
    /// The ids of the rows that end.
    pub(super) ended: Vec<u64>,
    /// The ids of the rows that stay as they are, because a new row is equal.
    pub(super) unchanged: Vec<u64>,
    /// How many rows have no vector yet.
    pub(super) deferred: u64,
}

impl<'a> Outcome<'a> {
    pub(crate) fn new(table: &'a Table, snapshot: &'a Snapshot) -> Self {
        Self {
            table,
            snapshot,
            waiting: Vec::new(),
            files: Vec::new(),
            created: Created::new(&table.home),
            ended: Vec::new(),
            unchanged: Vec::new(),
            deferred: 0,
        }
    }

    /// Takes the rows of a piece; where they stand in a file already, and all of them as they are, the file is used.
    pub(super) fn push(&mut self, piece: &Piece, settled: SettledRows) -> Result<()> {
        self.ended.extend(settled.ended);
        self.unchanged.extend(settled.unchanged);
        self.deferred += settled.deferred;
        if settled.count == 0 {
            return Ok(());
        }
        let batch = match (settled.rows, &piece.file) {
            (None, Some(file)) => {
                self.flush()?;
                self.files.push(file.clone());
                return Ok(());
            }
            (None, None) => piece.batch.clone(),
            (Some(batch), _) => batch,
        };
        let bytes: usize = self.waiting.iter().map(Batch::byte_size).sum();
        if bytes + batch.byte_size() >= FLUSH_BYTES {
            self.flush()?;
        }
        self.waiting.push(batch);
        Ok(())
    }

    /// Ends the other rows that a filter lets through.
    pub(super) fn end_matching(&mut self, filter: &Filter) -> Result<()> {
        self.unchanged.sort_unstable();
        let places = self.snapshot.places(Some(filter))?.into_iter();
        let ids = places.map(|place| self.snapshot.id_of(place));
        let others = ids.filter(|id| self.unchanged.binary_search(id).is_err());
        self.ended.extend(others);
        self.ended.sort_unstable();
        self.ended.dedup();
        Ok(())
    }

    /// The rows for the commit.
    pub(super) fn new_rows(&mut self) -> Result<NewRows> {
        if self.files.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            let rows = join(&waiting, &self.snapshot.schema().fields)?;
            return Ok(rows.map_or(NewRows::None, |rows| NewRows::Batch(rows.into())));
        }
        self.flush()?;
        Ok(NewRows::Staged(std::mem::take(&mut self.files).into()))
    }

    fn flush(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.waiting);
        let fields = &self.snapshot.schema().fields;
        let file = self.table.write_batches(&batches, fields, &mut self.created)?;
        self.files.extend(file);
        Ok(())
    }
}

/// All rows as one batch; none where there are no rows.
fn join(batches: &[Batch], fields: &[Field]) -> Result<Option<Batch>> {
    if let [batch] = batches {
        return Ok(Some(batch.clone()));
    }
    let rows: usize = batches.iter().map(Batch::rows).sum();
    if rows == 0 {
        return Ok(None);
    }
    let columns = aligned(batches, fields)?.into_iter();
    let column = |(field, columns): (&Field, Vec<Column>)| {
        Ok((field.id, Column::concat(&columns.iter().collect::<Vec<_>>())?))
    };
    Ok(Some(Batch::new(
        rows,
        columns.map(column).collect::<Result<_>>()?,
    )))
}
