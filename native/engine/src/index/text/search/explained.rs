use serde::Serialize;

use super::evaluated::Evaluated;
use crate::error::Result;
use crate::index::text::corpus::Corpus;
use crate::index::text::files::length_of;
use crate::index::text::query::Compiled;

/// How the score of a row comes about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// Its score: the sum of the shares.
    pub score: f64,
    /// What each term and phrase that it has gives, in the order of the query.
    pub shares: Vec<Share>,
}

/// What a term or phrase gives a row: `weight * boost * idf * 2.2 * f / (f + 1.2 * (0.25 + 0.75 * length / average))`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// The id of the column.
    pub field: u32,
    /// The term, or those of the phrase.
    pub terms: Vec<String>,
    /// How often the row has it: `f`.
    pub frequency: u32,
    /// How many rows have each of the terms.
    pub rows_with_term: Vec<u64>,
    /// How many rows have a term in the column.
    pub rows: u64,
    /// `ln(1 + (rows - n + 0.5) / (n + 0.5))`, in sum for each `n` of `rowsWithTerm`.
    pub idf: f64,
    /// The length of the row in terms, as it is kept.
    pub length: u64,
    /// The mean length of the rows.
    pub average: f64,
    /// What the column counts for.
    pub weight: f64,
    /// What the term counts for beside others: less where it is only like the one that was typed.
    pub boost: f64,
    /// What it gives.
    pub score: f64,
}

impl Corpus<'_> {
    /// How the score of a row comes about; none where it does not answer, or is not there.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn explain(&self, compiled: &Compiled, id: u64) -> Result<Option<Explained>> {
        for part in self.parts() {
            let document = part.document_from(id)?;
            if !part.rows().contains(&document) || part.id(document)? != id || !part.sees(document) {
                continue;
            }
            return part.contain(|| {
                let Some(score) = Evaluated::new(&part, compiled, |_| true)?.score(document)? else {
                    return Ok(None);
                };
                let mut evaluated = Evaluated::new(&part, compiled, |_| true)?;
                let shares = evaluated.shares(document)?;
                let share = |(standing, frequency): &(&super::evaluated::Standing<'_>, u32)| Share {
                    field: standing.field.field,
                    terms: standing.leaf.terms.iter().map(|(_, term)| term.clone()).collect(),
                    frequency: *frequency,
                    rows_with_term: standing.leaf.frequencies.clone(),
                    rows: standing.field.totals.rows,
                    idf: standing.leaf.idf,
                    length: length_of(standing.code(document)),
                    average: standing.field.totals.average(),
                    weight: standing.field.weight,
                    boost: standing.leaf.boost,
                    score: standing.score(*frequency, document),
                };
                Ok(Some(Explained {
                    score,
                    shares: shares.iter().map(share).collect(),
                }))
            });
        }
        Ok(None)
    }
}
