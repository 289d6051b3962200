//! What becomes of a character that is not ASCII.
//!
//! Two data sets of the oracle are frozen in `unicode_tables`: the general categories of `unicode_categories` 0.1 and
//! the decompositions of `unicode-normalization-alignments` 0.1 (Unicode 9). Newer data would cut newer characters
//! differently and so change vectors that are already stored. Lower case alone comes from the standard library.

use crate::unicode_tables::{DECOMPOSED, DECOMPOSED_FURTHER, RUNS};

/// The part a character plays in cutting text into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Belongs to a word as it is.
    Letter,
    /// Leaves no trace: controls, private use, accents.
    Vanishing,
    /// Leaves no trace, but characters do not change places across it: marks of combining class 0.
    Barrier,
    /// Ends a word.
    Space,
    /// A word of its own.
    Punctuation,
    /// Belongs to a word, and is sorted by this combining class among its neighbours of the same kind.
    Combining(u8),
    /// A Hangul syllable: two or three letters by arithmetic.
    Hangul,
    /// Stands for one other character, see [`decomposed`].
    Decomposed,
    /// Stands for several other characters, see [`decomposed_further`].
    DecomposedFurther,
}

/// The class of a character.
pub(crate) fn class(character: char) -> Class {
    // A run is its first character (21 bits) above its class (11 bits), and it ends where the next begins.
    let sought = (u32::from(character) << 11) | 0x7ff;
    let after = RUNS.partition_point(|&run| run <= sought);
    match after
        .checked_sub(1)
        .and_then(|at| RUNS.get(at))
        .map_or(0, |&run| run & 0x7ff)
    {
        0 => Class::Letter,
        1 => Class::Vanishing,
        2 => Class::Barrier,
        3 => Class::Space,
        4 => Class::Punctuation,
        5 => Class::Hangul,
        6 => Class::Decomposed,
        7 => Class::DecomposedFurther,
        combining => Class::Combining((combining & 0xff) as u8),
    }
}

/// The character that a [`Class::Decomposed`] character stands for.
pub(crate) fn decomposed(character: char) -> char {
    // A pair is the character above the other one (21 bits each).
    match DECOMPOSED.binary_search_by_key(&u64::from(character), |pair| pair >> 21) {
        Ok(at) => {
            let pair = DECOMPOSED.get(at).copied().unwrap_or_default();
            char::from_u32((pair & 0x1f_ffff) as u32).unwrap_or(character)
        }
        Err(_) => character,
    }
}

/// The characters that a [`Class::DecomposedFurther`] character stands for.
pub(crate) fn decomposed_further(character: char) -> &'static [char] {
    match DECOMPOSED_FURTHER.binary_search_by_key(&character, |&(from, _)| from) {
        Ok(at) => DECOMPOSED_FURTHER.get(at).map_or(&[], |(_, to)| to),
        Err(_) => &[],
    }
}

/// The conjoining letters of a Hangul syllable; the third may be missing.
pub(crate) fn hangul(syllable: char) -> [Option<char>; 3] {
    let index = u32::from(syllable) - 0xac00;
    let (lead, vowel, tail) = (index / 588, index % 588 / 28, index % 28);
    [
        char::from_u32(0x1100 + lead),
        char::from_u32(0x1161 + vowel),
        if tail == 0 {
            None
        } else {
            char::from_u32(0x11a7 + tail)
        },
    ]
}

/// Whether the character is an ideograph, and so a word of its own: exactly the blocks of BERT's original tokeniser.
pub(crate) fn is_ideograph(character: char) -> bool {
    matches!(
        character,
        '\u{4e00}'..='\u{9fff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{20000}'..='\u{2a6df}'
            | '\u{2a700}'..='\u{2b73f}'
            | '\u{2b740}'..='\u{2b81f}'
            | '\u{2b920}'..='\u{2ceaf}'
            | '\u{f900}'..='\u{faff}'
            | '\u{2f800}'..='\u{2fa1f}'
    )
}
