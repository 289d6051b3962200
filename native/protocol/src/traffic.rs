use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether searches of a table come one at a time, as far as it can be seen from where they run.
///
/// A host with a thread of its own (an event loop) may hold it longer for a search that nobody else waits behind. Searches that are answered on
/// that thread never meet, whoever asks; those on other threads do. So what is known comes from there: a search that ran
/// on another thread, and beside which another one came, says that they are many; one that was left alone says that they are not. Now and
/// then a search is sent there to find out.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Reads on other threads.
    passing: AtomicUsize,
    /// Searches that came.
    came: AtomicUsize,
    crowded: AtomicBool,
}

/// One search in this many is sent to another thread to find out whether they come one at a time.
const LOOK: usize = 64;

impl Traffic {
    /// A search comes. Says whether none is under way and none was beside the last that was seen.
    pub fn is_quiet(&self) -> bool {
        let looks = self.came.fetch_add(1, Ordering::Relaxed) % LOOK == LOOK - 1;
        !looks && self.passing.load(Ordering::Relaxed) == 0 && !self.crowded.load(Ordering::Relaxed)
    }

    /// A read goes to another thread, where it stays until what is returned is dropped.
    #[must_use]
    pub fn passes(self: &Arc<Self>) -> Passing {
        let beside = self.passing.fetch_add(1, Ordering::Relaxed) > 0;
        Passing {
            beside,
            came: self.came.load(Ordering::Relaxed),
            traffic: Arc::clone(self),
        }
    }
}

/// A read on another thread.
#[derive(Debug)]
pub struct Passing {
    traffic: Arc<Traffic>,
    /// Another one was there when it began.
    beside: bool,
    /// Searches that had come when it began.
    came: usize,
}

impl Drop for Passing {
    fn drop(&mut self) {
        let met = self.beside || self.traffic.came.load(Ordering::Relaxed) != self.came;
        self.traffic.crowded.store(met, Ordering::Relaxed);
        self.traffic.passing.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_after_another_is_alone_but_for_looks() {
        let traffic = Arc::new(Traffic::default());
        let mut sent = 0;
        for _ in 0..10 * LOOK {
            if !traffic.is_quiet() {
                sent += 1;
                drop(traffic.passes());
            }
        }
        assert_eq!(sent, 10);
    }

    #[test]
    fn searches_beside_each_other_are_known_after_the_first_look() {
        let traffic = Arc::new(Traffic::default());
        let mut passing = Vec::new();
        let mut held = 0;
        for _ in 0..10 * LOOK {
            // Six at a time.
            for _ in 0..6 {
                match traffic.is_quiet() {
                    true => held += 1,
                    false => passing.push(traffic.passes()),
                }
            }
            passing.clear();
        }
        assert!(held < LOOK, "{held}");
        assert!(!traffic.is_quiet());
        drop(traffic.passes());
        assert!(traffic.is_quiet(), "the last one was left alone");
    }

    #[test]
    fn nobody_is_alone_beside_one_that_is_under_way() {
        let traffic = Arc::new(Traffic::default());
        let passing = traffic.passes();
        assert!(!traffic.is_quiet());
        drop(passing);
        assert!(!traffic.is_quiet(), "they met");
    }
}
