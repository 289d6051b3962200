use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::journal::Journal;
use super::manifests::{JOURNAL, MANIFESTS, Manifests};
use super::record::Ring;
use super::{Bytes, Disk, DiskFile, Entry, Kept, OsDisk, PutOutcome, Sink, Store};
use crate::error::{Error, Result};

/// After putting this many manifests of a table as files, a handle starts a journal for the next ones.
const FILES: u32 = 16;
/// Bytes of each half of a journal.
const HALF: u64 = 512 * 1024;

/// A directory of the local file system.
///
/// What [`Store`] promises is kept with these steps, in this order: content synced, name linked, directory synced. The manifests
/// of a table that is often written to go into its journal instead: written in place, synced.
#[derive(Debug)]
pub struct LocalStore {
    pub(super) root: PathBuf,
    pub(super) disk: Arc<dyn Disk>,
    /// The names that lead to the root have been made durable.
    rooted: AtomicBool,
    /// Where journals are kept open, by the directory they are in, as long as somebody wants that.
    journals: Mutex<HashMap<String, Weak<KeptJournal>>>,
    /// What a ring is like that this store makes, and how many files come before.
    pub(super) ring: Ring,
    pub(super) files: u32,
}

/// A journal that stays open: the one that was there when somebody last looked.
#[derive(Debug, Default)]
struct KeptJournal(Mutex<Option<Arc<Journal>>>);

impl KeptJournal {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Journal>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LocalStore {
    /// A store in `root`, which is created on first use.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self::on(Arc::new(OsDisk::default()), root)
    }

    /// A store on another disk than the operating system's.
    #[must_use]
    pub fn on(disk: Arc<dyn Disk>, root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            disk,
            rooted: AtomicBool::new(false),
            journals: Mutex::default(),
            ring: Ring::of(HALF),
            files: FILES,
        }
    }

    /// A store with settings of its own: how many manifests are put as files before a journal begins, and how many bytes each half of a journal has.
    #[must_use]
    pub fn journal(self, files: u32, half: u64) -> Self {
        let ring = Ring::of(half);
        Self { ring, files, ..self }
    }

    /// The journal that was in a directory when somebody last looked.
    pub(super) fn known_journal(&self, directory: &str) -> Option<Arc<Journal>> {
        self.kept(directory)?.lock().clone()
    }

    fn kept(&self, directory: &str) -> Option<Arc<KeptJournal>> {
        let journals = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
        journals.get(directory)?.upgrade()
    }

    /// The journal in a directory, if there is one.
    pub(super) fn journal_in(&self, directory: &str) -> Result<Option<Arc<Journal>>> {
        if let Some(journal) = self.known_journal(directory)
            && journal.is_in_place()?
        {
            return Ok(Some(journal));
        }
        let path = format!("{directory}/{JOURNAL}");
        let journal = Journal::open(&self.disk, self.path(&path), path)?.map(Arc::new);
        if let Some(kept) = self.kept(directory) {
            kept.lock().clone_from(&journal);
        }
        Ok(journal)
    }

    /// Closes the journal of a directory: some systems do not rename one in which a file is open.
    fn close_journal(&self, directory: &str) {
        let mut journals = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
        journals.remove(&format!("{directory}/{MANIFESTS}"));
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Makes the names in a directory durable that leads to the database, or is in it.
    fn sync_above(&self, directory: &Path) -> io::Result<()> {
        let inside = directory.starts_with(&self.root);
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

    /// Makes a directory with folders in it and one file.
    fn draft(&self, draft: &Path, folders: &[&str], (file, bytes): (&str, &[u8])) -> io::Result<()> {
        for folder in folders {
            let folder = draft.join(folder);
            self.disk.create_directory(&folder)?;
            if folder.ends_with(MANIFESTS) {
                Journal::create(&*self.disk, &folder.join(JOURNAL))?;
            }
        }
        self.publish(&draft.join(file), bytes)?;
        // All names are made durable, also those that were there: who made them may have died since.
        draft
            .ancestors()
            .try_for_each(|directory| self.sync_above(directory))?;
        self.rooted.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn put_in_place(&self, draft: &Path, path: &Path, folders: &[&str]) -> io::Result<PutOutcome> {
        let mut renamed = self.disk.rename(draft, path);
        if renamed.as_ref().is_err_and(is_taken) && self.is_left_over(path, folders)? {
            self.put_left_over_away(path)?;
            renamed = self.disk.rename(draft, path);
        }
        match renamed {
            Err(error) if is_taken(&error) => {
                self.disk.remove_directory(draft)?;
                return Ok(PutOutcome::Exists);
            }
            renamed => renamed?,
        }
        self.disk.sync_directory(&self.root)?;
        Ok(PutOutcome::Created)
    }

    pub(super) fn publish(&self, path: &Path, bytes: &[u8]) -> io::Result<PutOutcome> {
        let directory = path.parent().unwrap_or(&self.root);
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

impl Store for LocalStore {
    #[expect(
        clippy::disallowed_methods,
        reason = "it tells one folder from another and reads none"
    )]
    fn place(&self) -> Option<PathBuf> {
        self.root.canonicalize().ok()
    }

    fn journals(&self) -> bool {
        true
    }

    fn create_directory(
        &self,
        draft: &str,
        path: &str,
        folders: &[&str],
        file: (&str, &[u8]),
    ) -> Result<PutOutcome> {
        let (draft, full) = (self.path(draft), self.path(path));
        let created = self
            .draft(&draft, folders, file)
            .and_then(|()| self.put_in_place(&draft, &full, folders));
        if created.is_err() {
            // What stays goes a day later; where it got its name, there is none.
            let _ = self.disk.remove_directory(&draft);
        }
        created.map_err(|e| Error::io("create", path, &e))
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        if let Some((manifests, sequence)) = Manifests::of(self, path) {
            return manifests.put(path, sequence, bytes);
        }
        self.publish(&self.path(path), bytes)
            .map_err(|e| Error::io("write", path, &e))
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        let file = self
            .disk
            .create(&self.path(path))
            .map_err(|e| Error::io("create", path, &e))?;
        Ok(Box::new(LocalSink {
            file,
            path: path.to_owned(),
        }))
    }

    fn sync_directory(&self, path: &str) -> Result<()> {
        if let Some(manifests) = Manifests::in_directory(self, path) {
            manifests.confirm()?;
        }
        self.disk
            .sync_directory(&self.path(path))
            .map_err(|e| Error::io("make durable the directory", path, &e))
    }

    fn open(&self, path: &str) -> Result<Option<Bytes>> {
        if let Some((manifests, sequence)) = Manifests::of(self, path)
            && let Some(bytes) = manifests.read(path, sequence)?
        {
            return Ok(Some(bytes));
        }
        found(self.disk.open(&self.path(path))).map_err(|e| Error::io("open", path, &e))
    }

    fn open_start(&self, path: &str, length: usize) -> Result<Option<Bytes>> {
        if let Some((manifests, sequence)) = Manifests::of(self, path)
            && let Some(bytes) = manifests.read_start(sequence, length)?
        {
            return Ok(Some(bytes));
        }
        self.open(path)
    }

    fn exists(&self, path: &str) -> Result<bool> {
        if let Some((manifests, sequence)) = Manifests::of(self, path)
            && manifests.has(sequence)?
        {
            return Ok(true);
        }
        self.disk
            .exists(&self.path(path))
            .map_err(|e| Error::io("look up", path, &e))
    }

    fn is_last(&self, path: &str, next: &str) -> Result<bool> {
        match (Manifests::of(self, path), Manifests::of(self, next)) {
            (Some((manifests, sequence)), Some((_, next_sequence))) => {
                let known = manifests.is_last(sequence, next_sequence)?;
                let is_there = |path| self.disk.exists(&self.path(path));
                let answer = match known {
                    Some(false) => Ok(false),
                    Some(true) => is_there(next).map(|later| !later),
                    None => is_there(next).and_then(|later| Ok(!later && is_there(path)?)),
                };
                answer.map_err(|e| Error::io("look up", path, &e))
            }
            _ => Ok(!self.exists(next)? && self.exists(path)?),
        }
    }

    fn keep(&self, directory: &str) -> Kept {
        let mut journals = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = journals.get(directory).and_then(Weak::upgrade) {
            return Some(kept);
        }
        journals.retain(|_, kept| kept.strong_count() > 0);
        let kept = Arc::new(KeptJournal::default());
        journals.insert(directory.to_owned(), Arc::downgrade(&kept));
        Some(kept)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        let listed =
            found(self.disk.list(&self.path(directory))).map_err(|e| Error::io("list", directory, &e))?;
        let entry = |(name, age): (String, Duration)| {
            let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
            Entry { name, age_ms }
        };
        let mut entries = listed.unwrap_or_default().into_iter().map(entry).collect();
        if let Some(manifests) = Manifests::in_directory(self, directory) {
            manifests.complete(&mut entries)?;
        }
        Ok(entries)
    }

    fn remove(&self, path: &str) -> Result<()> {
        if let Some((manifests, sequence)) = Manifests::of(self, path)
            && manifests.lets_go(sequence)
        {
            return Ok(());
        }
        found(self.disk.remove(&self.path(path))).map_err(|e| Error::io("remove", path, &e))?;
        Ok(())
    }

    fn rename_directory(&self, from: &str, to: &str) -> Result<PutOutcome> {
        let rename = || match self.disk.rename(&self.path(from), &self.path(to)) {
            Err(error) if is_taken(&error) => Ok(PutOutcome::Exists),
            renamed => {
                renamed?;
                self.disk.sync_directory(&self.root)?;
                Ok(PutOutcome::Created)
            }
        };
        rename().map_err(|e| Error::io("rename", from, &e))
    }

    fn remove_directory(&self, path: &str) -> Result<()> {
        self.close_journal(path);
        let remove = || {
            if found(self.put_away(&self.path(path)))?.is_none() {
                return Ok(());
            }
            self.disk.sync_directory(&self.root)?;
            self.tidy()
        };
        remove().map_err(|e| Error::io("remove", path, &e))
    }
}

#[derive(Debug)]
struct LocalSink {
    file: Box<dyn DiskFile>,
    path: String,
}

impl Sink for LocalSink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|e| Error::io("write", self.path.as_str(), &e))
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.file
            .sync()
            .map_err(|e| Error::io("make durable", self.path.as_str(), &e))
    }
}
