//! `vocabulary.txt`, which is read, says what `tokenizer.json`, which is the source, says.
//!
//! If one of the two is replaced alone, every token id is wrong and nothing fails: the vectors are just nonsense.

#[path = "common/built_in.rs"]
mod built_in;

use std::fs;

use built_in::{folder, model};
use varve_embedder::{Model, compile_vocabulary};

#[test]
fn the_file_is_the_compiled_one() {
    let compiled = compile_vocabulary(&fs::read(folder().join("tokenizer.json")).unwrap()).unwrap();
    let file = fs::read_to_string(folder().join("vocabulary.txt")).unwrap();
    assert!(compiled == file, "run the example compile_vocabulary");
}

#[test]
fn both_give_the_same_model() {
    let [weights, tokenizer] =
        ["model.safetensors", "tokenizer.json"].map(|file| fs::read(folder().join(file)).unwrap());
    let (opened, from_bytes) = (model(), Model::from_bytes(weights, &tokenizer).unwrap());
    let [mut a, mut b] = [(); 2].map(|()| vec![0.0; opened.dimensions()]);
    for line in include_str!("corpus.txt").lines() {
        assert_eq!(opened.tokenize(line), from_bytes.tokenize(line));
        assert_eq!(opened.embed(line, &mut a), from_bytes.embed(line, &mut b));
        assert_eq!(a, b);
    }
}
