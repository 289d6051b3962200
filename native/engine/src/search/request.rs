use serde::Deserialize;

use crate::filter::Filter;
use crate::schema::Field;

/// What a search may be told beside its column, its query and its filter. A binding hands it on as it came, so that an option is declared
/// here and nowhere else in Rust.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchOptions {
    /// The most rows.
    pub limit: usize,
    /// The share of the nearest rows to find, on average over queries. From 1 on the answer is exact.
    pub recall: f32,
    /// Finds all of the nearest rows, whatever the recall says.
    pub exact: bool,
    /// Of a span: finds all rows of one key, and not only the nearest.
    pub every_version: bool,
    /// Searches through an index also where an exact search would be as fast: for tests and measurements.
    #[serde(skip)]
    pub prefer_index: bool,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            limit: 10,
            recall: 0.95,
            exact: false,
            every_version: false,
            prefer_index: false,
        }
    }
}

impl SearchOptions {
    /// Whether nothing may be missed.
    pub(super) fn is_exact(&self) -> bool {
        self.exact || self.recall >= 1.0
    }
}

/// A search of a version: what is asked, bound to its columns.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The column of vectors.
    pub column: &'a Field,
    /// The query.
    pub vector: &'a [f32],
    /// Which rows; all where there is none.
    pub filter: Option<&'a Filter>,
    /// All else.
    pub options: SearchOptions,
}

impl<'a> Search<'a> {
    /// A search that misses nothing.
    #[must_use]
    pub fn exact(column: &'a Field, vector: &'a [f32], filter: Option<&'a Filter>, limit: usize) -> Self {
        let options = SearchOptions {
            limit,
            exact: true,
            ..SearchOptions::default()
        };
        Self {
            column,
            vector,
            filter,
            options,
        }
    }

    /// This search, told something else.
    #[must_use]
    pub fn with(self, options: SearchOptions) -> Self {
        Self { options, ..self }
    }
}

/// How a search was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Explained {
    /// The version that was searched; of a span the last.
    pub version: u64,
    /// Of a span the first version.
    pub from: Option<u64>,
    /// Whether the answer is exact.
    pub exact: bool,
    /// The recall that is to be expected, as it was measured when the index was built; 1 for an exact answer.
    pub recall: f32,
    /// Segments that were looked at.
    pub segments: u64,
    /// Rows that the version sees.
    pub rows: u64,
    /// Rows that the filter left, before it was looked whether the version sees them.
    pub candidates: u64,
    /// Bytes of vectors and of codes that were read.
    pub bytes: u64,
    /// Index segments that were searched.
    pub indexes: u64,
    /// Lists of them that were looked into.
    pub lists: u64,
    /// Rows whose codes were read.
    pub scanned: u64,
    /// Rows that the codes could not rule out, and whose vectors were read.
    pub refined: u64,
    /// Rows that no index segment covers, and whose vectors were read therefore.
    pub uncovered: u64,
}

impl Explained {
    /// Adds what earlier rounds of the same search read.
    pub(super) fn after(self, before: &Self) -> Self {
        Self {
            bytes: self.bytes + before.bytes,
            lists: self.lists + before.lists,
            scanned: self.scanned + before.scanned,
            refined: self.refined + before.refined,
            uncovered: self.uncovered + before.uncovered,
            ..self
        }
    }
}
