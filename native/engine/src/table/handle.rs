//! Tables: what is read, what is written, how they are kept in order.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::earlier::Earlier;
use super::indexing::Indexing;
use super::landing::{Committed, Joined};
use super::line::{Line, Pace, queue_of};
use super::purge::Tries;
use crate::error::{Code, Result};
use crate::format::{Commit, Raw};
use crate::history::{AsOf, Leases, Log, Tag, Tags};
use crate::home::TableHome;
use crate::snapshot::{Snapshot, TableState};

/// A table: rows with a schema and a history. Shared freely between threads.
///
/// Every read looks for commits of other processes first; every write is one commit. Any number of handles and processes
/// may read and write one table.
#[derive(Debug)]
pub struct Table {
    pub(crate) home: TableHome,
    pub(super) state: RwLock<Arc<TableState>>,
    /// Writers through this handle, who wait for their commits.
    pub(super) line: Line<dyn Waiting>,
    /// Held while a commit of this process is under way, so that its handles queue instead of colliding.
    pub(super) writing: Arc<Mutex<()>>,
    /// How quickly changes were committed of late.
    pub(super) pace: Pace,
    /// Held while files are merged.
    pub(crate) maintaining: Mutex<()>,
    pub(crate) log: Log,
    pub(crate) tags: Tags,
    pub(crate) leases: Leases,
    /// Files retired at or before this sequence have been removed.
    pub(super) swept: AtomicU64,
    /// Those of them that could not be, and are tried again.
    pub(super) stuck: Mutex<BTreeSet<String>>,
    /// States before the current one that may still be read, in a store where files are opened when they are first read.
    pub(super) earlier: Earlier,
    /// What was tried to finish a purge.
    pub(super) purging: Mutex<Tries>,
    /// When and how indexes and shadows are built.
    pub(super) indexing: Mutex<Indexing>,
    /// The name of the table's directory is durable: whoever created it may have died before it was.
    pub(super) named: AtomicBool,
    /// The newest sequence, as far as this handle opened or put it itself.
    pub(super) newest: AtomicU64,
}

/// A change that waits for its commit.
pub(super) trait Waiting: Send + Sync {
    /// Makes the change, on top of a state that may still be `under_way`: not committed itself.
    ///
    /// # Errors
    /// Why the change cannot be made; others can all the same.
    fn join(&self, table: &Table, state: &Arc<TableState>, under_way: bool) -> Result<Joined>;
    /// How many bytes of rows it adds at the most, where that is all that it does; none where it looks for rows of the table.
    fn adds(&self) -> Option<usize>;
    /// Says what it came to. Only the first call counts.
    fn finish(&self, outcome: Result<Committed>);
}

impl Table {
    /// Opens the table at its home.
    ///
    /// # Errors
    /// [`Code::TableNotFound`], [`Code::Corrupt`], [`Code::UnsupportedFormat`].
    pub(crate) fn open(home: TableHome) -> Result<Self> {
        let state = TableState::load(&home, None)?;
        Ok(Self {
            newest: AtomicU64::new(state.manifest.sequence),
            line: Line::default(),
            writing: queue_of(&home),
            pace: Pace::default(),
            log: Log::new(Arc::clone(&home.store), home.path("_log")),
            tags: Tags::new(Arc::clone(&home.store), home.path("_tags")),
            leases: Leases::new(Arc::clone(&home.store), home.path("_tags")),
            home,
            state: RwLock::new(Arc::new(state)),
            maintaining: Mutex::new(()),
            swept: AtomicU64::new(0),
            stuck: Mutex::default(),
            earlier: Earlier::default(),
            purging: Mutex::default(),
            indexing: Mutex::default(),
            named: AtomicBool::new(false),
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.home.name
    }

    /// The table as it is now.
    ///
    /// # Errors
    /// [`Code::Corrupt`], [`Code::TableNotFound`] where it was dropped.
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot::latest(self.refresh()?))
    }

    /// The table as it was.
    ///
    /// # Errors
    /// [`Code::VersionNotFound`], [`Code::VersionExpired`], [`Code::TagNotFound`], [`Code::Corrupt`].
    pub fn as_of(&self, moment: &AsOf) -> Result<Snapshot> {
        self.as_of_in(self.refresh()?, moment)
    }

    /// The table as it was, by what a state knows.
    pub(super) fn as_of_in(&self, state: Arc<TableState>, moment: &AsOf) -> Result<Snapshot> {
        let version = moment.resolve(
            &state.manifest,
            &self.log,
            &self.tags,
            self.home.environment.now(),
        )?;
        if version == state.manifest.version {
            return Ok(Snapshot::latest(state));
        }
        if version == 0 {
            let first = state.manifest.schemas.first().map_or(0, |schema| schema.get().id);
            return Snapshot::at(state, 0, 0, first);
        }
        let commit = self.log.commit(&state.manifest.log, version)?;
        Snapshot::at(state, version, commit.get().watermark, commit.get().schema)
    }

    /// The commit that made a version; none for version 0, the empty table.
    ///
    /// # Errors
    /// [`Code::VersionNotFound`], [`Code::Corrupt`].
    pub fn commit_of(&self, snapshot: &Snapshot) -> Result<Option<Raw<Commit>>> {
        if snapshot.version() == 0 {
            return Ok(None);
        }
        self.log
            .commit(&snapshot.state.manifest.log, snapshot.version())
            .map(Some)
    }

    /// Up to `limit` commits, the newest first; with `before`, only older ones.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn history(&self, limit: usize, before: Option<u64>) -> Result<Vec<Raw<Commit>>> {
        let state = self.refresh()?;
        self.log.newest(
            &state.manifest.log,
            before.unwrap_or(u64::MAX).min(state.manifest.version + 1),
            limit,
        )
    }

    /// Gives a version a name.
    ///
    /// # Errors
    /// [`Code::TagExists`], [`Code::InvalidName`], [`Code::VersionExpired`].
    pub fn tag(&self, name: &str, snapshot: &Snapshot) -> Result<Tag> {
        let now = self.home.environment.now();
        let version = AsOf::Version(snapshot.version());
        let resolve = |state: Arc<TableState>| version.resolve(&state.manifest, &self.log, &self.tags, now);
        let tag = Tag {
            name: name.to_owned(),
            version: self.writable().and_then(resolve)?,
            created_at: now,
        };
        self.make_name_durable()?;
        self.or_gone(self.tags.create(&tag))?;
        // A retention may have passed the version by while the tag was made, or a drop the table: then it names nothing.
        if let Err(error) = self.refresh().and_then(resolve) {
            self.tags.retract(&tag)?;
            return Err(error);
        }
        Ok(tag)
    }

    /// All tags, by version.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn tags(&self) -> Result<Vec<Tag>> {
        self.refresh()?;
        self.tags.all()
    }

    /// Removes a tag. The version stays, unless the retention ends it.
    ///
    /// # Errors
    /// [`Code::TagNotFound`].
    pub fn delete_tag(&self, name: &str) -> Result<()> {
        self.writable()?;
        self.or_gone(self.tags.delete(name))
    }

    /// The newest state, of a table that this build can write.
    fn writable(&self) -> Result<Arc<TableState>> {
        let state = self.refresh()?;
        state.manifest.check_writable()?;
        Ok(state)
    }

    /// The unique name of this life of the table.
    #[must_use]
    pub fn incarnation(&self) -> String {
        self.current().manifest.incarnation.clone()
    }

    pub(crate) fn current(&self) -> Arc<TableState> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a state the current one, unless a newer one is there already.
    pub(super) fn install(&self, state: Arc<TableState>) -> Arc<TableState> {
        let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.manifest.sequence > current.manifest.sequence
            || state.manifest.incarnation != current.manifest.incarnation
        {
            let before = std::mem::replace(&mut *current, state);
            if !self.home.store.is_near() {
                self.earlier.add(&before);
            }
        }
        Arc::clone(&current)
    }

    /// The newest state. Costs one look-up in the store where nothing changed.
    pub(crate) fn refresh(&self) -> Result<Arc<TableState>> {
        let state = self.current();
        if self.home.manifests.is_newest(state.manifest.sequence)? {
            return Ok(state);
        }
        let incarnation = &state.manifest.incarnation;
        let newer = match TableState::load(&self.home, Some(&state)) {
            Err(error) if error.code() == Code::TableNotFound => return Err(self.home.missing(incarnation)),
            newer => newer?,
        };
        if newer.manifest.incarnation != *incarnation {
            return Err(self.home.replaced(incarnation));
        }
        Ok(self.install(Arc::new(newer)))
    }

    /// The state to commit on, and whether it is taken for the newest without a look. So it is where this handle opened or put it, and asking takes
    /// as long as the commit itself: who puts the next one first is decided by the store.
    pub(super) fn to_commit_on(&self) -> Result<(Arc<TableState>, bool)> {
        let state = self.current();
        let is_own = self.newest.load(Ordering::Relaxed) == state.manifest.sequence;
        match is_own && !self.home.store.is_near() {
            true => Ok((state, true)),
            false => Ok((self.refresh()?, false)),
        }
    }

    /// The table as a write is prepared by: the newest version, or, in a store that is far away, the newest that this handle knows of. The
    /// commit looks again.
    ///
    /// # Errors
    /// As [`Table::snapshot`].
    pub fn known(&self) -> Result<Snapshot> {
        match self.home.store.is_near() {
            true => self.snapshot(),
            false => Ok(Snapshot::latest(self.current())),
        }
    }

    /// A result. Where it is a failure and the table was dropped or renamed meanwhile, the failure says that instead.
    pub(crate) fn or_gone<T>(&self, result: Result<T>) -> Result<T> {
        result.or_else(|error| self.refresh().and(Err(error)))
    }

    /// Before anything of the table is said to be durable.
    pub(super) fn make_name_durable(&self) -> Result<()> {
        if !self.named.load(Ordering::Relaxed) {
            self.home.store.confirm(&self.home.directory)?;
            self.named.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Whether others changed the table meanwhile: a failure may come from files that they replaced.
    pub(crate) fn has_moved(&self, state: &TableState) -> Result<bool> {
        Ok(self.refresh()?.manifest.sequence != state.manifest.sequence)
    }

    pub(crate) fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
        // What a panic left behind is never half of anything: the state is replaced as a whole.
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes when and how indexes and shadows are built. For tests and measurements: small tables are as fast without.
    pub fn set_indexing(&self, indexing: Indexing) {
        *Self::lock_indexing(&self.indexing) = indexing;
    }

    pub(crate) fn indexing(&self) -> Indexing {
        *Self::lock_indexing(&self.indexing)
    }

    fn lock_indexing(indexing: &Mutex<Indexing>) -> MutexGuard<'_, Indexing> {
        indexing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
