//! A search for the nearest vectors, and the way it is answered.

use super::approximate::{Approximate, Way};
use super::cost::{BYTES_PER_NS, FILTER_ROW_BYTES, SCATTERED_ROWS};
use super::exact::{Nearest, Scanned};
use super::found::Found;
use super::query::Query;
use super::request::{Explained, Leg};
use crate::error::{Code, Result};
use crate::fragment::{Segment, Shadow};
use crate::schema::{DataType, Field};
use crate::snapshot::Snapshot;

/// A search for vectors, and the way it will be answered.
pub(super) struct VectorPlan<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) leg: Leg<'a>,
    pub(super) query: Query<'a>,
    way: Way<'a>,
}

impl Snapshot {
    fn exact_hits(&self, leg: &Leg<'_>, query: Query<'_>) -> Result<Found> {
        let mut explained = Explained {
            exact: true,
            recall: 1.0,
            ..Explained::default()
        };
        let rows: usize = self.segments().map(|visible| visible.segment.len()).sum();
        let mut nearest = Nearest::new(query, leg.limit.min(rows));
        let matched = self.matching(leg.filter).collect::<Result<Vec<_>>>()?;
        let mut parts: Vec<Scanned<'_>> = Vec::with_capacity(matched.len());
        for (visible, bits) in &matched {
            // Rows that are older than the column have no vector.
            let Some(vectors) = visible.segment.vectors(leg.column.id) else {
                continue;
            };
            let width = row_bytes(visible.segment, leg.column).unwrap_or(0);
            parts.push((visible.index, vectors, bits.as_deref()));
            let candidates = bits.as_ref().map_or(visible.segment.len(), |bits| bits.count()) as u64;
            explained.segments += 1;
            explained.candidates += candidates;
            explained.bytes += candidates * width as u64;
        }
        nearest.scan_all(&parts)?;
        Ok(Found::new(nearest.finish(), explained, leg.limit))
    }
}

impl<'a> VectorPlan<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, leg: Leg<'a>) -> Result<Self> {
        let query = Query::new(leg.column, leg.query)?;
        let way = if leg.is_exact() {
            Way::Exact(None)
        } else {
            Approximate::plan(snapshot, leg)?
        };
        Ok(Self {
            snapshot,
            leg,
            query,
            way,
        })
    }

    /// The nearest rows, and what finding them took.
    pub(super) fn hits(&self) -> Result<Found> {
        if let Way::Index(approximate) = &self.way {
            match approximate.run(self.query.clone()) {
                // What is damaged may be the index, and the answer is in the rows.
                Err(error) if error.code() == Code::Corrupt => {}
                Err(error) => return Err(error),
                Ok(Some((hits, explained))) => return Ok(Found::new(hits, explained, self.leg.limit)),
                Ok(None) => {}
            }
        }
        self.snapshot.exact_hits(&self.leg, self.query.clone())
    }

    /// About how many nanoseconds the answer will take.
    pub(super) fn predicted_ns(&self) -> u64 {
        match &self.way {
            Way::Index(approximate) => approximate.predicted_ns(),
            Way::Exact(Some(predicted)) => *predicted,
            Way::Exact(None) => self.scan_ns(),
        }
    }

    /// About how many nanoseconds it takes to read all vectors that are stored, or those that the filter matches where that is
    /// known.
    fn scan_ns(&self) -> u64 {
        let bytes = self.snapshot.state.segments.iter().map(|segment| {
            let row = row_bytes(segment, self.leg.column).unwrap_or(0);
            let known = |filter| segment.known_matching(filter).map(|matching| matching.count);
            let (rows, row) = match self.leg.filter.map(known) {
                None => (segment.len(), row),
                Some(None) => (segment.len(), row + FILTER_ROW_BYTES),
                Some(Some(count)) => ((count * SCATTERED_ROWS).min(segment.len()), row),
            };
            (rows as u64).saturating_mul(row as u64)
        });
        bytes.sum::<u64>() / BYTES_PER_NS
    }
}

/// Bytes that an exact search reads of each row of a segment, but for the few that it reads in full; `None` where the rows
/// are older than the column.
fn row_bytes(segment: &Segment, column: &Field) -> Option<usize> {
    let vectors = segment.vectors(column.id)?;
    let DataType::Vector {
        dimensions, element, ..
    } = column.data_type
    else {
        return None;
    };
    let dimensions = dimensions as usize;
    Some(match vectors.shadow {
        Some(_) => Shadow::row_bytes(dimensions),
        None => dimensions * element.size(),
    })
}
