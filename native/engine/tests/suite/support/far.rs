//! A store that one has to wait for, as an object store: it counts what it is asked, and may leave open whether a put landed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use varve_engine::{
    Blob, Catalog, Code, ConditionalLog, Entry, Error, ManifestLog, MemoryStore, PutOutcome, Result, Sink,
    Store,
};

/// Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct FarStore {
    inner: MemoryStore,
    /// What is listed no more, and may still be read for a while by whoever knows the name.
    removed: MemoryStore,
    calls: Arc<Mutex<Vec<String>>>,
    /// Counts the puts of manifests, of which some have an answer that says nothing; `None` where all are answered.
    puts: Option<Arc<AtomicU64>>,
    /// The puts of manifests that were answered with an error and are still on their way; `None` where none is held up.
    late: Arc<Mutex<Option<Vec<Put>>>>,
}

/// A path and the bytes for it.
type Put = (String, Vec<u8>);

impl FarStore {
    pub(crate) fn new() -> Self {
        Self {
            inner: MemoryStore::new(),
            removed: MemoryStore::new(),
            calls: Arc::default(),
            puts: None,
            late: Arc::default(),
        }
    }

    /// Every third put of a manifest is answered with an error; every second of these has landed.
    pub(crate) fn undecided() -> Self {
        Self {
            puts: Some(Arc::default()),
            ..Self::new()
        }
    }

    /// From now on puts of manifests are answered with an error and held up.
    pub(crate) fn hold_up(&self) {
        *self.late.lock().unwrap() = Some(Vec::new());
    }

    /// What was held up arrives, and nothing is held up any more.
    pub(crate) fn arrive(&self) {
        for (path, bytes) in self.late.lock().unwrap().take().unwrap_or_default() {
            self.inner.put_if_absent(&path, &bytes).unwrap();
        }
    }

    /// What it was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// What was removed can be read by nobody any more.
    pub(crate) fn let_go_of_removed(&self) {
        for table in self.removed.tables().unwrap() {
            self.removed.drop_table(&table).unwrap();
        }
    }

    /// Loses a file.
    pub(crate) fn lose(&self, path: &str) {
        self.inner.remove(path).unwrap();
    }

    fn ask(&self, what: &str, path: &str) {
        self.calls.lock().unwrap().push(format!("{what} {path}"));
    }
}

impl Store for FarStore {
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        self.ask("put", path);
        let mut late = self.late.lock().unwrap();
        if let Some(late) = late.as_mut().filter(|_| path.contains("/_manifests/")) {
            late.push((path.to_owned(), bytes.to_vec()));
            return Err(Error::new(Code::Io, "The line was cut."));
        }
        drop(late);
        let number = self.puts.as_ref().filter(|_| path.contains("/_manifests/"));
        let number = number.map(|puts| puts.fetch_add(1, Ordering::Relaxed) + 1);
        match number {
            Some(number) if number.is_multiple_of(3) => {
                if number.is_multiple_of(2) {
                    self.inner.put_if_absent(path, bytes)?;
                }
                Err(Error::new(Code::Io, "409: another operation is under way."))
            }
            _ => self.inner.put_if_absent(path, bytes),
        }
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        self.ask("create", path);
        self.inner.create(path)
    }

    fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>> {
        self.ask("create", path);
        self.inner.create_whole(path)
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>> {
        self.ask("open", path);
        match self.inner.open(path)? {
            None => self.removed.open(path),
            found => Ok(found),
        }
    }

    fn exists(&self, path: &str) -> Result<bool> {
        self.ask("exists", path);
        self.inner.exists(path)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        self.ask("list", directory);
        self.inner.list(directory)
    }

    fn first(&self, directory: &str) -> Result<Option<String>> {
        self.ask("first", directory);
        self.inner.first(directory)
    }

    fn remove(&self, path: &str) -> Result<()> {
        self.ask("remove", path);
        if path.contains("/data/") || path.contains("/index/") {
            let table = path.split('/').next().unwrap();
            self.removed.create_table(table, 0, &[])?;
            if let Some(blob) = self.inner.open(path)? {
                self.removed.put_if_absent(path, &blob.map()?)?;
            }
        }
        self.inner.remove(path)
    }
}

impl Catalog for FarStore {
    fn tables(&self) -> Result<Vec<String>> {
        self.inner.tables()
    }

    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog> {
        Arc::new(ConditionalLog::new(Arc::new(self.clone()), table))
    }

    fn create_table(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome> {
        self.inner.create_table(table, sequence, manifest)
    }

    fn rename_table(&self, from: &str, to: &str) -> Result<PutOutcome> {
        self.inner.rename_table(from, to)
    }

    fn drop_table(&self, table: &str) -> Result<()> {
        self.inner.drop_table(table)
    }
}
