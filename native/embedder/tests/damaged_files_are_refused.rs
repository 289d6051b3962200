//! A damaged model file is an error that names the file, or other numbers; never a panic.
//!
//! The files come from packages, downloads and disks that fill up. Lengths and offsets in them are untrusted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/small.rs"]
mod small;

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use small::{safetensors, strings, tokenizer_json, weights};
use varve_embedder::{Model, ModelError, compile_vocabulary};

const DIMENSIONS: usize = 3;

fn tokens() -> Vec<String> {
    strings(&["[PAD]", "[UNK]", "a", "b", "##b", "é", "."])
}

fn tokenizer() -> Vec<u8> {
    serde_json::to_vec(&tokenizer_json(&tokens())).unwrap()
}

fn table() -> Vec<u8> {
    weights(tokens().len(), DIMENSIONS)
}

/// What opened must also work.
fn try_out(model: &Model) {
    let mut vector = vec![0.0; model.dimensions()];
    for text in ["ab a. [PAD] é", "", "abbbbbbb [UNK]"] {
        model.tokenize(text);
        let known = model.embed(text, &mut vector);
        assert!(vector.iter().all(|x| x.is_finite()));
        assert_eq!(known, vector.iter().any(|&x| x != 0.0));
    }
}

fn write_folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (file, bytes) in files {
        fs::write(folder.join(file), bytes).unwrap();
    }
    folder
}

fn damage(file: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let flips = vec((0..file.len(), 0..8u8), 0..4);
    (flips, prop_oneof![3 => Just(file.len()), 1 => 0..file.len()]).prop_map(move |(flips, length)| {
        let mut file = file.clone();
        flips.into_iter().for_each(|(at, bit)| file[at] ^= 1 << bit);
        file.truncate(length);
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn damaged_weights_do_not_panic(file in damage(table())) {
        match Model::from_bytes(file, &tokenizer()) {
            Ok(model) => try_out(&model),
            Err(error) => prop_assert_eq!(error.file(), Path::new("model.safetensors")),
        }
    }

    #[test]
    fn a_damaged_tokenizer_does_not_panic(file in damage(tokenizer())) {
        match Model::from_bytes(table(), &file) {
            Ok(model) => try_out(&model),
            Err(error) => prop_assert!(error.file().extension().is_some()),
        }
    }

    #[test]
    fn any_bytes_do_not_panic(file in vec(any::<u8>(), 0..200)) {
        prop_assert!(Model::from_bytes(file.clone(), &tokenizer()).is_err());
        prop_assert!(Model::from_bytes(table(), &file).is_err());
    }

    #[test]
    fn any_places_do_not_panic(
        shape in vec(any::<u64>(), 0..3), place in vec(prop_oneof![0..200u64, any::<u64>()], 0..3), length in 0..200usize
    ) {
        let scales = json!({ "dtype": "F32", "shape": shape, "data_offsets": place });
        let rows = json!({ "dtype": "I8", "shape": shape, "data_offsets": place });
        let header = json!({ "scales": scales, "embeddings": rows }).to_string();
        prop_assert!(Model::from_bytes(safetensors(&header, vec![0; length]), &tokenizer()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_damaged_vocabulary_does_not_panic(
        file in damage(compile_vocabulary(&tokenizer()).unwrap().into_bytes())
    ) {
        let folder = write_folder("vocabulary", &[("model.safetensors", &table()), ("vocabulary.txt", &file)]);
        match Model::open(&folder) {
            Ok(model) => try_out(&model),
            Err(error) => prop_assert_eq!(error.file().parent(), Some(folder.as_path())),
        }
    }
}

#[test]
fn a_cut_built_in_model_is_refused_at_every_length() {
    let built_in = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../models/varve-static-en/model.safetensors"
    );
    let table = fs::read(built_in).unwrap();
    let tokenizer = tokenizer();
    for length in (0..400)
        .chain((400..table.len()).step_by(500_000))
        .chain([table.len() - 1])
    {
        let error = Model::from_bytes(table[..length].to_vec(), &tokenizer).unwrap_err();
        assert!(matches!(error, ModelError::Damaged { .. }), "{length}: {error}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let empty = write_folder("empty", &[]);
    let error = Model::open(&empty).unwrap_err();
    assert!(
        matches!(&error, ModelError::Missing { file } if *file == empty.join("model.safetensors")),
        "{error}"
    );

    let no_tokens = write_folder("no-tokens", &[("model.safetensors", &table())]);
    let error = Model::open(&no_tokens).unwrap_err();
    assert!(
        matches!(&error, ModelError::Missing { file } if *file == no_tokens.join("tokenizer.json")),
        "{error}"
    );
}

#[test]
fn without_a_vocabulary_the_tokenizer_is_read() {
    let files: [(&str, &[u8]); 2] = [("model.safetensors", &table()), ("tokenizer.json", &tokenizer())];
    let model = Model::open(&write_folder("tokenizer", &files)).unwrap();
    assert_eq!(model.tokenize("ab É."), [2, 4, 1, 6]);
}

#[test]
fn an_empty_file_is_damaged() {
    let files: [(&str, &[u8]); 2] = [("model.safetensors", b""), ("tokenizer.json", &tokenizer())];
    let folder = write_folder("nothing", &files);
    assert_eq!(
        Model::open(&folder).unwrap_err().to_string(),
        format!(
            "{}: damaged: it breaks off",
            folder.join("model.safetensors").display()
        )
    );
}

/// The message after the file's name.
fn refusal(weights: Vec<u8>, tokenizer: &Value) -> String {
    Model::from_bytes(weights, &serde_json::to_vec(tokenizer).unwrap())
        .unwrap_err()
        .to_string()
}

#[test]
fn shapes_must_fit() {
    let json = tokenizer_json(&tokens());
    assert_eq!(
        refusal(weights(8, DIMENSIONS), &json),
        "model.safetensors: wrong shape: 8 rows for a vocabulary of 7 tokens"
    );
    assert_eq!(
        refusal(weights(7, 0), &json),
        "model.safetensors: wrong shape: rows of 0 numbers"
    );
    let header = |rows: Value, scales: Value| json!({ "embeddings": rows, "scales": scales }).to_string();
    let scales = json!({ "dtype": "F32", "shape": [2], "data_offsets": [0, 8] });
    let rows = json!({ "dtype": "I8", "shape": [3, 4], "data_offsets": [8, 20] });
    assert_eq!(
        refusal(safetensors(&header(rows, scales.clone()), [0; 20]), &json),
        "model.safetensors: wrong shape: 3 rows and 2 scales"
    );
    let rows = json!({ "dtype": "F32", "shape": [3, 1], "data_offsets": [8, 20] });
    assert_eq!(
        refusal(safetensors(&header(rows, scales), [0; 20]), &json),
        "model.safetensors: wrong shape: no tensor embeddings of type I8"
    );
}

#[test]
fn a_scale_must_be_finite() {
    let mut file = table();
    let first_scale = file.len() - tokens().len() * (4 + DIMENSIONS);
    file[first_scale + 4..first_scale + 8].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(
        refusal(file, &tokenizer_json(&tokens())),
        "model.safetensors: damaged: the scale of row 1 is not a finite number"
    );
}

#[test]
fn another_kind_of_tokenizer_is_not_supported() {
    let settings = [
        ("/truncation", json!({ "max_length": 8 })),
        ("/normalizer/type", "Lowercase".into()),
        ("/normalizer/clean_text", false.into()),
        ("/normalizer/handle_chinese_chars", false.into()),
        ("/normalizer/strip_accents", false.into()),
        ("/normalizer/lowercase", false.into()),
        ("/pre_tokenizer/type", "Whitespace".into()),
        ("/model/type", "BPE".into()),
        ("/model/continuing_subword_prefix", "@@".into()),
        ("/model/max_input_chars_per_word", 200.into()),
        ("/added_tokens/1/normalized", true.into()),
        ("/added_tokens/1/single_word", true.into()),
        ("/added_tokens/1/lstrip", true.into()),
        ("/added_tokens/1/rstrip", true.into()),
        ("/added_tokens/1/content", "[MASK]".into()),
        ("/added_tokens/1/id", 2.into()),
        ("/model/vocab/a", 70.into()),
        ("/model/vocab/a", 3.into()),
        ("/model/vocab/a", Value::Null),
    ];
    for (place, value) in settings {
        let mut tokenizer = tokenizer_json(&tokens());
        *tokenizer.pointer_mut(place).unwrap() = value;
        let message = refusal(table(), &tokenizer);
        assert!(
            message.starts_with("tokenizer.json: not supported: "),
            "{place}: {message}"
        );
    }
}

#[test]
fn a_token_has_at_most_64_bytes() {
    let with = |letters: usize| {
        let tokens = strings(&["[PAD]", "[UNK]", &"x".repeat(letters)]);
        let tokenizer = serde_json::to_vec(&tokenizer_json(&tokens)).unwrap();
        Model::from_bytes(weights(3, DIMENSIONS), &tokenizer)
    };
    assert_eq!(with(64).unwrap().tokenize(&"x".repeat(64)), [2]);
    assert_eq!(with(64).unwrap().tokenize(&"x".repeat(65)), [1]);
    assert_eq!(
        with(65).unwrap_err().to_string(),
        "tokenizer.json: not supported: a token of 65 bytes"
    );
}

#[test]
fn a_vocabulary_is_checked_against_its_head() {
    let cases = [
        ("varve-vocabulary 2\n", "not supported"),
        (
            "varve-vocabulary 1\ntokens 2\nunknown 0\nspecial \na\nb",
            "damaged: 1 tokens, not 2",
        ),
        (
            "varve-vocabulary 1\ntokens 1\nunknown 0\nspecial \na\nb\n",
            "damaged: token 1 of 1 is \"b\"",
        ),
        (
            "varve-vocabulary 1\ntokens 4\nunknown 0\nspecial \na\nb\nc\na\n",
            "damaged: token 3 is there twice",
        ),
        (
            "varve-vocabulary 1\ntokens 99999\nunknown 0\nspecial \na\n",
            "damaged: its 99999 tokens break off",
        ),
        (
            "varve-vocabulary 1\ntokens 1\nunknown 1\nspecial \na\n",
            "damaged: there is no token 1",
        ),
        (
            "varve-vocabulary 1\ntokens 1\nunknown 0\nspecial 0\na\n",
            "not supported: a special token",
        ),
        ("varve-vocabulary 1\ntokens x\n", "damaged: a number"),
        ("tokens 1\n", "damaged: its head has no line"),
    ];
    for (text, expected) in cases {
        let files: [(&str, &[u8]); 2] = [
            ("model.safetensors", &table()),
            ("vocabulary.txt", text.as_bytes()),
        ];
        let error = Model::open(&write_folder("head", &files))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("vocabulary.txt: ") && error.contains(expected),
            "{error} for {text:?}"
        );
    }
}
