use super::{Picked, Snapshot};
use crate::error::Result;
use crate::filter::{Columns, Filter};
use crate::schema::Field;
use crate::search::{Nearest, Query};

/// How a search was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// The version that was searched.
    pub version: u64,
    /// Whether the answer is exact.
    pub exact: bool,
    /// Segments that were looked at.
    pub segments: u64,
    /// Rows that the version sees.
    pub rows: u64,
    /// Rows that the filter left.
    pub candidates: u64,
    /// Bytes of vectors that were read.
    pub bytes: u64,
}

impl Snapshot {
    /// The rows whose vectors are nearest, the nearest first; of equally near ones the oldest first. There are
    /// `min(limit, matching rows with a vector)` of them.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`] for a query that does not fit the column, [`crate::error::Code::Corrupt`].
    pub fn search(
        &self,
        column: &Field,
        vector: &[f32],
        filter: Option<&Filter>,
        limit: usize,
        select: Vec<Field>,
    ) -> Result<Picked> {
        let query = Query::new(column, vector)?;
        let rows: usize = self.segments().map(|visible| visible.segment.len()).sum();
        let mut nearest = Nearest::new(query, limit.min(rows));
        for matched in self.matching(filter) {
            let (visible, bits) = matched?;
            // Rows that are older than the column have no vector.
            if let Some(vectors) = visible.segment.column(column.id) {
                nearest.scan(visible.index, vectors, bits.as_deref())?;
            }
        }
        let hits = nearest.finish();
        let mut picked = Picked::new(
            self.clone(),
            select,
            hits.iter().map(|hit| (hit.0, hit.1)).collect(),
        );
        picked.scores = hits.iter().map(|hit| (hit.2, hit.3)).collect();
        Ok(picked)
    }

    /// What a search would read.
    ///
    /// # Errors
    /// As [`Snapshot::search`].
    pub fn explain(&self, column: &Field, vector: &[f32], filter: Option<&Filter>) -> Result<Explained> {
        Query::new(column, vector)?;
        let mut explained = Explained {
            version: self.version(),
            exact: true,
            rows: self.count(None)?,
            ..Explained::default()
        };
        let width = crate::column::fixed_width(&column.data_type).unwrap_or(0) as u64;
        for matched in self.matching(filter) {
            let (visible, bits) = matched?;
            if visible.segment.column(column.id).is_none() {
                continue;
            }
            let candidates = bits.map_or(visible.segment.len(), |bits| bits.count()) as u64;
            explained.segments += 1;
            explained.candidates += candidates;
            explained.bytes += candidates * width;
        }
        Ok(explained)
    }

    /// About how many nanoseconds a read will take: `bytes_per_row` of all stored rows at 10 GB/s, half of what one core was
    /// measured to read.
    #[must_use]
    pub fn predicted_ns(&self, bytes_per_row: usize) -> u64 {
        let rows: usize = self.state.segments.iter().map(|segment| segment.len()).sum();
        (rows as u64).saturating_mul(bytes_per_row as u64) / 10
    }
}
