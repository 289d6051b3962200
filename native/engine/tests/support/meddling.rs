//! A store that does something else than it says, at one put of a manifest.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex};

use varve_engine::{Bytes, Code, Entry, Error, Kept, PutOutcome, Result, Sink, Store};

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
    inner: Arc<dyn Store>,
    about: &'static str,
    next: Mutex<Option<Meddling>>,
}

impl MeddledStore {
    pub(crate) fn new(inner: Arc<dyn Store>, about: &'static str) -> Arc<Self> {
        let next = Mutex::new(None);
        Arc::new(Self { inner, about, next })
    }

    pub(crate) fn meddle(&self, meddling: Meddling) {
        *self.next.lock().unwrap() = Some(meddling);
    }

    /// Whether what was planned happened.
    pub(crate) fn is_done(&self) -> bool {
        self.next.lock().unwrap().is_none()
    }
}

impl Debug for MeddledStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("MeddledStore")
    }
}

impl MeddledStore {
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
        self.put(path, || self.inner.put_if_absent(path, bytes))
    }

    fn create_directory(
        &self,
        draft: &str,
        path: &str,
        folders: &[&str],
        file: (&str, &[u8]),
    ) -> Result<PutOutcome> {
        self.put(&format!("{path}/{}", file.0), || {
            self.inner.create_directory(draft, path, folders, file)
        })
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        self.inner.create(path)
    }

    fn sync_directory(&self, path: &str) -> Result<()> {
        self.inner.sync_directory(path)
    }

    fn open(&self, path: &str) -> Result<Option<Bytes>> {
        self.inner.open(path)
    }

    fn open_start(&self, path: &str, length: usize) -> Result<Option<Bytes>> {
        self.inner.open_start(path, length)
    }

    fn exists(&self, path: &str) -> Result<bool> {
        self.inner.exists(path)
    }

    fn is_last(&self, path: &str, next: &str) -> Result<bool> {
        self.inner.is_last(path, next)
    }

    fn keep(&self, directory: &str) -> Kept {
        self.inner.keep(directory)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        self.inner.list(directory)
    }

    fn remove(&self, path: &str) -> Result<()> {
        self.inner.remove(path)
    }

    fn rename_directory(&self, from: &str, to: &str) -> Result<PutOutcome> {
        self.put(to, || self.inner.rename_directory(from, to))
    }

    fn remove_directory(&self, path: &str) -> Result<()> {
        self.inner.remove_directory(path)
    }
}
