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
        let filtered = search.filter.map(|filter| self.marked(filter)).transpose()?;
        let Page {
            hits, mut explained, ..
        } = self.plan(search)?.page()?;
        if let Some(fusion) = &mut explained.fusion {
            fusion.hits = hits.iter().map(Hit::told).collect();
        }
        Ok(Explained {
            version: self.version(),
            from: self.from(),
            rows: self.count(None)?,
            filtered: filtered.map(Box::new),
            ..explained
        })
    }

    fn picked(&self, page: &Page, select: Vec<Field>) -> Picked {
        let rows = page.hits.iter().map(|hit| hit.row).collect();
        let mut picked = Picked::new(self.clone(), select, rows);
        picked.scores = page.hits.iter().map(Hit::told).collect();
        picked.depth = page.depth;
        picked.confidence = page.explained.confidence;
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
            if let What::Vector { column, .. } | What::Both { column, .. } = search.what {
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

/// The rows of a page, and how they were found.
struct Page {
    hits: Vec<Hit>,
    explained: Explained,
    /// Of a search for both: how many of the best rows in either way the first page looked at.
    depth: usize,
}

impl Planned<'_> {
    /// The rows, as [`Snapshot::search`] gives them.
    ///
    /// # Errors
    /// As [`Snapshot::search`].
    pub fn answer(self, select: Vec<Field>) -> Result<Picked> {
        let snapshot = self.snapshot;
        let page = self.page()?;
        Ok(snapshot.picked(&page, select))
    }

    /// The rows of the page, and what finding them took.
    fn page(self) -> Result<Page> {
        let (snapshot, search) = (self.snapshot, self.search);
        let is_both = matches!(search.what, What::Both { .. });
        let (mut planned, mut before) = (self, Explained::default());
        loop {
            let depth = planned.depth;
            let found = planned.hits()?;
            let (mut hits, mut explained) = (found.hits, found.explained.after(&before));
            let best = search.options.confidence.then(|| hits.clone());
            let count = hits.len();
            hits.retain(|hit| search.options.admits(hit));
            let least = search.options.min_score.unwrap_or(f64::NEG_INFINITY);
            // What lies outside of the bounds is followed by nothing that does not, but for rows that neither way has found yet.
            let is_cut = !is_both && hits.len() < count || found.others_at_most < least;
            let page = snapshot.page_of(&search, hits)?;
            if found.is_all || is_cut || page.len() == search.options.limit {
                // Judged by the best rows, whatever part of them the page shows.
                if let Some(best) = best {
                    explained.confidence = Some(snapshot.confidence(&search, &best, found.words.as_ref())?);
                }
                return Ok(Page {
                    hits: page,
                    explained,
                    depth: if is_both { search.first_look() } else { 0 },
                });
            }
            before = explained;
            planned = snapshot.plan_for(&search, depth.saturating_mul(MORE))?;
        }
    }
}

impl Hit {
    /// What is told of it.
    fn told(&self) -> Score {
        Score {
            score: self.score,
            order: self.order,
            count: self.count,
            parts: self.parts,
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
