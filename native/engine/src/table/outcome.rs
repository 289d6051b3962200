use super::next::NewRows;
use super::settle::SettledRows;
use super::write::Piece;
use super::{Snapshot, Table};
use crate::column::{Batch, Column};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::format::{Fragment, default_of};
use crate::fragment::Pieces;
use crate::schema::Field;

/// The rows of one commit as they are written, and what they do to others. Of many rows a bounded part is held in memory.
pub(super) struct Outcome<'a> {
    table: &'a Table,
    snapshot: &'a Snapshot,
    waiting: Vec<Batch>,
    files: Vec<(Fragment, u32)>,
    /// The paths of files that were written for this commit alone.
    pub(super) created: Vec<String>,
    /// The ids of the rows that end.
    pub(super) ended: Vec<u64>,
    /// The ids of the rows that stay as they are, because a new row is equal.
    pub(super) unchanged: Vec<u64>,
    /// How many rows have no vector yet.
    pub(super) deferred: u64,
}

/// Rows are written to a fragment when so many bytes wait.
pub(super) const FLUSH_BYTES: usize = 32 * 1024 * 1024;

impl<'a> Outcome<'a> {
    pub(super) fn new(table: &'a Table, snapshot: &'a Snapshot) -> Self {
        Self {
            table,
            snapshot,
            waiting: Vec::new(),
            files: Vec::new(),
            created: Vec::new(),
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

    /// The rows for the commit. Their files are durable.
    pub(super) fn new_rows(&mut self) -> Result<NewRows> {
        if self.files.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            let rows = join(&waiting, &self.snapshot.schema().fields)?;
            return Ok(rows.map_or(NewRows::None, |rows| NewRows::Batch(rows.into())));
        }
        self.flush()?;
        if !self.created.is_empty() {
            let home = &self.table.home;
            self.table
                .or_gone(home.store.sync_directory(&home.path("data")))?;
        }
        Ok(NewRows::Staged(std::mem::take(&mut self.files).into()))
    }

    fn flush(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.waiting);
        let fields = &self.snapshot.schema().fields;
        if let Some((fragment, rows)) = self.table.write_batches(&batches, fields)? {
            let directory = self.table.home.path("data");
            let paths = fragment.files().map(|file| format!("{directory}/{file}"));
            self.created.extend(paths);
            self.files.push((fragment, rows));
        }
        Ok(())
    }
}

impl Table {
    /// Writes rows to one fragment; none where there are no rows.
    pub(super) fn write_batches(
        &self,
        batches: &[Batch],
        fields: &[Field],
    ) -> Result<Option<(Fragment, u32)>> {
        let rows: usize = batches.iter().map(Batch::rows).sum();
        if rows == 0 {
            return Ok(None);
        }
        let columns = aligned(batches, fields)?;
        let pieces: Vec<Pieces<'_>> = columns
            .iter()
            .map(|(field, columns)| (*field, columns.iter().collect()))
            .collect();
        let fragment = self.or_gone(self.write_fragment(rows, &pieces))?;
        Ok(Some((fragment, u32::try_from(rows).map_err(Error::internal)?)))
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

/// The columns of every field that some batch has, one for each batch.
fn aligned<'f>(batches: &[Batch], fields: &'f [Field]) -> Result<Vec<(&'f Field, Vec<Column>)>> {
    let mut all = Vec::new();
    for field in fields {
        if batches.iter().all(|batch| batch.column(field.id).is_none()) {
            continue;
        }
        let column = |batch: &Batch| match batch.column(field.id) {
            Some(column) => Ok(column.clone()),
            None => Column::constant(&field.data_type, &default_of(field)?, batch.rows()),
        };
        all.push((field, batches.iter().map(column).collect::<Result<_>>()?));
    }
    Ok(all)
}
