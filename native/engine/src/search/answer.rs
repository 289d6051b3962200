//! The page that was asked for, made of the best rows.

use super::exact::Hit;
use super::plan::Planned;
use super::request::{After, Explained, Search, SearchOptions, What};
use crate::error::Result;
use crate::schema::Field;
use crate::snapshot::{Picked, Score, Snapshot};

/// Where the rows that were looked at do not suffice, this many times as many are looked at next.
const MORE: usize = 2;

impl Snapshot {
    /// The rows that fit best, the best first; of equally good ones the oldest first. Without groups and bounds there are
    /// `min(limit, matching rows with a vector)` of them, whatever the recall.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`] for a query that does not fit the column, [`crate::error::Code::Corrupt`].
    pub fn search(&self, search: &Search<'_>, select: Vec<Field>) -> Result<Picked> {
        self.plan(search)?.answer(select)
    }

    /// Answers a search, and tells how.
    ///
    /// # Errors
    /// As [`Snapshot::search`].
    pub fn explain(&self, search: &Search<'_>) -> Result<Explained> {
        let (_, explained) = self.plan(search)?.page()?;
        Ok(Explained {
            version: self.version(),
            from: self.from(),
            rows: self.count(None)?,
            ..explained
        })
    }

    fn picked(&self, hits: &[Hit], select: Vec<Field>) -> Picked {
        let rows = hits.iter().map(|hit| hit.row).collect();
        let mut picked = Picked::new(self.clone(), select, rows);
        let score = |hit: &Hit| Score {
            score: hit.score,
            order: hit.order,
            count: hit.count,
            parts: hit.parts,
        };
        picked.scores = hits.iter().map(score).collect();
        picked
    }

    /// The rows of the page, of all that were looked at: the best first.
    fn page_of(&self, search: &Search<'_>, hits: Vec<Hit>) -> Result<Vec<Hit>> {
        let options = &search.options;
        let mut hits = match search.group {
            None => hits,
            Some(field) => self.best_of_groups(field, hits)?,
        };
        if options.diversity > 0.0 {
            let wanted = options.offset.saturating_add(options.limit);
            if let What::Vector { column, .. } = search.what {
                hits = self.diverse(column, hits, options.diversity, wanted)?;
            }
        }
        if let Some(after) = options.after {
            hits.retain(|hit| after.is_before(hit.order, self.id_of(hit.row)));
        }
        hits.drain(..options.offset.min(hits.len()));
        hits.truncate(options.limit);
        Ok(hits)
    }
}

impl Planned<'_> {
    /// The rows, as [`Snapshot::search`] gives them.
    ///
    /// # Errors
    /// As [`Snapshot::search`].
    pub fn answer(self, select: Vec<Field>) -> Result<Picked> {
        let snapshot = self.snapshot;
        let (hits, _) = self.page()?;
        Ok(snapshot.picked(&hits, select))
    }

    /// The rows of the page, and what finding them took.
    fn page(self) -> Result<(Vec<Hit>, Explained)> {
        let (snapshot, search) = (self.snapshot, self.search);
        let (mut planned, mut before) = (self, Explained::default());
        loop {
            let depth = planned.depth;
            let (mut hits, explained) = planned.hits()?;
            let explained = explained.after(&before);
            let found = hits.len();
            hits.retain(|hit| search.options.admits(hit));
            // What lies outside of the bounds is followed by nothing that does not.
            let is_all = found < depth || hits.len() < found;
            let page = snapshot.page_of(&search, hits)?;
            if is_all || page.len() == search.options.limit {
                return Ok((page, explained));
            }
            before = explained;
            planned = snapshot.plan_for(&search, depth.saturating_mul(MORE))?;
        }
    }
}

impl SearchOptions {
    /// Whether a row is within the bounds.
    fn admits(&self, hit: &Hit) -> bool {
        let is_good = self.min_score.is_none_or(|least| hit.score >= least);
        let distance = hit.parts.vector.map(|part| part.value);
        is_good
            && self
                .max_distance
                .is_none_or(|most| distance.is_some_and(|distance| distance <= most))
    }
}

impl After {
    /// Whether a row comes behind this one.
    fn is_before(&self, order: f64, id: u64) -> bool {
        order < self.order || order == self.order && id > self.id
    }
}
