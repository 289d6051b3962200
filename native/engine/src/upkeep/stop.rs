use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends it, for good.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
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

    pub(super) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}
