use serde::{Deserialize, Serialize};

use super::features::{BRANCHES, unknown_to_writer};
use super::{ChunkRef, Commit, Fragment, IndexEntry, InlineRows, LinePoint, Raw, RunRef, seal_json};
use crate::error::{Code, Error, Result};
use crate::schema::{Field, Schema, TextSearch, indexed_fields, searched_texts};

/// The format that this build writes, and the newest that it reads.
pub(crate) const FORMAT: u32 = 1;

/// Everything that is needed to read a table at one sequence.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The number of the format.
    pub format: u32,
    /// What a reader must know to read the table right; an unknown word forbids it.
    #[serde(default)]
    pub reader_features: Vec<String>,
    /// What a writer must know to write the table right.
    #[serde(default)]
    pub writer_features: Vec<String>,
    /// The unique name of this life of the table: dropping and creating it again makes another.
    pub incarnation: String,
    /// The number of this manifest.
    pub sequence: u64,
    /// The unique name of the change that made this manifest.
    pub id: String,
    /// When the table was created.
    pub created_at: i64,
    /// The version of the table.
    pub version: u64,
    /// The first row id that is not handed out.
    pub watermark: u64,
    /// The first field id that is not handed out.
    pub next_field: u32,
    /// The number of the schema in force.
    pub schema: u32,
    /// All schemas that a readable version may have.
    pub schemas: Vec<Raw<Schema>>,
    /// The fragments, ascending by row id.
    pub fragments: Vec<Raw<Fragment>>,
    /// The rows behind the fragments, one entry a commit.
    pub inline: Vec<Raw<InlineRows>>,
    /// The index segments, by fields and those of words at the end; those of a vector column, and those of words, ascend by row id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Raw<IndexEntry>>,
    /// The rows that died.
    pub deaths: DeathsPlace,
    /// The commit log.
    pub log: LogPlace,
    /// How long dead rows are kept, in milliseconds; for ever where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<i64>,
    /// The oldest version of which every row is still there.
    #[serde(default)]
    pub oldest: u64,
    /// Versions before it that a tag kept whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<u64>,
    /// Files that are no longer part of the layout and are removed soon.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<Raw<Retired>>,
    /// The last purge, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge: Option<LastPurge>,
    /// Of a branch: where it began, and where the line did in which that was; the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<LinePoint>,
    /// Up to which versions other lines were merged into this one, one entry a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<LinePoint>,
}

/// A purge: it removed rows from every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPurge {
    /// The sequence of its manifest. Nothing of the manifests before it may be used after it.
    pub sequence: u64,
    /// Files that held the rows may still be there: manifests before it, and what retired until then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// In a copy: the sequence of this purge where it was copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<u64>,
}

/// Where the deaths lie.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DeathsPlace {
    /// Files, in no order.
    pub runs: Vec<RunRef>,
    /// The newest, one entry a commit: pairs of row id and version.
    pub tail: Vec<Raw<Vec<(u64, u64)>>>,
}

/// Where the commit log lies.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LogPlace {
    /// Closed parts: the first list names files of commits, each further list files of the list before. The later list
    /// is the older part of the log.
    pub levels: Vec<Vec<ChunkRef>>,
    /// The newest commits, ascending.
    pub tail: Vec<Raw<Commit>>,
}

/// A file that left the layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Its directory in the table.
    pub directory: String,
    /// Its name.
    pub file: String,
    /// The first sequence without it.
    pub sequence: u64,
}

impl Manifest {
    /// The files of rows, deaths and indexes that it names, each with its folder.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let rows = self.fragments.iter().flat_map(|fragment| fragment.get().files());
        let deaths = self.deaths.runs.iter().map(|run| run.file.as_str());
        let indexes = self.indexes.iter().map(|index| index.get().file());
        rows.map(|file| ("data", file))
            .chain(deaths.map(|file| ("deaths", file)))
            .chain(indexes.map(|file| ("index", file)))
    }

    /// Where the first keys of a manifest stand.
    pub(crate) const HEAD: usize = 1024;

    /// The bytes of the file.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn encode(&self) -> Result<Vec<u8>> {
        seal_json(self)
    }

    /// Whether these bytes are surely of this manifest: its unique name is among the first keys, where it is written.
    #[must_use]
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let head = bytes.get(..Self::HEAD).unwrap_or(bytes);
        head.windows(self.id.len()).any(|part| part == self.id.as_bytes())
    }

    /// Refuses to write a table that needs more than this build knows.
    ///
    /// # Errors
    /// [`Code::UnsupportedFormat`].
    pub fn check_writable(&self) -> Result<()> {
        let Some(feature) = unknown_to_writer(&self.writer_features) else {
            return Ok(());
        };
        let message =
            format!("Writing this table needs the feature \"{feature}\", which this build does not know.");
        Err(Error::new(Code::UnsupportedFormat, message).hint("Use a newer version of Varve to write it."))
    }

    /// Whether other lines may name files of this one.
    #[must_use]
    pub(crate) fn has_lines(&self) -> bool {
        self.writer_features.iter().any(|feature| feature == BRANCHES)
    }

    /// The sequence of the last purge; 0 where there was none. What was made of one manifest fits another of the same number only.
    #[must_use]
    pub(crate) fn purged_at(&self) -> u64 {
        self.purge.map_or(0, |purge| purge.sequence)
    }

    /// The last purge, where it has to be finished.
    pub(crate) fn unfinished_purge(&self) -> Option<LastPurge> {
        self.purge.filter(|purge| purge.pending)
    }

    /// The schema of that number.
    ///
    /// # Errors
    /// [`Code::Internal`]: there is none.
    pub fn schema_of(&self, id: u32) -> Result<&Schema> {
        let found = self.schemas.iter().find(|schema| schema.get().id == id);
        found
            .map(Raw::get)
            .ok_or_else(|| Error::internal(format_args!("there is no schema {id}")))
    }

    /// The schema in force.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn current_schema(&self) -> Result<&Schema> {
        self.schema_of(self.schema)
    }

    /// Every field that any schema has, once.
    #[must_use]
    pub fn all_fields(&self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for field in self.schemas.iter().rev().flat_map(|schema| &schema.get().fields) {
            if !fields.iter().any(|known| known.id == field.id) {
                fields.push(field.clone());
            }
        }
        fields
    }

    /// The columns that are searched by their words.
    #[must_use]
    pub fn searched_texts(&self) -> Vec<(u32, TextSearch)> {
        searched_texts(self.schemas.iter().map(Raw::get))
    }

    /// The columns whose values have an index, ascending.
    #[must_use]
    pub fn indexed_fields(&self) -> Vec<u32> {
        indexed_fields(self.schemas.iter().map(Raw::get))
    }
}
