//! Removes files and manifests that are no longer needed.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::handle::Table;
use crate::error::Result;
use crate::format::Raw;
use crate::home::Elsewhere;
use crate::snapshot::TableState;

/// So many manifests are kept beside the newest, for readers that are just opening one of them.
const KEPT: u64 = 4;
/// Old manifests are removed at every sequence that is a multiple of this.
const SWEEP_EVERY: u64 = 8;

impl Table {
    /// Removes manifests that no reader opens any more, and files that no remaining manifest names. A failure does no harm, as the
    /// next run tries again.
    pub(super) fn sweep(&self, state: &TableState) {
        // Of a table with branches each removal looks at all of them: it is left to upkeep.
        if state.manifest.sequence.is_multiple_of(SWEEP_EVERY) && !state.manifest.has_lines() {
            let _ = self.try_sweep(state, KEPT);
        }
    }

    pub(crate) fn try_sweep(&self, state: &TableState, kept: u64) -> Result<u64> {
        let until = state.manifest.sequence.saturating_sub(kept);
        // The manifest before the newest always stays: whoever put the newest checks that it is there.
        let before = until.min(state.manifest.sequence.saturating_sub(1));
        let kept = self.home.manifests.forget_before(before)?;
        // What a manifest names that a reader may still go by stays with it.
        let until = if kept < before { kept } else { until };
        Ok(self.remove_retired(state, until, &self.earlier.files())?.0)
    }

    /// Files that a snapshot of this process may yet open.
    pub(crate) fn spared(&self) -> HashSet<String> {
        self.earlier.files()
    }

    /// Removes the files that retired at or before a sequence, but those that are `spared`: they stay among the retired ones, for the next
    /// run. What another line names is left to it. Returns how many are gone, and how many the system keeps.
    ///
    /// # Errors
    /// What the store says of other lines of the table.
    pub(super) fn remove_retired(
        &self,
        state: &TableState,
        until: u64,
        spared: &HashSet<String>,
    ) -> Result<(u64, u64)> {
        let (mut removed, mut kept) = (0, 0);
        let retired = state.manifest.retired.iter().map(Raw::get);
        let due: Vec<_> = retired.filter(|retired| retired.sequence <= until).collect();
        let elsewhere = match due.is_empty() {
            true => Elsewhere::default(),
            false => self.home.elsewhere(&state.manifest, false)?,
        };
        for retired in due {
            if elsewhere.has(&retired.file) {
                continue;
            }
            let path = self.home.path(&format!("{}/{}", retired.directory, retired.file));
            let done = !spared.contains(&retired.file) && self.home.store.remove(&path).is_ok();
            removed += u64::from(done);
            kept += u64::from(!done);
            self.kept_by_system(&retired.file, !done);
        }
        self.swept.fetch_max(until, Ordering::Relaxed);
        Ok((removed, kept))
    }

    /// Remembers files that could not be removed because somebody has them open. They stay among the retired ones, so that the next
    /// run tries again.
    fn kept_by_system(&self, file: &str, kept: bool) {
        let mut stuck = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        match kept {
            true => stuck.insert(file.to_owned()),
            false => stuck.remove(file),
        };
    }
}
