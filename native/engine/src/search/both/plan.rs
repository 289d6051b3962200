use std::collections::HashMap;

use super::fuse::{Candidate, Fuse, FuseMethod, FuseWeights, Scale, all_of, fused};
use super::weights::Weighed;
use crate::error::{Code, Error, Result};
use crate::index::text::Fit;
use crate::schema::Metric;
use crate::search::exact::Hit;
use crate::search::found::Found;
use crate::search::near::VectorPlan;
use crate::search::pass::Question;
use crate::search::query::Query;
use crate::search::request::{Explained, Fusion};
use crate::search::text::{Reading, TextPlan};
use crate::search::threads::beside;
use crate::snapshot::{Part, RowPlace};

/// A search for words and vectors.
pub(in crate::search) struct BothPlan<'a> {
    text: TextPlan<'a>,
    vector: VectorPlan<'a>,
    fuse: &'a Fuse,
    /// How many rows of either ranking are of the first round.
    first: usize,
    /// About how many nanoseconds the words take, and the vectors.
    predicted_ns: (u64, u64),
}

/// Where either takes as many nanoseconds, two threads are quicker than one.
const WORTH_NS: u64 = 200_000;

impl<'a> BothPlan<'a> {
    pub(in crate::search) fn new(
        text: TextPlan<'a>,
        vector: VectorPlan<'a>,
        fuse: &'a Fuse,
        first: usize,
    ) -> Result<Self> {
        fuse.check()?;
        let predicted_ns = (text.predicted_ns()?, vector.predicted_ns());
        Ok(Self {
            first,
            text,
            vector,
            fuse,
            predicted_ns,
        })
    }

    /// About how many nanoseconds the answer will take.
    pub(in crate::search) fn predicted_ns(&self) -> u64 {
        self.predicted_ns.0.saturating_add(self.predicted_ns.1)
    }

    /// The best rows, and what finding them took.
    pub(in crate::search) fn hits(&self) -> Result<Found> {
        let (mut found, explained) = self.text.ask(|reading| self.both(reading))?;
        let near = std::mem::take(&mut found.explained);
        found.explained = Explained {
            segments: explained.segments.max(near.segments),
            candidates: explained.candidates.max(near.candidates),
            indexes: explained.indexes + near.indexes,
            uncovered: explained.uncovered + near.uncovered,
            ..near
        };
        Ok(found)
    }

    fn both(&self, reading: &mut Reading<'_>) -> Result<Found> {
        let query = self.text.query;
        let Weighed {
            weights,
            names_exactly,
            is_other_script,
        } = self.fuse.weigh(query, &reading.compiled);
        let scale = Scale {
            method: self.fuse.method,
            weights,
            k: self.fuse.k,
            ceiling: reading.compiled.ceiling(),
        };
        // A ranking that counts for nothing finds nothing.
        let by_words = self.fuse.asks_words();
        let by_vectors = self.fuse.asks_vectors(query) && self.says_something();
        let words = || if by_words { reading.hits() } else { Ok(Vec::new()) };
        let near = || {
            let found = by_vectors.then(|| self.vector.hits()).transpose()?;
            Ok(found.unwrap_or_else(|| Found::new(Vec::new(), exactly_nothing(), 1)))
        };
        let is_long = self.predicted_ns.0.min(self.predicted_ns.1) > WORTH_NS;
        let (text, near) = beside(is_long && by_words && by_vectors, words, near)?;
        let mut candidates = all_of(&text, &near.hits);
        self.look_up(reading, &mut candidates)?;
        self.compare(&mut candidates)?;
        self.in_rounds(&mut candidates);
        let words = if by_words {
            self.text.signals(reading, &text)?
        } else {
            None
        };
        let is_all_text = !by_words || text.len() < self.text.limit;
        let is_required = by_words && reading.compiled.requires();
        let fusion = Fusion {
            weights,
            names_exactly,
            is_other_script,
            ceiling: scale.ceiling,
            terms: reading.compiled.terms(),
            hits: Vec::new(),
        };
        Ok(Found {
            is_all: is_all_text && (near.is_all || is_required),
            others_at_most: self.others_at_most(&scale, (&text, is_all_text), &near),
            hits: fused(&candidates, &scale),
            words,
            explained: Explained {
                fusion: Some(Box::new(fusion)),
                ..near.explained
            },
        })
    }

    /// What words say of the rows that only vectors found; those that lack what is required are left out.
    fn look_up(&self, reading: &Reading<'_>, candidates: &mut Vec<Candidate>) -> Result<()> {
        let others = candidates.iter().filter(|candidate| candidate.text.is_none());
        let others: Vec<RowPlace> = others.map(|candidate| candidate.row).collect();
        let fits: HashMap<RowPlace, Fit> = reading.fits(&others)?.into_iter().collect();
        candidates.retain_mut(|candidate| {
            if candidate.text.is_none() {
                match fits.get(&candidate.row) {
                    Some(Fit::Score(value)) => {
                        candidate.text = Some(Part {
                            rank: 0,
                            value: *value,
                        });
                    }
                    Some(Fit::Refused) => return false,
                    Some(Fit::Nothing) | None => {}
                }
            }
            true
        });
        Ok(())
    }

    /// Whether the vector says anything: one of zeros is what stands for a text of which nothing is known.
    fn says_something(&self) -> bool {
        self.vector.query.vector.iter().any(|x| *x != 0.0)
    }

    /// What vectors say of each: its cosine, and its distance where only words found it.
    fn compare(&self, candidates: &mut [Candidate]) -> Result<()> {
        let (snapshot, column) = (self.vector.snapshot, self.vector.leg.column);
        if !self.says_something() {
            return Ok(());
        }
        let (mut with, mut vectors) = (Vec::new(), Vec::new());
        for candidate in candidates {
            if let Some(vector) = snapshot.vector_at(column, candidate.row)? {
                with.push(candidate);
                vectors.push(vector);
            }
        }
        let scores = |query: &Query<'_>| Question::new(query.clone()).scores(&vectors);
        let by_metric = scores(&self.vector.query);
        let cosines = match self.vector.query.metric() {
            Metric::Cosine => by_metric.clone(),
            Metric::L2 | Metric::Dot => scores(&self.vector.query.by_cosine()),
        };
        for ((candidate, score), cosine) in with.into_iter().zip(by_metric).zip(cosines) {
            if candidate.vector.is_none() && !score.is_nan() {
                let (value, _) = self.vector.query.distance_and_score(score);
                candidate.vector = Some(Part { rank: 0, value });
            }
            candidate.cosine = (!cosine.is_nan()).then(|| cosine.clamp(-1.0, 1.0));
        }
        Ok(())
    }

    /// Behind the rows that earlier pages looked at come those that are found by looking twice as deep, and so on. So what is added never comes
    /// before what was shown, and a rank that only a deeper look tells counts for nothing.
    fn in_rounds(&self, candidates: &mut [Candidate]) {
        for candidate in candidates {
            let ranks = [candidate.text, candidate.vector].into_iter().flatten();
            let best = ranks.map(|part| part.rank).filter(|rank| *rank > 0).min();
            let mut depth = self.first;
            while best.is_some_and(|best| best as usize > depth) {
                candidate.round += 1;
                depth = depth.saturating_mul(2);
            }
            for part in [&mut candidate.text, &mut candidate.vector].into_iter().flatten() {
                if part.rank as usize > depth {
                    part.rank = 0;
                }
            }
        }
    }

    /// The score that no row exceeds which neither ranking has shown yet.
    fn others_at_most(&self, scale: &Scale, (text, is_all_text): (&[Hit], bool), near: &Found) -> f64 {
        let next = |hits: &[Hit]| scale.place(u32::try_from(hits.len() + 1).unwrap_or(u32::MAX));
        let (words, vectors) = match scale.method {
            FuseMethod::Rrf => (next(text), next(&near.hits)),
            FuseMethod::Convex => {
                let words = text.last().map_or(0.0, |last| scale.share(last.score));
                let is_cosine = self.vector.query.metric() == Metric::Cosine;
                let last = near.hits.last().filter(|_| is_cosine);
                (words, last.map_or(1.0, |last| last.order.clamp(0.0, 1.0)))
            }
        };
        let left = |is_all: bool, most: f64| if is_all { 0.0 } else { most };
        scale.mean(left(is_all_text, words), left(near.is_all, vectors))
    }
}

impl Fuse {
    fn check(&self) -> Result<()> {
        let is_weight = |x: f64| x.is_finite() && x >= 0.0;
        let is_pair = |weights: FuseWeights| {
            is_weight(weights.text) && is_weight(weights.vector) && weights.text + weights.vector > 0.0
        };
        let refuse = |message: String, hint: &str| Err(Error::new(Code::InvalidArgument, message).hint(hint));
        if let Some(weights) = self.weights.filter(|weights| !is_pair(*weights)) {
            let FuseWeights { text, vector } = weights;
            let message = format!("Words and vectors cannot count for {text} and {vector}.");
            return refuse(message, "Take numbers from 0 on, one of them above 0.");
        }
        if !is_weight(self.k) {
            let message = format!("Ranks cannot be fused with a k of {}.", self.k);
            return refuse(message, "Take a number from 0 on; 10 is usual.");
        }
        if !(0.0..=1.0).contains(&self.strength) {
            let message = format!("An embedding function has no strength of {}.", self.strength);
            return refuse(message, "Take a number from 0 to 1.");
        }
        Ok(())
    }
}

fn exactly_nothing() -> Explained {
    Explained {
        exact: true,
        recall: 1.0,
        ..Explained::default()
    }
}
