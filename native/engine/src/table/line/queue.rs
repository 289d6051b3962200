//! Writers of one table that are in one process wait for each other, whatever handle they write through.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use crate::home::TableHome;

type Queues = HashMap<(std::path::PathBuf, String), Weak<Mutex<()>>>;

/// The queues of the tables of this process, by where their files lie (decision 0046).
static QUEUES: LazyLock<Mutex<Queues>> = LazyLock::new(Mutex::default);

/// The queue of a table: who writes holds it.
pub(in crate::table) fn queue_of(home: &TableHome) -> Arc<Mutex<()>> {
    let Some(place) = home.catalog.place() else {
        return Arc::default();
    };
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    queues.retain(|_, queue| queue.strong_count() > 0);
    let key = (place, home.directory.clone());
    if let Some(queue) = queues.get(&key).and_then(Weak::upgrade) {
        return queue;
    }
    let queue = Arc::default();
    queues.insert(key, Arc::downgrade(&queue));
    queue
}
