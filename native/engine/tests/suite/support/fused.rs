//! Searches for words and vectors compared with the model: plain BM25 and the cosine of all rows, added up as decision 0081 says.

use std::collections::{HashMap, HashSet};

use varve_engine::{
    After, DataType, Field, Filter, Fuse, FuseMethod, FuseWeights, Metric, Search, SearchOptions, Snapshot,
    WantedText, What,
};

use super::by_words::{Asked, Judged};
use super::filters::{Meaning, filter};
use super::model::Row;
use super::nearest::{Shown, Tally, query, ranking, similarity};
use super::random::Random;

/// What the model knows of the rows that may be found.
struct Known<'m> {
    fuse: Fuse,
    judged: Judged<'m>,
    /// Both rankings.
    text: Vec<(&'m Row, f64)>,
    near: Vec<(&'m Row, f64)>,
    cosines: HashMap<u64, f64>,
}

impl<'m> Known<'m> {
    /// The rows of a look at the first rows of either ranking, and whether there are no others. First those of the first round, the best first, then
    /// those that twice its depth adds, and so on.
    fn looked_at(&self, round: usize, depth: usize) -> (Vec<(u64, f64)>, bool) {
        let weights = self.fuse.weights.unwrap_or(FuseWeights {
            text: 1.0 - self.fuse.strength / 2.0,
            vector: self.fuse.strength / 2.0,
        });
        let ranks = |ranking: &[(&Row, f64)], weight: f64| -> HashMap<u64, usize> {
            let first = ranking.iter().take(if weight > 0.0 { depth } else { 0 });
            first.zip(1..).map(|((row, _), rank)| (row.id, rank)).collect()
        };
        let (text, near) = (ranks(&self.text, weights.text), ranks(&self.near, weights.vector));
        let mut all = Vec::new();
        for (row, words) in &self.judged.scores {
            let is_found = text.contains_key(&row.id) || near.contains_key(&row.id);
            let Some(words) = words.filter(|_| is_found) else {
                continue;
            };
            let found = [&text, &near].map(|ranks| ranks.get(&row.id).copied());
            let best = found.into_iter().flatten().min().unwrap();
            let mut within = round;
            while best > within {
                within = within.saturating_mul(2);
            }
            let place = |ranks: &HashMap<u64, usize>| {
                let rank = ranks.get(&row.id).filter(|rank| **rank <= within);
                rank.map_or(0.0, |rank| (self.fuse.k + 1.0) / (self.fuse.k + *rank as f64))
            };
            let (by_words, by_vector) = match self.fuse.method {
                FuseMethod::Convex if self.judged.ceiling == 0.0 => {
                    (0.0, self.cosines.get(&row.id).copied().unwrap_or(0.0))
                }
                FuseMethod::Convex => (
                    (words / self.judged.ceiling).min(1.0),
                    self.cosines.get(&row.id).copied().unwrap_or(0.0),
                ),
                FuseMethod::Rrf => (place(&text), place(&near)),
            };
            let score =
                (weights.text * by_words + weights.vector * by_vector) / (weights.text + weights.vector);
            all.push((within, row.id, score));
        }
        all.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)).then(a.1.cmp(&b.1)));
        let all = all.into_iter().map(|(_, id, score)| (id, score)).collect();
        let is_all_text = weights.text == 0.0 || depth > self.text.len();
        let is_all_near = weights.vector == 0.0 || depth > self.near.len();
        // All rows that have what is required are among those that words find.
        let is_required = weights.text > 0.0 && self.judged.requires;
        (all, is_all_text && (is_all_near || is_required))
    }

    /// The first `limit` rows.
    fn page(&self, candidates: usize, limit: usize) -> Vec<(u64, f64)> {
        let first = candidates.max(limit);
        let mut depth = first;
        loop {
            let (mut all, is_all) = self.looked_at(first, depth);
            if is_all || all.len() >= limit {
                all.truncate(limit);
                return all;
            }
            depth *= 2;
        }
    }
}

fn fuse(random: &mut Random) -> Fuse {
    let weight = |random: &mut Random| *random.pick(&[0.0, 1.0, 4.0]);
    let mut weights = FuseWeights {
        text: weight(random),
        vector: weight(random),
    };
    if weights.text + weights.vector == 0.0 {
        weights.text = 1.0;
    }
    Fuse {
        method: *random.pick(&[FuseMethod::Convex, FuseMethod::Convex, FuseMethod::Rrf]),
        weights: random.chance(50).then_some(weights),
        k: *random.pick(&[10.0, 60.0]),
        strength: *random.pick(&[0.4, 1.0]),
        languages: vec!["en".to_owned()],
    }
}

/// A random search for words and vectors, where there are columns of both.
pub(crate) fn search(random: &mut Random, tally: &mut Tally, snapshot: &Snapshot, shown: &Shown<'_>) {
    let is_vector = |field: &&Field| matches!(field.data_type, DataType::Vector { .. });
    let vectors: Vec<&Field> = shown.schema.fields.iter().filter(is_vector).collect();
    if vectors.is_empty() {
        return;
    }
    let column = *random.pick(&vectors);
    let Some(asked) = Asked::draw(random, snapshot) else {
        return;
    };
    let query = query(random, column, &shown.rows);
    let meaning: Option<Meaning> = random.chance(50).then(|| filter(random, &shown.schema.fields, 2));
    let parsed = meaning
        .as_ref()
        .map(|meaning| Filter::parse(&meaning.json, shown.schema).unwrap());
    let fuse = fuse(random);
    let (limit, candidates) = (*random.pick(&[1, 3, 10, 40]), *random.pick(&[1, 5, 100]));
    let search = Search {
        what: What::Both {
            words: WantedText {
                query: &asked.words,
                columns: &asked.columns,
            },
            column,
            query: &query,
            fuse: &fuse,
        },
        filter: parsed.as_ref(),
        group: None,
        options: SearchOptions {
            limit,
            candidates: Some(candidates),
            exact: true,
            ..SearchOptions::default()
        },
    };
    let passed = shown.matching(meaning.as_ref());
    let mut judged = asked.judge(shown);
    judged
        .scores
        .retain(|(row, _)| passed.binary_search_by_key(&row.id, |row| row.id).is_ok());
    let cosine = |row: &&Row| {
        Some((
            row.id,
            similarity(&query, column, Metric::Cosine, row)?.clamp(-1.0, 1.0),
        ))
    };
    // A vector of zeros says nothing.
    let says = query.iter().any(|x| *x != 0.0);
    let known = Known {
        fuse: fuse.clone(),
        text: as_engine(snapshot, &search, judged.ranking()),
        near: if says {
            ranking(&query, column, &passed)
        } else {
            Vec::new()
        },
        cosines: passed.iter().filter(|_| says).filter_map(cosine).collect(),
        judged,
    };
    let picked = snapshot.search(&search, shown.schema.fields.clone()).unwrap();
    super::checks::values_of(&picked, shown);
    let expected = known.page(candidates, limit);
    let found: Vec<(u64, f64)> = picked
        .ids()
        .zip(picked.scores.iter().map(|score| score.score))
        .collect();
    assert_eq!(found.len(), expected.len(), "{found:?} is not {expected:?}");
    for ((id, score), (other, wanted)) in found.iter().zip(&expected) {
        assert!(
            (score - wanted).abs() <= 1e-5,
            "row {id} has {score}, row {other} {wanted}"
        );
        let same = || {
            expected
                .iter()
                .any(|(known, own)| known == id && (own - score).abs() <= 1e-5)
        };
        assert!(
            id == other || same() || (score - expected.last().unwrap().1).abs() <= 1e-5,
            "row {id} in the place of {other}"
        );
    }
    for (id, score) in picked.ids().zip(&picked.scores) {
        let (_, words) = known.judged.scores.iter().find(|(row, _)| row.id == id).unwrap();
        let told = score.parts.text.map_or(0.0, |part| part.value);
        assert!(
            (told - words.unwrap()).abs() <= 1e-9 * told.max(1.0),
            "row {id}: {told}"
        );
        assert_eq!(score.parts.cosine.is_some(), known.cosines.contains_key(&id));
        tally.fused_apart += usize::from(score.parts.text.is_none() != score.parts.vector.is_none());
    }
    if random.chance(40) {
        pages(&search, snapshot, &known);
    }
    tally.fused += 1;
}

/// A ranking by words with those in the engine's order that are equally good but for the last bits: their terms were added in another order,
/// and a place of one more or less is another score where ranks are added up.
fn as_engine<'m>(
    snapshot: &Snapshot,
    search: &Search<'_>,
    mut ranking: Vec<(&'m Row, f64)>,
) -> Vec<(&'m Row, f64)> {
    let What::Both {
        words: WantedText { query, columns },
        ..
    } = search.what
    else {
        return ranking;
    };
    let alone = Search {
        what: What::Text { query, columns },
        options: SearchOptions {
            limit: ranking.len(),
            ..SearchOptions::default()
        },
        ..*search
    };
    let picked = snapshot.search(&alone, Vec::new()).unwrap();
    let places: HashMap<u64, usize> = picked.ids().zip(0..).collect();
    let scores: Vec<f64> = ranking.iter().map(|(_, score)| *score).collect();
    ranking.sort_by_key(|(row, _)| places[&row.id]);
    for ((row, own), other) in ranking.iter().zip(scores) {
        assert!(
            (own - other).abs() <= 1e-9 * own.max(1.0),
            "row {} with {own} in the place of one with {other}",
            row.id
        );
    }
    ranking
}

/// Pages hold each row once that words or vectors find, in as many pages as it takes.
fn pages(search: &Search<'_>, snapshot: &Snapshot, known: &Known<'_>) {
    let (all, _) = known.looked_at(1, usize::MAX / 2);
    let all: HashSet<u64> = all.into_iter().map(|(id, _)| id).collect();
    let (mut seen, mut after, limit) = (Vec::new(), None, search.options.limit.max(7));
    loop {
        let options = SearchOptions {
            limit,
            after,
            ..search.options
        };
        let picked = snapshot.search(&search.with(options), Vec::new()).unwrap();
        seen.extend(picked.ids());
        let Some(last) = picked.scores.last() else { break };
        after = Some(After {
            seen: seen.len(),
            order: last.order,
            id: picked.id(picked.len() - 1),
            depth: picked.depth,
        });
        if picked.len() < limit {
            break;
        }
    }
    assert_eq!(seen.len(), all.len(), "each once");
    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), all);
}
