use std::sync::Arc;
use std::time::Duration;

use super::change::{Change, CommitOptions};
use super::handle::Table;
use super::next::Next;
use crate::error::{Code, Error, Result};
use crate::format::{Commit, Raw};
use crate::snapshot::{State, unknown};
use crate::store::PutOutcome;

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The version that it made, or the one that stands where nothing changed.
    pub version: u64,
    /// When that version was committed; none for version 0.
    pub committed_at: Option<i64>,
    /// New rows.
    pub inserted: u64,
    /// Rows that replaced another.
    pub updated: u64,
    /// Rows that ended.
    pub deleted: u64,
    /// Rows that are in the table already as they were written, so that nothing was done.
    pub unchanged: u64,
    /// Rows that have no vector yet, because it was deferred; they are counted among the others too.
    pub deferred: u64,
}

/// For so long a commit is tried against a table that others change.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first pauses between two tries are below this, the last ones below that.
const SHORT_PAUSE: Duration = Duration::from_micros(500);
const LONG_PAUSE: Duration = Duration::from_millis(200);

impl Table {
    /// Commits what `prepare` makes of the newest state. When another commit wins, `prepare` is asked again: that is the
    /// rebase. `prepare` returns `None` where there is nothing to do.
    pub(crate) fn commit(
        &self,
        options: &CommitOptions,
        mut prepare: impl FnMut(&Arc<State>) -> Result<Option<Change>>,
    ) -> Result<Option<Raw<Commit>>> {
        let _writing = Self::lock(&self.writing);
        let began = self.home.environment.monotonic();
        for tries in 1.. {
            let state = self.refresh()?;
            state.manifest.check_writable()?;
            options.check_version(state.manifest.version)?;
            let Some(change) = prepare(&state)? else {
                return Ok(None);
            };
            match Next::build(self, &state, change) {
                Err(_) if self.has_moved(&state)? => {}
                next => {
                    let next = next?;
                    let commit = next.commit().cloned();
                    if self.put(&state, next)? {
                        return Ok(commit);
                    }
                }
            }
            let waited = self.home.environment.monotonic().saturating_sub(began);
            if waited >= PATIENCE {
                return Err(overtaken(tries, waited));
            }
            self.pause_after(tries)?;
        }
        Err(Error::internal("a commit that was never tried"))
    }

    /// Waits before another try, on average twice as long each time.
    fn pause_after(&self, tries: u32) -> Result<()> {
        let longest = SHORT_PAUSE.saturating_mul(1 << tries.min(20)).min(LONG_PAUSE);
        let random = self.home.environment.uuid()?.0;
        let random = random.first_chunk().copied().map_or(0, u16::from_le_bytes);
        let pause = longest.mul_f64(f64::from(random) / f64::from(u16::MAX));
        self.home.environment.pause(pause);
        Ok(())
    }

    /// Puts a manifest behind the one of `state` and says whether it landed. Where it did not, the files that were written
    /// for it are removed.
    pub(super) fn put(&self, state: &Arc<State>, next: Next) -> Result<bool> {
        self.make_name_durable()?;
        let put = self.home.put(&next.manifest);
        // Tidying removes manifests in ascending order: as long as the one before stands, this sequence was never removed,
        // and the answer is true. It must be that one: another writer that slept may have made its name anew.
        if !self.home.stands(&state.manifest).map_err(unknown)? {
            return self.settle(put, next);
        }
        let outcome = match put {
            // A failure of which nobody knows whether it landed has another code, and leaves the files alone.
            Err(error) if error.code() != Code::CommitUnknown => {
                next.abandon(&*self.home.store);
                return Err(error);
            }
            outcome => outcome?,
        };
        match outcome {
            PutOutcome::Created => {
                let state = State::assemble(&self.home, next.manifest, next.known, Some(state))?;
                let state = self.install(Arc::new(state));
                self.sweep(&state);
                Ok(true)
            }
            PutOutcome::Exists => {
                next.abandon(&*self.home.store);
                Ok(false)
            }
        }
    }

    /// Says whether a manifest landed after the one before it is gone: while this writer was asleep, others committed and
    /// tidied up. It may have slept before its put, which then made a name anew that was there before, or after it.
    fn settle(&self, put: Result<PutOutcome>, next: Next) -> Result<bool> {
        let known = self.newest_knows(&next).map_err(unknown)?;
        if known == Some(true) {
            return Ok(true);
        }
        match put {
            Ok(PutOutcome::Created) => {
                self.home.manifests.withdraw(next.manifest.sequence)?;
            }
            Err(error) if next.commit().is_some() && known.is_some() => {
                if error.code() != Code::CommitUnknown {
                    next.abandon(&*self.home.store);
                }
                return Err(error);
            }
            _ => {}
        }
        next.abandon(&*self.home.store);
        Ok(false)
    }

    /// Whether a manifest is among those that led to the newest: its commit stands in the log, or a file that was written
    /// for it is in use. A change of the layout that wrote no file may be made twice. `None` where the table was dropped.
    fn newest_knows(&self, next: &Next) -> Result<Option<bool>> {
        let sequence = next.manifest.sequence;
        if self.home.manifests.newest()? <= Some(sequence) {
            // Nobody came later, and yet the manifest before is gone.
            return Ok(None);
        }
        let newest = match self.refresh() {
            Err(error) if matches!(error.code(), Code::TableNotFound | Code::Closed) => return Ok(None),
            newest => newest?,
        };
        let Some(own) = next.commit() else {
            return Ok(Some(next.is_part_of(&newest.manifest)));
        };
        match self.log.commit(&newest.manifest.log, own.get().version) {
            Err(error) if error.code() == Code::VersionNotFound => Ok(Some(false)),
            commit => commit.map(|commit| Some(commit.get().id == own.get().id)),
        }
    }

    /// What a write reports.
    pub(super) fn written(&self, commit: Option<Raw<Commit>>) -> Written {
        if let Some(commit) = commit {
            let commit = commit.get();
            return Written {
                version: commit.version,
                committed_at: Some(commit.committed_at),
                inserted: commit.inserted,
                updated: commit.updated,
                deleted: commit.deleted,
                unchanged: 0,
                deferred: 0,
            };
        }
        let state = self.current();
        let last = state
            .manifest
            .log
            .tail
            .last()
            .map(|commit| commit.get().committed_at);
        Written {
            version: state.manifest.version,
            committed_at: last,
            inserted: 0,
            updated: 0,
            deleted: 0,
            unchanged: 0,
            deferred: 0,
        }
    }
}

fn overtaken(tries: u32, waited: Duration) -> Error {
    let message = format!(
        "Other writers were faster each of the {tries} times that the commit was tried in {:.1} seconds.",
        waited.as_secs_f64()
    );
    Error::new(Code::Conflict, message).hint("Try again when fewer others write; nothing was changed.")
}
