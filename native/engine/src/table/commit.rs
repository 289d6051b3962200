use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use super::change::{Change, CommitOptions};
use super::created::Created;
use super::handle::{Table, Waiting};
use super::landing::{Committed, Joined, Landing, last_commit};
use super::line::Busy;
use super::next::NextManifest;
use crate::error::{Code, Error, Result};
use crate::snapshot::TableState;

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

impl Committed {
    /// What a write reports.
    pub(super) fn written(&self) -> Written {
        if let Some(commit) = &self.commit {
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
        let manifest = &self.state.manifest;
        let last = manifest.log.tail.last();
        Written {
            version: manifest.version,
            committed_at: last.map(|commit| commit.get().committed_at),
            inserted: 0,
            updated: 0,
            deleted: 0,
            unchanged: 0,
            deferred: 0,
        }
    }
}

/// For so long a commit is tried against a table that others change.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first pauses between two tries are below this, the last ones below that.
const SHORT_PAUSE: Duration = Duration::from_micros(500);
const LONG_PAUSE: Duration = Duration::from_millis(200);

/// The table for one writer alone.
pub(crate) struct Turn<'t> {
    _writing: MutexGuard<'t, ()>,
    _busy: Busy<'t, dyn Waiting>,
}

/// [`Waiting::join`] of a change.
type Join<'m> = Box<dyn FnMut(&Table, &Arc<TableState>, bool) -> Result<Joined> + 'm>;

/// One of the changes that are committed together.
struct Member<'m> {
    join: Join<'m>,
    outcome: Option<Result<Committed>>,
}

impl Table {
    /// Waits until the table is the caller's alone, within this process.
    pub(crate) fn turn(&self) -> Turn<'_> {
        let busy = self.line.turn(|changes| self.lead(changes));
        Turn {
            _writing: Self::lock(&self.writing),
            _busy: busy,
        }
    }

    /// Commits what `prepare` makes of the newest state, alone. When another commit wins, `prepare` is asked again: that is the
    /// rebase. `prepare` returns `None` where there is nothing to do.
    pub(super) fn commit(
        &self,
        options: &CommitOptions,
        mut prepare: impl FnMut(&Arc<TableState>) -> Result<Option<Change>>,
    ) -> Result<Committed> {
        let _turn = self.turn();
        let join = |table: &Self, state: &Arc<TableState>, under_way: bool| {
            options.check_version(state.manifest.version)?;
            Ok(table.after(state, prepare(state)?, under_way))
        };
        let mut member = Member {
            join: Box::new(join),
            outcome: None,
        };
        self.commit_all(std::slice::from_mut(&mut member));
        let outcome = member.outcome;
        outcome.unwrap_or_else(|| Err(Error::internal("a commit that was never tried")))
    }

    /// Commits the changes of all who wait, in their order, with one manifest.
    pub(super) fn lead(&self, changes: &[Arc<dyn Waiting>]) {
        let told = Told(changes);
        let _writing = Self::lock(&self.writing);
        let member = |change: &Arc<dyn Waiting>| {
            let change = Arc::clone(change);
            Member {
                join: Box::new(move |table, state, under_way| change.join(table, state, under_way)),
                outcome: None,
            }
        };
        let mut members: Vec<Member<'_>> = changes.iter().map(member).collect();
        let began = self.home.environment.monotonic();
        self.commit_all(&mut members);
        // What was not put says nothing of the disk.
        if let [member] = members.as_slice()
            && matches!(&member.outcome, Some(Ok(committed)) if committed.commit.is_some())
        {
            self.pace
                .took(self.home.environment.monotonic().saturating_sub(began));
        }
        for (change, member) in changes.iter().zip(members) {
            if let Some(outcome) = member.outcome {
                change.finish(outcome);
            }
        }
        drop(told);
    }

    /// The state after a change.
    pub(super) fn after(&self, state: &Arc<TableState>, change: Option<Change>, under_way: bool) -> Joined {
        let Some(change) = change else {
            return Joined::Nothing;
        };
        match NextManifest::build(self, state, change, under_way) {
            Ok(landing) => Joined::After(landing),
            Err(error) => Joined::Failed(error),
        }
    }

    /// Gives every member its outcome.
    fn commit_all(&self, members: &mut [Member<'_>]) {
        let began = self.home.environment.monotonic();
        for tries in 1.. {
            let on = match tries {
                1 => self.to_commit_on(),
                _ => self.refresh().map(|state| (state, false)),
            };
            match on.and_then(|(before, is_assumed)| self.try_all(members, &before, is_assumed)) {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => return fail(members, &error),
            }
            let waited = self.home.environment.monotonic().saturating_sub(began);
            if waited >= PATIENCE {
                return fail(members, &overtaken(tries, waited));
            }
            if let Err(error) = self.pause_after(tries) {
                return fail(members, &error);
            }
        }
    }

    /// Asks every member for its change of what the ones before it made, and puts all changes at once. A member that fails is
    /// left out. `false` where another commit came first: then nobody has changed anything. Only what is put decides that: what fails or
    /// changes nothing on a state that `is_assumed` to be the newest is looked at again.
    fn try_all(
        &self,
        members: &mut [Member<'_>],
        before: &Arc<TableState>,
        is_assumed: bool,
    ) -> Result<bool> {
        before.manifest.check_writable()?;
        let mut landing = Landing {
            state: Arc::clone(before),
            created: Created::new(&self.home),
        };
        // The first member whose outcome depends on whether the manifest lands.
        let mut first = None;
        let mut is_sure = !is_assumed;
        for (at, member) in members.iter_mut().enumerate() {
            let commit = match (member.join)(self, &landing.state, first.is_some()) {
                Ok(Joined::Nothing) if !self.is_newest(before, &mut is_sure)? => return Ok(false),
                Ok(Joined::Nothing) => None,
                Ok(Joined::After(after)) => {
                    first.get_or_insert(at);
                    landing.created.absorb(after.created);
                    landing.state = after.state;
                    last_commit(&landing.state).cloned()
                }
                Ok(Joined::Failed(error)) => match self.may_be_moved(before, &error) {
                    Ok(false) if self.is_newest(before, &mut is_sure)? => {
                        member.outcome = Some(Err(error));
                        continue;
                    }
                    moved => return moved.map(|_| false),
                },
                Err(_) if !self.is_newest(before, &mut is_sure)? => return Ok(false),
                Err(error) => {
                    member.outcome = Some(Err(error));
                    continue;
                }
            };
            let state = Arc::clone(&landing.state);
            member.outcome = Some(Ok(Committed { commit, state }));
        }
        let Some(first) = first else {
            return Ok(true);
        };
        let put = self.put(before, landing);
        if let Err(error) = &put {
            fail(members.get_mut(first..).unwrap_or_default(), error);
        }
        Ok(put.unwrap_or(true))
    }

    /// Whether a state is the newest; asked once.
    fn is_newest(&self, state: &Arc<TableState>, is_sure: &mut bool) -> Result<bool> {
        if !*is_sure && self.has_moved(state)? {
            return Ok(false);
        }
        *is_sure = true;
        Ok(true)
    }

    /// Whether a failure may come from files that others replaced meanwhile.
    fn may_be_moved(&self, before: &Arc<TableState>, error: &Error) -> Result<bool> {
        Ok(matches!(error.code(), Code::Io | Code::Corrupt) && self.has_moved(before)?)
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
}

fn fail(members: &mut [Member<'_>], error: &Error) {
    for member in members {
        member.outcome = Some(Err(error.clone()));
    }
}

/// Changes that are told what they came to, also where whoever leads panics.
struct Told<'t>(&'t [Arc<dyn Waiting>]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let message = "The engine failed while it committed this write together with others.";
        let error = Error::new(Code::CommitUnknown, message)
            .hint("Look at the history before trying again; nothing was removed.");
        for change in self.0 {
            change.finish(Err(error.clone()));
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
