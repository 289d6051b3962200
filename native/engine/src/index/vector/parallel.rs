use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Code, Error, Result};

/// Who builds: how many threads, and whether they are wanted no longer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crew<'a> {
    pub(super) workers: usize,
    pub(super) stop: &'a AtomicBool,
}

impl Crew<'_> {
    /// Does some work on every item, several at a time.
    pub(super) fn each<T: Send>(
        self,
        items: impl Iterator<Item = T> + Send,
        work: impl Fn(T) -> Result<()> + Sync,
    ) -> Result<()> {
        let items = Mutex::new(items);
        let run = || -> Result<()> {
            loop {
                self.check()?;
                let item = items.lock().unwrap_or_else(PoisonError::into_inner).next();
                match item {
                    None => return Ok(()),
                    Some(item) => work(item)?,
                }
            }
        };
        std::thread::scope(|scope| {
            let spawn = |_| {
                std::thread::Builder::new()
                    .name("varve-index".to_owned())
                    .spawn_scoped(scope, run)
            };
            // Where no thread can be had, this one does it all.
            let others: Vec<_> = (1..self.workers).filter_map(|i| spawn(i).ok()).collect();
            let mine = run();
            let joined = others.into_iter().map(|thread| thread.join());
            joined.fold(mine, |sofar, theirs| {
                sofar.and(
                    theirs.unwrap_or_else(|_| Err(Error::internal("a thread that builds an index panicked"))),
                )
            })
        })
    }

    /// Whether to go on.
    pub(super) fn check(self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Closed, "The building of an index was stopped."));
        }
        Ok(())
    }
}
