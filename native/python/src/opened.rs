use std::sync::{Arc, PoisonError, RwLock};

use varve_engine::{Code, Error, Result, Schedule, Table};

/// An open table with its upkeep, until it is closed.
pub(crate) struct Opened {
    table: RwLock<Option<Arc<Table>>>,
    upkeep: Schedule,
}

impl Opened {
    pub(crate) fn new(table: Arc<Table>) -> Self {
        Self {
            upkeep: Schedule::start(&table),
            table: RwLock::new(Some(table)),
        }
    }

    /// Runs a call, for which closing waits.
    pub(crate) fn run<R>(&self, call: impl FnOnce(&Arc<Table>) -> Result<R>) -> Result<R> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let table = table.as_ref().ok_or_else(closed)?;
        call(table)
    }

    /// Begins upkeep where it is due. Called after every commit.
    pub(crate) fn committed(&self) {
        self.upkeep.committed();
    }

    /// Ends it: calls that are under way are waited for, upkeep stops as soon as it can.
    pub(crate) fn close(&self) {
        self.upkeep.finish();
        drop(self.table.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}

pub(crate) fn closed() -> Error {
    Error::new(Code::Closed, "The handle was closed.").hint("Open the table again.")
}
