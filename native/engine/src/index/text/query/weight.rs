//! What a query weighs in a version, whichever rows answer it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clause::{Form, Occur, Query, is_code};
use super::compiled::{Compiled, Leaf};

/// A term with a digit names something exactly where at most one in so many rows holds it.
const RARE: u64 = 100;

/// Columns by their places: whether a row holds what is asked, and what that weighs.
type Columns = BTreeMap<usize, (bool, f64)>;

/// A term or phrase of a query, with what was counted of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// The id of the column.
    pub field: u32,
    /// The term, or those of the phrase.
    pub terms: Vec<String>,
    /// How many rows have each of the terms.
    pub rows_with_term: Vec<u64>,
    /// How many rows have a term in the column.
    pub rows: u64,
    /// The score that it cannot reach.
    pub most: f64,
}

impl Compiled {
    /// The score of a text that has all that is asked, as often as may be, each in that column where it weighs most: of those that hold it
    /// in any row, or of all where none does. Of the words that a beginning or a word with mistakes stands for the one counts that weighs most. A row
    /// that has its words in several columns may be above.
    #[must_use]
    pub fn ceiling(&self) -> f64 {
        let mut wanted: BTreeMap<(usize, Vec<&str>), Columns> = BTreeMap::new();
        for leaf in self.scored() {
            let terms = leaf.terms.iter().map(|(_, term)| term.as_str());
            let own = if leaf.stands_for == 0 {
                terms.collect()
            } else {
                Vec::new()
            };
            let columns = wanted.entry((leaf.stands_for, own)).or_default();
            let (is_held, most) = columns.entry(leaf.place).or_default();
            *is_held |= leaf.frequencies.iter().all(|rows| *rows > 0);
            // A term that is asked twice counts twice.
            *most = if leaf.stands_for == 0 {
                *most + leaf.factor
            } else {
                most.max(leaf.factor)
            };
        }
        let most = |columns: Columns| {
            let held = columns.values().any(|(is_held, _)| *is_held);
            let counts = columns.into_values().filter(|(is_held, _)| *is_held || !held);
            counts.fold(0.0, |most: f64, (_, own)| most.max(own))
        };
        wanted.into_values().map(most).sum()
    }

    /// Whether the query names something exactly: a phrase that was quoted, or a rare term with a digit.
    #[must_use]
    pub fn names_exactly(&self, query: &Query) -> bool {
        let is_quoted = query.clauses.iter().any(|clause| {
            clause.occur != Occur::Not && clause.form == Form::Phrase && !is_code(&clause.text)
        });
        is_quoted || self.scored().any(|leaf| self.is_exact(leaf))
    }

    fn is_exact(&self, leaf: &Leaf) -> bool {
        let rows = self.fields.get(leaf.place).map_or(0, |field| field.totals.rows);
        let mut terms = leaf.terms.iter().zip(&leaf.frequencies);
        leaf.stands_for == 0
            && terms.any(|((_, term), frequency)| {
                (1..=(rows / RARE).max(1)).contains(frequency)
                    && term.chars().nth(1).is_some()
                    && term.contains(char::is_numeric)
            })
    }

    /// Whether a row must have something.
    #[must_use]
    pub fn requires(&self) -> bool {
        self.clauses.iter().any(|clause| clause.occur == Occur::Must)
    }

    /// All terms and phrases that count for the score, those that no row has behind the others.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        let term = |leaf: &Leaf| {
            let field = self.fields.get(leaf.place);
            Term {
                field: field.map_or(0, |field| field.field),
                terms: leaf.terms.iter().map(|(_, term)| term.clone()).collect(),
                rows_with_term: leaf.frequencies.clone(),
                rows: field.map_or(0, |field| field.totals.rows),
                most: leaf.factor,
            }
        };
        self.scored().map(term).collect()
    }

    fn scored(&self) -> impl Iterator<Item = &Leaf> {
        let clauses = self.clauses.iter().filter(|clause| clause.occur != Occur::Not);
        clauses.flat_map(|clause| &clause.leaves).chain(&self.absent)
    }
}

impl Query {
    /// Its texts, but for what must not be there.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = &str> {
        let wanted = self.clauses.iter().filter(|clause| clause.occur != Occur::Not);
        wanted.map(|clause| clause.text.as_str())
    }
}
