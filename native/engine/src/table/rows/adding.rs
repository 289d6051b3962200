use std::ops::Range;
use std::sync::Arc;

use super::making::{Ahead, DerivedVectors, Made, Making, Mark, Outcome};
use super::piece::Piece;
use super::write::{Addition, OnKey, check_schema};
use crate::error::Result;
use crate::filter::Filter;
use crate::format::{Manifest, Operation};
use crate::schema::Schema;
use crate::snapshot::{Snapshot, TableState};
use crate::table::change::{Change, CommitOptions, NewRows};
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::fragments::FLUSH_BYTES;
use crate::table::handle::Table;
use crate::table::landing::Committed;
use crate::table::next::INLINE_BYTES;
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
    ahead: Ahead,
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
            ahead: Ahead::default(),
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

    /// The pieces that go to one file each, where they go to files: a bounded part of the rows is held in memory.
    fn parts(&self) -> Vec<Range<usize>> {
        let (mut parts, mut start, mut bytes) = (Vec::new(), 0, 0);
        let is_written = |at: usize| self.pieces.get(at).is_some_and(|piece| piece.file.is_some());
        for (at, piece) in self.pieces.iter().enumerate() {
            let size = piece.batch.byte_size();
            if at > start && (is_written(at) || is_written(at - 1) || bytes + size >= FLUSH_BYTES) {
                parts.push(start..at);
                (start, bytes) = (at, 0);
            }
            bytes += size;
        }
        if start < self.pieces.len() {
            parts.push(start..self.pieces.len());
        }
        parts
    }

    /// What becomes of the rows, part by part; `None` where vectors are missing.
    fn make(&self, making: &mut Making<'_>) -> Result<Option<Vec<Arc<Made>>>> {
        let batches = self.pieces.iter().map(|piece| &piece.batch);
        check_schema(making.snapshot, &self.schema, batches)?;
        let addition = Addition {
            on_key: self.on_key,
            derived: &self.derived,
            wanted: &self.wanted,
        };
        let mut all = Vec::new();
        for (at, part) in self.parts().into_iter().enumerate() {
            let pieces = self.pieces.get(part).unwrap_or_default();
            let meetings = pieces
                .iter()
                .map(|piece| addition.meeting(making.snapshot, piece));
            let meetings = meetings.collect::<Result<Vec<_>>>()?;
            let mut mark = Mark::new(making.snapshot);
            for meeting in &meetings {
                mark.add(making.snapshot, meeting.batch, &meeting.replaced)?;
            }
            let mark = mark.finish();
            if let Some(made) = self.ahead.of(at, mark) {
                all.push(made);
                continue;
            }
            let file = pieces.first().and_then(|piece| piece.file.as_ref());
            let file = file.or(self.ahead.file(at));
            let skip_equal = self.on_key == OnKey::Replace;
            match making.make(mark, &meetings, file, skip_equal)? {
                Some(made) => all.push(Arc::new(made)),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }
}

impl Write for Adding {
    fn write_ahead(&mut self, table: &Table) -> Result<()> {
        let bytes: usize = self.pieces.iter().map(|piece| piece.batch.byte_size()).sum();
        if bytes <= INLINE_BYTES {
            return Ok(());
        }
        self.ahead = Ahead::new(table, &self.options, |making| self.make(making))?;
        Ok(())
    }

    fn prepare(&mut self, table: &Table, state: &Arc<TableState>) -> Result<Option<Change>> {
        self.found = Found::default();
        self.options.check_version(state.manifest.version)?;
        let operation = match self.on_key {
            OnKey::Replace => Operation::Upsert,
            OnKey::Refuse => Operation::Insert,
        };
        let snapshot = Snapshot::latest(Arc::clone(state));
        let mut created = Created::new(&table.home);
        let mut making = Making {
            table,
            snapshot: &snapshot,
            created: &mut created,
            in_memory: match self.parts().len() {
                0 | 1 => usize::MAX,
                _ => INLINE_BYTES,
            },
        };
        let Some(made) = self.make(&mut making)? else {
            self.found.missing = true;
            return Ok(None);
        };
        let mut outcome = Outcome::of(&made);
        let rows = making.new_rows(&made)?;
        self.found.unchanged = outcome.unchanged.len() as u64;
        self.found.deferred = outcome.deferred;
        let updated = outcome.ended.len() as u64;
        if let Some(filter) = &self.ending {
            outcome.end_matching(&snapshot, filter)?;
        }
        if outcome.ended.is_empty() && matches!(rows, NewRows::None) {
            return Ok(None);
        }
        self.found.created = Some(created);
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

    fn keep(&mut self, manifest: Option<&Manifest>) {
        if let Some(created) = &mut self.found.created {
            created.keep();
        }
        self.ahead.keep(manifest);
    }
}
