//! Rows that are to leave every version: which they are, and what takes the place of the files that hold some of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::filter::{Columns, Filter};
use crate::format::{Covers, Fragment, IndexEntry, IndexFile, Raw, Rows};
use crate::fragment::Segment;
use crate::schema::Field;
use crate::snapshot::{TableState, with_keys};
use crate::table::created::Created;
use crate::table::fragments::name_of;
use crate::table::handle::Table;
use crate::value::Value;

/// For each fragment that holds some of the rows, by the names of its files, what takes its place; `None` where nothing is left.
type Ready = HashMap<Vec<String>, Option<Fragment>>;

/// Rows that match a filter, alive or dead, in any version.
#[derive(Debug)]
pub(in crate::table) struct Leaving<'f> {
    filter: Option<&'f Filter>,
    /// The key column and its values, where these are what the filter asks for.
    keys: Option<(u32, Vec<Value>)>,
    /// What was found in fragments, by the names of their files: a fragment of such files does not change.
    found: HashMap<Vec<String>, Found>,
}

/// The rows of a fragment that leave, and what takes its place: nothing where none is left, and where none leaves.
#[derive(Debug)]
struct Found {
    rows: Rows,
    written: Option<Fragment>,
}

/// Rows that leave, of one state of the table.
#[derive(Debug, Default)]
pub(in crate::table) struct LeftOut {
    /// All of them.
    pub(in crate::table) rows: Rows,
    /// How many of them the newest version shows.
    pub(in crate::table) current: u64,
    ready: Ready,
    /// The files of the index segments that say anything of them, or of rows that were dropped before.
    indexes: HashSet<String>,
}

impl<'f> Leaving<'f> {
    pub(in crate::table) fn new(filter: Option<&'f Filter>, key: Option<&Field>) -> Self {
        let named = |field: &Field| Some((field.id, filter?.names(field.id)?));
        Self {
            filter,
            keys: key.and_then(named),
            found: HashMap::new(),
        }
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
            if self.found.contains_key(&name) {
                continue;
            }
            let rows = self.matching(segment)?;
            let kept = if rows.is_empty() {
                Vec::new()
            } else {
                kept(segment, &rows)
            };
            let written = match kept.is_empty() {
                true => None,
                false => Some(table.write_anew(&[(segment, Some(kept))], &state.fields, created)?),
            };
            self.found.insert(name, Found { rows, written });
        }
        Ok(())
    }

    /// The rows that leave a state. `None` where a fragment is not ready.
    pub(in crate::table) fn of(&self, state: &TableState) -> Result<Option<LeftOut>> {
        let mut left = LeftOut::default();
        for (at, segment) in state.segments.iter().enumerate() {
            let name = state.manifest.fragments.get(at).map(|raw| name_of(raw.get()));
            let is_fragment = name.is_some();
            match name.and_then(|name| self.found.get_key_value(&name)) {
                Some((name, found)) => {
                    if !found.rows.is_empty() {
                        left.ready.insert(name.clone(), found.written.clone());
                    }
                    left.add(state, &found.rows);
                }
                // One that came since it was looked last, or rows of the manifest.
                None => {
                    let rows = self.matching(segment)?;
                    if is_fragment && !rows.is_empty() {
                        return Ok(None);
                    }
                    left.add(state, &rows);
                }
            }
        }
        left.find_indexes(state).map(Some)
    }

    /// The rows that would leave a state.
    pub(in crate::table) fn preview(&self, state: &TableState) -> Result<LeftOut> {
        let mut left = LeftOut::default();
        for segment in &state.segments {
            left.add(state, &self.matching(segment)?);
        }
        left.find_indexes(state)
    }

    /// The rows of a segment that match, by their ids: each is asked by itself, whatever became of it.
    fn matching(&self, segment: &Segment) -> Result<Rows> {
        let Some(filter) = self.filter else {
            return Ok(segment.rows().clone());
        };
        let mut rows = Rows::default();
        if !filter.may_match(&|field| segment.stats(field)) {
            return Ok(rows);
        }
        if let Some((field, keys)) = self.keys.as_ref().filter(|(_, keys)| keys.len() <= segment.len())
            && let Some(found) = with_keys(segment, *field, keys)?
        {
            found.into_iter().for_each(|row| rows.add(segment.rows().id(row)));
            return Ok(rows);
        }
        let bits = segment.matching(filter)?.bits;
        bits.ones().for_each(|row| rows.add(segment.rows().id(row)));
        Ok(rows)
    }
}

impl LeftOut {
    fn add(&mut self, state: &TableState, rows: &Rows) {
        let is_alive = |(_, id): &(usize, u64)| state.deaths.died(*id).is_none();
        self.current += rows.ids_from(0).filter(is_alive).count() as u64;
        self.rows.extend(rows);
    }

    /// Finds the index segments that say anything of them, or of rows that were dropped before. Of one that this build does not know nobody
    /// can tell.
    fn find_indexes(mut self, state: &TableState) -> Result<Self> {
        for index in state.manifest.indexes.iter().map(Raw::get) {
            let holds = match index.known() {
                None => true,
                Some(index) => {
                    self.rows.any_in(index.from..index.until) || stored(state, index)? != index.rows
                }
            };
            if holds {
                self.indexes.insert(index.file().to_owned());
            }
        }
        Ok(self)
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

    /// Whether an index segment says anything of them, or of rows that were dropped before.
    pub(in crate::table) fn are_indexed_by(&self, index: &IndexEntry) -> bool {
        self.indexes.contains(index.file())
    }

    /// How many files of a state have to go, and their bytes.
    pub(in crate::table) fn files_of(&self, state: &TableState) -> (u64, u64) {
        let fragments = state.manifest.fragments.iter().map(Raw::get);
        let holding = fragments.filter(|fragment| self.are_in(&fragment.rows));
        let lengths = holding
            .flat_map(|fragment| &fragment.groups)
            .map(|group| group.length);
        let indexes = state.manifest.indexes.iter().map(Raw::get);
        let indexes = indexes.filter(|index| self.are_indexed_by(index));
        let all = lengths.chain(indexes.map(IndexEntry::length));
        all.fold((0, 0), |(files, bytes), length| (files + 1, bytes + length))
    }
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
