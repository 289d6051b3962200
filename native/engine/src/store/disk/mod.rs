//! What a local store asks of an operating system, so that a test can put another one in its place.
//!
//! [`OsDisk`] is the real one. What systems do differently stands in a file each, with the same functions in it.

mod os;

#[cfg(not(any(unix, windows)))]
compile_error!("Varve runs on Linux, macOS and Windows.");

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub use os::OsDisk;
pub(crate) use os::is_temporary;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::Bytes;

/// A file that is being written.
pub trait DiskFile: Debug {
    /// Appends bytes.
    ///
    /// # Errors
    /// The operating system's.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content durable, not the name.
    ///
    /// # Errors
    /// The operating system's.
    fn sync(&mut self) -> io::Result<()>;
    /// Gives an unnamed file its name, if the name is free.
    ///
    /// # Errors
    /// `AlreadyExists` where it is taken.
    fn publish(self: Box<Self>, path: &Path) -> io::Result<()>;
}

/// Which file it is, whatever its name: two at one time never share both numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    /// The file system.
    pub device: u64,
    /// The file's number in it.
    pub number: u64,
}

/// A file that is read and written in place.
pub trait BlockFile: Send + Sync + Debug {
    /// Reads what there is from an offset on, at most as much as fits, and says how much it was.
    ///
    /// # Errors
    /// The operating system's.
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<usize>;
    /// Writes all bytes at an offset.
    ///
    /// # Errors
    /// The operating system's; any part of the bytes may have been written then.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was written durable.
    ///
    /// # Errors
    /// The operating system's; nobody knows then what is durable.
    fn sync(&self) -> io::Result<()>;
    /// How many bytes it has.
    ///
    /// # Errors
    /// The operating system's.
    fn length(&self) -> io::Result<u64>;
    /// Which file it is.
    fn identity(&self) -> FileId;
    /// Waits until nobody else has locked the file, and locks it; false where that takes longer than `patience`. The system
    /// releases the lock of a process that ends.
    ///
    /// # Errors
    /// The operating system's; `Unsupported` where the file system knows no locks, or only such that hold on one of the machines
    /// that share it.
    fn lock(&self, patience: Duration) -> io::Result<bool>;
    /// Releases the lock.
    ///
    /// # Errors
    /// The operating system's.
    fn unlock(&self) -> io::Result<()>;
}

/// The operations of a file system that matter for durability, each on its own.
pub trait Disk: Send + Sync + Debug {
    /// Creates a file under a name that must be free.
    ///
    /// # Errors
    /// The operating system's.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Creates a file that has no name until it is published.
    ///
    /// # Errors
    /// The operating system's.
    fn create_unnamed(&self, directory: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens a file to read it in place, and to write it where `write` says so.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    fn open_blocks(&self, path: &Path, write: bool) -> io::Result<Box<dyn BlockFile>>;
    /// Which file a name leads to.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    fn identity(&self, path: &Path) -> io::Result<FileId>;
    /// Makes the names in a directory durable, as far as the system lets anybody.
    ///
    /// # Errors
    /// The operating system's.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// Creates a directory and its parents.
    ///
    /// # Errors
    /// The operating system's.
    fn create_directory(&self, path: &Path) -> io::Result<()>;
    /// Maps a file, or reads it: where it is small, and where mapping is not safe, as on a network file system.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    fn open(&self, path: &Path) -> io::Result<Bytes>;
    /// Whether a name is taken.
    ///
    /// # Errors
    /// The operating system's.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// The names in a directory with their age.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    fn list(&self, path: &Path) -> io::Result<Vec<(String, Duration)>>;
    /// Gives a directory or a file another name, at once. The name may not be that of a directory with anything in it.
    ///
    /// # Errors
    /// `AlreadyExists` or `DirectoryNotEmpty` where it is; `ResourceBusy` where the system does not rename a directory in which
    /// somebody has a file open; otherwise the operating system's.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a name. Who has the file open or mapped keeps its content.
    ///
    /// # Errors
    /// The operating system's; `ResourceBusy` where it does not remove what somebody has mapped.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory with all that is in it.
    ///
    /// # Errors
    /// The operating system's.
    fn remove_directory(&self, path: &Path) -> io::Result<()>;
}
