//! The one door to storage.
//!
//! - A [`Store`] holds named bytes that are written once and never changed. It knows no directories and no tables.
//! - A [`ManifestLog`] holds the manifests of one table, and says who was first.
//! - A [`Catalog`] is a store that holds tables, which come and go as a whole.
//!
//! The product, the tests that crash it, and databases that live in memory go through these alike. Paths are relative, with
//! `/` between their parts, and are made by the engine from checked names only.

mod asked;
mod bytes;
mod catalog;
mod conditional;
mod disk;
mod local;
mod manifest_log;
mod memory;
mod name;

pub use bytes::Bytes;
pub use catalog::Catalog;
pub use conditional::{ConditionalLog, ConditionalTables};
pub(crate) use disk::is_temporary;
pub use disk::{BlockFile, Disk, DiskFile, FileId, OsDisk};
pub use local::LocalStore;
pub use manifest_log::ManifestLog;
pub use memory::MemoryStore;
pub(crate) use name::{
    DIRECTORY_ENDING, FileName, SEQUENCE_MAX, branch_of, check_branch_name, check_line_name,
    check_table_name, check_tag_name, in_other_case, line_of, pool_of, swap_case, table_of,
};
pub use name::{manifest_name, manifest_sequence};

use std::fmt::Debug;

use crate::error::Result;

/// Bytes of a part of a file, where it is read in parts.
const PART: usize = 1 << 20;

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
    /// How long ago it was last written at the least, in milliseconds, by the store's own clock; 0 where the store does not say.
    pub age_ms: u64,
}

/// A new file that is being written.
pub trait Sink: Debug {
    /// Appends bytes.
    ///
    /// # Errors
    /// What the store says; the file is then useless and must be abandoned.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;
    /// Ends the file. It is durable before any manifest of its table is that is appended later; so a store may make the files of a
    /// commit durable together.
    ///
    /// # Errors
    /// What the store says; the file must not be named by a manifest then.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// A file that is open: what is removed meanwhile can still be read.
pub trait Blob: Send + Sync + Debug {
    /// How many bytes it has.
    fn length(&self) -> u64;
    /// All of its bytes, mapped where the store can.
    ///
    /// # Errors
    /// What the store says.
    fn map(&self) -> Result<Bytes>;
}

/// Named bytes, written once.
pub trait Store: Send + Sync + Debug {
    /// Writes `bytes` under `path` if nothing stands there. On [`PutOutcome::Created`] they are durable.
    ///
    /// # Errors
    /// An error says nothing about whether the bytes are there: read the path back.
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome>;
    /// Starts a new file under a name nobody else uses.
    ///
    /// # Errors
    /// What the store says.
    fn create(&self, path: &str) -> Result<Box<dyn Sink>>;
    /// Starts a file that has its name when it is finished, and not before: however this ends, it is there as a whole or not at all. One
    /// that has the name by then stays; it must have the same bytes.
    ///
    /// # Errors
    /// What the store says.
    fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>>;
    /// Opens a file; `None` where there is none.
    ///
    /// # Errors
    /// What the store says.
    fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>>;
    /// Gives the bytes of a file in order, in parts of a few MiB, so that no more of it is in memory. Says whether there is one.
    ///
    /// # Errors
    /// What the store says, and what `take` does.
    fn read_parts(&self, path: &str, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        let Some(blob) = self.open(path)? else {
            return Ok(false);
        };
        let bytes = blob.map()?;
        bytes.chunks(PART).try_for_each(take)?;
        Ok(true)
    }
    /// How many bytes a file has; `None` where there is none.
    ///
    /// # Errors
    /// What the store says.
    fn length(&self, path: &str) -> Result<Option<u64>> {
        Ok(self.open(path)?.map(|blob| blob.length()))
    }
    /// Whether there is a file of that name.
    ///
    /// # Errors
    /// What the store says.
    fn exists(&self, path: &str) -> Result<bool> {
        Ok(self.open(path)?.is_some())
    }
    /// Whether there is a file, and none of the name of the next one.
    ///
    /// # Errors
    /// What the store says.
    fn is_last(&self, path: &str, next: &str) -> Result<bool> {
        Ok(!self.exists(next)? && self.exists(path)?)
    }
    /// What stands between `directory`, a `/`, and the next `/` or the end, in the names that begin so; in no order.
    ///
    /// # Errors
    /// What the store says.
    fn list(&self, directory: &str) -> Result<Vec<Entry>>;
    /// Of what [`Store::list`] gives, the name that sorts first. A store that lists in order needs to list only that.
    ///
    /// # Errors
    /// What the store says.
    fn first(&self, directory: &str) -> Result<Option<String>> {
        Ok(self.list(directory)?.into_iter().map(|entry| entry.name).min())
    }
    /// Removes a file; whether it was there does not matter. That it is gone may not be durable. A store that is not near keeps it
    /// readable for as long as a read may take, because there files are opened when they are first read.
    ///
    /// # Errors
    /// What the store says; some systems do not remove a file that somebody has open, so that one tries again later.
    fn remove(&self, path: &str) -> Result<()>;
    /// Drops all copies of files that this machine keeps beside the store, those included that are being made. Returns how many the system
    /// keeps, because somebody has them open.
    ///
    /// # Errors
    /// What the system says.
    fn forget_copies(&self) -> Result<u64> {
        Ok(0)
    }
    /// Makes durable what readers see under a name: that it is there, where the answer of a put was lost, or that it was removed.
    ///
    /// # Errors
    /// What the store says.
    fn confirm(&self, _path: &str) -> Result<()> {
        Ok(())
    }
    /// Whether a put that failed is one that the store has tried again by itself, as long as that makes sense.
    fn tries_again(&self) -> bool {
        false
    }
    /// Whether all answers are had without waiting for anything far away: from memory, or from this machine.
    fn is_near(&self) -> bool {
        false
    }
    /// For how many milliseconds a reader may go by a manifest that is not the newest any more: for so long it stays, and the files that
    /// it names. 0 where readers open their files with it.
    fn kept_ms(&self) -> u64 {
        0
    }
}
