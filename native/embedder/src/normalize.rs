//! Text to words, in one pass and on the stack.
//!
//! The oracle works in rounds over whole texts: find special tokens, clean, put spaces around ideographs, decompose,
//! strip accents, lower the case, split at spaces, split at punctuation. Here one character after the other goes
//! through all of them. What makes that possible: no round looks further than at a run of combining characters, and
//! such a run lies within one word.

use crate::unicode::{Class, class, decomposed, decomposed_further, hangul, is_ideograph};

/// A word of more characters than this is one unknown token.
pub(crate) const WORD_CHARACTERS_MAX: usize = 100;
const WORD_BYTES_MAX: usize = WORD_CHARACTERS_MAX * 4;

/// What a text is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// A word in lower case and without accents, or one punctuation character. UTF-8, never empty.
    Letters(&'a [u8]),
    /// A word of more than [`WORD_CHARACTERS_MAX`] characters.
    TooLong,
    /// A special token, written out in the text.
    Special(u32),
}

/// The tokens that are recognised in the raw text, before anything else is done to it.
#[derive(Debug, Default)]
pub(crate) struct Specials {
    /// Longest first: of two that fit at one place the longer one wins.
    tokens: Vec<(Box<[u8]>, u32)>,
    /// A bit for each ASCII character that begins one.
    beginnings: u128,
}

impl Specials {
    /// Every token must begin with ASCII punctuation: only there does [`split`] look.
    pub(crate) fn new(mut tokens: Vec<(Box<[u8]>, u32)>) -> Option<Self> {
        let mut beginnings = 0;
        for (token, _) in &tokens {
            let first = token.first().filter(|byte| byte.is_ascii_punctuation())?;
            beginnings |= 1 << first;
        }
        tokens.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
        Some(Self { tokens, beginnings })
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.tokens.iter().any(|&(_, special)| special == id)
    }

    fn at_start_of(&self, text: &[u8]) -> Option<(u32, usize)> {
        if self.beginnings & (1 << text.first()?) == 0 {
            return None;
        }
        self.tokens
            .iter()
            .find(|(token, _)| text.starts_with(token))
            .map(|(token, id)| (*id, token.len()))
    }
}

/// Shows each word of the text to `visit`, in order.
pub(crate) fn split(text: &str, specials: &Specials, mut visit: impl FnMut(Word<'_>)) {
    let bytes = text.as_bytes();
    let mut word = Buffer::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let Some(&fate) = ASCII.get(usize::from(byte)) else {
            let Some(character) = text[at..].chars().next() else {
                break;
            };
            at += character.len_utf8();
            word.take(character, &mut visit);
            continue;
        };
        at += 1;
        match fate {
            VANISHING => {}
            SPACE => word.finish(&mut visit),
            PUNCTUATION => {
                word.finish(&mut visit);
                match specials.at_start_of(&bytes[at - 1..]) {
                    Some((id, length)) => {
                        visit(Word::Special(id));
                        at += length - 1;
                    }
                    None => visit(Word::Letters(&[byte])),
                }
            }
            lower => word.append_ascii(lower),
        }
    }
    word.finish(&mut visit);
}

const VANISHING: u8 = 0;
const SPACE: u8 = 1;
const PUNCTUATION: u8 = 2;

/// The fate of each ASCII character; a letter or digit is its own in lower case.
static ASCII: [u8; 128] = {
    let mut fates = [VANISHING; 128];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        fates[byte] = match character {
            b'\t' | b'\n' | b'\r' | b' ' => SPACE,
            _ if character.is_ascii_punctuation() => PUNCTUATION,
            _ if character.is_ascii_control() => VANISHING,
            _ => character.to_ascii_lowercase(),
        };
        byte += 1;
    }
    fates
};

/// The word being read.
struct Buffer {
    bytes: [u8; WORD_BYTES_MAX],
    length: usize,
    /// More than the maximum means too long; the bytes are of no interest then.
    characters: usize,
    /// Characters with a combining class since the last one without, in order of class.
    waiting: [(u8, char); WORD_CHARACTERS_MAX],
    waiting_count: usize,
}

impl Buffer {
    fn new() -> Self {
        Self {
            bytes: [0; WORD_BYTES_MAX],
            length: 0,
            characters: 0,
            waiting: [(0, '\0'); WORD_CHARACTERS_MAX],
            waiting_count: 0,
        }
    }

    /// A character beyond ASCII: ideographs stand apart, and what decomposes is taken in its parts.
    fn take(&mut self, character: char, visit: &mut impl FnMut(Word<'_>)) {
        let ideograph = is_ideograph(character);
        if ideograph {
            self.finish(visit);
        }
        match class(character) {
            Class::Decomposed => self.take_part(decomposed(character), visit),
            Class::DecomposedFurther => {
                decomposed_further(character)
                    .iter()
                    .for_each(|&part| self.take_part(part, visit));
            }
            Class::Hangul => hangul(character)
                .into_iter()
                .flatten()
                .for_each(|part| self.append(part)),
            _ => self.take_part(character, visit),
        }
        if ideograph {
            self.finish(visit);
        }
    }

    /// A character that does not decompose.
    fn take_part(&mut self, character: char, visit: &mut impl FnMut(Word<'_>)) {
        if character.is_ascii_punctuation() {
            self.finish(visit);
            visit(Word::Letters(character.encode_utf8(&mut [0; 4]).as_bytes()));
            return;
        }
        match class(character) {
            Class::Vanishing => {}
            Class::Barrier => self.settle(),
            Class::Space => self.finish(visit),
            Class::Combining(class) => self.wait(class, character),
            Class::Punctuation => {
                self.finish(visit);
                self.append(character);
                self.finish(visit);
            }
            _ => self.append(character),
        }
    }

    fn append_ascii(&mut self, lower: u8) {
        if self.waiting_count > 0 {
            self.settle();
        }
        if self.characters < WORD_CHARACTERS_MAX {
            self.bytes[self.length] = lower;
            self.length += 1;
        }
        self.characters += 1;
    }

    fn append(&mut self, character: char) {
        self.settle();
        self.append_lower(character);
    }

    fn append_lower(&mut self, character: char) {
        for lower in character.to_lowercase() {
            if self.characters < WORD_CHARACTERS_MAX {
                self.length += lower.encode_utf8(&mut self.bytes[self.length..]).len();
            }
            self.characters += 1;
        }
    }

    /// Sorts the character in by its class, behind those of the same class.
    fn wait(&mut self, class: u8, character: char) {
        if self.waiting_count == WORD_CHARACTERS_MAX {
            self.characters = WORD_CHARACTERS_MAX + 1; // all of these are in this word: their order no longer matters
            return;
        }
        let place = self.waiting[..self.waiting_count].partition_point(|&(other, _)| other <= class);
        self.waiting.copy_within(place..self.waiting_count, place + 1);
        self.waiting[place] = (class, character);
        self.waiting_count += 1;
    }

    fn settle(&mut self) {
        for at in 0..self.waiting_count {
            self.append_lower(self.waiting[at].1);
        }
        self.waiting_count = 0;
    }

    fn finish(&mut self, visit: &mut impl FnMut(Word<'_>)) {
        if self.waiting_count > 0 {
            self.settle();
        }
        match self.characters {
            0 => return,
            1..=WORD_CHARACTERS_MAX => visit(Word::Letters(&self.bytes[..self.length])),
            _ => visit(Word::TooLong),
        }
        self.length = 0;
        self.characters = 0;
    }
}

#[cfg(test)]
#[path = "normalize_tests.rs"]
mod tests;
