//! The rows of a filter, found by reading columns or through indexes, whichever is expected to take less.
//!
//! What a way through indexes costs is known before it is gone, but for how many rows conditions have in common: where these turn out to be
//! too many, the columns are read after all, so that the whole takes at most twice what reading them would have taken.

use std::ops::Range;

use super::asked::Asked;
use super::cost::{PLACE, SCAN_ROW, TEST};
use super::took::{Took, Way};
use crate::error::{Code, Result};
use crate::filter::Filter;
use crate::fragment::Segment;
use crate::snapshot::lookup::{RowPlace, places_of};
use crate::snapshot::state::Snapshot;

/// Rows that are tested at once.
const AT_ONCE: usize = 4096;
/// Of a segment of which at least one in so many rows is wanted all are read.
const WORTH: usize = 4;

/// Indexes, and the ids that they do not cover.
pub(super) struct Route<'s> {
    pub(super) asked: Asked<'s>,
    pub(super) gaps: Vec<Range<u64>>,
    /// What it is expected to cost.
    pub(super) cost: u64,
}

impl Snapshot {
    /// The visible rows that match, in ascending order, and what it took to find them. It may stop once it has `enough`.
    pub(crate) fn found(
        &self,
        filter: &Filter,
        enough: usize,
        way: Option<Way>,
    ) -> Result<(Vec<RowPlace>, Took)> {
        if !self.serves(filter) || way == Some(Way::Scan) {
            return self.scanned(filter, enough, Took::default());
        }
        self.undamaged(|| {
            let scan = self.scan_cost(filter);
            let is_cheaper = |route: &Route<'_>| way == Some(Way::Index) || route.cost < scan;
            let most = if way.is_some() { u64::MAX } else { scan };
            let Some(route) = self.route(filter, most)?.filter(is_cheaper) else {
                return self.scanned(filter, enough, Took::default());
            };
            let (places, took) = self.through(filter, &route, most)?;
            match places {
                Some(places) => Ok((places, took)),
                None => self.scanned(filter, enough, took),
            }
        })
    }

    /// Does what reads indexes, and again without one that turns out to be damaged: what it holds is in the rows.
    pub(super) fn undamaged<T>(&self, find: impl Fn() -> Result<T>) -> Result<T> {
        loop {
            match find() {
                Err(error) if error.code() == Code::Corrupt && self.give_up_segment(&error) => {}
                found => return found,
            }
        }
    }

    /// What reading the columns costs.
    pub(super) fn scan_cost(&self, filter: &Filter) -> u64 {
        let born = self.state.segments.iter();
        let born = born.take_while(|segment| segment.rows().first() < self.watermark());
        born.map(|segment| reading_cost(filter, segment)).sum()
    }

    /// The way through indexes, if there is one for which looking values up costs no more than `most`.
    pub(super) fn route(&self, filter: &Filter, most: u64) -> Result<Option<Route<'_>>> {
        let Some(asked) = self.asked(filter, most)? else {
            return Ok(None);
        };
        let gaps = asked.gaps(self.watermark());
        let fields = filter.fields().len() as u64;
        let uncovered: usize = gaps.iter().map(|gap| self.stored_in(gap)).sum();
        let test = if asked.exact { 0 } else { TEST * fields };
        let cost = asked.cost() + asked.rows * (PLACE + test) + uncovered as u64 * SCAN_ROW * fields;
        Ok(Some(Route { asked, gaps, cost }))
    }

    /// Reads columns, until there are enough rows.
    fn scanned(&self, filter: &Filter, enough: usize, mut took: Took) -> Result<(Vec<RowPlace>, Took)> {
        took.way = Way::Scan;
        let fields = filter.fields().len() as u64;
        let mut places: Vec<RowPlace> = Vec::new();
        for visible in self.segments() {
            if places.len() >= enough {
                break;
            }
            let rows = visible.segment.len() as u64;
            took.rows += rows;
            if let Some(matched) = places_of(visible, Some(filter), enough - places.len())? {
                took.cost += rows * SCAN_ROW * fields;
                places.extend(matched);
            }
        }
        took.rows = took.rows.min(self.stored() as u64);
        took.found = places.len() as u64;
        Ok((places, took))
    }

    /// The rows that indexes lead to; none where testing them would cost more than so much.
    fn through(
        &self,
        filter: &Filter,
        route: &Route<'_>,
        most: u64,
    ) -> Result<(Option<Vec<RowPlace>>, Took)> {
        let Route { asked, gaps, .. } = route;
        let mut ids = asked.ids(&self.ids_until(self.watermark()))?;
        gaps.iter().for_each(|gap| ids.without(gap));
        let fields = filter.fields().len() as u64;
        let mut took = Took {
            way: Way::Index,
            fields: asked.fields(),
            expected: Some(asked.rows),
            entries: asked.entries,
            cost: asked.cost(),
            ..Took::default()
        };
        let count = ids.len();
        let test = PLACE + if asked.exact { 0 } else { TEST * fields };
        if count.saturating_mul(test) > most {
            return Ok((None, took));
        }
        took.rows = if asked.exact { 0 } else { count };
        took.cost += count * test;
        let mut places = Vec::with_capacity(if asked.exact { count as usize } else { 0 });
        let mut of_gap = |gap: &Range<u64>| -> Result<Vec<RowPlace>> {
            let rows = self.stored_in(gap) as u64;
            took.uncovered += rows;
            took.rows += rows;
            took.cost += rows * SCAN_ROW * fields;
            self.read_between(Some(filter), gap)
        };
        let mut ids = ids.iter().peekable();
        let mut chunk = Vec::new();
        while ids.peek().is_some() {
            chunk.extend(ids.by_ref().take(AT_ONCE).filter_map(|id| self.place(id)));
            self.keep_matching(filter, asked.exact, &mut chunk)?;
            places.append(&mut chunk);
        }
        for gap in gaps {
            places.extend(of_gap(gap)?);
        }
        places.sort_unstable();
        took.found = places.len() as u64;
        Ok((Some(places), took))
    }

    /// Leaves out the rows that do not match.
    pub(super) fn keep_matching(
        &self,
        filter: &Filter,
        exact: bool,
        places: &mut Vec<RowPlace>,
    ) -> Result<()> {
        if exact || places.is_empty() {
            return Ok(());
        }
        let matching = self.matches(filter, places)?;
        let mut at = 0;
        places.retain(|_| {
            at += 1;
            matching.get(at - 1)
        });
        Ok(())
    }

    /// The visible rows of a range of ids that match, by reading them.
    pub(super) fn read_between(&self, filter: Option<&Filter>, ids: &Range<u64>) -> Result<Vec<RowPlace>> {
        let mut places = Vec::new();
        let segments = self.state.segments.iter().enumerate();
        let overlapping = segments
            .skip_while(|(_, segment)| segment.rows().last() < ids.start)
            .take_while(|(_, segment)| segment.rows().first() < ids.end);
        for (index, segment) in overlapping {
            let below = |id: u64| segment.rows().count_below(id);
            let rows = below(ids.start)..below(ids.end);
            let may_match = filter.is_none_or(|filter| filter.may_match(&|field| segment.stats(field)));
            if rows.is_empty() || !may_match {
                continue;
            }
            if rows.len() * WORTH >= segment.len() {
                let all = self.matching_in(index, filter)?.unwrap_or_default();
                places.extend(all.into_iter().filter(|(_, row)| rows.contains(&(*row as usize))));
                continue;
            }
            let seen = rows.filter(|row| self.sees_at(index, *row, segment.rows().id(*row)));
            let mut seen: Vec<RowPlace> = seen.map(|row| (index as u32, row as u32)).collect();
            if let Some(filter) = filter {
                self.keep_matching(filter, false, &mut seen)?;
            }
            places.append(&mut seen);
        }
        Ok(places)
    }
}

/// What reading the columns of a segment costs, of which it is not known what matches.
pub(super) fn reading_cost(filter: &Filter, segment: &Segment) -> u64 {
    let is_known = segment.known_matching(filter).is_some();
    if is_known || !filter.may_match(&|field| segment.stats(field)) {
        return 0;
    }
    segment.len() as u64 * SCAN_ROW * filter.fields().len() as u64
}
