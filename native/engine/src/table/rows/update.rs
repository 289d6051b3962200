use std::sync::Arc;

use super::derived::DerivedVectors;
use super::settle::{Meeting, Settled, SettledRows};
use super::sources::Sources;
use super::write::{check_schema, kept_in_update, key_named};
use crate::column::{Batch, CellAt, Column, gone};
use crate::compute::{Computed, Rows};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::format::{Operation, default_of};
use crate::schema::{Field, Schema};
use crate::snapshot::{RowPlace, Snapshot};
use crate::table::change::{Change, CommitOptions, NewRows};
use crate::table::commit::Written;
use crate::table::handle::Table;
use crate::value::Value;

/// New values for the rows that match a filter: constants, and values that are computed from each row. The filter is asked, and the
/// values are computed, when it is committed, so that no change of others is overlooked or undone.
///
/// Whoever embeds asks [`Update::missing`] for what has no vector yet, and gives the vectors with [`Update::fill`].
#[derive(Debug)]
pub struct Update {
    table: Arc<Table>,
    schema: Arc<Schema>,
    filter: Option<Filter>,
    /// One row of constants.
    constants: Batch,
    computed: Vec<Computed>,
    derived: DerivedVectors,
    wanted: Vec<u32>,
}

impl Update {
    /// Prepares an update: `constants` is a batch of one row, read against `schema`.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`] for the primary key.
    pub fn new(
        table: Arc<Table>,
        filter: Option<Filter>,
        (constants, schema): (Batch, Arc<Schema>),
        computed: Vec<Computed>,
    ) -> Result<Self> {
        let constant = constants.columns().iter().map(|(id, _)| *id);
        let set = constant.chain(computed.iter().map(|computed| computed.target().id));
        if let Some(key) = schema.key().filter(|key| set.into_iter().any(|id| id == key.id)) {
            return Err(key_named(key));
        }
        if constants.has_kept_cells() {
            return Err(kept_in_update());
        }
        let (derived, wanted) = (DerivedVectors::default(), Vec::new());
        Ok(Self {
            table,
            schema,
            filter,
            constants,
            computed,
            derived,
            wanted,
        })
    }

    /// Names derived columns, by their ids, of which the writer gives every vector that is not there yet.
    #[must_use]
    pub fn wanted(mut self, fields: Vec<u32>) -> Self {
        self.wanted = fields;
        self
    }

    /// The table that is written to.
    #[must_use]
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// What a derived column is to be computed from for rows that have no vector, at most `limit` of them, no two alike; `None`
    /// where nothing is missing. The next call of [`Update::fill`] answers it.
    ///
    /// # Errors
    /// What a commit would say.
    pub fn missing(&mut self, field: u32, limit: usize) -> Result<Option<Sources>> {
        let snapshot = self.table.snapshot()?;
        let mut sources = Sources::new(&snapshot, field, limit)?;
        let places = snapshot.places(self.filter.as_ref())?;
        let batch = self.batch(&snapshot, &places)?;
        let meeting = self.meeting(&snapshot, &places, &batch);
        if let Settled::Missing(missing) = meeting.settle(false)? {
            sources.collect(&meeting, &missing)?;
        }
        let (asked, sources) = sources.finish()?;
        self.derived.ask(field, asked);
        Ok(sources)
    }

    /// Takes the vectors for what [`Update::missing`] gave last, as [`super::Stage::fill`] does.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidRow`], [`crate::error::Code::Conflict`].
    pub fn fill(&mut self, field: u32, bytes: &[u8]) -> Result<()> {
        let found = self.schema.fields.iter().find(|known| known.id == field);
        let field = found.ok_or_else(|| gone(field, &[]))?.clone();
        self.derived.fill(&field, bytes).map(|_| ())
    }

    /// Changes the rows, in one commit. `None` where vectors are missing: ask for them, and commit again.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidRow`] where a computed value does not fit, naming the row; [`crate::error::Code::Conflict`] where the table no longer has one of
    /// the columns.
    pub fn commit(&self, options: &CommitOptions) -> Result<Option<Written>> {
        let (mut missing, mut deferred) = (false, 0);
        let committed = self.table.commit(options, |state| {
            let snapshot = Snapshot::latest(Arc::clone(state));
            let places = snapshot.places(self.filter.as_ref())?;
            if places.is_empty() {
                return Ok(None);
            }
            let batch = self.batch(&snapshot, &places)?;
            let settled = self.meeting(&snapshot, &places, &batch).settle(false)?;
            let Settled::Rows(SettledRows {
                rows,
                ended,
                deferred: without,
                ..
            }) = settled
            else {
                missing = true;
                return Ok(None);
            };
            deferred = without;
            let rows = NewRows::Batch(Arc::new(rows.unwrap_or(batch)));
            let (operation, updated) = (Operation::Update, ended.len() as u64);
            Ok(Some(Change {
                operation,
                options: options.clone(),
                rows,
                ended,
                updated,
                schema: None,
                effective_again: None,
            }))
        })?;
        Ok((!missing).then(|| Written {
            deferred,
            ..committed.written()
        }))
    }

    /// The columns that change, for the rows at some places.
    fn batch(&self, snapshot: &Snapshot, places: &[RowPlace]) -> Result<Batch> {
        check_schema(snapshot, &self.schema, std::iter::once(&self.constants))?;
        let mut batch = Batch::new(places.len(), Vec::new());
        for (id, column) in self.constants.columns() {
            let Some(field) = snapshot.schema().fields.iter().find(|field| field.id == *id) else {
                continue;
            };
            let cells: Vec<CellAt<'_>> = places.iter().map(|_| (column, 0)).collect();
            batch.push(*id, Column::of_cells(&field.data_type, &cells)?, None);
        }
        for computed in &self.computed {
            self.check_computed(snapshot, computed)?;
            let rows = Found::new(snapshot, places, computed)?;
            batch.push(computed.target().id, computed.evaluate(&rows)?, None);
        }
        Ok(batch)
    }

    fn check_computed(&self, snapshot: &Snapshot, computed: &Computed) -> Result<()> {
        let schema = snapshot.schema();
        if schema.id == self.schema.id {
            return Ok(());
        }
        for field in computed.fields().into_iter().chain([computed.target()]) {
            match schema.fields.iter().find(|known| known.id == field.id) {
                Some(known) if known.data_type == field.data_type => {}
                Some(known) => return Err(crate::column::retyped(known)),
                None => return Err(gone(field.id, &snapshot.state.fields)),
            }
        }
        Ok(())
    }

    fn meeting<'m>(&'m self, snapshot: &'m Snapshot, places: &[RowPlace], batch: &'m Batch) -> Meeting<'m> {
        Meeting {
            snapshot,
            batch,
            replaced: places.iter().copied().map(Some).collect(),
            left_out: None,
            base: None,
            derived: &self.derived,
            wanted: &self.wanted,
        }
    }
}

/// The rows that an update finds.
struct Found<'a> {
    snapshot: &'a Snapshot,
    places: &'a [RowPlace],
    /// For the columns that are read what rows older than them show.
    defaults: Vec<(u32, Column)>,
}

impl<'a> Found<'a> {
    fn new(snapshot: &'a Snapshot, places: &'a [RowPlace], computed: &Computed) -> Result<Self> {
        let key = snapshot.schema().key();
        let fields = computed.fields().into_iter().chain(key);
        let default = |field: &Field| {
            Ok((
                field.id,
                Column::constant(&field.data_type, &default_of(field)?, 1)?,
            ))
        };
        Ok(Self {
            snapshot,
            places,
            defaults: fields.map(default).collect::<Result<_>>()?,
        })
    }
}

impl Rows for Found<'_> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn cell(&self, field: &Field, row: usize) -> Result<CellAt<'_>> {
        let place = self.places.get(row);
        let (segment, row) = *place.ok_or_else(|| Error::internal("a row beyond those that were found"))?;
        if let Some(column) = self.snapshot.column(segment, field.id) {
            return Ok((column, row as usize));
        }
        let default = self.defaults.iter().find(|(id, _)| *id == field.id);
        let (_, default) = default.ok_or_else(|| Error::internal("a column that nobody reads"))?;
        Ok((default, 0))
    }

    fn name(&self, row: usize) -> String {
        let key = self.snapshot.schema().key().and_then(|key| {
            let (column, row) = self.cell(key, row).ok()?;
            column.value(&key.data_type, row).ok()
        });
        match key {
            Some(Value::Int(key)) => format!("The row with the key {key}"),
            Some(Value::Text(key)) => {
                let shown: String = key.chars().take(80).collect();
                format!("The row with the key \"{shown}\"")
            }
            _ => "A row".to_owned(),
        }
    }
}
