use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{
    After, AsOf, Code, Error, Field, Filter, Find, Order, Picked, Result, Search, Snapshot, Table, Value,
};

use super::cursor::Cursor;
use super::parse::filter;
use super::search::{LookedFor, SearchRequest};
use super::select::Select;

/// Where the nearest row of each key is found: rows that are looked at for each that is wanted, at first.
const ROWS_PER_KEY: usize = 2;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ReadKind {
    Get,
    GetAll,
    HistoryOf,
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
    version: Option<u64>,
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
        match (&self.during, self.version()?) {
            (Some(from), Some(version)) => table.during(from, &AsOf::Version(version)),
            (_, None) => table.snapshot(),
            (None, Some(version)) => table.as_of(&AsOf::Version(version)),
        }
    }

    /// The snapshot where nobody has to wait for it; `None` otherwise.
    pub(crate) fn snapshot_at_once(&self, table: &Table) -> Result<Option<Snapshot>> {
        match (&self.during, self.version()?) {
            (Some(from), Some(version)) => table.during_at_once(from, &AsOf::Version(version)),
            (_, None) => table.snapshot_at_once(),
            (None, Some(version)) => table.as_of_at_once(&AsOf::Version(version)),
        }
    }

    /// The version that is read: that of the cursor where the read goes on after one.
    fn version(&self) -> Result<Option<u64>> {
        let after = self
            .search
            .as_ref()
            .map(SearchRequest::after)
            .transpose()?
            .flatten();
        match (after, self.version) {
            (None, version) => Ok(version),
            (Some(cursor), Some(version)) if version != cursor.version => {
                let message = format!(
                    "The cursor is one of version {}, and version {version} was to be searched.",
                    cursor.version
                );
                Err(Error::new(Code::InvalidArgument, message).hint("Go on where the page before was found."))
            }
            (Some(cursor), _) => Ok(Some(cursor.version)),
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

    /// Whether hits say how many rows are in their group.
    pub(crate) fn is_counted(&self) -> bool {
        self.search.as_ref().is_some_and(SearchRequest::is_counted)
    }

    /// Whether hits say what words and vectors found.
    pub(crate) fn is_fused(&self) -> bool {
        self.search.as_ref().is_some_and(SearchRequest::is_fused)
    }

    pub(crate) fn is_ordered(&self) -> bool {
        !self.order_by.is_empty()
    }

    /// What is searched for, bound to the columns of the version.
    pub(crate) fn search<'a>(
        &self,
        snapshot: &'a Snapshot,
        (looked_for, vector): (&'a LookedFor<'a>, Option<&[f32]>),
        filter: Option<&'a Filter>,
    ) -> Result<Search<'a>> {
        let asked = self.asked()?;
        let mut search = asked.bind(snapshot, looked_for, filter)?;
        if let Some(cursor) = asked.after()? {
            if cursor.mark != asked.mark(vector, self.filter.as_ref()) {
                let message = "The cursor belongs to another search.";
                return Err(Error::new(Code::InvalidArgument, message).hint(
                    "Ask what the page before was asked: the query, its column, the filter and the groups.",
                ));
            }
            search.options.after = Some(cursor.after);
        }
        if search.group.is_none() && self.finds_keys() {
            search.group = Some(snapshot.key_field()?);
            let seen = search.options.after.map_or(0, |after| after.seen);
            let wanted = search
                .options
                .limit
                .saturating_add(search.options.offset)
                .saturating_add(seen);
            let more = wanted.saturating_mul(ROWS_PER_KEY);
            if !asked.is_fused() {
                search.options.candidates.get_or_insert(more);
            }
        }
        Ok(search)
    }

    /// What is said of a search.
    pub(crate) fn asked(&self) -> Result<&SearchRequest> {
        let missing = || {
            Error::new(
                Code::InvalidArgument,
                "A search says under \"search\" what it looks for.",
            )
        };
        self.search.as_ref().ok_or_else(missing)
    }

    /// Where the page that was found ends, for the next one; none where there is no row behind it.
    pub(crate) fn cursor(&self, picked: &Picked, vector: Option<&[f32]>) -> Result<Option<Cursor>> {
        let asked = self.asked()?;
        let is_full = picked.len() == asked.options.limit && asked.has_pages();
        let (Some(last), true) = (picked.scores.last(), is_full) else {
            return Ok(None);
        };
        let before = asked.after()?.map_or(0, |cursor| cursor.after.seen);
        Ok(Some(Cursor {
            version: picked.version(),
            after: After {
                seen: before
                    .saturating_add(asked.options.offset)
                    .saturating_add(picked.len()),
                order: last.order,
                id: picked.id(picked.len() - 1),
                depth: picked.depth,
            },
            mark: asked.mark(vector, self.filter.as_ref()),
        }))
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

pub(super) fn key_of(json: &Json) -> Result<Value> {
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
