//! Changes of the columns, several of them in one commit.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::{Code, Error, Result};
use crate::format::{Manifest, Operation, Raw, default_of};
use crate::schema::{Field, Rules, Schema, Widening};
use crate::snapshot::TableState;
use crate::table::change::{Change, CommitOptions, NewRows, NewSchemas};
use crate::table::commit::Written;
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::new_column::{Cells, NewColumn, TRIES};
use crate::value::Value;

/// A change of the columns.
///
/// What a column is called and what it may hold is said of the column, in every version: earlier versions answer to the new
/// name, and take the wider type. Which columns there are is said of a version.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Alteration {
    /// A new column. No row is rewritten: earlier rows show its default, or null.
    Add(Field),
    /// A column that is there no more. No row is rewritten, and earlier versions still show it.
    Drop(String),
    /// Another name for a column, also where it is the key or another one is computed from it.
    Rename {
        /// The name until now.
        from: String,
        /// The name from now on.
        to: String,
    },
    /// The column of that name as it is to be: of a type that takes all of its values, nullable, computed or no longer
    /// computed from others, searched by its words in another way. Its default stays.
    Alter(Field),
}

impl Table {
    /// Adds columns.
    ///
    /// # Errors
    /// As [`Table::alter`].
    pub fn add_columns(&self, columns: &[Field], options: &CommitOptions) -> Result<Written> {
        let changes: Vec<Alteration> = columns.iter().cloned().map(Alteration::Add).collect();
        self.alter(&changes, None, options)
    }

    /// Takes columns out of the schema.
    ///
    /// # Errors
    /// As [`Table::alter`].
    pub fn drop_columns(&self, names: &[String], options: &CommitOptions) -> Result<Written> {
        let changes: Vec<Alteration> = names.iter().cloned().map(Alteration::Drop).collect();
        self.alter(&changes, None, options)
    }

    /// Changes the columns, in this order and in one commit. Only columns of numbers that become floats cost more the more
    /// rows there are. With `expected`, only where the schema still has that number.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`], [`Code::ColumnExists`]; [`Code::InvalidSchema`] where a column can be neither null nor has a
    /// default, where a type does not take all values, where an integer has no float of its own, for the primary key and for
    /// what others are computed from; [`Code::Conflict`] where the version or the schema is another one than expected.
    pub fn alter(
        &self,
        changes: &[Alteration],
        expected: Option<u32>,
        options: &CommitOptions,
    ) -> Result<Written> {
        let state = self.refresh()?;
        options.check_version(state.manifest.version)?;
        let casts = Plan::of(&state.manifest, changes, expected)?.casts.len();
        if casts > 0 {
            return Altering::new(self, changes, expected, casts)?.commit(options);
        }
        let committed = self.commit(options, |state| {
            let plan = Plan::of(&state.manifest, changes, expected)?;
            if !plan.casts.is_empty() {
                return Err(moved());
            }
            Ok(plan.change(changes, options, NewRows::None))
        })?;
        Ok(committed.written())
    }
}

/// What becomes of the schemas.
struct Plan {
    schemas: NewSchemas,
    /// Columns whose values are written anew: as they are, and as they will be, without an id.
    casts: Vec<(Field, Field)>,
    changes: bool,
}

impl Plan {
    fn of(manifest: &Manifest, changes: &[Alteration], expected: Option<u32>) -> Result<Self> {
        if expected.is_some_and(|expected| expected != manifest.schema) {
            return Err(moved());
        }
        let before = manifest.current_schema()?;
        let mut plan = Self {
            schemas: NewSchemas::of(manifest)?,
            casts: Vec::new(),
            changes: false,
        };
        let mut next_field = manifest.next_field;
        for change in changes {
            match change {
                Alteration::Add(field) => plan.add(field, &mut next_field)?,
                Alteration::Drop(name) => plan.drop(name)?,
                Alteration::Rename { from, to } => plan.rename(from, to)?,
                Alteration::Alter(field) => plan.alter(field)?,
            }
        }
        let current = &plan.schemas.current;
        current.check()?;
        check_sources(before, current)?;
        plan.changes = !current.is_alike(before) || !plan.casts.is_empty();
        Ok(plan)
    }

    fn add(&mut self, column: &Field, next_field: &mut u32) -> Result<()> {
        let fields = &mut self.schemas.current.fields;
        if fields.iter().any(|field| field.name == column.name) {
            return Err(exists(&column.name));
        }
        check_default(column)?;
        column.check_text()?;
        column.check_indexed()?;
        let id = *next_field;
        *next_field += 1;
        fields.push(Field { id, ..column.clone() });
        Ok(())
    }

    fn drop(&mut self, name: &str) -> Result<()> {
        let schema = &mut self.schemas.current;
        let id = schema.field(name)?.id;
        if schema.primary_key.as_deref() == Some(name) {
            return Err(refused(name, "dropped", "it is the primary key"));
        }
        schema.fields.retain(|field| field.id != id);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let current = &self.schemas.current;
        let id = current.field(from)?.id;
        if from == to {
            return Ok(());
        }
        if current.field(to).is_ok() {
            return Err(exists(to));
        }
        if let Some(field) = current.template_without(from, to) {
            let why = format!(
                "the template of \"{}\" names it, and there a name has no braces",
                field.name
            );
            return Err(refused(from, &format!("called \"{to}\""), &why));
        }
        self.schemas.everywhere(|schema| schema.rename(id, to));
        Ok(())
    }

    fn alter(&mut self, wanted: &Field) -> Result<()> {
        let current = &self.schemas.current;
        let known = current.field(&wanted.name)?.clone();
        let refuse = |why: &str| Err(refused(&known.name, "changed", why));
        if self.casts.iter().any(|(old, _)| old.id == known.id) {
            return refuse("it is changed to other numbers already in this call");
        }
        if known.nullable && !wanted.nullable {
            return refuse("rows may have no value in it, so it stays nullable");
        }
        if wanted.default.is_some() && wanted.default != known.default {
            return refuse("another default would change what older rows show");
        }
        let field = Field {
            id: known.id,
            default: known.default.clone(),
            // What says nothing of the search by words, or of an index, leaves it as it is.
            text: wanted.text.clone().or_else(|| known.text.clone()),
            indexed: wanted.indexed.or(known.indexed),
            ..wanted.clone()
        };
        if wanted.text.is_some() {
            field.check_text()?;
        }
        field.check_indexed()?;
        match known.data_type.widening(&field.data_type) {
            None => return refuse("the new type does not take every value of the old one"),
            Some(Widening::InPlace) => {}
            Some(Widening::Cast) if current.primary_key.as_ref() == Some(&known.name) => {
                return refuse(&Rules::of_keys());
            }
            Some(Widening::Cast) => {
                let default = wide_default(&known)?;
                let field = Field {
                    id: 0,
                    default,
                    ..field
                };
                if default_of(&field)? != float_of(default_of(&known)?) {
                    return refuse("its default has no float of its own");
                }
                self.casts.push((known, field));
                return Ok(());
            }
        }
        let after = self.schemas.current.clone();
        self.schemas.everywhere(|schema| {
            let has_sources = schema.has_sources(&field, &after);
            for known in schema.fields.iter_mut().filter(|known| known.id == field.id) {
                let (name, embed) = (known.name.clone(), known.embed.clone());
                known.clone_from(&field);
                known.name = name;
                if field.embed.is_some() && !has_sources {
                    known.embed = embed;
                }
            }
        });
        Ok(())
    }

    /// Gives the columns that are written anew their numbers.
    fn number(&mut self, numbers: &[u32]) {
        for ((old, field), id) in self.casts.iter_mut().zip(numbers) {
            field.id = *id;
            let (old, field) = (old.id, &*field);
            self.schemas.everywhere(|schema| schema.replace(old, field));
        }
    }

    fn change(self, changes: &[Alteration], options: &CommitOptions, rows: NewRows) -> Option<Change> {
        self.changes.then(|| Change {
            operation: operation(changes),
            options: options.clone(),
            rows,
            ended: Vec::new(),
            updated: 0,
            schema: Some(self.schemas),
            effective_again: None,
        })
    }
}

/// A change of columns some of which are written anew: files are made beside those that there are, before the commit.
struct Altering<'a> {
    table: &'a Table,
    changes: &'a [Alteration],
    expected: Option<u32>,
    /// The numbers of the new columns, which are nobody else's.
    numbers: Vec<u32>,
    columns: Vec<NewColumn>,
    created: Created,
}

impl<'a> Altering<'a> {
    fn new(table: &'a Table, changes: &'a [Alteration], expected: Option<u32>, casts: usize) -> Result<Self> {
        let mut numbers = Vec::new();
        table.change_layout(|_, state, next| {
            let first = state.manifest.next_field;
            next.manifest.next_field += u32::try_from(casts).map_err(Error::internal)?;
            numbers = (first..next.manifest.next_field).collect();
            Ok(true)
        })?;
        let (columns, created) = (Vec::new(), Created::new(&table.home));
        Ok(Self {
            table,
            changes,
            expected,
            numbers,
            columns,
            created,
        })
    }

    fn commit(mut self, options: &CommitOptions) -> Result<Written> {
        let table = self.table;
        // Upkeep of this process would replace the fragments that files are being made for.
        let _maintaining = Table::lock(&table.maintaining);
        for _ in 0..TRIES {
            let state = table.refresh()?;
            self.make_ready(&state)?;
            let mut tried = false;
            let written = table.commit(options, |state| {
                tried = false;
                let plan = self.plan(&state.manifest)?;
                if !self.is_ready(&state.manifest, &plan) {
                    return Ok(None);
                }
                tried = true;
                let rows = NewRows::Columns(Arc::new(self.columns.clone()));
                Ok(plan.change(self.changes, options, rows))
            });
            if matches!(&written, Err(error) if error.code() == Code::CommitUnknown) {
                self.created.keep();
            }
            let written = written?;
            if written.commit.is_some() {
                self.created.keep_named(&written.state.manifest);
            }
            if written.commit.is_some() || tried {
                return Ok(written.written());
            }
        }
        Err(Error::new(
            Code::Conflict,
            "The files of the table changed too fast for a column of another type.",
        )
        .hint("Try again; nothing was changed."))
    }

    fn plan(&self, manifest: &Manifest) -> Result<Plan> {
        let mut plan = Plan::of(manifest, self.changes, self.expected)?;
        if plan.casts.len() != self.numbers.len() {
            return Err(moved());
        }
        plan.number(&self.numbers);
        Ok(plan)
    }

    /// Writes files for the fragments that have none yet.
    fn make_ready(&mut self, state: &Arc<TableState>) -> Result<()> {
        let plan = self.plan(&state.manifest)?;
        if !self
            .columns
            .iter()
            .map(|column| column.old.as_ref())
            .eq(plan.casts.iter().map(|(old, _)| Some(old)))
        {
            self.columns = plan
                .casts
                .into_iter()
                .map(|(old, field)| NewColumn {
                    field,
                    old: Some(old),
                    cells: Cells::Numbers,
                    ready: Default::default(),
                })
                .collect();
        }
        let gone = self.table.droppable(state)?;
        let fragments = state.manifest.fragments.iter().map(Raw::get);
        for (fragment, segment) in fragments.zip(&state.segments) {
            for column in self
                .columns
                .iter_mut()
                .filter(|column| !column.is_ready(fragment))
            {
                column.make_ready(self.table, fragment, segment, &gone, &mut self.created)?;
            }
        }
        Ok(())
    }

    fn is_ready(&self, manifest: &Manifest, plan: &Plan) -> bool {
        let same = plan
            .casts
            .iter()
            .zip(&self.columns)
            .all(|((old, _), column)| column.old.as_ref() == Some(old));
        let mut fragments = manifest.fragments.iter().map(Raw::get);
        same && fragments.all(|fragment| self.columns.iter().all(|column| column.is_ready(fragment)))
    }
}

/// What the history calls these changes.
fn operation(changes: &[Alteration]) -> Operation {
    let of = |change: &Alteration| match change {
        Alteration::Add(_) => Operation::AddColumn,
        Alteration::Drop(_) => Operation::DropColumn,
        Alteration::Rename { .. } => Operation::RenameColumn,
        Alteration::Alter(_) => Operation::AlterColumn,
    };
    let first = changes.first().map_or(Operation::Migrate, of);
    let alike = changes.iter().all(|change| of(change) == first);
    if alike { first } else { Operation::Migrate }
}

/// Columns that others are computed from stay.
fn check_sources(before: &Schema, after: &Schema) -> Result<()> {
    let is_gone = |source: &&str| after.field(source).is_err() && before.field(source).is_ok();
    for field in &after.fields {
        if let Some(source) = field.sources().find(is_gone) {
            let message = format!(
                "\"{}\" is computed from \"{source}\", which would not be there.",
                field.name
            );
            return Err(Error::new(Code::InvalidSchema, message)
                .hint(format!("Drop \"{}\" first.", field.name))
                .column(source));
        }
    }
    Ok(())
}

/// What rows show that are older than a column, when it has become one of wider numbers: these numbers.
fn wide_default(field: &Field) -> Result<Option<Json>> {
    Ok(match default_of(field)? {
        Value::Float(float) if float.is_finite() => Some(Json::from(float)),
        _ => field.default.clone(),
    })
}

fn float_of(value: Value) -> Value {
    match value {
        // Which is no default.
        Value::Int(int) if (int as f64) as i128 != i128::from(int) => Value::Null,
        Value::Int(int) => Value::Float(int as f64),
        other => other,
    }
}

fn check_default(column: &Field) -> Result<()> {
    let refuse = |what: &str| {
        let message = format!("The column \"{}\" cannot be added: {what}.", column.name);
        Err(Error::new(Code::InvalidSchema, message).column(column.name.clone()))
    };
    match &column.default {
        None if column.nullable => Ok(()),
        None => refuse("the rows that exist need a value, so it must be nullable or have a default"),
        Some(_) => match default_of(column) {
            Ok(_) => Ok(()),
            Err(_) => refuse("its default is not a value of its type"),
        },
    }
}

pub(super) fn exists(column: &str) -> Error {
    let message = format!("The table already has a column \"{column}\".");
    Error::new(Code::ColumnExists, message).column(column)
}

fn refused(column: &str, what: &str, why: &str) -> Error {
    let message = format!("The column \"{column}\" cannot be {what}: {why}.");
    Error::new(Code::InvalidSchema, message).column(column)
}

fn moved() -> Error {
    Error::new(
        Code::Conflict,
        "The columns of the table were changed by somebody else meanwhile.",
    )
    .hint("Open the table again and look at it before you repeat the call; nothing was changed.")
}
