//! What Linux does in its own way.

#![expect(clippy::disallowed_methods, reason = "this is the door to storage")]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

use super::unix::open_directory;
pub(super) use super::unix::{
    at_once, exists, identity, identity_of, read_at, remove, rename, try_lock, unlock, write_at,
};

/// Where a process finds its open files by number.
const OPEN_FILES: &str = "/proc/self/fd";

/// Creates a file without a name; `None` where the file system has none, or there would be no way to name it.
pub(super) fn create_unnamed(directory: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    match rustix::fs::openat(CWD, directory, flags, Mode::from_raw_mode(0o644)) {
        Ok(_) if !Path::new(OPEN_FILES).exists() => Ok(None),
        Ok(fd) => Ok(Some(File::from(fd))),
        Err(rustix::io::Errno::NOENT) => Err(io::ErrorKind::NotFound.into()),
        Err(_) => Ok(None),
    }
}

/// Gives such a file its name, if the name is free.
pub(super) fn name_unnamed(file: &File, path: &Path) -> io::Result<()> {
    let unnamed = format!("{OPEN_FILES}/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(
        CWD,
        unnamed.as_str(),
        CWD,
        path,
        AtFlags::SYMLINK_FOLLOW,
    )?)
}

pub(super) fn sync(file: &File) -> io::Result<()> {
    file.sync_data()
}

pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    open_directory(path)?.sync_all()
}

/// The name of the network file system that a file is on, if it is on one.
pub(super) fn network(file: &File) -> io::Result<Option<&'static str>> {
    let found = rustix::fs::fstatfs(file)?;
    Ok(network_named(found.f_type as u32))
}

/// By the number that a file system gives itself. FUSE and 9P are doors to other machines as often as not.
fn network_named(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0000_6969 => "NFS",
        0x0000_517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        0x6573_5546 => "FUSE",
        0x0102_1997 => "9P",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x00c3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x786f_4256 => "vboxsf",
        0xbacb_acbc => "vmhgfs",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_from_local_ones_by_their_numbers() {
        let [ext4, btrfs, tmpfs, overlay, zfs] = [0xef53, 0x9123_683e, 0x0102_1994, 0x794c_7630, 0x2fc1_2fc1];
        for local in [ext4, btrfs, tmpfs, overlay, zfs] {
            assert_eq!(network_named(local), None);
        }
        for (number, name) in [(0x6969, "NFS"), (0xfe53_4d42, "SMB"), (0x6573_5546, "FUSE")] {
            assert_eq!(network_named(number), Some(name));
        }
    }

    #[test]
    fn an_unnamed_file_takes_a_free_name_only() {
        let directory = tempfile::tempdir().unwrap();
        let Some(file) = create_unnamed(directory.path()).unwrap() else {
            return;
        };
        let path = directory.path().join("name");
        name_unnamed(&file, &path).unwrap();
        let taken = name_unnamed(&file, &path).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
    }
}
