//! What was found by words and what was found by vectors become one ranking (decision 0081).

use std::collections::HashMap;

use serde::Deserialize;

use super::exact::Hit;
use crate::snapshot::{Part, Parts, RowPlace};

/// How two rankings become one. A binding hands it on as it came.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Fuse {
    /// What is added up.
    pub method: FuseMethod,
    /// How much either ranking counts.
    pub weights: FuseWeights,
    /// Of ranks: how little the first places differ from those behind them.
    pub k: f64,
}

impl Default for Fuse {
    fn default() -> Self {
        Self {
            method: FuseMethod::default(),
            weights: FuseWeights::default(),
            k: 10.0,
        }
    }
}

/// What is added up for a row.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum FuseMethod {
    /// The share of the highest score that any text could have for these words, and the cosine.
    #[default]
    Convex,
    /// One by its place in each ranking (reciprocal rank fusion).
    Rrf,
}

/// How much either ranking counts: only what one is to the other matters.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(default)]
pub struct FuseWeights {
    /// That by words.
    pub text: f64,
    /// That by vectors.
    pub vector: f64,
}

impl Default for FuseWeights {
    fn default() -> Self {
        Self {
            text: 0.5,
            vector: 0.5,
        }
    }
}

/// A row that either ranking may have found, with what both say of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Where it lies.
    pub(super) row: RowPlace,
    /// Its rank and its score by words; a rank of 0 where that ranking did not find it. None where it has none of the words.
    pub(super) text: Option<Part>,
    /// Its rank and its distance; a rank of 0 where that ranking did not find it. None where it has no vector.
    pub(super) vector: Option<Part>,
    /// The cosine of its vector and the query, whatever the metric of the column.
    pub(super) cosine: Option<f64>,
}

/// The rows of both rankings, each once and ascending by their places; what a ranking does not know of a row is missing.
pub(super) fn all_of(text: &[Hit], vector: &[Hit]) -> Vec<Candidate> {
    let mut known: HashMap<RowPlace, Candidate> = HashMap::with_capacity(text.len() + vector.len());
    for hit in text.iter().chain(vector) {
        let candidate = known.entry(hit.row).or_insert(Candidate {
            row: hit.row,
            text: None,
            vector: None,
            cosine: None,
        });
        candidate.text = candidate.text.or(hit.parts.text);
        candidate.vector = candidate.vector.or(hit.parts.vector);
    }
    let mut all: Vec<Candidate> = known.into_values().collect();
    all.sort_unstable_by_key(|candidate| candidate.row);
    all
}

/// The one ranking, the best first; of equal rows that which was born first. Nothing is stretched to the rows at hand: a score says as much
/// in one search as in another. `ceiling` is the highest score that any text could have for these words.
pub(super) fn fused(candidates: &[Candidate], fuse: &Fuse, ceiling: f64) -> Vec<Hit> {
    let score = |candidate: &Candidate| match fuse.method {
        FuseMethod::Convex => fuse.convex(candidate, ceiling),
        FuseMethod::Rrf => fuse.by_ranks(candidate),
    };
    let hit = |candidate: &Candidate| {
        let score = score(candidate);
        Hit {
            row: candidate.row,
            score,
            order: score,
            count: 0,
            parts: Parts {
                text: candidate.text,
                vector: candidate.vector,
            },
        }
    };
    let mut hits: Vec<Hit> = candidates.iter().map(hit).collect();
    hits.sort_unstable_by(|a, b| b.order.total_cmp(&a.order).then(a.row.cmp(&b.row)));
    hits
}

impl Fuse {
    fn convex(&self, candidate: &Candidate, ceiling: f64) -> f64 {
        let share = |part: Part| if ceiling > 0.0 { part.value / ceiling } else { 0.0 };
        self.mean(
            candidate.text.map_or(0.0, share),
            candidate.cosine.unwrap_or_default(),
        )
    }

    /// One for a row that is the first of both, so that the score is a share here as well.
    fn by_ranks(&self, candidate: &Candidate) -> f64 {
        let k = self.k.max(0.0);
        let place = |part: Option<Part>| match part {
            Some(part) if part.rank > 0 => (k + 1.0) / (k + f64::from(part.rank)),
            _ => 0.0,
        };
        self.mean(place(candidate.text), place(candidate.vector))
    }

    fn mean(&self, text: f64, vector: f64) -> f64 {
        let FuseWeights {
            text: by_text,
            vector: by_vector,
        } = self.weights;
        let all = by_text + by_vector;
        if all > 0.0 {
            // Zero is added so that nothing is -0, which is another number in order.
            (by_text * text + by_vector * vector) / all + 0.0
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hit(row: RowPlace, parts: Parts) -> Hit {
        Hit {
            row,
            score: 0.0,
            order: 0.0,
            count: 0,
            parts,
        }
    }

    fn part(rank: u32, value: f64) -> Option<Part> {
        Some(Part { rank, value })
    }

    /// A rank and a value, or nothing.
    type Drawn = Option<(u32, u32)>;

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        use proptest::option::of;
        let some = || of((0..5_u32, 0..4_u32));
        prop::collection::vec((some(), some()), 0..30).prop_map(|rows| {
            let one = |(at, (text, vector)): (usize, (Drawn, Drawn))| {
                let near = vector.map(|(_, steps)| f64::from(steps) / 4.0);
                Candidate {
                    row: (at as u32 / 7, at as u32 % 7),
                    text: text.and_then(|(rank, value)| part(rank, f64::from(value))),
                    vector: vector.and_then(|(rank, _)| part(rank, 1.0 - near.unwrap_or_default())),
                    cosine: near,
                }
            };
            rows.into_iter().enumerate().map(one).collect()
        })
    }

    fn rows(hits: &[Hit]) -> Vec<RowPlace> {
        hits.iter().map(|hit| hit.row).collect()
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_scores_and_depends_on_nothing_else(
            candidates in candidates(), seed in any::<u64>(), by_ranks in any::<bool>(), text in 0..4_u32, vector in 0..4_u32,
        ) {
            let fuse = Fuse {
                method: if by_ranks { FuseMethod::Rrf } else { FuseMethod::Convex },
                weights: FuseWeights { text: f64::from(text), vector: f64::from(vector) },
                ..Fuse::default()
            };
            let hits = fused(&candidates, &fuse, 3.0);
            prop_assert_eq!(hits.len(), candidates.len());
            for pair in hits.windows(2) {
                prop_assert!(pair[0].score > pair[1].score || pair[0].score == pair[1].score && pair[0].row < pair[1].row);
            }
            for hit in &hits {
                prop_assert!((0.0..=1.0).contains(&hit.score));
                let own = candidates.iter().find(|candidate| candidate.row == hit.row).unwrap();
                prop_assert_eq!((hit.parts.text, hit.parts.vector), (own.text, own.vector));
            }
            let mut mixed = candidates.clone();
            mixed.sort_by_key(|candidate| (u64::from(candidate.row.0 * 7 + candidate.row.1) + 1).wrapping_mul(seed | 1));
            prop_assert_eq!(fused(&mixed, &fuse, 3.0), hits);
        }

        #[test]
        fn a_weight_of_nothing_leaves_the_other_ranking(candidates in candidates()) {
            let only = |text: f64| Fuse { weights: FuseWeights { text, vector: 1.0 - text }, ..Fuse::default() };
            let by = |value: &dyn Fn(&Candidate) -> f64| {
                let mut sorted = candidates.clone();
                sorted.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.row.cmp(&b.row)));
                sorted.iter().map(|candidate| candidate.row).collect::<Vec<_>>()
            };
            let words = |candidate: &Candidate| candidate.text.map_or(0.0, |part| part.value);
            let near = |candidate: &Candidate| candidate.cosine.unwrap_or(0.0);
            prop_assert_eq!(rows(&fused(&candidates, &only(1.0), 3.0)), by(&words));
            prop_assert_eq!(rows(&fused(&candidates, &only(0.0), 3.0)), by(&near));
        }
    }

    #[test]
    fn a_row_of_both_rankings_is_one_row() {
        let text = [hit(
            (0, 3),
            Parts {
                text: part(1, 2.0),
                vector: None,
            },
        )];
        let near = [
            hit(
                (0, 1),
                Parts {
                    text: None,
                    vector: part(1, 0.1),
                },
            ),
            hit(
                (0, 3),
                Parts {
                    text: None,
                    vector: part(2, 0.2),
                },
            ),
        ];
        let all = all_of(&text, &near);
        let parts: Vec<_> = all.iter().map(|one| (one.row, one.text, one.vector)).collect();
        assert_eq!(
            parts,
            [((0, 1), None, part(1, 0.1)), ((0, 3), part(1, 2.0), part(2, 0.2))]
        );
    }

    #[test]
    fn scores_are_shares_of_what_could_be() {
        let one = |text, vector, cosine| Candidate {
            row: (0, 0),
            text,
            vector,
            cosine,
        };
        let weights = FuseWeights {
            text: 4.0,
            vector: 1.0,
        };
        let convex = Fuse {
            weights,
            ..Fuse::default()
        };
        let score = |candidate, fuse: &Fuse, ceiling| fused(&[candidate], fuse, ceiling)[0].score;
        let best = one(part(1, 6.0), part(1, 0.5), Some(0.5));
        assert_eq!(score(best, &convex, 12.0), 0.8 * 0.5 + 0.2 * 0.5);
        assert_eq!(
            score(best, &convex, 0.0),
            0.2 * 0.5,
            "none of the words is in any row"
        );
        let ranks = Fuse {
            method: FuseMethod::Rrf,
            ..convex
        };
        assert_eq!(score(best, &ranks, 12.0), 1.0);
        let late = one(part(0, 6.0), part(12, 0.5), Some(0.5));
        assert_eq!(
            score(late, &ranks, 12.0),
            0.2 * (11.0 / 22.0),
            "a part that was not found has no place"
        );
        let nothing = Fuse {
            weights: FuseWeights {
                text: 0.0,
                vector: 0.0,
            },
            ..Fuse::default()
        };
        assert_eq!(score(best, &nothing, 12.0), 0.0);
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        let read = |json: &str| serde_json::from_str::<Fuse>(json).unwrap();
        assert_eq!(read("{}"), Fuse::default());
        let said = read(r#"{ "method": "rrf", "weights": { "text": 2, "vector": 1 }, "k": 60 }"#);
        let weights = FuseWeights {
            text: 2.0,
            vector: 1.0,
        };
        assert_eq!(
            said,
            Fuse {
                method: FuseMethod::Rrf,
                weights,
                k: 60.0
            }
        );
    }
}
