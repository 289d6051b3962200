use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, EnableScoring, Occur as Kind, Query, TermQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption, Term};

use super::best::{Best, Counts, Hit};
use super::evaluated::Evaluated;
use crate::error::Result;
use crate::index::text::corpus::{Covered, Part};
use crate::index::text::query::{Compiled, Occur};
use crate::index::text::segment::TextIndex;

/// The library is told of so many rows, of which every term is in half: then each counts for `ln 2`, and a boost says the rest. So its
/// 32 bits keep what a term in nearly all rows weighs, and each field has the mean length of its own rows.
const ROWS: u64 = 1 << 20;
/// Candidates that are scored at once.
const AT_ONCE: usize = 1024;

/// A query that the library prunes: terms of which a row should have any, or must have each; and what it must not have.
pub(crate) struct Pruned<'a> {
    covered: &'a Covered<'a>,
    compiled: &'a Compiled,
    weight: Box<dyn Weight>,
    /// What the library's scores are multiplied with: the boost of a term that is alone, which it would not prune if it knew of it.
    scale: f32,
    /// By what bounds of the lists may be too low, in parts of the threshold.
    slack: f32,
}

impl<'a> Pruned<'a> {
    /// None where it is a query of another kind.
    pub(crate) fn new(covered: &'a Covered<'a>, compiled: &'a Compiled) -> Result<Option<Self>> {
        let scored = || {
            compiled
                .clauses
                .iter()
                .filter(|clause| clause.occur != Occur::Not)
        };
        let plain = scored().all(|clause| clause.leaves.iter().all(|leaf| leaf.terms.len() == 1));
        let any = scored().count() == 1 || scored().all(|clause| clause.occur == Occur::Should);
        let kind = if plain && any {
            Kind::Should
        } else if plain && scored().all(|clause| clause.occur == Occur::Must && clause.leaves.len() == 1) {
            Kind::Must
        } else {
            return Ok(None);
        };
        let mut terms = Vec::new();
        let mut stretch = 1.0_f32;
        for leaf in scored().flat_map(|clause| &clause.leaves) {
            let (Some((_, term)), Some(field)) = (leaf.terms.first(), compiled.fields.get(leaf.place)) else {
                continue;
            };
            let Some(place) = covered.index.place(field.field) else {
                if kind == Kind::Must {
                    return Ok(None);
                }
                continue;
            };
            stretch = stretch.max(stretched(covered.index, place, field.totals.average())?);
            covered.index.info(place, term)?;
            let term = Term::from_field_text(Field::from_field_id(place as u32), term);
            let boost = leaf.factor / (2.2 * std::f64::consts::LN_2);
            terms.push((TermQuery::new(term, IndexRecordOption::WithFreqs), boost as f32));
        }
        // Each addition of 32 bits may lose half of the last, and the mean length is told in parts of a million.
        let slack = 4e-6 + 2.5e-7 * terms.len() as f32;
        let averages = averages(covered.index, compiled);
        let (weight, scale) = covered.index.ask(|| {
            let scoring =
                EnableScoring::enabled_from_statistics_provider(&averages, covered.index.searcher());
            if let [(term, boost)] = terms.as_slice() {
                return Ok((term.weight(scoring)?, *boost));
            }
            let boosted = |(term, boost)| -> (Kind, Box<dyn Query>) {
                (kind, Box::new(BoostQuery::new(Box::new(term), boost)))
            };
            Ok((
                BooleanQuery::new(terms.into_iter().map(boosted).collect()).weight(scoring)?,
                1.0,
            ))
        })?;
        Ok(Some(Self {
            covered,
            compiled,
            weight,
            scale,
            slack: (1.0 - slack) / stretch,
        }))
    }

    /// Adds the best rows of the segment.
    pub(crate) fn search(&self, part: &Part<'_>, rows: &mut dyn Counts, best: &mut Best) -> Result<()> {
        let mut collector = Collector {
            part,
            excluded: Evaluated::new(part, self.compiled, |occur| occur == Occur::Not)?,
            evaluated: Evaluated::new(part, self.compiled, |occur| occur != Occur::Not)?,
            nearly: BinaryHeap::new(),
            pending: Vec::new(),
            best,
        };
        let mut failed = None;
        let slack = self.slack / self.scale;
        let start = collector.threshold() * slack;
        let reader = self.covered.index.searcher().segment_reader(0);
        self.covered.index.ask(|| {
            self.weight
                .for_each_pruning(start, reader, &mut |document, score| match collector.take(
                    document,
                    score * self.scale,
                    rows,
                ) {
                    Ok(true) => collector.threshold() * slack,
                    Ok(false) => f32::INFINITY,
                    Err(error) => {
                        failed = Some(error);
                        f32::INFINITY
                    }
                })
        })?;
        match failed {
            Some(error) => Err(error),
            None => collector.flush(),
        }
    }
}

/// By what the scores of a field may differ from those that its block maxima were chosen for: these suppose the mean length of the segment,
/// and the ratio of two scores changes by no more than the mean length does.
fn stretched(index: &TextIndex, place: usize, average: f64) -> Result<f32> {
    let lists = index.lists(place)?;
    let supposed = lists.terms.total_num_tokens() as f64 / f64::from(index.documents());
    let ratio = average / supposed;
    if ratio.is_finite() && ratio > 0.0 {
        Ok(ratio.max(1.0 / ratio) as f32)
    } else {
        Ok(1.0)
    }
}

/// The mean lengths of the fields, as the library asks for them.
struct Averages(Vec<u64>);

fn averages(index: &TextIndex, compiled: &Compiled) -> Averages {
    let fields = index.fields().map(|(field, _)| {
        let weighed = compiled.fields.iter().find(|weighed| weighed.field == field);
        weighed.map_or(ROWS, |weighed| {
            (weighed.totals.average() * ROWS as f64).round() as u64
        })
    });
    Averages(fields.collect())
}

impl Bm25StatisticsProvider for Averages {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Ok(self.0.get(field.field_id() as usize).copied().unwrap_or(ROWS))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(ROWS)
    }

    fn doc_freq(&self, _: &Term) -> tantivy::Result<u64> {
        Ok(ROWS / 2)
    }
}

/// Takes the rows that the library finds, ascending, by scores that are nearly right, and scores those again that may be among the best.
struct Collector<'a, 'b> {
    part: &'a Part<'a>,
    excluded: Evaluated<'a>,
    evaluated: Evaluated<'a>,
    /// The best of the scores that are nearly right, the worst of them first.
    nearly: BinaryHeap<Reverse<Score>>,
    pending: Vec<(u32, f32)>,
    best: &'b mut Best,
}

#[derive(Clone, Copy, PartialEq)]
struct Score(f32);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Collector<'_, '_> {
    /// What a row must nearly reach. Rows that do not count leave it as it is.
    fn threshold(&self) -> f32 {
        let nearly = match self.nearly.peek() {
            Some(Reverse(Score(score))) if self.nearly.len() >= self.best.most() => *score,
            _ => -1.0,
        };
        nearly.max(self.best.threshold() as f32).max(-1.0)
    }

    /// Whether rows behind this one may count.
    fn take(&mut self, document: u32, score: f32, rows: &mut dyn Counts) -> Result<bool> {
        let id = self.part.id(document)?;
        if id >= rows.until() {
            return Ok(false);
        }
        if !self.part.sees(document) || !rows.counts(id)? || self.excluded.has_any(document)? {
            return Ok(true);
        }
        self.nearly.push(Reverse(Score(score)));
        if self.nearly.len() > self.best.most() {
            self.nearly.pop();
        }
        self.pending.push((document, score));
        if self.pending.len() >= AT_ONCE.max(4 * self.best.most()) {
            self.flush()?;
        }
        Ok(true)
    }

    /// Scores those that may be among the best, in 64 bits and in the order of the query.
    fn flush(&mut self) -> Result<()> {
        let threshold = self.threshold();
        let enough = threshold - threshold.abs() * 1e-3;
        for (document, score) in std::mem::take(&mut self.pending) {
            if score < enough {
                continue;
            }
            if let Some(score) = self.evaluated.score(document)? {
                let id = self.part.id(document)?;
                self.best.push(Hit { id, score });
            }
        }
        Ok(())
    }
}
