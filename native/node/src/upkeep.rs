use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use varve_engine::{Due, Stop, Table};

/// Merges small files and builds indexes behind the writers' back: one thread a table, and only while there is something to do.
///
/// Small files are merged at once. Larger ones wait for a pause between commits, because writing them takes the disk away from
/// whoever is waiting for a commit.
#[derive(Debug, Default)]
pub(crate) struct Upkeep(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    stop: Stop,
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Work {
    thread: Option<JoinHandle<()>>,
    /// Counts commits, to tell a pause.
    commits: u64,
    closing: bool,
}

/// As long a pause shows that a burst of commits is over.
const PAUSE: Duration = Duration::from_millis(250);

impl Upkeep {
    /// What ends upkeep early.
    pub(crate) fn stop(&self) -> &Stop {
        &self.0.stop
    }

    /// Called after every commit: starts the thread where upkeep is due and none runs.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one thread that goes on after a call; finish() waits for its end"
    )]
    pub(crate) fn committed(&self, table: &Arc<Table>) {
        let mut work = self.0.lock();
        work.commits += 1;
        let runs = work.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        if runs || work.closing || table.due() == Due::Nothing {
            return;
        }
        let (shared, table) = (Arc::clone(&self.0), Arc::clone(table));
        let run = move || shared.run(&table);
        // A process that cannot have a thread does without.
        work.thread = std::thread::Builder::new()
            .name("varve-upkeep".to_owned())
            .spawn(run)
            .ok();
    }

    /// Waits for what is being merged, ends the building of an index, and starts nothing more.
    pub(crate) fn finish(&self) {
        let thread = {
            let mut work = self.0.lock();
            work.closing = true;
            self.0.stop.set();
            work.thread.take()
        };
        self.0.changed.notify_all();
        if let Some(thread) = thread {
            // A panic in the thread has left the table as it was.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, table: &Table) {
        loop {
            match table.due() {
                Due::Nothing => return,
                Due::Now => {}
                Due::InAPause => {
                    if !self.wait_for_a_pause() {
                        return;
                    }
                }
            }
            // A failure changes nothing; the next commit tries again.
            if !table.maintain_until(&self.stop).unwrap_or(false) {
                return;
            }
        }
    }

    /// Whether a pause came; false where the table is being closed.
    fn wait_for_a_pause(&self) -> bool {
        let mut work = self.lock();
        loop {
            let before = work.commits;
            let waited = self.changed.wait_timeout_while(work, PAUSE, |work| !work.closing);
            work = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(work, _)| work);
            if work.closing {
                return false;
            }
            if work.commits == before {
                return true;
            }
        }
    }
}
