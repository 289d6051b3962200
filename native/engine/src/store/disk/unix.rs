//! What Unix systems have in common.

#![expect(clippy::disallowed_methods, reason = "this is the door to storage")]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, OFlags};

use super::FileId;

/// Lets opening never wait, which it otherwise does for a named pipe.
pub(super) fn at_once(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed())
}

/// Opens a directory, and nothing else of that name.
pub(super) fn open_directory(path: &Path) -> io::Result<File> {
    let flags = OFlags::DIRECTORY.bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

pub(super) fn read_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
    file.read_at(bytes, offset)
}

pub(super) fn write_at(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

pub(super) fn identity(file: &File) -> io::Result<FileId> {
    file.metadata().map(|metadata| identity_in(&metadata))
}

pub(super) fn identity_of(path: &Path) -> io::Result<FileId> {
    fs::metadata(path).map(|metadata| identity_in(&metadata))
}

fn identity_in(metadata: &fs::Metadata) -> FileId {
    FileId {
        device: metadata.dev(),
        number: metadata.ino(),
    }
}

pub(super) fn exists(path: &Path) -> io::Result<bool> {
    match rustix::fs::accessat(CWD, path, Access::EXISTS, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::NOENT) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A lock of the whole file. It is advice, which readers do not take.
pub(super) fn try_lock(file: &File) -> Result<(), fs::TryLockError> {
    file.try_lock()
}

pub(super) fn unlock(file: &File) -> io::Result<()> {
    file.unlock()
}

pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}
