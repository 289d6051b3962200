//! Words to token ids: from the left, always the longest token that fits.

use crate::{
    normalize::{WORD_CHARACTERS_MAX, Word, split},
    vocabulary::{Place, Vocabulary},
};

/// Gives each token of the text to `emit`, in order.
pub(crate) fn tokenize(vocabulary: &Vocabulary, text: &str, mut emit: impl FnMut(u32)) {
    split(text, vocabulary.specials(), |word| match word {
        Word::Letters(letters) => spell(vocabulary, letters, &mut emit),
        Word::TooLong => emit(vocabulary.unknown()),
        Word::Special(id) => emit(id),
    });
}

/// A word that cannot be spelt to its end is one unknown token.
fn spell(vocabulary: &Vocabulary, letters: &[u8], emit: &mut impl FnMut(u32)) {
    let Some((first, mut at)) = vocabulary.longest(letters, Place::Start) else {
        return emit(vocabulary.unknown());
    };
    if at == letters.len() {
        return emit(first);
    }
    let mut ids = [first; WORD_CHARACTERS_MAX]; // enough: each token is at least one character
    let mut count = 1;
    while at < letters.len() {
        let Some((id, length)) = vocabulary.longest(&letters[at..], Place::Inside) else {
            return emit(vocabulary.unknown());
        };
        ids[count] = id;
        count += 1;
        at += length;
    }
    ids[..count].iter().for_each(|&id| emit(id));
}
