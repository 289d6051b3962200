//! What Windows does in its own way.
//!
//! The standard library opens files so that others may read, write, rename and remove them, and removes a name at once though the
//! file is open; only a file that somebody has mapped stays. It renames no directory in which somebody has a file open.

#![expect(clippy::disallowed_methods, reason = "this is the door to storage")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_FUNCTION, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER,
    ERROR_IO_PENDING, ERROR_LOCK_VIOLATION, ERROR_NOT_SUPPORTED, ERROR_SHARING_VIOLATION,
    ERROR_USER_MAPPED_FILE,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_FLAG_BACKUP_SEMANTICS, FILE_REMOTE_PROTOCOL_INFO,
    FileRemoteProtocolInfo, GetFileInformationByHandle, GetFileInformationByHandleEx,
    LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LockFileEx, UnlockFileEx,
};
use windows_sys::Win32::System::IO::{OVERLAPPED, OVERLAPPED_0, OVERLAPPED_0_0};

use super::FileId;

/// The byte that is locked. Windows keeps others from reading what is locked, so it is one that no file has.
const LOCKED: u64 = 1 << 62;
/// How often a rename is tried that a virus scanner or an indexer may be in the way of, and how long the first pause is.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(2);

/// There are no files without a name.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(super) fn create_unnamed(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

pub(super) fn name_unnamed(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No file here is a pipe.
pub(super) fn at_once(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

pub(super) fn read_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
    file.seek_read(bytes, offset)
}

pub(super) fn write_at(file: &File, mut offset: u64, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.seek_write(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = bytes.get(written..).unwrap_or_default();
                offset += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub(super) fn identity(file: &File) -> io::Result<FileId> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open as long as `file` lives, and `found` is a structure of the kind that is asked for.
    let done = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut found) };
    answer(done)?;
    Ok(FileId {
        device: u64::from(found.dwVolumeSerialNumber),
        number: u64::from(found.nFileIndexHigh) << 32 | u64::from(found.nFileIndexLow),
    })
}

pub(super) fn identity_of(path: &Path) -> io::Result<FileId> {
    let mut options = OpenOptions::new();
    // Neither to read nor to write: only to ask.
    options.access_mode(0).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    identity(&options.open(path)?)
}

pub(super) fn exists(path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

pub(super) fn sync(file: &File) -> io::Result<()> {
    file.sync_data()
}

/// NTFS writes names to its log in the order in which they were made, and flushing a directory flushes the log. File systems
/// that refuse offer no other way.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    match options.open(path).and_then(|directory| directory.sync_all()) {
        Err(error) if is_refusal(&error) => Ok(()),
        synced => synced,
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        code(error),
        ERROR_ACCESS_DENIED
            | ERROR_INVALID_FUNCTION
            | ERROR_INVALID_HANDLE
            | ERROR_INVALID_PARAMETER
            | ERROR_NOT_SUPPORTED
            | ERROR_SHARING_VIOLATION
    )
}

fn locked() -> OVERLAPPED {
    let place = OVERLAPPED_0_0 {
        Offset: LOCKED as u32,
        OffsetHigh: (LOCKED >> 32) as u32,
    };
    OVERLAPPED {
        Anonymous: OVERLAPPED_0 { Anonymous: place },
        ..OVERLAPPED::default()
    }
}

pub(super) fn try_lock(file: &File) -> Result<(), TryLockError> {
    let (mut place, how) = (locked(), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY);
    // SAFETY: the handle is open as long as `file` lives and was not opened for overlapped use, so that the call is over, and
    // `place` no longer needed, when it returns.
    let done = unsafe { LockFileEx(file.as_raw_handle(), how, 0, 1, 0, &raw mut place) };
    match answer(done) {
        Err(error) if matches!(code(&error), ERROR_LOCK_VIOLATION | ERROR_IO_PENDING) => {
            Err(TryLockError::WouldBlock)
        }
        locked => locked.map_err(TryLockError::Error),
    }
}

pub(super) fn unlock(file: &File) -> io::Result<()> {
    let mut place = locked();
    // SAFETY: as for the lock.
    answer(unsafe { UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut place) })
}

/// Elsewhere an empty directory is replaced; here it goes first. What a scanner has open it closes soon.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let mut pause = PAUSE;
    for _ in 1..TRIES {
        match fs::rename(from, to) {
            Err(error) if is_busy(&error) => {}
            renamed => return renamed,
        }
        if fs::exists(to)? && fs::remove_dir(to).is_err() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        std::thread::sleep(pause);
        pause *= 2;
    }
    fs::rename(from, to).map_err(busy)
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).map_err(busy)
}

/// The kind of the network file system that a file is on, if it is on one.
#[expect(clippy::unnecessary_wraps, reason = "on other systems it can fail")]
pub(super) fn network(file: &File) -> io::Result<Option<&'static str>> {
    let mut found = FILE_REMOTE_PROTOCOL_INFO::default();
    let size = size_of::<FILE_REMOTE_PROTOCOL_INFO>() as u32;
    let into = (&raw mut found).cast();
    // SAFETY: the handle is open as long as `file` lives, and `into` leads to as many bytes as `size` says.
    let done =
        unsafe { GetFileInformationByHandleEx(file.as_raw_handle(), FileRemoteProtocolInfo, into, size) };
    // Of a file on a disk of this machine there is no such information.
    Ok((done != 0).then_some("network"))
}

fn is_busy(error: &io::Error) -> bool {
    matches!(
        code(error),
        ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION | ERROR_USER_MAPPED_FILE
    )
}

fn busy(error: io::Error) -> io::Error {
    match is_busy(&error) {
        true => io::Error::new(io::ErrorKind::ResourceBusy, error),
        false => error,
    }
}

/// The number that Windows gives the failure; 0 where it gave none.
fn code(error: &io::Error) -> u32 {
    error.raw_os_error().map_or(0, i32::cast_unsigned)
}

fn answer(done: i32) -> io::Result<()> {
    match done {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
