//! Searches for words compared with the model: as plain BM25 over all rows that a version shows scores them, with the filter behind it.

use std::collections::HashMap;

use serde_json::json;
use varve_engine::{
    DataType, Field, Filter, Picked, Search, SearchOptions, Snapshot, TextQuery, TextSetting, Value,
    WeightedText, What, Words,
};

use super::filters::{Meaning, filter};
use super::model::Row;
use super::nearest::{Shown, Tally};
use super::random::Random;

/// Words that stand in random texts, none of which says little in any language.
const WORDS: [&str; 5] = ["ab", "b", "o", "zzz", "none"];

/// A search, as it is asked and as it is meant.
pub(crate) struct Asked<'s> {
    pub(crate) words: Words,
    pub(crate) columns: Vec<WeightedText<'s>>,
    must: Vec<&'static str>,
    not: Vec<&'static str>,
    should: Vec<&'static str>,
}

/// What words say of a version.
pub(crate) struct Judged<'m> {
    /// Of each row its score, 0 where it has none of the words; none where it lacks what is required.
    pub(crate) scores: Vec<(&'m Row, Option<f64>)>,
    /// The score that no row exceeds whose words stand in one column.
    pub(crate) ceiling: f64,
    /// Whether something is required.
    pub(crate) requires: bool,
}

impl<'s> Asked<'s> {
    pub(crate) fn draw(random: &mut Random, snapshot: &'s Snapshot) -> Option<Self> {
        let mut columns: Vec<WeightedText<'s>> = Vec::new();
        for column in snapshot.texts() {
            if random.chance(70) {
                columns.push(snapshot.text(column, *random.pick(&[1.0, 2.0, 0.5])).unwrap());
            }
        }
        let (mut must, mut not, mut should) = (Vec::new(), Vec::new(), Vec::new());
        for word in WORDS {
            match random.below(10) {
                0 => must.push(word),
                1 => not.push(word),
                2..7 => should.push(word),
                _ => {}
            }
        }
        let asked = json!({"must": must, "not": not, "match": should.join(" ")});
        let query: TextQuery = serde_json::from_value(asked).unwrap();
        let words = query.query(&|_| None).unwrap();
        (!columns.is_empty()).then_some(Self {
            words,
            columns,
            must,
            not,
            should,
        })
    }

    /// What it says of all rows.
    pub(crate) fn judge<'m>(&self, shown: &Shown<'m>) -> Judged<'m> {
        let fields: Vec<Counted> = self
            .columns
            .iter()
            .map(|text| Counted::new(text.column, text.weight, shown))
            .collect();
        // Each required word is a part of its own; all others are one.
        let parts = || {
            self.must
                .iter()
                .map(std::slice::from_ref)
                .chain([self.should.as_slice()])
        };
        let mut scores = Vec::new();
        for (at, row) in shown.rows.iter().enumerate() {
            let has = |word: &str| fields.iter().any(|field| field.frequency(at, word) > 0);
            let may = self.must.iter().all(|word| has(word)) && !self.not.iter().any(|word| has(word));
            let mut score = 0.0;
            for words in parts() {
                for field in &fields {
                    score += words.iter().map(|word| field.score(at, word)).sum::<f64>();
                }
            }
            scores.push((*row, may.then_some(score)));
        }
        let most = |field: &Counted, word: &&&str| field.weight * field.idf(word) * 2.2;
        let words = || self.must.iter().chain(&self.should);
        // A column counts that holds the word in any row, or any where none does.
        let of = |word: &&str| {
            let held: Vec<&Counted> = fields
                .iter()
                .filter(|field| field.frequencies.contains_key(*word))
                .collect();
            let all = || fields.iter().collect::<Vec<_>>();
            let columns = if held.is_empty() { all() } else { held };
            columns
                .into_iter()
                .map(|field| most(field, &word))
                .fold(0.0, f64::max)
        };
        Judged {
            scores,
            ceiling: words().map(of).sum(),
            requires: !self.must.is_empty(),
        }
    }

    /// The rows that it finds with their scores, the best first.
    fn ranking<'m>(&self, shown: &Shown<'m>) -> Vec<(&'m Row, f64)> {
        self.judge(shown).ranking()
    }
}

impl<'m> Judged<'m> {
    pub(crate) fn ranking(&self) -> Vec<(&'m Row, f64)> {
        let found = self
            .scores
            .iter()
            .filter_map(|(row, score)| Some((*row, (*score)?)));
        let mut ranking: Vec<(&Row, f64)> = found.filter(|(_, score)| *score > 0.0).collect();
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.id.cmp(&b.0.id)));
        ranking
    }
}

/// A column of all rows that are shown.
struct Counted {
    weight: f64,
    /// Of each row the words.
    rows: Vec<Vec<String>>,
    /// Rows with a word, and their mean length.
    count: f64,
    mean: f64,
    frequencies: HashMap<String, f64>,
}

impl Counted {
    fn new(field: &Field, weight: f64, shown: &Shown<'_>) -> Self {
        let rows: Vec<Vec<String>> = shown
            .rows
            .iter()
            .map(|row| words_of(field, &row.value(field)))
            .collect();
        let count = rows.iter().filter(|words| !words.is_empty()).count() as f64;
        let length: usize = rows.iter().map(Vec::len).sum();
        let mut frequencies = HashMap::new();
        for words in &rows {
            let mut words = words.clone();
            words.sort_unstable();
            words.dedup();
            words
                .into_iter()
                .for_each(|word| *frequencies.entry(word).or_insert(0.0) += 1.0);
        }
        Self {
            weight,
            rows,
            count,
            mean: length as f64 / count,
            frequencies,
        }
    }

    fn frequency(&self, row: usize, word: &str) -> usize {
        self.rows[row].iter().filter(|other| *other == word).count()
    }

    fn idf(&self, word: &str) -> f64 {
        let n = self.frequencies.get(word).copied().unwrap_or(0.0);
        (1.0 + (self.count - n + 0.5) / (n + 0.5)).ln()
    }

    fn score(&self, row: usize, word: &str) -> f64 {
        let (f, idf) = (self.frequency(row, word) as f64, self.idf(word));
        let length = self.rows[row].len() as f64;
        if f == 0.0 {
            return 0.0;
        }
        self.weight * idf * 2.2 * f / (f + 1.2 * (0.25 + 0.75 * length / self.mean))
    }
}

/// The words of a value. Random texts have few enough for their number to be kept exactly.
fn words_of(field: &Field, value: &Value) -> Vec<String> {
    let (mut folds, mut parts) = (true, Vec::new());
    if let Some(TextSetting::Known(said)) = field.text.as_deref() {
        (folds, parts) = (said.analysis.fold, said.parts.clone());
    }
    let mut words = Vec::new();
    let mut take = |text: &str| {
        let text = text.to_lowercase();
        let text = if folds { text.replace('ö', "o") } else { text };
        let split = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        words.extend(split.map(str::to_owned));
    };
    texts_of(&field.data_type, value, &mut Vec::new(), &mut |path, text| {
        if parts.is_empty() || parts.iter().any(|part| part.iter().eq(path)) {
            take(text);
        }
    });
    words
}

fn texts_of<'t>(
    data_type: &'t DataType,
    value: &Value,
    path: &mut Vec<&'t str>,
    take: &mut dyn FnMut(&[&str], &str),
) {
    match (data_type, value) {
        (DataType::Text, Value::Text(text)) => take(path, text),
        (DataType::List { item }, Value::List(values)) => {
            values
                .iter()
                .for_each(|value| texts_of(&item.data_type, value, path, take));
        }
        (DataType::Struct { fields }, Value::Struct(values)) => {
            for (field, value) in fields.iter().zip(values) {
                path.push(&field.name);
                texts_of(&field.data_type, value, path, take);
                path.pop();
            }
        }
        _ => {}
    }
}

/// A random search for words, where a column is searched by them.
pub(crate) fn search(
    random: &mut Random,
    tally: &mut Tally,
    snapshot: &Snapshot,
    shown: &Shown<'_>,
) -> Option<Picked> {
    let said =
        |field: &&Field| matches!(field.text.as_deref(), Some(TextSetting::Known(said)) if said.search);
    for field in shown.schema.fields.iter().filter(said) {
        assert!(snapshot.texts().iter().any(|text| text.id == field.id));
    }
    let asked = Asked::draw(random, snapshot)?;
    let meaning: Option<Meaning> = random.chance(50).then(|| filter(random, &shown.schema.fields, 2));
    let parsed = meaning
        .as_ref()
        .map(|meaning| Filter::parse(&meaning.json, shown.schema).unwrap());
    let passed = shown.matching(meaning.as_ref());
    let mut ranking = asked.ranking(shown);
    ranking.retain(|(row, _)| passed.binary_search_by_key(&row.id, |row| row.id).is_ok());
    let limit = *random.pick(&[1, 3, 10, usize::MAX]);
    let search = Search {
        what: What::Text {
            query: &asked.words,
            columns: &asked.columns,
        },
        filter: parsed.as_ref(),
        group: None,
        options: SearchOptions {
            limit,
            ..SearchOptions::default()
        },
    };
    let picked = snapshot.search(&search, shown.schema.fields.clone()).unwrap();
    super::checks::values_of(&picked, shown);
    let wanted = &ranking[..limit.min(ranking.len())];
    assert_eq!(picked.len(), wanted.len());
    for ((id, score), (row, expected)) in picked.ids().zip(&picked.scores).zip(wanted) {
        assert!(
            (score.score - expected).abs() <= 1e-9 * expected,
            "row {id}: {} is not {expected}",
            score.score
        );
        assert_eq!(score.parts.text.map(|part| part.value), Some(score.score));
        // Rows that are as good to the last bits may come in either order.
        let same = || (score.score - ranking.iter().find(|(row, _)| row.id == id).unwrap().1).abs() <= 1e-9;
        assert!(id == row.id || same(), "row {id} in the place of {}", row.id);
    }
    let explained = snapshot.explain(&search).unwrap();
    assert_eq!(explained.rows, shown.rows.len() as u64);
    tally.words += 1;
    tally.word_segments += usize::from(explained.indexes > 0);
    Some(picked)
}
