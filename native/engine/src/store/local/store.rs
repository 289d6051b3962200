use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_128;

use super::journal::Journal;
use super::log::{JOURNAL, LocalLog, MANIFESTS};
use super::record::Ring;
use super::removed::DRAFT;
use super::root::{Root, directory_of, found, is_taken};
use crate::error::{Error, Result};
use crate::store::{
    Blob, Catalog, Disk, DiskFile, Entry, ManifestLog, OsDisk, PART, PutOutcome, Sink, Store, manifest_name,
    pool_of,
};

/// After putting this many manifests of a table as files, a handle starts a journal for the next ones.
const FILES: u32 = 16;
/// Bytes of each half of a journal.
const HALF: u64 = 512 * 1024;
/// The folders of a table.
const FOLDERS: [&str; 6] = ["data", "deaths", "index", "_log", "_tags", MANIFESTS];

/// A directory of the local file system.
///
/// What [`Store`] promises is kept with these steps, in this order: content synced, name linked, directory synced. The manifests
/// of a table that is often written to go into its journal instead: written in place, synced.
#[derive(Debug)]
pub struct LocalStore {
    root: Arc<Root>,
    /// The manifests of tables, as long as somebody wants them: all share the journal that is open.
    logs: Mutex<HashMap<String, Weak<LocalLog>>>,
    /// What a ring is like that this store makes, and how many files come before.
    ring: Ring,
    files: u32,
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
            root: Arc::new(Root::new(disk, root.into())),
            logs: Mutex::default(),
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

    fn logs(&self) -> MutexGuard<'_, HashMap<String, Weak<LocalLog>>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a directory with the folders of a table and its first manifest.
    fn draft(&self, draft: &Path, sequence: u64, manifest: &[u8]) -> io::Result<()> {
        let disk = &*self.root.disk;
        for folder in FOLDERS {
            disk.create_directory(&draft.join(folder))?;
        }
        let manifests = draft.join(MANIFESTS);
        Journal::create(disk, &manifests.join(JOURNAL))?;
        self.root
            .publish(&manifests.join(manifest_name(sequence)), manifest)?;
        self.root.sync_all_above(draft)
    }

    fn put_in_place(&self, draft: &Path, path: &Path) -> io::Result<PutOutcome> {
        let disk = &*self.root.disk;
        let mut renamed = disk.rename(draft, path);
        if renamed.as_ref().is_err_and(is_taken) && self.root.is_left_over(path, &FOLDERS)? {
            self.root.put_left_over_away(path)?;
            renamed = disk.rename(draft, path);
        }
        match renamed {
            Err(error) if is_taken(&error) => {
                disk.remove_directory(draft)?;
                return Ok(PutOutcome::Exists);
            }
            renamed => renamed?,
        }
        disk.sync_directory(&self.root.path)?;
        Ok(PutOutcome::Created)
    }
}

impl Store for LocalStore {
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        self.root
            .publish(&self.root.full(path), bytes)
            .map_err(|e| Error::io("write", path, &e))
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        let file = self.root.disk.create(&self.root.full(path));
        Ok(Box::new(LocalSink {
            file: file.map_err(|e| Error::io("create", path, &e))?,
            root: Arc::clone(&self.root),
            path: path.to_owned(),
        }))
    }

    fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>> {
        let directory = self.root.full(directory_of(path).unwrap_or_default());
        let file = self.root.disk.create_unnamed(&directory);
        Ok(Box::new(WholeSink {
            file: file.map_err(|e| Error::io("create", path, &e))?,
            root: Arc::clone(&self.root),
            path: path.to_owned(),
        }))
    }

    fn read_parts(&self, path: &str, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        let failed = |e: io::Error| Error::io("read", path, &e);
        let opened = found(self.root.disk.open_blocks(&self.root.full(path), false));
        let Some(file) = opened.map_err(|e| Error::io("open", path, &e))? else {
            return Ok(false);
        };
        let (mut part, mut offset) = (vec![0; PART], 0);
        loop {
            let read = file.read_at(offset, &mut part).map_err(failed)?;
            if read == 0 {
                return Ok(true);
            }
            take(part.get(..read).unwrap_or_default())?;
            offset += read as u64;
        }
    }

    fn length(&self, path: &str) -> Result<Option<u64>> {
        let opened = found(self.root.disk.open_blocks(&self.root.full(path), false));
        let length = opened.and_then(|file| file.map(|file| file.length()).transpose());
        length.map_err(|e| Error::io("open", path, &e))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>> {
        let opened = found(self.root.disk.open(&self.root.full(path)));
        let bytes = opened.map_err(|e| Error::io("open", path, &e))?;
        Ok(bytes.map(|bytes| Box::new(bytes) as Box<dyn Blob>))
    }

    fn exists(&self, path: &str) -> Result<bool> {
        let exists = self.root.disk.exists(&self.root.full(path));
        exists.map_err(|e| Error::io("look up", path, &e))
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        let listed = found(self.root.disk.list(&self.root.full(directory)));
        let listed = listed.map_err(|e| Error::io("list", directory, &e))?;
        let entry = |(name, age): (String, Duration)| {
            let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
            Entry { name, age_ms }
        };
        Ok(listed.unwrap_or_default().into_iter().map(entry).collect())
    }

    fn remove(&self, path: &str) -> Result<()> {
        found(self.root.disk.remove(&self.root.full(path))).map_err(|e| Error::io("remove", path, &e))?;
        self.root.is_gone(path);
        Ok(())
    }

    fn confirm(&self, path: &str) -> Result<()> {
        self.root.sync_directory(directory_of(path).unwrap_or_default())
    }

    fn is_near(&self) -> bool {
        true
    }
}

impl Catalog for LocalStore {
    fn tables(&self) -> Result<Vec<String>> {
        Ok(self.list("")?.into_iter().map(|entry| entry.name).collect())
    }

    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog> {
        let mut logs = self.logs();
        if let Some(log) = logs.get(table).and_then(Weak::upgrade) {
            return log;
        }
        logs.retain(|_, log| log.strong_count() > 0);
        let log = LocalLog::new(Arc::clone(&self.root), table, self.ring, self.files);
        let log = Arc::new(log);
        logs.insert(table.to_owned(), Arc::downgrade(&log));
        log
    }

    fn create_table(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome> {
        // Every manifest holds names that nobody else made up, and so does this.
        let draft = format!("{DRAFT}{:032x}", xxh3_128(manifest));
        let (draft, full) = (self.root.full(&draft), self.root.full(table));
        // A branch names files that were written for it into the directory of its table.
        self.root.settle(&pool_of(table))?;
        let created = self
            .draft(&draft, sequence, manifest)
            .and_then(|()| self.put_in_place(&draft, &full));
        if created.is_err() {
            // What stays goes a day later; where it got its name, there is none.
            let _ = self.root.disk.remove_directory(&draft);
        }
        created.map_err(|e| Error::io("create", table, &e))
    }

    fn rename_table(&self, from: &str, to: &str) -> Result<PutOutcome> {
        if let Some(log) = self.logs().get(from).and_then(Weak::upgrade) {
            log.close();
        }
        let rename = || {
            let renamed = self.root.disk.rename(&self.root.full(from), &self.root.full(to));
            match renamed {
                Err(error) if is_taken(&error) => Ok(PutOutcome::Exists),
                renamed => {
                    renamed?;
                    self.root.disk.sync_directory(&self.root.path)?;
                    Ok(PutOutcome::Created)
                }
            }
        };
        rename().map_err(|e| Error::io("rename", from, &e))
    }

    fn drop_table(&self, table: &str) -> Result<()> {
        if let Some(log) = self.logs().remove(table).and_then(|log| log.upgrade()) {
            log.close();
        }
        let remove = || {
            if found(self.root.put_away(&self.root.full(table)))?.is_none() {
                return Ok(());
            }
            self.root.is_gone_with_files(table);
            self.root.disk.sync_directory(&self.root.path)?;
            self.root.tidy()
        };
        remove().map_err(|e| Error::io("remove", table, &e))
    }

    fn journals(&self) -> bool {
        true
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "it tells one folder from another and reads none"
    )]
    fn place(&self) -> Option<PathBuf> {
        self.root.path.canonicalize().ok()
    }
}

#[derive(Debug)]
struct LocalSink {
    file: Box<dyn DiskFile>,
    root: Arc<Root>,
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
            .map_err(|e| Error::io("make durable", self.path.as_str(), &e))?;
        // The name waits for those of other files of the table: one sync makes all of them durable.
        self.root.is_unsettled(self.path);
        Ok(())
    }
}

/// A file that gets its name at the end.
#[derive(Debug)]
struct WholeSink {
    file: Box<dyn DiskFile>,
    root: Arc<Root>,
    path: String,
}

impl Sink for WholeSink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|e| Error::io("write", self.path.as_str(), &e))
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.file
            .sync()
            .map_err(|e| Error::io("make durable", self.path.as_str(), &e))?;
        match self.file.publish(&self.root.full(&self.path)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(Error::io("write", self.path, &error));
            }
            _ => {}
        }
        self.root.is_unsettled(self.path);
        Ok(())
    }
}
