use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::commit::{CommitOptions, Written};
use super::lookup::{RowPlace, key_at};
use super::next::{Change, NewRows};
use super::state::State;
use super::{Snapshot, Table};
use crate::column::{Batch, Column};
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::format::Operation;
use crate::fragment::hash_key;
use crate::schema::{Field, Schema};
use crate::value::Value;

/// What a write does with a row whose key is in the table already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnKey {
    /// Refuses the whole write.
    Refuse,
    /// Ends the row that has the key.
    Replace,
}

/// Rows on their way into a table.
pub(super) struct Addition<'a> {
    pub(super) rows: NewRows,
    /// Their keys, in pieces.
    pub(super) keys: Vec<&'a Column>,
    /// The schema against which they were checked.
    pub(super) schema: &'a Schema,
    pub(super) on_key: OnKey,
    /// Other rows that end in the same commit.
    pub(super) ending: Option<&'a Filter>,
}

impl Table {
    /// Reads a batch of rows against the newest schema.
    ///
    /// # Errors
    /// [`Code::InvalidRow`], naming row and column.
    pub fn batch(&self, bytes: &[u8]) -> Result<(Batch, Arc<Schema>)> {
        let schema = Arc::clone(self.snapshot()?.schema());
        Ok((Batch::decode(bytes, &schema)?, schema))
    }

    /// Adds rows, or replaces those of the same key, in one commit.
    ///
    /// # Errors
    /// [`Code::DuplicateKey`], [`Code::NoPrimaryKey`] for [`OnKey::Replace`] without a key, [`Code::InvalidRow`],
    /// [`Code::Conflict`] where the schema changed meanwhile. Nothing is written then.
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

    fn insert_ending(
        &self,
        batch: Batch,
        schema: &Schema,
        on_key: OnKey,
        ending: Option<&Filter>,
        options: &CommitOptions,
    ) -> Result<Written> {
        let batch = batch.completed(schema)?;
        if batch.rows() == 0 {
            return ending.map_or_else(
                || Ok(self.written(None)),
                |filter| self.delete(Some(filter), options),
            );
        }
        let key = key_of(schema, on_key)?;
        if let Some(key) = key {
            let column = batch
                .column(key.id)
                .ok_or_else(|| Error::internal("a batch without its key"))?;
            check_distinct(key, column)?;
        }
        let batch = Arc::new(batch);
        let rows = NewRows::Batch(Arc::clone(&batch));
        let keys = key.and_then(|key| batch.column(key.id)).into_iter().collect();
        self.add(
            &Addition {
                rows,
                keys,
                schema,
                on_key,
                ending,
            },
            options,
        )
    }

    /// Commits rows whose keys are known to be distinct.
    pub(super) fn add(&self, addition: &Addition<'_>, options: &CommitOptions) -> Result<Written> {
        let operation = match addition.on_key {
            OnKey::Replace => Operation::Upsert,
            OnKey::Refuse => Operation::Insert,
        };
        let committed = self.commit(|state| {
            check_schema(state, addition.schema)?;
            let snapshot = Snapshot::latest(Arc::clone(state));
            let mut ended = resolve_keys(&snapshot, &addition.keys, addition.schema, addition.on_key)?;
            let updated = ended.len() as u64;
            if let Some(filter) = addition.ending {
                ended.extend(
                    snapshot
                        .places(Some(filter))?
                        .into_iter()
                        .map(|place| snapshot.id_of(place)),
                );
                ended.sort_unstable();
                ended.dedup();
            }
            let (options, rows) = (options.clone(), addition.rows.clone());
            Ok(Some(Change {
                operation,
                options,
                rows,
                ended,
                updated,
                schema: None,
                effective_again: None,
            }))
        })?;
        Ok(self.written(committed))
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
            let message = format!("The primary key \"{}\" of a row cannot be changed.", key.name);
            let hint = "Delete the row and insert it with the new key.";
            return Err(Error::new(Code::InvalidArgument, message)
                .hint(hint)
                .column(key.name.clone()));
        }
        if ids.is_empty() {
            return Ok(self.written(None));
        }
        let committed = self.commit(|state| {
            check_schema(state, schema)?;
            let snapshot = Snapshot::latest(Arc::clone(state));
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
            let columns = schema.fields.iter().map(column).collect::<Result<Vec<_>>>()?;
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
        let committed = self.commit(|state| {
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

fn key_of(schema: &Schema, on_key: OnKey) -> Result<Option<&Field>> {
    match (schema.key(), on_key) {
        (None, OnKey::Replace) => Err(Error::new(
            Code::NoPrimaryKey,
            "An upsert needs a table with a primary key.",
        )
        .hint("Declare one with .primaryKey(), or use insert().")),
        (key, _) => Ok(key),
    }
}

/// Refuses rows that were checked against a schema that is no longer in force.
pub(super) fn check_schema(state: &State, schema: &Schema) -> Result<()> {
    if state.manifest.schema == schema.id {
        return Ok(());
    }
    Err(Error::new(
        Code::Conflict,
        "The schema of the table changed while the rows were being written.",
    )
    .hint("Open the table again with its new definition and repeat the write."))
}

/// The rows that the new ones replace.
fn resolve_keys(snapshot: &Snapshot, keys: &[&Column], schema: &Schema, on_key: OnKey) -> Result<Vec<u64>> {
    let Some(field) = schema.key() else {
        return Ok(Vec::new());
    };
    let mut ended = Vec::new();
    let mut before = 0;
    for column in keys {
        for row in 0..column.len() {
            let key = key_at(column, &field.data_type, row)?;
            match snapshot.lookup(field, &key)? {
                None => {}
                Some(place) if on_key == OnKey::Replace => ended.push(snapshot.id_of(place)),
                Some(_) => return Err(duplicate(field, before + row, &key, "is in the table already")),
            }
        }
        before += column.len();
    }
    Ok(ended)
}

pub(super) fn check_distinct(field: &Field, column: &Column) -> Result<()> {
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::with_capacity(column.len());
    for row in 0..column.len() {
        let key = key_at(column, &field.data_type, row)?;
        let same = seen.entry(hash_key(&key)).or_default();
        for &earlier in same.iter() {
            if key_at(column, &field.data_type, earlier)? == key {
                return Err(duplicate(
                    field,
                    row,
                    &key,
                    &format!("stands in row {earlier} of this write too"),
                ));
            }
        }
        same.push(row);
    }
    Ok(())
}

pub(super) fn duplicate(field: &Field, row: usize, key: &Value, what: &str) -> Error {
    let shown = match key {
        Value::Int(key) => key.to_string(),
        Value::Text(key) => format!("\"{}\"", key.chars().take(80).collect::<String>()),
        _ => String::new(),
    };
    let message = format!("Row {row}: the key {shown} {what}.");
    let hint = "Use upsert() to replace rows of the same key; one write may hold a key once.";
    Error::new(Code::DuplicateKey, message)
        .hint(hint)
        .column(field.name.clone())
        .row(row)
}
