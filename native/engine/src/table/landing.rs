use std::sync::Arc;

use crate::format::{Commit, Manifest, Raw};
use crate::snapshot::State;
use crate::store::Store;

/// A state that is the table's once its manifest lands, with the files that were written for it.
#[derive(Debug)]
pub(super) struct Landing {
    pub(super) state: Arc<State>,
    /// The paths of files that go again where the manifest does not land.
    pub(super) created: Vec<String>,
}

impl Landing {
    /// Removes the files that were written for a manifest that did not land.
    pub(super) fn abandon(&self, store: &dyn Store) {
        for path in &self.created {
            // What stays is swept by optimize().
            let _ = store.remove(path);
        }
    }

    /// The last commit that the manifest makes; none where only the layout changes.
    pub(super) fn commit(&self) -> Option<&Raw<Commit>> {
        last_commit(&self.state)
    }

    /// Whether a manifest names a file that was written for this one.
    pub(super) fn is_part_of(&self, manifest: &Manifest) -> bool {
        names_any(manifest, &self.created)
    }
}

/// Whether a manifest names one of some files.
pub(super) fn names_any(manifest: &Manifest, paths: &[String]) -> bool {
    let fragments = manifest.fragments.iter();
    let groups = fragments.flat_map(|fragment| &fragment.get().groups);
    let indexes = manifest.indexes.iter().map(|index| index.get().file());
    let mut files = groups.map(|group| group.file.as_str()).chain(indexes);
    files.any(|file| paths.iter().any(|path| path.ends_with(file)))
}

/// The commit that made a state, where its manifest made one.
pub(super) fn last_commit(state: &State) -> Option<&Raw<Commit>> {
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
    pub(super) state: Arc<State>,
}
