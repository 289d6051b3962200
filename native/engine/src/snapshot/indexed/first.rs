//! The first rows of a filter by their ids, without looking at all that match.
//!
//! How far one has to read for them follows from how many rows match and not from where these lie. So it is given up where it has cost as
//! much as going through indexes would.

use super::cost::{PLACE, SCAN_ROW, TEST};
use super::found::reading_cost;
use super::took::{Took, Way};
use crate::error::Result;
use crate::filter::Filter;
use crate::snapshot::lookup::{RowPlace, places_of};
use crate::snapshot::state::{Snapshot, Visible};

/// Rows that are tested at first, and at the most, before it is looked whether there are enough.
const AT_ONCE: (usize, usize) = (32, 4096);

/// Reading on until there are enough rows.
struct Reading<'s> {
    snapshot: &'s Snapshot,
    filter: &'s Filter,
    enough: usize,
    /// What testing rows one by one may cost.
    tests: u64,
    found: Vec<RowPlace>,
    took: Took,
}

impl Snapshot {
    /// The first rows that match, ascending by their ids, by reading on until there are enough: where an index tells that enough of them
    /// match for that to cost less than going through it. And what that took.
    pub(crate) fn first_by_id(
        &self,
        filter: &Filter,
        enough: usize,
        way: Option<Way>,
    ) -> Result<(Option<Vec<RowPlace>>, Took)> {
        if !self.serves(filter) || !matches!(way, None | Some(Way::Order)) {
            return Ok((None, Took::default()));
        }
        self.undamaged(|| {
            let scan = self.scan_cost(filter);
            let looking = if way.is_some() { u64::MAX } else { scan };
            let Some(route) = self.route(filter, looking)? else {
                return Ok((None, Took::default()));
            };
            let fields = filter.fields().len() as u64;
            let rows = (enough as u64).saturating_mul(self.stored() as u64) / route.asked.rows.max(1);
            let rows = rows.max(enough as u64);
            let is_cheaper = route.cost < scan;
            if way.is_none() && is_cheaper && rows.saturating_mul(SCAN_ROW * fields) > route.cost {
                return Ok((None, Took::default()));
            }
            let most = if way.is_none() && is_cheaper {
                route.cost
            } else {
                u64::MAX
            };
            let reading = Reading {
                snapshot: self,
                filter,
                enough,
                tests: rows.saturating_mul(PLACE + TEST * fields),
                found: Vec::new(),
                took: Took {
                    expected: Some(route.asked.rows),
                    ..Took::default()
                },
            };
            reading.read(most)
        })
    }
}

impl Reading<'_> {
    /// Reads until there are enough, or until that costs so much.
    fn read(mut self, most: u64) -> Result<(Option<Vec<RowPlace>>, Took)> {
        for visible in self.snapshot.segments() {
            let cost = reading_cost(self.filter, visible.segment);
            if self.took.rows == 0 && self.tests < cost {
                self.test(&visible, cost.min(most) / 2)?;
            }
            if self.found.len() >= self.enough {
                break;
            }
            if self.took.cost + cost > most {
                return Ok((None, self.took));
            }
            self.took.cost += cost;
            self.took.rows += visible.segment.len() as u64;
            self.found.retain(|(segment, _)| *segment != visible.index);
            let left = self.enough - self.found.len();
            self.found
                .extend(places_of(visible, Some(self.filter), left)?.unwrap_or_default());
        }
        self.found.truncate(self.enough);
        self.took.found = self.found.len() as u64;
        Ok((Some(self.found), self.took))
    }

    /// Tests the first rows of a segment one by one, until there are enough, or until that has cost so much.
    fn test(&mut self, visible: &Visible<'_>, most: u64) -> Result<()> {
        let row_cost = PLACE + TEST * self.filter.fields().len() as u64;
        let (segment, mut step) = (visible.segment, self.enough.clamp(AT_ONCE.0, AT_ONCE.1));
        let mut from = 0;
        while from < segment.len() && self.found.len() < self.enough {
            let left = most.saturating_sub(self.took.cost) / row_cost;
            let rows = from..segment.len().min(from + step.min(left as usize));
            if rows.is_empty() {
                break;
            }
            self.took.way = Way::Order;
            self.took.rows += rows.len() as u64;
            self.took.cost += rows.len() as u64 * row_cost;
            (from, step) = (rows.end, (2 * step).min(AT_ONCE.1));
            let index = visible.index as usize;
            let seen = rows.filter(|row| self.snapshot.sees_at(index, *row, segment.rows().id(*row)));
            let mut seen: Vec<RowPlace> = seen.map(|row| (visible.index, row as u32)).collect();
            self.snapshot.keep_matching(self.filter, false, &mut seen)?;
            self.found.append(&mut seen);
        }
        Ok(())
    }
}
