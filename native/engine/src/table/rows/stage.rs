use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::adding::Adding;
use super::making::{DerivedVectors, Settled, Sources};
use super::piece::Piece;
use super::write::{Addition, OnDuplicate, OnKey, duplicate, key_column};
use crate::column::{Batch, Bits, Column, field_of};
use crate::error::{Code, Error, Result};
use crate::filter::{Columns, Filter};
use crate::format::{Fragment, Rows};
use crate::fragment::Segment;
use crate::schema::{Field, Schema};
use crate::snapshot::{Snapshot, key_at};
use crate::table::change::CommitOptions;
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::fragments::FLUSH_BYTES;
use crate::table::handle::Table;
use crate::value::Value;

/// Many rows on their way into one commit: written to files as they come, visible when committed. What is dropped
/// without a commit leaves no trace but files, which are removed.
///
/// Whoever embeds asks [`StagedRows::missing`] after each [`StagedRows::add`] for what has no vector yet, and gives the vectors with
/// [`StagedRows::fill`]. Rows that somebody else writes meanwhile may make more of them necessary: [`StagedRows::commit`] says so.
#[derive(Debug)]
pub struct StagedRows {
    table: Arc<Table>,
    schema: Arc<Schema>,
    on_key: OnKey,
    on_duplicate: OnDuplicate,
    ending: Option<Filter>,
    pieces: Vec<Piece>,
    /// How many of the pieces are in files: the first ones.
    written: usize,
    files: Created,
    waiting_bytes: usize,
    /// For the hash of every key so far the row that has it. Of 128 bits, so that two keys of one hash need not be thought of.
    keys: HashMap<u128, usize>,
    rows: usize,
    derived: DerivedVectors,
    /// The derived columns of which the writer gives every vector.
    wanted: Vec<u32>,
    /// A commit found that vectors of rows are missing that had theirs before.
    late: bool,
}

impl StagedRows {
    /// Starts a write.
    ///
    /// # Errors
    /// [`Code::NoPrimaryKey`] for [`OnKey::Replace`] on a table without a key.
    pub fn new(table: Arc<Table>, on_key: OnKey) -> Result<Self> {
        let snapshot = table.snapshot()?;
        Self::on(table, &snapshot, on_key)
    }

    /// Starts a write by a snapshot of the table that was just taken.
    ///
    /// # Errors
    /// As [`StagedRows::new`].
    pub fn on(table: Arc<Table>, snapshot: &Snapshot, on_key: OnKey) -> Result<Self> {
        snapshot.state.manifest.check_writable()?;
        if on_key == OnKey::Replace {
            snapshot.key_field()?;
        }
        let schema = Arc::clone(snapshot.schema());
        Ok(Self {
            files: Created::new(&table.home),
            table,
            schema,
            on_key,
            on_duplicate: OnDuplicate::Refuse,
            ending: None,
            pieces: Vec::new(),
            written: 0,
            waiting_bytes: 0,
            keys: HashMap::new(),
            rows: 0,
            derived: DerivedVectors::default(),
            wanted: Vec::new(),
            late: false,
        })
    }

    /// The table that is written to.
    #[must_use]
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// Ends the rows that match a filter, in the same commit, unless a new row replaces them or is equal to them.
    #[must_use]
    pub fn ending(mut self, filter: Option<Filter>) -> Self {
        self.end(filter);
        self
    }

    /// [`StagedRows::ending`], for a stage that is under way.
    pub fn end(&mut self, filter: Option<Filter>) {
        self.ending = filter;
    }

    /// Says what happens to rows that bring the same key.
    #[must_use]
    pub fn on_duplicate(mut self, on_duplicate: OnDuplicate) -> Self {
        self.on_duplicate = on_duplicate;
        self
    }

    /// Names derived columns, by their ids, of which the writer gives every vector that is not there yet.
    #[must_use]
    pub fn wanted(mut self, fields: Vec<u32>) -> Self {
        self.wanted = fields;
        self
    }

    /// Adds rows, in the encoding of [`Batch::decode`].
    ///
    /// # Errors
    /// [`Code::InvalidRow`], [`Code::DuplicateKey`], [`Code::Conflict`] where the table no longer has one of the columns; the stage
    /// should be dropped then.
    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        let known = self.table.current();
        let batch = Batch::decode_known(bytes, &self.schema, &known.fields)?;
        self.add_batch(batch)
    }

    /// Adds the rows of a stream or a file in Arrow's IPC format.
    ///
    /// # Errors
    /// Those of [`Batch::from_arrow`] and of [`StagedRows::add`]; the stage should be dropped then.
    pub fn add_arrow(&mut self, bytes: &[u8]) -> Result<()> {
        let batches = Batch::from_arrow(bytes, &self.schema)?;
        batches.into_iter().try_for_each(|batch| self.add_batch(batch))
    }

    fn add_batch(&mut self, batch: Batch) -> Result<()> {
        if batch.rows() == 0 {
            return Ok(());
        }
        if self.waiting_bytes >= FLUSH_BYTES {
            self.flush()?;
        }
        let mut piece = Piece {
            left_out: None,
            base: self.rows,
            file: None,
            batch,
        };
        if let Some(key) = self.schema.key().cloned() {
            let column = key_column(&piece.batch, &key)?.clone();
            piece.left_out = self.check_keys(&key, &column)?;
        }
        self.rows += piece.batch.rows();
        self.waiting_bytes += piece.batch.byte_size();
        self.pieces.push(piece);
        Ok(())
    }

    /// Looks for keys that came before, and returns the rows of the new ones that are not written.
    fn check_keys(&mut self, key: &Field, column: &Column) -> Result<Option<Bits>> {
        let mut left_out: Option<Bits> = None;
        for row in 0..column.len() {
            let value = key_at(column, &key.data_type, row)?;
            let hash = match &value {
                Value::Int(key) => xxh3_128(&key.to_le_bytes()),
                Value::Text(key) => xxh3_128(key.as_bytes()),
                _ => return Err(Error::internal("a key of another type")),
            };
            let number = self.rows + row;
            let Some(earlier) = self.keys.get(&hash).copied() else {
                self.keys.insert(hash, number);
                continue;
            };
            let leave_out = match self.on_duplicate {
                OnDuplicate::Refuse => {
                    let what = format!("stands in row {earlier} of this write too");
                    return Err(duplicate(key, number, &value, &what, self.on_key));
                }
                OnDuplicate::First => number,
                OnDuplicate::Last => {
                    self.keys.insert(hash, number);
                    earlier
                }
            };
            match leave_out.checked_sub(self.rows) {
                Some(row) => left_out
                    .get_or_insert_with(|| Bits::filled(column.len(), false))
                    .set(row),
                None => self.leave_out(leave_out),
            }
        }
        Ok(left_out)
    }

    /// Leaves a row out that came with an earlier piece.
    fn leave_out(&mut self, number: usize) {
        let after = self.pieces.partition_point(|piece| piece.base <= number);
        if let Some(piece) = after.checked_sub(1).and_then(|at| self.pieces.get_mut(at)) {
            let rows = piece.batch.rows();
            let row = number - piece.base;
            piece
                .left_out
                .get_or_insert_with(|| Bits::filled(rows, false))
                .set(row);
        }
    }

    /// What a derived column is to be computed from for rows that have no vector, at most `limit` of them, no two alike; `None`
    /// where nothing is missing. The next call of [`StagedRows::fill`] answers it.
    ///
    /// # Errors
    /// [`Code::Conflict`] where the table no longer has the column; [`Code::Corrupt`]; what a commit of the rows would say.
    pub fn missing(&mut self, field: u32, limit: usize) -> Result<Option<Sources>> {
        let snapshot = self.table.known()?;
        let from = if self.late { 0 } else { self.written };
        let mut sources = Sources::new(&snapshot, field, limit)?;
        for piece in self.pieces.iter().skip(from) {
            let addition = self.addition();
            let meeting = addition.meeting(&snapshot, piece)?;
            if let Settled::Missing(missing) = meeting.settle(self.on_key == OnKey::Replace)? {
                sources.collect(&meeting, &missing)?;
            }
        }
        let (asked, sources) = sources.finish()?;
        self.derived.ask(field, asked);
        Ok(sources)
    }

    /// Takes the vectors for what [`StagedRows::missing`] gave last: a batch of one column, as many rows. A kept cell stands for a vector
    /// that is deferred.
    ///
    /// # Errors
    /// [`Code::InvalidRow`], [`Code::Conflict`].
    pub fn fill(&mut self, field: u32, bytes: &[u8]) -> Result<()> {
        let field = field_of(&self.schema, field, &[])?.clone();
        self.waiting_bytes += self.derived.fill(&field, bytes)?;
        Ok(())
    }

    /// Makes all rows visible, in one commit. `None` where vectors are missing: ask for them, and commit again.
    ///
    /// # Errors
    /// As [`Table::insert`].
    pub fn commit(&mut self, options: &CommitOptions) -> Result<Option<Written>> {
        if self.rows == 0 {
            return self.table.add_nothing(self.ending.as_ref(), options).map(Some);
        }
        // What vectors were embedded for is not much, or in files already; it is written with them, before the rows wait for the table.
        if self.written > 0 || self.wanted.is_empty() {
            self.flush()?;
        }
        let pieces = std::mem::take(&mut self.pieces);
        let mut adding = Adding::new(pieces, Arc::clone(&self.schema), self.on_key, options.clone());
        adding.ending.clone_from(&self.ending);
        adding.derived = std::mem::take(&mut self.derived);
        adding.wanted.clone_from(&self.wanted);
        let (adding, committed) = self.table.commit_together(adding)?;
        let written = committed.as_ref().map(|committed| adding.written(committed));
        (self.pieces, self.derived) = (adding.pieces, adding.derived);
        match (&written, &committed) {
            // Those of rows that were left out or written anew go.
            (Ok(Some(_)), Ok(committed)) => self.files.keep_named(&committed.state.manifest),
            (Ok(None), _) => self.late = true,
            // They may be in use.
            (Err(error), _) if error.code() == Code::CommitUnknown => {
                self.files.keep();
                self.pieces.clear();
            }
            _ => {}
        }
        written.map_err(Error::clone)
    }

    /// What the rows are, but for the rows themselves.
    fn addition(&self) -> Addition<'_> {
        Addition {
            on_key: self.on_key,
            derived: &self.derived,
            wanted: &self.wanted,
        }
    }

    /// Writes the rows that wait to a file. Vectors that belong to rows with all of their sources go with them.
    fn flush(&mut self) -> Result<()> {
        let snapshot = self.table.known()?;
        let waiting = self.pieces.split_off(self.written);
        let Some(base) = waiting.first().map(|piece| piece.base) else {
            return Ok(());
        };
        self.waiting_bytes = 0;
        let mut batches = Vec::with_capacity(waiting.len());
        let mut left_out: Option<Bits> = None;
        let mut needed: HashMap<u32, HashSet<u128>> = HashMap::new();
        for piece in &waiting {
            if self.wanted.is_empty() {
                batches.push(piece.batch.clone());
                continue;
            }
            let addition = self.addition();
            let meeting = addition.meeting(&snapshot, piece)?;
            batches.push(meeting.with_vectors(&mut needed)?);
        }
        let rows = batches.iter().map(Batch::rows).sum();
        for piece in &waiting {
            let Some(bits) = &piece.left_out else { continue };
            let all = left_out.get_or_insert_with(|| Bits::filled(rows, false));
            bits.ones().for_each(|row| all.set(piece.base - base + row));
        }
        for field in &self.wanted {
            let field = field_of(&self.schema, *field, &[])?;
            let none = HashSet::new();
            let needed = needed.get(&field.id).unwrap_or(&none);
            self.derived.retain(field, &|sources| needed.contains(&sources))?;
        }
        let fields = &self.schema.fields;
        let file = self.table.write_batches(&batches, fields, &mut self.files)?;
        let file = file.ok_or_else(|| Error::internal("a batch without rows"))?;
        self.pieces.push(Piece {
            batch: self.read_back(&file, &batches)?,
            left_out,
            base,
            file: Some(file),
        });
        self.written = self.pieces.len();
        Ok(())
    }

    /// The rows of a file, with what is kept of them.
    fn read_back(&self, (fragment, count): &(Fragment, u32), batches: &[Batch]) -> Result<Batch> {
        let fragment = Fragment {
            rows: Rows::run(0, *count),
            groups: fragment.groups.clone(),
        };
        let home = &self.table.home;
        let segment = Segment::open(&home.store, &home.path("data"), &fragment, &self.schema.fields)?;
        let mut batch = Batch::new(*count as usize, Vec::new());
        for id in segment.fields() {
            let mut kept = Bits::filled(0, false);
            for part in batches {
                let all = part.column(id).is_none();
                let bits = part.kept(id);
                (0..part.rows()).for_each(|row| kept.push(all || bits.is_some_and(|bits| bits.get(row))));
            }
            if let Some(column) = segment.column(id) {
                batch.push(id, column.clone(), Some(kept));
            }
        }
        Ok(batch)
    }
}
