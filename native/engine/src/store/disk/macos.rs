//! What macOS does in its own way, and other systems of the Unix kind that are not Linux.

#![expect(clippy::disallowed_methods, reason = "this is the door to storage")]

use std::fs::File;
use std::io;
use std::path::Path;

use super::unix::open_directory;
pub(super) use super::unix::{
    at_once, exists, identity, identity_of, read_at, remove, rename, try_lock, unlock, write_at,
};

/// There are no files without a name.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(super) fn create_unnamed(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

pub(super) fn name_unnamed(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The standard library asks with `F_FULLFSYNC`: macOS answers a plain `fsync` before the disk has the bytes. File systems that
/// know no such request are asked plainly.
pub(super) fn sync(file: &File) -> io::Result<()> {
    match file.sync_data() {
        Err(error) if is_unknown(&error) => Ok(rustix::fs::fsync(file)?),
        synced => synced,
    }
}

pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    sync(&open_directory(path)?)
}

fn is_unknown(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    errno.is_some_and(|errno| {
        matches!(
            errno,
            Errno::NOTSUP | Errno::OPNOTSUPP | Errno::NOTTY | Errno::INVAL
        )
    })
}

/// The kind of the network file system that a file is on, if it is on one.
#[cfg(target_vendor = "apple")]
pub(super) fn network(file: &File) -> io::Result<Option<&'static str>> {
    /// `MNT_LOCAL` of sys/mount.h.
    const LOCAL: u32 = 0x1000;
    let found = rustix::fs::fstatfs(file)?;
    Ok((found.f_flags & LOCAL == 0).then_some("network"))
}

#[cfg(not(target_vendor = "apple"))]
pub(super) fn network(_: &File) -> io::Result<Option<&'static str>> {
    Ok(None)
}
