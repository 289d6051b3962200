//! Token to id.
//!
//! `vocabulary.txt` is `tokenizer.json` boiled down to what is needed, read in about a millisecond:
//!
//! ```text
//! varve-vocabulary 1
//! tokens 29525
//! unknown 1
//! special 0 1
//! [PAD]
//! [UNK]
//! !
//! ```
//!
//! After the four lines of the head stands one token a line, in order of their ids, each with its newline.

use serde_json::Value;

use crate::{
    error::ModelError,
    normalize::{Specials, WORD_CHARACTERS_MAX},
};

const VERSION: &str = "1";

/// Before a token that continues a word.
const CONTINUING: &str = "##";

/// Longest token that is supported; it bounds the work per word.
const TOKEN_BYTES_MAX: usize = 64;

/// Keeps ids, and the number that stands for "empty", within 24 bits, so that 8 bits of a slot can be a tag.
const TOKENS_MAX: usize = (1 << 24) - 1;

/// The tokens of a model, in a hash table of ids.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The tokens, each followed by a newline.
    tokens: String,
    /// Where each token begins, and where the next one would.
    starts: Vec<u32>,
    /// Open addressing. 0 is empty; else `id + 1` in the low bits and a piece of the hash in the rest.
    slots: Vec<u32>,
    id_mask: u32,
    bytes_max: usize,
    unknown: u32,
    specials: Specials,
}

/// Where in a word a token is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Start,
    Inside,
}

impl Vocabulary {
    /// Reads a `vocabulary.txt`.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, ModelError> {
        let text = std::str::from_utf8(text).map_err(|_| ModelError::damaged("it is not UTF-8"))?;
        let head = Head::parse(text)?;
        let tokens = &text[head.bytes..];
        let mut vocabulary = Self::empty(tokens, head.tokens)?;
        let mut hash = HASH_START;
        for (at, byte) in tokens.bytes().enumerate() {
            if byte == b'\n' {
                vocabulary.insert(hash, at, head.tokens)?;
                hash = HASH_START;
            } else {
                hash = hash_step(hash, byte);
            }
        }
        match vocabulary.len() {
            found if found == head.tokens => vocabulary.mark(head.unknown, &head.specials)?,
            found => {
                return Err(ModelError::damaged(format!(
                    "{found} tokens, not {}",
                    head.tokens
                )));
            }
        }
        Ok(vocabulary)
    }

    fn empty(tokens: &str, count: usize) -> Result<Self, ModelError> {
        if count > TOKENS_MAX || u32::try_from(tokens.len()).is_err() {
            return Err(ModelError::unsupported(format!("more than {TOKENS_MAX} tokens")));
        }
        if count > tokens.len() {
            return Err(ModelError::damaged(format!("its {count} tokens break off")));
        }
        let mut starts = Vec::with_capacity(count + 1);
        starts.push(0);
        Ok(Self {
            tokens: tokens.to_owned(),
            starts,
            slots: vec![0; (count * 2).next_power_of_two().max(2)],
            id_mask: (count as u32 + 1).next_power_of_two() - 1,
            bytes_max: 0,
            unknown: 0,
            specials: Specials::default(),
        })
    }

    /// Gives the next id to the next token, which ends before `end`.
    fn insert(&mut self, hash: u64, end: usize, count: usize) -> Result<(), ModelError> {
        let id = self.len();
        let start = self.starts[id] as usize;
        let token = &self.tokens[start..end];
        if token.is_empty() || id == count {
            return Err(ModelError::damaged(format!("token {id} of {count} is {token:?}")));
        }
        if token.len() > TOKEN_BYTES_MAX {
            return Err(ModelError::unsupported(format!(
                "a token of {} bytes",
                token.len()
            )));
        }
        let (mut slot, tag) = self.slot_and_tag(hash);
        while self.slots[slot] != 0 {
            if self.is_at(slot, tag, b"", token.as_bytes()) {
                return Err(ModelError::damaged(format!(
                    "token {id} is there twice: {token:?}"
                )));
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = tag | (id as u32 + 1);
        self.bytes_max = self.bytes_max.max(token.len());
        self.starts.push(end as u32 + 1);
        Ok(())
    }

    fn mark(&mut self, unknown: u32, specials: &[u32]) -> Result<(), ModelError> {
        let token = |id: u32| match (id as usize) < self.len() {
            true => Ok((self.token(id).into(), id)),
            false => Err(ModelError::damaged(format!("there is no token {id}"))),
        };
        let specials = specials
            .iter()
            .map(|&id| token(id))
            .collect::<Result<Vec<_>, _>>()?;
        token(unknown)?;
        self.specials = Specials::new(specials).ok_or_else(|| {
            ModelError::unsupported("a special token that does not begin with ASCII punctuation")
        })?;
        self.unknown = unknown;
        Ok(())
    }

    /// The number of tokens.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The id for words that the tokens cannot spell.
    pub(crate) fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Tokens that stand for themselves in a text and mean nothing.
    pub(crate) fn specials(&self) -> &Specials {
        &self.specials
    }

    /// The id and the length in bytes of the longest token that the letters begin with.
    pub(crate) fn longest(&self, letters: &[u8], place: Place) -> Option<(u32, usize)> {
        let (before, start) = match place {
            Place::Start => (b"".as_slice(), HASH_START),
            Place::Inside => (CONTINUING.as_bytes(), HASH_INSIDE),
        };
        let mut hashes = [0; TOKEN_BYTES_MAX];
        let reach = letters.len().min(self.bytes_max.saturating_sub(before.len()));
        let mut hash = start;
        for (kept, &byte) in hashes.iter_mut().zip(&letters[..reach]) {
            hash = hash_step(hash, byte);
            *kept = hash;
        }
        // A token is UTF-8 and so are the letters: a match cannot end inside a character.
        (1..=reach).rev().find_map(|length| {
            let id = self.find(hashes[length - 1], before, &letters[..length])?;
            Some((id, length))
        })
    }

    fn find(&self, hash: u64, before: &[u8], letters: &[u8]) -> Option<u32> {
        let (mut slot, tag) = self.slot_and_tag(hash);
        loop {
            match self.slots[slot] {
                0 => return None,
                _ if self.is_at(slot, tag, before, letters) => {
                    return Some((self.slots[slot] & self.id_mask) - 1);
                }
                _ => slot = (slot + 1) & (self.slots.len() - 1), // at most half of the slots are taken
            }
        }
    }

    fn is_at(&self, slot: usize, tag: u32, before: &[u8], letters: &[u8]) -> bool {
        let value = self.slots[slot];
        value & !self.id_mask == tag
            && self
                .token((value & self.id_mask) - 1)
                .strip_prefix(before)
                .is_some_and(|rest| rest == letters)
    }

    fn slot_and_tag(&self, hash: u64) -> (usize, u32) {
        let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (
            (mixed >> 32) as usize & (self.slots.len() - 1),
            mixed as u32 & !self.id_mask,
        )
    }

    fn token(&self, id: u32) -> &[u8] {
        let (start, next) = (self.starts[id as usize], self.starts[id as usize + 1]);
        &self.tokens.as_bytes()[start as usize..next as usize - 1]
    }
}

// FNV-1a: one byte at a time, so the hashes of all beginnings of a word cost no more than that of the word.
const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;
const HASH_INSIDE: u64 = hash_step(hash_step(HASH_START, b'#'), b'#');

const fn hash_step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

struct Head {
    tokens: usize,
    unknown: u32,
    specials: Vec<u32>,
    /// Its own length.
    bytes: usize,
}

impl Head {
    fn parse(text: &str) -> Result<Self, ModelError> {
        let mut rest = text;
        let mut line = |name: &str| {
            let (line, after) = rest.split_once('\n').unwrap_or_default();
            rest = after;
            line.strip_prefix(name)
                .ok_or_else(|| ModelError::damaged(format!("its head has no line {name:?}")))
        };
        let version = line("varve-vocabulary ")?;
        if version != VERSION {
            return Err(ModelError::unsupported(format!(
                "version {version:?} of the format"
            )));
        }
        let bad = |_| ModelError::damaged("a number in its head cannot be read");
        let tokens = line("tokens ")?.parse().map_err(bad)?;
        let unknown = line("unknown ")?.parse().map_err(bad)?;
        let specials = line("special ")?
            .split_ascii_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(bad)?;
        Ok(Self {
            tokens,
            unknown,
            specials,
            bytes: text.len() - rest.len(),
        })
    }
}

/// Makes the content of `vocabulary.txt` from that of `tokenizer.json`.
///
/// [`Model::open`](crate::Model::open) prefers the one and falls back on the other; both give the same tokens. The
/// example `compile_vocabulary` writes the file.
///
/// ```
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en");
/// let tokenizer = std::fs::read(format!("{folder}/tokenizer.json"))?;
/// let vocabulary = varve_embedder::compile_vocabulary(&tokenizer)?;
/// assert!(vocabulary.starts_with("varve-vocabulary 1\ntokens 29525\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ModelError::Damaged`] if it is not a tokenizer, [`ModelError::Unsupported`] if it is one of another kind: the kind
/// that is supported is WordPiece with the settings of BERT, lower-casing.
pub fn compile_vocabulary(tokenizer_json: &[u8]) -> Result<String, ModelError> {
    compile(tokenizer_json).map_err(|error| error.in_file("tokenizer.json"))
}

fn compile(tokenizer_json: &[u8]) -> Result<String, ModelError> {
    let tokenizer: Value =
        serde_json::from_slice(tokenizer_json).map_err(|error| ModelError::damaged(error.to_string()))?;
    require_settings(&tokenizer)?;
    let tokens = tokens_in_order(&tokenizer)?;
    let unknown = tokenizer["model"]["unk_token"].as_str().unwrap_or_default();
    let unknown = tokens
        .iter()
        .position(|&token| token == unknown)
        .ok_or_else(|| ModelError::damaged("the unknown token is not in its vocabulary"))?;
    let specials: Vec<String> = special_ids(&tokenizer, &tokens)?
        .into_iter()
        .map(|id| id.to_string())
        .collect();
    let head = format!(
        "varve-vocabulary {VERSION}\ntokens {}\nunknown {unknown}\nspecial {}\n",
        tokens.len(),
        specials.join(" ")
    );
    Ok(tokens.iter().fold(head, |text, token| text + token + "\n"))
}

/// Each setting that changes tokens, by its place in the file, and the value that this crate implements.
fn require_settings(tokenizer: &Value) -> Result<(), ModelError> {
    let settings: [(&str, Value); 10] = [
        ("/truncation", Value::Null),
        ("/normalizer/type", "BertNormalizer".into()),
        ("/normalizer/clean_text", true.into()),
        ("/normalizer/handle_chinese_chars", true.into()),
        ("/normalizer/strip_accents", Value::Null),
        ("/normalizer/lowercase", true.into()),
        ("/pre_tokenizer/type", "BertPreTokenizer".into()),
        ("/model/type", "WordPiece".into()),
        ("/model/continuing_subword_prefix", CONTINUING.into()),
        ("/model/max_input_chars_per_word", WORD_CHARACTERS_MAX.into()),
    ];
    for (place, supported) in settings {
        let found = tokenizer.pointer(place).unwrap_or(&Value::Null);
        if *found != supported {
            return Err(ModelError::unsupported(format!(
                "{place} is {found}, not {supported}"
            )));
        }
    }
    Ok(())
}

fn tokens_in_order(tokenizer: &Value) -> Result<Vec<&str>, ModelError> {
    let vocabulary = tokenizer["model"]["vocab"]
        .as_object()
        .ok_or_else(|| ModelError::damaged("it has no vocabulary"))?;
    let mut tokens = vec![""; vocabulary.len()];
    for (token, id) in vocabulary {
        let place = id
            .as_u64()
            .and_then(|id| tokens.get_mut(usize::try_from(id).ok()?));
        match place {
            Some(place) if place.is_empty() => *place = token,
            _ => {
                return Err(ModelError::unsupported(format!(
                    "ids with gaps: token {token:?} has {id}"
                )));
            }
        }
        if token.is_empty() || token.contains('\n') {
            return Err(ModelError::unsupported(format!("the token {token:?}")));
        }
    }
    Ok(tokens)
}

fn special_ids(tokenizer: &Value, tokens: &[&str]) -> Result<Vec<u64>, ModelError> {
    let none = Vec::new();
    let added = tokenizer["added_tokens"].as_array().unwrap_or(&none);
    let mut ids = Vec::with_capacity(added.len());
    for token in added {
        let plain = ["normalized", "single_word", "lstrip", "rstrip"]
            .iter()
            .all(|&flag| token[flag] == false);
        let id = token["id"].as_u64().filter(|&id| {
            tokens
                .get(id as usize)
                .is_some_and(|&known| token["content"] == known)
        });
        match id {
            Some(id) if plain => ids.push(id),
            _ => return Err(ModelError::unsupported(format!("the added token {token}"))),
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::{Place, Vocabulary};

    /// Two tokens can share a slot and a tag: only the bytes decide.
    #[test]
    fn what_is_found_is_what_was_sought() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../models/varve-static-en/vocabulary.txt"
        );
        let vocabulary = Vocabulary::parse(&std::fs::read(file).unwrap()).unwrap();
        let (mut number, mut found) = (0u64, 0);
        for _ in 0..400_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let letters: Vec<u8> = number.to_le_bytes()[2..]
                .iter()
                .map(|byte| b'a' + byte % 26)
                .collect();
            for (place, before) in [(Place::Start, ""), (Place::Inside, "##")] {
                let Some((id, length)) = vocabulary.longest(&letters, place) else {
                    continue;
                };
                assert_eq!(
                    vocabulary.token(id),
                    [before.as_bytes(), &letters[..length]].concat()
                );
                found += 1;
            }
        }
        assert_eq!(found, 800_000, "every letter is a token at both places");
    }
}
