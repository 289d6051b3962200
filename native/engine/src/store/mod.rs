//! The one door to storage: named bytes that are written once and never changed.
//!
//! A [`Store`] is all that the engine knows of disks: the product, the tests that crash it, and databases that live in
//! memory go through it alike. Paths are relative, with `/` between their parts, and are made by the engine from checked
//! names only.

mod bytes;
mod disk;
mod journal;
mod local;
mod manifests;
mod memory;
mod name;
mod record;
mod removed;
mod survey;

pub use bytes::Bytes;
pub(crate) use disk::is_temporary;
pub use disk::{BlockFile, Disk, DiskFile, FileId, OsDisk};
pub use local::LocalStore;
pub use memory::MemoryStore;
pub(crate) use name::{FileName, SEQUENCE_MAX, check_table_name, check_tag_name, in_other_case, swap_case};
pub use name::{manifest_name, manifest_sequence};

use std::fmt::Debug;
use std::sync::Arc;

use crate::error::Result;

/// What the name of a directory starts with that is being made.
pub(crate) const DRAFT: &str = ".varve-creating-";

/// What became of a put-if-absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// The name was free and now holds the bytes, durably.
    Created,
    /// The name was taken; nothing was changed.
    Exists,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without the directory.
    pub name: String,
    /// How long ago it was last written, in milliseconds, by the store's own clock; 0 where the store does not say.
    pub age_ms: u64,
}

/// A new file that is being written.
pub trait Sink: Debug {
    /// Appends bytes.
    ///
    /// # Errors
    /// What the store says; the file is then useless and must be abandoned.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;
    /// Makes the bytes durable. The name becomes durable with the next [`Store::sync_directory`].
    ///
    /// # Errors
    /// What the store says; the file must not be named by a manifest then.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Keeps open what a store reads again and again, as long as it lives.
pub type Kept = Option<Arc<dyn Debug + Send + Sync>>;

/// Named bytes, written once.
pub trait Store: Send + Sync + Debug {
    /// Creates a directory with folders in it and one file, durably and at once, if there is none of that name: whoever
    /// looks finds all of it or nothing. Until then it may stand under the name of the draft, which nobody else uses.
    ///
    /// # Errors
    /// An error says nothing about whether it is there: read the file back.
    fn create_directory(
        &self,
        draft: &str,
        path: &str,
        folders: &[&str],
        file: (&str, &[u8]),
    ) -> Result<PutOutcome>;
    /// Writes `bytes` under `path` if nothing stands there; the directory must. On [`PutOutcome::Created`] bytes and name are durable.
    ///
    /// # Errors
    /// An error says nothing about whether the bytes are there: read the path back.
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome>;
    /// Starts a new file under a name nobody else uses.
    ///
    /// # Errors
    /// What the store says.
    fn create(&self, path: &str) -> Result<Box<dyn Sink>>;
    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// What the store says.
    fn sync_directory(&self, path: &str) -> Result<()>;
    /// The bytes of a file, mapped where the store can; `None` where there is no such file.
    ///
    /// # Errors
    /// What the store says.
    fn open(&self, path: &str) -> Result<Option<Bytes>>;
    /// Opens a file of which only the first bytes are needed. More may be mapped, and they are not checked.
    ///
    /// # Errors
    /// What the store says.
    fn open_start(&self, path: &str, _length: usize) -> Result<Option<Bytes>> {
        self.open(path)
    }
    /// Whether there is a file of that name.
    ///
    /// # Errors
    /// What the store says.
    fn exists(&self, path: &str) -> Result<bool>;
    /// Whether there is a file of that name, and none of the name that comes next.
    ///
    /// # Errors
    /// What the store says.
    fn is_last(&self, path: &str, next: &str) -> Result<bool> {
        Ok(!self.exists(next)? && self.exists(path)?)
    }
    /// Keeps open what reads of the manifests in a directory need each time. Without it they are slower.
    fn keep(&self, _directory: &str) -> Kept {
        None
    }
    /// The names in a directory, in no order; empty where there is no such directory.
    ///
    /// # Errors
    /// What the store says.
    fn list(&self, directory: &str) -> Result<Vec<Entry>>;
    /// Removes a file; whether it was there does not matter.
    ///
    /// # Errors
    /// What the store says; some systems do not remove a file that somebody has open, so that one tries again later.
    fn remove(&self, path: &str) -> Result<()>;
    /// Gives a directory another name, if nothing stands under that, durably and at once: whoever looks finds all of it under
    /// one of the two.
    ///
    /// # Errors
    /// An error says nothing about which name it has: look.
    fn rename_directory(&self, from: &str, to: &str) -> Result<PutOutcome>;
    /// Removes a directory and all that is in it, durably and at once: whoever looks finds all of it or nothing.
    ///
    /// # Errors
    /// What the store says.
    fn remove_directory(&self, path: &str) -> Result<()>;
    /// Whether the tables that are made in it may get a journal for their manifests.
    fn journals(&self) -> bool {
        false
    }
    /// Where on this machine the files lie, under the one name that tells it from any other place; none where there is no such name.
    fn place(&self) -> Option<std::path::PathBuf> {
        None
    }
}
