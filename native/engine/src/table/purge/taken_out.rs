use std::sync::Arc;

use super::leaving::{Leaving, LeftOut};
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::format::Operation;
use crate::snapshot::TableState;
use crate::table::change::{Change, CommitOptions, NewRows};
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::new_column::TRIES;

/// Rows that left every version, or would.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Removed {
    /// The version that it made, or the newest where no row left.
    pub(crate) version: u64,
    /// When that was committed.
    pub(crate) committed_at: Option<i64>,
    /// How many rows left, those included that had ended before.
    pub(crate) rows: u64,
    /// How many of them the newest version showed.
    pub(crate) current: u64,
    /// How many files of rows and indexes held some of them, and their bytes.
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Removed {
    fn of(state: &TableState, left_out: &LeftOut) -> Self {
        let (files, bytes) = left_out.files_of(state);
        let last = state.manifest.log.tail.last();
        Self {
            version: state.manifest.version,
            committed_at: last.map(|commit| commit.get().committed_at),
            rows: left_out.rows.len() as u64,
            current: left_out.current,
            files,
            bytes,
        }
    }
}

impl Table {
    /// What [`Table::take_out`] would remove.
    pub(crate) fn would_leave(&self, filter: Option<&Filter>) -> Result<Removed> {
        let state = self.refresh()?;
        let key = state.manifest.current_schema()?.key();
        let left_out = Leaving::new(filter, key).preview(&state)?;
        Ok(Removed::of(&state, &left_out))
    }

    /// Takes the rows that match out of every version: each row is asked by itself, those included that ended before. Where there are
    /// none, no version is made, and yet what is left of earlier ones has to go.
    ///
    /// Nothing of their files is removed: see [`Table::finish_purge`]. Upkeep of this process must not run meanwhile.
    pub(crate) fn take_out(&self, filter: Option<&Filter>, options: &CommitOptions) -> Result<Removed> {
        let mut created = Created::new(&self.home);
        let key = self.current().manifest.current_schema()?.key().cloned();
        let mut leaving = Leaving::new(filter, key.as_ref());
        for _ in 0..TRIES {
            let state = self.refresh()?;
            let ready = leaving.make_ready(self, &state, &mut created);
            match ready {
                Err(_) if self.has_moved(&state)? => continue,
                ready => ready?,
            }
            if let Some(removed) = self.try_take_out(&leaving, &mut created, options)? {
                return Ok(removed);
            }
        }
        let message = "The files of the table changed too fast to remove rows from all of them.";
        Err(Error::new(Code::Conflict, message).hint("Try again; nothing was changed."))
    }

    /// `None` where others have changed the files that were made ready, or nothing leaves and somebody has committed meanwhile.
    fn try_take_out(
        &self,
        leaving: &Leaving<'_>,
        created: &mut Created,
        options: &CommitOptions,
    ) -> Result<Option<Removed>> {
        let mut removed = None;
        let committed = self.commit(options, |state| {
            removed = None;
            let Some(left_out) = leaving.of(state)? else {
                return Ok(None);
            };
            removed = Some(Removed::of(state, &left_out));
            Ok((!left_out.rows.is_empty()).then(|| purge(left_out, options)))
        });
        if let Err(error) = &committed
            && error.code() == Code::CommitUnknown
        {
            created.keep();
        }
        let committed = committed?;
        let Some(removed) = removed else { return Ok(None) };
        let Some(commit) = committed.commit else {
            return Ok(self.take_nothing_out(leaving)?.then_some(removed));
        };
        created.keep_named(&committed.state.manifest);
        Ok(Some(Removed {
            version: commit.get().version,
            committed_at: Some(commit.get().committed_at),
            ..removed
        }))
    }

    /// Says in a manifest of the same version that all that is older has to go. `false` where there are rows that match.
    fn take_nothing_out(&self, leaving: &Leaving<'_>) -> Result<bool> {
        self.change_layout(|table, state, next| {
            let nothing = leaving.of(state)?.filter(|left_out| left_out.rows.is_empty());
            let Some(nothing) = nothing else {
                return Ok(false);
            };
            next.leave_out(table, &nothing).map(|()| true)
        })
    }
}

fn purge(left_out: LeftOut, options: &CommitOptions) -> Change {
    Change {
        operation: Operation::Purge,
        options: options.clone(),
        rows: NewRows::LeftOut(Arc::new(left_out)),
        ended: Vec::new(),
        updated: 0,
        schema: None,
        effective_again: None,
    }
}
