use std::sync::TryLockError;

use super::merge::merge_candidates;
use super::purge::unfinished;
use crate::environment::Stop;
use crate::error::Result;
use crate::table::Table;

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

impl Table {
    /// Merges a run of small fragments, if there are enough of them; where there are not, builds an index segment for rows that
    /// have none, if there are enough of those. Readers and writers go on meanwhile; the history does
    /// not change. Returns whether there was anything to do.
    ///
    /// # Errors
    /// What the store says, [`crate::error::Code::Corrupt`].
    pub fn maintain(&self) -> Result<bool> {
        self.maintain_until(&Stop::default())
    }

    /// As [`Table::maintain`]; when it is to stop, nothing is begun and the building of an index is given up.
    ///
    /// # Errors
    /// What the store says, [`crate::error::Code::Corrupt`].
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
        state.manifest.check_writable()?;
        let purged = match self.purge_is_due(&state) {
            true => self.finish_purge(),
            false => Ok(None),
        };
        if matches!(purged, Ok(Some(0))) {
            return Ok(true);
        }
        // One that cannot be finished holds nothing else up.
        let is_done = self.maintain_layout(stop)?;
        purged.map_or_else(
            |error| if is_done { Ok(true) } else { Err(error) },
            |_| Ok(is_done),
        )
    }

    fn maintain_layout(&self, stop: &Stop) -> Result<bool> {
        let state = self.refresh()?;
        match merge_candidates(&state.manifest.fragments) {
            None => self.index_next(&state, stop),
            Some(range) => {
                let merged = self.merge(&state, range, None)?.is_some();
                // What it names must not seem to be read.
                drop(state);
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
    /// What the store says, [`crate::error::Code::Corrupt`]. Where a purge could not be finished, all else was done.
    pub fn optimize(&self) -> Result<Optimized> {
        self.optimize_until(&Stop::default())
    }

    /// As [`Table::optimize`], but it ends as soon as it can when it is to stop.
    ///
    /// # Errors
    /// What the store says, [`crate::error::Code::Corrupt`]; [`crate::error::Code::Closed`] where it was stopped. What was done until then stays.
    pub fn optimize_until(&self, stop: &Stop) -> Result<Optimized> {
        let _maintaining = Self::lock(&self.maintaining);
        // Files that nothing names may be named in a way that only others know.
        self.refresh()?.manifest.check_writable()?;
        let mut done = Optimized {
            removed_files: self.remove_orphans()?,
            ..Optimized::default()
        };
        // One that cannot be finished holds nothing else up, and is told at the end.
        let purged = self.finish_purge();
        done.dropped_rows = if_room(self.expire(true))?;
        done.removed_files += {
            let state = self.refresh()?;
            self.try_sweep(&state, 0)?
        };
        if_room(self.change_layout(|table, state, next| {
            if state.manifest.inline.is_empty() {
                return Ok(false);
            }
            next.spill(table).map(|()| true)
        }))?;
        done.dropped_rows += if_room(self.expire(false))?;
        if_room(self.forget_deaths())?;
        // Before anything is merged: searches gain more from it.
        done.indexed_rows = if_room(self.index_all(stop))?;
        if_room(self.forget_dropped())?;
        done.merged = if_room(self.merge_all(stop))?;
        if_room(self.write_shadows(stop))?;
        // There may be room now.
        let purged = purged.or_else(|_| self.finish_purge());
        done.removed_files += self.remove_orphans()?;
        purged.map_err(|error| unfinished(self.current().manifest.version, &error))?;
        Ok(done)
    }
}

/// What needs room on the disk is left out where there is none.
fn if_room<T: Default>(result: Result<T>) -> Result<T> {
    match result {
        Err(error) if error.disk_is_full() => Ok(T::default()),
        result => result,
    }
}
