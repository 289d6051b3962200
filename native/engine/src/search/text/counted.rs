use std::sync::Arc;

use crate::column::Bits;
use crate::error::Result;
use crate::filter::Filter;
use crate::index::text::Counts;
use crate::snapshot::Snapshot;

/// The rows that a filter passes, of those that a version sees.
pub(super) struct Counted<'a> {
    snapshot: &'a Snapshot,
    /// For each segment of rows those that it passes and the version sees; nothing where there is no filter.
    passed: Option<Vec<Option<Option<Arc<Bits>>>>>,
    /// All of them, where they are few.
    few: Option<Vec<u64>>,
    /// How many there are.
    pub(super) count: u64,
}

/// Of fewer rows than one in so many, the ids are listed.
const FEW: usize = 32;

impl<'a> Counted<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, filter: Option<&'a Filter>) -> Result<Self> {
        let Some(filter) = filter else {
            let rows: usize = snapshot.segments().map(|visible| visible.segment.len()).sum();
            return Ok(Self {
                snapshot,
                passed: None,
                few: None,
                count: rows as u64,
            });
        };
        let (mut passed, mut count, mut all) = (vec![None; snapshot.state.segments.len()], 0, 0);
        for matched in snapshot.matching(Some(filter)) {
            let (visible, bits) = matched?;
            count += bits.as_ref().map_or(visible.segment.len(), |bits| bits.count());
            if let Some(slot) = passed.get_mut(visible.index as usize) {
                *slot = Some(bits);
            }
        }
        for visible in snapshot.segments() {
            all += visible.segment.len();
        }
        let few = (count < all / FEW).then(|| ids_of(snapshot, &passed));
        Ok(Self {
            snapshot,
            passed: Some(passed),
            few,
            count: count as u64,
        })
    }
}

/// The ids of the rows that are passed, ascending.
fn ids_of(snapshot: &Snapshot, passed: &[Option<Option<Arc<Bits>>>]) -> Vec<u64> {
    let mut ids = Vec::new();
    for (segment, bits) in snapshot.state.segments.iter().zip(passed) {
        match bits {
            None => {}
            Some(None) => ids.extend((0..segment.len()).map(|row| segment.rows().id(row))),
            Some(Some(bits)) => ids.extend(bits.ones().map(|row| segment.rows().id(row))),
        }
    }
    ids
}

impl Counts for Counted<'_> {
    fn until(&self) -> u64 {
        self.snapshot.watermark()
    }

    fn counts(&mut self, id: u64) -> Result<bool> {
        let Some(passed) = &self.passed else {
            // Whether the version sees it, the words know.
            return Ok(true);
        };
        let segments = &self.snapshot.state.segments;
        let after = segments.partition_point(|segment| segment.rows().first() <= id);
        let found = after.checked_sub(1).and_then(|at| {
            let bits = passed.get(at)?.as_ref()?;
            let row = segments.get(at)?.rows().position(id)?;
            Some(bits.as_ref().is_none_or(|bits| bits.get(row)))
        });
        Ok(found.unwrap_or(false))
    }

    fn few(&self) -> Option<&[u64]> {
        self.few.as_deref()
    }
}
