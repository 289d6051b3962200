use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::journal::{Journal, Locked};
use super::record::Ring;
use super::root::{Root, found};
use super::survey::Place;
use crate::error::{Code, Error, Result};
use crate::store::asked::Asked;
use crate::store::{Bytes, ManifestLog, PutOutcome, manifest_name, manifest_sequence, pool_of};

/// The folder of the manifests.
pub(super) const MANIFESTS: &str = "_manifests";
/// The name of the journal in it.
pub(super) const JOURNAL: &str = "journal";
/// How often a writer looks for the journal anew that was replaced under it.
const TRIES: usize = 4;

/// The manifests of a table: files, and what its journal holds, seen as one.
///
/// As long as the journal has no ring, all are files, and the file system decides who was first. As soon as it has a record, it
/// knows the newest sequence, and only the one that follows is free: none is ever put a second time.
#[derive(Debug)]
pub(super) struct LocalLog {
    root: Arc<Root>,
    /// Where the files lie that its manifests name.
    pool: String,
    /// As errors name it.
    directory: String,
    full: PathBuf,
    /// What a ring is like that is made here, and how many files come before.
    ring: Ring,
    files: u32,
    /// The journal that was there when somebody last looked.
    journal: Mutex<Option<Arc<Journal>>>,
    asked: Asked<PathBuf>,
}

impl LocalLog {
    pub(super) fn new(root: Arc<Root>, table: &str, ring: Ring, files: u32) -> Self {
        let directory = format!("{table}/{MANIFESTS}");
        Self {
            full: root.full(&directory),
            root,
            pool: pool_of(table),
            directory,
            ring,
            files,
            journal: Mutex::default(),
            asked: Asked::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<Journal>>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_journal(&self) -> Option<Arc<Journal>> {
        self.kept().clone()
    }

    /// Closes the journal: some systems do not rename a directory in which a file is open.
    pub(super) fn close(&self) {
        *self.kept() = None;
    }

    /// The journal that is there now, if there is one.
    fn journal(&self) -> Result<Option<Arc<Journal>>> {
        if let Some(journal) = self.known_journal()
            && journal.is_in_place()?
        {
            return Ok(Some(journal));
        }
        let path = format!("{}/{JOURNAL}", self.directory);
        let journal = Journal::open(&self.root.disk, self.full.join(JOURNAL), path)?.map(Arc::new);
        self.kept().clone_from(&journal);
        Ok(journal)
    }

    /// The file of a manifest, as errors name it.
    fn path(&self, sequence: u64) -> String {
        format!("{}/{}", self.directory, manifest_name(sequence))
    }

    fn file(&self, sequence: u64) -> PathBuf {
        let name = manifest_name(sequence);
        let mut file = PathBuf::with_capacity(self.full.as_os_str().len() + 1 + name.len());
        file.push(&self.full);
        file.push(name);
        file
    }

    /// The sequences of all manifests.
    fn sequences(&self) -> Result<Vec<u64>> {
        let mut sequences: Vec<u64> = self.files()?;
        let Some(journal) = self.journal()? else {
            return Ok(sequences);
        };
        let survey = journal.look()?;
        let newest = survey.newest();
        // Of the files, only the newest is surely not removed.
        let held = survey
            .places()
            .filter(|(sequence, place)| *place != Place::File || Some(*sequence) == newest);
        sequences.extend(held.map(|(sequence, _)| sequence));
        sequences.sort_unstable();
        sequences.dedup();
        Ok(sequences)
    }

    /// The sequences that have a file.
    fn files(&self) -> Result<Vec<u64>> {
        let names = found(self.root.disk.list(&self.full));
        let names = names.map_err(|e| Error::io("list", self.directory.as_str(), &e))?;
        let names = names.unwrap_or_default();
        Ok(names
            .iter()
            .filter_map(|(name, _)| manifest_sequence(name))
            .collect())
    }

    /// A manifest that the journal holds; `None` where it can only be a file.
    fn read_in_journal(&self, sequence: u64) -> Result<Option<Bytes>> {
        let Some(journal) = self.journal()? else {
            return Ok(None);
        };
        if let Some(bytes) = journal.read(sequence)? {
            return Ok(Some(bytes));
        }
        let survey = journal.look()?;
        let is_newest_file = survey.newest() == Some(sequence) && survey.place(sequence) == Some(Place::File);
        drop(survey);
        if is_newest_file && !self.is_file(sequence)? && journal.is_in_place()? {
            return Err(Error::corrupt(self.path(sequence), "it is missing"));
        }
        Ok(None)
    }

    /// Whether the journal knows of a manifest and of none after it; `None` where only the files can tell of it.
    fn is_newest_in_journal(&self, sequence: u64) -> Result<Option<bool>> {
        let Some(journal) = self.journal()? else {
            return Ok(None);
        };
        let survey = journal.look()?;
        if survey.newest() > Some(sequence) {
            return Ok(Some(false));
        }
        let held = survey.place(sequence).is_some_and(|place| place != Place::File);
        Ok(held.then_some(true))
    }

    fn append_locked(&self, mut journal: Locked<'_>, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        if !journal.has_ring(self.ring, self.files)? {
            return self.publish(sequence, bytes);
        }
        let mut newest = match journal.newest() {
            Some(newest) => Some(self.catch_up(&journal, newest)?),
            None => None,
        };
        if newest < sequence.checked_sub(1) {
            // A power cut may have taken the notes of files, of which the oldest may be gone since.
            newest = newest.max(self.files()?.into_iter().max());
        }
        if newest.is_some_and(|newest| newest.checked_add(1) != Some(sequence)) {
            return Ok(PutOutcome::Exists);
        }
        if newest.is_some() && journal.takes(bytes) {
            journal.append(sequence, bytes)?;
            return Ok(PutOutcome::Created);
        }
        let outcome = self.publish(sequence, bytes)?;
        if newest.is_some() {
            // Where that fails, the next writer does it.
            let _ = journal.note(sequence);
        }
        Ok(outcome)
    }

    /// Notes the files of writers that died before they could. Returns the newest sequence.
    fn catch_up(&self, journal: &Locked<'_>, mut newest: u64) -> Result<u64> {
        while self.is_file(newest + 1)? {
            newest += 1;
            journal.note(newest)?;
        }
        Ok(newest)
    }

    fn publish(&self, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        let published = self.root.publish(&self.file(sequence), bytes);
        published.map_err(|e| Error::io("write", self.path(sequence), &e))
    }

    fn is_file(&self, sequence: u64) -> Result<bool> {
        let exists = self.root.disk.exists(&self.file(sequence));
        exists.map_err(|e| Error::io("look up", self.path(sequence), &e))
    }

    fn remove(&self, sequence: u64) -> Result<()> {
        let journal = self.known_journal();
        if journal.is_some_and(|journal| journal.held(sequence)) {
            // There is no file: the journal writes over it in time.
            return Ok(());
        }
        let removed = found(self.root.disk.remove(&self.file(sequence)));
        removed.map_err(|e| Error::io("remove", self.path(sequence), &e))?;
        Ok(())
    }
}

impl ManifestLog for LocalLog {
    fn newest(&self) -> Result<Option<u64>> {
        Ok(self.sequences()?.into_iter().max())
    }

    fn read(&self, sequence: u64) -> Result<Option<Bytes>> {
        if let Some(bytes) = self.read_in_journal(sequence)? {
            return Ok(Some(bytes));
        }
        let opened = found(self.root.disk.open(&self.file(sequence)));
        opened.map_err(|e| Error::io("open", self.path(sequence), &e))
    }

    fn read_start(&self, sequence: u64, length: usize) -> Result<Option<Bytes>> {
        if let Some(journal) = self.journal()?
            && let Some(bytes) = journal.read_start(sequence, length)?
        {
            return Ok(Some(bytes));
        }
        self.read(sequence)
    }

    fn append(&self, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        self.root.settle(&self.pool)?;
        let mut journal = self.known_journal();
        for _ in 0..TRIES {
            if let Some(locked) = journal.as_deref().map(Journal::lock).transpose()?.flatten() {
                return self.append_locked(locked, sequence, bytes);
            }
            journal = self.journal()?;
            if journal.is_none() {
                return self.publish(sequence, bytes);
            }
        }
        Err(replaced())
    }

    fn is_behind_own(&self, sequence: u64) -> bool {
        self.known_journal()
            .is_some_and(|journal| journal.is_behind_own(sequence))
    }

    fn is_free(&self) -> bool {
        self.known_journal().is_none_or(|journal| journal.is_free())
    }

    fn is_newest(&self, sequence: u64) -> Result<bool> {
        let asked = self.asked.of(sequence, |sequence| self.file(sequence));
        let is_there = |file: &Path| self.root.disk.exists(file);
        let answer = match self.is_newest_in_journal(sequence)? {
            Some(false) => Ok(false),
            Some(true) => is_there(&asked.next).map(|later| !later),
            None => is_there(&asked.next).and_then(|later| Ok(!later && is_there(&asked.own)?)),
        };
        answer.map_err(|e| Error::io("look up", self.path(sequence), &e))
    }

    fn newest_is_known(&self, sequence: u64) -> Result<Option<bool>> {
        self.is_newest(sequence).map(Some)
    }

    fn forget_before(&self, sequence: u64) -> Result<u64> {
        let older = self.sequences()?.into_iter().filter(|older| *older < sequence);
        // Ascending: whoever finds the manifest before a sequence knows that the sequence itself was never removed.
        let mut older: Vec<u64> = older.collect();
        older.sort_unstable();
        older.into_iter().try_for_each(|older| self.remove(older))?;
        Ok(sequence)
    }

    fn erase_before(&self, sequence: u64) -> Result<()> {
        let mut older = self.files()?;
        older.retain(|older| *older < sequence);
        older.sort_unstable();
        for older in older {
            let removed = found(self.root.disk.remove(&self.file(older)));
            removed.map_err(|e| Error::io("remove", self.path(older), &e))?;
        }
        self.root.sync_directory(&self.directory)?;
        for _ in 0..TRIES {
            let Some(journal) = self.journal()? else {
                return Ok(());
            };
            if let Some(mut locked) = journal.lock()? {
                return locked.erase_before(sequence);
            }
        }
        Err(replaced())
    }

    fn withdraw(&self, sequence: u64) -> Result<()> {
        self.remove(sequence)
    }

    fn confirm(&self) -> Result<()> {
        let journal = self.journal()?;
        if let Some(locked) = journal.as_deref().map(Journal::lock).transpose()?.flatten() {
            locked.confirm()?;
        }
        self.root.sync_directory(&self.directory)
    }
}

/// The error for a journal that is another one each time it is opened.
fn replaced() -> Error {
    Error::new(Code::Conflict, "The table was replaced while it was written to.").hint("Open it again.")
}
