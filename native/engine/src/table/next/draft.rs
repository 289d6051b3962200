use std::sync::PoisonError;

use crate::error::Result;
use crate::format::{Commit, Manifest, Raw, Retired};
use crate::snapshot::{Known, State};
use crate::store::Store;
use crate::table::handle::Table;

/// The next manifest, with what is known of it already, and the files that were written for it.
pub(crate) struct Next {
    pub(crate) manifest: Manifest,
    pub(crate) known: Known,
    /// The paths of files that go again where the manifest does not land.
    pub(crate) created: Vec<String>,
}

impl Next {
    /// A manifest that follows `state` and is the same but for its number and name.
    ///
    /// # Errors
    /// [`crate::error::Code::Io`]: there is no name for it.
    pub(crate) fn follow(table: &Table, state: &State) -> Result<Self> {
        let mut manifest = state.manifest.clone();
        manifest.sequence += 1;
        manifest.id = table.home.environment.uuid()?.to_hex();
        let swept = table.swept.load(std::sync::atomic::Ordering::Relaxed);
        let stuck = table.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        let stays = |retired: &Retired| retired.sequence > swept || stuck.contains(&retired.file);
        manifest.retired.retain(|retired| stays(retired.get()));
        drop(stuck);
        let known = Known {
            indexes: state.indexes.clone(),
            segments: state.segments.clone(),
            deaths: state.deaths.clone(),
            ended: Vec::new(),
        };
        Ok(Self {
            manifest,
            known,
            created: Vec::new(),
        })
    }

    /// Removes the files that were written for a manifest that did not land.
    pub(crate) fn abandon(self, store: &dyn Store) {
        for path in &self.created {
            // What stays is swept by optimize().
            let _ = store.remove(path);
        }
    }

    /// The commit that this manifest makes; none where only the layout changes.
    pub(crate) fn commit(&self) -> Option<&Raw<Commit>> {
        let last = self.manifest.log.tail.last();
        last.filter(|commit| commit.get().id == self.manifest.id)
    }

    /// Whether a manifest names a file that was written for this one.
    pub(crate) fn is_part_of(&self, manifest: &Manifest) -> bool {
        let groups = manifest
            .fragments
            .iter()
            .flat_map(|fragment| &fragment.get().groups);
        let indexes = manifest.indexes.iter().map(|index| index.get().file());
        let mut files = groups.map(|group| group.file.as_str()).chain(indexes);
        files.any(|file| self.created.iter().any(|path| path.ends_with(file)))
    }

    /// Lists a file that this manifest no longer names.
    pub(crate) fn retire(&mut self, directory: &str, file: String) -> Result<()> {
        let sequence = self.manifest.sequence;
        self.manifest.retired.push(Raw::new(Retired {
            directory: directory.to_owned(),
            file,
            sequence,
        })?);
        Ok(())
    }
}
