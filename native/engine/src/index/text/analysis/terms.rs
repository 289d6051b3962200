use std::collections::HashSet;

use super::fold;
use super::language::Stems;
use super::stop_words::stop_words;
use crate::schema::{Analysis, Language};

/// A term where it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// The term.
    pub(crate) text: &'a str,
    /// Its place among the words of the text.
    pub(crate) position: u32,
    /// Where it starts in the text, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

/// Longer terms are cut, where a query asks for one too.
const TERM_MAX: usize = 255;
/// So much of a word is looked at: enough for a whole term, whatever folding takes away.
const WORD_MAX: usize = 4 * TERM_MAX;
/// What words without a language are taken for, where they consist of the letters a to z.
const WITHOUT_LANGUAGE: Language = Language::English;

/// Makes terms of words, one at a time.
#[derive(Clone)]
pub(super) struct Terms {
    language: Option<Language>,
    fold: bool,
    stems: Option<Stems>,
    stops: HashSet<&'static str>,
    word: String,
    folded: String,
}

impl Terms {
    pub(super) fn new(analysis: &Analysis, remembered: usize) -> Self {
        let spoken = analysis.language.unwrap_or(WITHOUT_LANGUAGE);
        let stops = analysis.stop_words.then(|| stop_words(spoken));
        Self {
            language: analysis.language,
            fold: analysis.fold,
            stems: analysis.stem.then(|| Stems::new(spoken, remembered)),
            stops: stops.unwrap_or_default(),
            word: String::new(),
            folded: String::new(),
        }
    }

    pub(super) fn language(&self) -> Option<Language> {
        self.language
    }

    /// Whether A to Z have the lower case that they have nearly everywhere.
    pub(super) fn is_ascii_usual(&self) -> bool {
        self.language != Some(Language::Turkish)
    }

    /// Starts a word.
    pub(super) fn begin(&mut self) {
        self.word.clear();
    }

    /// Adds a character to the word.
    pub(super) fn push(&mut self, c: char) {
        if self.word.len() >= WORD_MAX || fold::is_ignored(c) {
            return;
        }
        match c {
            'I' if !self.is_ascii_usual() => self.word.push('ı'),
            'İ' if !self.is_ascii_usual() => self.word.push('i'),
            // Stemmers know their language's diacritics; without a language none is needed to stem.
            _ => fold::push(&mut self.word, c, self.fold && self.language.is_none()),
        }
    }

    /// The term of a word of ASCII letters and digits.
    pub(super) fn of_ascii(&mut self, word: &str) -> Option<&str> {
        self.word.clear();
        self.word.push_str(word.get(..WORD_MAX).unwrap_or(word));
        self.word.make_ascii_lowercase();
        self.finish()
    }

    /// The term of the word; none where it says nothing.
    pub(super) fn finish(&mut self) -> Option<&str> {
        if self.word.ends_with("'s") {
            self.word.truncate(self.word.len() - 2);
        }
        if self.word.is_empty() || (!self.stops.is_empty() && self.stops.contains(self.word.as_str())) {
            return None;
        }
        let is_known = self.language.is_some()
            || self
                .word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'\'');
        let stem = match &mut self.stems {
            Some(stems) if is_known => stems.of(&self.word),
            _ => self.word.as_str().into(),
        };
        if !self.fold || self.language.is_none() || stem.is_ascii() {
            self.folded.clear();
            self.folded.push_str(&stem);
        } else {
            self.folded.clear();
            stem.chars().for_each(|c| fold::fold(&mut self.folded, c));
        }
        let term = cut(&self.folded);
        (!term.is_empty()).then_some(term)
    }

    /// The word as it is, in lower case and folded.
    pub(super) fn whole(&mut self, word: &str) -> &str {
        self.folded.clear();
        for c in word.chars().filter(|c| !fold::is_ignored(*c)) {
            if self.folded.len() >= WORD_MAX {
                break;
            }
            fold::push(&mut self.folded, c, self.fold);
        }
        cut(&self.folded)
    }
}

/// As much of a term as is kept.
pub(crate) fn cut(term: &str) -> &str {
    let mut end = term.len().min(TERM_MAX);
    while !term.is_char_boundary(end) {
        end -= 1;
    }
    term.get(..end).unwrap_or(term)
}
