//! Rows that are to leave every version: which they are, and what takes the place of the files that hold some of them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::filter::{Columns, Filter};
use crate::format::{Covers, Fragment, IndexEntry, IndexFile, Raw, Rows};
use crate::fragment::Segment;
use crate::snapshot::TableState;
use crate::table::created::Created;
use crate::table::fragments::name_of;
use crate::table::handle::Table;

/// For each fragment that holds some of the rows, by the names of its files, what takes its place; `None` where nothing is left.
type Ready = HashMap<Vec<String>, Option<Fragment>>;

/// Rows that match a filter, alive or dead, in any version.
#[derive(Debug)]
pub(in crate::table) struct Leaving<'f> {
    filter: Option<&'f Filter>,
    ready: Ready,
}

/// Rows that leave, of one state of the table.
#[derive(Debug, Default)]
pub(in crate::table) struct LeftOut {
    /// All of them.
    pub(in crate::table) rows: Rows,
    /// How many of them the newest version shows.
    pub(in crate::table) current: u64,
    ready: Ready,
}

impl<'f> Leaving<'f> {
    pub(in crate::table) fn new(filter: Option<&'f Filter>) -> Self {
        let ready = HashMap::new();
        Self { filter, ready }
    }

    /// Writes what takes the place of fragments that hold some of the rows. Its files are added to `created`.
    pub(in crate::table) fn make_ready(
        &mut self,
        table: &Table,
        state: &TableState,
        created: &mut Created,
    ) -> Result<()> {
        for (segment, fragment) in state.segments.iter().zip(&state.manifest.fragments) {
            let name = name_of(fragment.get());
            let rows = matching(segment, self.filter)?;
            if rows.is_empty() || self.ready.contains_key(&name) {
                continue;
            }
            let kept = kept(segment, &rows);
            let written = match kept.is_empty() {
                true => None,
                false => Some(table.write_anew(&[(segment, Some(kept))], &state.fields, created)?),
            };
            self.ready.insert(name, written);
        }
        Ok(())
    }

    /// The rows that leave a state. `None` where a fragment is not ready.
    pub(in crate::table) fn of(&self, state: &TableState) -> Result<Option<LeftOut>> {
        let mut left = LeftOut::default();
        for (at, segment) in state.segments.iter().enumerate() {
            let rows = matching(segment, self.filter)?;
            let fragment = state.manifest.fragments.get(at).filter(|_| !rows.is_empty());
            if let Some(name) = fragment.map(|fragment| name_of(fragment.get())) {
                let Some(ready) = self.ready.get(&name) else {
                    return Ok(None);
                };
                left.ready.insert(name, ready.clone());
            }
            left.add(state, &rows);
        }
        Ok(Some(left))
    }

    /// The rows that would leave a state.
    pub(in crate::table) fn preview(&self, state: &TableState) -> Result<LeftOut> {
        let mut left = LeftOut::default();
        for segment in &state.segments {
            left.add(state, &matching(segment, self.filter)?);
        }
        Ok(left)
    }
}

impl LeftOut {
    fn add(&mut self, state: &TableState, rows: &Rows) {
        let is_alive = |(_, id): &(usize, u64)| state.deaths.died(*id).is_none();
        self.current += rows.ids_from(0).filter(is_alive).count() as u64;
        self.rows.extend(rows);
    }

    /// Whether a segment of rows, which no other one overlaps, holds some of them.
    pub(in crate::table) fn are_in(&self, rows: &Rows) -> bool {
        self.rows.any_in(rows.first()..rows.last().saturating_add(1))
    }

    /// What takes the place of a fragment that holds some of them.
    pub(in crate::table) fn in_place_of(&self, fragment: &Fragment) -> Result<Option<&Fragment>> {
        let ready = self.ready.get(&name_of(fragment));
        let ready = ready.ok_or_else(|| Error::internal("a fragment without what takes its place"))?;
        Ok(ready.as_ref())
    }

    /// The other rows of a segment.
    pub(in crate::table) fn others_in(&self, segment: &Segment) -> Vec<u32> {
        kept(segment, &self.rows)
    }

    /// Whether an index segment says anything of them, or of rows that were dropped before. Of one that this build does not know nobody
    /// can tell.
    pub(in crate::table) fn are_indexed_by(&self, state: &TableState, index: &IndexEntry) -> Result<bool> {
        let Some(index) = index.known() else {
            return Ok(true);
        };
        Ok(self.rows.any_in(index.from..index.until) || stored(state, index)? != index.rows)
    }

    /// How many files of a state have to go, and their bytes.
    pub(in crate::table) fn files_of(&self, state: &TableState) -> Result<(u64, u64)> {
        let fragments = state.manifest.fragments.iter().map(Raw::get);
        let holding = fragments.filter(|fragment| self.are_in(&fragment.rows));
        let lengths = holding
            .flat_map(|fragment| &fragment.groups)
            .map(|group| group.length);
        let mut lengths: Vec<u64> = lengths.collect();
        for index in state.manifest.indexes.iter().map(Raw::get) {
            if self.are_indexed_by(state, index)? {
                lengths.push(index.length());
            }
        }
        Ok((lengths.len() as u64, lengths.iter().sum()))
    }
}

/// The rows of a segment that match, by their ids: each is asked by itself, whatever became of it.
fn matching(segment: &Segment, filter: Option<&Filter>) -> Result<Rows> {
    let Some(filter) = filter else {
        return Ok(segment.rows().clone());
    };
    let mut rows = Rows::default();
    if filter.may_match(&|field| segment.stats(field)) {
        let bits = segment.matching(filter)?.bits;
        bits.ones()
            .for_each(|row| rows.extend(&Rows::run(segment.rows().id(row), 1)));
    }
    Ok(rows)
}

/// The positions of the rows of a segment that are none of these.
fn kept(segment: &Segment, leaving: &Rows) -> Vec<u32> {
    let stays = segment
        .rows()
        .ids_from(0)
        .filter(|(_, id)| leaving.position(*id).is_none());
    stays.filter_map(|(row, _)| u32::try_from(row).ok()).collect()
}

/// How many rows an index segment would have if it was made anew.
fn stored(state: &TableState, index: &IndexFile) -> Result<u64> {
    let fragments = state.segments.iter().take(state.manifest.fragments.len());
    let mut count = 0;
    for segment in fragments {
        let rows = segment.rows();
        let covered = rows.count_below(index.from)..rows.count_below(index.until);
        count += match &index.covers {
            Covers::Vector(field) if !covered.is_empty() => vectors(segment, *field, covered)?,
            _ => covered.len(),
        };
    }
    Ok(count as u64)
}

/// How many of some rows of a segment have a vector.
fn vectors(segment: &Arc<Segment>, field: u32, rows: std::ops::Range<usize>) -> Result<usize> {
    let Some(column) = segment.column(field) else {
        return Ok(0);
    };
    let nulls = segment.stats(field).map(|stats| stats.nulls as usize);
    if let Some(nulls) = nulls.filter(|nulls| *nulls == 0 || rows.len() == segment.len()) {
        return Ok(rows.len().saturating_sub(nulls));
    }
    let mut count = 0;
    for row in rows {
        count += usize::from(!column.is_null(row)?);
    }
    Ok(count)
}
