//! What a local store asks of an operating system, so that a test can put another one in its place.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

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
    /// The operating system's, also where the file system knows no locks.
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
    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// The operating system's.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// Creates a directory and its parents.
    ///
    /// # Errors
    /// The operating system's.
    fn create_directory(&self, path: &Path) -> io::Result<()>;
    /// Maps or reads a file.
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
    /// Gives a directory another name, at once. The name may not be that of a directory with anything in it.
    ///
    /// # Errors
    /// The operating system's.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a name.
    ///
    /// # Errors
    /// The operating system's.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory with all that is in it.
    ///
    /// # Errors
    /// The operating system's.
    fn remove_directory(&self, path: &Path) -> io::Result<()>;
}

/// The real one.
#[derive(Debug, Default)]
pub struct OsDisk {
    temporary: AtomicU64,
}

/// Files smaller than this are read into memory: mapping one costs two system calls and a page of address space.
const MAP_FROM: u64 = 32 * 1024;

#[derive(Debug)]
struct OsFile {
    file: File,
    /// The temporary name, where the file system knows no unnamed files.
    temporary: Option<std::path::PathBuf>,
}

impl DiskFile for OsFile {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn publish(self: Box<Self>, path: &Path) -> io::Result<()> {
        match &self.temporary {
            None => {
                let fd = std::os::fd::AsRawFd::as_raw_fd(&self.file);
                let unnamed = format!("/proc/self/fd/{fd}");
                Ok(rustix::fs::linkat(
                    CWD,
                    unnamed.as_str(),
                    CWD,
                    path,
                    AtFlags::SYMLINK_FOLLOW,
                )?)
            }
            Some(temporary) => {
                let linked = fs::hard_link(temporary, path);
                // The temporary name is only a leftover now; a failure to remove it harms nobody.
                let _ = fs::remove_file(temporary);
                linked
            }
        }
    }
}

#[derive(Debug)]
struct OsBlockFile {
    file: File,
    identity: FileId,
}

/// The longest pause between two tries to lock a file.
const PAUSE: Duration = Duration::from_millis(2);

impl BlockFile for OsBlockFile {
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn identity(&self) -> FileId {
        self.identity
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a lock that is waited for without end cannot be given up, so it is asked for again and again"
    )]
    fn lock(&self, patience: Duration) -> io::Result<bool> {
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_micros(50));
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(true),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if waited >= patience => return Ok(false),
                Err(TryLockError::WouldBlock) => {}
            }
            std::thread::sleep(pause);
            waited += pause;
            pause = (pause * 2).min(PAUSE);
        }
    }

    fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }
}

fn identity_of(metadata: &fs::Metadata) -> FileId {
    FileId {
        device: metadata.dev(),
        number: metadata.ino(),
    }
}

impl Disk for OsDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(OsFile {
            file,
            temporary: None,
        }))
    }

    fn create_unnamed(&self, directory: &Path) -> io::Result<Box<dyn DiskFile>> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        match rustix::fs::openat(CWD, directory, flags, Mode::from_raw_mode(0o644)) {
            Ok(fd) => Ok(Box::new(OsFile {
                file: File::from(fd),
                temporary: None,
            })),
            Err(rustix::io::Errno::NOENT) => Err(io::ErrorKind::NotFound.into()),
            Err(_) => {
                let number = self.temporary.fetch_add(1, Ordering::Relaxed);
                let path = directory.join(format!(".temporary-{}-{number}", std::process::id()));
                let file = OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .open(&path)?;
                Ok(Box::new(OsFile {
                    file,
                    temporary: Some(path),
                }))
            }
        }
    }

    fn open_blocks(&self, path: &Path, write: bool) -> io::Result<Box<dyn BlockFile>> {
        let file = OpenOptions::new().read(true).write(write).open(path)?;
        let identity = identity_of(&file.metadata()?);
        Ok(Box::new(OsBlockFile { file, identity }))
    }

    fn identity(&self, path: &Path) -> io::Result<FileId> {
        Ok(identity_of(&fs::metadata(path)?))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn open(&self, path: &Path) -> io::Result<Bytes> {
        let file = File::open(path)?;
        if file.metadata()?.len() < MAP_FROM {
            return Ok(Bytes::from(fs::read(path)?));
        }
        // SAFETY: the engine's files are written once, under names that nobody else uses, and never changed; who maps
        // one checks its length against the manifest before looking inside. Another program that truncates a file of
        // the table while it is mapped is outside of what a process can defend against.
        let map = unsafe { memmap2::Mmap::map(&file)? };
        Ok(Bytes::mapped(map))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        match rustix::fs::accessat(CWD, path, rustix::fs::Access::EXISTS, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<(String, Duration)>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let modified = entry.metadata().and_then(|m| m.modified());
            let age = modified.ok().and_then(|m| m.elapsed().ok()).unwrap_or_default();
            names.push((name, age));
        }
        Ok(names)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }
}
