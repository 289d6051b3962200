use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{Alteration, AsOf, Field};

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

/// Rows that leave every version.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Purge {
    #[serde(default, rename = "where")]
    pub(crate) filter: Option<Json>,
    /// Whether it is only said what would be removed.
    #[serde(default)]
    pub(crate) dry_run: bool,
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
