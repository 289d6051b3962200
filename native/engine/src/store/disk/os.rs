//! The real disk: what systems have in common, over what they do differently.

#![expect(clippy::disallowed_methods, reason = "this is the door to storage")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[cfg(target_os = "linux")]
use super::linux as system;
#[cfg(all(unix, not(target_os = "linux")))]
use super::macos as system;
#[cfg(windows)]
use super::windows as system;
use super::{BlockFile, Disk, DiskFile, FileId};
use crate::store::Bytes;

/// The operating system's.
#[derive(Debug, Default)]
pub struct OsDisk {
    /// Files get a temporary name, also where they need none.
    named: bool,
    /// All files are taken for files of a network file system.
    network: bool,
    temporary: AtomicU64,
}

impl OsDisk {
    /// One that writes as on systems where every file has a name from the start, which are all but Linux.
    #[must_use]
    pub fn without_unnamed_files() -> Self {
        Self {
            named: true,
            ..Self::default()
        }
    }

    /// One that takes all files for files of a network file system: it maps none of them, and its locks are refused.
    #[must_use]
    pub fn on_a_network() -> Self {
        Self {
            network: true,
            ..Self::default()
        }
    }

    /// The kind of the network file system that a file is on, if it is on one.
    fn network(&self, file: &File) -> io::Result<Option<&'static str>> {
        match self.network {
            true => Ok(Some("network")),
            false => system::network(file),
        }
    }

    /// Creates a file under a name that nobody has. Another process of the same number may have left such names behind, in
    /// this container or the one before: a file is never opened that was there.
    fn create_temporary(&self, directory: &Path) -> io::Result<OsFile> {
        loop {
            let number = self.temporary.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(OsFile {
                        file,
                        name: Name::Temporary(Temporary(path)),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Files smaller than this are read into memory: mapping one costs two system calls and a page of address space.
const MAP_FROM: u64 = 32 * 1024;
/// What the name of a file starts with that has none of its own yet.
const TEMPORARY: &str = ".temporary-";

/// Whether a file has a name that is only temporary. Where it is old, its writer died.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// Opens a file and says how long it is; nothing else of that name, as a named pipe would be waited for without end.
fn open_file(path: &Path, options: &mut OpenOptions) -> io::Result<(File, u64)> {
    let file = system::at_once(options).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        return Ok((file, metadata.len()));
    }
    let what = "it is no regular file";
    Err(io::Error::new(io::ErrorKind::InvalidData, what))
}

#[derive(Debug)]
struct OsFile {
    // Closed before its temporary name is removed.
    file: File,
    name: Name,
}

#[derive(Debug)]
enum Name {
    Own,
    None,
    Temporary(Temporary),
}

/// A name that is only a leftover when this goes; a failure to remove it harms nobody.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = system::remove(&self.0);
    }
}

impl DiskFile for OsFile {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        system::sync(&self.file)
    }

    fn publish(self: Box<Self>, path: &Path) -> io::Result<()> {
        match &self.name {
            Name::Own => Err(io::ErrorKind::AlreadyExists.into()),
            Name::None => system::name_unnamed(&self.file, path),
            Name::Temporary(Temporary(name)) => fs::hard_link(name, path).map_err(|error| {
                match error.raw_os_error() == Some(NO_LINKS) || error.kind() == io::ErrorKind::Unsupported {
                    true => io::Error::new(io::ErrorKind::Unsupported, "the file system has no hard links"),
                    false => error,
                }
            }),
        }
    }
}

/// What a file system without hard links answers: `EPERM` on Unix, `ERROR_INVALID_FUNCTION` on Windows.
const NO_LINKS: i32 = 1;

#[derive(Debug)]
struct OsBlockFile {
    file: File,
    identity: FileId,
    /// Where it is on one: a lock may hold on this machine alone.
    network: Option<&'static str>,
}

/// The longest pause between two tries to lock a file.
const PAUSE: Duration = Duration::from_millis(2);

impl BlockFile for OsBlockFile {
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match system::read_at(&self.file, offset + read as u64, rest) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        system::write_at(&self.file, offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        system::sync(&self.file)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn identity(&self) -> FileId {
        self.identity
    }

    fn lock(&self, patience: Duration) -> io::Result<bool> {
        if let Some(kind) = self.network {
            let message = format!("locks on a {kind} file system may hold on one machine only");
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        // A wait for a lock cannot be given up, so it is asked for again and again.
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_micros(50));
        loop {
            match system::try_lock(&self.file) {
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
        system::unlock(&self.file)
    }
}

impl Disk for OsDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(OsFile {
            file,
            name: Name::Own,
        }))
    }

    fn create_unnamed(&self, directory: &Path) -> io::Result<Box<dyn DiskFile>> {
        if !self.named
            && let Some(file) = system::create_unnamed(directory)?
        {
            return Ok(Box::new(OsFile {
                file,
                name: Name::None,
            }));
        }
        Ok(Box::new(self.create_temporary(directory)?))
    }

    fn open_blocks(&self, path: &Path, write: bool) -> io::Result<Box<dyn BlockFile>> {
        let (file, _) = open_file(path, OpenOptions::new().read(true).write(write))?;
        Ok(Box::new(OsBlockFile {
            identity: system::identity(&file)?,
            network: self.network(&file)?,
            file,
        }))
    }

    fn identity(&self, path: &Path) -> io::Result<FileId> {
        system::identity_of(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        system::sync_directory(path)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn open(&self, path: &Path) -> io::Result<Bytes> {
        let (mut file, length) = open_file(path, OpenOptions::new().read(true))?;
        // What a mapped file of another machine does not give ends the process; a read that fails is an error.
        if length < MAP_FROM || self.network(&file)?.is_some() {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?)?;
            file.read_to_end(&mut bytes)?;
            return Ok(Bytes::from(bytes));
        }
        // SAFETY: the engine's files are written once, under names that nobody else uses, and never changed; who maps
        // one checks its length against the manifest before looking inside. Another program that truncates a file of
        // the table while it is mapped is outside of what a process can defend against.
        let map = unsafe { memmap2::Mmap::map(&file)? };
        Ok(Bytes::mapped(map))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        system::exists(path)
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
        system::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        system::remove(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }
}
