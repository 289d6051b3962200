use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Code, Error, Result};

/// Ends what takes long, such as upkeep, as soon as it can be ended. All clones are one.
///
/// ```
/// use varve_engine::Stop;
///
/// let stop = Stop::default();
/// stop.clone().set();
/// assert!(stop.is_set());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    set: AtomicBool,
    /// Held for a moment to set it, and while somebody begins to wait: nobody misses it.
    waiting: Mutex<()>,
    changed: Condvar,
}

impl Stop {
    /// Ends it, for good.
    pub fn set(&self) {
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.set.store(true, Ordering::Relaxed);
        drop(waiting);
        self.0.changed.notify_all();
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.set.load(Ordering::Relaxed)
    }

    /// Refuses to go on once it is to end.
    ///
    /// # Errors
    /// [`Code::Closed`].
    pub fn check(&self) -> Result<()> {
        if self.is_set() {
            let message = "The table was closed while this was under way.";
            return Err(Error::new(Code::Closed, message)
                .hint("What was done until then stays. Open the table and call it again."));
        }
        Ok(())
    }

    /// Waits until it is to end, for `most` at the most.
    pub(super) fn wait(&self, most: Duration) {
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .0
            .changed
            .wait_timeout_while(waiting, most, |()| !self.is_set());
        drop(waited);
    }

    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0.set
    }
}
