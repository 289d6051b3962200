//! A column of vectors is put in the place of another one, or comes to the others, in every version, while readers and writers
//! go on.

use std::collections::HashMap;
use std::sync::Arc;

use crate::column::{Batch, fixed_width};
use crate::error::{Code, Error, Result};
use crate::filter::Columns;
use crate::format::{Fragment, Operation, Raw, Rows};
use crate::schema::{DataType, Field, Schema};
use crate::snapshot::{Picked, RowPlace, Snapshot, TableState};
use crate::table::change::{Change, CommitOptions, NewRows, NewSchemas};
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::fragments::with_group;
use crate::table::handle::Table;
use crate::table::new_column::{Cells, NewColumn, TRIES};
use crate::table::new_vectors::NewVectors;

/// Bytes of rows that are handed out at a time, about, however many rows were asked for.
const PAGE_BYTES: usize = 64 * 1024 * 1024;
/// New vectors for a column, on their way into one commit.
///
/// Rows are handed out by [`Reembed::next_rows`], all that any version shows, and their vectors come back by
/// [`Reembed::add`]. [`Reembed::commit`] makes all of them visible at once, in every version that shows the rows: a
/// derived column is a function of the row. What is dropped without a commit leaves nothing but files, which are removed.
#[derive(Debug)]
pub struct Reembed {
    table: Arc<Table>,
    /// The new column, with the files that are ready for a commit.
    column: NewColumn,
    /// The columns that it is computed from, by name.
    sources: Vec<(String, u32)>,
    vectors: NewVectors,
    /// The first row id that was not handed out.
    next: u64,
    /// The rows that were handed out and have no vectors yet.
    handed: Rows,
    /// The files that were made ready.
    created: Created,
    /// Files of vectors that wait for a commit.
    spool: Created,
    /// After a commit that left rows without a vector: the first row id that is none of them.
    until: Option<u64>,
}

impl Reembed {
    /// Starts. `field` is the new column: its name is that of the column to replace, its id is given.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`]; [`Code::InvalidArgument`] where either column holds no vectors;
    /// [`Code::InvalidSchema`] where the new one cannot be null.
    pub fn new(table: Arc<Table>, field: Field) -> Result<Self> {
        let snapshot = table.snapshot()?;
        let old = snapshot.schema().field(&field.name)?.clone();
        check_vectors(&old)?;
        Self::start(table, &snapshot, field, Some(old))
    }

    /// Starts, with a column that comes to the others: also in every earlier version that has the columns which it is computed
    /// from, and no other one of its name.
    ///
    /// # Errors
    /// [`Code::ColumnExists`]; otherwise as [`Reembed::new`].
    pub fn adding(table: Arc<Table>, field: Field) -> Result<Self> {
        let snapshot = table.snapshot()?;
        if snapshot.schema().field(&field.name).is_ok() {
            return Err(super::alter::exists(&field.name));
        }
        Self::start(table, &snapshot, field, None)
    }

    fn start(table: Arc<Table>, snapshot: &Snapshot, mut field: Field, old: Option<Field>) -> Result<Self> {
        check_vectors(&field)?;
        if !field.nullable {
            let message = format!("The new vectors of \"{}\" must be nullable.", field.name);
            return Err(Error::new(Code::InvalidSchema, message).column(field.name));
        }
        let schema = snapshot.schema();
        let source = |name: &str| Ok((name.to_owned(), schema.field(name)?.id));
        let sources = field.sources().map(source).collect::<Result<Vec<_>>>()?;
        with_field(schema, old.as_ref(), &field).check()?;
        // The number is taken before files are written with it, so that it is nobody else's.
        table.change_layout(|_, state, next| {
            field.id = state.manifest.next_field;
            next.manifest.next_field += 1;
            Ok(true)
        })?;
        let vectors = NewVectors::new(field.clone());
        let column = NewColumn {
            field,
            old,
            cells: Cells::Vectors(vectors.clone()),
            ready: HashMap::new(),
        };
        Ok(Self {
            created: Created::new(&table.home),
            spool: Created::new(&table.home),
            table,
            column,
            sources,
            vectors,
            next: 0,
            handed: Rows::default(),
            until: None,
        })
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// The new column, with its id.
    #[must_use]
    pub fn field(&self) -> &Field {
        &self.column.field
    }

    /// How many rows wait to be handed out.
    ///
    /// # Errors
    /// What the store says, [`Code::Corrupt`].
    pub fn waiting(&self) -> Result<usize> {
        let state = self.table.refresh()?;
        let gone = self.table.gone(&state)?;
        Ok(self.ids(&state).filter(|(_, id)| !gone(*id)).count())
    }

    /// The next rows, at most `limit`, with the columns of these names; `None` where all were handed out. They may be dead,
    /// but some version shows them.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`]; [`Code::Conflict`] where somebody else changed the column; [`Code::Corrupt`].
    pub fn next_rows(&mut self, names: &[String], limit: usize) -> Result<Option<Picked>> {
        if !self.handed.is_empty() {
            return Err(Error::internal(
                "rows were asked for before those before had vectors",
            ));
        }
        let state = self.table.refresh()?;
        self.check_column(&state)?;
        let gone = self.table.gone(&state)?;
        let snapshot = Snapshot::latest(Arc::clone(&state));
        let fields = snapshot.select(names)?;
        let (mut places, mut bytes) = (Vec::new(), 0);
        let mut next = self.next;
        for (place, id) in self.ids(&state) {
            if places.len() >= limit.max(1) || bytes >= PAGE_BYTES {
                break;
            }
            next = id + 1;
            if gone(id) {
                continue;
            }
            bytes += row_bytes(&snapshot, &fields, place);
            places.push(place);
            self.handed.extend(&Rows::run(id, 1));
        }
        self.next = next;
        Ok((!places.is_empty()).then(|| Picked::new(snapshot, fields, places)))
    }

    /// The vectors of the rows that were handed out last, in the encoding of [`Batch::decode`]: one column.
    ///
    /// # Errors
    /// [`Code::InvalidRow`]; what the store says.
    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        let field = self.field().clone();
        let id = field.id;
        let schema = Schema {
            id: 0,
            primary_key: None,
            fields: vec![field],
        };
        let batch = Batch::decode(bytes, &schema)?.completed(&schema)?;
        let column = batch.column(id).cloned();
        let column = column.ok_or_else(|| Error::internal("a batch without its vectors"))?;
        let rows = std::mem::take(&mut self.handed);
        self.vectors.push(&self.table, rows, column, &mut self.spool)
    }

    /// Puts the new column in the place of the old one, in one commit. `None` where there are rows that were not handed out:
    /// they came meanwhile. With `gaps` these rows are left without a vector; hand them out next, and call
    /// [`Reembed::fill`].
    ///
    /// # Errors
    /// [`Code::Conflict`] where somebody else changed the column, or where the files of the table changed too fast; what
    /// the store says.
    pub fn commit(&mut self, options: &CommitOptions, gaps: bool) -> Result<Option<Written>> {
        if !self.handed.is_empty() {
            return Err(Error::internal(
                "new vectors were committed before those of the last rows came",
            ));
        }
        let table = Arc::clone(&self.table);
        // Upkeep of this process would replace the fragments that files are being made for.
        let _maintaining = Table::lock(&table.maintaining);
        self.column.cells = Cells::Vectors(self.vectors.clone());
        for _ in 0..TRIES {
            let state = table.refresh()?;
            if !gaps && self.ids(&state).next().is_some() {
                return Ok(None);
            }
            self.make_ready(&state)?;
            let mut came = false;
            let written = table.commit(options, |state| {
                self.check_column(state)?;
                came = !gaps && self.ids(state).next().is_some();
                let ready = |fragment: &Raw<Fragment>| self.column.is_ready(fragment.get());
                if came || !state.manifest.fragments.iter().all(ready) {
                    return Ok(None);
                }
                Ok(Some(self.change(self.schemas(state)?, options)))
            });
            if let Err(error) = &written
                && error.code() == Code::CommitUnknown
            {
                self.created.keep();
            }
            let written = written?;
            if written.commit.is_some() {
                self.landed(&written.state);
                return Ok(Some(written.written()));
            }
            if came {
                return Ok(None);
            }
        }
        Err(Error::new(
            Code::Conflict,
            "The files of the table changed too fast for new vectors.",
        )
        .hint("Try again; nothing was changed."))
    }

    /// Gives their vectors to rows that a commit left without, in place: no version is made.
    ///
    /// # Errors
    /// [`Code::Conflict`] where somebody else changed the column; what the store says.
    pub fn fill(&mut self) -> Result<()> {
        let field = self.field().id;
        let vectors = &self.vectors;
        self.table.change_layout(|table, state, next| {
            self.check_column(state)?;
            let fields = state.manifest.all_fields();
            let mut filled = false;
            for (at, known) in state.manifest.fragments.iter().enumerate() {
                let (fragment, segment) = (known.get(), state.segments.get(at));
                let Some(segment) = segment.filter(|_| vectors.touch(&fragment.rows)) else {
                    continue;
                };
                let had = segment.column(field);
                let group = vectors.write(table, &fragment.rows, had, &mut next.created)?;
                next.exchange(table, at, with_group(fragment, field, group), &fields)?;
                filled = true;
            }
            if filled {
                // An index segment may have been built without these rows.
                next.drop_indexes(|index| index.fields().contains(&field))?;
            }
            Ok(filled)
        })?;
        self.forget_vectors();
        Ok(())
    }

    /// Writes a file for every fragment that has none yet.
    fn make_ready(&mut self, state: &TableState) -> Result<()> {
        let fragments = state.manifest.fragments.iter().map(Raw::get);
        for (fragment, segment) in fragments.zip(&state.segments) {
            if !self.column.is_ready(fragment) {
                let (table, created) = (&self.table, &mut self.created);
                self.column
                    .make_ready(table, fragment, segment, &|_| false, created)?;
            }
        }
        Ok(())
    }

    /// The schemas with the new column: all that have the old one, or for a new one all that have its sources.
    fn schemas(&self, state: &TableState) -> Result<NewSchemas> {
        let mut schemas = NewSchemas::of(&state.manifest)?;
        let (field, current) = (self.field(), schemas.current.clone());
        schemas.everywhere(|schema| {
            let is_new = self.column.old.is_none();
            if !is_new || schema.has_sources(field, &current) && schema.field(&field.name).is_err() {
                *schema = with_field(schema, self.column.old.as_ref(), field);
            }
        });
        Ok(schemas)
    }

    fn change(&self, schemas: NewSchemas, options: &CommitOptions) -> Change {
        let operation = match self.column.old {
            Some(_) => Operation::Reembed,
            None => Operation::AddColumn,
        };
        Change {
            operation,
            options: options.clone(),
            rows: NewRows::Columns(Arc::new(vec![self.column.clone()])),
            ended: Vec::new(),
            updated: 0,
            schema: Some(schemas),
            effective_again: None,
        }
    }

    /// The files that are in use now are the table's.
    fn landed(&mut self, state: &TableState) {
        self.created.keep_named(&state.manifest);
        self.forget_vectors();
        self.column.ready.clear();
        self.column.old = Some(self.field().clone());
        self.until = Some(state.manifest.watermark);
    }

    fn forget_vectors(&mut self) {
        self.vectors.clear();
        self.column.cells = Cells::Vectors(self.vectors.clone());
        self.spool = Created::new(&self.table.home);
    }

    /// The rows that wait to be handed out, ascending by id.
    fn ids<'a>(&self, state: &'a TableState) -> impl Iterator<Item = (RowPlace, u64)> + 'a {
        let (next, until) = (self.next, self.until.unwrap_or(u64::MAX));
        let segments = state.segments.iter().enumerate();
        let waiting = segments.skip_while(move |(_, segment)| segment.rows().last() < next);
        let ids = waiting.flat_map(move |(at, segment)| {
            let place = move |row: usize| Some((u32::try_from(at).ok()?, u32::try_from(row).ok()?));
            let ids = segment.rows().ids_from(next);
            ids.filter_map(move |(row, id)| Some((place(row)?, id)))
        });
        ids.take_while(move |(_, id)| *id < until)
    }

    /// Neither the column nor what it is computed from was changed meanwhile.
    fn check_column(&self, state: &TableState) -> Result<()> {
        let name = &self.field().name;
        let schema = state.manifest.current_schema()?;
        let refuse = |message: String| {
            Err(Error::new(Code::Conflict, message)
                .hint("Open the table again and look at it before you repeat the call; nothing was changed.")
                .column(name.clone()))
        };
        match (&self.column.old, schema.field(name)) {
            (Some(old), Ok(found)) if old.id == found.id => {}
            (None, Err(_)) => {}
            (None, Ok(_)) => {
                return refuse(format!("Somebody else added a column \"{name}\" meanwhile."));
            }
            (Some(_), _) => {
                return refuse(format!(
                    "The column \"{name}\" was dropped or embedded again by somebody else meanwhile."
                ));
            }
        }
        let is_there = |(name, id): &&(String, u32)| schema.field(name).is_ok_and(|field| field.id == *id);
        match self.sources.iter().find(|source| !is_there(source)) {
            None => Ok(()),
            Some((source, _)) => refuse(format!(
                "The column \"{source}\", from which \"{name}\" is computed, was changed by somebody else meanwhile."
            )),
        }
    }
}

/// A schema with a field in the place of another, or with one more.
fn with_field(schema: &Schema, old: Option<&Field>, field: &Field) -> Schema {
    let mut schema = schema.clone();
    match old {
        Some(old) => schema.replace(old.id, field),
        None => schema.fields.push(field.clone()),
    }
    schema
}

fn check_vectors(field: &Field) -> Result<()> {
    if matches!(field.data_type, DataType::Vector { .. }) {
        return Ok(());
    }
    let message = format!("The column \"{}\" does not hold vectors.", field.name);
    Err(Error::new(Code::InvalidArgument, message)
        .hint("Name a vector column.")
        .column(field.name.clone()))
}

/// About how many bytes a row takes, going by the average of its segment.
fn row_bytes(snapshot: &Snapshot, fields: &[Field], (segment, _): RowPlace) -> usize {
    let bytes = |field: &Field| {
        let column = snapshot.column(segment, field.id);
        let average = column.map_or(0, |column| column.byte_size() / column.len().max(1));
        average.max(fixed_width(&field.data_type).unwrap_or(0))
    };
    fields.iter().map(bytes).sum()
}
