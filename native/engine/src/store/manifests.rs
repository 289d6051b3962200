use super::journal::{BEGUN, Journal, Locked};
use super::local::LocalStore;
use super::survey::Place;
use super::{Bytes, Entry, PutOutcome, manifest_name, manifest_sequence};
use crate::error::{Code, Error, Result};

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
pub(super) struct Manifests<'a> {
    store: &'a LocalStore,
    directory: &'a str,
}

impl<'a> Manifests<'a> {
    /// The manifests in a directory, if it is theirs.
    pub(super) fn in_directory(store: &'a LocalStore, directory: &'a str) -> Option<Self> {
        let theirs = directory.strip_suffix(MANIFESTS)?.ends_with('/');
        theirs.then_some(Self { store, directory })
    }

    /// Those that a path belongs to, and its sequence.
    pub(super) fn of(store: &'a LocalStore, path: &'a str) -> Option<(Self, u64)> {
        let (directory, name) = path.rsplit_once('/')?;
        Some((Self::in_directory(store, directory)?, manifest_sequence(name)?))
    }

    /// Adds what the journal holds to the names of the files.
    pub(super) fn complete(&self, entries: &mut Vec<Entry>) -> Result<()> {
        entries.retain(|entry| entry.name != JOURNAL && entry.name != BEGUN);
        let Some(journal) = self.store.journal_in(self.directory)? else {
            return Ok(());
        };
        let survey = journal.look()?;
        let newest = survey.newest();
        for (sequence, place) in survey.places() {
            let name = manifest_name(sequence);
            // Of the files, only the newest is surely not removed.
            let held = place != Place::File || Some(sequence) == newest;
            if held && entries.iter().all(|entry| entry.name != name) {
                entries.push(Entry { name, age_ms: 0 });
            }
        }
        Ok(())
    }

    /// Whether the journal holds a manifest.
    pub(super) fn has(&self, sequence: u64) -> Result<bool> {
        let Some(journal) = self.store.journal_in(self.directory)? else {
            return Ok(false);
        };
        let place = journal.look()?.place(sequence);
        Ok(place.is_some_and(|place| place != Place::File))
    }

    /// Whether only the journal holds a manifest, so that there is no file to remove: the journal overwrites it in time. Reads
    /// nothing.
    pub(super) fn lets_go(&self, sequence: u64) -> bool {
        let journal = self.store.known_journal(self.directory);
        journal.is_some_and(|journal| journal.held(sequence))
    }

    /// A manifest that the journal holds; `None` where it can only be a file.
    pub(super) fn read(&self, path: &str, sequence: u64) -> Result<Option<Bytes>> {
        let Some(journal) = self.store.journal_in(self.directory)? else {
            return Ok(None);
        };
        if let Some(bytes) = journal.read(sequence)? {
            return Ok(Some(bytes));
        }
        let survey = journal.look()?;
        let is_newest_file = survey.newest() == Some(sequence) && survey.place(sequence) == Some(Place::File);
        drop(survey);
        if is_newest_file && !self.is_file(sequence)? && journal.is_in_place()? {
            return Err(Error::corrupt(path, "it is missing"));
        }
        Ok(None)
    }

    /// The first bytes of a manifest that the journal holds, as they stand there.
    pub(super) fn read_start(&self, sequence: u64, length: usize) -> Result<Option<Bytes>> {
        let journal = self.store.journal_in(self.directory)?;
        journal.map_or(Ok(None), |journal| journal.read_start(sequence, length))
    }

    /// Whether the journal knows of `sequence` and of none after it; `None` where only the files can tell of `sequence`.
    pub(super) fn is_last(&self, sequence: u64, next: u64) -> Result<Option<bool>> {
        let Some(journal) = self.store.journal_in(self.directory)? else {
            return Ok(None);
        };
        let survey = journal.look()?;
        if survey.newest() >= Some(next) {
            return Ok(Some(false));
        }
        let held = survey.place(sequence).is_some_and(|place| place != Place::File);
        Ok(held.then_some(true))
    }

    /// Puts a manifest if its sequence is free.
    pub(super) fn put(&self, path: &str, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        let mut journal = self.store.known_journal(self.directory);
        for _ in 0..TRIES {
            if let Some(locked) = journal.as_deref().map(Journal::lock).transpose()?.flatten() {
                return self.put_locked(locked, path, sequence, bytes);
            }
            journal = self.store.journal_in(self.directory)?;
            if journal.is_none() {
                return self.publish(path, bytes);
            }
        }
        Err(
            Error::new(Code::Conflict, "The table was replaced while it was written to.")
                .hint("Open it again."),
        )
    }

    fn put_locked(
        &self,
        mut journal: Locked<'_>,
        path: &str,
        sequence: u64,
        bytes: &[u8],
    ) -> Result<PutOutcome> {
        if !journal.has_ring(self.store.ring, self.store.files)? {
            return self.publish(path, bytes);
        }
        let mut newest = match journal.newest() {
            Some(newest) => Some(self.catch_up(&journal, newest)?),
            None => None,
        };
        if newest < sequence.checked_sub(1) {
            // A power cut may have taken the notes of files, of which the oldest may be gone since.
            newest = newest.max(self.newest_file()?);
        }
        if newest.is_some_and(|newest| newest.checked_add(1) != Some(sequence)) {
            return Ok(PutOutcome::Exists);
        }
        if newest.is_some() && journal.takes(bytes) {
            journal.append(sequence, bytes)?;
            return Ok(PutOutcome::Created);
        }
        let outcome = self.publish(path, bytes)?;
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

    fn publish(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        let published = self.store.publish(&self.store.path(path), bytes);
        published.map_err(|e| Error::io("write", path, &e))
    }

    fn is_file(&self, sequence: u64) -> Result<bool> {
        let path = format!("{}/{}", self.directory, manifest_name(sequence));
        let exists = self.store.disk.exists(&self.store.path(&path));
        exists.map_err(|e| Error::io("look up", path, &e))
    }

    fn newest_file(&self) -> Result<Option<u64>> {
        let names = self.store.disk.list(&self.store.path(self.directory));
        let names = names.map_err(|e| Error::io("list", self.directory, &e))?;
        Ok(names.iter().filter_map(|(name, _)| manifest_sequence(name)).max())
    }

    /// Makes the newest manifest durable, if the journal holds it.
    pub(super) fn confirm(&self) -> Result<()> {
        let journal = self.store.journal_in(self.directory)?;
        match journal.as_deref().map(Journal::lock).transpose()?.flatten() {
            Some(locked) => locked.confirm(),
            None => Ok(()),
        }
    }
}
