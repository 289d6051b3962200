use std::collections::HashSet;

use crate::error::Result;
use crate::snapshot::TableState;
use crate::store::{Entry, is_temporary};
use crate::table::Table;

/// A file that nothing names and that is this old was left behind by a writer that died.
const ORPHAN_MS: u64 = 24 * 60 * 60 * 1000;

impl Table {
    /// Removes files that nothing names: those that left the layout, and those that writers left behind when they died.
    pub(crate) fn remove_orphans(&self) -> Result<u64> {
        let state = self.refresh()?;
        let removed = self.try_sweep(&state, 0)?;
        let orphans = self.orphans(&state)?;
        let paths = orphans
            .iter()
            .map(|(directory, name)| self.home.path(&format!("{directory}/{name}")));
        // Where the system does not let go of one, the next run tries again.
        let gone = paths.filter(|path| self.home.store.remove(path).is_ok()).count();
        Ok(removed + gone as u64)
    }

    /// The files that nothing names and nobody can be about to name, because of their age, and leases that are over; each with its folder.
    pub(super) fn orphans(&self, state: &TableState) -> Result<Vec<(&'static str, String)>> {
        let mut orphans = Vec::new();
        let is_old = |entry: &Entry| entry.age_ms > ORPHAN_MS;
        let manifest = &state.manifest;
        let mut named: HashSet<String> = manifest.files().map(|(_, file)| file.to_owned()).collect();
        named.extend(manifest.retired.iter().map(|retired| retired.get().file.clone()));
        let mut unread = Ok(());
        self.log.each_part(&manifest.log, |part, read| {
            named.insert(part.file.clone());
            if let Err(error) = read {
                unread = Err(error);
            }
        });
        unread?;
        named.extend(self.home.elsewhere(manifest, true)?.into_names());
        for directory in ["data", "deaths", "index", "_log"] {
            let entries = self.home.store.list(&self.home.path(directory))?.into_iter();
            let unnamed = entries.filter(|entry| !named.contains(&entry.name) && is_old(entry));
            orphans.extend(unnamed.map(|entry| (directory, entry.name)));
        }
        let now = self.home.environment.now();
        for directory in ["_manifests", "_tags"] {
            for entry in self.home.store.list(&self.home.path(directory))? {
                let is_left = is_temporary(&entry.name) && is_old(&entry);
                if is_left || directory == "_tags" && self.leases.is_over(&entry.name, now)? {
                    orphans.push((directory, entry.name));
                }
            }
        }
        Ok(orphans)
    }

    /// How many files may hold rows or what was made of them, and are named by nothing: those of writes that are under way, or of writers
    /// that died.
    pub(super) fn unnamed(&self) -> Result<u64> {
        let state = self.refresh()?;
        let manifest = &state.manifest;
        let retired = manifest.retired.iter().map(|retired| retired.get().file.as_str());
        let named: HashSet<&str> = manifest.files().map(|(_, file)| file).chain(retired).collect();
        let elsewhere = self.home.elsewhere(manifest, false)?;
        let mut unnamed = 0;
        for directory in ["data", "index", "_manifests"] {
            let entries = self.home.store.list(&self.home.path(directory))?;
            let is_unnamed = |entry: &&Entry| match directory {
                "_manifests" => is_temporary(&entry.name),
                _ => !named.contains(entry.name.as_str()) && !elsewhere.has(&entry.name),
            };
            unnamed += entries.iter().filter(is_unnamed).count() as u64;
        }
        Ok(unnamed)
    }
}
