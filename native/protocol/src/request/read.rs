use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{AsOf, Code, Error, Field, Filter, Find, Order, Result, Search, Snapshot, Table, Value};

use super::parse::filter;
use super::search::SearchRequest;
use super::select::Select;

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
    search: Option<SearchRequest>,
    /// Where a span of versions starts that ends at `version`.
    #[serde(default)]
    pub(crate) during: Option<AsOf>,
    /// The version up to which the ends of rows are known; all where there is none.
    #[serde(default)]
    pub(crate) until: Option<u64>,
    #[serde(default)]
    pub(crate) batch_rows: Option<usize>,
}

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

    /// The snapshot where nobody has to wait for it; `None` otherwise.
    pub(crate) fn snapshot_at_once(&self, table: &Table) -> Result<Option<Snapshot>> {
        match (&self.during, self.version) {
            (Some(from), Some(version)) => table.during_at_once(from, &AsOf::Version(version)),
            (_, None) => table.snapshot_at_once(),
            (None, Some(version)) => table.as_of_at_once(&AsOf::Version(version)),
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
        let every = |search: &SearchRequest| search.options.every_version;
        self.during.is_some() && !self.search.as_ref().is_some_and(every)
    }

    pub(crate) fn is_ordered(&self) -> bool {
        !self.order_by.is_empty()
    }

    /// What is searched for, bound to the columns of the version.
    pub(crate) fn search<'a>(
        &self,
        snapshot: &'a Snapshot,
        vector: Option<&'a [f32]>,
        filter: Option<&'a Filter>,
    ) -> Result<Search<'a>> {
        let asked = self.search.as_ref();
        let missing = || {
            Error::new(
                Code::InvalidArgument,
                "A search says under \"search\" what it looks for.",
            )
        };
        asked.ok_or_else(missing)?.bind(snapshot, vector, filter)
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
