use std::sync::Arc;

use super::derived::DerivedVectors;
use super::outcome::Outcome;
use super::piece::Piece;
use super::settle::Settled;
use super::write::{Addition, OnKey, check_schema};
use crate::error::Result;
use crate::filter::Filter;
use crate::format::Operation;
use crate::schema::Schema;
use crate::snapshot::{Snapshot, State};
use crate::table::change::{Change, CommitOptions, NewRows};
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::landing::Committed;
use crate::table::waiting::Write;

/// Rows whose keys are known to be distinct, as they wait for their commit.
#[derive(Debug)]
pub(super) struct Adding {
    pub(super) pieces: Vec<Piece>,
    /// The schema against which they were checked.
    pub(super) schema: Arc<Schema>,
    pub(super) on_key: OnKey,
    /// Other rows that end in the same commit.
    pub(super) ending: Option<Filter>,
    pub(super) derived: DerivedVectors,
    /// The derived columns of which every vector must be known.
    pub(super) wanted: Vec<u32>,
    pub(super) options: CommitOptions,
    /// What came of them when they were asked last.
    found: Found,
}

#[derive(Debug, Default)]
struct Found {
    /// What was written for this commit alone.
    created: Option<Created>,
    /// Vectors are missing.
    missing: bool,
    unchanged: u64,
    deferred: u64,
}

impl Adding {
    pub(super) fn new(
        pieces: Vec<Piece>,
        schema: Arc<Schema>,
        on_key: OnKey,
        options: CommitOptions,
    ) -> Self {
        Self {
            pieces,
            schema,
            on_key,
            ending: None,
            derived: DerivedVectors::default(),
            wanted: Vec::new(),
            options,
            found: Found::default(),
        }
    }

    /// What the commit came to; `None` where vectors are missing.
    pub(super) fn written(&self, committed: &Committed) -> Option<Written> {
        (!self.found.missing).then(|| Written {
            unchanged: self.found.unchanged,
            deferred: self.found.deferred,
            ..committed.written()
        })
    }

    /// Decides what becomes of the rows in a version; `false` where vectors are missing.
    fn settle(&self, snapshot: &Snapshot, outcome: &mut Outcome<'_>) -> Result<bool> {
        let batches = self.pieces.iter().map(|piece| &piece.batch);
        check_schema(snapshot, &self.schema, batches)?;
        let addition = Addition {
            pieces: &self.pieces,
            on_key: self.on_key,
            derived: &self.derived,
            wanted: &self.wanted,
        };
        for piece in addition.pieces {
            let meeting = addition.meeting(snapshot, piece)?;
            match meeting.settle(self.on_key == OnKey::Replace)? {
                Settled::Rows(rows) => outcome.push(piece, rows)?,
                Settled::Missing(_) => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Write for Adding {
    fn prepare(&mut self, table: &Table, state: &Arc<State>) -> Result<Option<Change>> {
        self.found = Found::default();
        self.options.check_version(state.manifest.version)?;
        let operation = match self.on_key {
            OnKey::Replace => Operation::Upsert,
            OnKey::Refuse => Operation::Insert,
        };
        let snapshot = Snapshot::latest(Arc::clone(state));
        let mut outcome = Outcome::new(table, &snapshot);
        let settled = self.settle(&snapshot, &mut outcome);
        let rows = settled.and_then(|settled| settled.then(|| outcome.new_rows()).transpose());
        let Some(rows) = rows? else {
            self.found.missing = true;
            return Ok(None);
        };
        self.found.unchanged = outcome.unchanged.len() as u64;
        self.found.deferred = outcome.deferred;
        let updated = outcome.ended.len() as u64;
        if let Some(filter) = &self.ending {
            outcome.end_matching(filter)?;
        }
        if outcome.ended.is_empty() && matches!(rows, NewRows::None) {
            return Ok(None);
        }
        self.found.created = Some(outcome.created);
        Ok(Some(Change {
            operation,
            options: self.options.clone(),
            rows,
            ended: outcome.ended,
            updated,
            schema: None,
            effective_again: None,
        }))
    }

    fn keep(&mut self) {
        if let Some(created) = &mut self.found.created {
            created.keep();
        }
    }
}
