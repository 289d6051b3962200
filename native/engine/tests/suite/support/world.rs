//! Time and randomness that belong to the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use varve_engine::{Code, Environment, Error, Result, Uuid};

/// A clock that moves only when told to, and names that are the same in every run.
#[derive(Debug)]
pub(crate) struct World {
    /// Milliseconds since 1970; any value at any time.
    pub(crate) now: AtomicI64,
    names: AtomicU64,
    /// Names cannot be made.
    pub(crate) without_randomness: AtomicBool,
    /// How long writers have waited, in microseconds.
    waited: AtomicU64,
}

impl World {
    pub(crate) fn at(now: i64) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicI64::new(now),
            names: AtomicU64::new(0),
            without_randomness: AtomicBool::new(false),
            waited: AtomicU64::new(0),
        })
    }
}

impl Environment for World {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.waited.load(Ordering::Relaxed))
    }

    /// All 128 bits differ from name to name, as those of real ones do.
    fn uuid(&self) -> Result<Uuid> {
        if self.without_randomness.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Io, "There are no random numbers."));
        }
        let number = self.names.fetch_add(1, Ordering::Relaxed) + 1;
        let high = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let low = (high ^ high >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_le_bytes();
        Ok(Uuid(bytes))
    }

    fn pause(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.waited.fetch_add(micros, Ordering::Relaxed);
        std::thread::yield_now();
    }
}
