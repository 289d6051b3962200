use std::sync::{Arc, PoisonError};

use crate::error::Result;
use crate::format::{Manifest, Raw, Retired};
use crate::home::TableHome;
use crate::snapshot::{Known, TableState};
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::landing::Landing;

/// The next manifest while it is being made, with the parts of its state and the files that were written for it.
pub(crate) struct NextManifest {
    pub(crate) manifest: Manifest,
    pub(crate) known: Known,
    pub(crate) created: Created,
    /// Rows of the manifest became a file: this commit costs more syncs than one in any case.
    pub(super) spilled: bool,
}

impl NextManifest {
    /// Starts with a copy of the manifest of `state`, under the next number and a name of its own.
    ///
    /// # Errors
    /// [`crate::error::Code::Io`]: there is no name for it.
    pub(crate) fn follow(table: &Table, state: &TableState) -> Result<Self> {
        let mut manifest = state.manifest.clone();
        manifest.sequence += 1;
        manifest.id = table.home.environment.uuid()?.to_hex();
        let swept = table.swept.load(std::sync::atomic::Ordering::Relaxed);
        let stuck = table.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        let stays = |retired: &Retired| retired.sequence > swept || stuck.contains(&retired.file);
        manifest.retired.retain(|retired| stays(retired.get()));
        drop(stuck);
        Ok(Self::of(table, state, manifest))
    }

    /// Goes on with the manifest of `state`, which is not put yet: another change joins it.
    pub(super) fn go_on(table: &Table, state: &TableState) -> Self {
        Self::of(table, state, state.manifest.clone())
    }

    fn of(table: &Table, state: &TableState, manifest: Manifest) -> Self {
        let known = Known {
            indexes: state.indexes.clone(),
            segments: state.segments.clone(),
            deaths: state.deaths.clone(),
            ended: Vec::new(),
            tails: Arc::clone(&state.tails),
        };
        let created = Created::new(&table.home);
        Self {
            manifest,
            known,
            created,
            spilled: false,
        }
    }

    /// The state that the manifest describes. `before` is the one before it.
    pub(in crate::table) fn finish(self, home: &TableHome, before: &TableState) -> Result<Landing> {
        let Self {
            manifest,
            known,
            created,
            ..
        } = self;
        let state = TableState::assemble(home, manifest, known, Some(before));
        Ok(Landing {
            state: Arc::new(state?),
            created,
        })
    }

    /// Adds a file to the list of those that the manifest no longer names.
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
