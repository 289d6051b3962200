//! Time and randomness that belong to the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use varve_engine::environment::{Environment, Uuid};
use varve_engine::error::{Code, Error, Result};

/// A clock that moves only when told to, and names that are the same in every run.
#[derive(Debug)]
pub(crate) struct World {
    /// Milliseconds since 1970; any value at any time.
    pub(crate) now: AtomicI64,
    names: AtomicU64,
    /// Names cannot be made.
    pub(crate) without_randomness: AtomicBool,
}

impl World {
    pub(crate) fn at(now: i64) -> Arc<Self> {
        let (now, names) = (AtomicI64::new(now), AtomicU64::new(0));
        let without_randomness = AtomicBool::new(false);
        Arc::new(Self {
            now,
            names,
            without_randomness,
        })
    }
}

impl Environment for World {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
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

    fn pause(&self, _: Duration) {
        std::thread::yield_now();
    }
}
