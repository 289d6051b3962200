use std::sync::Arc;

use super::making::{Ahead, DerivedVectors, Made, Making, Mark, Meeting, Outcome, Settled, Sources};
use super::write::{check_schema, kept_in_update, key_named};
use crate::column::{Batch, CellAt, Column, field_of, retyped};
use crate::compute::{Computed, Rows};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::format::{Manifest, Operation, default_of};
use crate::schema::{Field, Schema};
use crate::snapshot::{RowPlace, Snapshot, TableState};
use crate::table::change::{Change, CommitOptions};
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::waiting::Write;
use crate::value::Value;

/// New values for the rows that match a filter: constants, and values that are computed from each row. The filter is asked, and the
/// values are computed, when it is committed, so that no change of others is overlooked or undone.
///
/// Whoever embeds asks [`Update::missing`] for what has no vector yet, and gives the vectors with [`Update::fill`].
#[derive(Debug)]
pub struct Update {
    table: Arc<Table>,
    /// None while it is committed.
    matching: Option<Matching>,
}

/// An update as it waits for its commit.
#[derive(Debug)]
struct Matching {
    schema: Arc<Schema>,
    filter: Option<Filter>,
    /// One row of constants.
    constants: Batch,
    computed: Vec<Computed>,
    derived: DerivedVectors,
    wanted: Vec<u32>,
    options: CommitOptions,
    ahead: Ahead,
    /// What was written for this commit alone.
    created: Option<Created>,
    /// Of the last time that it was asked: vectors are missing, and how many rows have none because it was deferred.
    missing: bool,
    deferred: u64,
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
        let matching = Matching {
            schema,
            filter,
            constants,
            computed,
            derived: DerivedVectors::default(),
            wanted: Vec::new(),
            options: CommitOptions::default(),
            ahead: Ahead::default(),
            created: None,
            missing: false,
            deferred: 0,
        };
        let matching = Some(matching);
        Ok(Self { table, matching })
    }

    /// Names derived columns, by their ids, of which the writer gives every vector that is not there yet.
    #[must_use]
    pub fn wanted(mut self, fields: Vec<u32>) -> Self {
        if let Some(matching) = &mut self.matching {
            matching.wanted = fields;
        }
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
        let snapshot = self.table.known()?;
        let matching = self.matching.as_mut().ok_or_else(lost)?;
        let mut sources = Sources::new(&snapshot, field, limit)?;
        let places = snapshot.places(matching.filter.as_ref())?;
        let batch = matching.batch(&snapshot, &places)?;
        let meeting = matching.meeting(&snapshot, &places, &batch);
        if let Settled::Missing(missing) = meeting.settle(false)? {
            sources.collect(&meeting, &missing)?;
        }
        let (asked, sources) = sources.finish()?;
        matching.derived.ask(field, asked);
        Ok(sources)
    }

    /// Takes the vectors for what [`Update::missing`] gave last, as [`super::StagedRows::fill`] does.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidRow`], [`crate::error::Code::Conflict`].
    pub fn fill(&mut self, field: u32, bytes: &[u8]) -> Result<()> {
        let matching = self.matching.as_mut().ok_or_else(lost)?;
        let field = field_of(&matching.schema, field, &[])?.clone();
        matching.derived.fill(&field, bytes).map(|_| ())
    }

    /// Changes the rows, in one commit, together with those of others who wait. `None` where vectors are missing: ask for them, and
    /// commit again.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidRow`] where a computed value does not fit, naming the row; [`crate::error::Code::Conflict`] where the table no longer has one of
    /// the columns.
    pub fn commit(&mut self, options: &CommitOptions) -> Result<Option<Written>> {
        let mut matching = self.matching.take().ok_or_else(lost)?;
        matching.options = options.clone();
        let (matching, committed) = self.table.commit_together(matching)?;
        let matching = self.matching.insert(matching);
        let committed = committed?;
        Ok((!matching.missing).then(|| Written {
            deferred: matching.deferred,
            ..committed.written()
        }))
    }
}

fn lost() -> Error {
    Error::internal("an update that was lost while it was committed")
}

impl Write for Matching {
    fn write_ahead(&mut self, table: &Table) -> Result<()> {
        self.ahead = Ahead::new(table, &self.options, |making| self.make(making))?;
        Ok(())
    }

    fn prepare(&mut self, table: &Table, state: &Arc<TableState>) -> Result<Option<Change>> {
        (self.missing, self.deferred, self.created) = (false, 0, None);
        self.options.check_version(state.manifest.version)?;
        let snapshot = Snapshot::latest(Arc::clone(state));
        let mut created = Created::new(&table.home);
        let mut making = Making {
            table,
            snapshot: &snapshot,
            created: &mut created,
            in_memory: usize::MAX,
        };
        let Some(made) = self.make(&mut making)? else {
            self.missing = true;
            return Ok(None);
        };
        let outcome = Outcome::of(&made);
        if outcome.ended.is_empty() {
            return Ok(None);
        }
        let rows = making.new_rows(&made)?;
        self.deferred = outcome.deferred;
        self.created = Some(created);
        Ok(Some(Change {
            operation: Operation::Update,
            options: self.options.clone(),
            rows,
            updated: outcome.ended.len() as u64,
            ended: outcome.ended,
            schema: None,
            effective_again: None,
        }))
    }

    fn keep(&mut self, manifest: Option<&Manifest>) {
        if let Some(created) = &mut self.created {
            created.keep();
        }
        self.ahead.keep(manifest);
    }
}

impl Matching {
    /// The rows that match, as they are written: those that were there when they were written ahead, and those that came since. `None`
    /// where vectors are missing.
    fn make(&self, making: &mut Making<'_>) -> Result<Option<Vec<Arc<Made>>>> {
        let snapshot = making.snapshot;
        let places = snapshot.places(self.filter.as_ref())?;
        let until = self.ahead.until().unwrap_or(u64::MAX);
        let (old, new) = places.split_at(places.partition_point(|place| snapshot.id_of(*place) < until));
        let mut all = Vec::new();
        for (part, places) in [old, new].into_iter().enumerate() {
            match self.part(making, part, places)? {
                Some(made) => all.push(made),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    fn part(&self, making: &mut Making<'_>, part: usize, places: &[RowPlace]) -> Result<Option<Arc<Made>>> {
        let snapshot = making.snapshot;
        let mut mark = Mark::new(snapshot);
        let replaced: Vec<Option<RowPlace>> = places.iter().copied().map(Some).collect();
        mark.add(snapshot, &self.constants, &replaced)?;
        let mark = mark.finish();
        if let Some(made) = self.ahead.of(part, mark) {
            return Ok(Some(made));
        }
        if places.is_empty() {
            return Ok(Some(Arc::new(Made::nothing(mark))));
        }
        let batch = self.batch(snapshot, places)?;
        let meeting = self.meeting(snapshot, places, &batch);
        let made = making.make(mark, &[meeting], None, false)?;
        Ok(made.map(Arc::new))
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
            let known = field_of(schema, field.id, &snapshot.state.fields)?;
            if known.data_type != field.data_type {
                return Err(retyped(known));
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
