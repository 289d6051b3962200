use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLockReadGuard};

use super::part::{Covered, Part, Rest};
use crate::error::Result;
use crate::index::text::files::Totals;
use crate::index::text::tail::Kept;

/// What was counted of the rows that a version sees, to be kept as long as the version is read: it never changes.
#[derive(Debug, Default)]
pub struct Statistics(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    totals: HashMap<u32, Totals>,
    frequencies: HashMap<u32, HashMap<Box<str>, u64>>,
    kept: usize,
}

/// So many frequencies are kept; then all are counted anew.
const KEPT_MAX: usize = 1 << 16;

impl Statistics {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All rows that a version sees: of segments in the order of their ids, and those that no segment covers.
#[derive(Debug)]
pub struct Corpus<'a> {
    segments: &'a [Covered<'a>],
    rest: Option<(Rest<'a>, RwLockReadGuard<'a, Kept>)>,
    statistics: &'a Statistics,
}

impl<'a> Corpus<'a> {
    /// Puts them together. Rows that are appended to the tail wait as long as it is there.
    #[must_use]
    pub fn new(segments: &'a [Covered<'a>], rest: Option<Rest<'a>>, statistics: &'a Statistics) -> Self {
        let rest = rest.map(|rest| {
            let kept = rest.tail.read();
            (rest, kept)
        });
        Self {
            segments,
            rest,
            statistics,
        }
    }

    /// The parts in the order of their ids.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let segments = self.segments.iter().map(|covered| Part::Segment(*covered));
        let rest = self.rest.iter().map(|(rest, kept)| Part::of_rest(rest, kept));
        segments.chain(rest)
    }

    /// How many rows have a term in a field, and how long they are.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn lengths(&self, field: u32) -> Result<Totals> {
        if let Some(totals) = self.statistics.lock().totals.get(&field) {
            return Ok(*totals);
        }
        let mut totals = Totals::default();
        for part in self.parts() {
            totals.add_all(part.lengths(field)?);
        }
        self.statistics.lock().totals.insert(field, totals);
        Ok(totals)
    }

    /// In how many rows a field holds a term.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn frequency(&self, field: u32, term: &str) -> Result<u64> {
        let known = self
            .statistics
            .lock()
            .frequencies
            .get(&field)
            .and_then(|of| of.get(term).copied());
        if let Some(known) = known {
            return Ok(known);
        }
        let mut frequency = 0;
        for part in self.parts() {
            frequency += part.frequency(field, term)?;
        }
        let mut counted = self.statistics.lock();
        if counted.kept >= KEPT_MAX {
            counted.frequencies.clear();
            counted.kept = 0;
        }
        counted.kept += 1;
        counted
            .frequencies
            .entry(field)
            .or_default()
            .insert(term.into(), frequency);
        Ok(frequency)
    }
}
