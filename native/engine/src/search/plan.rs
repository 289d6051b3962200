use super::approximate::Approximate;
use super::both::BothPlan;
use super::cost::{BYTES_PER_NS, FILTER_ROW_NS, SPREAD_NS};
use super::found::Found;
use super::near::VectorPlan;
use super::request::{Search, What};
use super::text::{TextPlan, WantedText};
use crate::error::{Code, Error, Result};
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
    /// By both.
    Both(Box<BothPlan<'a>>),
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
        if let Some(filter) = search.filter {
            self.mark_matching(filter)?;
        }
        let part = match search.what {
            What::Vector { column, query } => {
                let plan = VectorPlan::new(self, search.leg((column, query), depth))?;
                Part::Vector(Box::new(plan))
            }
            What::Text { query, columns } => {
                search.check_words()?;
                let wanted = WantedText { query, columns };
                let plan = TextPlan::new(self, wanted, search.filter, depth);
                Part::Text(plan.judged(search.options.confidence))
            }
            What::Both {
                words,
                column,
                query,
                fuse,
            } => {
                if search.options.max_distance.is_some() {
                    let message = "A greatest distance is kept by a search for vectors, not by one for words and vectors.";
                    return Err(Error::new(Code::InvalidArgument, message)
                        .hint("Say a least score instead, or search for vectors alone."));
                }
                let text = TextPlan::new(self, words, search.filter, depth);
                let text = text.judged(search.options.confidence);
                let vector = VectorPlan::new(self, search.leg((column, query), depth))?;
                Part::Both(Box::new(BothPlan::new(text, vector, fuse, search.first_look())?))
            }
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
        if let Some(filter) = search.filter
            && let Some(ns) = self.marking_ns(filter)?
        {
            if ns > most_ns {
                return Ok(None);
            }
            self.mark_matching(filter)?;
        }
        let evaluated = self.measured_ns(search)
            + match search.what {
                What::Vector { column, query } | What::Both { column, query, .. } => {
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

    /// About how many nanoseconds it takes to measure what is not yet known of the vectors.
    fn measured_ns(&self, search: &Search<'_>) -> u64 {
        match search.what {
            What::Vector { column, .. } | What::Both { column, .. }
                if search.options.confidence && !self.knows_spread(column.id) =>
            {
                SPREAD_NS
            }
            _ => 0,
        }
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
    pub(super) fn hits(&self) -> Result<Found> {
        match &self.part {
            Part::Vector(plan) => plan.hits(),
            Part::Text(plan) => plan.hits(),
            Part::Both(plan) => plan.hits(),
        }
    }

    /// About how many nanoseconds the answer will take.
    fn predicted_ns(&self) -> Result<u64> {
        match &self.part {
            Part::Vector(plan) => Ok(plan.predicted_ns()),
            Part::Text(plan) => plan.predicted_ns(),
            Part::Both(plan) => Ok(plan.predicted_ns()),
        }
    }
}
