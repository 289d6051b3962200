use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{Alteration, AsOf, Code, Error, Field, Filter, Result, Schema};

use super::select::Select;
use super::write::Options;

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

/// A version that is to be kept for a while.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewPin {
    #[serde(default)]
    pub(crate) at: Option<AsOf>,
    pub(crate) for_ms: i64,
}

/// A pin that is to be kept for longer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Renewal {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) for_ms: i64,
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

/// Rows that leave every version. As that cannot be undone, nothing is guessed: a filter has to be there, and what is not known is refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Purge {
    #[serde(rename = "where")]
    filter: Json,
    /// Whether it is only said what would be removed.
    #[serde(default)]
    pub(crate) dry_run: bool,
    #[serde(flatten)]
    pub(crate) options: Options,
    /// Keys that are none of the above.
    #[serde(flatten)]
    unknown: BTreeMap<String, Json>,
}

impl Purge {
    pub(crate) fn filter(&self, schema: &Schema) -> Result<Filter> {
        if let Some(key) = self.unknown.keys().next() {
            let message = format!("A purge knows no \"{key}\".");
            let hint = "Say where, dryRun, and what may be said of a commit. Nothing was removed.";
            return Err(Error::new(Code::InvalidArgument, message).hint(hint));
        }
        Filter::parse(&self.filter, schema)
    }
}

/// How long history is kept.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retention {
    #[serde(default)]
    pub(crate) retention_ms: Option<i64>,
}

/// A copy of tables to another database.
#[derive(Debug, Deserialize)]
pub(crate) struct Backup {
    /// Which tables; all where it is left out.
    #[serde(default)]
    pub(crate) tables: Option<Vec<String>>,
}
