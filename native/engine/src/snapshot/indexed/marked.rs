//! The rows of a filter as bits, for who looks at all rows anyway: a search of vectors or words, and what counts groups.

use std::ops::Range;

use super::cost::{ENTRY, GLANCE, SCAN_ROW, TEST};
use super::found::Route;
use super::ids::Ids;
use super::took::{Took, Way};
use crate::column::Bits;
use crate::error::Result;
use crate::filter::Filter;
use crate::fragment::Segment;
use crate::snapshot::lookup::RowPlace;
use crate::snapshot::state::Snapshot;

/// Rows that are tested at once.
const AT_ONCE: usize = 4096;

impl Snapshot {
    /// Finds out through indexes which rows match, where that is expected to take less than reading the columns; what is found is kept with
    /// the segments, where [`Segment::matching`] finds it.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn mark_matching(&self, filter: &Filter) -> Result<()> {
        if self.serves(filter) {
            self.marked(filter)?;
        }
        Ok(())
    }

    /// Does that, and tells what it took, also where the columns are to be read.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn marked(&self, filter: &Filter) -> Result<Took> {
        self.undamaged(|| {
            let scan = self.scan_cost(filter);
            let scanned = |expected: Option<u64>| Took {
                rows: self.stored() as u64,
                cost: scan,
                expected,
                ..Took::default()
            };
            if scan == 0 {
                return Ok(Took {
                    way: Way::Known,
                    ..Took::default()
                });
            }
            let Some(route) = self.route(filter, scan)? else {
                return Ok(scanned(None));
            };
            let expected = Some(route.asked.rows);
            if self.marking_cost(filter, &route) >= scan {
                return Ok(scanned(expected));
            }
            Ok(self
                .mark(filter, &route, scan)?
                .unwrap_or_else(|| scanned(expected)))
        })
    }

    /// About how many nanoseconds finding out takes, where that is not known; none where indexes know nothing of it.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn marking_ns(&self, filter: &Filter) -> Result<Option<u64>> {
        if !self.serves(filter) {
            return Ok(None);
        }
        let scan = self.scan_cost(filter);
        if scan == 0 {
            return Ok(Some(0));
        }
        self.undamaged(|| {
            let route = self.route(filter, scan.min(GLANCE))?;
            let marked = route.map_or(scan, |route| self.marking_cost(filter, &route));
            Ok(Some(marked.min(scan)))
        })
    }

    fn marking_cost(&self, filter: &Filter, route: &Route<'_>) -> u64 {
        let fields = filter.fields().len() as u64;
        let asked = &route.asked;
        let test = if asked.exact { ENTRY } else { TEST * fields };
        let uncovered: usize = route.gaps.iter().map(|gap| self.stored_in(gap)).sum();
        asked.cost() + asked.rows * test + uncovered as u64 * SCAN_ROW * fields
    }

    fn mark(&self, filter: &Filter, route: &Route<'_>, most: u64) -> Result<Option<Took>> {
        let asked = &route.asked;
        // What is kept is of all stored rows, whichever of them a version sees.
        let all = self.ids_until(self.state.manifest.watermark);
        let gaps = asked.gaps(all.end);
        let ids = asked.ids(&all)?;
        let fields = filter.fields().len() as u64;
        let test = if asked.exact { ENTRY } else { TEST * fields };
        let count = ids.len();
        if count.saturating_mul(test) > most {
            return Ok(None);
        }
        let uncovered: usize = gaps.iter().map(|gap| self.stored_in(gap)).sum();
        for (index, segment) in self.state.segments.iter().enumerate() {
            let (first, last) = (segment.rows().first(), segment.rows().last());
            let is_covered = !gaps.iter().any(|gap| gap.start <= last && first < gap.end);
            if is_covered && segment.keeps_matching() && segment.known_matching(filter).is_none() {
                let bits = self.bits_of(filter, (index, segment), &ids, asked.exact)?;
                segment.keep_matching(filter, bits.into());
            }
        }
        Ok(Some(Took {
            way: Way::Index,
            fields: asked.fields(),
            expected: Some(asked.rows),
            found: count,
            entries: asked.entries,
            rows: if asked.exact { 0 } else { count } + uncovered as u64,
            uncovered: uncovered as u64,
            cost: asked.cost() + count * test + uncovered as u64 * SCAN_ROW * fields,
        }))
    }

    /// The rows of a segment that are among some ids, and match.
    fn bits_of(
        &self,
        filter: &Filter,
        (index, segment): (usize, &Segment),
        ids: &Ids,
        exact: bool,
    ) -> Result<Bits> {
        let rows = segment.rows();
        let inside: Range<u64> = rows.first()..rows.last() + 1;
        let is_one_run = inside.end - inside.start == segment.len() as u64;
        if let Some(bits) = ids.bits(&inside).filter(|_| exact && is_one_run) {
            return Ok(bits);
        }
        let mut bits = Bits::filled(segment.len(), false);
        let mut places: Vec<RowPlace> = Vec::new();
        let mut settle = |places: &mut Vec<RowPlace>| -> Result<()> {
            self.keep_matching(filter, exact, places)?;
            places.drain(..).for_each(|(_, row)| bits.set(row as usize));
            Ok(())
        };
        for row in ids.within(&inside).filter_map(|id| rows.position(id)) {
            places.push((index as u32, row as u32));
            if places.len() >= AT_ONCE {
                settle(&mut places)?;
            }
        }
        settle(&mut places)?;
        Ok(bits)
    }
}
