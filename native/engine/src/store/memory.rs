use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    Blob, Bytes, Catalog, ConditionalLog, Entry, ManifestLog, PutOutcome, Sink, Store, manifest_name,
};
use crate::error::{Code, Error, Result};

/// A database that lives as long as its handle: the same files, in a map.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    content: Arc<Mutex<Content>>,
}

#[derive(Debug, Default)]
struct Content {
    files: BTreeMap<String, Bytes>,
    tables: BTreeSet<String>,
}

impl Content {
    /// Refuses a file of a table that is not there.
    fn check_table(&self, path: &str) -> Result<()> {
        let table = path.split_once('/').map_or("", |(table, _)| table);
        if self.tables.contains(table) {
            return Ok(());
        }
        let message = format!("Could not write {path}: there is no such directory.");
        Err(Error::new(Code::Io, message).file(path))
    }

    /// What stands between a directory and the next `/` or the end, in order.
    fn names<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = &'a str> {
        let within = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let length = within.len();
        let files = self.files.range(within.clone()..);
        files
            .take_while(move |(path, _)| path.starts_with(&within))
            .filter_map(move |(path, _)| path.get(length..)?.split('/').next())
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
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        let mut content = self.content();
        content.check_table(path)?;
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
            is_new: true,
        }))
    }

    fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>> {
        Ok(Box::new(MemorySink {
            store: self.clone(),
            path: path.to_owned(),
            bytes: Vec::new(),
            is_new: false,
        }))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>> {
        let bytes = self.content().files.get(path).cloned();
        Ok(bytes.map(|bytes| Box::new(bytes) as Box<dyn Blob>))
    }

    fn exists(&self, path: &str) -> Result<bool> {
        Ok(self.content().files.contains_key(path))
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        let content = self.content();
        let mut names: Vec<&str> = content.names(directory).collect();
        names.dedup();
        let entry = |name: &str| Entry {
            name: name.to_owned(),
            age_ms: 0,
        };
        Ok(names.into_iter().map(entry).collect())
    }

    fn first(&self, directory: &str) -> Result<Option<String>> {
        Ok(self.content().names(directory).next().map(str::to_owned))
    }

    fn remove(&self, path: &str) -> Result<()> {
        self.content().files.remove(path);
        Ok(())
    }

    fn is_near(&self) -> bool {
        true
    }
}

impl Catalog for MemoryStore {
    fn tables(&self) -> Result<Vec<String>> {
        Ok(self.content().tables.iter().cloned().collect())
    }

    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog> {
        Arc::new(ConditionalLog::new(Arc::new(self.clone()), table))
    }

    fn create_table(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome> {
        let mut content = self.content();
        if !content.tables.insert(table.to_owned()) {
            return Ok(PutOutcome::Exists);
        }
        let path = format!("{table}/_manifests/{}", manifest_name(sequence));
        content.files.insert(path, Bytes::from(manifest.to_vec()));
        Ok(PutOutcome::Created)
    }

    fn rename_table(&self, from: &str, to: &str) -> Result<PutOutcome> {
        let mut content = self.content();
        content.check_table(&format!("{from}/"))?;
        if !content.tables.insert(to.to_owned()) {
            return Ok(PutOutcome::Exists);
        }
        content.tables.remove(from);
        let renamed = |path: String| match path.strip_prefix(from) {
            Some(rest) if rest.starts_with('/') => format!("{to}{rest}"),
            _ => path,
        };
        let files = std::mem::take(&mut content.files).into_iter();
        content.files = files.map(|(path, bytes)| (renamed(path), bytes)).collect();
        Ok(PutOutcome::Created)
    }

    fn drop_table(&self, table: &str) -> Result<()> {
        let within = format!("{table}/");
        let mut content = self.content();
        content.files.retain(|file, _| !file.starts_with(&within));
        content.tables.remove(table);
        Ok(())
    }
}

#[derive(Debug)]
struct MemorySink {
    store: MemoryStore,
    path: String,
    bytes: Vec<u8>,
    /// Nobody else uses its name.
    is_new: bool,
}

impl Sink for MemorySink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self {
            store,
            path,
            bytes,
            is_new,
        } = *self;
        let mut content = store.content();
        content.check_table(&path)?;
        let replaced = content.files.insert(path.clone(), Bytes::from(bytes));
        match replaced {
            None => Ok(()),
            Some(_) if !is_new => Ok(()),
            Some(_) => {
                Err(Error::new(Code::Internal, format!("The file {path} was written twice.")).file(path))
            }
        }
    }
}
