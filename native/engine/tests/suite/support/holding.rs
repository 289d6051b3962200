//! A disk that does not let go of files that somebody has open, as Windows does not.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use varve_engine::{BlockFile, Bytes, Disk, DiskFile, FileId, OsDisk};

/// The system's disk; but files that are held are not removed, nor is a directory
/// renamed that holds one, or in which this process has a file open.
#[derive(Clone, Debug, Default)]
pub(crate) struct HoldingDisk {
    inner: Arc<OsDisk>,
    held: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl HoldingDisk {
    /// Holds all files below a directory. A held file may still be renamed.
    pub(crate) fn hold(&self, directory: &Path) {
        for entry in std::fs::read_dir(directory).unwrap() {
            self.held.lock().unwrap().insert(entry.unwrap().path());
        }
    }

    pub(crate) fn let_go(&self) {
        self.held.lock().unwrap().clear();
    }

    fn refuse(&self, path: &Path) -> io::Result<()> {
        let held = self.held.lock().unwrap();
        match held.iter().any(|held| held.starts_with(path)) {
            true => Err(ErrorKind::ResourceBusy.into()),
            false => Ok(()),
        }
    }
}

/// Whether this process has a file below a directory open.
fn has_open(directory: &Path) -> bool {
    let descriptors = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    let mut files = descriptors.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    files.any(|file| file.starts_with(directory))
}

impl Disk for HoldingDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.inner.create(path)
    }

    fn create_unnamed(&self, directory: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.inner.create_unnamed(directory)
    }

    fn open_blocks(&self, path: &Path, write: bool) -> io::Result<Box<dyn BlockFile>> {
        self.inner.open_blocks(path, write)
    }

    fn identity(&self, path: &Path) -> io::Result<FileId> {
        self.inner.identity(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.inner.sync_directory(path)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.inner.create_directory(path)
    }

    fn open(&self, path: &Path) -> io::Result<Bytes> {
        self.inner.open(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.inner.exists(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<(String, Duration)>> {
        // Everything is old enough to have been left behind.
        let names = self.inner.list(path)?;
        Ok(names.into_iter().map(|(name, _)| (name, OLD)).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if from.is_dir() {
            self.refuse(from)?;
            if has_open(from) {
                return Err(ErrorKind::ResourceBusy.into());
            }
            return self.inner.rename(from, to);
        }
        self.inner.rename(from, to)?;
        let mut held = self.held.lock().unwrap();
        if held.remove(from) {
            held.insert(to.to_owned());
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.refuse(path)?;
        self.inner.remove(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.refuse(path)?;
        self.inner.remove_directory(path)
    }
}

const OLD: Duration = Duration::from_secs(3 * 24 * 60 * 60);
