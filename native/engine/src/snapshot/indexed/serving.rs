//! Which index segments of values serve a version, and what they leave out.

use std::ops::Range;

use crate::error::Result;
use crate::filter::Filter;
use crate::format::Covers;
use crate::index::scalar::ScalarIndex;
use crate::snapshot::state::{Snapshot, TableState};

/// The index segments of the values of a column, ascending by row id.
#[derive(Clone, Debug)]
pub(super) struct Serving<'s> {
    pub(super) segments: Vec<(Range<u64>, &'s ScalarIndex)>,
}

impl Snapshot {
    /// The index segments of a column that hold rows of the version; none where there is none.
    pub(super) fn serving_of(&self, field: u32) -> Result<Option<Serving<'_>>> {
        let mut segments = Vec::new();
        for at in self.state.served_indexes() {
            let Some(open) = self.state.indexes.get(*at) else {
                continue;
            };
            let is_of_field = open.place.covers == Covers::Scalar(field);
            if !is_of_field || open.place.from >= self.watermark() {
                continue;
            }
            if let Some(index) = open.values()? {
                segments.push((open.place.from..open.place.until, index));
            }
        }
        Ok((!segments.is_empty()).then_some(Serving { segments }))
    }

    /// How many stored rows have ids of a range.
    pub(super) fn stored_in(&self, ids: &Range<u64>) -> usize {
        self.state.rows_between(ids.clone())
    }

    /// How many rows are stored that were born by the version.
    pub(in crate::snapshot) fn stored(&self) -> usize {
        self.stored_in(&(0..self.watermark()))
    }

    /// The ids below one, from that of the first stored row on.
    pub(super) fn ids_until(&self, until: u64) -> Range<u64> {
        let first = self
            .state
            .segments
            .first()
            .map_or(0, |segment| segment.rows().first());
        first.min(until)..until
    }

    /// Whether a column has index segments that may serve.
    pub(in crate::snapshot) fn may_serve(&self, field: u32) -> bool {
        let served = self.state.served_indexes().iter();
        let mut open = served.filter_map(|at| self.state.indexes.get(*at));
        open.any(|open| open.place.covers == Covers::Scalar(field) && !open.is_damaged())
    }
}

impl Snapshot {
    /// Whether indexes may know anything of a filter.
    pub(super) fn serves(&self, filter: &Filter) -> bool {
        filter.fields().iter().any(|field| self.may_serve(*field))
    }
}

impl Serving<'_> {
    /// The ids below one that no segment covers.
    pub(super) fn gaps(&self, until: u64) -> Vec<Range<u64>> {
        gaps_between(self.segments.iter().map(|(ids, _)| ids), until)
    }
}

/// The ids below one that are in none of some ranges, which ascend.
pub(super) fn gaps_between<'a>(covered: impl Iterator<Item = &'a Range<u64>>, until: u64) -> Vec<Range<u64>> {
    let (mut gaps, mut end) = (Vec::new(), 0);
    for ids in covered {
        gaps.push(end..ids.start.min(until));
        end = ids.end;
    }
    gaps.push(end..until);
    gaps.retain(|gap| gap.start < gap.end);
    gaps
}

impl TableState {
    /// The index segments of values that hold just the rows that are stored. One that holds more waits to be made anew: its rows are
    /// read.
    fn served_indexes(&self) -> &[usize] {
        self.served.get(|| {
            let indexes = self.indexes.iter().enumerate();
            let whole = indexes.filter(|(_, open)| {
                let ids = open.place.from..open.place.until;
                matches!(open.place.covers, Covers::Scalar(_))
                    && self.rows_between(ids) as u64 == open.place.rows
            });
            whole.map(|(at, _)| at).collect()
        })
    }
}
