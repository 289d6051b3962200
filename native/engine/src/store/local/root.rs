use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::store::{Disk, PutOutcome};

/// The directory of a database on a disk.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) path: PathBuf,
    pub(super) disk: Arc<dyn Disk>,
    /// The names that lead to it have been made durable.
    rooted: AtomicBool,
    /// Files whose content is durable and whose names may not be.
    unsettled: Mutex<BTreeSet<String>>,
}

impl Root {
    pub(super) fn new(disk: Arc<dyn Disk>, path: PathBuf) -> Self {
        Self {
            path,
            disk,
            rooted: AtomicBool::new(false),
            unsettled: Mutex::default(),
        }
    }

    pub(super) fn full(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Makes a directory durable with the names that lead to it, also those that were there: who made them may have died since.
    pub(super) fn sync_all_above(&self, directory: &Path) -> io::Result<()> {
        directory
            .ancestors()
            .try_for_each(|directory| self.sync_above(directory))?;
        self.rooted.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Makes the names in a directory durable that leads to the database, or is in it.
    fn sync_above(&self, directory: &Path) -> io::Result<()> {
        let inside = directory.starts_with(&self.path);
        if !inside && self.rooted.load(Ordering::Relaxed) {
            return Ok(());
        }
        // A relative path of one part lies in the working directory.
        let here = if directory.as_os_str().is_empty() {
            Path::new(".")
        } else {
            directory
        };
        match self.disk.sync_directory(here) {
            // Above the database there may be directories that can only be passed through.
            Err(error)
                if !inside
                    && matches!(
                        error.kind(),
                        io::ErrorKind::PermissionDenied
                            | io::ErrorKind::ReadOnlyFilesystem
                            | io::ErrorKind::InvalidInput
                            | io::ErrorKind::Unsupported
                    ) =>
            {
                Ok(())
            }
            synced => synced,
        }
    }

    /// Puts a file as a whole, durably, if its name is free.
    pub(super) fn publish(&self, path: &Path, bytes: &[u8]) -> io::Result<PutOutcome> {
        let directory = path.parent().unwrap_or(&self.path);
        let mut file = self.disk.create_unnamed(directory)?;
        file.write_all(bytes)?;
        file.sync()?;
        match file.publish(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(PutOutcome::Exists),
            Err(error) => return Err(error),
        }
        self.disk.sync_directory(directory)?;
        Ok(PutOutcome::Created)
    }

    pub(super) fn sync_directory(&self, directory: &str) -> Result<()> {
        let synced = self.disk.sync_directory(&self.full(directory));
        synced.map_err(|e| Error::io("make durable the directory", directory, &e))
    }

    fn unsettled(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the content of a file is durable and its name is not.
    pub(super) fn is_unsettled(&self, path: String) {
        self.unsettled().insert(path);
    }

    /// Notes that a file is gone, so that nobody needs its name.
    pub(super) fn is_gone(&self, path: &str) {
        self.unsettled().remove(path);
    }

    /// Notes that a table is gone with all its files.
    pub(super) fn is_gone_with_files(&self, table: &str) {
        let all = self.unsettled_in(table);
        self.unsettled().retain(|path| !all.contains(path));
    }

    fn unsettled_in(&self, table: &str) -> BTreeSet<String> {
        let within = format!("{table}/");
        let unsettled = self.unsettled();
        let from = unsettled.range(within.clone()..);
        from.take_while(|path| path.starts_with(&within))
            .cloned()
            .collect()
    }

    /// Makes the names of a table's files durable: one sync for each directory that has any that are not.
    ///
    /// A name counts as not durable until a sync that began after it was noted has ended, so that of two writers none relies on
    /// the sync of the other that is still under way.
    pub(super) fn settle(&self, table: &str) -> Result<()> {
        if self.unsettled().is_empty() {
            return Ok(());
        }
        let paths = self.unsettled_in(table);
        let directories: BTreeSet<&str> = paths.iter().filter_map(|path| directory_of(path)).collect();
        for directory in directories {
            self.sync_directory(directory)?;
        }
        self.unsettled().retain(|path| !paths.contains(path));
        Ok(())
    }
}

/// The directory that a path leads into.
pub(super) fn directory_of(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(directory, _)| directory)
}

/// Whether a directory could not get a name because there is one of that name with something in it.
pub(super) fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty
    )
}

/// That there is no such file is an answer, not a failure; also where the directory is a file.
pub(super) fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
