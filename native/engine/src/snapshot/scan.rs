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
    /// The last row that somebody has: whoever asks for the next batch has the one before.
    taken: Option<u64>,
    /// The last row of the batch that was made last.
    made: Option<u64>,
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
            taken: None,
            made: None,
        }
    }
}

impl Scan {
    /// What is read.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Goes on in another state of the table, at the same version, behind the last row that somebody has.
    pub(crate) fn move_to(&mut self, snapshot: Snapshot) {
        self.snapshot = snapshot;
        self.waiting.clear();
        self.next_segment = 0;
        self.made = self.taken;
    }

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
        self.taken = self.made;
        while self.waiting.len() < self.batch_rows {
            let Some(places) = self.next_places()? else { break };
            self.waiting.extend(places);
            self.next_segment += 1;
        }
        let count = self.batch_rows.min(self.waiting.len()).min(self.affordable());
        let rows: Vec<RowPlace> = self.waiting.drain(..count).collect();
        self.made = rows.last().map(|place| self.snapshot.id_of(*place)).or(self.made);
        Ok((!rows.is_empty()).then(|| Picked::new(self.snapshot.clone(), self.fields.clone(), rows)))
    }

    /// The matches of the next segment, without rows that somebody has; `None` behind the last one.
    fn next_places(&self) -> Result<Option<Vec<RowPlace>>> {
        let (snapshot, taken) = (&self.snapshot, self.taken);
        let is_taken = |id: u64| taken.is_some_and(|taken| id <= taken);
        let segment = snapshot.state.segments.get(self.next_segment);
        if segment.is_some_and(|segment| is_taken(segment.rows().last())) {
            return Ok(Some(Vec::new()));
        }
        let places = snapshot.matching_in(self.next_segment, self.filter.as_ref())?;
        Ok(places.map(|mut places| {
            places.retain(|place| !is_taken(snapshot.id_of(*place)));
            places
        }))
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
