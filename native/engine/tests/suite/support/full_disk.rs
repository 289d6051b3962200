//! A disk that is full after so many bytes, until somebody makes room.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use varve_engine::{BlockFile, Bytes, Disk, DiskFile, FileId};

use super::disk::SimulatedDisk;

/// What has no room on a full disk, beside the bytes of new files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing else: what is written in place finds its room.
    Bytes,
    /// What is written in place too: the file system copies it, and says at once that it cannot.
    Places,
    /// What is written in place too, and the file system says that it cannot only when the file is synced.
    Syncs,
    /// Names.
    Names,
}

/// What a file system finds room for at once.
const BLOCK: usize = 4096;

/// Another disk, with room for so many bytes.
#[derive(Clone, Debug)]
pub(crate) struct FullDisk {
    inner: SimulatedDisk,
    needs: Needs,
    room: Arc<AtomicUsize>,
}

impl FullDisk {
    pub(crate) fn new(inner: SimulatedDisk, needs: Needs, room: usize) -> Self {
        let room = Arc::new(AtomicUsize::new(room));
        Self { inner, needs, room }
    }

    pub(crate) fn make_room(&self) {
        self.room.store(usize::MAX, Ordering::Relaxed);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.room.load(Ordering::Relaxed) == 0
    }

    /// How many of some bytes there is room for.
    fn take(&self, bytes: usize) -> usize {
        let room = self.room.load(Ordering::Relaxed);
        if room < usize::MAX {
            self.room.store(room.saturating_sub(bytes), Ordering::Relaxed);
        }
        room.min(bytes)
    }

    fn full(&self) -> io::Result<()> {
        if self.is_full() {
            return Err(ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    /// Whether there is room for what only some file systems need room for.
    fn allows(&self, needs: Needs) -> io::Result<()> {
        if self.needs == needs { self.full() } else { Ok(()) }
    }
}

#[derive(Debug)]
struct File {
    disk: FullDisk,
    inner: Box<dyn DiskFile>,
}

impl DiskFile for File {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let taken = self.disk.take(bytes.len());
        self.inner.write_all(&bytes[..taken])?;
        if taken < bytes.len() {
            self.disk.full()
        } else {
            Ok(())
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.allows(Needs::Syncs)?;
        self.inner.sync()
    }

    fn publish(self: Box<Self>, path: &Path) -> io::Result<()> {
        self.disk.allows(Needs::Names)?;
        self.inner.publish(path)
    }
}

#[derive(Debug)]
struct Blocks {
    disk: FullDisk,
    inner: Box<dyn BlockFile>,
}

impl BlockFile for Blocks {
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(offset, bytes)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let grows = offset + bytes.len() as u64 > self.inner.length()?;
        if !grows && self.disk.needs != Needs::Places {
            return self.inner.write_at(offset, bytes);
        }
        let taken = self.disk.take(bytes.len());
        if taken == bytes.len() {
            return self.inner.write_at(offset, bytes);
        }
        // There is room for a block, or there is none.
        let whole = (offset as usize + taken) / BLOCK * BLOCK;
        let whole = whole.saturating_sub(offset as usize);
        self.inner.write_at(offset, &bytes[..whole])?;
        self.disk.full()
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.allows(Needs::Syncs)?;
        self.inner.sync()
    }

    fn length(&self) -> io::Result<u64> {
        self.inner.length()
    }

    fn identity(&self) -> FileId {
        self.inner.identity()
    }

    fn lock(&self, patience: Duration) -> io::Result<bool> {
        self.inner.lock(patience)
    }

    fn unlock(&self) -> io::Result<()> {
        self.inner.unlock()
    }
}

impl Disk for FullDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.allows(Needs::Names)?;
        let (disk, inner) = (self.clone(), self.inner.create(path)?);
        Ok(Box::new(File { disk, inner }))
    }

    fn create_unnamed(&self, directory: &Path) -> io::Result<Box<dyn DiskFile>> {
        let (disk, inner) = (self.clone(), self.inner.create_unnamed(directory)?);
        Ok(Box::new(File { disk, inner }))
    }

    fn open_blocks(&self, path: &Path, write: bool) -> io::Result<Box<dyn BlockFile>> {
        let (disk, inner) = (self.clone(), self.inner.open_blocks(path, write)?);
        Ok(Box::new(Blocks { disk, inner }))
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
        self.inner.list(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.inner.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.inner.remove(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.inner.remove_directory(path)
    }
}
