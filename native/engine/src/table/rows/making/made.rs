use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::settle::{Meeting, Settled};
use crate::column::{Batch, Column};
use crate::error::Result;
use crate::format::Fragment;
use crate::schema::{DataType, Field};
use crate::snapshot::{RowPlace, Snapshot};
use crate::table::change::NewRows;
use crate::table::created::Created;
use crate::table::fragments::aligned;
use crate::table::handle::Table;

/// A fragment that is written already, without ids, and its number of rows.
pub(in crate::table::rows) type Written = (Fragment, u32);

/// Rows as they are written, and what they do to those of a version.
#[derive(Debug)]
pub(in crate::table::rows) struct Made {
    /// What they were made of: see [`Mark`].
    pub(in crate::table::rows) mark: u128,
    rows: MadeRows,
    /// The file has all rows that were given, as they were given.
    pub(in crate::table::rows) is_whole: bool,
    /// The ids of the rows that end.
    pub(in crate::table::rows) ended: Vec<u64>,
    /// The ids of the rows that stay as they are, because a new row is equal.
    pub(in crate::table::rows) unchanged: Vec<u64>,
    /// How many rows have no vector yet.
    pub(in crate::table::rows) deferred: u64,
}

#[derive(Clone, Debug)]
enum MadeRows {
    None,
    Batch(Batch),
    File(Written),
}

/// Stands for the rows of a version that new rows replace: what is made of these is the same as long as the mark is, in any version.
///
/// The cells of a row do not change, but for vectors that it lacks, which may be filled in later.
pub(in crate::table::rows) struct Mark(Xxh3);

impl Mark {
    pub(in crate::table::rows) fn new(snapshot: &Snapshot) -> Self {
        let mut hash = Xxh3::new();
        hash.update(&snapshot.schema().id.to_le_bytes());
        Self(hash)
    }

    /// Adds the rows that those of a batch replace.
    pub(in crate::table::rows) fn add(
        &mut self,
        snapshot: &Snapshot,
        batch: &Batch,
        replaced: &[Option<RowPlace>],
    ) -> Result<()> {
        let is_given = |field: &Field| batch.column(field.id).is_some() && batch.kept(field.id).is_none();
        let is_vector = |field: &Field| matches!(field.data_type, DataType::Vector { .. });
        let fields = snapshot.schema().fields.iter();
        let vectors: Vec<u32> = fields
            .filter(|field| is_vector(field) && !is_given(field))
            .map(|field| field.id)
            .collect();
        for place in replaced {
            let Some((segment, row)) = *place else {
                self.0.update(&[0]);
                continue;
            };
            self.0.update(&[1]);
            self.0.update(&snapshot.id_of((segment, row)).to_le_bytes());
            for field in &vectors {
                let column = snapshot.column(segment, *field);
                let is_null = column.map_or(Ok(true), |column| column.is_null(row as usize))?;
                self.0.update(&[u8::from(is_null)]);
            }
        }
        Ok(())
    }

    pub(in crate::table::rows) fn finish(self) -> u128 {
        self.0.digest128()
    }
}

/// Makes rows of what a version holds.
pub(in crate::table::rows) struct Making<'a> {
    pub(in crate::table::rows) table: &'a Table,
    pub(in crate::table::rows) snapshot: &'a Snapshot,
    /// What is written for them.
    pub(in crate::table::rows) created: &'a mut Created,
    /// Rows of more bytes go to a file; the others stay in memory.
    pub(in crate::table::rows) in_memory: usize,
}

impl Making<'_> {
    /// The rows of batches that have met those which they replace; `None` where vectors are missing. `file` has those of a single batch,
    /// as they are.
    pub(in crate::table::rows) fn make(
        &mut self,
        mark: u128,
        meetings: &[Meeting<'_>],
        file: Option<&Written>,
        skip_equal: bool,
    ) -> Result<Option<Made>> {
        let mut made = Made::nothing(mark);
        let mut batches = Vec::new();
        for meeting in meetings {
            let Settled::Rows(settled) = meeting.settle(skip_equal)? else {
                return Ok(None);
            };
            made.ended.extend(settled.ended);
            made.unchanged.extend(settled.unchanged);
            made.deferred += settled.deferred;
            if settled.count == 0 {
                continue;
            }
            made.is_whole = settled.rows.is_none() && meetings.len() == 1;
            batches.push(settled.rows.unwrap_or_else(|| meeting.batch.clone()));
        }
        made.rows = match file.filter(|_| made.is_whole) {
            Some(file) => MadeRows::File(file.clone()),
            None => self.rows(&batches)?,
        };
        Ok(Some(made))
    }

    /// Rows that take the place of others, as they are.
    pub(in crate::table::rows) fn make_all(
        &mut self,
        mark: u128,
        rows: Batch,
        ended: Vec<u64>,
    ) -> Result<Made> {
        Ok(Made {
            rows: self.rows(&[rows])?,
            ended,
            ..Made::nothing(mark)
        })
    }

    /// Rows of a commit, in a file where they are many.
    fn rows(&mut self, batches: &[Batch]) -> Result<MadeRows> {
        let bytes: usize = batches.iter().map(Batch::byte_size).sum();
        if bytes > self.in_memory {
            return Ok(self.file(batches)?.map_or(MadeRows::None, MadeRows::File));
        }
        let rows = join(batches, &self.snapshot.schema().fields)?;
        Ok(rows.map_or(MadeRows::None, MadeRows::Batch))
    }

    fn file(&mut self, batches: &[Batch]) -> Result<Option<Written>> {
        let fields = &self.snapshot.schema().fields;
        self.table.write_batches(batches, fields, self.created)
    }

    /// All rows of a commit. Where some are in a file, all go to files.
    pub(in crate::table::rows) fn new_rows(&mut self, made: &[Arc<Made>]) -> Result<NewRows> {
        let in_files = made.iter().any(|made| matches!(made.rows, MadeRows::File(_)));
        let (mut files, mut batches) = (Vec::new(), Vec::new());
        for made in made {
            match &made.rows {
                MadeRows::None => {}
                MadeRows::File(file) => files.push(file.clone()),
                MadeRows::Batch(batch) if in_files => files.extend(self.file(std::slice::from_ref(batch))?),
                MadeRows::Batch(batch) => batches.push(batch.clone()),
            }
        }
        if in_files {
            return Ok(NewRows::Staged(files.into()));
        }
        let rows = join(&batches, &self.snapshot.schema().fields)?;
        Ok(rows.map_or(NewRows::None, |rows| NewRows::Batch(rows.into())))
    }
}

impl Made {
    /// The file with all rows as they were given, where there is one.
    pub(in crate::table::rows) fn whole_file(&self) -> Option<&Written> {
        match &self.rows {
            MadeRows::File(file) if self.is_whole => Some(file),
            _ => None,
        }
    }

    pub(in crate::table::rows) fn nothing(mark: u128) -> Self {
        Self {
            mark,
            rows: MadeRows::None,
            is_whole: false,
            ended: Vec::new(),
            unchanged: Vec::new(),
            deferred: 0,
        }
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
