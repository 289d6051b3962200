use super::Token;
use super::fold::{is_mark, is_spaceless, voiced, wide};
use super::language::elides;
use super::terms::Terms;

/// Splits a text into words.
pub(super) fn split(text: &str, terms: &mut Terms, emit: &mut dyn FnMut(Token<'_>)) {
    let bytes = text.as_bytes();
    let (mut at, mut position) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() && !byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        if byte.is_ascii() {
            let end = ascii_end(bytes, at);
            if terms.is_ascii_usual() && ends(bytes, end) {
                let word = text.get(at..end).unwrap_or_default();
                if let Some(text) = terms.of_ascii(word) {
                    emit(Token {
                        text,
                        position,
                        start: at,
                        end,
                    });
                }
                position += 1;
                at = end;
                continue;
            }
        }
        let rest = text.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        if is_spaceless(c) {
            (at, position) = pairs(text, at, position, emit);
        } else if c.is_alphanumeric() {
            (at, position) = word(text, at, position, terms, emit);
        } else {
            at += c.len_utf8();
        }
    }
}

fn ascii_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .unwrap_or(rest.len())
}

/// Whether a word of ASCII ends here for certain.
fn ends(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        None => true,
        Some(b'\'' | b'.' | b',') => bytes
            .get(end + 1)
            .is_none_or(|next| next.is_ascii() && !next.is_ascii_alphanumeric()),
        Some(byte) => byte.is_ascii(),
    }
}

/// Takes a word of any letters; returns where the text and the positions go on.
fn word(
    text: &str,
    start: usize,
    position: u32,
    terms: &mut Terms,
    emit: &mut dyn FnMut(Token<'_>),
) -> (usize, u32) {
    terms.begin();
    let rest = text.get(start..).unwrap_or_default();
    let mut last = ' ';
    let mut end = text.len();
    let mut chars = rest.char_indices().peekable();
    let mut letters = 0;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, c)| *c);
        if (c.is_alphanumeric() && !is_spaceless(c)) || (is_mark(c) && letters > 0) {
            letters += 1;
            terms.push(c);
        } else if is_apostrophe(c) && last.is_alphabetic() && next.is_alphabetic() && !is_spaceless(next) {
            let before = rest.get(..at).unwrap_or_default();
            if is_elided(before, letters, terms) {
                end = start + at;
                break;
            }
            terms.push('\'');
        } else if !(matches!(c, '.' | ',') && last.is_ascii_digit() && next.is_ascii_digit()) {
            end = start + at;
            break;
        } else {
            terms.push(c);
        }
        last = c;
    }
    if let Some(text) = terms.finish() {
        emit(Token {
            text,
            position,
            start,
            end,
        });
    }
    (end, position + 1)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2BC}' | '\u{FF07}')
}

/// Whether what stands before an apostrophe is a word of its own that lost its end, as in `l'eau`.
fn is_elided(before: &str, letters: usize, terms: &Terms) -> bool {
    match terms.language() {
        Some(language) => elides(language),
        None => letters == 1 || before.eq_ignore_ascii_case("qu"),
    }
}

/// Takes a run of a script without spaces: each two characters in a row, or the one that stands alone.
pub(super) fn pairs(
    text: &str,
    start: usize,
    position: u32,
    emit: &mut dyn FnMut(Token<'_>),
) -> (usize, u32) {
    let rest = text.get(start..).unwrap_or_default();
    let mut chars = rest.char_indices().peekable();
    let mut term = String::with_capacity(8);
    let mut before: Option<(char, usize)> = None;
    let (mut position, mut alone, mut end) = (position, true, start);
    while let Some((at, c)) = chars.next_if(|(_, c)| is_spaceless(*c)) {
        let mut c = wide(c);
        if let Some((_, sounded)) = chars.peek().and_then(|(at, mark)| Some((*at, voiced(c, *mark)?))) {
            c = sounded;
            chars.next();
        }
        end = start + chars.peek().map_or(rest.len(), |(at, _)| *at);
        if let Some((first, from)) = before {
            alone = false;
            term.clear();
            term.extend([first, c]);
            emit(Token {
                text: &term,
                position,
                start: from,
                end,
            });
            position += 1;
        }
        before = Some((c, start + at));
    }
    if let Some((only, from)) = before.filter(|_| alone) {
        term.push(only);
        emit(Token {
            text: &term,
            position,
            start: from,
            end,
        });
        position += 1;
    }
    (end, position)
}
