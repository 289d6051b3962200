use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::created::named_in;
use crate::snapshot::TableState;

/// States before the current one that may still be read, in a store where files are opened when they are first read.
#[derive(Debug, Default)]
pub(super) struct Earlier(Mutex<Vec<Weak<TableState>>>);

impl Earlier {
    /// Remembers a state that is not the current one any more.
    pub(super) fn add(&self, state: &Arc<TableState>) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.retain(|state| state.strong_count() > 0);
        states.push(Arc::downgrade(state));
    }

    /// The files that snapshots, scans and searches may yet open, which the newest manifest need not name.
    pub(super) fn files(&self) -> HashSet<String> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = HashSet::new();
        for state in states.iter().filter_map(Weak::upgrade) {
            files.extend(named_in(&state.manifest).into_iter().map(str::to_owned));
        }
        files
    }
}
