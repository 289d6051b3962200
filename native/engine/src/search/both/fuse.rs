//! What was found by words and what was found by vectors become one ranking (decision 0081).

use std::collections::HashMap;

use serde::Deserialize;

use crate::search::exact::Hit;
use crate::snapshot::{Part, Parts, RowPlace};

/// How two rankings become one. A binding hands it on as it came.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Fuse {
    /// What is added up.
    pub method: FuseMethod,
    /// How much either ranking counts. Where it is left out, that follows from `strength` and the query.
    pub weights: Option<FuseWeights>,
    /// Of ranks: how little the first places differ from those behind them.
    pub k: f64,
    /// How well the embedding function tells texts apart, from 0 to 1: 1 lets vectors count for half.
    pub strength: f64,
    /// The languages that the embedding function reads (`en`); empty where that is not known.
    pub languages: Vec<String>,
}

impl Default for Fuse {
    fn default() -> Self {
        Self {
            method: FuseMethod::default(),
            weights: None,
            k: 10.0,
            strength: 1.0,
            languages: Vec::new(),
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
#[serde(default, deny_unknown_fields)]
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
    /// In which round of a deeper look it was found; 0 for the first.
    pub(super) round: u32,
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
            round: 0,
        });
        candidate.text = candidate.text.or(hit.parts.text);
        candidate.vector = candidate.vector.or(hit.parts.vector);
    }
    let mut all: Vec<Candidate> = known.into_values().collect();
    all.sort_unstable_by_key(|candidate| candidate.row);
    all
}

/// What both rankings count for in a search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) method: FuseMethod,
    pub(super) weights: FuseWeights,
    pub(super) k: f64,
    /// The highest score that any text could have for these words.
    pub(super) ceiling: f64,
}

/// More than scores of one round differ by.
const ROUND: f64 = 4.0;

/// The one ranking, the best first; of equal rows that which was born first. Nothing is stretched to the rows at hand: a score says as much
/// in one search as in another. Rows of a later round come behind those of the one before.
pub(super) fn fused(candidates: &[Candidate], scale: &Scale) -> Vec<Hit> {
    let hit = |candidate: &Candidate| {
        let score = scale.score(candidate);
        Hit {
            row: candidate.row,
            score,
            order: score - ROUND * f64::from(candidate.round),
            count: 0,
            parts: Parts {
                text: candidate.text,
                vector: candidate.vector,
                cosine: candidate.cosine,
            },
        }
    };
    let mut hits: Vec<Hit> = candidates.iter().map(hit).collect();
    hits.sort_unstable_by(|a, b| b.order.total_cmp(&a.order).then(a.row.cmp(&b.row)));
    hits
}

impl Scale {
    fn score(&self, candidate: &Candidate) -> f64 {
        let (text, vector) = match self.method {
            FuseMethod::Convex => {
                let text = candidate.text.map_or(0.0, |part| self.share(part.value));
                (text, candidate.cosine.unwrap_or_default())
            }
            FuseMethod::Rrf => {
                let rank = |part: Option<Part>| part.map_or(0, |part| part.rank);
                (
                    self.place(rank(candidate.text)),
                    self.place(rank(candidate.vector)),
                )
            }
        };
        self.mean(text, vector)
    }

    /// The share of the highest score by words.
    pub(super) fn share(&self, score: f64) -> f64 {
        if self.ceiling > 0.0 {
            (score / self.ceiling).min(1.0)
        } else {
            0.0
        }
    }

    /// What a place counts for: one for the first, so that the score is a share here as well; nothing where there is none.
    pub(super) fn place(&self, rank: u32) -> f64 {
        let k = self.k.max(0.0);
        if rank > 0 {
            (k + 1.0) / (k + f64::from(rank))
        } else {
            0.0
        }
    }

    pub(super) fn mean(&self, text: f64, vector: f64) -> f64 {
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
                    round: 0,
                }
            };
            rows.into_iter().enumerate().map(one).collect()
        })
    }

    const SCALE: Scale = Scale {
        method: FuseMethod::Convex,
        weights: FuseWeights {
            text: 0.5,
            vector: 0.5,
        },
        k: 10.0,
        ceiling: 3.0,
    };

    #[test]
    fn a_later_round_comes_behind() {
        let one = |row, round, value| Candidate {
            row: (0, row),
            text: part(1, value),
            vector: None,
            cosine: Some(-1.0),
            round,
        };
        let hits = fused(&[one(1, 1, 3.0), one(2, 0, 0.0), one(3, 1, 2.0)], &SCALE);
        assert_eq!(rows(&hits), [(0, 2), (0, 1), (0, 3)]);
        assert!(
            hits[1].score > hits[0].score,
            "the score says how good it is, not where it stands"
        );
    }

    fn rows(hits: &[Hit]) -> Vec<RowPlace> {
        hits.iter().map(|hit| hit.row).collect()
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_scores_and_depends_on_nothing_else(
            candidates in candidates(), seed in any::<u64>(), by_ranks in any::<bool>(), text in 0..4_u32, vector in 0..4_u32,
        ) {
            let scale = Scale {
                method: if by_ranks { FuseMethod::Rrf } else { FuseMethod::Convex },
                weights: FuseWeights { text: f64::from(text), vector: f64::from(vector) },
                ..SCALE
            };
            let hits = fused(&candidates, &scale);
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
            prop_assert_eq!(fused(&mixed, &scale), hits);
        }

        #[test]
        fn a_weight_of_nothing_leaves_the_other_ranking(candidates in candidates()) {
            let only = |text: f64| Scale { weights: FuseWeights { text, vector: 1.0 - text }, ..SCALE };
            let by = |value: &dyn Fn(&Candidate) -> f64| {
                let mut sorted = candidates.clone();
                sorted.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.row.cmp(&b.row)));
                sorted.iter().map(|candidate| candidate.row).collect::<Vec<_>>()
            };
            let words = |candidate: &Candidate| candidate.text.map_or(0.0, |part| part.value);
            let near = |candidate: &Candidate| candidate.cosine.unwrap_or(0.0);
            prop_assert_eq!(rows(&fused(&candidates, &only(1.0))), by(&words));
            prop_assert_eq!(rows(&fused(&candidates, &only(0.0))), by(&near));
        }
    }

    #[test]
    fn a_row_of_both_rankings_is_one_row() {
        let text = [hit(
            (0, 3),
            Parts {
                text: part(1, 2.0),
                ..Parts::default()
            },
        )];
        let near = [
            hit(
                (0, 1),
                Parts {
                    vector: part(1, 0.1),
                    ..Parts::default()
                },
            ),
            hit(
                (0, 3),
                Parts {
                    vector: part(2, 0.2),
                    ..Parts::default()
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
            round: 0,
        };
        let weights = FuseWeights {
            text: 4.0,
            vector: 1.0,
        };
        let convex = Scale {
            weights,
            ceiling: 12.0,
            ..SCALE
        };
        let score = |candidate, scale: Scale| fused(&[candidate], &scale)[0].score;
        let best = one(part(1, 6.0), part(1, 0.5), Some(0.5));
        assert_eq!(score(best, convex), 0.8 * 0.5 + 0.2 * 0.5);
        let nowhere = Scale {
            ceiling: 0.0,
            ..convex
        };
        assert_eq!(score(best, nowhere), 0.2 * 0.5, "nothing is asked of words");
        let above = one(part(1, 15.0), None, None);
        assert_eq!(score(above, convex), 0.8, "no share is above 1");
        let ranks = Scale {
            method: FuseMethod::Rrf,
            ..convex
        };
        assert_eq!(score(best, ranks), 1.0);
        let late = one(part(0, 6.0), part(12, 0.5), Some(0.5));
        assert_eq!(
            score(late, ranks),
            0.2 * (11.0 / 22.0),
            "a part that was not found has no place"
        );
        let nothing = Scale {
            weights: FuseWeights {
                text: 0.0,
                vector: 0.0,
            },
            ..SCALE
        };
        assert_eq!(score(best, nothing), 0.0);
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
                weights: Some(weights),
                k: 60.0,
                ..Fuse::default()
            }
        );
        let of_function = read(r#"{ "strength": 0.4, "languages": ["en"] }"#);
        assert_eq!(
            of_function,
            Fuse {
                strength: 0.4,
                languages: vec!["en".to_owned()],
                ..Fuse::default()
            }
        );
    }
}
