use super::fuse::{Fuse, FuseWeights};
use super::script::{are_latin, is_mostly_other};
use crate::index::text::{Compiled, Query};

/// How much either ranking counts for a query, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    pub(super) weights: FuseWeights,
    pub(super) names_exactly: bool,
    pub(super) is_other_script: bool,
}

/// What vectors count for, as a part of 1, where the embedding function tells texts apart as well as any.
const FULL: f64 = 0.5;

impl Fuse {
    /// Whether vectors count for anything, as far as it is known before anything is looked up.
    pub(super) fn asks_vectors(&self, query: &Query) -> bool {
        match self.weights {
            Some(weights) => weights.vector > 0.0,
            None => self.strength > 0.0 && !self.is_other_script(query),
        }
    }

    /// Whether words count for anything.
    pub(super) fn asks_words(&self) -> bool {
        self.weights.is_none_or(|weights| weights.text > 0.0)
    }

    /// How much either counts, as parts of 1. Weights that are said are taken as they are.
    pub(super) fn weigh(&self, query: &Query, compiled: &Compiled) -> Weighed {
        if let Some(FuseWeights { text, vector }) = self.weights {
            let all = if text + vector > 0.0 { text + vector } else { 1.0 };
            return Weighed {
                weights: FuseWeights {
                    text: text / all,
                    vector: vector / all,
                },
                names_exactly: false,
                is_other_script: false,
            };
        }
        let is_other_script = self.is_other_script(query);
        let names_exactly = compiled.names_exactly(query);
        let vector = match (is_other_script, names_exactly) {
            (true, _) => 0.0,
            (_, true) => FULL * self.strength / 2.0,
            _ => FULL * self.strength,
        };
        Weighed {
            weights: FuseWeights {
                text: 1.0 - vector,
                vector,
            },
            names_exactly,
            is_other_script,
        }
    }

    fn is_other_script(&self, query: &Query) -> bool {
        are_latin(&self.languages) && is_mostly_other(query.wanted())
    }
}
