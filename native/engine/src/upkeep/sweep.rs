use std::collections::HashSet;

use crate::error::Result;
use crate::store::{Entry, is_temporary};
use crate::table::Table;

/// A file that nothing names and that is this old was left behind by a writer that died.
const ORPHAN_MS: u64 = 24 * 60 * 60 * 1000;

impl Table {
    /// Removes files that nothing names: those that left the layout, and those that writers left behind when they died.
    pub(crate) fn remove_orphans(&self) -> Result<u64> {
        let state = self.refresh()?;
        let mut removed = self.try_sweep(&state, 0)?;
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
        for directory in ["data", "deaths", "index", "_log"] {
            let directory = self.home.path(directory);
            for entry in self.home.store.list(&directory)? {
                if !named.contains(&entry.name) {
                    removed += self.remove_old(&directory, &entry);
                }
            }
        }
        let now = self.home.environment.now();
        for directory in ["_manifests", "_tags"] {
            let directory = self.home.path(directory);
            for entry in self.home.store.list(&directory)? {
                if is_temporary(&entry.name) {
                    removed += self.remove_old(&directory, &entry);
                }
                if directory.ends_with("/_tags") && self.leases.is_over(&entry.name, now)? {
                    let path = format!("{directory}/{}", entry.name);
                    removed += u64::from(self.home.store.remove(&path).is_ok());
                }
            }
        }
        Ok(removed)
    }

    /// How many files may hold rows or what was made of them, and are named by nothing: those of writes that are under way, or of writers
    /// that died.
    pub(super) fn unnamed(&self) -> Result<u64> {
        let state = self.refresh()?;
        let manifest = &state.manifest;
        let retired = manifest.retired.iter().map(|retired| retired.get().file.as_str());
        let named: HashSet<&str> = manifest.files().map(|(_, file)| file).chain(retired).collect();
        let mut unnamed = 0;
        for directory in ["data", "index", "_manifests"] {
            let entries = self.home.store.list(&self.home.path(directory))?;
            let is_unnamed = |entry: &&Entry| match directory {
                "_manifests" => is_temporary(&entry.name),
                _ => !named.contains(entry.name.as_str()),
            };
            unnamed += entries.iter().filter(is_unnamed).count() as u64;
        }
        Ok(unnamed)
    }

    /// Removes a file that nobody can be about to name, because of its age. Returns how many that were: where the system does not let
    /// go of it, the next run tries again.
    fn remove_old(&self, directory: &str, entry: &Entry) -> u64 {
        let path = format!("{directory}/{}", entry.name);
        u64::from(entry.age_ms > ORPHAN_MS && self.home.store.remove(&path).is_ok())
    }
}
