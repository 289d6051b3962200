use super::Token;
use super::fold::{is_mark, is_spaceless};
use super::terms::Terms;

/// A word that goes on for longer is taken for several.
const WORD_MAX: usize = 4096;

/// Splits a text into all runs of `min` to `max` characters of its words. A shorter word is a term as it is.
pub(super) fn split(text: &str, (min, max): (u8, u8), terms: &mut Terms, emit: &mut dyn FnMut(Token<'_>)) {
    let (min, max) = (usize::from(min), usize::from(max));
    // Each character of a word in its one form, with where it stands in the text.
    let mut word: Vec<(char, usize, usize)> = Vec::new();
    let mut position = 0;
    let ends = text
        .char_indices()
        .map(|(at, c)| (at, Some(c)))
        .chain([(text.len(), None)]);
    for (at, c) in ends {
        if let Some(c) = c.filter(|c| c.is_alphanumeric() || is_mark(*c) || is_spaceless(*c)) {
            let end = at + c.len_utf8();
            let written = text.get(at..end).unwrap_or_default();
            word.extend(terms.whole(written).chars().map(|c| (c, at, end)));
            if word.len() < WORD_MAX {
                continue;
            }
        }
        if !word.is_empty() {
            position = runs(&word, (min, max), position, emit);
            word.clear();
        }
    }
}

fn runs(
    word: &[(char, usize, usize)],
    (min, max): (usize, usize),
    position: u32,
    emit: &mut dyn FnMut(Token<'_>),
) -> u32 {
    let mut term = String::with_capacity(4 * max);
    for (first, &(_, start, _)) in word.iter().enumerate() {
        term.clear();
        for (i, &(c, _, end)) in word.iter().skip(first).take(max).enumerate() {
            term.push(c);
            let alone = first == 0 && i + 1 == word.len() && word.len() < min;
            if i + 1 >= min || alone {
                emit(Token {
                    text: &term,
                    position: position + first as u32,
                    start,
                    end,
                });
            }
        }
    }
    // A run never spans two words.
    position + word.len() as u32 + 1
}
