use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Bytes, Entry, PutOutcome, Sink, Store};
use crate::error::{Code, Error, Result};

/// A database that lives as long as its handle: the same files, in a map.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    content: Arc<Mutex<Content>>,
}

#[derive(Debug, Default)]
struct Content {
    files: BTreeMap<String, Bytes>,
    directories: BTreeSet<String>,
}

impl Content {
    fn check_directory(&self, path: &str) -> Result<()> {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if self.directories.contains(directory) {
            return Ok(());
        }
        let message = format!("Could not write {path}: there is no such directory.");
        Err(Error::new(Code::Io, message).file(path))
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The content is valid after every single operation on it, so a panic elsewhere does not spoil it.
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn create_directory(
        &self,
        _: &str,
        path: &str,
        folders: &[&str],
        (file, bytes): (&str, &[u8]),
    ) -> Result<PutOutcome> {
        let mut content = self.content();
        if !content.directories.insert(path.to_owned()) {
            return Ok(PutOutcome::Exists);
        }
        let folders = folders.iter().map(|folder| format!("{path}/{folder}"));
        content.directories.extend(folders);
        let file = format!("{path}/{file}");
        content.files.insert(file, Bytes::from(bytes.to_vec()));
        Ok(PutOutcome::Created)
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        let mut content = self.content();
        content.check_directory(path)?;
        if content.files.contains_key(path) {
            return Ok(PutOutcome::Exists);
        }
        content.files.insert(path.to_owned(), Bytes::from(bytes.to_vec()));
        Ok(PutOutcome::Created)
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        Ok(Box::new(MemorySink {
            store: self.clone(),
            path: path.to_owned(),
            bytes: Vec::new(),
        }))
    }

    fn sync_directory(&self, _path: &str) -> Result<()> {
        Ok(())
    }

    fn open(&self, path: &str) -> Result<Option<Bytes>> {
        Ok(self.content().files.get(path).cloned())
    }

    fn exists(&self, path: &str) -> Result<bool> {
        Ok(self.content().files.contains_key(path))
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        let prefix = if directory.is_empty() {
            String::new()
        } else {
            format!("{directory}/")
        };
        let content = self.content();
        let mut names: Vec<&str> = content
            .files
            .range(prefix.clone()..)
            .map_while(|(path, _)| path.strip_prefix(&prefix))
            .filter_map(|rest| rest.split('/').next())
            .collect();
        names.dedup();
        Ok(names
            .into_iter()
            .map(|name| Entry {
                name: name.to_owned(),
                age_ms: 0,
            })
            .collect())
    }

    fn remove(&self, path: &str) -> Result<()> {
        self.content().files.remove(path);
        Ok(())
    }

    fn rename_directory(&self, from: &str, to: &str) -> Result<PutOutcome> {
        let mut content = self.content();
        content.check_directory(&format!("{from}/"))?;
        if content.directories.contains(to) {
            return Ok(PutOutcome::Exists);
        }
        let renamed = |path: &str| match path.strip_prefix(from) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
            _ => path.to_owned(),
        };
        let files = std::mem::take(&mut content.files);
        content.files = files
            .into_iter()
            .map(|(path, bytes)| (renamed(&path), bytes))
            .collect();
        content.directories = content.directories.iter().map(|path| renamed(path)).collect();
        Ok(PutOutcome::Created)
    }

    fn remove_directory(&self, path: &str) -> Result<()> {
        let prefix = format!("{path}/");
        let mut content = self.content();
        content.files.retain(|file, _| !file.starts_with(&prefix));
        content
            .directories
            .retain(|directory| directory != path && !directory.starts_with(&prefix));
        Ok(())
    }
}

#[derive(Debug)]
struct MemorySink {
    store: MemoryStore,
    path: String,
    bytes: Vec<u8>,
}

impl Sink for MemorySink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { store, path, bytes } = *self;
        let mut content = store.content();
        content.check_directory(&path)?;
        let replaced = content.files.insert(path.clone(), Bytes::from(bytes));
        match replaced {
            None => Ok(()),
            Some(_) => {
                Err(Error::new(Code::Internal, format!("The file {path} was written twice.")).file(path))
            }
        }
    }
}
