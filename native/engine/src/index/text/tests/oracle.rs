//! BM25 as it is written in books, over all rows at once: slow, and in a few lines.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::Rows;
use crate::index::text::analysis::{Splitter, is_spaceless};
use crate::index::text::{Clause, Form, Occur, Query};
use crate::schema::{Analysis, Analyzer};

/// The words of each row and field: `(position, term)`.
pub(super) struct Oracle<'a> {
    fields: &'a [(u32, Analysis)],
    weights: Vec<f64>,
    ids: Vec<u64>,
    words: Vec<Vec<Vec<(u32, String)>>>,
    visible: Vec<bool>,
}

fn tokens(analysis: &Analysis, texts: &[String]) -> Vec<(u32, String)> {
    let mut words = Vec::new();
    let mut first = 0;
    for text in texts {
        let mut end = first;
        Splitter::new(analysis, 0).split(text, &mut |token| {
            words.push((first + token.position, token.text.to_owned()));
            end = end.max(first + token.position + 1);
        });
        first = end + 1;
    }
    words
}

/// Lengths up to 40 are exact; above they are rounded down to multiples of a power of two that keep four bits.
fn rounded(length: usize) -> f64 {
    if length < 40 {
        return length as f64;
    }
    // As the library's table: 24 and then eight steps for each doubling.
    let rest = length - 24;
    let step = 1 << (usize::BITS - 1 - rest.leading_zeros()).saturating_sub(3);
    (24 + rest / step * step) as f64
}

/// What a part of a query is in a field: terms in a row, with a boost.
type Leaf = (Vec<(u32, String)>, f64);

impl<'a> Oracle<'a> {
    pub(super) fn new(
        rows: &Rows,
        fields: &'a [(u32, Analysis)],
        weights: Vec<f64>,
        visible: Vec<bool>,
    ) -> Self {
        let words = rows.texts.iter().map(|texts| {
            let of_field = texts.iter().zip(fields);
            of_field
                .map(|(texts, (_, analysis))| tokens(analysis, texts))
                .collect()
        });
        Self {
            fields,
            weights,
            ids: rows.ids.clone(),
            words: words.collect(),
            visible,
        }
    }

    fn seen(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.ids.len()).filter(|row| self.visible[*row])
    }

    fn frequency(&self, field: usize, term: &str) -> usize {
        self.seen()
            .filter(|row| self.words[*row][field].iter().any(|(_, word)| word == term))
            .count()
    }

    fn expanded(&self, field: usize, distance: impl Fn(&str) -> Option<usize>) -> Vec<Leaf> {
        let mut terms = BTreeSet::new();
        for row in self.seen() {
            terms.extend(self.words[row][field].iter().map(|(_, word)| word.clone()));
        }
        let mut found: Vec<(usize, i64, String)> = terms
            .into_iter()
            .filter_map(|term| Some((distance(&term)?, -(self.frequency(field, &term) as i64), term)))
            .collect();
        found.sort();
        found.truncate(50);
        let boost = [1.0, 0.5, 0.25];
        found
            .into_iter()
            .map(|(distance, _, term)| (vec![(0, term)], boost[distance]))
            .collect()
    }

    /// The words of a text without those that say little.
    fn telling(&self, text: &str, field: usize) -> Vec<(u32, String)> {
        let analysis = Analysis {
            stop_words: self.fields[field].1.analyzer == Analyzer::Words || self.fields[field].1.stop_words,
            ..self.fields[field].1.clone()
        };
        tokens(&analysis, &[text.to_owned()])
    }

    /// Whether a query has no more than words that say little.
    fn says_little(&self, query: &Query) -> bool {
        query.clauses.iter().all(|clause| {
            clause.occur == Occur::Not
                || ((clause.occur, clause.form) == (Occur::Should, Form::Words)
                    && (0..self.fields.len()).all(|field| self.telling(&clause.text, field).is_empty()))
        })
    }

    fn leaves(&self, clause: &Clause, field: usize, says_little: bool) -> Vec<Leaf> {
        let analysis = &self.fields[field].1;
        let mut words = tokens(analysis, std::slice::from_ref(&clause.text));
        if (clause.occur, clause.form) == (Occur::Should, Form::Words) && !says_little {
            words = self.telling(&clause.text, field);
        }
        if words.is_empty() {
            return Vec::new();
        }
        if clause.form == Form::Phrase || (clause.occur != Occur::Should && words.len() > 1) {
            let first = words[0].0;
            words.iter_mut().for_each(|(position, _)| *position -= first);
            return vec![(words, 1.0)];
        }
        let single = |term: String| (vec![(0, term)], 1.0);
        let mut leaves = Vec::new();
        match clause.form {
            Form::Prefix => {
                let bare = Analysis {
                    stem: false,
                    ..analysis.clone()
                };
                if let Some((_, last)) = tokens(&bare, std::slice::from_ref(&clause.text)).last() {
                    leaves = self.expanded(field, |term| term.starts_with(last.as_str()).then_some(0));
                }
                leaves.extend(words.into_iter().map(|(_, term)| single(term)));
            }
            Form::Fuzzy(most) => {
                for (_, word) in words {
                    let allowed = [0, 0, 0, 1, 1, 1]
                        .get(word.chars().count())
                        .copied()
                        .unwrap_or(2)
                        .min(usize::from(most));
                    if allowed == 0 {
                        leaves.push(single(word));
                    } else {
                        leaves.extend(self.expanded(field, |term| {
                            Some(distance(&word, term)).filter(|d| *d <= allowed)
                        }));
                    }
                }
            }
            Form::Words | Form::Phrase => {
                for (_, word) in words.clone() {
                    if word.chars().count() == 1 && word.chars().all(is_spaceless) {
                        leaves.extend(self.expanded(field, |term| term.starts_with(&word).then_some(0)));
                    }
                    let times = words.iter().filter(|(_, other)| *other == word).count();
                    leaves.push((vec![(0, word)], (times * usize::from(clause.times)) as f64));
                }
            }
        }
        leaves
    }

    fn count(&self, row: usize, field: usize, terms: &[(u32, String)]) -> usize {
        let words = &self.words[row][field];
        let starts = words
            .iter()
            .filter(|(_, word)| *word == terms[0].1)
            .map(|(position, _)| *position);
        starts
            .filter(|start| {
                terms.iter().all(|(place, term)| {
                    words
                        .iter()
                        .any(|(position, word)| *position == start + place && word == term)
                })
            })
            .count()
    }

    /// All rows that answer and count, the best first.
    pub(super) fn search(&self, query: &Query, counts: impl Fn(usize) -> bool) -> Vec<(u64, f64)> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let mut missing = BTreeSet::new();
        let mut known = BTreeSet::new();
        let says_little = self.says_little(query);
        for clause in &query.clauses {
            let mut matching: BTreeSet<usize> = BTreeSet::new();
            let mut says_something = false;
            for field in 0..self.fields.len() {
                if clause.field.is_some_and(|only| only != self.fields[field].0) {
                    continue;
                }
                for (terms, boost) in self.leaves(clause, field, says_little) {
                    says_something = true;
                    if clause.occur == Occur::Should && !known.insert((field, terms.clone())) {
                        continue;
                    }
                    let lengths: Vec<f64> = self
                        .seen()
                        .map(|row| rounded(self.words[row][field].len()))
                        .collect();
                    let with_text = lengths.iter().filter(|length| **length > 0.0).count() as f64;
                    let average = lengths.iter().sum::<f64>() / with_text;
                    let idf: f64 = terms
                        .iter()
                        .map(|(_, term)| self.frequency(field, term) as f64)
                        .map(|n| (1.0 + (with_text - n + 0.5) / (n + 0.5)).ln())
                        .sum();
                    for row in self.seen() {
                        let f = self.count(row, field, &terms) as f64;
                        if f == 0.0 {
                            continue;
                        }
                        matching.insert(row);
                        if clause.occur != Occur::Not {
                            let length = rounded(self.words[row][field].len());
                            let norm = 1.2 * (0.25 + 0.75 * length / average);
                            *scores.entry(row).or_default() +=
                                self.weights[field] * boost * idf * 2.2 * f / (f + norm);
                        }
                    }
                }
            }
            match clause.occur {
                Occur::Must if says_something => {
                    missing.extend(self.seen().filter(|row| !matching.contains(row)))
                }
                Occur::Not => missing.extend(matching),
                _ => {}
            }
        }
        let found = scores
            .into_iter()
            .filter(|(row, _)| !missing.contains(row) && counts(*row));
        let mut found: Vec<(u64, f64)> = found.map(|(row, score)| (self.ids[row], score)).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }
}

/// Changes of a letter, and swaps of two neighbours, each letter touched once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let exchanged = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = exchanged.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(table[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    table[a.len()][b.len()]
}
