use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::change::Change;
use super::handle::{Table, Waiting};
use super::landing::{Committed, Joined};
use super::next::has_room_for_one;
use crate::error::{Code, Error, Result};
use crate::format::Manifest;
use crate::snapshot::TableState;

/// A write that is committed together with others, by whichever thread leads.
pub(super) trait Write: Send + 'static {
    /// The change that it is, of a state; `None` where there is nothing to do. It is asked again where the state that it answered
    /// for is not the one that is committed.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn prepare(&mut self, table: &Table, state: &Arc<TableState>) -> Result<Option<Change>>;
    /// How many bytes of rows it adds at the most, where that is all that it does.
    fn adds(&self) -> Option<usize> {
        None
    }
    /// It was committed, with this manifest; or nobody knows, and there is none. The files that it needs stay.
    fn keep(&mut self, _manifest: Option<&Manifest>) {}
    /// Called before it waits for the table: what takes long is done here, so that nobody waits for it.
    ///
    /// # Errors
    /// Why it can never be done.
    fn write_ahead(&mut self, _table: &Table) -> Result<()> {
        Ok(())
    }
}

/// What is called when a write was committed, or was not.
type Done<W> = Box<dyn FnOnce(W, Result<Committed>) + Send>;

struct Pending<W> {
    inside: Mutex<Inside<W>>,
    /// Asked under the lock of the line, and so without waiting for a write that is being prepared.
    is_done: AtomicBool,
}

struct Inside<W> {
    write: Option<W>,
    outcome: Option<Result<Committed>>,
    done: Option<Done<W>>,
}

impl<W> Pending<W> {
    fn new(write: W, done: Option<Done<W>>) -> Arc<Self> {
        let (write, outcome) = (Some(write), None);
        let inside = Inside { write, outcome, done };
        Arc::new(Self {
            inside: Mutex::new(inside),
            is_done: AtomicBool::new(false),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inside<W>> {
        // A write that panicked is not asked again.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Waiting for Pending<W> {
    fn join(&self, table: &Table, state: &Arc<TableState>, under_way: bool) -> Result<Joined> {
        let mut inside = self.lock();
        let write = inside.write.as_mut();
        let write = write.ok_or_else(|| Error::internal("a write that was committed already"))?;
        Ok(table.after(state, write.prepare(table, state)?, under_way))
    }

    fn adds(&self) -> Option<usize> {
        self.lock().write.as_ref().and_then(Write::adds)
    }

    fn finish(&self, outcome: Result<Committed>) {
        let mut inside = self.lock();
        if inside.outcome.is_some() || inside.write.is_none() {
            return;
        }
        match (&mut inside.write, &outcome) {
            (Some(write), Ok(committed)) => write.keep(Some(&committed.state.manifest)),
            (Some(write), Err(error)) if error.code() == Code::CommitUnknown => write.keep(None),
            _ => {}
        }
        let Some(done) = inside.done.take() else {
            inside.outcome = Some(outcome);
            self.is_done.store(true, Ordering::Release);
            return;
        };
        let write = inside.write.take();
        drop(inside);
        if let Some(write) = write {
            done(write, outcome);
        }
    }
}

impl Table {
    /// Commits a write, together with those of others who wait. Gives it back, with what it came to.
    pub(super) fn commit_together<W: Write>(&self, mut write: W) -> Result<(W, Result<Committed>)> {
        if let Err(error) = write.write_ahead(self) {
            return Ok((write, Err(error)));
        }
        let pending = Pending::new(write, None);
        let is_done = || pending.is_done.load(Ordering::Acquire);
        let change: Arc<dyn Waiting> = Arc::<Pending<W>>::clone(&pending);
        self.line.wait(change, &is_done, |changes| self.lead(changes));
        let mut inside = pending.lock();
        let lost = || Error::internal("a write that nobody committed");
        let write = inside.write.take().ok_or_else(lost)?;
        let outcome = inside.outcome.take().ok_or_else(lost)?;
        Ok((write, outcome))
    }

    /// Lines a write up, to be committed together with those of others. Says whether [`Table::attend`] must be called soon.
    #[must_use]
    pub(super) fn hand_over<W: Write>(
        &self,
        write: W,
        done: impl FnOnce(W, Result<Committed>) + Send + 'static,
    ) -> bool {
        self.line.hand_over(Pending::new(write, Some(Box::new(done))))
    }

    /// Takes back what was handed over: whoever was to call [`Table::attend`] does not.
    pub(super) fn take_back(&self) {
        self.line.take_back();
    }

    /// Commits what was handed over, where it is one change that is expected to be committed quickly. Says whether nothing is left.
    pub(super) fn attend_if_quick(&self) -> bool {
        let is_quick = |change: &Arc<dyn Waiting>| change.adds().is_some_and(|bytes| self.is_quick(bytes));
        self.line.attend_to_one(is_quick, |changes| self.lead(changes))
    }

    /// Whether a change that adds so many bytes of rows, made now, can be expected to need one quick sync and to wait for nobody.
    fn is_quick(&self, bytes: usize) -> bool {
        let is_free = || self.writing.try_lock().is_ok();
        self.pace.is_quick()
            && self.home.store.is_near()
            && has_room_for_one(&self.current().manifest, bytes)
            && is_free()
            && self.home.manifests.is_free()
    }

    /// Commits what was handed over, until nothing waits any more.
    pub(super) fn attend(&self) {
        self.line.attend(|changes| self.lead(changes));
    }
}
