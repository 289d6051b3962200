use serde::{Deserialize, Serialize};

use super::Language;
use crate::error::{Code, Error, Result};

/// How the texts of a column become terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Analysis {
    /// What a term is.
    pub analyzer: Analyzer,
    /// The language of the texts; none where it is not known.
    pub language: Option<Language>,
    /// Whether words are reduced to their stems. Where the language is not known, words of the letters a to z are taken for English.
    pub stem: bool,
    /// Whether the words that say little are left out: those of the language, or of English.
    pub stop_words: bool,
    /// Whether diacritics are left out: `café` is `cafe`.
    pub fold: bool,
}

/// What a term is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Analyzer {
    /// A word: letters, digits and marks, with apostrophes inside, and with points and commas between digits. Of scripts without
    /// spaces each two characters in a row.
    #[default]
    Words,
    /// An identifier, and each of its parts: split where upper case begins, at digits and at `_`, `.`, `-` and `/`.
    Code,
    /// Each run of `min` to `max` characters of a word.
    Ngrams {
        /// The shortest, at least 1.
        min: u8,
        /// The longest, at most 16.
        max: u8,
    },
}

impl Default for Analysis {
    fn default() -> Self {
        Self {
            analyzer: Analyzer::default(),
            language: None,
            stem: true,
            stop_words: false,
            fold: true,
        }
    }
}

/// The longest run of characters.
pub(super) const NGRAM_MAX: u8 = 16;

impl Analysis {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`Code::InvalidSchema`].
    pub fn check(&self) -> Result<()> {
        match self.analyzer {
            Analyzer::Ngrams { min, max } if min == 0 || min > max || max > NGRAM_MAX => {
                let message = format!("Runs of {min} to {max} characters cannot be searched for.");
                Err(Error::new(Code::InvalidSchema, message).hint(format!(
                    "Take `min` from 1 on and `max` from `min` to {NGRAM_MAX}."
                )))
            }
            _ => Ok(()),
        }
    }
}
