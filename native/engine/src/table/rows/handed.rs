use std::sync::Arc;

use super::row_change::RowChange;
use crate::error::{Error, Result};
use crate::format::Manifest;
use crate::snapshot::{Snapshot, TableState};
use crate::table::change::Change;
use crate::table::commit::Written;
use crate::table::handle::Table;
use crate::table::waiting::Write;

type Make = Box<dyn FnOnce(&Snapshot) -> Result<RowChange> + Send>;

/// A change that is made when its turn comes.
struct Later {
    adds: Option<usize>,
    make: Option<Make>,
    made: Result<RowChange>,
}

impl Write for Later {
    fn adds(&self) -> Option<usize> {
        self.adds
    }

    fn prepare(&mut self, table: &Table, state: &Arc<TableState>) -> Result<Option<Change>> {
        if let Some(make) = self.make.take() {
            self.made = make(&Snapshot::latest(Arc::clone(state)));
        }
        match &mut self.made {
            Ok(change) => change.prepare(table, state),
            Err(error) => Err(error.clone()),
        }
    }

    fn keep(&mut self, manifest: Option<&Manifest>) {
        if let Ok(change) = &mut self.made {
            change.keep(manifest);
        }
    }
}

/// Whoever has this must call [`Attendant::attend`] soon, on a thread that may wait for the disk. Dropped without it, it takes back what
/// was handed over and is not under way; nobody is called then.
#[derive(Debug)]
#[must_use]
pub struct Attendant(Option<Arc<Table>>);

impl Attendant {
    /// Commits what was handed over, until nothing waits any more.
    pub fn attend(mut self) {
        if let Some(table) = self.0.take() {
            table.attend();
        }
    }

    /// [`Attendant::attend`] for a thread that should not wait for long: commits what was handed over where it is a single change, nobody
    /// else is at work in the table, and such commits took less than half a millisecond of late. Gives itself back where there is more to
    /// attend to.
    #[must_use]
    pub fn attend_if_quick(mut self) -> Option<Self> {
        // Taken out, so that a panic takes nothing back that others handed over meanwhile.
        let table = self.0.take()?;
        if table.attend_if_quick() {
            return None;
        }
        self.0 = Some(table);
        Some(self)
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        if let Some(table) = &self.0 {
            table.take_back();
        }
    }
}

impl Table {
    /// [`Table::change_rows`] without waiting: the place among those who wait is that of the call, `make` says what the change is when its
    /// turn comes, and `done` is called with what it came to, both on whatever thread commits. They must not take long, nor write.
    ///
    /// `adds` says how many bytes of rows it adds at the most, where that is all that it does, and nothing where it looks for rows of the
    /// table: only the former may be committed by [`Attendant::attend_if_quick`].
    ///
    /// Where nobody attends to such changes yet, the caller must see to it.
    pub fn hand_over_rows(
        self: &Arc<Self>,
        adds: Option<usize>,
        make: impl FnOnce(&Snapshot) -> Result<RowChange> + Send + 'static,
        done: impl FnOnce(Result<Written>) + Send + 'static,
    ) -> Option<Attendant> {
        let later = Later {
            adds,
            make: Some(Box::new(make)),
            made: Err(Error::internal("a change that was not made")),
        };
        let attend = self.hand_over(later, |later, committed| {
            done(committed.and_then(|committed| later.made?.written(&committed)));
        });
        attend.then(|| Attendant(Some(Arc::clone(self))))
    }
}
