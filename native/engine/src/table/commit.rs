use std::sync::Arc;
use std::time::Duration;

use super::Table;
use super::next::{Change, Next};
use super::state::State;
use crate::error::{Code, Error, Result};
use crate::store::PutOutcome;

/// What a writer may say about a commit.
#[derive(Clone, Debug, Default)]
pub struct CommitOptions {
    /// Words for the history.
    pub message: Option<String>,
    /// The date at which the facts became true, in milliseconds.
    pub effective_at: Option<i64>,
    /// Anything else to keep with the commit.
    pub properties: Option<serde_json::Value>,
}

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
}

/// What became of a put whose answer is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Landed {
    Ours,
    Theirs,
}

/// How often a commit is tried against a table that others change.
const TRIES: u32 = 200;

impl Table {
    /// Commits what `prepare` makes of the newest state. When another commit wins, `prepare` is asked again: that is the
    /// rebase. `prepare` returns `None` where there is nothing to do.
    pub(super) fn commit(
        &self,
        mut prepare: impl FnMut(&Arc<State>) -> Result<Option<Change>>,
    ) -> Result<Option<Arc<State>>> {
        let _writing = Self::lock(&self.writing);
        for attempt in 0..TRIES {
            let state = self.refresh()?;
            state.manifest.check_writable()?;
            let Some(change) = prepare(&state)? else {
                return Ok(None);
            };
            let next = Next::build(self, &state, change)?;
            if let Some(state) = self.put(&state, next)? {
                return Ok(Some(state));
            }
            if attempt > 2 {
                let spread = self.home.environment.uuid().0.first().copied().unwrap_or(0);
                self.home
                    .environment
                    .pause(Duration::from_micros(200 + 20 * u64::from(spread)));
            }
        }
        Err(
            Error::new(Code::Conflict, "Other writers were faster every time.")
                .hint("Try again; nothing was changed."),
        )
    }

    /// Puts a manifest behind the one of `state`. `None` where another one stands there; the files that were written for
    /// this one are removed then.
    pub(super) fn put(&self, state: &Arc<State>, next: Next) -> Result<Option<Arc<State>>> {
        let bytes = next.manifest.encode()?;
        let path = self.home.manifest_path(next.manifest.sequence);
        let landed = match self.home.store.put_if_absent(&path, &bytes) {
            Ok(PutOutcome::Created) => Landed::Ours,
            Ok(PutOutcome::Exists) => self.read_back(&next)?.unwrap_or(Landed::Theirs),
            Err(error) => self.read_back(&next)?.ok_or(error)?,
        };
        // A writer that was asleep while others committed and tidied up could create a sequence anew. Tidying removes
        // manifests in ascending order: as long as the one before stands, this sequence was never removed.
        if landed == Landed::Ours && self.home.store.exists(&state.own_path)? {
            return self.finish(state, next).map(Some);
        }
        if landed == Landed::Ours {
            self.home.store.remove(&path)?;
        }
        next.abandon(&*self.home.store);
        Ok(None)
    }

    /// After an answer that does not say whose manifest stands there: reads it. `None` where none stands there.
    fn read_back(&self, next: &Next) -> Result<Option<Landed>> {
        let sequence = next.manifest.sequence;
        let found = self.home.read_manifest(sequence).map_err(|error| {
            let message = format!(
                "The store did not say whether the commit landed, and reading it back failed: {error}"
            );
            Error::new(Code::CommitUnknown, message)
                .hint("Look at history() before trying again; nothing was removed.")
        })?;
        Ok(found.map(|manifest| {
            if manifest.id == next.manifest.id {
                Landed::Ours
            } else {
                Landed::Theirs
            }
        }))
    }

    fn finish(&self, before: &Arc<State>, next: Next) -> Result<Arc<State>> {
        let state = State::assemble(&self.home, next.manifest, next.known, Some(before))?;
        let state = self.install(Arc::new(state));
        self.sweep(&state);
        Ok(state)
    }

    /// What a write reports.
    pub(super) fn written(&self, state: Option<Arc<State>>) -> Result<Written> {
        if let Some(state) = state {
            let commit = state
                .manifest
                .log
                .tail
                .last()
                .ok_or_else(|| Error::internal("a commit without an entry"))?
                .get();
            return Ok(Written {
                version: commit.version,
                committed_at: Some(commit.committed_at),
                inserted: commit.inserted,
                updated: commit.updated,
                deleted: commit.deleted,
            });
        }
        let state = self.current();
        let last = state
            .manifest
            .log
            .tail
            .last()
            .map(|commit| commit.get().committed_at);
        Ok(Written {
            version: state.manifest.version,
            committed_at: last,
            inserted: 0,
            updated: 0,
            deleted: 0,
        })
    }
}
