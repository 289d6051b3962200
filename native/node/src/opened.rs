use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use varve_engine::{Attendant, Result, Schedule, Stop, Table};
use varve_protocol::Traffic;

use crate::handle::{Handle, LetGo, Part};
use crate::threads::{Ends, end_with_environment};

/// An open table with its upkeep, and what it is asked for step by step. When it has been closed, nothing of them is left.
pub struct Opened {
    table: Handle<Table>,
    upkeep: Schedule,
    traffic: Arc<Traffic>,
    /// Whether small writes come one at a time.
    write_traffic: Arc<Traffic>,
    /// What was handed over and nobody attends to yet.
    unattended: Mutex<Option<Unattended>>,
    parts: Mutex<Vec<Weak<dyn LetGo>>>,
    /// Held by whoever closes: the second who does waits for the first.
    closing: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Opened {
    pub(crate) fn new(table: Arc<Table>) -> Self {
        Self {
            upkeep: Schedule::start(&table),
            table: Handle::new(table),
            traffic: Arc::default(),
            write_traffic: Arc::default(),
            unattended: Mutex::default(),
            parts: Mutex::default(),
            closing: Mutex::default(),
        }
    }

    /// Runs a call of the engine.
    pub(crate) fn run<R>(&self, call: impl FnOnce(&Arc<Table>) -> Result<R>) -> Result<R> {
        self.table.run(call)
    }

    /// Begins a call that ends when what is returned is dropped, on whatever thread.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<(Arc<Table>, Underway)> {
        let (table, opened) = (self.table.begin()?, Arc::clone(self));
        let underway = Underway {
            opened,
            table: Some(Arc::clone(&table)),
        };
        Ok((table, underway))
    }

    /// Begins upkeep where it is due. Called after every commit.
    pub(crate) fn committed(&self) {
        self.upkeep.committed();
    }

    /// Whether searches come one at a time.
    pub(crate) fn traffic(&self) -> &Arc<Traffic> {
        &self.traffic
    }

    /// Whether small writes come one at a time.
    pub(crate) fn write_traffic(&self) -> &Arc<Traffic> {
        &self.write_traffic
    }

    /// Keeps what has to be attended to until JavaScript asks for it, which it does before it goes on to other things.
    pub(crate) fn leave(&self, unattended: Unattended) {
        *lock(&self.unattended) = Some(unattended);
    }

    /// What has to be attended to.
    pub(crate) fn take_unattended(&self) -> Option<Unattended> {
        lock(&self.unattended).take()
    }

    /// What ends upkeep early.
    pub(crate) fn stop(&self) -> &Stop {
        self.upkeep.stop()
    }

    /// Takes in a part, which ends with the table. Called inside a call, for which closing waits.
    pub(crate) fn part<S: Send + 'static>(&self, part: S) -> Part<S> {
        let part: Part<S> = Arc::new(Mutex::new(Some(part)));
        let known: Arc<dyn LetGo> = Arc::<Mutex<Option<S>>>::clone(&part);
        let mut parts = lock(&self.parts);
        parts.retain(|part| part.strong_count() > 0);
        parts.push(Arc::downgrade(&known));
        part
    }

    /// Ends it: calls that are under way are waited for, upkeep stops as soon as it can.
    pub(crate) fn close(&self) {
        let _closing = lock(&self.closing);
        let table = self.table.shut();
        self.upkeep.finish();
        self.table.wait();
        for part in lock(&self.parts).drain(..) {
            if let Some(part) = part.upgrade() {
                part.let_go();
            }
        }
        drop(table);
    }

    /// Stops what takes long when the environment of this thread ends.
    pub(crate) fn end_with_environment(self: &Arc<Self>) {
        let ends: Arc<dyn Ends> = Arc::<Self>::clone(self);
        end_with_environment(Arc::downgrade(&ends));
    }
}

/// Changes that were handed over. Dropped, those that are not under way are taken back.
pub(crate) struct Unattended {
    attendant: Attendant,
    _call: Underway,
}

impl Unattended {
    pub(crate) fn new(attendant: Attendant, call: Underway) -> Self {
        let _call = call;
        Self { attendant, _call }
    }

    /// As [`Attendant::attend`].
    pub(crate) fn attend(self) {
        self.attendant.attend();
    }

    /// As [`Attendant::attend_if_quick`].
    pub(crate) fn attend_if_quick(self) -> Option<Self> {
        let Self { attendant, _call } = self;
        let attendant = attendant.attend_if_quick()?;
        Some(Self { attendant, _call })
    }
}

/// A call that is under way.
pub(crate) struct Underway {
    opened: Arc<Opened>,
    table: Option<Arc<Table>>,
}

impl Underway {
    /// Something was committed.
    pub(crate) fn committed(&self) {
        self.opened.committed();
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        // Before the end of the call is told: who waits for it wants to see it gone.
        self.table = None;
        self.opened.table.end(std::thread::panicking());
    }
}

impl Ends for Opened {
    fn end(&self) {
        self.stop().set();
        drop(self.take_unattended());
    }
}
