//! A store that does something else than it says, at one put of a manifest.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex};

use varve_engine::{
    Blob, Bytes, Catalog, Code, Entry, Error, ManifestLog, PutOutcome, Result, Sink, Store,
    inside::manifest_name,
};

type Hook = Box<dyn FnOnce() + Send>;

/// What happens at the next put.
pub(crate) struct Meddling {
    /// While the writer sleeps, before its put.
    pub(crate) before: Hook,
    /// Whether anything is put.
    pub(crate) lands: bool,
    /// While the writer sleeps, after its put.
    pub(crate) after: Hook,
    /// What the writer is told: the truth, an error, or that the name was taken.
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Truth,
    Error,
    Exists,
}

impl Default for Meddling {
    fn default() -> Self {
        Self {
            before: Box::new(|| ()),
            lands: true,
            after: Box::new(|| ()),
            answer: Answer::Truth,
        }
    }
}

/// Another store, and what happens at the next put of a path with `about` in it.
pub(crate) struct MeddledStore {
    inner: Arc<dyn Catalog>,
    plan: Arc<Plan>,
}

struct Plan {
    about: &'static str,
    next: Mutex<Option<Meddling>>,
}

impl MeddledStore {
    pub(crate) fn new(inner: Arc<dyn Catalog>, about: &'static str) -> Arc<Self> {
        let next = Mutex::new(None);
        let plan = Arc::new(Plan { about, next });
        Arc::new(Self { inner, plan })
    }

    pub(crate) fn meddle(&self, meddling: Meddling) {
        *self.plan.next.lock().unwrap() = Some(meddling);
    }

    /// Whether what was planned happened.
    pub(crate) fn is_done(&self) -> bool {
        self.plan.next.lock().unwrap().is_none()
    }
}

impl Debug for MeddledStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("MeddledStore")
    }
}

impl Plan {
    fn put(&self, path: &str, put: impl Fn() -> Result<PutOutcome>) -> Result<PutOutcome> {
        let planned = path
            .contains(self.about)
            .then(|| self.next.lock().unwrap().take());
        let Some(meddling) = planned.flatten() else {
            return put();
        };
        (meddling.before)();
        let answer = meddling.lands.then(put);
        (meddling.after)();
        let cut_off = || Err(Error::new(Code::Io, "The line was cut."));
        match meddling.answer {
            Answer::Truth => answer.unwrap_or_else(cut_off),
            Answer::Error => cut_off(),
            Answer::Exists => Ok(PutOutcome::Exists),
        }
    }
}

impl Store for MeddledStore {
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        self.plan.put(path, || self.inner.put_if_absent(path, bytes))
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        self.inner.create(path)
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
        self.inner.remove(path)
    }

    fn confirm(&self, path: &str) -> Result<()> {
        self.inner.confirm(path)
    }

    fn is_near(&self) -> bool {
        self.inner.is_near()
    }
}

impl Catalog for MeddledStore {
    fn tables(&self) -> Result<Vec<String>> {
        self.inner.tables()
    }

    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog> {
        Arc::new(MeddledLog {
            inner: self.inner.manifests(table),
            plan: Arc::clone(&self.plan),
            table: table.to_owned(),
        })
    }

    fn create_table(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome> {
        self.plan.put(&manifest_path(table, sequence), || {
            self.inner.create_table(table, sequence, manifest)
        })
    }

    fn rename_table(&self, from: &str, to: &str) -> Result<PutOutcome> {
        self.plan.put(to, || self.inner.rename_table(from, to))
    }

    fn drop_table(&self, table: &str) -> Result<()> {
        self.inner.drop_table(table)
    }
}

fn manifest_path(table: &str, sequence: u64) -> String {
    format!("{table}/_manifests/{}", manifest_name(sequence))
}

struct MeddledLog {
    inner: Arc<dyn ManifestLog>,
    plan: Arc<Plan>,
    table: String,
}

impl Debug for MeddledLog {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("MeddledLog")
    }
}

impl ManifestLog for MeddledLog {
    fn newest(&self) -> Result<Option<u64>> {
        self.inner.newest()
    }

    fn read(&self, sequence: u64) -> Result<Option<Bytes>> {
        self.inner.read(sequence)
    }

    fn read_start(&self, sequence: u64, length: usize) -> Result<Option<Bytes>> {
        self.inner.read_start(sequence, length)
    }

    fn append(&self, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        self.plan.put(&manifest_path(&self.table, sequence), || {
            self.inner.append(sequence, bytes)
        })
    }

    fn is_newest(&self, sequence: u64) -> Result<bool> {
        self.inner.is_newest(sequence)
    }

    fn newest_is_known(&self, sequence: u64) -> Result<Option<bool>> {
        self.inner.newest_is_known(sequence)
    }

    fn forget_before(&self, sequence: u64) -> Result<u64> {
        self.inner.forget_before(sequence)
    }

    fn erase_before(&self, sequence: u64) -> Result<()> {
        self.inner.erase_before(sequence)
    }

    fn withdraw(&self, sequence: u64) -> Result<()> {
        self.inner.withdraw(sequence)
    }

    fn confirm(&self) -> Result<()> {
        self.inner.confirm()
    }
}
