//! Tables: what is read, what is written, how they are kept in order.

mod alter;
mod approximate;
mod commit;
mod derived;
mod diff;
mod effective;
mod export;
mod home;
mod index;
mod lookup;
mod maintain;
mod new_column;
mod next;
mod outcome;
mod queue;
mod read;
mod reembed;
mod restore;
mod scan;
mod search;
mod settle;
mod sources;
mod span;
mod stage;
mod state;
mod stats;
mod stop;
mod update;
mod vectors;
mod verify;
mod write;

pub use alter::Alteration;
pub use commit::{CommitOptions, Written};
pub use diff::Difference;
pub use export::Beside;
pub(crate) use home::{ENDING, Home, not_found};
pub use index::Indexing;
pub use maintain::{Due, Optimized};
pub use read::{Cell, Find, Order, Picked};
pub use reembed::Reembed;
pub use scan::Scan;
pub use search::{Explained, Planned, Search};
pub use sources::Sources;
pub use span::{Lifetime, Moment};
pub use stage::Stage;
pub use state::Snapshot;
pub use stats::Stats;
pub use stop::Stop;
pub use update::Update;
pub use verify::{Verified, Warning};
pub use write::{OnDuplicate, OnKey};

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::error::{Code, Result};
use crate::format::{Commit, Raw};
use crate::history::{AsOf, Log, Tag, Tags};
use state::State;

/// A table: rows with a schema and a history. Shared freely between threads.
///
/// Every read looks for commits of other processes first; every write is one commit. Any number of handles and processes
/// may read and write one table.
#[derive(Debug)]
pub struct Table {
    home: Home,
    state: RwLock<Arc<State>>,
    /// Held while a commit of this process is under way, so that its writers queue instead of colliding.
    writing: Arc<Mutex<()>>,
    /// Held while files are merged.
    maintaining: Mutex<()>,
    log: Log,
    tags: Tags,
    /// Files retired at or before this sequence have been removed.
    swept: AtomicU64,
    /// Those of them that could not be, and are tried again.
    stuck: Mutex<BTreeSet<String>>,
    /// When and how indexes and shadows are built.
    indexing: Mutex<Indexing>,
    /// The name of the table's directory is durable: whoever created it may have died before it was.
    named: AtomicBool,
}

impl Table {
    /// Opens the table at its home.
    ///
    /// # Errors
    /// [`Code::TableNotFound`], [`Code::Corrupt`], [`Code::UnsupportedFormat`].
    pub(crate) fn open(home: Home) -> Result<Self> {
        let state = home.load(None)?;
        Ok(Self {
            writing: queue::queue_of(&home),
            log: Log::new(Arc::clone(&home.store), home.path("_log")),
            tags: Tags::new(Arc::clone(&home.store), home.path("_tags")),
            home,
            state: RwLock::new(Arc::new(state)),
            maintaining: Mutex::new(()),
            swept: AtomicU64::new(0),
            stuck: Mutex::default(),
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
        let state = self.refresh()?;
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
        let resolve = |state: Arc<State>| version.resolve(&state.manifest, &self.log, &self.tags, now);
        let tag = Tag {
            name: name.to_owned(),
            version: self.refresh().and_then(resolve)?,
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
        self.refresh()?;
        self.or_gone(self.tags.delete(name))
    }

    /// The unique name of this life of the table.
    #[must_use]
    pub fn incarnation(&self) -> String {
        self.current().manifest.incarnation.clone()
    }

    fn current(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a state the current one, unless a newer one is there already.
    fn install(&self, state: Arc<State>) -> Arc<State> {
        let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.manifest.sequence > current.manifest.sequence
            || state.manifest.incarnation != current.manifest.incarnation
        {
            *current = state;
        }
        Arc::clone(&current)
    }

    /// The newest state. Costs one look-up in the store where nothing changed.
    fn refresh(&self) -> Result<Arc<State>> {
        let state = self.current();
        if self.home.store.is_last(&state.own_path, &state.next_path)? {
            return Ok(state);
        }
        let incarnation = &state.manifest.incarnation;
        let newer = match self.home.load(Some(&state)) {
            Err(error) if error.code() == Code::TableNotFound => return Err(self.home.missing(incarnation)),
            newer => newer?,
        };
        if newer.manifest.incarnation != *incarnation {
            return Err(self.home.replaced(incarnation));
        }
        Ok(self.install(Arc::new(newer)))
    }

    /// The same; but of a failure that the table is gone, where it is: its files could not be read or written then.
    fn or_gone<T>(&self, result: Result<T>) -> Result<T> {
        result.or_else(|error| self.refresh().and(Err(error)))
    }

    /// Before anything of the table is said to be durable.
    fn make_name_durable(&self) -> Result<()> {
        if !self.named.load(Ordering::Relaxed) {
            self.home.store.sync_directory("")?;
            self.named.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Whether others changed the table meanwhile: a failure may come from files that they replaced.
    fn has_moved(&self, state: &State) -> Result<bool> {
        Ok(self.refresh()?.manifest.sequence != state.manifest.sequence)
    }

    fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
        // What a panic left behind is never half of anything: the state is replaced as a whole.
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
