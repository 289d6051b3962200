use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

use super::tries::Tries;
use crate::error::Result;
use crate::snapshot::TableState;
use crate::table::handle::Table;

/// The directories from which files of rows and of what was made of them retire.
const DIRECTORIES: [&str; 3] = ["data", "deaths", "index"];
impl Table {
    fn purging(&self) -> MutexGuard<'_, Tries> {
        self.purging.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a purge to be finished, and this handle has not tried it a moment ago.
    pub(crate) fn purge_is_due(&self, state: &TableState) -> bool {
        let Some(purge) = state.manifest.unfinished_purge() else {
            return false;
        };
        let now = self.home.environment.monotonic();
        !self.purging().has_tried(purge.sequence, now)
    }

    /// Finishes a purge: removes the manifests before it, whatever the journal still holds of them, the files that retired until then, and
    /// what this machine keeps beside a store that is far. Who still reads one that it has open goes on. May be cut short and repeated at any
    /// time, by whoever comes first.
    ///
    /// Returns how many files the system keeps, because somebody has them open: they are tried again by whoever finishes next. `None`
    /// where there is nothing to finish.
    pub(crate) fn finish_purge(&self) -> Result<Option<u64>> {
        let Some(purge) = self.refresh()?.manifest.unfinished_purge() else {
            return Ok(None);
        };
        self.purging().last = Some((purge.sequence, self.home.environment.monotonic()));
        // The manifest before the newest always stays: until there is one behind that of the purge, it is one that held the rows.
        self.change_layout(|_, state, _| Ok(state.manifest.sequence <= purge.sequence))?;
        if self.purging().erased < purge.sequence {
            self.home.manifests.erase_before(purge.sequence)?;
            self.purging().erased = purge.sequence;
        }
        let state = self.refresh()?;
        let (_, mut kept) = self.remove_retired(&state, purge.sequence, &HashSet::new())?;
        for directory in DIRECTORIES {
            self.home
                .store
                .confirm(&self.home.path(&format!("{directory}/")))?;
        }
        // Copies are dropped for every table of the store: not before it is the last that is left to do.
        if kept == 0 {
            kept = self.home.store.forget_copies()?;
        }
        if kept == 0 {
            self.change_layout(|_, state, next| {
                let is_last = state.manifest.unfinished_purge() == Some(purge);
                if let Some(last) = next.manifest.purge.as_mut().filter(|_| is_last) {
                    last.pending = false;
                }
                Ok(is_last)
            })?;
        }
        Ok(Some(kept))
    }
}
