use serde::Deserialize;
use varve_engine::{Code, Error, Filter, Result, Search, SearchOptions, Snapshot, What};

/// A search: what it looks for, and how. The options are those of the engine, which are declared there and nowhere else in Rust.
#[derive(Debug, Deserialize)]
pub(crate) struct SearchRequest {
    what: Wanted,
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

impl SearchRequest {
    /// The search, bound to the columns of a version. The query may have been embedded for a column that another one took the place of.
    pub(crate) fn bind<'a>(
        &self,
        snapshot: &'a Snapshot,
        vector: Option<&'a [f32]>,
        filter: Option<&'a Filter>,
    ) -> Result<Search<'a>> {
        let Wanted::Vector(wanted) = &self.what;
        let column = snapshot.schema().field(&wanted.column)?;
        if wanted.column_id.is_some_and(|id| id != column.id) {
            return Err(column.is_another());
        }
        let query = vector.ok_or_else(|| Error::new(Code::InvalidArgument, "A search needs a vector."))?;
        Ok(Search {
            what: What::Vector { column, query },
            filter,
            options: self.options,
        })
    }
}
