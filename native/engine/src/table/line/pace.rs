use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How long single changes took to be committed: whether the next one can be expected to be quick.
#[derive(Debug)]
pub(in crate::table) struct Pace {
    /// So many quick ones have to come before the next is expected to be.
    owed: AtomicU32,
}

/// A commit that takes no longer is quick.
const QUICK: Duration = Duration::from_micros(500);
/// Quick commits that are owed at the start, as nobody knows the disk yet.
const AT_FIRST: u32 = 3;
/// Quick commits that are owed after one that was not.
const AFTER_SLOW: u32 = 4;

impl Default for Pace {
    fn default() -> Self {
        Self {
            owed: AtomicU32::new(AT_FIRST),
        }
    }
}

impl Pace {
    pub(in crate::table) fn is_quick(&self) -> bool {
        self.owed.load(Ordering::Relaxed) == 0
    }

    /// Notes how long a change took. Whoever leads calls this, and so one at a time.
    pub(in crate::table) fn took(&self, time: Duration) {
        let owed = match time <= QUICK {
            true => self.owed.load(Ordering::Relaxed).saturating_sub(1),
            false => AFTER_SLOW,
        };
        self.owed.store(owed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_expected_to_be_quick_after_some_that_were() {
        let pace = Pace::default();
        for owed in [AT_FIRST, AFTER_SLOW] {
            for _ in 0..owed {
                assert!(!pace.is_quick());
                pace.took(QUICK);
            }
            assert!(pace.is_quick());
            pace.took(QUICK + Duration::from_nanos(1));
        }
    }
}
