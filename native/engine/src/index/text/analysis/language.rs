use std::borrow::Cow;

use crate::schema::Language;
use frostem::{Algorithm, Stemmer};

fn algorithm(language: Language) -> Algorithm {
    match language {
        Language::Danish => Algorithm::Danish,
        Language::Dutch => Algorithm::Dutch,
        Language::English => Algorithm::English,
        Language::Finnish => Algorithm::Finnish,
        Language::French => Algorithm::French,
        Language::German => Algorithm::German,
        Language::Hungarian => Algorithm::Hungarian,
        Language::Italian => Algorithm::Italian,
        Language::Norwegian => Algorithm::Norwegian,
        Language::Portuguese => Algorithm::Portuguese,
        Language::Romanian => Algorithm::Romanian,
        Language::Russian => Algorithm::Russian,
        Language::Spanish => Algorithm::Spanish,
        Language::Swedish => Algorithm::Swedish,
        Language::Turkish => Algorithm::Turkish,
    }
}

/// Whether an apostrophe ends a word that the next one has taken a vowel from: `l'eau`, `dell'acqua`.
pub(super) fn elides(language: Language) -> bool {
    matches!(language, Language::French | Language::Italian)
}

/// Words longer than this have no stem but themselves.
const STEMMED_MAX: usize = 64;
/// The longest word that is remembered, in bytes.
const REMEMBERED_MAX: usize = 15;

/// Reduces words to stems, and remembers those that it has seen: two thirds of building an index would be stemming.
#[derive(Clone)]
pub(super) struct Stems {
    stemmer: Stemmer,
    /// Word and stem by the hash of the word; the bytes from the lowest on, the length in the highest.
    seen: Vec<(u128, u128)>,
    stem: [u8; 16],
}

impl Stems {
    /// Stems of a language. It remembers a power of two of words, or none.
    pub(super) fn new(language: Language, remembered: usize) -> Self {
        Self {
            stemmer: Stemmer::new(algorithm(language)),
            seen: vec![(0, 0); remembered],
            stem: [0; 16],
        }
    }

    /// The stem of a word in lower case.
    pub(super) fn of<'a>(&'a mut self, word: &'a str) -> Cow<'a, str> {
        if word.len() > STEMMED_MAX {
            return Cow::Borrowed(word);
        }
        let Some(key) = key(word).filter(|_| !self.seen.is_empty()) else {
            return self.stemmer.stem(word);
        };
        let slot = hash(key) & (self.seen.len() - 1);
        let Some(seen) = self.seen.get_mut(slot) else {
            return self.stemmer.stem(word);
        };
        if seen.0 != key {
            let stem = self.stemmer.stem(word);
            let Some(value) = self::key(&stem) else {
                return stem;
            };
            *seen = (key, value);
        }
        self.stem = seen.1.to_le_bytes();
        let stem = self.stem.get(..usize::from(self.stem[15])).unwrap_or_default();
        std::str::from_utf8(stem).map_or(Cow::Borrowed(word), Cow::Borrowed)
    }
}

/// A short word as a number; never 0.
fn key(word: &str) -> Option<u128> {
    if word.is_empty() || word.len() > REMEMBERED_MAX {
        return None;
    }
    let mut bytes = [0; 16];
    bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
    bytes[REMEMBERED_MAX] = word.len() as u8;
    Some(u128::from_le_bytes(bytes))
}

fn hash(key: u128) -> usize {
    let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as usize
}
