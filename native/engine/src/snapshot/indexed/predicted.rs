//! About how long reads take that indexes answer, for who must not wait for long.

use super::cost::{ENTRY, GLANCE, LOOKUP, PLACE, SORT_ROW, TEST};
use super::ordered::First;
use crate::error::Result;
use crate::filter::Filter;
use crate::snapshot::state::Snapshot;

impl Snapshot {
    /// About how many nanoseconds it takes to find rows through indexes; none where there are none for it.
    pub(crate) fn finding_ns(&self, filter: Option<&Filter>, first: Option<&First>) -> Result<Option<u64>> {
        self.undamaged(|| {
            let route = filter
                .map(|filter| self.route(filter, GLANCE))
                .transpose()?
                .flatten();
            let sorts = |rows: u64| first.map_or(0, |_| rows * SORT_ROW);
            let through = route.as_ref().map(|route| route.cost + sorts(route.asked.rows));
            // Of a filter that no index knows it cannot be told how far a walk goes.
            let is_known = filter.is_none() || route.is_some();
            let walked = first
                .filter(|first| is_known && self.may_serve(first.field))
                .map(|first| {
                    let stored = self.stored() as u64;
                    let rows = route.as_ref().map_or(stored, |route| route.asked.rows);
                    let tested = (first.count as u64).saturating_mul(stored) / rows.max(1);
                    let test = filter.map_or(0, |filter| TEST * filter.fields().len() as u64);
                    LOOKUP + tested.min(stored).saturating_mul(ENTRY + PLACE + test)
                });
            Ok(match (through, walked) {
                (Some(through), Some(walked)) => Some(through.min(walked)),
                (one, other) => one.or(other),
            })
        })
    }

    /// About how many nanoseconds it takes to count rows through indexes; none where there are none for it.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn counting_ns(&self, filter: &Filter) -> Result<Option<u64>> {
        self.undamaged(|| {
            let Some(route) = self.route(filter, GLANCE)? else {
                return Ok(None);
            };
            let hidden = self.state.deaths.len() as u64 * TEST;
            let counted = route.asked.only_count().map(|_| route.asked.lookups() + hidden);
            let is_exact = route.asked.exact;
            Ok(Some(
                counted
                    .filter(|_| is_exact)
                    .map_or(route.cost, |counted| counted.min(route.cost)),
            ))
        })
    }
}
