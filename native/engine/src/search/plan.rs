use super::approximate::{Approximate, Way};
use super::cost::{BYTES_PER_NS, FILTER_ROW_BYTES, FILTER_ROW_NS, SCATTERED_ROWS};
use super::exact::{Hit, Nearest, Scanned};
use super::query::Query;
use super::request::{Explained, Leg, Search, What};
use super::text::TextPlan;
use crate::error::{Code, Result};
use crate::fragment::{Segment, Shadow};
use crate::schema::{DataType, Field};
use crate::snapshot::Snapshot;

/// A search of a version, and the way it will be answered.
pub struct Planned<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) search: Search<'a>,
    /// How many rows it finds, where there are as many.
    pub(super) depth: usize,
    part: Part<'a>,
}

/// How rows are looked for.
enum Part<'a> {
    /// By their vectors.
    Vector(Box<VectorPlan<'a>>),
    /// By their words.
    Text(TextPlan<'a>),
}

/// A search for vectors, and the way it will be answered.
struct VectorPlan<'a> {
    snapshot: &'a Snapshot,
    leg: Leg<'a>,
    query: Query<'a>,
    way: Way<'a>,
}

impl Snapshot {
    /// Plans a search.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`] for a query that does not fit the column, [`crate::error::Code::Corrupt`].
    pub fn plan<'a>(&'a self, search: &Search<'a>) -> Result<Planned<'a>> {
        self.plan_for(search, search.depth())
    }

    /// Plans to find this many rows.
    pub(super) fn plan_for<'a>(&'a self, search: &Search<'a>, depth: usize) -> Result<Planned<'a>> {
        let part = match search.what {
            What::Vector { column, query } => {
                let plan = VectorPlan::new(self, search.leg((column, query), depth))?;
                Part::Vector(Box::new(plan))
            }
            What::Text { .. } => Part::Text(self.text_plan(search, depth)?),
        };
        Ok(Planned {
            snapshot: self,
            search: *search,
            depth,
            part,
        })
    }

    /// Plans a search that is quickly answered: `None` where planning and answering are expected to take more than `most_ns`
    /// nanoseconds.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`] for a query that does not fit the column, [`crate::error::Code::Corrupt`].
    pub fn plan_within<'a>(&'a self, search: &Search<'a>, most_ns: u64) -> Result<Option<Planned<'a>>> {
        let evaluated = match search.what {
            What::Vector { column, query } => {
                let leg = search.leg((column, query), search.depth());
                if leg.is_exact() {
                    0
                } else {
                    Approximate::unknown_rows(self, &leg) as u64 * FILTER_ROW_NS
                }
            }
            What::Text { .. } => 0,
        };
        if evaluated > most_ns {
            return Ok(None);
        }
        let planned = self.plan(search)?;
        let fits = planned.predicted_ns()? <= most_ns - evaluated;
        Ok(fits.then_some(planned))
    }

    fn exact_hits(&self, leg: &Leg<'_>, query: Query<'_>) -> Result<(Vec<Hit>, Explained)> {
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
        Ok((nearest.finish(), explained))
    }

    /// About how many nanoseconds a read will take: `bytes_per_row` of all stored rows, in order.
    #[must_use]
    pub fn predicted_ns(&self, bytes_per_row: usize) -> u64 {
        let rows: usize = self.state.segments.iter().map(|segment| segment.len()).sum();
        (rows as u64).saturating_mul(bytes_per_row as u64) / BYTES_PER_NS
    }
}

impl Planned<'_> {
    /// The best rows, and what finding them took.
    pub(super) fn hits(self) -> Result<(Vec<Hit>, Explained)> {
        match self.part {
            Part::Vector(plan) => plan.hits(),
            Part::Text(plan) => plan.hits(),
        }
    }

    /// About how many nanoseconds the answer will take.
    fn predicted_ns(&self) -> Result<u64> {
        match &self.part {
            Part::Vector(plan) => Ok(plan.predicted_ns()),
            Part::Text(plan) => plan.predicted_ns(),
        }
    }
}

impl<'a> VectorPlan<'a> {
    fn new(snapshot: &'a Snapshot, leg: Leg<'a>) -> Result<Self> {
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

    fn hits(self) -> Result<(Vec<Hit>, Explained)> {
        if let Way::Index(approximate) = &self.way {
            match approximate.run(self.query.clone()) {
                // What is damaged may be the index, and the answer is in the rows.
                Err(error) if error.code() == Code::Corrupt => {}
                Err(error) => return Err(error),
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => {}
            }
        }
        self.snapshot.exact_hits(&self.leg, self.query)
    }

    fn predicted_ns(&self) -> u64 {
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
