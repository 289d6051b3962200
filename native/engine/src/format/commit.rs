use serde::{Deserialize, Serialize};

use super::{LinePoint, Raw};

/// What a commit did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// Added rows.
    Insert,
    /// Added rows and replaced those of the same key.
    Upsert,
    /// Replaced rows by changed ones.
    Update,
    /// Ended rows.
    Delete,
    /// Added columns.
    AddColumn,
    /// Took columns out of the schema.
    DropColumn,
    /// Gave columns other names, in every version.
    RenameColumn,
    /// Changed what columns may hold, in every version.
    AlterColumn,
    /// Changed the columns in several ways.
    Migrate,
    /// Made the table what it was at an earlier version.
    Restore,
    /// Put other vectors into a column, in every version.
    Reembed,
    /// Removed rows from every version.
    Purge,
    /// Took over what another line of the table had changed.
    Merge,
    /// What a newer version calls so. What it did to the rows is said by the rest of the entry and by the manifest.
    #[serde(untagged)]
    Other(Box<str>),
}

/// One entry of the commit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// The version that the commit made.
    pub version: u64,
    /// When, in milliseconds since 1970; never before the commit before.
    pub committed_at: i64,
    /// What the writer's clock showed, where that was before `committed_at`: the commit before is dated ahead of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<i64>,
    /// The date at which the fact became true, where the writer gave one; less than one given before only where the commit
    /// takes that back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<i64>,
    /// A restore took back the effective dates that were given since: `effective_at` is in force again, or none where there
    /// is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_back: bool,
    /// What it did.
    pub operation: Operation,
    /// Rows that are new.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inserted: u64,
    /// Rows that replaced another.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub updated: u64,
    /// Rows that ended without being replaced.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deleted: u64,
    /// Rows that a purge removed from every version, those included that had ended before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub purged: u64,
    /// The first row id that this version did not hand out.
    pub watermark: u64,
    /// The number of its schema.
    pub schema: u32,
    /// The unique name of the commit.
    pub id: String,
    /// Of a merge the version that it took over: the second state that this one came of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<LinePoint>,
    /// The writer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whatever else the writer wanted to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<serde_json::Value>,
}

impl Commit {
    /// What the writer's clock showed.
    #[must_use]
    pub fn clock(&self) -> i64 {
        self.clock.unwrap_or(self.committed_at)
    }

    /// The effective date in force after the commit, of the one before it.
    #[must_use]
    pub fn effective_after(&self, before: Option<i64>) -> Option<i64> {
        match self.effective_at {
            None if !self.takes_back => before,
            given => given,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// Names a closed part of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChunkRef {
    /// The file in `_log/`.
    pub file: String,
    /// Its length in bytes.
    pub length: u64,
    /// The version of its last commit.
    pub last: u64,
    /// `committedAt` of its last commit.
    pub last_at: i64,
    /// The effective date in force at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_effective: Option<i64>,
    /// Whether a commit in it takes effective dates back; elsewhere they only go up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_back: bool,
}

/// A closed part of the log: commits, or further parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "ReadNode")]
pub enum LogNode {
    /// Up to 256 commits, ascending.
    Commits(Vec<Raw<Commit>>),
    /// Up to 256 parts of the level below, ascending.
    Chunks(Vec<ChunkRef>),
}

/// A closed part of the log as it is read: it may say more than this build knows.
#[derive(Deserialize)]
struct ReadNode {
    commits: Option<Vec<Raw<Commit>>>,
    chunks: Option<Vec<ChunkRef>>,
}

impl TryFrom<ReadNode> for LogNode {
    type Error = &'static str;

    fn try_from(node: ReadNode) -> Result<Self, Self::Error> {
        match (node.commits, node.chunks) {
            (Some(commits), None) => Ok(Self::Commits(commits)),
            (None, Some(chunks)) => Ok(Self::Chunks(chunks)),
            _ => Err("it has neither commits nor parts, or both"),
        }
    }
}
