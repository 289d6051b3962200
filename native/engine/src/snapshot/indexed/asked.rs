//! A filter as it is asked of indexes: what stands there is counted before anything is read.

use std::collections::BTreeMap;
use std::ops::Range;

use super::cost::{ENTRY, LOOKUP, TEST, may_look_up};
use super::ids::Ids;
use super::serving::{Serving, gaps_between};
use crate::column::Bits;
use crate::error::Result;
use crate::filter::{Accepted, Filter, Sought};
use crate::index::scalar::{Found, ScalarIndex, united};
use crate::snapshot::state::Snapshot;

/// What indexes are asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked<'s> {
    what: What<'s>,
    /// How many rows that are, about: as if conditions knew nothing of each other.
    pub(super) rows: u64,
    /// How many ids are read for it.
    pub(super) entries: u64,
    /// How many runs of values are looked up, in all segments together.
    runs: u64,
    /// Whether the filter is true for all of them.
    pub(super) exact: bool,
}

#[derive(Clone, Debug)]
enum What<'s> {
    All(Vec<Asked<'s>>),
    Any(Vec<Asked<'s>>),
    Of(Looked<'s>),
}

/// Values of a column, looked up in its segments.
#[derive(Clone, Debug)]
pub(super) struct Looked<'s> {
    pub(super) field: u32,
    pub(super) parts: Vec<Part<'s>>,
}

/// What was found in a segment, which covers some ids.
#[derive(Clone, Debug)]
pub(super) struct Part<'s> {
    ids: Range<u64>,
    pub(super) index: &'s ScalarIndex,
    pub(super) found: Found,
}

/// Looks values up.
struct Asking<'s> {
    snapshot: &'s Snapshot,
    serving: BTreeMap<u32, Option<Serving<'s>>>,
    /// How many rows are stored.
    stored: u64,
    /// In how many columns a row that may match is tested.
    fields: u64,
    /// What looking values up may still cost.
    left: u64,
}

impl Snapshot {
    /// What of a filter indexes can be asked for; none where that is nothing. Conditions are left out whose values are so many that looking
    /// them up would cost more than `most`, all together.
    pub(super) fn asked(&self, filter: &Filter, most: u64) -> Result<Option<Asked<'_>>> {
        if !self.serves(filter) {
            return Ok(None);
        }
        let mut asking = Asking {
            snapshot: self,
            serving: BTreeMap::new(),
            stored: self.stored() as u64,
            fields: filter.fields().len() as u64,
            left: most,
        };
        asking.ask(&filter.sought(&|field| self.may_serve(field)))
    }
}

impl Snapshot {
    /// The values that all rows of a filter have in a column, where it says that; none where they may have any, or where looking them up
    /// would cost more than `most`.
    pub(super) fn looked_for(&self, filter: &Filter, field: u32, most: u64) -> Result<Option<Looked<'_>>> {
        let Some(serving) = self.serving_of(field)? else {
            return Ok(None);
        };
        let sought = filter.sought(&|other| other == field);
        if !may_look_up((sought.runs() * serving.segments.len()) as u64, most) {
            return Ok(None);
        }
        let mut parts = Vec::with_capacity(serving.segments.len());
        for (ids, index) in serving.segments {
            let Some(found) = values_of(index, &sought)? else {
                return Ok(None);
            };
            parts.push(Part { ids, index, found });
        }
        Ok(Some(Looked { field, parts }))
    }
}

/// What of one column stands in a segment. Of conditions that must all hold the rarest counts.
fn values_of(index: &ScalarIndex, sought: &Sought) -> Result<Option<Found>> {
    Ok(match sought {
        Sought::Unknown => None,
        Sought::Of(accepted) => Some(index.find(accepted)?),
        Sought::All(parts) => {
            let mut rarest: Option<Found> = None;
            for part in parts {
                if let Some(found) = values_of(index, part)?
                    && rarest.as_ref().is_none_or(|rarest| found.rows < rarest.rows)
                {
                    rarest = Some(found);
                }
            }
            rarest
        }
        Sought::Any(parts) => {
            let mut all = Found::default();
            for part in parts {
                let Some(found) = values_of(index, part)? else {
                    return Ok(None);
                };
                all.add(found);
            }
            Some(all)
        }
    })
}

impl<'s> Asking<'s> {
    fn ask(&mut self, sought: &Sought) -> Result<Option<Asked<'s>>> {
        match sought {
            Sought::Unknown => Ok(None),
            Sought::Of(accepted) => self.look_up(accepted),
            Sought::Any(parts) => {
                let mut asked = Vec::with_capacity(parts.len());
                for part in parts {
                    let Some(part) = self.ask(part)? else {
                        return Ok(None);
                    };
                    asked.push(part);
                }
                Ok(Some(Asked {
                    rows: asked.iter().map(|part| part.rows).sum(),
                    entries: asked.iter().map(|part| part.entries).sum(),
                    runs: asked.iter().map(|part| part.runs).sum(),
                    exact: asked.iter().all(|part| part.exact),
                    what: What::Any(asked),
                }))
            }
            Sought::All(parts) => {
                let (mut asked, mut exact) = (Vec::with_capacity(parts.len()), !parts.is_empty());
                for part in parts {
                    match self.ask(part)? {
                        Some(part) => asked.push(part),
                        None => exact = false,
                    }
                }
                Ok(self.choose(asked, exact))
            }
        }
    }

    fn look_up(&mut self, accepted: &Accepted) -> Result<Option<Asked<'s>>> {
        let snapshot = self.snapshot;
        let serving = match self.serving.get(&accepted.field) {
            Some(known) => known,
            None => {
                let serving = snapshot.serving_of(accepted.field)?;
                self.serving.entry(accepted.field).or_insert(serving)
            }
        };
        let Some(serving) = serving else { return Ok(None) };
        let runs = (accepted.runs() * serving.segments.len()) as u64;
        if !may_look_up(runs, self.left) {
            return Ok(None);
        }
        self.left = self.left.saturating_sub(runs * LOOKUP);
        let mut parts = Vec::with_capacity(serving.segments.len());
        for (ids, index) in &serving.segments {
            // Of lists it is not known which have no item of a kind.
            if index.has_several() && accepted.any {
                return Ok(None);
            }
            parts.push(Part {
                ids: ids.clone(),
                index,
                found: index.find(accepted)?,
            });
        }
        let rows = parts.iter().map(|part| part.found.rows).sum();
        Ok(Some(Asked {
            rows,
            entries: rows,
            runs,
            exact: parts.iter().all(|part| part.found.exact),
            what: What::Of(Looked {
                field: accepted.field,
                parts,
            }),
        }))
    }

    /// Which of some conditions to look up, where all must hold: the rarest, and each further one that costs less to read than testing
    /// the rows that it rules out.
    fn choose(&self, mut asked: Vec<Asked<'s>>, mut exact: bool) -> Option<Asked<'s>> {
        asked.sort_by_key(|part| part.rows);
        let mut rest = asked.into_iter();
        let first = rest.next()?;
        let (mut rows, mut entries, mut runs) = (first.rows, first.entries, first.runs);
        exact &= first.exact;
        let mut chosen = vec![first];
        for part in rest {
            let share = part.rows as f64 / self.stored.max(1) as f64;
            let saved = rows as f64 * (1.0 - share.min(1.0)) * (TEST * self.fields) as f64;
            if (part.entries * ENTRY + part.runs * LOOKUP) as f64 > saved {
                exact = false;
                continue;
            }
            rows = (rows as f64 * share.min(1.0)) as u64;
            entries += part.entries;
            runs += part.runs;
            exact &= part.exact;
            chosen.push(part);
        }
        if let [_] = chosen.as_slice() {
            let only = chosen.pop()?;
            return Some(Asked { exact, ..only });
        }
        Some(Asked {
            what: What::All(chosen),
            rows,
            entries,
            runs,
            exact,
        })
    }
}

impl<'s> Asked<'s> {
    /// The one set of values of one column that it comes down to, if it does.
    pub(super) fn only(&self) -> Option<&Looked<'s>> {
        match &self.what {
            What::Of(looked) => Some(looked),
            _ => None,
        }
    }

    /// The columns whose indexes are read.
    pub(super) fn fields(&self) -> Vec<u32> {
        let mut fields = match &self.what {
            What::Of(looked) => vec![looked.field],
            What::All(parts) | What::Any(parts) => parts.iter().flat_map(Self::fields).collect(),
        };
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// What it costs to read the ids.
    pub(super) fn cost(&self) -> u64 {
        self.entries * ENTRY + self.lookups()
    }

    /// What it costs to look the values up.
    pub(super) fn lookups(&self) -> u64 {
        self.runs * LOOKUP
    }

    /// How many rows indexes hold, where that is known without reading the ids.
    pub(super) fn only_count(&self) -> Option<u64> {
        let several = |looked: &Looked<'_>| looked.parts.iter().any(|part| part.index.has_several());
        self.only().filter(|looked| !several(looked)).map(|_| self.rows)
    }

    /// The ids, of which all are in a range.
    pub(super) fn ids(&self, range: &Range<u64>) -> Result<Ids> {
        match &self.what {
            What::Of(looked) if Ids::are_few(range, self.entries) => {
                let mut ids = Vec::with_capacity(self.entries as usize);
                looked.each(&mut |id| {
                    ids.push(id);
                    Ok(())
                })?;
                Ok(Ids::listed(ids))
            }
            What::Of(looked) => Ok(Ids::Marked(range.start, looked.marked(range)?)),
            What::Any(parts) => {
                let mut all = Ids::Listed(Vec::new());
                for part in parts {
                    all = all.or(part.ids(range)?);
                }
                Ok(all)
            }
            What::All(parts) => {
                let mut parts = parts.iter();
                let mut all = match parts.next() {
                    Some(first) => first.ids(range)?,
                    None => Ids::Listed(Vec::new()),
                };
                for part in parts {
                    all = all.and(&part.ids(range)?);
                }
                Ok(all)
            }
        }
    }

    /// The ids below one that some index which is read does not cover.
    pub(super) fn gaps(&self, until: u64) -> Vec<Range<u64>> {
        match &self.what {
            What::Of(looked) => looked.gaps(until),
            What::All(parts) | What::Any(parts) => {
                united(parts.iter().flat_map(|part| part.gaps(until)).collect())
            }
        }
    }

    /// Whether all segments that are read cover only ids below one.
    pub(super) fn ends_by(&self, until: u64) -> bool {
        match &self.what {
            What::Of(looked) => looked.parts.iter().all(|part| part.ids.end <= until),
            What::All(parts) | What::Any(parts) => parts.iter().all(|part| part.ends_by(until)),
        }
    }
}

impl Looked<'_> {
    /// The ids below one that no segment covers.
    pub(super) fn gaps(&self, until: u64) -> Vec<Range<u64>> {
        gaps_between(self.parts.iter().map(|part| &part.ids), until)
    }

    fn marked(&self, range: &Range<u64>) -> Result<Bits> {
        let mut bits = Bits::filled(range.end.saturating_sub(range.start) as usize, false);
        for Part { index, found, .. } in &self.parts {
            for values in &found.values {
                index.mark(values.clone(), range.start, &mut bits)?;
            }
            if found.nulls {
                index.each_null(&mut |id| {
                    bits.set(id.saturating_sub(range.start) as usize);
                    Ok(())
                })?;
            }
        }
        Ok(bits)
    }

    fn each(&self, take: &mut dyn FnMut(u64) -> Result<()>) -> Result<()> {
        for Part { index, found, .. } in &self.parts {
            for values in &found.values {
                index.each_in(values.clone(), take)?;
            }
            if found.nulls {
                index.each_null(take)?;
            }
        }
        Ok(())
    }
}
