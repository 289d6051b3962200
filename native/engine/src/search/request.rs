use serde::Deserialize;

use super::both::{Fuse, FuseMethod, FuseWeights};
use super::text::{WantedText, WeightedText};
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::index::text::{Query, Term};
use crate::schema::Field;
use crate::snapshot::{Confidence, Score, Took};

/// What a search may be told beside what it looks for and its filter. A binding hands it on as it came, so that an option is declared
/// here and nowhere else in Rust.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchOptions {
    /// The most rows; the most groups where there are groups.
    pub limit: usize,
    /// How many of the best are left out.
    pub offset: usize,
    /// Where an earlier page of the same version ended: only what comes behind is found.
    #[serde(skip)]
    pub after: Option<After>,
    /// The least score of a row that is found.
    pub min_score: Option<f64>,
    /// How far away the vector of a row may be that is found.
    pub max_distance: Option<f64>,
    /// From 0 to 1: how much less a row is worth that is like one before it. From 0 on the best come first, whatever they are like.
    pub diversity: f64,
    /// How many of the best rows are looked at where the answer is made of more than the best: groups, rows that differ, or those of two
    /// rankings, of each of which there are so many. There are never fewer than are returned, and more where these do not suffice.
    pub candidates: Option<usize>,
    /// The share of the nearest rows to find, on average over queries. From 1 on the answer is exact.
    pub recall: f32,
    /// Finds all of the nearest rows, whatever the recall says.
    pub exact: bool,
    /// Of a span: finds all rows of one key, and not only the nearest.
    pub every_version: bool,
    /// Judges how sure the answer is.
    pub confidence: bool,
    /// Searches through an index also where an exact search would be as fast: for tests and measurements.
    #[serde(skip)]
    pub prefer_index: bool,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            after: None,
            min_score: None,
            max_distance: None,
            diversity: 0.0,
            candidates: None,
            recall: 0.95,
            exact: false,
            every_version: false,
            confidence: false,
            prefer_index: false,
        }
    }
}

/// The last row of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct After {
    /// How many rows were found up to it.
    pub seen: usize,
    /// What it was ordered by.
    pub order: f64,
    /// Its id.
    pub id: u64,
    /// Of a search for both: how many of the best rows by words, and by vectors, the first page looked at.
    pub depth: usize,
}

/// How many of the best rows are compared with the best, to judge how far it stands out.
pub(super) const COMPARED: usize = 10;

/// Rows that are looked at by default where the answer is made of more than the best.
const CANDIDATES: usize = 100;
/// The fewest rows of either ranking that a search for both looks at by default. It takes three times as many as it returns, up to
/// [`CANDIDATES`]: measured to give the same rows (decision 0085).
const CANDIDATES_OF_BOTH: usize = 32;

/// What a search looks for, bound to its columns.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// The rows whose vectors are nearest to one.
    Vector {
        /// The column of vectors.
        column: &'a Field,
        /// The query.
        query: &'a [f32],
    },
    /// The rows that hold words.
    Text {
        /// What is asked.
        query: &'a Query,
        /// The columns, each as [`crate::Snapshot::text`] gives it.
        columns: &'a [WeightedText<'a>],
    },
    /// The rows that hold words, and those whose vectors are near, as one ranking.
    Both {
        /// The words.
        words: WantedText<'a>,
        /// The column of vectors.
        column: &'a Field,
        /// The vector.
        query: &'a [f32],
        /// How the two become one.
        fuse: &'a Fuse,
    },
}

/// A search of a version.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// What it looks for.
    pub what: What<'a>,
    /// Which rows; all where there is none.
    pub filter: Option<&'a Filter>,
    /// Of the rows with one value of this column only the best is found.
    pub group: Option<&'a Field>,
    /// All else.
    pub options: SearchOptions,
}

impl<'a> Search<'a> {
    /// A search for the nearest vectors that misses nothing.
    #[must_use]
    pub fn exact(column: &'a Field, query: &'a [f32], filter: Option<&'a Filter>, limit: usize) -> Self {
        let options = SearchOptions {
            limit,
            exact: true,
            ..SearchOptions::default()
        };
        Self {
            what: What::Vector { column, query },
            filter,
            group: None,
            options,
        }
    }

    /// This search, told something else.
    #[must_use]
    pub fn with(self, options: SearchOptions) -> Self {
        Self { options, ..self }
    }

    /// How many rows it takes to make the page, at first.
    pub(super) fn depth(&self) -> usize {
        let options = &self.options;
        let seen = options.after.map_or(0, |after| after.seen);
        let end = options.limit.saturating_add(options.offset).saturating_add(seen);
        if options.limit == 0 && !options.confidence {
            return 0;
        }
        let end = if options.confidence {
            end.max(COMPARED)
        } else {
            end
        };
        if let What::Both { .. } = self.what {
            let mut depth = self.first_look();
            while depth < end && options.after.is_none() {
                depth = depth.saturating_mul(2);
            }
            return depth;
        }
        if self.takes_the_best() {
            return end;
        }
        end.max(options.candidates.unwrap_or(CANDIDATES))
    }

    /// How many rows of either ranking a search for both looks at, at first. It does not depend on the page: what a deeper look adds comes behind.
    pub(super) fn first_look(&self) -> usize {
        let SearchOptions {
            limit,
            candidates,
            after,
            ..
        } = self.options;
        if let Some(after) = after {
            return after.depth.max(1);
        }
        let is_by_score = matches!(self.what, What::Both { fuse, .. } if fuse.method == FuseMethod::Convex);
        let by_default = if is_by_score && self.takes_the_best() {
            limit.saturating_mul(3).clamp(CANDIDATES_OF_BOTH, CANDIDATES)
        } else {
            CANDIDATES
        };
        candidates.unwrap_or(by_default).max(limit).max(1)
    }

    fn takes_the_best(&self) -> bool {
        self.group.is_none() && self.options.diversity <= 0.0
    }

    /// Refuses what a search for words alone cannot keep to.
    pub(super) fn check_words(&self) -> Result<()> {
        let options = &self.options;
        let refused = [
            (options.diversity > 0.0, "Rows that differ are found"),
            (options.max_distance.is_some(), "A greatest distance is kept"),
        ];
        let Some((_, what)) = refused.into_iter().find(|(is_asked, _)| *is_asked) else {
            return Ok(());
        };
        let message = format!("{what} by a search for vectors, not by one for words.");
        Err(Error::new(Code::InvalidArgument, message))
    }

    /// How it goes about finding this many vectors.
    pub(super) fn leg(&self, (column, query): (&'a Field, &'a [f32]), depth: usize) -> Leg<'a> {
        let options = &self.options;
        Leg {
            column,
            query,
            filter: self.filter,
            limit: depth,
            recall: if options.exact { 1.0 } else { options.recall },
            prefer_index: options.prefer_index,
        }
    }
}

/// The part of a search that looks for the nearest vectors. It has a limit of its own: a search that puts several parts together wants
/// more rows of each than it returns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg<'a> {
    pub(super) column: &'a Field,
    pub(super) query: &'a [f32],
    pub(super) filter: Option<&'a Filter>,
    pub(super) limit: usize,
    pub(super) recall: f32,
    pub(super) prefer_index: bool,
}

impl Leg<'_> {
    /// Whether nothing may be missed.
    pub(super) fn is_exact(&self) -> bool {
        self.recall >= 1.0
    }
}

/// How words and vectors became one ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Fusion {
    /// What either counted for, as parts of 1.
    pub weights: FuseWeights,
    /// Whether the vectors count for half, as the query names something exactly.
    pub names_exactly: bool,
    /// Whether they count for nothing, as the query is in a script that the function does not read.
    pub is_other_script: bool,
    /// The score that no text could exceed for these words.
    pub ceiling: f64,
    /// The terms and phrases that were looked for.
    pub terms: Vec<Term>,
    /// How the rows of the page came by their scores.
    pub hits: Vec<Score>,
}

/// How a search was answered.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// What it took to find out which rows the filter leaves, where there is one.
    pub filtered: Option<Box<Took>>,
    /// Of a search for both: how they became one.
    pub fusion: Option<Box<Fusion>>,
    /// How sure the answer is, where that was asked.
    pub confidence: Option<Confidence>,
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
