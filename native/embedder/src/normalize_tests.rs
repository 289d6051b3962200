//! Every character against the oracle, alone and among characters that can change places with it.

use proptest::prelude::*;
use tokenizers::{
    Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, normalizers::BertNormalizer,
    pre_tokenizers::bert::BertPreTokenizer,
};

use super::{Specials, WORD_CHARACTERS_MAX, Word, split};

/// The marks that keep their place in words and have a combining class, and some that do not.
const NEIGHBOURS: [char; 12] = [
    '\u{302e}',
    '\u{302f}',
    '\u{1d165}',
    '\u{1d16d}',
    '\u{301}',
    '\u{5b0}',
    '\u{9be}',
    '\u{903}',
    '\u{1171d}',
    '\u{1e8d0}',
    '\u{94d}',
    '\u{e31}',
];

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    split(text, &Specials::default(), |word| {
        words.push(match word {
            Word::Letters(letters) => str::from_utf8(letters).unwrap().to_owned(),
            Word::TooLong => "too long".to_owned(),
            Word::Special(id) => panic!("special token {id}"),
        });
    });
    words
}

fn oracle_words(text: &str) -> Vec<String> {
    let mut pieces = PreTokenizedString::from(text);
    pieces
        .normalize(|piece| BertNormalizer::default().normalize(piece))
        .unwrap();
    BertPreTokenizer.pre_tokenize(&mut pieces).unwrap();
    let words = pieces.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
    let shown = |word: &str| match word.chars().count() {
        0..=WORD_CHARACTERS_MAX => word.to_owned(),
        _ => "too long".to_owned(),
    };
    words.into_iter().map(|(word, ..)| shown(word)).collect()
}

#[test]
fn every_character_is_treated_as_by_the_oracle() {
    let mut text = String::new();
    for character in '\0'..=char::MAX {
        let neighbour = NEIGHBOURS[character as usize % NEIGHBOURS.len()];
        text.extend([
            'a',
            character,
            'B',
            ' ',
            character,
            neighbour,
            character,
            '\u{1d16d}',
            character,
            ' ',
        ]);
        if character as usize % 256 == 255 {
            assert_eq!(
                words(&text),
                oracle_words(&text),
                "around U+{:04X}",
                character as u32
            );
            text.clear();
        }
    }
}

#[test]
fn a_word_of_101_characters_is_too_long() {
    for (character, per_word) in [
        ("x", 1),
        ("ü", 1),
        ("ẞ", 1),
        ("각", 3),
        ("\u{1d16d}", 1),
        ("x\u{301}", 1),
    ] {
        for count in [99, 100, 101, 102, 33, 34, 10_000] {
            let text = character.repeat(count);
            assert_eq!(words(&text), oracle_words(&text), "{count} times {character:?}");
            assert_eq!(
                words(&text) == ["too long"],
                count * per_word > WORD_CHARACTERS_MAX
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn combining_characters_change_places_as_in_the_oracle(
        picks in proptest::collection::vec(prop_oneof![
            4 => proptest::sample::select(NEIGHBOURS.to_vec()),
            1 => proptest::sample::select(vec!['a', 'É', '\u{1d15e}', '각', '語', '\u{fa10}', '\0', ' ', '。', '≠']),
            1 => any::<char>(),
        ], 0..60)
    ) {
        let text: String = picks.into_iter().collect();
        prop_assert_eq!(words(&text), oracle_words(&text));
    }
}
