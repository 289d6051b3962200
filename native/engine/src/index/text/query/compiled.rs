use std::collections::HashSet;

use super::clause::{Clause, Form, Occur, Query};
use super::near::Wanted;
use crate::error::{Code, Error, Result};
use crate::index::text::analysis::Splitter;
use crate::index::text::corpus::Corpus;
use crate::index::text::files::{Totals, length_of};
use crate::schema::{Analysis, Analyzer};

/// How soon more of a word stops to count.
const K1: f64 = 1.2;
/// How much the length of a text counts.
const B: f64 = 0.75;
/// A beginning, or what differs by few letters, stands for so many terms.
const EXPANDED_MAX: usize = 50;
/// The most terms and phrases of a query, over all fields; those behind them are dropped.
const LEAVES_MAX: usize = 1024;
/// What a term counts for that differs by so many letters.
const NEARNESS: [f64; 3] = [1.0, 0.5, 0.25];

/// A column that is searched.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its id.
    pub field: u32,
    /// What it counts for; 1 is usual.
    pub weight: f64,
    /// How its texts became terms.
    pub analysis: &'a Analysis,
}

/// A query as it is looked up: the terms in each field, with what they weigh in the version that was counted.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) fields: Vec<Weighed>,
    pub(crate) clauses: Vec<Sought>,
    /// What should be there and no row has.
    pub(crate) absent: Vec<Leaf>,
}

/// A field, with what was counted of it.
#[derive(Debug)]
pub(crate) struct Weighed {
    pub(crate) field: u32,
    pub(crate) weight: f64,
    pub(crate) totals: Totals,
    /// What a length adds below the line, by its code.
    norms: Vec<f64>,
}

/// A part of a query.
#[derive(Debug)]
pub(crate) struct Sought {
    pub(crate) occur: Occur,
    /// Of these a row must have one, to have the part.
    pub(crate) leaves: Vec<Leaf>,
}

/// A term or a phrase in a field.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// The place of the field among those that are searched.
    pub(crate) place: usize,
    /// The terms with their places in the phrase, the first at 0.
    pub(crate) terms: Vec<(u32, String)>,
    /// In how many rows the field holds each.
    pub(crate) frequencies: Vec<u64>,
    pub(crate) idf: f64,
    /// What it counts for beside others.
    pub(crate) boost: f64,
    /// Leaves of one number stand for one word that was not written out; those of 0 each for themselves.
    pub(crate) stands_for: usize,
    /// The score that it cannot reach.
    pub(crate) factor: f64,
}

impl Weighed {
    fn new(field: &Field<'_>, totals: Totals) -> Self {
        let average = totals.average();
        let norm = |code: u8| K1 * (1.0 - B + B * length_of(code) as f64 / average);
        Self {
            field: field.field,
            weight: field.weight,
            totals,
            norms: (0..=u8::MAX).map(norm).collect(),
        }
    }

    /// The share of its factor that a term gives a row.
    #[inline]
    pub(crate) fn share(&self, frequency: u32, code: u8) -> f64 {
        let norm = self.norms.get(usize::from(code)).copied().unwrap_or(K1);
        f64::from(frequency) / (f64::from(frequency) + norm)
    }
}

/// How much a term says that `frequency` of `rows` rows hold.
fn idf(rows: u64, frequency: u64) -> f64 {
    let without = rows.saturating_sub(frequency) as f64;
    (1.0 + (without + 0.5) / (frequency as f64 + 0.5)).ln()
}

impl Compiled {
    /// Looks a query up in the rows of a version.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; [`Code::InvalidArgument`]: a weight that is no positive number.
    pub fn new(query: &Query, fields: &[Field<'_>], corpus: &Corpus<'_>) -> Result<Self> {
        let mut compiled = Self {
            fields: Vec::new(),
            clauses: Vec::new(),
            absent: Vec::new(),
        };
        let mut splitters = Vec::new();
        for field in fields {
            if !(field.weight.is_finite() && field.weight > 0.0) {
                let message = format!("A column cannot count for {}.", field.weight);
                return Err(
                    Error::new(Code::InvalidArgument, message).hint("Take a weight above 0; 1 is usual.")
                );
            }
            compiled
                .fields
                .push(Weighed::new(field, corpus.lengths(field.field)?));
            let bare = Analysis {
                stem: false,
                ..field.analysis.clone()
            };
            let telling = Analysis {
                stop_words: field.analysis.stop_words || field.analysis.analyzer == Analyzer::Words,
                ..field.analysis.clone()
            };
            splitters.push(Splitters {
                full: Splitter::new(field.analysis, 0),
                bare: Splitter::new(&bare, 0),
                telling: Splitter::new(&telling, 0),
            });
        }
        let mut compiling = Compiling {
            compiled,
            corpus,
            splitters,
            leaves: 0,
            expansions: 0,
            known: HashSet::new(),
            is_telling: false,
        };
        compiling.is_telling = query.clauses.iter().any(|clause| compiling.tells(clause));
        for clause in &query.clauses {
            compiling.clause(clause)?;
        }
        Ok(compiling.compiled)
    }

    /// Whether nothing can be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self
            .clauses
            .iter()
            .any(|clause| clause.occur != Occur::Not && !clause.leaves.is_empty())
    }
}

struct Compiling<'a> {
    compiled: Compiled,
    corpus: &'a Corpus<'a>,
    splitters: Vec<Splitters>,
    leaves: usize,
    /// How many words were looked for that were not written out.
    expansions: usize,
    /// What a row had better have, so that nothing counts twice.
    known: HashSet<(usize, Vec<(u32, String)>)>,
    /// Whether anything is asked for but words that say little, which count for nothing then.
    is_telling: bool,
}

/// How the words of a query become the terms of a field.
struct Splitters {
    /// As those of its rows.
    full: Splitter,
    /// Without stems.
    bare: Splitter,
    /// Without the words that say little.
    telling: Splitter,
}

/// A term or phrase before it is weighed.
struct Found {
    terms: Vec<(u32, String)>,
    boost: f64,
    stands_for: usize,
}

impl Compiling<'_> {
    fn clause(&mut self, clause: &Clause) -> Result<()> {
        let mut sought = Sought {
            occur: clause.occur,
            leaves: Vec::new(),
        };
        let mut says_something = false;
        // A word that is not written out is one word in all columns.
        let (before, mut after) = (self.expansions, self.expansions);
        for place in 0..self.compiled.fields.len() {
            let field = self.compiled.fields.get(place).map_or(0, |field| field.field);
            if clause.field.is_some_and(|only| only != field) {
                continue;
            }
            self.expansions = before;
            for found in self.found(clause, place, field)? {
                says_something = true;
                if self.leaves < LEAVES_MAX
                    && let Some(leaf) = self.leaf(clause.occur, place, field, found)?
                {
                    self.leaves += 1;
                    sought.leaves.push(leaf);
                }
            }
            after = after.max(self.expansions);
        }
        self.expansions = after;
        // What is nothing but stop words and signs is not required, nor what stands in a column that is not searched.
        if !sought.leaves.is_empty() || (says_something && clause.occur == Occur::Must) {
            self.compiled.clauses.push(sought);
        }
        Ok(())
    }

    /// Whether a clause asks for more than words that say little.
    fn tells(&mut self, clause: &Clause) -> bool {
        let words = &mut self.splitters;
        clause.occur != Occur::Not
            && (clause.occur == Occur::Must
                || clause.form != Form::Words
                || words
                    .iter_mut()
                    .any(|words| !split(&mut words.telling, &clause.text).is_empty()))
    }

    /// The terms and phrases of a clause in a field.
    fn found(&mut self, clause: &Clause, place: usize, field: u32) -> Result<Vec<Found>> {
        let Some(splitters) = self.splitters.get_mut(place) else {
            return Ok(Vec::new());
        };
        let splitter = match (clause.occur, clause.form) {
            (Occur::Should, Form::Words) if self.is_telling => &mut splitters.telling,
            _ => &mut splitters.full,
        };
        let tokens = split(splitter, &clause.text);
        let in_a_row = match clause.form {
            Form::Phrase => true,
            _ => clause.occur != Occur::Should && tokens.len() > 1,
        };
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        if in_a_row {
            return Ok(vec![phrase(tokens)]);
        }
        let mut found = Vec::new();
        match clause.form {
            Form::Words | Form::Phrase => {
                for (_, term) in &tokens {
                    if is_half(term) {
                        found.extend(self.expand(field, &Wanted::Prefix(term.clone()))?);
                    }
                    let times = tokens.iter().filter(|(_, other)| other == term).count();
                    found.push(Found {
                        boost: times as f64 * f64::from(clause.times),
                        ..single(term.clone())
                    });
                }
            }
            Form::Fuzzy(distance) => {
                for (_, term) in tokens {
                    match distance.min(allowed(&term)) {
                        0 => found.push(single(term)),
                        distance => found.extend(self.expand(field, &Wanted::Near { term, distance })?),
                    }
                }
            }
            Form::Prefix => {
                // What is typed begins the word, not its stem.
                let bare = split(&mut splitters.bare, &clause.text);
                if let Some((_, last)) = bare.last() {
                    found.extend(self.expand(field, &Wanted::Prefix(last.clone()))?);
                }
                let stands_for = self.expansions;
                found.extend(tokens.into_iter().map(|(_, term)| Found {
                    stands_for,
                    ..single(term)
                }));
            }
        }
        Ok(found)
    }

    fn expand(&mut self, field: u32, wanted: &Wanted) -> Result<Vec<Found>> {
        let expanded = self.corpus.expand(field, wanted, EXPANDED_MAX)?;
        self.expansions += 1;
        let found = expanded.into_iter().map(|expanded| Found {
            boost: NEARNESS
                .get(usize::from(expanded.distance))
                .copied()
                .unwrap_or(0.0),
            stands_for: self.expansions,
            ..single(expanded.term)
        });
        let mut found: Vec<Found> = found.collect();
        if found.is_empty() {
            // Nothing is like it: it stands for itself, which no row has either, so that it is missed like a word that was written out.
            found.push(Found {
                stands_for: self.expansions,
                ..single(wanted.text().to_owned())
            });
        }
        Ok(found)
    }

    /// Weighs a term or phrase; none where no row has it, which is kept apart, or where it is there already.
    fn leaf(&mut self, occur: Occur, place: usize, field: u32, found: Found) -> Result<Option<Leaf>> {
        let Some(weighed) = self.compiled.fields.get(place) else {
            return Ok(None);
        };
        if occur == Occur::Should && !self.known.insert((place, found.terms.clone())) {
            return Ok(None);
        }
        let mut frequencies = Vec::new();
        for (_, term) in &found.terms {
            frequencies.push(self.corpus.frequency(field, term)?);
        }
        let is_absent = frequencies.contains(&0);
        let idf = frequencies
            .iter()
            .map(|frequency| idf(weighed.totals.rows, *frequency))
            .sum();
        let leaf = Leaf {
            place,
            terms: found.terms,
            frequencies,
            idf,
            boost: found.boost,
            stands_for: found.stands_for,
            factor: weighed.weight * found.boost * idf * (K1 + 1.0),
        };
        if !is_absent {
            return Ok(Some(leaf));
        }
        if occur != Occur::Not && self.compiled.absent.len() < LEAVES_MAX {
            self.compiled.absent.push(leaf);
        }
        Ok(None)
    }
}

/// The terms of a text, each with its place.
fn split(splitter: &mut Splitter, text: &str) -> Vec<(u32, String)> {
    let mut tokens: Vec<(u32, String)> = Vec::new();
    splitter.split(text, &mut |token| {
        if tokens.len() < LEAVES_MAX {
            tokens.push((token.position, token.text.to_owned()));
        }
    });
    tokens
}

fn single(term: String) -> Found {
    Found {
        terms: vec![(0, term)],
        boost: 1.0,
        stands_for: 0,
    }
}

fn phrase(mut tokens: Vec<(u32, String)>) -> Found {
    let first = tokens.first().map_or(0, |(position, _)| *position);
    tokens.iter_mut().for_each(|(position, _)| *position -= first);
    Found {
        terms: tokens,
        boost: 1.0,
        stands_for: 0,
    }
}

/// Whether a term is half of a pair of characters, so that the pairs that begin with it are meant too.
fn is_half(term: &str) -> bool {
    let mut chars = term.chars();
    chars
        .next()
        .is_some_and(|c| !c.is_ascii() && crate::index::text::analysis::is_spaceless(c))
        && chars.next().is_none()
}

/// By how many letters a term may differ, so that it is still like what was typed.
fn allowed(term: &str) -> u8 {
    match term.chars().count() {
        0..3 => 0,
        3..6 => 1,
        _ => 2,
    }
}
