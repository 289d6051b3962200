use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, TryLockError};

use super::Table;
use super::next::Next;
use super::state::State;
use super::stop::Stop;
use crate::error::{Code, Error, Result};
use crate::format::{Fragment, Raw};
use crate::fragment::{Segment, Shadow};
use crate::history::check_kept;
use crate::schema::Field;
use crate::store::{Entry, is_temporary};

/// What a run of upkeep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Optimized {
    /// Fragments that were merged into others.
    pub merged: u64,
    /// Dead rows that the retention let go.
    pub dropped_rows: u64,
    /// Rows that new index segments cover.
    pub indexed_rows: u64,
    /// Files that nothing names any more.
    pub removed_files: u64,
}

/// When upkeep should run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// There is nothing to do.
    Nothing,
    /// Soon: it is quickly done, or there is much of it.
    Now,
    /// When nobody is waiting for a commit.
    InAPause,
}

/// Manifests that are kept beside the newest: readers that are just opening them find them.
const KEPT: u64 = 4;
/// Manifests are swept when the sequence is a multiple of this.
const SWEEP_EVERY: u64 = 8;
/// Fragments are merged up to this size.
const TARGET_BYTES: u64 = 512 * 1024 * 1024;
/// And up to so many rows.
const TARGET_ROWS: usize = 1_000_000;
/// A small fragment, of which few are tolerated.
const SMALL: u64 = 1024 * 1024;
/// More fragments than this are not put up with for the sake of a writer in a hurry.
const MANY: usize = 192;
/// A file that nothing names and that is this old was left behind by a writer that died.
const ORPHAN_MS: u64 = 24 * 60 * 60 * 1000;

impl Table {
    /// Whether [`Table::maintain`] has anything to do, and how urgent it is. Looks at nothing but the manifest in memory.
    #[must_use]
    pub fn due(&self) -> Due {
        let state = self.current();
        let fragments = &state.manifest.fragments;
        match merge_candidates(fragments) {
            None => self.index_due(&state),
            Some(range)
                if fragments.len() > MANY
                    || fragments
                        .get(range.clone())
                        .is_some_and(|run| run.iter().all(is_small)) =>
            {
                Due::Now
            }
            Some(_) => Due::InAPause,
        }
    }

    /// Merges a run of small fragments, if there are enough of them; where there are not, builds an index segment for rows that
    /// have none, if there are enough of those. Readers and writers go on meanwhile; the history does
    /// not change. Returns whether there was anything to do.
    ///
    /// # Errors
    /// What the store says, [`Code::Corrupt`].
    pub fn maintain(&self) -> Result<bool> {
        self.maintain_until(&Stop::default())
    }

    /// As [`Table::maintain`]; when it is to stop, nothing is begun and the building of an index is given up.
    ///
    /// # Errors
    /// What the store says, [`Code::Corrupt`].
    pub fn maintain_until(&self, stop: &Stop) -> Result<bool> {
        if stop.is_set() {
            return Ok(false);
        }
        let _maintaining = match self.maintaining.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Ok(maintaining) => maintaining,
        };
        let state = self.refresh()?;
        match merge_candidates(&state.manifest.fragments) {
            None => self.index_next(&state, stop),
            Some(range) => {
                let merged = self.merge(&state, range, None)?.is_some();
                let state = self.current();
                if merge_candidates(&state.manifest.fragments).is_none() {
                    let _ = self.try_sweep(&state, 0);
                }
                Ok(merged)
            }
        }
    }

    /// Brings the layout into its best shape: files that nothing names removed, dead rows beyond the retention dropped, rows
    /// out of the manifest, small fragments merged. What makes room comes first; what needs room is left out where the disk is full.
    ///
    /// # Errors
    /// What the store says, [`Code::Corrupt`].
    pub fn optimize(&self) -> Result<Optimized> {
        self.optimize_until(&Stop::default())
    }

    /// As [`Table::optimize`], but it ends as soon as it can when it is to stop.
    ///
    /// # Errors
    /// What the store says, [`Code::Corrupt`]; [`Code::Closed`] where it was stopped. What was done until then stays.
    pub fn optimize_until(&self, stop: &Stop) -> Result<Optimized> {
        let _maintaining = Self::lock(&self.maintaining);
        let mut done = Optimized {
            removed_files: self.remove_orphans()?,
            ..Optimized::default()
        };
        done.dropped_rows = if_room(self.expire(true))?;
        let state = self.refresh()?;
        done.removed_files += self.try_sweep(&state, 0)?;
        if_room(self.change_layout(|table, state, next| {
            if state.manifest.inline.is_empty() {
                return Ok(false);
            }
            next.spill(table, state).map(|()| true)
        }))?;
        done.dropped_rows += if_room(self.expire(false))?;
        if_room(self.forget_deaths())?;
        // Before anything is merged: searches gain more from it.
        done.indexed_rows = if_room(self.index_all(stop))?;
        done.merged = if_room(self.merge_all(stop))?;
        if_room(self.write_shadows(stop))?;
        done.removed_files += self.remove_orphans()?;
        Ok(done)
    }

    fn merge_all(&self, stop: &Stop) -> Result<u64> {
        let mut merged = 0;
        loop {
            stop.check()?;
            let state = self.refresh()?;
            let Some(range) = adjacent_small(&state.manifest.fragments) else {
                return Ok(merged);
            };
            match self.merge(&state, range, None)? {
                Some(more) => merged += more,
                None => return Ok(merged),
            }
        }
    }

    /// How long dead rows are kept: `None` for ever. They go at the next [`Table::optimize`].
    ///
    /// # Errors
    /// What the store says.
    pub fn set_retention(&self, retention_ms: Option<i64>) -> Result<()> {
        if retention_ms.is_some_and(|ms| ms < 0) {
            return Err(Error::new(
                Code::InvalidArgument,
                "A retention cannot be negative.",
            ));
        }
        self.change_layout(|_, _, next| {
            next.manifest.retention = retention_ms;
            Ok(true)
        })?;
        Ok(())
    }

    /// Writes the fragments of a range as one; rows in `dropped` are left out. `None` where somebody else was faster.
    fn merge(
        &self,
        state: &Arc<State>,
        range: std::ops::Range<usize>,
        dropped: Option<&dyn Fn(u64) -> bool>,
    ) -> Result<Option<u64>> {
        let old: Vec<Raw<Fragment>> = state
            .manifest
            .fragments
            .get(range.clone())
            .unwrap_or_default()
            .to_vec();
        let segments = state.segments.get(range).unwrap_or_default();
        let (written, merged) = self.write_merged(state, segments, dropped)?;
        let landed = self.change_layout(|table, now, next| {
            let Some(at) = position_of(&now.manifest.fragments, &old) else {
                return Ok(false);
            };
            let segment = match &merged {
                None => None,
                Some(fragment) => Some(Segment::open(
                    &*table.home.store,
                    &table.home.path("data"),
                    fragment,
                    &now.fields,
                )?),
            };
            let replaced = at..at + old.len();
            let fragment = merged.clone().map(Raw::new).transpose()?;
            next.manifest.fragments.splice(replaced.clone(), fragment);
            next.known.segments.splice(replaced, segment.map(Arc::new));
            for group in old.iter().flat_map(|fragment| &fragment.get().groups) {
                next.retire("data", group.file.clone())?;
            }
            Ok(true)
        });
        match landed {
            Ok(true) => Ok(Some(old.len() as u64)),
            // Somebody else changed the fragments, or it was this merge, and its answer came late.
            Ok(false) if written.is_part_of(&self.current().manifest) => Ok(Some(old.len() as u64)),
            Ok(false) => {
                written.abandon(&*self.home.store);
                Ok(None)
            }
            Err(error) => {
                if error.code() != Code::CommitUnknown && !written.is_part_of(&self.current().manifest) {
                    written.abandon(&*self.home.store);
                }
                Err(error)
            }
        }
    }

    /// Writes the rows of segments to one fragment, if any are left, and says what was written for it.
    fn write_merged(
        &self,
        state: &State,
        segments: &[Arc<Segment>],
        dropped: Option<&dyn Fn(u64) -> bool>,
    ) -> Result<(Next, Option<Fragment>)> {
        let keep = |segment: &Segment| {
            let dropped = dropped?;
            let rows = (0..u32::try_from(segment.len()).unwrap_or(u32::MAX))
                .filter(|&row| !dropped(segment.rows().id(row as usize)));
            Some(rows.collect::<Vec<u32>>())
        };
        let sources: Vec<(&Segment, Option<Vec<u32>>)> = segments
            .iter()
            .map(|segment| (&**segment, keep(segment)))
            .collect();
        let left: usize = sources
            .iter()
            .map(|(segment, kept)| kept.as_ref().map_or(segment.len(), Vec::len))
            .sum();
        let mut written = Next::follow(self, state)?;
        if left == 0 {
            return Ok((written, None));
        }
        match self.or_gone(written.write(self, &sources, &state.fields)) {
            Ok(fragment) => Ok((written, Some(fragment))),
            Err(error) => {
                written.abandon(&*self.home.store);
                Err(error)
            }
        }
    }

    /// Puts a manifest of the same version: only the layout changes. `change` says whether there is anything to do.
    pub(super) fn change_layout(
        &self,
        mut change: impl FnMut(&Self, &Arc<State>, &mut Next) -> Result<bool>,
    ) -> Result<bool> {
        let _writing = Self::lock(&self.writing);
        loop {
            let state = self.refresh()?;
            state.manifest.check_writable()?;
            let mut next = Next::follow(self, &state)?;
            match change(self, &state, &mut next) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => {
                    next.abandon(&*self.home.store);
                    if !self.has_moved(&state)? {
                        return Err(error);
                    }
                    continue;
                }
            }
            if self.put(&state, next)? {
                return Ok(true);
            }
        }
    }

    /// Removes manifests that no reader opens any more, and files that no manifest left names. A failure harms nobody: the
    /// next run tries again.
    pub(super) fn sweep(&self, state: &State) {
        if state.manifest.sequence.is_multiple_of(SWEEP_EVERY) {
            let _ = self.try_sweep(state, KEPT);
        }
    }

    fn try_sweep(&self, state: &State, kept: u64) -> Result<u64> {
        let until = state.manifest.sequence.saturating_sub(kept);
        // The manifest before the newest always stays: whoever put the newest looks for it.
        let before = until.min(state.manifest.sequence.saturating_sub(1));
        let mut old: Vec<u64> = self
            .home
            .sequences()?
            .into_iter()
            .filter(|sequence| *sequence < before)
            .collect();
        // Ascending: whoever finds the manifest before a sequence knows that the sequence itself was never removed.
        old.sort_unstable();
        for sequence in old {
            self.home.store.remove(&self.home.manifest_path(sequence))?;
        }
        let mut removed = 0;
        for retired in state
            .manifest
            .retired
            .iter()
            .map(Raw::get)
            .filter(|retired| retired.sequence <= until)
        {
            let path = self.home.path(&format!("{}/{}", retired.directory, retired.file));
            let done = self.home.store.remove(&path).is_ok();
            removed += u64::from(done);
            self.kept_by_system(&retired.file, !done);
        }
        self.swept.fetch_max(until, Ordering::Relaxed);
        Ok(removed)
    }

    /// Remembers whether a file of no manifest could not be removed, as somebody has it open. It stays among the retired ones,
    /// so that it is tried again.
    fn kept_by_system(&self, file: &str, kept: bool) {
        let mut stuck = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        match kept {
            true => stuck.insert(file.to_owned()),
            false => stuck.remove(file),
        };
    }

    /// Drops dead rows that neither the retention nor a tag keeps; `whole` leaves out what writes fragments anew.
    fn expire(&self, whole: bool) -> Result<u64> {
        let Some(retention) = self.refresh()?.manifest.retention else {
            return Ok(0);
        };
        let now = self.home.environment.now();
        let horizon = (now.saturating_sub(retention), now);
        // First say that the versions are gone, then drop their rows: a reader is told, and never misled. A tag that was
        // made meanwhile is seen in the second round, or its maker sees that it is too late.
        while self.change_layout(|table, now, next| table.let_go(now, next, horizon))? {}
        let state = self.refresh()?;
        let gone = self.gone(&state)?;
        self.drop_rows(&gone, whole)
    }

    /// Whether a row, by its id, is one that no version shows any more: neither the retention nor a tag keeps it.
    pub(super) fn gone(&self, state: &State) -> Result<impl Fn(u64) -> bool + use<>> {
        let mut views = Vec::new();
        for &version in &state.manifest.kept {
            let commit = match version {
                0 => continue,
                version => self.log.commit(&state.manifest.log, version)?,
            };
            views.push((version, commit.get().watermark));
        }
        let (deaths, oldest) = (state.deaths.clone(), state.manifest.oldest);
        Ok(move |id: u64| {
            let died = deaths.died(id).filter(|died| *died <= oldest);
            died.is_some_and(|died| {
                !views
                    .iter()
                    .any(|(version, watermark)| id < *watermark && died > *version)
            })
        })
    }

    /// Says in a manifest which versions end at a horizon, given with the clock. Returns whether that is anything new.
    fn let_go(&self, now: &State, next: &mut Next, (horizon, clock): (i64, i64)) -> Result<bool> {
        let manifest = &now.manifest;
        let oldest = self
            .log
            .version_at(&manifest.log, manifest.version, horizon, clock)?
            .max(manifest.oldest);
        let mut kept: Vec<u64> = self.tags.all()?.into_iter().map(|tag| tag.version).collect();
        kept.retain(|version| *version < oldest && check_kept(manifest, *version).is_ok());
        kept.dedup();
        let new = oldest != manifest.oldest || kept != manifest.kept;
        next.manifest.oldest = oldest;
        next.manifest.kept = kept;
        Ok(new)
    }

    /// Leaves fragments out of which all rows are gone, and unless `whole` says so, writes those anew that hold some.
    fn drop_rows(&self, gone: &dyn Fn(u64) -> bool, whole: bool) -> Result<u64> {
        let mut dropped = 0;
        let mut at = 0;
        loop {
            let now = self.refresh()?;
            let Some(segment) = now.segments.get(at).filter(|_| at < now.manifest.fragments.len()) else {
                return Ok(dropped);
            };
            let dead = segment.rows().ids_from(0).filter(|(_, id)| gone(*id)).count();
            let emptied = dead == segment.len();
            if dead > 0 && (emptied || !whole) {
                if self.merge(&now, at..at + 1, Some(gone))?.is_none() {
                    return Ok(dropped);
                }
                dropped += dead as u64;
                if emptied {
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Forgets the deaths of rows that were dropped: nobody can ask about them.
    fn forget_deaths(&self) -> Result<()> {
        self.change_layout(|table, now, next| {
            let is_stored = |id: u64| {
                let after = now
                    .segments
                    .partition_point(|segment| segment.rows().first() <= id);
                let segment = after.checked_sub(1).and_then(|at| now.segments.get(at));
                segment.is_some_and(|segment| segment.rows().position(id).is_some())
            };
            let mut deaths = now.deaths.all();
            deaths.retain(|(id, _)| is_stored(*id));
            if deaths.len() == now.deaths.len() {
                return Ok(false);
            }
            next.replace_deaths(table, deaths).map(|()| true)
        })?;
        Ok(())
    }

    /// Writes the fragments anew that lack a shadow: they were written before there were any.
    fn write_shadows(&self, stop: &Stop) -> Result<()> {
        let from = self.indexing().shadow_from;
        loop {
            stop.check()?;
            let state = self.refresh()?;
            let mut fragments = state.manifest.fragments.iter();
            let Some(at) = fragments.position(|fragment| lacks_shadow(fragment.get(), &state.fields, from))
            else {
                return Ok(());
            };
            if self.merge(&state, at..at + 1, None)?.is_none() {
                return Ok(());
            }
        }
    }

    /// Removes files that nothing names: those that left the layout, and those that writers left behind when they died.
    fn remove_orphans(&self) -> Result<u64> {
        let state = self.refresh()?;
        let mut removed = self.try_sweep(&state, 0)?;
        let mut named: HashSet<String> = HashSet::new();
        let manifest = &state.manifest;
        named.extend(
            manifest
                .fragments
                .iter()
                .flat_map(|fragment| &fragment.get().groups)
                .map(|group| group.file.clone()),
        );
        named.extend(manifest.indexes.iter().map(|index| index.get().file.clone()));
        named.extend(manifest.deaths.runs.iter().map(|run| run.file.clone()));
        named.extend(manifest.retired.iter().map(|retired| retired.get().file.clone()));
        let mut unread = Ok(());
        self.log.each_part(&manifest.log, |part, read| {
            named.insert(part.file.clone());
            if let Err(error) = read {
                unread = Err(error);
            }
        });
        unread?;
        for directory in ["data", "deaths", "index", "_log"] {
            let directory = self.home.path(directory);
            for entry in self.home.store.list(&directory)? {
                if !named.contains(&entry.name) {
                    removed += self.remove_old(&directory, &entry);
                }
            }
        }
        for directory in ["_manifests", "_tags"] {
            let directory = self.home.path(directory);
            for entry in self.home.store.list(&directory)? {
                if is_temporary(&entry.name) {
                    removed += self.remove_old(&directory, &entry);
                }
            }
        }
        Ok(removed)
    }

    /// Removes a file that nobody can be about to name, because of its age. Returns how many that were: where the system does not let
    /// go of it, the next run tries again.
    fn remove_old(&self, directory: &str, entry: &Entry) -> u64 {
        let path = format!("{directory}/{}", entry.name);
        u64::from(entry.age_ms > ORPHAN_MS && self.home.store.remove(&path).is_ok())
    }
}

/// What needs room on the disk is left out where there is none.
fn if_room<T: Default>(result: Result<T>) -> Result<T> {
    match result {
        Err(error) if error.disk_is_full() => Ok(T::default()),
        result => result,
    }
}

fn lacks_shadow(fragment: &Fragment, fields: &[Field], from: usize) -> bool {
    let mut places = fragment.groups.iter().flat_map(|group| &group.columns);
    places.any(|place| {
        let field = fields.iter().find(|field| field.id == place.field);
        let worth = field.and_then(|field| Shadow::worth(&field.data_type, fragment.rows.len(), from));
        place.shadow.is_none() && worth.is_some()
    })
}

fn is_small(fragment: &Raw<Fragment>) -> bool {
    bytes_of(fragment) < SMALL
}

fn bytes_of(fragment: &Raw<Fragment>) -> u64 {
    fragment.get().groups.iter().map(|group| group.length).sum()
}

/// Neighbours of about one size: 4 small ones, or 16 larger ones. So a row is rewritten some log n times, and there are
/// never more than some log n fragments.
fn merge_candidates(fragments: &[Raw<Fragment>]) -> Option<std::ops::Range<usize>> {
    let tier = |fragment: &Raw<Fragment>| match bytes_of(fragment) {
        bytes if bytes < SMALL => (bytes.max(64 * 1024).ilog2() - 16) / 2,
        bytes => 2 + (bytes.ilog2() - 20) / 4,
    };
    let mut start = 0;
    while start < fragments.len() {
        let first = tier(fragments.get(start)?);
        let run = fragments
            .iter()
            .skip(start)
            .take_while(|fragment| tier(fragment) <= first)
            .count();
        let wanted = if first < 2 { 4 } else { 16 };
        let end = start + run;
        if run >= wanted && fits(fragments.get(start..end)?) {
            return Some(start..end);
        }
        start += fragments
            .iter()
            .skip(start)
            .take_while(|fragment| tier(fragment) == first)
            .count();
    }
    None
}

fn fits(fragments: &[Raw<Fragment>]) -> bool {
    let bytes: u64 = fragments.iter().map(bytes_of).sum();
    let rows: usize = fragments.iter().map(|fragment| fragment.get().rows.len()).sum();
    bytes <= TARGET_BYTES && rows <= TARGET_ROWS
}

/// The first neighbours that together are no larger than a fragment should be.
fn adjacent_small(fragments: &[Raw<Fragment>]) -> Option<std::ops::Range<usize>> {
    for start in 0..fragments.len() {
        let mut end = start + 1;
        while end < fragments.len() && fits(fragments.get(start..=end)?) {
            end += 1;
        }
        if end - start > 1 {
            return Some(start..end);
        }
    }
    None
}

/// Where a run of fragments stands, if it still does.
fn position_of(fragments: &[Raw<Fragment>], run: &[Raw<Fragment>]) -> Option<usize> {
    let same = |a: &Raw<Fragment>, b: &Raw<Fragment>| a.get().files().eq(b.get().files());
    let first = run.first()?;
    let at = fragments.iter().position(|fragment| same(fragment, first))?;
    let now = fragments.get(at..at + run.len())?;
    now.iter().zip(run).all(|(a, b)| same(a, b)).then_some(at)
}
