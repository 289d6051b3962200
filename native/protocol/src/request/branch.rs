use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{AsOf, MergeBy, Resolved, Result, Side};

use super::read::key_of;
use super::write::Options;

/// A branch that begins.
#[derive(Debug, Deserialize)]
pub(crate) struct NewBranch {
    /// The table, or `table@branch`.
    pub(crate) line: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) at: Option<AsOf>,
}

/// A branch of a table.
#[derive(Debug, Deserialize)]
pub(crate) struct BranchName {
    pub(crate) line: String,
    pub(crate) name: String,
}

/// A merge of two lines.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Merge {
    pub(crate) into: String,
    pub(crate) from: String,
    #[serde(default)]
    by: By,
    #[serde(default)]
    on_conflict: Option<OneOf>,
    /// What becomes of single rows.
    #[serde(default)]
    resolved: Vec<Settled>,
    #[serde(default)]
    dry_run: bool,
    #[serde(flatten)]
    options: Options,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Row,
    Column,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OneOf {
    Ours,
    Theirs,
}

#[derive(Debug, Deserialize)]
struct Settled {
    key: Json,
    side: OneOf,
}

impl From<OneOf> for Side {
    fn from(side: OneOf) -> Self {
        match side {
            OneOf::Ours => Self::Ours,
            OneOf::Theirs => Self::Theirs,
        }
    }
}

impl Merge {
    pub(crate) fn merge(self) -> Result<varve_engine::Merge> {
        let settled = |settled: &Settled| Ok((key_of(&settled.key)?, Resolved::As(settled.side.into())));
        Ok(varve_engine::Merge {
            by: match self.by {
                By::Row => MergeBy::Row,
                By::Column => MergeBy::Column,
            },
            on_conflict: self.on_conflict.map(Side::from),
            resolved: self.resolved.iter().map(settled).collect::<Result<_>>()?,
            dry_run: self.dry_run,
            options: self.options.into(),
        })
    }
}
