//! What a commit changes, and what its writer says of it.

use std::sync::Arc;

use super::new_column::NewColumn;
use super::purge::LeftOut;
use crate::column::Batch;
use crate::error::{Code, Error, Result};
use crate::format::{Fragment, LinePoint, Manifest, Operation};
use crate::schema::Schema;

/// What a writer may say about a commit.
#[derive(Clone, Debug, Default)]
pub struct CommitOptions {
    /// Words for the history.
    pub message: Option<String>,
    /// The date at which the facts became true, in milliseconds.
    pub effective_at: Option<i64>,
    /// Anything else to keep with the commit.
    pub properties: Option<serde_json::Value>,
    /// The newest version there must be: compare and set.
    pub if_version: Option<u64>,
    /// What it takes over of another line, where it is a merge.
    pub merged: Option<Box<Taken>>,
}

/// What a merge takes over of another line.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The version of it.
    pub from: LinePoint,
    /// The last purge of the table when the rows were read. One that came since went through all lines, and must not see its rows again.
    pub purged: u64,
}

/// Words and properties of a commit stand in every manifest until the log is closed: they are for people, not for data.
const MESSAGE_BYTES: usize = 16 * 1024;
const PROPERTIES_BYTES: usize = 64 * 1024;

impl CommitOptions {
    /// Refuses what would make every later commit slow.
    pub(super) fn check(&self) -> Result<()> {
        let properties = self.properties.as_ref().map_or(0, |json| json.to_string().len());
        let message = self.message.as_ref().map_or(0, String::len);
        if message <= MESSAGE_BYTES && properties <= PROPERTIES_BYTES {
            return Ok(());
        }
        let message = format!(
            "A commit's message has at most {MESSAGE_BYTES} bytes and its properties {PROPERTIES_BYTES}; {message} and {properties} were given."
        );
        Err(Error::new(Code::InvalidArgument, message).hint("Keep large things in a column."))
    }

    /// Refuses a write that was made for another version than the newest.
    ///
    /// # Errors
    /// [`Code::Conflict`], naming both versions.
    pub fn check_version(&self, newest: u64) -> Result<()> {
        let Some(wanted) = self.if_version.filter(|wanted| *wanted != newest) else {
            return Ok(());
        };
        let message = format!("The write was for version {wanted}, and the newest version is {newest}.");
        Err(Error::new(Code::Conflict, message)
            .hint("Read the table again, and repeat the write with the version that you read."))
    }
}

/// What a commit changes.
#[derive(Debug)]
pub(crate) struct Change {
    pub(super) operation: Operation,
    pub(super) options: CommitOptions,
    pub(super) rows: NewRows,
    /// The rows that end.
    pub(super) ended: Vec<u64>,
    /// How many of the new rows replace another.
    pub(super) updated: u64,
    pub(super) schema: Option<NewSchemas>,
    /// Of a restore, the effective date that was in force at the version that it restores, if there was one.
    pub(super) effective_again: Option<Option<i64>>,
}

/// Rows that a commit adds.
#[derive(Clone, Debug)]
pub(super) enum NewRows {
    None,
    /// Rows in memory.
    Batch(Arc<Batch>),
    /// Fragments that are written already, without ids, and their numbers of rows.
    Staged(Arc<Vec<(Fragment, u32)>>),
    /// No rows, but columns for those that there are.
    Columns(Arc<Vec<NewColumn>>),
    /// No rows, and rows that leave every version.
    LeftOut(Arc<LeftOut>),
}

/// What the schemas of a table are after a change.
#[derive(Clone, Debug)]
pub(super) struct NewSchemas {
    /// The one in force from then on; its number is given.
    pub(super) current: Schema,
    /// Those of earlier versions that are different now, by their numbers: what a column is called and may hold is said of
    /// the column, in every version that has it.
    pub(super) earlier: Vec<Schema>,
}

impl NewSchemas {
    /// All as they are.
    pub(super) fn of(manifest: &Manifest) -> Result<Self> {
        let earlier = manifest.schemas.iter().map(|schema| schema.get().clone());
        Ok(Self {
            current: manifest.current_schema()?.clone(),
            earlier: earlier.collect(),
        })
    }

    /// Changes something of a column, in every version.
    pub(super) fn everywhere(&mut self, change: impl Fn(&mut Schema)) {
        change(&mut self.current);
        self.earlier.iter_mut().for_each(change);
    }
}
