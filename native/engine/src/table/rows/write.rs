use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::derived::DerivedVectors;
use super::outcome::Outcome;
use super::piece::Piece;
use super::settle::{Meeting, Settled};
use crate::column::{Batch, Column, gone, retyped};
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::format::Operation;
use crate::fragment::hash_key;
use crate::schema::{Field, Schema, Widening};
use crate::snapshot::{RowPlace, Snapshot, key_at};
use crate::table::change::{Change, CommitOptions, NewRows};
use crate::table::commit::Written;
use crate::table::handle::Table;
use crate::value::Value;

/// What a write does with a row whose key is in the table already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnKey {
    /// Refuses the whole write.
    Refuse,
    /// Ends the row that has the key.
    Replace,
}

/// What a write does with rows that bring a key which another row of the write brings too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Refuses the whole write.
    #[default]
    Refuse,
    /// Writes the first of them.
    First,
    /// Writes the last of them.
    Last,
}

/// Rows on their way into a table.
pub(super) struct Addition<'a> {
    pub(super) pieces: &'a [Piece],
    /// The schema against which they were checked.
    pub(super) schema: &'a Schema,
    pub(super) on_key: OnKey,
    /// Other rows that end in the same commit.
    pub(super) ending: Option<&'a Filter>,
    pub(super) derived: &'a DerivedVectors,
    /// The derived columns of which every vector must be known.
    pub(super) wanted: &'a [u32],
}

impl Table {
    /// Reads a batch of rows against the newest schema.
    ///
    /// # Errors
    /// [`Code::InvalidRow`], naming row and column; [`Code::Conflict`] where the table no longer has one of the columns.
    pub fn batch(&self, bytes: &[u8]) -> Result<(Batch, Arc<Schema>)> {
        let snapshot = self.snapshot()?;
        let schema = Arc::clone(snapshot.schema());
        Ok((
            Batch::decode_known(bytes, &schema, &snapshot.state.fields)?,
            schema,
        ))
    }

    /// Adds rows, or replaces those of the same key, in one commit. A column that the batch lacks keeps the values of the rows that are
    /// replaced; new rows show its default, or null. A row that is equal to the one that it would replace is not written.
    ///
    /// # Errors
    /// [`Code::DuplicateKey`], [`Code::NoPrimaryKey`] for [`OnKey::Replace`] without a key, [`Code::InvalidRow`],
    /// [`Code::Conflict`] where the columns of the batch changed meanwhile. Nothing is written then.
    pub fn insert(
        &self,
        batch: Batch,
        schema: &Schema,
        on_key: OnKey,
        options: &CommitOptions,
    ) -> Result<Written> {
        self.insert_ending(batch, schema, on_key, None, options)
    }

    /// Adds rows, replaces those of the same key, and ends the other rows that match a filter, in one commit: what a crawl
    /// does that found some documents new, some changed and some gone.
    ///
    /// # Errors
    /// As [`Table::insert`].
    pub fn replace(
        &self,
        batch: Batch,
        schema: &Schema,
        ending: &Filter,
        options: &CommitOptions,
    ) -> Result<Written> {
        self.insert_ending(batch, schema, OnKey::Replace, Some(ending), options)
    }

    /// Refuses a write early that was made for another version than the newest; its commit looks again.
    ///
    /// # Errors
    /// [`Code::Conflict`], naming both versions.
    pub fn check_version(&self, options: &CommitOptions) -> Result<()> {
        options.check_version(self.snapshot()?.version())
    }

    fn insert_ending(
        &self,
        batch: Batch,
        schema: &Schema,
        on_key: OnKey,
        ending: Option<&Filter>,
        options: &CommitOptions,
    ) -> Result<Written> {
        if batch.rows() == 0 {
            return self.add_nothing(ending, options);
        }
        if let Some(key) = key_of(schema, on_key)? {
            check_distinct(key, key_column(&batch, key)?, on_key)?;
        }
        let (left_out, file) = (None, None);
        let pieces = [Piece {
            batch,
            left_out,
            base: 0,
            file,
        }];
        let written = self.add(
            &Addition {
                pieces: &pieces,
                schema,
                on_key,
                ending,
                derived: &DerivedVectors::default(),
                wanted: &[],
            },
            options,
        )?;
        written.ok_or_else(|| Error::internal("vectors that nobody wants are missing"))
    }

    /// Commits no rows: other rows may end all the same.
    pub(super) fn add_nothing(&self, ending: Option<&Filter>, options: &CommitOptions) -> Result<Written> {
        match ending {
            Some(filter) => self.delete(Some(filter), options),
            None => {
                let committed = self.commit(options, |_| Ok(None))?;
                Ok(self.written(committed))
            }
        }
    }

    /// Commits rows whose keys are known to be distinct. `None` where vectors are missing.
    pub(super) fn add(&self, addition: &Addition<'_>, options: &CommitOptions) -> Result<Option<Written>> {
        let operation = match addition.on_key {
            OnKey::Replace => Operation::Upsert,
            OnKey::Refuse => Operation::Insert,
        };
        let mut created = Vec::new();
        let (mut missing, mut unchanged, mut deferred) = (false, 0, 0);
        let committed = self.commit(options, |state| {
            self.remove_files(&mut created);
            let snapshot = Snapshot::latest(Arc::clone(state));
            let mut outcome = Outcome::new(self, &snapshot);
            let settled = self.settle_all(addition, &snapshot, &mut outcome);
            let rows = settled.and_then(|settled| settled.then(|| outcome.new_rows()).transpose());
            created = std::mem::take(&mut outcome.created);
            let Some(rows) = rows? else {
                missing = true;
                return Ok(None);
            };
            (unchanged, deferred) = (outcome.unchanged.len() as u64, outcome.deferred);
            let updated = outcome.ended.len() as u64;
            if let Some(filter) = addition.ending {
                outcome.end_matching(filter)?;
            }
            if outcome.ended.is_empty() && matches!(rows, NewRows::None) {
                return Ok(None);
            }
            Ok(Some(Change {
                operation: operation.clone(),
                options: options.clone(),
                rows,
                ended: outcome.ended,
                updated,
                schema: None,
                effective_again: None,
            }))
        });
        if committed
            .as_ref()
            .is_err_and(|error| error.code() != Code::CommitUnknown)
        {
            self.remove_files(&mut created);
        }
        let committed = committed?;
        Ok((!missing).then(|| Written {
            unchanged,
            deferred,
            ..self.written(committed)
        }))
    }

    /// Decides what becomes of the rows in a version; `false` where vectors are missing.
    fn settle_all(
        &self,
        addition: &Addition<'_>,
        snapshot: &Snapshot,
        outcome: &mut Outcome<'_>,
    ) -> Result<bool> {
        let batches = addition.pieces.iter().map(|piece| &piece.batch);
        check_schema(snapshot, addition.schema, batches)?;
        for piece in addition.pieces {
            let meeting = addition.meeting(snapshot, piece)?;
            match meeting.settle(addition.on_key == OnKey::Replace)? {
                Settled::Rows(rows) => outcome.push(piece, rows)?,
                Settled::Missing(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn remove_files(&self, paths: &mut Vec<String>) {
        for path in paths.drain(..) {
            // What stays is swept by optimize().
            let _ = self.home.store.remove(&path);
        }
    }

    /// Replaces rows by copies in which the given columns have new values: row `i` of the batch is for `ids[i]`.
    ///
    /// # Errors
    /// [`Code::Conflict`] where one of the rows ended since it was read; [`Code::InvalidRow`].
    pub fn update(
        &self,
        ids: &[u64],
        batch: &Batch,
        schema: &Schema,
        options: &CommitOptions,
    ) -> Result<Written> {
        if ids.len() != batch.rows() {
            return Err(Error::internal(
                "an update with another number of rows than of ids",
            ));
        }
        let distinct: HashSet<&u64> = ids.iter().collect();
        if distinct.len() < ids.len() {
            return Err(Error::internal("an update with a row twice"));
        }
        if let Some(key) = schema.key().filter(|key| batch.column(key.id).is_some()) {
            return Err(key_named(key));
        }
        if ids.is_empty() {
            return self.add_nothing(None, options);
        }
        let committed = self.commit(options, |state| {
            let snapshot = Snapshot::latest(Arc::clone(state));
            check_schema(&snapshot, schema, std::iter::once(batch))?;
            let places: Option<Vec<RowPlace>> = ids.iter().map(|id| snapshot.place(*id)).collect();
            let places = places.ok_or_else(|| {
                Error::new(
                    Code::Conflict,
                    "A row that was to be updated was changed or deleted meanwhile.",
                )
                .hint("Read the rows again and repeat the update.")
            })?;
            let column = |field: &Field| {
                let given = batch.column(field.id).cloned();
                let column = given.map_or_else(|| snapshot.gather(field, &places), Ok)?;
                Ok((field.id, column))
            };
            let fields = snapshot.schema().fields.iter();
            let columns = fields.map(column).collect::<Result<Vec<_>>>()?;
            let rows = NewRows::Batch(Arc::new(Batch::new(ids.len(), columns)));
            let (operation, updated) = (Operation::Update, ids.len() as u64);
            Ok(Some(Change {
                operation,
                options: options.clone(),
                rows,
                ended: ids.to_vec(),
                updated,
                schema: None,
                effective_again: None,
            }))
        })?;
        Ok(self.written(committed))
    }

    /// Ends the rows that match; all of them where there is no filter. Where another commit comes first, the filter is
    /// asked again.
    ///
    /// # Errors
    /// [`Code::Corrupt`], [`Code::Io`].
    pub fn delete(&self, filter: Option<&Filter>, options: &CommitOptions) -> Result<Written> {
        let committed = self.commit(options, |state| {
            let snapshot = Snapshot::latest(Arc::clone(state));
            let ended: Vec<u64> = snapshot
                .places(filter)?
                .into_iter()
                .map(|place| snapshot.id_of(place))
                .collect();
            if ended.is_empty() {
                return Ok(None);
            }
            let (operation, rows) = (Operation::Delete, NewRows::None);
            Ok(Some(Change {
                operation,
                options: options.clone(),
                rows,
                ended,
                updated: 0,
                schema: None,
                effective_again: None,
            }))
        })?;
        Ok(self.written(committed))
    }
}

/// The error for an update that sets the key.
pub(super) fn key_named(key: &Field) -> Error {
    let message = format!("The primary key \"{}\" of a row cannot be changed.", key.name);
    Error::new(Code::InvalidArgument, message)
        .hint("Delete the row and insert it with the new key.")
        .column(key.name.clone())
}

fn key_of(schema: &Schema, on_key: OnKey) -> Result<Option<&Field>> {
    match (schema.key(), on_key) {
        (None, OnKey::Replace) => Err(Error::new(
            Code::NoPrimaryKey,
            "An upsert needs a table with a primary key.",
        )
        .hint("Declare a primary key, or add rows without replacing any.")),
        (key, _) => Ok(key),
    }
}

/// Refuses rows with columns that the table no longer has, or has with a type that does not take their values. Columns that came
/// meanwhile are no matter.
pub(super) fn check_schema<'b>(
    snapshot: &Snapshot,
    schema: &Schema,
    batches: impl Iterator<Item = &'b Batch>,
) -> Result<()> {
    let newest = snapshot.schema();
    if newest.id == schema.id {
        return Ok(());
    }
    let id = |field: &Field| field.id;
    if newest.key().map(id) != schema.key().map(id) {
        let message = "The primary key of the table changed while the rows were being written.";
        return Err(Error::new(Code::Conflict, message).hint("Open the table again and repeat the write."));
    }
    for (id, _) in batches.flat_map(Batch::columns) {
        let then = schema.fields.iter().find(|field| field.id == *id);
        match newest.fields.iter().find(|field| field.id == *id) {
            None => return Err(gone(*id, &snapshot.state.fields)),
            Some(now) => {
                let fits = |then: &Field| then.data_type.widening(&now.data_type) == Some(Widening::InPlace);
                if !then.is_none_or(fits) {
                    return Err(retyped(now));
                }
            }
        }
    }
    Ok(())
}

impl Addition<'_> {
    /// The rows of a piece beside those that they replace.
    pub(super) fn meeting<'m>(&'m self, snapshot: &'m Snapshot, piece: &'m Piece) -> Result<Meeting<'m>> {
        let replaced = match snapshot.schema().key() {
            Some(key) => replaced(snapshot, piece, key, self.on_key)?,
            None => vec![None; piece.batch.rows()],
        };
        Ok(Meeting {
            snapshot,
            batch: &piece.batch,
            replaced,
            left_out: piece.left_out.as_ref(),
            base: Some(piece.base),
            derived: self.derived,
            wanted: self.wanted,
        })
    }
}

/// For each row the one that it replaces.
fn replaced(snapshot: &Snapshot, piece: &Piece, key: &Field, on_key: OnKey) -> Result<Vec<Option<RowPlace>>> {
    let column = key_column(&piece.batch, key)?;
    let mut replaced = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        if piece.left_out.as_ref().is_some_and(|left_out| left_out.get(row)) {
            replaced.push(None);
            continue;
        }
        let value = key_at(column, &key.data_type, row)?;
        let place = snapshot.lookup(key, &value)?;
        if place.is_some() && on_key == OnKey::Refuse {
            let row = piece.base + row;
            return Err(duplicate(key, row, &value, "is in the table already", on_key));
        }
        replaced.push(place);
    }
    Ok(replaced)
}

pub(super) fn key_column<'b>(batch: &'b Batch, key: &Field) -> Result<&'b Column> {
    let column = batch.column(key.id);
    column.ok_or_else(|| Error::internal("a batch without its key"))
}

fn check_distinct(field: &Field, column: &Column, on_key: OnKey) -> Result<()> {
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::with_capacity(column.len());
    for row in 0..column.len() {
        let key = key_at(column, &field.data_type, row)?;
        let same = seen.entry(hash_key(&key)).or_default();
        for &earlier in same.iter() {
            if key_at(column, &field.data_type, earlier)? == key {
                let what = format!("stands in row {earlier} of this write too");
                return Err(duplicate(field, row, &key, &what, on_key));
            }
        }
        same.push(row);
    }
    Ok(())
}

pub(super) fn duplicate(field: &Field, row: usize, key: &Value, what: &str, on_key: OnKey) -> Error {
    let shown = match key {
        Value::Int(key) => key.to_string(),
        Value::Text(key) => format!("\"{}\"", key.chars().take(80).collect::<String>()),
        _ => String::new(),
    };
    let message = format!("Row {row}: the key {shown} {what}.");
    let in_table = what.starts_with("is in");
    let hint = match on_key {
        OnKey::Refuse if in_table => "Replace rows of the same key instead.",
        _ => "Leave one of the rows out, or say which of them is written.",
    };
    Error::new(Code::DuplicateKey, message)
        .hint(hint)
        .column(field.name.clone())
        .row(row)
}
