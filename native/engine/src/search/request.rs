use crate::filter::Filter;
use crate::schema::Field;

/// What a search asks for.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The column of vectors.
    pub column: &'a Field,
    /// The query.
    pub vector: &'a [f32],
    /// Which rows; all where there is none.
    pub filter: Option<&'a Filter>,
    /// The most rows.
    pub limit: usize,
    /// The share of the nearest rows to find, on average over queries. From 1 on the answer is exact.
    pub recall: f32,
    /// Searches through an index also where an exact search would be as fast: for tests and measurements.
    pub prefer_index: bool,
}

impl<'a> Search<'a> {
    /// A search that misses nothing.
    #[must_use]
    pub fn exact(column: &'a Field, vector: &'a [f32], filter: Option<&'a Filter>, limit: usize) -> Self {
        Self {
            column,
            vector,
            filter,
            limit,
            recall: 1.0,
            prefer_index: false,
        }
    }
}

/// How a search was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Explained {
    /// The version that was searched. A span of versions gives its first.
    pub version: u64,
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
