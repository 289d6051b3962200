//! A store in which whoever writes a file of rows, or one in another folder, waits at a gate, as long as it is closed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use varve_engine::{
    Blob, Catalog, Code, Entry, Error, LocalStore, ManifestLog, PutOutcome, Result, Sink, Store,
};

/// Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct GatedStore {
    inner: Arc<LocalStore>,
    gate: Arc<Gate>,
    /// What the paths have in them of which the files wait.
    folder: &'static str,
    /// The next confirmation of a name fails.
    pub(crate) refuses: Arc<AtomicBool>,
    /// Every confirmation of a name fails.
    pub(crate) is_ill: Arc<AtomicBool>,
    /// No file of rows is removed: somebody has it open.
    pub(crate) keeps: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    waiting: usize,
}

impl GatedStore {
    pub(crate) fn new(inner: LocalStore) -> Self {
        Self::at("/data/", inner)
    }

    pub(crate) fn at(folder: &'static str, inner: LocalStore) -> Self {
        Self {
            folder,
            inner: Arc::new(inner),
            gate: Arc::default(),
            refuses: Arc::default(),
            is_ill: Arc::default(),
            keeps: Arc::default(),
        }
    }

    pub(crate) fn close(&self) {
        self.gate.state.lock().unwrap().closed = true;
    }

    pub(crate) fn open_gate(&self) {
        self.gate.state.lock().unwrap().closed = false;
        self.gate.moved.notify_all();
    }

    /// Returns when somebody waits at the gate.
    pub(crate) fn wait_for_somebody(&self) {
        let state = self.gate.state.lock().unwrap();
        drop(
            self.gate
                .moved
                .wait_while(state, |state| state.waiting == 0)
                .unwrap(),
        );
    }
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.waiting += 1;
        self.moved.notify_all();
        state = self.moved.wait_while(state, |state| state.closed).unwrap();
        state.waiting -= 1;
    }
}

#[derive(Debug)]
struct GatedSink {
    inner: Box<dyn Sink>,
    gate: Arc<Gate>,
}

impl Sink for GatedSink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.gate.pass();
        self.inner.write(bytes)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.inner.finish()
    }
}

impl Store for GatedStore {
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        self.inner.put_if_absent(path, bytes)
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        let inner = self.inner.create(path)?;
        let gate = Arc::clone(&self.gate);
        Ok(match path.contains(self.folder) {
            true => Box::new(GatedSink { inner, gate }),
            false => inner,
        })
    }

    fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>> {
        self.inner.create_whole(path)
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>> {
        self.inner.open(path)
    }

    fn exists(&self, path: &str) -> Result<bool> {
        self.inner.exists(path)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        self.inner.list(directory)
    }

    fn remove(&self, path: &str) -> Result<()> {
        if path.contains("/data/") && self.keeps.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Io, "Somebody has it open."));
        }
        self.inner.remove(path)
    }

    fn confirm(&self, path: &str) -> Result<()> {
        if self.refuses.swap(false, Ordering::Relaxed) || self.is_ill.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Io, "The disk does not answer."));
        }
        self.inner.confirm(path)
    }

    fn is_near(&self) -> bool {
        self.inner.is_near()
    }
}

impl Catalog for GatedStore {
    fn tables(&self) -> Result<Vec<String>> {
        self.inner.tables()
    }

    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog> {
        self.inner.manifests(table)
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

    fn journals(&self) -> bool {
        self.inner.journals()
    }

    fn place(&self) -> Option<PathBuf> {
        self.inner.place()
    }
}
