use std::collections::HashMap;

use crate::index::text::Explained;
use crate::search::exact::Hit;
use crate::search::request::COMPARED;

/// What the rows that hold the words say of the query.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::search) struct WordSignals {
    /// The score of the best row, as a share of the highest that any text could have.
    share: f64,
    /// How far it is above the tenth row, in that measure.
    pub(super) stands_out: f64,
    /// How unlikely it is that a row holds these words by chance: 0 where one would, 1 where not one in a thousand such tables has any.
    lift: f64,
}

impl WordSignals {
    /// From the best rows, the highest score that any text could have, and how the score of the best row comes about.
    pub(in crate::search) fn of(hits: &[Hit], ceiling: f64, best: Option<&Explained>) -> Self {
        let share = |score: f64| {
            if ceiling > 0.0 {
                (score / ceiling).min(1.0)
            } else {
                0.0
            }
        };
        let score = |at: usize| hits.get(at).map_or(0.0, |hit| hit.score);
        Self {
            share: share(score(0)),
            stands_out: share(score(0) - score(COMPARED - 1)),
            lift: best.map_or(0.0, lift),
        }
    }

    /// What they say together, from 0 on.
    pub(super) fn judged(&self) -> f64 {
        2.0 * self.share + self.stands_out + self.lift / 2.0
    }
}

/// If words stood in rows independently of each other, so many rows would hold all of those that the best row holds: as few as one in a
/// thousand tables is 1, one row or more is 0.
fn lift(best: &Explained) -> f64 {
    // A term that stands in several columns counts as in that in which it is rarest.
    let mut shares: HashMap<&str, f64> = HashMap::new();
    let mut rows = 1;
    for share in &best.shares {
        rows = rows.max(share.rows);
        for (term, with_term) in share.terms.iter().zip(&share.rows_with_term) {
            let part = *with_term as f64 / share.rows.max(1) as f64;
            let known = shares.entry(term).or_insert(1.0);
            *known = known.min(part);
        }
    }
    // Sorted, so that the product does not depend on the order of a table.
    let mut parts: Vec<f64> = shares.into_values().collect();
    parts.sort_unstable_by(f64::total_cmp);
    let by_chance = rows as f64 * parts.iter().product::<f64>();
    (-by_chance.max(1e-9).log10() / 3.0).clamp(0.0, 1.0)
}
