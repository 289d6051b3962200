use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use super::due::Due;
use crate::environment::{Environment, Stop};
use crate::table::Table;

/// Upkeep of a table behind the writers' back: merges small files and builds indexes, in one thread, and only while there is something
/// to do. A host starts one for a table and tells it of every commit; dropping it stops it.
///
/// Small files are merged at once. Larger ones wait for a pause between commits, because writing them takes the disk away from
/// whoever is waiting for a commit.
///
/// ```
/// use std::sync::Arc;
/// use varve_engine::{Database, Schedule, Schema};
///
/// let database = Database::connect("memory:")?;
/// let schema: Schema = serde_json::from_str(r#"{ "fields": [{ "name": "title", "type": { "kind": "text" } }] }"#).unwrap();
/// let table = database.create_table("docs", schema)?;
/// let upkeep = Schedule::start(&table);
/// // After every commit:
/// upkeep.committed();
/// // Where whoever closes the table has to know that nothing goes on:
/// upkeep.finish();
/// # Ok::<(), varve_engine::Error>(())
/// ```
#[derive(Debug)]
pub struct Schedule {
    /// The thread holds the table while it runs, and nobody else here does.
    table: Weak<Table>,
    shared: Arc<Shared>,
    /// The manifest of which it was last looked what is due.
    looked: AtomicU64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    stop: Stop,
    environment: Arc<dyn Environment>,
    /// Counts commits, to tell a pause.
    commits: AtomicU64,
}

/// As long a pause shows that a burst of commits is over.
const PAUSE: Duration = Duration::from_millis(250);

impl Schedule {
    /// Starts: from now on upkeep follows the commits that it is told of.
    #[must_use]
    pub fn start(table: &Arc<Table>) -> Self {
        let shared = Shared {
            stop: Stop::default(),
            environment: Arc::clone(&table.home.environment),
            commits: AtomicU64::new(0),
        };
        Self {
            table: Arc::downgrade(table),
            shared: Arc::new(shared),
            looked: AtomicU64::new(0),
            thread: Mutex::default(),
        }
    }

    /// What ends upkeep early, for good.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.shared.stop
    }

    /// To be called after every commit: begins upkeep where it is due and none runs. Of commits that share a manifest the first looks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one thread that goes on after a call; it ends when the schedule does"
    )]
    pub fn committed(&self) {
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        let Some(table) = self.table.upgrade() else {
            return;
        };
        let sequence = table.current().manifest.sequence;
        if self.looked.swap(sequence, Ordering::Relaxed) == sequence
            || self.shared.stop.is_set()
            || table.due() == Due::Nothing
        {
            return;
        }
        let mut thread = self.thread();
        if thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        // A process that cannot have a thread does without.
        *thread = std::thread::Builder::new()
            .name("varve-upkeep".to_owned())
            .spawn(move || shared.run(&table))
            .ok();
    }

    /// Waits for what is being merged, ends the building of an index, and starts nothing more.
    pub fn finish(&self) {
        self.shared.stop.set();
        let thread = self.thread().take();
        if let Some(thread) = thread {
            // A panic in the thread has left the table as it was.
            let _ = thread.join();
        }
    }

    fn thread(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops it as soon as it can be stopped, and does not wait for that.
impl Drop for Schedule {
    fn drop(&mut self) {
        self.shared.stop.set();
    }
}

impl Shared {
    fn run(&self, table: &Table) {
        loop {
            match table.due() {
                Due::Nothing => return,
                Due::Now => {}
                Due::InAPause => self.wait_for_a_pause(),
            }
            // A failure changes nothing; the next commit tries again.
            if !table.maintain_until(&self.stop).unwrap_or(false) {
                return;
            }
        }
    }

    /// Returns when no commit has come for some time, or when it is to stop.
    fn wait_for_a_pause(&self) {
        while !self.stop.is_set() {
            let before = self.commits.load(Ordering::Relaxed);
            self.environment.wait(PAUSE, &self.stop);
            if self.commits.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}
