use std::collections::BTreeMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocSet, TERMINATED};

use super::part::{Covered, Part};
use super::statistics::Corpus;
use crate::error::Result;
use crate::index::text::query::Wanted;
use crate::index::text::segment::TextIndex;

/// A term that a version sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expanded {
    pub(crate) term: String,
    /// By how many changes it differs from what is wanted.
    pub(crate) distance: u8,
    /// In how many rows the field holds it.
    pub(crate) frequency: u64,
}

/// Of more terms than this only the first, in the order of their bytes, may be chosen.
const LOOKED_AT: usize = 16_384;

/// The terms of a part by their bytes, each with the most rows that may hold it.
type Found = BTreeMap<String, u64>;

impl Corpus<'_> {
    /// The `most` best terms of a field: the nearest to what is wanted, of these those that most rows hold, then by their bytes. Terms that
    /// only rows hold which the version does not see are none.
    pub(crate) fn expand(&self, field: u32, wanted: &Wanted, most: usize) -> Result<Vec<Expanded>> {
        let mut found = Found::new();
        for part in self.parts() {
            for (term, rows) in part.terms(field, wanted)? {
                *found.entry(term).or_default() += rows;
            }
        }
        let mut possible: Vec<Expanded> = found
            .into_iter()
            .take(LOOKED_AT)
            .filter_map(|(term, frequency)| {
                let distance = wanted.distance(&term)?;
                Some(Expanded {
                    term,
                    distance,
                    frequency,
                })
            })
            .collect();
        possible.sort_by(order);
        let mut chosen: Vec<Expanded> = Vec::new();
        for mut next in possible {
            // Counts of those to come are no greater than what is said of this one.
            let worst = chosen.get(most.saturating_sub(1));
            if worst.is_some_and(|worst| is_behind(&next, worst)) {
                break;
            }
            next.frequency = self.frequency(field, &next.term)?;
            if next.frequency > 0 {
                let at = chosen.partition_point(|other| order(other, &next).is_lt());
                chosen.insert(at, next);
                chosen.truncate(most);
            }
        }
        Ok(chosen)
    }
}

fn order(a: &Expanded, b: &Expanded) -> std::cmp::Ordering {
    let by_rows = b.frequency.cmp(&a.frequency);
    a.distance
        .cmp(&b.distance)
        .then(by_rows)
        .then_with(|| a.term.cmp(&b.term))
}

/// Whether a term is worse than another, even if all of the rows count that may hold it.
fn is_behind(next: &Expanded, worst: &Expanded) -> bool {
    next.distance > worst.distance || next.frequency < worst.frequency
}

impl Part<'_> {
    /// The terms of a field that are wanted and of which the version sees a row, at most so many as are looked at.
    fn terms(&self, field: u32, wanted: &Wanted) -> Result<Found> {
        match self {
            Part::Segment(covered) => match covered.index.place(field) {
                Some(place) => covered.index.contain(|| stream(covered, place, wanted)),
                None => Ok(Found::new()),
            },
            Part::Tail { tail, kept, .. } => {
                let mut found = Found::new();
                for (term, list) in tail.place(field).into_iter().flat_map(|place| kept.terms(place)) {
                    if wanted.distance(term).is_none() {
                        continue;
                    }
                    let rows = self.count(list);
                    if rows > 0 {
                        found.insert(term.to_owned(), rows);
                        if found.len() > LOOKED_AT {
                            found.pop_last();
                        }
                    }
                }
                Ok(found)
            }
        }
    }
}

fn stream(covered: &Covered<'_>, place: usize, wanted: &Wanted) -> Result<Found> {
    let index = covered.index;
    let lists = index.lists(place)?;
    let mut found = Found::new();
    let mut left = index.lists_bytes();
    let mut take = |term: &[u8], info: &tantivy::postings::TermInfo| -> Result<bool> {
        // Each term has a list of at least a byte: a dictionary of more terms was made to be walked for ever.
        left = left
            .checked_sub(1)
            .ok_or_else(|| index.damaged("it has more terms than lists"))?;
        let Ok(term) = std::str::from_utf8(term) else {
            return Ok(true);
        };
        if let Wanted::Prefix(prefix) = wanted
            && !term.starts_with(prefix.as_str())
        {
            return Ok(false);
        }
        if wanted.distance(term).is_some() && has_visible(covered, place, info)? {
            found.insert(term.to_owned(), info.doc_freq.into());
        }
        Ok(found.len() < LOOKED_AT)
    };
    match wanted {
        Wanted::Prefix(prefix) => {
            let mut terms = index.ask(|| Ok(lists.terms.terms().range().ge(prefix).into_stream()?))?;
            while terms.advance() && take(terms.key(), terms.value())? {}
        }
        Wanted::Near { term, distance } => {
            let near = Term::from_field_text(Field::from_field_id(place as u32), term);
            let mut terms = index.ask(|| {
                let automaton = FuzzyTermQuery::new(near, *distance, true).automaton()?;
                Ok(lists.terms.terms().search(automaton).into_stream()?)
            })?;
            while terms.advance() && take(terms.key(), terms.value())? {}
        }
    }
    Ok(found)
}

fn has_visible(covered: &Covered<'_>, place: usize, info: &tantivy::postings::TermInfo) -> Result<bool> {
    let Some(visible) = covered.visible else {
        return Ok(true);
    };
    let index: &TextIndex = covered.index;
    let mut list = index.postings(place, info, IndexRecordOption::Basic)?;
    while list.doc() != TERMINATED {
        if visible.get(list.doc() as usize) {
            return Ok(true);
        }
        list.advance();
    }
    Ok(false)
}
