use super::terms::Terms;
use super::{Token, identifiers, ngrams, words};
use crate::schema::{Analysis, Analyzer, NGRAM_MAX};

/// Stems that are remembered while many texts are split: 512 KiB.
pub(crate) const REMEMBERED: usize = 16_384;

/// Splits texts into terms.
#[derive(Clone)]
pub(crate) struct Splitter {
    analyzer: Analyzer,
    terms: Terms,
}

impl Splitter {
    /// One that remembers the stems of so many words, a power of two, or of none.
    pub(crate) fn new(analysis: &Analysis, remembered: usize) -> Self {
        Self {
            analyzer: analysis.analyzer,
            terms: Terms::new(analysis, remembered),
        }
    }

    /// Hands out the terms of a text in the order of their positions.
    pub(crate) fn split(&mut self, text: &str, emit: &mut dyn FnMut(Token<'_>)) {
        match self.analyzer {
            Analyzer::Words => words::split(text, &mut self.terms, emit),
            Analyzer::Code => identifiers::split(text, &mut self.terms, emit),
            Analyzer::Ngrams { min, max } => {
                let max = max.clamp(1, NGRAM_MAX);
                ngrams::split(text, (min.clamp(1, max), max), &mut self.terms, emit);
            }
        }
    }
}
