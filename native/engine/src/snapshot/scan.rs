use std::collections::VecDeque;

use super::lookup::RowPlace;
use super::picked::Picked;
use super::state::Snapshot;
use crate::error::Result;
use crate::filter::Filter;
use crate::schema::Field;

/// A batch holds about so much at the most, whatever the number of rows that was asked for.
const BATCH_BYTES: usize = 64 * 1024 * 1024;

/// All matching rows in batches, by row id. Holds one segment's matches at a time.
#[derive(Debug)]
pub struct Scan {
    snapshot: Snapshot,
    filter: Option<Filter>,
    fields: Vec<Field>,
    batch_rows: usize,
    next_segment: usize,
    waiting: VecDeque<RowPlace>,
}

impl Snapshot {
    /// Starts a scan; batches have `batch_rows` rows, fewer where rows are large, and at the end.
    #[must_use]
    pub fn scan(&self, filter: Option<Filter>, fields: Vec<Field>, batch_rows: usize) -> Scan {
        let (snapshot, batch_rows) = (self.clone(), batch_rows.max(1));
        Scan {
            snapshot,
            filter,
            fields,
            batch_rows,
            next_segment: 0,
            waiting: VecDeque::new(),
        }
    }
}

impl Scan {
    /// The wanted columns.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn next_batch(&mut self) -> Result<Option<Picked>> {
        while self.waiting.len() < self.batch_rows {
            let next = self
                .snapshot
                .matching_in(self.next_segment, self.filter.as_ref())?;
            let Some(places) = next else { break };
            self.waiting.extend(places);
            self.next_segment += 1;
        }
        let count = self.batch_rows.min(self.waiting.len()).min(self.affordable());
        let rows: Vec<RowPlace> = self.waiting.drain(..count).collect();
        Ok((!rows.is_empty()).then(|| Picked::new(self.snapshot.clone(), self.fields.clone(), rows)))
    }

    /// How many rows may be read at once, going by the average size of the wanted columns where the next row lies.
    fn affordable(&self) -> usize {
        let Some(&(segment, _)) = self.waiting.front() else {
            return usize::MAX;
        };
        let columns = self
            .fields
            .iter()
            .filter_map(|field| self.snapshot.column(segment, field.id));
        let (bytes, rows) = columns.fold((0, 1), |(bytes, _), column| {
            (bytes + column.byte_size(), column.len().max(1))
        });
        (BATCH_BYTES / (bytes / rows).max(1)).max(1)
    }
}
