//! The tokens are those of the Hugging Face `tokenizers` crate.
//!
//! A token that differs is a row that differs: vectors of other tools that use the same model would no longer fit
//! those stored here, and nobody would see why the search is worse.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "common/built_in.rs"]
mod built_in;
#[path = "common/small.rs"]
mod small;

use std::{
    fs,
    path::{Path, PathBuf},
};

use built_in::{folder, model};
use proptest::{collection::vec, prelude::*, sample::select};
use small::{strings, tokenizer_json, weights};
use tokenizers::Tokenizer;
use varve_embedder::Model;

const REAL_TEXT_BYTES_MAX: usize = 4 << 20;

fn oracle() -> Tokenizer {
    Tokenizer::from_file(folder().join("tokenizer.json")).unwrap()
}

fn oracle_ids(oracle: &Tokenizer, text: &str) -> Vec<u32> {
    oracle.encode(text, false).unwrap().get_ids().to_vec()
}

fn assert_equal(model: &Model, oracle: &Tokenizer, text: &str, origin: &str) {
    if model.tokenize(text) == oracle_ids(oracle, text) {
        return;
    }
    for line in text.lines() {
        assert_eq!(
            model.tokenize(line),
            oracle_ids(oracle, line),
            "{origin}: {line:?}"
        );
    }
    panic!("{origin}: the lines are equal, the text is not");
}

#[test]
fn in_a_corpus_of_many_scripts() {
    let (model, oracle) = (model(), oracle());
    for line in include_str!("corpus.txt").lines() {
        assert_equal(&model, &oracle, line, "corpus.txt");
    }
    assert_equal(&model, &oracle, include_str!("corpus.txt"), "corpus.txt");
}

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        match path.symlink_metadata() {
            Ok(kind) if kind.is_dir() => markdown_below(&path, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "md") => {
                found.push(path);
            }
            _ => {}
        }
    }
}

#[test]
fn in_the_documentation_on_this_machine() {
    let mut files = Vec::new();
    markdown_below(Path::new("/usr/share/doc"), &mut files);
    if let Some(home) = std::env::home_dir() {
        markdown_below(&home.join(".cargo/registry/src"), &mut files);
    }
    let (model, oracle) = (model(), oracle());
    let mut bytes = 0;
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        assert_equal(&model, &oracle, &text, &file.display().to_string());
        bytes += text.len();
        if bytes > REAL_TEXT_BYTES_MAX {
            break;
        }
    }
    println!("{bytes} bytes of real text compared"); // 0 on a machine without any: the other tests still hold
}

/// Pieces of text that tokenisers are known to disagree about.
fn hostile_pieces() -> Vec<String> {
    let mut pieces = strings(&[
        "[UNK]",
        "[PAD]",
        "[CLS]",
        "[UNK",
        "UNK]",
        "[[UNK]]",
        "[unk]",
        "[PAD][UNK]",
        "[UN\u{301}K]",
        "[U\0NK]",
        "[",
        "]",
        "#",
        "##",
        "###ing",
        "##ing",
        " ",
        "\t\r\n",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{2028}",
        "\u{202e}",
        "\u{2060}",
        "\u{3000}",
        "\u{feff}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{f8ff}",
        "\u{10000}",
        "\u{10ffff}",
        "\u{e0041}",
        "é",
        "e\u{301}",
        "\u{301}",
        "\u{327}\u{301}",
        "\u{301}\u{327}",
        "ệ",
        "İ",
        "ı",
        "I\u{307}",
        "ß",
        "ẞ",
        "ΟΔΟΣ",
        "σς",
        "Σ",
        "ά",
        "\u{37e}",
        "\u{1fef}",
        "ǅ",
        "ﬁ",
        "Ⅷ",
        "½",
        "²",
        "㎏",
        "Å",
        "Ω",
        "한국어",
        "ᄒ\u{1161}\u{11ab}",
        "각",
        "漢字",
        "\u{f900}",
        "\u{2f800}",
        "\u{20000}",
        "かな",
        "ガ",
        "カ\u{3099}",
        "ﾊﾟ",
        "ไทย",
        "हिन्दी",
        "வணக்கம்",
        "བོད་ཡིག",
        "שָׁלוֹם",
        "\u{fb2c}",
        "العَرَبِيَّة",
        "ﷺ",
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "❤\u{fe0f}",
        "\u{1f3fd}",
        "≠",
        "≯",
        "–",
        "…",
        "“x”",
        "'s",
        "don't",
        "foo_bar",
        "a-b",
        "x.y",
        "naïve",
        "Straße",
        "1,000.50",
        "0x1F",
        "https://a.b/c?d=e&f",
        "\u{1d15e}",
        "\u{302e}",
        "\u{1d165}",
        "a",
        "Z",
        "the",
        "embedding",
        "antidisestablishmentarianism",
        "zzzzqx",
    ]);
    pieces.extend(["a", "Ü", "漢", "\u{301}", "\u{1d165}", "##", "[UNK]"].map(|piece| piece.repeat(101)));
    pieces.push("x".repeat(10_000));
    pieces
}

fn hostile_text() -> impl Strategy<Value = String> {
    let character = (0..=u32::from(char::MAX)).prop_filter_map("surrogate", char::from_u32);
    let piece = prop_oneof![
        6 => select(hostile_pieces()),
        2 => any::<char>().prop_map(String::from),
        2 => character.prop_map(String::from),
        1 => (0x300u32..0x370).prop_filter_map("surrogate", char::from_u32).prop_map(String::from),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[test]
fn in_each_hostile_piece() {
    let (model, oracle) = (model(), oracle());
    for piece in hostile_pieces() {
        for text in [
            piece.clone(),
            format!("a{piece}b"),
            format!(" {piece}{piece} "),
            format!("é{piece}\u{301}"),
        ] {
            assert_eq!(model.tokenize(&text), oracle_ids(&oracle, &text), "{text:?}");
        }
    }
}

#[test]
fn in_random_hostile_text() {
    let (model, oracle) = (model(), oracle());
    proptest!(ProptestConfig::with_cases(3000), |(text in hostile_text())| {
        prop_assert_eq!(model.tokenize(&text), oracle_ids(&oracle, &text), "{:?}", text);
    });
}

#[test]
fn in_random_strings() {
    let (model, oracle) = (model(), oracle());
    proptest!(ProptestConfig::with_cases(3000), |(text in any::<String>())| {
        prop_assert_eq!(model.tokenize(&text), oracle_ids(&oracle, &text), "{:?}", text);
    });
}

/// A vocabulary over few letters, so that tokens overlap in every way, and words to be spelt with it.
fn small_vocabulary() -> impl Strategy<Value = Vec<String>> {
    let letters = vec(select(vec!['a', 'b', 'ı', '語', 'ж']), 1..5).prop_map(String::from_iter);
    let token = (any::<bool>(), letters).prop_map(|(inside, letters)| match inside {
        true => format!("##{letters}"),
        false => letters,
    });
    proptest::collection::hash_set(token, 0..60).prop_map(|tokens| {
        strings(&["[PAD]", "[UNK]", "##"])
            .into_iter()
            .chain(tokens)
            .collect()
    })
}

#[test]
fn in_random_vocabularies() {
    let words = vec(
        select(vec!['a', 'a', 'b', 'B', 'ı', '語', 'Ж', 'ж', 'c', ' ', '#']),
        0..80,
    );
    let words = words.prop_map(String::from_iter);
    proptest!(ProptestConfig::with_cases(1000), |(tokens in small_vocabulary(), text in words)| {
        let json = serde_json::to_vec(&tokenizer_json(&tokens)).unwrap();
        let model = Model::from_bytes(weights(tokens.len(), 2), &json).unwrap();
        let oracle = Tokenizer::from_bytes(&json).unwrap();
        prop_assert_eq!(model.tokenize(&text), oracle_ids(&oracle, &text), "{:?} in {:?}", text, tokens);
    });
}

#[test]
fn where_special_tokens_overlap() {
    let tokens = strings(&["[a", "[a][", "a", "b", "[", "]", "##b"]);
    let json = serde_json::to_vec(&tokenizer_json(&tokens)).unwrap();
    let model = Model::from_bytes(weights(tokens.len(), 2), &json).unwrap();
    let oracle = Tokenizer::from_bytes(&json).unwrap();
    for text in [
        "[a",
        "[a][",
        "[a][a][",
        "[a]b[a",
        "[[a][[a]",
        "b[A][ab[a][ab",
        "[ a",
    ] {
        assert_eq!(model.tokenize(text), oracle_ids(&oracle, text), "{text:?}");
    }
}
