use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use varve_engine::table::Table;

/// Merges small files behind the writers' back: one thread a table, and only while there is something to do.
#[derive(Debug, Default)]
pub(crate) struct Upkeep(Mutex<Option<JoinHandle<()>>>);

impl Upkeep {
    /// Starts the thread where upkeep is due and none runs.
    pub(crate) fn start_if_due(&self, table: &Arc<Table>) {
        if !table.needs_maintenance() {
            return;
        }
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let table = Arc::clone(table);
        // A failure changes nothing, and the next write tries again; a process that cannot have a thread does without.
        let run = move || while table.maintain().unwrap_or(false) {};
        *running = std::thread::Builder::new()
            .name("varve-upkeep".to_owned())
            .spawn(run)
            .ok();
    }

    /// Waits for the thread.
    pub(crate) fn finish(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = running {
            // A panic in the thread has left the table as it was.
            let _ = thread.join();
        }
    }
}
