//! The first rows of an order, without looking at all that match.

use std::ops::Range;

use super::cost::{ENTRY, PLACE, SCAN_ROW, SORT_ROW, TEST};
use super::found::Route;
use super::took::{Took, Way};
use super::walk::Walk;
use crate::error::Result;
use crate::filter::Filter;
use crate::snapshot::lookup::RowPlace;
use crate::snapshot::state::Snapshot;

/// The first key of an order, and how many of the first rows are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct First {
    pub(crate) field: u32,
    pub(crate) descending: bool,
    /// Whether there are further keys.
    pub(crate) has_more: bool,
    pub(crate) count: usize,
}

/// Rows that are tested at first, and at the most, before it is looked whether there are enough.
const AT_ONCE: (usize, usize) = (32, 4096);

/// A walk, and what it has come to.
struct Walking<'s> {
    snapshot: &'s Snapshot,
    first: &'s First,
    walk: Walk<'s>,
    /// The ids that the index does not cover.
    gaps: Vec<Range<u64>>,
    found: Vec<RowPlace>,
    step: usize,
    took: Took,
}

/// How it is told whether a row is wanted.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Any,
    Matching(&'a Filter),
    /// Those are known, and ascend.
    Among(&'a [RowPlace]),
}

impl Snapshot {
    /// Rows among which the first of an order are: few, where walking an index of its first column leads to them for less than the other
    /// ways cost, else all that match. And what looking for them took.
    pub(crate) fn first_of(
        &self,
        filter: Option<&Filter>,
        first: &First,
        way: Option<Way>,
    ) -> Result<(Option<Vec<RowPlace>>, Took)> {
        if !self.may_serve(first.field) || !matches!(way, None | Some(Way::Order)) {
            return Ok((None, Took::default()));
        }
        self.undamaged(|| {
            let scan = filter.map_or(0, |filter| self.scan_cost(filter));
            let looking = if way.is_some() { u64::MAX } else { scan };
            let route = filter
                .map(|filter| self.route(filter, looking))
                .transpose()?
                .flatten();
            let Some(mut walking) = self.walking(filter, first, (route.as_ref(), looking))? else {
                return Ok((None, Took::default()));
            };
            let wanted = filter.map_or(Wanted::Any, Wanted::Matching);
            let most = match (filter, way) {
                (_, Some(_)) => u64::MAX,
                (None, None) => self.stored() as u64 * SORT_ROW,
                (Some(_), None) => {
                    let rows = route.as_ref().map_or(0, |route| route.asked.rows);
                    let cost = route.as_ref().map_or(scan, |route| route.cost.min(scan));
                    cost + rows * SORT_ROW
                }
            };
            if walking.goes_on(wanted, most)? {
                return walking.finish(filter);
            }
            let Some(filter) = filter else {
                return Ok((None, walking.took));
            };
            // Now that they are known, walking on costs less: until all of the walk has cost what finding them and putting them in order
            // does.
            let (places, mut took) = self.found(filter, usize::MAX, None)?;
            walking.took.cost += took.cost;
            let most = 2 * took.cost + places.len() as u64 * SORT_ROW;
            if walking.goes_on(Wanted::Among(&places), most)? {
                return walking.finish(Some(filter));
            }
            took.cost = walking.took.cost;
            Ok((Some(places), took))
        })
    }

    fn walking<'s>(
        &'s self,
        filter: Option<&Filter>,
        first: &'s First,
        (route, looking): (Option<&Route<'s>>, u64),
    ) -> Result<Option<Walking<'s>>> {
        let Some(serving) = self.serving_of(first.field)? else {
            return Ok(None);
        };
        let known = route.and_then(|route| route.asked.only());
        let looked = match (known.filter(|known| known.field == first.field), filter) {
            (Some(known), _) => Some(known.clone()),
            (None, Some(filter)) => self.looked_for(filter, first.field, looking)?,
            (None, None) => None,
        };
        // What is walked and what is read beside it must fit.
        let gaps = match &looked {
            Some(looked) => looked.gaps(self.watermark()),
            None => serving.gaps(self.watermark()),
        };
        let uncovered: usize = gaps.iter().map(|gap| self.stored_in(gap)).sum();
        let uncovered = uncovered as u64;
        let took = Took {
            way: Way::Order,
            fields: vec![first.field],
            expected: route.map(|route| route.asked.rows),
            uncovered,
            ..Took::default()
        };
        Ok(Some(Walking {
            snapshot: self,
            first,
            walk: Walk::new(&serving, looked.as_ref(), first.descending),
            gaps,
            found: Vec::new(),
            step: first.count.clamp(AT_ONCE.0, AT_ONCE.1),
            took,
        }))
    }
}

impl Walking<'_> {
    /// Walks until there are enough rows, or all is looked at, and returns true; or until it has cost so much, and returns false.
    fn goes_on(&mut self, wanted: Wanted<'_>, most: u64) -> Result<bool> {
        let row = ENTRY
            + PLACE
            + match wanted {
                Wanted::Matching(filter) => TEST * filter.fields().len() as u64,
                Wanted::Any | Wanted::Among(_) => 0,
            };
        loop {
            let may_stop = self.walk.is_between_values() || !(self.first.has_more || self.walk.is_cut());
            let has_enough = self.found.len() >= self.first.count;
            if has_enough && may_stop {
                return Ok(true);
            }
            let last = self.took.uncovered * SCAN_ROW;
            if self.took.cost + last + self.step as u64 * row > most {
                return Ok(false);
            }
            let Some(ids) = self.walk.next(self.step, has_enough)? else {
                return Ok(true);
            };
            self.step = (2 * self.step).min(AT_ONCE.1);
            self.took.entries += ids.len() as u64;
            self.took.rows += ids.len() as u64;
            self.took.cost += ids.len() as u64 * row;
            let is_covered = |id: &u64| !self.gaps.iter().any(|gap| gap.contains(id));
            let places = ids.into_iter().filter(is_covered);
            let mut places: Vec<RowPlace> = places.filter_map(|id| self.snapshot.place(id)).collect();
            match wanted {
                Wanted::Any => {}
                Wanted::Matching(filter) => self.snapshot.keep_matching(filter, false, &mut places)?,
                Wanted::Among(known) => places.retain(|place| known.binary_search(place).is_ok()),
            }
            self.found.append(&mut places);
        }
    }

    /// What was found, and the rows that the index does not cover.
    fn finish(self, filter: Option<&Filter>) -> Result<(Option<Vec<RowPlace>>, Took)> {
        let Self {
            snapshot,
            gaps,
            mut found,
            mut took,
            ..
        } = self;
        for gap in &gaps {
            found.extend(snapshot.read_between(filter, gap)?);
        }
        took.rows += took.uncovered;
        took.cost += took.uncovered * SCAN_ROW;
        took.found = found.len() as u64;
        Ok((Some(found), took))
    }
}
