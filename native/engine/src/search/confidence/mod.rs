//! How sure a search may be that it found what was asked for (decision 0087). Nothing in it is tuned to one table: the text part comes from the
//! frequencies of the version, the vector part from the distances in it.
//!
//! - `words`: what the best row by words says. `spread`: how far apart the vectors of a column lie.

mod spread;
mod words;

pub(super) use words::WordSignals;

use super::exact::Hit;
use super::request::{COMPARED, Search, What};
use crate::error::Result;
use crate::snapshot::{Confidence, RowPlace, Snapshot, Spread, Sureness};

/// From here on it is strong, and below the other there is none. Set on nine collections, and then used unchanged for others.
const STRONG: f64 = 1.3;
const WEAK: f64 = 0.7;

/// What either part says, as one judgement.
fn together(words: Option<f64>, vectors: Option<f64>, found: bool) -> Confidence {
    let most = words.into_iter().chain(vectors).reduce(f64::max);
    let sureness = match most {
        _ if !found => Sureness::None,
        Some(most) if most >= STRONG => Sureness::Strong,
        Some(most) if most < WEAK => Sureness::None,
        Some(_) | None => Sureness::Weak,
    };
    Confidence {
        sureness,
        words,
        vectors,
    }
}

impl Snapshot {
    /// Judges what a search found, from the best rows of either ranking.
    pub(super) fn confidence(
        &self,
        search: &Search<'_>,
        hits: &[Hit],
        signals: Option<&WordSignals>,
    ) -> Result<Confidence> {
        let words = signals.map(WordSignals::judged);
        let vectors = match search.what {
            What::Text { .. } => None,
            What::Vector { column, query } | What::Both { column, query, .. } => {
                // A vector of zeros lies in no direction.
                if query.iter().any(|x| *x != 0.0) {
                    let spread = self.spread(column)?;
                    let cosines = self.cosines(column, query, &ranked(hits))?;
                    spread.and_then(|spread| judged(spread, cosines, signals))
                } else {
                    None
                }
            }
        };
        Ok(together(words, vectors, !hits.is_empty()))
    }
}

/// The rows that are nearest, the nearest first.
fn ranked(hits: &[Hit]) -> Vec<RowPlace> {
    let rank = |hit: &Hit| hit.parts.vector.map_or(0, |part| part.rank as usize);
    let mut best: Vec<_> = hits
        .iter()
        .map(|hit| (rank(hit), hit.row))
        .filter(|(rank, _)| (1..=COMPARED).contains(rank))
        .collect();
    best.sort_unstable();
    best.into_iter().map(|(_, row)| row).collect()
}

/// What the nearest vectors say: how near the first is, and how far it stands out; among words that is what the first by words does.
fn judged(spread: Spread, mut cosines: Vec<f64>, signals: Option<&WordSignals>) -> Option<f64> {
    // What is nearest by another metric need not be so by the cosine.
    cosines.sort_unstable_by(f64::total_cmp);
    let (first, last) = (*cosines.last()?, *cosines.first()?);
    let unit = spread.near - spread.mean;
    let stands_out = match signals {
        Some(words) => 3.0 * words.stands_out,
        None => (first - last) / unit,
    };
    Some((first - spread.mean) / unit + stands_out)
}
