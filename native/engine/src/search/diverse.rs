//! Rows that are good and differ (maximal marginal relevance).

use super::exact::Hit;
use super::pass::Question;
use super::query::Query;
use crate::column::vector_elements;
use crate::error::Result;
use crate::schema::{DataType, Field};
use crate::snapshot::Snapshot;

/// A row that may be chosen.
struct Candidate<'a> {
    hit: Hit,
    /// Its vector; none where it has none, and is like no other.
    vector: Option<&'a [u8]>,
    /// The score of the row among those that were chosen which it is most like; nothing before one was chosen.
    alike: Option<f64>,
}

impl Snapshot {
    /// Chooses rows one by one: of those that are left the one whose score, less what it has in common with those that were chosen, is the
    /// highest. Both are scores of the column's metric. Of equal ones the first goes first.
    pub(super) fn diverse(
        &self,
        field: &Field,
        hits: Vec<Hit>,
        diversity: f64,
        wanted: usize,
    ) -> Result<Vec<Hit>> {
        let mut left = Vec::with_capacity(hits.len());
        for hit in hits {
            left.push(Candidate {
                hit,
                vector: self.vector_at(field, hit.row)?,
                alike: None,
            });
        }
        let worth = |one: &Candidate<'_>| {
            (1.0 - diversity) * one.hit.score - diversity * one.alike.unwrap_or_default()
        };
        let mut chosen = Vec::new();
        while chosen.len() < wanted {
            let mut best: Option<(usize, f64)> = None;
            for (at, worth) in left.iter().map(worth).enumerate() {
                if best.is_none_or(|(_, most)| worth > most) {
                    best = Some((at, worth));
                }
            }
            let Some((at, _)) = best else { break };
            let next = left.remove(at);
            chosen.push(next.hit);
            if let Some(vector) = next.vector {
                compare(field, vector, &mut left)?;
            }
        }
        Ok(chosen)
    }
}

/// Says to those that are left how much they are like this vector.
fn compare(field: &Field, vector: &[u8], left: &mut [Candidate<'_>]) -> Result<()> {
    let DataType::Vector { element, .. } = field.data_type else {
        return Ok(());
    };
    let vector = vector_elements(vector, element);
    let question = Question::new(Query::new(field, &vector)?);
    let (mut with, mut vectors) = (Vec::new(), Vec::new());
    for one in left.iter_mut() {
        if let Some(vector) = one.vector {
            with.push(&mut one.alike);
            vectors.push(vector);
        }
    }
    for (alike, score) in with.into_iter().zip(question.scores(&vectors)) {
        let (_, score) = question.query.distance_and_score(score);
        *alike = Some(alike.map_or(score, |known| known.max(score)));
    }
    Ok(())
}
