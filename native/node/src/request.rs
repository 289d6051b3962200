//! The requests of JavaScript, read from JSON.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use varve_engine::{
    Alteration, AsOf, Code, CommitOptions, Computed, DataType, Error, Field, Filter, Find, OnDuplicate,
    Order, Result, Schema, Search, Snapshot, Table, Value,
};

/// Reads a request.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| {
        if error.to_string().contains("hex escape") {
            // JavaScript's texts may hold halves of characters; JSON of Rust may not.
            let message = "A text is not well-formed Unicode: it holds one half of a character of two.";
            return Error::new(Code::InvalidArgument, message).hint("Use text.toWellFormed().");
        }
        Error::new(
            Code::InvalidArgument,
            format!("A request of the SDK is malformed: {error}."),
        )
    })
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ReadKind {
    Get,
    GetAll,
    Find,
    Search,
    Count,
    Scan,
}

/// A read of any kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Read {
    pub(crate) kind: ReadKind,
    #[serde(default)]
    pub(crate) version: Option<u64>,
    #[serde(flatten)]
    select: Select,
    #[serde(default)]
    pub(crate) bigints: Vec<String>,
    #[serde(default)]
    key: Json,
    #[serde(default)]
    keys: Vec<Json>,
    #[serde(default, rename = "where")]
    filter: Option<Json>,
    #[serde(default)]
    order_by: Vec<OrderBy>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    column: String,
    #[serde(default)]
    exact: bool,
    #[serde(default)]
    recall: Option<f32>,
    #[serde(default)]
    column_id: Option<u32>,
    /// Where a span of versions starts that ends at `version`.
    #[serde(default)]
    pub(crate) during: Option<AsOf>,
    /// The version up to which the ends of rows are known; all where there is none.
    #[serde(default)]
    pub(crate) until: Option<u64>,
    #[serde(default)]
    pub(crate) every_version: bool,
    #[serde(default)]
    pub(crate) batch_rows: Option<usize>,
}

/// The share of the nearest rows that a search finds where nothing is asked for.
const RECALL: f32 = 0.95;

#[derive(Debug, Deserialize)]
struct OrderBy {
    column: Vec<String>,
    /// The id that the caller knows it by.
    #[serde(default)]
    field: Option<u32>,
    #[serde(default)]
    descending: bool,
}

impl Read {
    pub(crate) fn snapshot(&self, table: &Table) -> Result<Snapshot> {
        match (&self.during, self.version) {
            (Some(from), Some(version)) => table.during(from, &AsOf::Version(version)),
            (_, None) => table.snapshot(),
            (None, Some(version)) => table.as_of(&AsOf::Version(version)),
        }
    }

    pub(crate) fn fields(&self, snapshot: &Snapshot) -> Result<Vec<Field>> {
        self.select.fields(snapshot)
    }

    pub(crate) fn filter(&self, snapshot: &Snapshot) -> Result<Option<Filter>> {
        filter(self.filter.as_ref(), snapshot.schema())
    }

    pub(crate) fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether of the rows of a span with one key the nearest is found, and not all.
    pub(crate) fn finds_keys(&self) -> bool {
        self.during.is_some() && !self.every_version
    }

    pub(crate) fn is_ordered(&self) -> bool {
        !self.order_by.is_empty()
    }

    /// The column that is searched. The query may have been embedded for a column that another one took the place of.
    pub(crate) fn vector_field<'a>(&self, snapshot: &'a Snapshot) -> Result<&'a Field> {
        let found = snapshot.schema().field(&self.column)?;
        match self.column_id {
            Some(id) if id != found.id => Err(found.is_another()),
            _ => Ok(found),
        }
    }

    pub(crate) fn search<'a>(
        &self,
        column: &'a Field,
        vector: &'a [f32],
        filter: Option<&'a Filter>,
    ) -> Search<'a> {
        let recall = self.recall.unwrap_or(RECALL);
        Search {
            column,
            vector,
            filter,
            limit: self.limit.unwrap_or(10),
            recall: if self.exact { 1.0 } else { recall },
            prefer_index: false,
        }
    }

    pub(crate) fn key(&self) -> Result<Value> {
        key_of(&self.key)
    }

    pub(crate) fn keys(&self) -> Result<Vec<Value>> {
        self.keys.iter().map(key_of).collect()
    }

    /// How many rows it asks for by their keys.
    pub(crate) fn key_count(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn find(&self, snapshot: &Snapshot) -> Result<Find> {
        let order = self.order_by.iter().map(|by| match by.column.as_slice() {
            [column] => {
                let found = snapshot.schema().field(column)?;
                if by.field.is_some_and(|id| id != found.id) {
                    return Err(found.is_another());
                }
                Ok(Order {
                    column: column.clone(),
                    descending: by.descending,
                })
            }
            _ => Err(Error::new(
                Code::InvalidArgument,
                "Rows can be ordered by whole columns only.",
            )),
        });
        Ok(Find {
            filter: self.filter(snapshot)?,
            order: order.collect::<Result<_>>()?,
            limit: self.limit,
            offset: self.offset,
        })
    }
}

fn key_of(json: &Json) -> Result<Value> {
    let int = |text: &Json| text.get("$int")?.as_str()?.parse().ok();
    match json {
        Json::String(text) => Ok(Value::Text(text.clone())),
        Json::Number(number) => number.as_i64().map(Value::Int).ok_or_else(|| bad_key(json)),
        other => int(other).map(Value::Int).ok_or_else(|| bad_key(other)),
    }
}

fn bad_key(key: &Json) -> Error {
    Error::new(
        Code::InvalidArgument,
        format!("{key} is no key: a key is a text or a whole number."),
    )
}

/// A field that stands for the ids of rows.
pub(crate) const ROW_ID: &str = "_rowid";

/// Columns by name, with the ids that the caller knows them by.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Select {
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    fields: Vec<u32>,
}

impl Select {
    /// The fields, in that order. A column that was dropped and made anew under its old name is another column.
    pub(crate) fn fields(&self, snapshot: &Snapshot) -> Result<Vec<Field>> {
        let field = |(at, name): (usize, &String)| {
            let found = if name == ROW_ID {
                row_id()
            } else {
                snapshot.schema().field(name)?.clone()
            };
            match self.fields.get(at) {
                Some(id) if *id != found.id => Err(found.is_another()),
                _ => Ok(found),
            }
        };
        self.select.iter().enumerate().map(field).collect()
    }

    /// The fields, of either of two versions: those of the later one go before those of the earlier.
    pub(crate) fn fields_of_either(&self, later: &Snapshot, earlier: &Snapshot) -> Result<Vec<Field>> {
        let of = |snapshot: &Snapshot, name: &String, id: Option<&u32>| {
            let found = match name.as_str() {
                ROW_ID => Some(row_id()),
                name => snapshot.schema().field(name).ok().cloned(),
            };
            found.filter(|field| id.is_none_or(|id| *id == field.id))
        };
        let field = |(at, name): (usize, &String)| {
            let id = self.fields.get(at);
            let found = of(later, name, id).or_else(|| of(earlier, name, id));
            found.map_or_else(|| Err(later.schema().field(name)?.is_another()), Ok)
        };
        self.select.iter().enumerate().map(field).collect()
    }
}

fn row_id() -> Field {
    Field {
        id: 0,
        name: ROW_ID.to_owned(),
        data_type: DataType::Int,
        nullable: false,
        default: None,
        embed: None,
    }
}

/// The filter, bound to a schema.
pub(crate) fn filter(json: Option<&Json>, schema: &Schema) -> Result<Option<Filter>> {
    json.filter(|json| !json.is_null())
        .map(|json| Filter::parse(json, schema))
        .transpose()
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum WriteKind {
    Insert,
    Upsert,
    Update,
    Delete,
}

/// What happens to rows that bring the same key.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Duplicates {
    #[default]
    Error,
    First,
    Last,
}

impl From<Duplicates> for OnDuplicate {
    fn from(duplicates: Duplicates) -> Self {
        match duplicates {
            Duplicates::Error => Self::Refuse,
            Duplicates::First => Self::First,
            Duplicates::Last => Self::Last,
        }
    }
}

/// What every write may say about its commit.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    effective_at: Option<i64>,
    #[serde(default)]
    properties: Option<Json>,
    #[serde(default)]
    if_version: Option<u64>,
}

impl From<Options> for CommitOptions {
    fn from(options: Options) -> Self {
        Self {
            message: options.message,
            effective_at: options.effective_at,
            properties: options.properties,
            if_version: options.if_version,
        }
    }
}

/// A write of any kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Write {
    pub(crate) kind: WriteKind,
    /// The columns that are written, with the names that the caller knows them by.
    #[serde(default)]
    columns: Vec<(u32, String)>,
    #[serde(default)]
    pub(crate) row_ids: Vec<u64>,
    #[serde(default, rename = "where")]
    pub(crate) filter: Option<Json>,
    /// Rows that end with an upsert.
    #[serde(default)]
    pub(crate) ending: Option<Json>,
    /// What happens to rows that bring the same key.
    #[serde(default)]
    pub(crate) on_duplicate: Duplicates,
    /// The derived columns of which the writer gives every vector.
    #[serde(default)]
    pub(crate) derived: Vec<u32>,
    /// What an update computes.
    #[serde(default)]
    pub(crate) compute: Vec<Compute>,
    #[serde(flatten)]
    pub(crate) options: Options,
}

impl Write {
    /// Refuses columns that are called otherwise than the caller knows.
    pub(crate) fn check_names(&self, table: &Table) -> Result<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let snapshot = table.snapshot()?;
        for field in &snapshot.schema().fields {
            let known = self.columns.iter().find(|(id, _)| *id == field.id);
            if let Some((_, name)) = known.filter(|(_, name)| *name != field.name) {
                let message = format!("The column \"{name}\" is called \"{}\" now.", field.name);
                return Err(Error::new(Code::Conflict, message)
                    .hint("Open the table again.")
                    .column(name.clone()));
            }
        }
        Ok(())
    }
}

/// A value that an update computes.
#[derive(Debug, Deserialize)]
pub(crate) struct Compute {
    /// The id of the column that gets it.
    field: u32,
    value: Json,
    /// Whole numbers that a JavaScript number cannot hold are refused.
    #[serde(default)]
    safe: bool,
}

impl Compute {
    pub(crate) fn parse(&self, schema: &Schema) -> Result<Computed> {
        let target = schema.fields.iter().find(|field| field.id == self.field);
        let target = target.ok_or_else(|| {
            let message = "The table no longer has a column that was to be set.";
            Error::new(Code::Conflict, message).hint("Open the table again and repeat the update.")
        })?;
        Computed::parse(target, &self.value, self.safe, schema)
    }
}

/// A look at the history.
#[derive(Debug, Deserialize)]
pub(crate) struct History {
    #[serde(default)]
    pub(crate) limit: Option<usize>,
    #[serde(default)]
    pub(crate) before: Option<u64>,
}

/// A comparison of two versions.
#[derive(Debug, Deserialize)]
pub(crate) struct Diff {
    pub(crate) from: AsOf,
    pub(crate) to: Option<AsOf>,
    #[serde(flatten)]
    pub(crate) select: Select,
    #[serde(default)]
    pub(crate) bigints: Vec<String>,
    #[serde(default, rename = "where")]
    pub(crate) filter: Option<Json>,
}

/// A new tag.
#[derive(Debug, Deserialize)]
pub(crate) struct NewTag {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) at: Option<AsOf>,
}

/// A return to an earlier version.
#[derive(Debug, Deserialize)]
pub(crate) struct Restore {
    pub(crate) at: AsOf,
    #[serde(flatten)]
    pub(crate) options: Options,
}

/// A change of the schema, in one commit.
#[derive(Debug, Deserialize)]
pub(crate) struct Alter {
    pub(crate) steps: Vec<Alteration>,
    /// The number of the schema that they were made for.
    #[serde(default)]
    pub(crate) schema: Option<u32>,
    #[serde(flatten)]
    pub(crate) options: Options,
}

/// New vectors for a column.
#[derive(Debug, Deserialize)]
pub(crate) struct NewVectors {
    pub(crate) field: Field,
    pub(crate) sources: Vec<String>,
    /// Whether the column comes to the others.
    #[serde(default)]
    pub(crate) adding: bool,
    #[serde(flatten)]
    pub(crate) options: Options,
}

/// How long history is kept.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retention {
    #[serde(default)]
    pub(crate) retention_ms: Option<i64>,
}
