use std::hash::Hasher;

use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{Code, Error, Field, Filter, Result, Search, SearchOptions, Snapshot, What};

use super::cursor::{Cursor, Mark};

/// A search: what it looks for, and how. The options are those of the engine, which are declared there and nowhere else in Rust.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchRequest {
    what: Wanted,
    /// The cursor of the page before.
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    group_by: Option<Column>,
    /// The columns of which values are counted.
    #[serde(default)]
    facets: Vec<Column>,
    #[serde(flatten)]
    pub(crate) options: SearchOptions,
}

/// What is looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Wanted {
    /// The nearest vectors; the query comes beside the request.
    Vector(Column),
}

/// A column, by its name and by the id that the caller knows it by.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Column {
    column: String,
    #[serde(default)]
    column_id: Option<u32>,
}

impl Column {
    /// The column of a version. It may have been named when another one had its name.
    fn bind<'a>(&self, snapshot: &'a Snapshot) -> Result<&'a Field> {
        let column = snapshot.schema().field(&self.column)?;
        match self.column_id {
            Some(id) if id != column.id => Err(column.is_another()),
            _ => Ok(column),
        }
    }
}

impl SearchRequest {
    /// The search, bound to the columns of a version.
    pub(crate) fn bind<'a>(
        &self,
        snapshot: &'a Snapshot,
        vector: Option<&'a [f32]>,
        filter: Option<&'a Filter>,
    ) -> Result<Search<'a>> {
        let Wanted::Vector(wanted) = &self.what;
        let column = wanted.bind(snapshot)?;
        let query = vector.ok_or_else(|| Error::new(Code::InvalidArgument, "A search needs a vector."))?;
        self.facets(snapshot)?;
        let group = self.group_by.as_ref().map(|group| group.bind(snapshot));
        Ok(Search {
            what: What::Vector { column, query },
            filter,
            group: group.transpose()?,
            options: self.options,
        })
    }

    /// The cursor of the page before.
    pub(crate) fn after(&self) -> Result<Option<Cursor>> {
        let cursor = self.after.as_deref().map(Cursor::parse).transpose()?;
        if cursor.is_some() && self.options.diversity > 0.0 {
            let message = "A search for rows that differ goes on after no cursor: which they are depends on all before them.";
            return Err(Error::new(Code::InvalidArgument, message).hint("Say how many to leave out."));
        }
        Ok(cursor)
    }

    /// Whether rows are found of which a cursor says where they end.
    pub(crate) fn has_pages(&self) -> bool {
        self.options.diversity <= 0.0
    }

    /// Whether hits say how many rows are in their group.
    pub(crate) fn is_counted(&self) -> bool {
        self.group_by.is_some()
    }

    /// The columns of which values are counted.
    pub(crate) fn facets<'a>(&self, snapshot: &'a Snapshot) -> Result<Vec<&'a Field>> {
        self.facets.iter().map(|column| column.bind(snapshot)).collect()
    }

    /// What tells the search from others, its pages from theirs: what is looked for and among which rows.
    pub(crate) fn mark(&self, vector: Option<&[f32]>, filter: Option<&Json>) -> u32 {
        let mut mark = Mark::default();
        let Wanted::Vector(wanted) = &self.what;
        let group = self.group_by.as_ref().map(|group| group.column.as_str());
        for name in [wanted.column.as_str(), group.unwrap_or_default()] {
            mark.write(name.as_bytes());
            mark.write_u8(0);
        }
        for x in vector.unwrap_or_default() {
            mark.write_u32(x.to_bits());
        }
        if let Some(filter) = filter {
            mark.write(filter.to_string().as_bytes());
        }
        mark.bits()
    }
}
