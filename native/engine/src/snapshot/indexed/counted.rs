//! How many rows match: counted in indexes where they tell, less those that the version does not see.

use super::cost::{ENTRY, SCAN_ROW, TEST};
use super::found::Route;
use super::took::{Took, Way};
use crate::error::Result;
use crate::filter::Filter;
use crate::snapshot::lookup::RowPlace;
use crate::snapshot::state::Snapshot;

impl Snapshot {
    /// How many visible rows match, and what counting them took.
    pub(crate) fn counted(&self, filter: &Filter, way: Option<Way>) -> Result<(u64, Took)> {
        if !self.serves(filter) || way == Some(Way::Scan) {
            return self.count_read(filter);
        }
        self.undamaged(|| {
            let scan = self.scan_cost(filter);
            let route = self.route(filter, if way.is_some() { u64::MAX } else { scan })?;
            if let Some(route) = &route
                && matches!(way, None | Some(Way::Count))
            {
                let most = if way.is_some() {
                    u64::MAX
                } else {
                    scan.min(route.cost)
                };
                if let Some(hidden) = self.hidden(route, most)? {
                    return self.counted_in(filter, route, hidden);
                }
            }
            if route.is_some_and(|route| way == Some(Way::Index) || route.cost < scan) {
                return self
                    .found(filter, usize::MAX, way)
                    .map(|(places, took)| (places.len() as u64, took));
            }
            self.count_read(filter)
        })
    }

    fn count_read(&self, filter: &Filter) -> Result<(u64, Took)> {
        let (found, read) = self.read_count(Some(filter))?;
        let took = Took {
            found,
            rows: self.stored() as u64,
            cost: read * SCAN_ROW * filter.fields().len() as u64,
            ..Took::default()
        };
        Ok((found, took))
    }

    /// The rows that indexes hold and the version does not see, where counting in the indexes and leaving these out costs less than
    /// so much.
    fn hidden(&self, route: &Route<'_>, most: u64) -> Result<Option<Vec<RowPlace>>> {
        let asked = &route.asked;
        if !asked.exact || !asked.ends_by(self.watermark()) {
            return Ok(None);
        }
        let deaths = self.state.deaths.len() as u64 * TEST;
        let read = if asked.only_count().is_some() {
            0
        } else {
            asked.entries * ENTRY
        };
        if (deaths + read) > most {
            return Ok(None);
        }
        let mut hidden = Vec::new();
        let mut note = |id: u64| {
            let is_covered = !route.gaps.iter().any(|gap| gap.contains(&id));
            if is_covered
                && !self.sees(id)
                && let Some(place) = self.stored_place(id)
            {
                hidden.push(place);
            }
        };
        let last = self.watermark().saturating_sub(1);
        self.state.deaths.each_in(0, last, |id, _| note(id));
        Ok(Some(hidden))
    }

    fn counted_in(
        &self,
        filter: &Filter,
        route: &Route<'_>,
        mut hidden: Vec<RowPlace>,
    ) -> Result<(u64, Took)> {
        let Route { asked, gaps, .. } = route;
        let looked_at = hidden.len() as u64;
        self.keep_matching(filter, false, &mut hidden)?;
        let (all, entries) = match asked.only_count() {
            Some(count) => (count, 0),
            None => {
                let mut ids = asked.ids(&self.ids_until(self.watermark()))?;
                gaps.iter().for_each(|gap| ids.without(gap));
                (ids.len(), asked.entries)
            }
        };
        let (mut found, mut uncovered) = (all.saturating_sub(hidden.len() as u64), 0);
        for gap in gaps {
            found += self.read_between(Some(filter), gap)?.len() as u64;
            uncovered += self.stored_in(gap) as u64;
        }
        let fields = filter.fields().len() as u64;
        let took = Took {
            way: Way::Count,
            fields: asked.fields(),
            expected: Some(asked.rows),
            found,
            entries,
            rows: looked_at + uncovered,
            uncovered,
            cost: asked.lookups() + entries * ENTRY + (looked_at * TEST + uncovered * SCAN_ROW) * fields,
        };
        Ok((found, took))
    }
}
