use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::record::{Head, Kind, Ring, SLOT, file_head};
use super::root::found;
use super::survey::{Place, Survey, payload};
use crate::error::{Code, Error, Result};
use crate::store::{BlockFile, Bytes, Disk};

/// A file without content that says that there is a ring: who loses the journal must not find an older table.
pub(super) const BEGUN: &str = "journal-begun";
/// How long a writer waits for another one, which may have been stopped.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a damage must be found before it is believed: whoever looks while others write may see halves.
const CERTAIN: usize = 3;
/// So many slots are written over at once.
const ERASED_AT_ONCE: usize = 16;
/// How often a record is looked for that others write over.
const TRIES: usize = 20;

/// A file of a fixed size in which small manifests are written one behind the other, in place: one sync makes one durable, where a
/// file with a name needs two and changes of the file system's own tables.
///
/// Writers of all processes exclude each other with a lock on the file; readers take none.
#[derive(Debug)]
pub(super) struct Journal {
    /// As errors name it.
    path: String,
    full: PathBuf,
    disk: Arc<dyn Disk>,
    file: Box<dyn BlockFile>,
    survey: Mutex<Survey>,
    writer: Mutex<Writer>,
}

/// What only the one who writes needs.
#[derive(Debug, Default)]
struct Writer {
    file: Option<Box<dyn BlockFile>>,
    /// Manifests that became files while there was no ring.
    files: u32,
    /// The last record of a manifest that was put through here, and whether the record before it was as well.
    own: Option<(u64, bool)>,
}

impl Journal {
    /// Makes an empty one, without a ring, in a directory that is being made; where the file system knows no locks, none. The
    /// name becomes durable with the directory.
    pub(super) fn create(disk: &dyn Disk, full: &Path) -> io::Result<()> {
        let mut file = disk.create(full)?;
        file.write_all(&file_head(None))?;
        file.sync()?;
        let file = disk.open_blocks(full, true)?;
        let locked = file.lock(PATIENCE).and_then(|_| file.unlock());
        drop(file);
        locked.or_else(|_| disk.remove(full))
    }

    /// `None` where there is none.
    pub(super) fn open(disk: &Arc<dyn Disk>, full: PathBuf, path: String) -> Result<Option<Self>> {
        let Some(file) = open_begun(&**disk, &full, &path)? else {
            return Ok(None);
        };
        let journal = Self {
            path,
            full,
            disk: Arc::clone(disk),
            file,
            survey: Mutex::default(),
            writer: Mutex::default(),
        };
        *journal.known() = journal.survey_anew()?;
        Ok(Some(journal))
    }

    /// Whether its name still leads to it: the table may have been dropped, or moved.
    pub(super) fn is_in_place(&self) -> Result<bool> {
        let identity = found(self.disk.identity(&self.full));
        let identity = identity.map_err(|e| self.failed("look up", &e))?;
        Ok(identity == Some(self.file.identity()))
    }

    fn known(&self) -> MutexGuard<'_, Survey> {
        // A survey is replaced or completed at once, so a panic leaves no half of one.
        self.survey.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it held a manifest when somebody last looked.
    pub(super) fn held(&self, sequence: u64) -> bool {
        matches!(self.known().place(sequence), Some(Place::Record(..)))
    }

    /// What the journal holds now.
    pub(super) fn look(&self) -> Result<MutexGuard<'_, Survey>> {
        let mut survey = self.known();
        let file = &*self.file;
        let fine = survey
            .is_current(file)
            .and_then(|current| Ok(current || survey.follow(file)?))
            .map_err(|e| self.failed("read", &e))?;
        if !fine {
            *survey = self.survey_anew()?;
        }
        Ok(survey)
    }

    fn survey_anew(&self) -> Result<Survey> {
        let mut tries = 1;
        loop {
            let survey = Survey::of(&*self.file).map_err(|e| self.failed("read", &e))?;
            if !survey.is_damaged() || tries == CERTAIN {
                return Ok(survey);
            }
            tries += 1;
        }
    }

    /// The manifest of a sequence; `None` where it is not in the journal.
    pub(super) fn read(&self, sequence: u64) -> Result<Option<Bytes>> {
        let (mut before, mut again) = (None, 0);
        for _ in 0..TRIES {
            let place = self.look()?.place(sequence);
            let (at, head) = match place {
                Some(Place::Record(at, head)) => (at, head),
                Some(Place::Damaged) => return Err(self.damaged("its newest manifest is not whole")),
                _ => return Ok(None),
            };
            let bytes = payload(&*self.file, at, &head).map_err(|e| self.failed("read", &e))?;
            if head.fits(&bytes) {
                return Ok(Some(Bytes::from(bytes)));
            }
            // Others may be writing over it: then it is gone when one looks again.
            again = if before == place { again + 1 } else { 0 };
            if again == CERTAIN {
                return Err(self.damaged("the checksum of a manifest is wrong"));
            }
            before = place;
            let survey = self.survey_anew()?;
            *self.known() = survey;
        }
        Ok(None)
    }

    /// The first bytes of the manifest of a sequence, unchecked; `None` where it is not in the journal.
    pub(super) fn read_start(&self, sequence: u64, length: usize) -> Result<Option<Bytes>> {
        let place = self.look()?.place(sequence);
        let Some(Place::Record(at, head)) = place else {
            return Ok(None);
        };
        let start = Head {
            length: head.length.min(length as u64),
            ..head
        };
        let bytes = payload(&*self.file, at, &start).map_err(|e| self.failed("read", &e))?;
        Ok(Some(Bytes::from(bytes)))
    }

    /// Whether the last record that was put through here has this sequence and stands behind another one that was: both under the lock
    /// of this very file, so that nobody else had either sequence.
    pub(super) fn is_behind_own(&self, sequence: u64) -> bool {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.own == Some((sequence, true))
    }

    /// Whether nobody else is writing.
    pub(super) fn is_free(&self) -> bool {
        let Ok(writer) = self.writer.try_lock() else {
            return false;
        };
        writer.file.as_ref().is_none_or(|file| {
            let locked = file.lock(Duration::ZERO);
            matches!(locked, Ok(true)) && file.unlock().is_ok()
        })
    }

    /// Waits until no other writer is at work. `None` where the journal was dropped or replaced meanwhile.
    pub(super) fn lock(&self) -> Result<Option<Locked<'_>>> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.file.is_none() {
            let opened = found(self.disk.open_blocks(&self.full, true));
            let opened = opened.map_err(|e| self.failed("write", &e))?;
            writer.file = opened.filter(|file| file.identity() == self.file.identity());
        }
        let Some(file) = &writer.file else {
            return Ok(None);
        };
        if !file.lock(PATIENCE).map_err(|e| self.failed("lock", &e))? {
            let seconds = PATIENCE.as_secs();
            let message = format!(
                "Another writer has held {} for more than {seconds} seconds.",
                self.path
            );
            return Err(Error::new(Code::Io, message)
                .hint("A process was stopped in the middle of a commit, or its disk does not answer. Let it go on or end it, then try again; nothing was changed.")
                .file(self.path.as_str()));
        }
        let locked = Locked {
            journal: self,
            writer,
        };
        if !self.is_in_place()? {
            return Ok(None);
        }
        // What others put before; from here on nobody else puts.
        drop(self.look()?);
        Ok(Some(locked))
    }

    fn failed(&self, action: &str, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::InvalidData => self.damaged(error),
            _ => Error::io(action, self.path.as_str(), error),
        }
    }

    fn damaged(&self, what: impl std::fmt::Display) -> Error {
        Error::corrupt(self.path.as_str(), what)
    }
}

/// Opens a journal; `None` where there is none, an error where it was lost. Between the looks the table may be dropped and made
/// anew, so a loss must be found several times.
fn open_begun(disk: &dyn Disk, full: &Path, path: &str) -> Result<Option<Box<dyn BlockFile>>> {
    for _ in 0..CERTAIN {
        let opened = found(disk.open_blocks(full, false));
        if let Some(file) = opened.map_err(|e| Error::io("open", path, &e))? {
            return Ok(Some(file));
        }
        let began = found(disk.exists(&full.with_file_name(BEGUN)));
        if began.map_err(|e| Error::io("look up", path, &e))? != Some(true) {
            return Ok(None);
        }
    }
    Err(Error::corrupt(path, "it is missing"))
}

/// A journal that nobody else writes to as long as this lives.
#[derive(Debug)]
pub(super) struct Locked<'a> {
    journal: &'a Journal,
    writer: MutexGuard<'a, Writer>,
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        if let Some(file) = &self.writer.file {
            // Closing the file would release it as well.
            let _ = file.unlock();
        }
    }
}

impl Locked<'_> {
    /// Whether a manifest goes into the ring, by its size.
    pub(super) fn takes(&self, bytes: &[u8]) -> bool {
        let ring = self.journal.known().ring;
        ring.is_some_and(|ring| bytes.len() as u64 <= ring.largest())
    }

    /// The newest sequence that was put since there is a ring.
    pub(super) fn newest(&self) -> Option<u64> {
        self.journal.known().newest()
    }

    /// Whether there is a ring. Where there is none, one more manifest became a file, and behind the last that may, a ring is
    /// made. Where it cannot be, there is none.
    pub(super) fn has_ring(&mut self, ring: Ring, after: u32) -> Result<bool> {
        if self.journal.known().ring.is_some() {
            return Ok(true);
        }
        self.writer.files = self.writer.files.saturating_add(1);
        if self.writer.files != after.saturating_add(1) || self.make(ring).is_err() {
            return Ok(false);
        }
        Ok(self.journal.look()?.ring.is_some())
    }

    /// Writes the whole ring, so that later writes are of nothing but data.
    fn make(&self, ring: Ring) -> io::Result<()> {
        let file = self.file()?;
        if file.length()? > ring.end() {
            return Ok(());
        }
        let zeros = vec![0; 16 * SLOT as usize];
        for at in (SLOT..ring.end()).step_by(zeros.len()) {
            let length = zeros.len().min((ring.end() - at) as usize);
            file.write_at(at, zeros.get(..length).unwrap_or_default())?;
        }
        file.sync()?;
        match self.journal.disk.create(&self.journal.full.with_file_name(BEGUN)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if let Some(directory) = self.journal.full.parent() {
            self.journal.disk.sync_directory(directory)?;
        }
        // Eight bytes of one sector: either there is a ring or there is none.
        file.write_at(0, &file_head(Some(ring)))?;
        file.sync()
    }

    fn file(&self) -> io::Result<&dyn BlockFile> {
        self.writer
            .file
            .as_deref()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Puts a manifest of a size that the ring takes, durably.
    pub(super) fn append(&mut self, sequence: u64, bytes: &[u8]) -> Result<()> {
        let before = self.writer.own.take();
        let put = || {
            let record = self.write(Kind::Manifest, sequence, bytes)?;
            self.file()?.sync()?;
            self.finish(record)
        };
        put().map_err(|e| self.journal.failed("write", &e))?;
        let follows = before.is_some_and(|(before, _)| before.checked_add(1) == Some(sequence));
        self.writer.own = Some((sequence, follows));
        Ok(())
    }

    /// Notes that the manifest of a sequence is a file. That need not last: the file says the same.
    pub(super) fn note(&self, sequence: u64) -> Result<()> {
        let record = self.write(Kind::File, sequence, &[]);
        record.map(|_| ()).map_err(|e| self.journal.failed("write", &e))
    }

    /// Makes the newest record durable, of which nobody knows whether it is. It is written again: what the system failed to write
    /// once it may take for written.
    pub(super) fn confirm(&self) -> Result<()> {
        let last = self.journal.known().last;
        let Some((at, head)) = last.filter(|(_, head)| head.kind == Kind::Manifest) else {
            return Ok(());
        };
        let again = || {
            let bytes = payload(&*self.journal.file, at, &head)?;
            if head.fits(&bytes) {
                self.file()?.write_at(at, &slots(&head, &bytes))?;
                self.file()?.sync()?;
                self.finish((at, head))?;
            }
            Ok(())
        };
        again().map_err(|e| self.journal.failed("make durable", &e))
    }

    /// Writes over all that is left of manifests before a sequence. What stands from it on stays where it is.
    pub(super) fn erase_before(&mut self, sequence: u64) -> Result<()> {
        let erase = || {
            let (ring, newest, standing) = {
                let survey = self.journal.known();
                (survey.ring, survey.newest(), survey.standing(sequence))
            };
            let (Some(ring), Some(newest)) = (ring, newest) else {
                return Ok(());
            };
            let file = self.file()?;
            // What somebody wrote who died before it was durable must not be lost with what led to it.
            file.sync()?;
            let head = Head::new(Kind::Erased, newest, &[], self.journal.file.identity().number);
            let stands = |at: &u64| standing.iter().any(|range| range.contains(at));
            let slots_of_ring: Vec<u64> = (SLOT..ring.end()).step_by(SLOT as usize).collect();
            for run in slots_of_ring.chunk_by(|a, b| stands(a) == stands(b)) {
                for part in run.chunks(ERASED_AT_ONCE) {
                    if let Some(at) = part.first().filter(|at| !stands(at)) {
                        file.write_at(*at, &slots(&head, &[]).repeat(part.len()))?;
                    }
                }
            }
            file.sync()
        };
        erase().map_err(|e| self.journal.failed("erase", &e))?;
        // What was known may be gone.
        let survey = self.journal.survey_anew()?;
        *self.journal.known() = survey;
        Ok(())
    }

    /// Writes a record behind the newest, or at the start of the other half.
    fn write(&self, kind: Kind, sequence: u64, bytes: &[u8]) -> io::Result<(u64, Head)> {
        let (ring, last) = {
            let survey = self.journal.known();
            let ring = survey.ring.ok_or(io::ErrorKind::NotFound)?;
            (ring, (survey.tail(ring), survey.last))
        };
        let head = Head::new(kind, sequence, bytes, self.journal.file.identity().number);
        let (mut at, last) = last;
        if !ring.holds(at, &head) {
            // Whoever waits here for the next record is told to look elsewhere.
            if let Some((_, last)) = last {
                self.file()?.write_at(at, &slots(&last.mark(Kind::Moved), &[]))?;
            }
            at = ring.halves(at).1;
        }
        self.file()?.write_at(at, &slots(&head, bytes))?;
        let mut survey = self.journal.known();
        if survey.newest() < Some(sequence) {
            survey.append(at, head);
        }
        Ok((at, head))
    }

    /// Marks a record that is durable. The mark itself need not be: the next record takes its place.
    fn finish(&self, (at, head): (u64, Head)) -> io::Result<()> {
        let _ = self
            .file()?
            .write_at(at + head.span(), &slots(&head.mark(Kind::End), &[]));
        Ok(())
    }
}

/// A head and what follows it, in whole slots: a system that writes in pages then need not read them first.
fn slots(head: &Head, payload: &[u8]) -> Vec<u8> {
    let whole = match head.is_record() {
        true => head.span(),
        false => SLOT,
    };
    let mut bytes = Vec::with_capacity(whole as usize);
    bytes.extend_from_slice(&head.encode());
    bytes.extend_from_slice(payload);
    bytes.resize(whole as usize, 0);
    bytes
}
