use std::collections::HashSet;
use std::sync::Arc;

use crate::format::{Fragment, Manifest};
use crate::home::TableHome;
use crate::store::Store;

/// Files that were written for a manifest which is not there yet. They go with this value, unless they are kept.
#[derive(Debug)]
pub(crate) struct Created(Files);

/// Files that stay, as a manifest may name them.
#[derive(Debug)]
pub(crate) struct Kept(Files);

#[derive(Debug)]
struct Files {
    store: Arc<dyn Store>,
    paths: Vec<String>,
}

impl Created {
    pub(crate) fn new(home: &TableHome) -> Self {
        let store = Arc::clone(&home.store);
        let paths = Vec::new();
        Self(Files { store, paths })
    }

    /// Adds a file that is about to be written.
    pub(crate) fn add(&mut self, path: String) {
        self.0.paths.push(path);
    }

    /// Adds the files of a fragment.
    pub(super) fn add_fragment(&mut self, home: &TableHome, fragment: &Fragment) {
        let paths = fragment.files().map(|file| home.path(&format!("data/{file}")));
        self.0.paths.extend(paths);
    }

    /// Adds the files that were written for another part of the manifest.
    pub(super) fn absorb(&mut self, mut other: Self) {
        self.0.paths.append(&mut other.0.paths);
    }

    /// Whether a manifest names one of them, as a file of rows or an index.
    pub(crate) fn is_named_in(&self, manifest: &Manifest) -> bool {
        self.0.is_named_in(manifest)
    }

    /// Keeps all of them.
    pub(crate) fn keep(&mut self) -> Kept {
        let store = Arc::clone(&self.0.store);
        let paths = std::mem::take(&mut self.0.paths);
        Kept(Files { store, paths })
    }

    /// Keeps those that a manifest names, and removes the others.
    pub(super) fn keep_named(&mut self, manifest: &Manifest) {
        let named = named_in(manifest);
        self.0.paths.retain(|path| !named.contains(last_part(path)));
        self.0.remove();
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        self.0.remove();
    }
}

impl Kept {
    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.paths.iter().map(|path| last_part(path))
    }

    /// Whether a manifest names one of them, as a file of rows or an index.
    pub(super) fn is_named_in(&self, manifest: &Manifest) -> bool {
        self.0.is_named_in(manifest)
    }

    /// No manifest names them, and none will: they go.
    pub(crate) fn give_up(mut self) {
        self.0.remove();
    }
}

impl Files {
    fn is_named_in(&self, manifest: &Manifest) -> bool {
        let named = named_in(manifest);
        self.paths.iter().any(|path| named.contains(last_part(path)))
    }

    fn remove(&mut self) {
        for path in self.paths.drain(..) {
            // What stays is swept by optimize().
            let _ = self.store.remove(&path);
        }
    }
}

pub(super) fn named_in(manifest: &Manifest) -> HashSet<&str> {
    manifest.files().map(|(_, file)| file).collect()
}

pub(super) fn last_part(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
