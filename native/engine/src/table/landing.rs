use std::sync::Arc;

use super::created::Created;
use crate::format::{Commit, Raw};
use crate::snapshot::TableState;

/// A state that is the table's once its manifest lands, with the files that were written for it.
#[derive(Debug)]
pub(super) struct Landing {
    pub(super) state: Arc<TableState>,
    pub(super) created: Created,
}

impl Landing {
    /// The last commit that the manifest makes; none where only the layout changes.
    pub(super) fn commit(&self) -> Option<&Raw<Commit>> {
        last_commit(&self.state)
    }
}

/// The commit that made a state, where its manifest made one.
pub(super) fn last_commit(state: &TableState) -> Option<&Raw<Commit>> {
    let last = state.manifest.log.tail.last();
    last.filter(|commit| commit.get().id == state.manifest.id)
}

/// What became of a change whose turn came.
#[derive(Debug)]
pub(super) enum Joined {
    /// There was nothing to do.
    Nothing,
    /// The state after it.
    After(Landing),
    /// Files could not be read or written: perhaps because others replaced them.
    Failed(crate::error::Error),
}

/// What a commit came to.
#[derive(Clone, Debug)]
pub(super) struct Committed {
    /// None where there was nothing to do.
    pub(super) commit: Option<Raw<Commit>>,
    /// The table right after it, or as it was.
    pub(super) state: Arc<TableState>,
}
