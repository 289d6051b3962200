use std::collections::HashSet;
use std::sync::Arc;

use super::adding::Adding;
use super::making::{Ahead, Made, Making, Mark};
use super::piece::Piece;
use super::write::{OnKey, check_distinct, check_schema, kept_in_update, key_column, key_named, key_of};
use crate::column::Batch;
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::format::{Manifest, Operation};
use crate::schema::{Field, Schema};
use crate::snapshot::{RowPlace, Snapshot, TableState};
use crate::table::change::{Change, CommitOptions, NewRows};
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::landing::Committed;
use crate::table::waiting::Write;

/// A change of rows that becomes one commit.
#[derive(Debug)]
pub struct RowChange(Kind);

#[derive(Debug)]
enum Kind {
    Nothing(CommitOptions),
    Add(Adding),
    Update(Updating),
    Delete(Option<Filter>, CommitOptions),
}

/// Copies of rows in which some columns have new values: row `i` of the batch is for `ids[i]`.
#[derive(Debug)]
struct Updating {
    ids: Vec<u64>,
    batch: Batch,
    schema: Arc<Schema>,
    options: CommitOptions,
    ahead: Ahead,
}

impl RowChange {
    /// Adds rows, or replaces those of the same key; see [`Table::insert`] and, with rows that are `ending`, [`Table::replace`].
    ///
    /// # Errors
    /// [`Code::DuplicateKey`] where two of the rows have one key; [`Code::NoPrimaryKey`].
    pub fn insert(
        (batch, schema): (Batch, Arc<Schema>),
        on_key: OnKey,
        ending: Option<Filter>,
        options: CommitOptions,
    ) -> Result<Self> {
        if batch.rows() == 0 {
            return Ok(match ending {
                None => Self(Kind::Nothing(options)),
                ending => Self::delete(ending, options),
            });
        }
        if let Some(key) = key_of(&schema, on_key)? {
            check_distinct(key, key_column(&batch, key)?, on_key)?;
        }
        let piece = Piece {
            batch,
            left_out: None,
            base: 0,
            file: None,
        };
        let mut adding = Adding::new(vec![piece], schema, on_key, options);
        adding.ending = ending;
        Ok(Self(Kind::Add(adding)))
    }

    /// Changes rows by their ids; see [`Table::update`].
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for the primary key.
    pub fn update(
        ids: Vec<u64>,
        (batch, schema): (Batch, Arc<Schema>),
        options: CommitOptions,
    ) -> Result<Self> {
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
        if batch.has_kept_cells() {
            return Err(kept_in_update());
        }
        if ids.is_empty() {
            return Ok(Self(Kind::Nothing(options)));
        }
        Ok(Self(Kind::Update(Updating {
            ids,
            batch,
            schema,
            options,
            ahead: Ahead::default(),
        })))
    }

    /// Ends rows; see [`Table::delete`].
    #[must_use]
    pub fn delete(filter: Option<Filter>, options: CommitOptions) -> Self {
        Self(Kind::Delete(filter, options))
    }

    pub(super) fn written(&self, committed: &Committed) -> Result<Written> {
        match &self.0 {
            Kind::Add(adding) => {
                let written = adding.written(committed);
                written.ok_or_else(|| Error::internal("vectors that nobody wants are missing"))
            }
            _ => Ok(committed.written()),
        }
    }
}

impl Write for RowChange {
    fn prepare(&mut self, table: &Table, state: &Arc<TableState>) -> Result<Option<Change>> {
        match &mut self.0 {
            Kind::Nothing(options) => {
                options.check_version(state.manifest.version)?;
                Ok(None)
            }
            Kind::Add(adding) => adding.prepare(table, state),
            Kind::Update(updating) => updating.change(table, state).map(Some),
            Kind::Delete(filter, options) => deleted(state, filter.as_ref(), options),
        }
    }

    fn write_ahead(&mut self, table: &Table) -> Result<()> {
        match &mut self.0 {
            Kind::Add(adding) => adding.write_ahead(table),
            Kind::Update(updating) => updating.write_ahead(table),
            Kind::Nothing(_) | Kind::Delete(..) => Ok(()),
        }
    }

    fn keep(&mut self, manifest: Option<&Manifest>) {
        match &mut self.0 {
            Kind::Add(adding) => adding.keep(manifest),
            Kind::Update(updating) => updating.ahead.keep(manifest),
            Kind::Nothing(_) | Kind::Delete(..) => {}
        }
    }
}

impl Updating {
    fn write_ahead(&mut self, table: &Table) -> Result<()> {
        let make = |making: &mut Making<'_>| Ok(Some(vec![self.make(making)?]));
        self.ahead = Ahead::new(table, &self.options, make)?;
        Ok(())
    }

    fn make(&self, making: &mut Making<'_>) -> Result<Arc<Made>> {
        let snapshot = making.snapshot;
        check_schema(snapshot, &self.schema, std::iter::once(&self.batch))?;
        let places: Option<Vec<RowPlace>> = self.ids.iter().map(|id| snapshot.place(*id)).collect();
        let places = places.ok_or_else(|| {
            Error::new(
                Code::Conflict,
                "A row that was to be updated was changed or deleted meanwhile.",
            )
            .hint("Read the rows again and repeat the update.")
        })?;
        let replaced: Vec<Option<RowPlace>> = places.iter().copied().map(Some).collect();
        let mut mark = Mark::new(snapshot);
        mark.add(snapshot, &self.batch, &replaced)?;
        let mark = mark.finish();
        if let Some(made) = self.ahead.of(0, mark) {
            return Ok(made);
        }
        let column = |field: &Field| {
            let given = self.batch.column(field.id).cloned();
            let column = given.map_or_else(|| snapshot.gather(field, &places), Ok)?;
            Ok((field.id, column))
        };
        let fields = snapshot.schema().fields.iter();
        let columns = fields.map(column).collect::<Result<Vec<_>>>()?;
        let rows = Batch::new(self.ids.len(), columns);
        making.make_all(mark, rows, self.ids.clone()).map(Arc::new)
    }

    fn change(&self, table: &Table, state: &Arc<TableState>) -> Result<Change> {
        self.options.check_version(state.manifest.version)?;
        let snapshot = Snapshot::latest(Arc::clone(state));
        let mut making = Making {
            table,
            snapshot: &snapshot,
            created: &mut Created::new(&table.home),
            in_memory: usize::MAX,
        };
        let made = self.make(&mut making)?;
        Ok(Change {
            operation: Operation::Update,
            options: self.options.clone(),
            rows: making.new_rows(&[made])?,
            ended: self.ids.clone(),
            updated: self.ids.len() as u64,
            schema: None,
            effective_again: None,
        })
    }
}

/// The rows that match end; all of them where there is no filter.
fn deleted(
    state: &Arc<TableState>,
    filter: Option<&Filter>,
    options: &CommitOptions,
) -> Result<Option<Change>> {
    options.check_version(state.manifest.version)?;
    let snapshot = Snapshot::latest(Arc::clone(state));
    let places = snapshot.places(filter)?.into_iter();
    let ended: Vec<u64> = places.map(|place| snapshot.id_of(place)).collect();
    if ended.is_empty() {
        return Ok(None);
    }
    Ok(Some(Change {
        operation: Operation::Delete,
        options: options.clone(),
        rows: NewRows::None,
        ended,
        updated: 0,
        schema: None,
        effective_again: None,
    }))
}

impl Table {
    /// Reads a batch of rows against the newest schema.
    ///
    /// # Errors
    /// [`Code::InvalidRow`], naming row and column; [`Code::Conflict`] where the table no longer has one of the columns.
    pub fn batch(&self, bytes: &[u8]) -> Result<(Batch, Arc<Schema>)> {
        self.snapshot()?.batch(bytes)
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
        let rows = (batch, Arc::new(schema.clone()));
        self.change_rows(RowChange::insert(rows, on_key, None, options.clone())?)
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
        let (rows, ending) = ((batch, Arc::new(schema.clone())), Some(ending.clone()));
        self.change_rows(RowChange::insert(rows, OnKey::Replace, ending, options.clone())?)
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
        let rows = (batch.clone(), Arc::new(schema.clone()));
        self.change_rows(RowChange::update(ids.to_vec(), rows, options.clone())?)
    }

    /// Ends the rows that match; all of them where there is no filter. Where another commit comes first, the filter is
    /// asked again.
    ///
    /// # Errors
    /// [`Code::Corrupt`], [`Code::Io`].
    pub fn delete(&self, filter: Option<&Filter>, options: &CommitOptions) -> Result<Written> {
        self.change_rows(RowChange::delete(filter.cloned(), options.clone()))
    }

    /// Makes a change, in one commit. Changes that wait at the same time are committed together, in the order in which they came: each is
    /// a version of its own, and one that fails leaves the others alone.
    ///
    /// # Errors
    /// Those of the change.
    pub fn change_rows(&self, change: RowChange) -> Result<Written> {
        let (change, committed) = self.commit_together(change)?;
        change.written(&committed?)
    }

    /// Refuses a write early that was made for another version than the newest; its commit looks again.
    ///
    /// # Errors
    /// [`Code::Conflict`], naming both versions.
    pub fn check_version(&self, options: &CommitOptions) -> Result<()> {
        options.check_version(self.snapshot()?.version())
    }

    /// Commits no rows: other rows may end all the same.
    pub(super) fn add_nothing(&self, ending: Option<&Filter>, options: &CommitOptions) -> Result<Written> {
        self.change_rows(match ending {
            Some(filter) => RowChange::delete(Some(filter.clone()), options.clone()),
            None => RowChange(Kind::Nothing(options.clone())),
        })
    }
}
