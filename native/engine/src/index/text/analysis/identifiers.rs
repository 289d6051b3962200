use std::ops::Range;

use super::fold::{is_mark, is_spaceless};
use super::terms::Terms;
use super::{Token, words};

/// Splits a text into identifiers and their parts. A chain of identifiers, such as a path, is a term too.
pub(super) fn split(text: &str, terms: &mut Terms, emit: &mut dyn FnMut(Token<'_>)) {
    let (mut at, mut position) = (0, 0);
    let mut parts = Vec::new();
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if is_spaceless(c) {
            (at, position) = words::pairs(text, at, position, emit);
        } else if is_letter(c) {
            let end = chain_end(text, at);
            position = chain(text, at..end, position, &mut parts, terms, emit);
            at = end;
        } else {
            at += c.len_utf8();
        }
    }
}

fn is_letter(c: char) -> bool {
    c == '_' || ((c.is_alphanumeric() || is_mark(c)) && !is_spaceless(c))
}

fn is_joint(c: char) -> bool {
    matches!(c, '.' | '-' | '/')
}

fn chain_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let goes_on = is_joint(c) && chars.peek().is_some_and(|(_, next)| is_letter(*next));
        if !is_letter(c) && !goes_on {
            return start + at;
        }
    }
    text.len()
}

/// Hands out a chain, its identifiers and their parts: what is longer before what is in it.
fn chain(
    text: &str,
    range: Range<usize>,
    position: u32,
    parts: &mut Vec<Range<usize>>,
    terms: &mut Terms,
    emit: &mut dyn FnMut(Token<'_>),
) -> u32 {
    let whole = text.get(range.clone()).unwrap_or_default();
    let mut position = position;
    let single = !whole.contains(is_joint);
    if !single {
        let token = Token {
            text: terms.whole(whole),
            position,
            start: range.start,
            end: range.end,
        };
        emit(token);
    }
    let mut start = range.start;
    for identifier in whole.split(is_joint) {
        let end = start + identifier.len();
        parts.clear();
        part(identifier, parts);
        if parts.len() > 1 {
            let token = Token {
                text: terms.whole(identifier),
                position,
                start,
                end,
            };
            emit(token);
        }
        for part in parts.iter() {
            terms.begin();
            identifier
                .get(part.clone())
                .unwrap_or_default()
                .chars()
                .for_each(|c| terms.push(c));
            if let Some(text) = terms.finish() {
                emit(Token {
                    text,
                    position,
                    start: start + part.start,
                    end: start + part.end,
                });
            }
            position += 1;
        }
        start = end + 1;
    }
    position
}

/// The parts of an identifier: `parse`, `HTTP`, `2`, `Request` of `parseHTTP2_Request`.
fn part(identifier: &str, parts: &mut Vec<Range<usize>>) {
    let mut start = 0;
    let mut last = '_';
    let mut chars = identifier.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or('_', |(_, next)| *next);
        let turns = c == '_'
            || last.is_numeric() != c.is_numeric()
            || (last.is_lowercase() && c.is_uppercase())
            || (last.is_uppercase() && c.is_uppercase() && next.is_lowercase());
        if turns && !is_mark(c) {
            if at > start {
                parts.push(start..at);
            }
            start = if c == '_' { at + 1 } else { at };
        }
        last = c;
    }
    if identifier.len() > start {
        parts.push(start..identifier.len());
    }
}
