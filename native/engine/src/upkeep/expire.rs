use std::sync::Arc;

use crate::error::{Code, Error, Result};
use crate::history::check_kept;
use crate::snapshot::TableState;
use crate::table::{NextManifest, Table};

/// The state before a run ended versions, and what it has said since: which version is the oldest, and which before it stay.
#[derive(Default)]
struct Ending(Option<(Arc<TableState>, u64, Vec<u64>)>);

impl Ending {
    /// The state by which versions are readable that may stay. It is the one before the run where all of its rows are there and nobody else
    /// has ended a version since: then one that the run has ended itself may come back.
    fn before(&self, now: &Arc<TableState>) -> Arc<TableState> {
        let own = self.0.as_ref().filter(|(before, oldest, kept)| {
            let manifest = &now.manifest;
            manifest.oldest == *oldest && manifest.kept == *kept && has_rows_of(now, before)
        });
        own.map_or_else(|| Arc::clone(now), |(before, ..)| Arc::clone(before))
    }
}

/// Whether a state has all fragments of an earlier one. Their rows are in no other file before they are merged or dropped.
fn has_rows_of(now: &TableState, before: &TableState) -> bool {
    let mut rest = now.manifest.fragments.iter();
    let mut fragments = before.manifest.fragments.iter();
    fragments.all(|fragment| rest.any(|other| other.get().files().eq(fragment.get().files())))
}

impl Table {
    /// How long dead rows are kept: `None` for ever. They go at the next [`Table::optimize`].
    ///
    /// # Errors
    /// What the store says.
    pub fn set_retention(&self, retention_ms: Option<i64>) -> Result<()> {
        if retention_ms.is_some_and(|ms| ms < 0) {
            return Err(Error::new(
                Code::InvalidArgument,
                "A retention cannot be negative.",
            ));
        }
        self.change_layout(|_, _, next| {
            next.manifest.retention = retention_ms;
            Ok(true)
        })?;
        Ok(())
    }

    /// Drops dead rows that neither the retention, a tag nor a pin keeps; `whole` leaves out what writes fragments anew.
    pub(super) fn expire(&self, whole: bool) -> Result<u64> {
        let Some(retention) = self.refresh()?.manifest.retention else {
            return Ok(0);
        };
        let now = self.home.environment.now();
        let horizon = (now.saturating_sub(retention), now);
        // First say that the versions are gone, then drop their rows: a reader is told, and never misled. A tag or a pin that was
        // made meanwhile is seen in the second round, when no row is dropped yet, or its maker sees that it is too late.
        let mut ending = Ending::default();
        while self.change_layout(|table, now, next| table.let_go(&mut ending, now, next, horizon))? {}
        let state = self.refresh()?;
        let droppable = self.droppable(&state)?;
        self.drop_rows(&state, &droppable, whole)
    }

    /// Says in a manifest which versions end at a horizon, given with the clock. Returns whether that is anything new.
    fn let_go(
        &self,
        ending: &mut Ending,
        now: &Arc<TableState>,
        next: &mut NextManifest,
        (horizon, clock): (i64, i64),
    ) -> Result<bool> {
        let manifest = &now.manifest;
        let oldest = self
            .log
            .version_at(&manifest.log, manifest.version, horizon, clock)?
            .max(manifest.oldest);
        let before = ending.before(now);
        let mut kept = self.held(clock)?;
        kept.retain(|version| *version < oldest && check_kept(&before.manifest, *version).is_ok());
        let new = oldest != manifest.oldest || kept != manifest.kept;
        next.manifest.oldest = oldest;
        next.manifest.kept.clone_from(&kept);
        *ending = Ending(Some((before, oldest, kept)));
        Ok(new)
    }

    /// Leaves fragments out of which all rows are gone, and unless `whole` says so, writes those anew that hold some.
    fn drop_rows(&self, state: &TableState, droppable: &dyn Fn(u64) -> bool, whole: bool) -> Result<u64> {
        let mut dropped = 0;
        let mut at = 0;
        loop {
            let now = self.refresh()?;
            // A version that came back may need rows that were to be dropped.
            if now.manifest.kept != state.manifest.kept {
                return Ok(dropped);
            }
            let Some(segment) = now.segments.get(at).filter(|_| at < now.manifest.fragments.len()) else {
                return Ok(dropped);
            };
            let dead = segment
                .rows()
                .ids_from(0)
                .filter(|(_, id)| droppable(*id))
                .count();
            let emptied = dead == segment.len();
            if dead > 0 && (emptied || !whole) {
                if self.merge(&now, at..at + 1, Some(droppable))?.is_none() {
                    return Ok(dropped);
                }
                dropped += dead as u64;
                if emptied {
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Forgets the deaths of rows that were dropped: nobody can ask about them.
    pub(super) fn forget_deaths(&self) -> Result<()> {
        self.change_layout(|table, now, next| {
            let is_stored = |id: u64| {
                let after = now
                    .segments
                    .partition_point(|segment| segment.rows().first() <= id);
                let segment = after.checked_sub(1).and_then(|at| now.segments.get(at));
                segment.is_some_and(|segment| segment.rows().position(id).is_some())
            };
            let mut deaths = now.deaths.all();
            deaths.retain(|(id, _)| is_stored(*id));
            if deaths.len() == now.deaths.len() {
                return Ok(false);
            }
            next.replace_deaths(table, deaths).map(|()| true)
        })?;
        Ok(())
    }
}
