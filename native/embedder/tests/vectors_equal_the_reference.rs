//! The vectors are those of the model as it was made and measured.
//!
//! The reference holds 50 texts with token counts and vectors, computed in Python when the model was made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/built_in.rs"]
mod built_in;
#[path = "common/small.rs"]
mod small;

use built_in::model;
use serde_json::Value;
use small::{strings, tokenizer_json, weights};
use varve_embedder::Model;

const TOLERANCE: f32 = 1e-5;

fn reference() -> Vec<Value> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../test/fixtures/varve-static-en-reference.json"
    );
    let reference: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    reference["items"].as_array().unwrap().clone()
}

#[test]
fn each_number_is_within_a_hundred_thousandth() {
    let model = model();
    let mut vector = vec![f32::NAN; model.dimensions()];
    let mut furthest: f32 = 0.0;
    for item in reference() {
        let text = item["text"].as_str().unwrap();
        let expected: Vec<f32> = item["embedding"]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap() as f32)
            .collect();
        assert_eq!(
            model.tokenize(text).len() as u64,
            item["tokens"].as_u64().unwrap(),
            "{text:?}"
        );
        assert_eq!(
            model.embed(text, &mut vector),
            expected.iter().any(|&x| x != 0.0),
            "{text:?}"
        );
        assert_eq!(vector.len(), expected.len());
        for (ours, theirs) in vector.iter().zip(&expected) {
            furthest = furthest.max((ours - theirs).abs());
            assert!(
                (ours - theirs).abs() <= TOLERANCE,
                "{text:?}: {ours} is not {theirs}"
            );
        }
    }
    println!("furthest from the reference: {furthest:e}");
}

#[test]
fn a_text_without_known_tokens_is_zero() {
    let model = model();
    for text in [
        "",
        " \n\t",
        "[UNK]",
        "[PAD] [UNK]",
        "\u{10ffff}",
        "\u{1f3fd}",
        &"x".repeat(101),
    ] {
        let mut vector = vec![f32::NAN; model.dimensions()];
        assert!(!model.embed(text, &mut vector), "{text:?}");
        assert!(vector.iter().all(|&x| x == 0.0), "{text:?}");
    }
}

#[test]
fn unknown_words_leave_the_vector_as_it_is() {
    let model = model();
    let [mut plain, mut mixed] = [(); 2].map(|()| vec![0.0; model.dimensions()]);
    assert!(model.embed("sediment in lakes", &mut plain));
    assert!(model.embed("sediment [UNK] in [PAD] lakes \u{1f3fd}", &mut mixed));
    assert_eq!(plain, mixed);
}

#[test]
fn rows_of_tokens_that_mean_nothing_are_not_added() {
    let tokens = strings(&["[PAD]", "[UNK]", "a"]);
    let mut file = weights(tokens.len(), 2);
    let rows_from = file.len() - 6;
    file[rows_from..].copy_from_slice(&[9, 9, 9, 9, 3, 4]);
    for added_tokens in [true, false] {
        let mut tokenizer = tokenizer_json(&tokens);
        if !added_tokens {
            tokenizer["added_tokens"] = Value::Array(Vec::new());
        }
        let model = Model::from_bytes(file.clone(), &serde_json::to_vec(&tokenizer).unwrap()).unwrap();
        let mut vector = [f32::NAN; 2];
        assert!(!model.embed("unknown", &mut vector));
        assert_eq!(vector, [0.0; 2]);
        assert!(model.embed("a unknown", &mut vector));
        assert_eq!(vector, [0.6, 0.8]);
    }
}

#[test]
fn a_sum_of_nothing_has_no_direction() {
    let tokens = strings(&["[PAD]", "[UNK]", "a"]);
    let mut file = weights(tokens.len(), 4);
    let rows_from = file.len() - 4;
    file[rows_from..].fill(0);
    let model = Model::from_bytes(file, &serde_json::to_vec(&tokenizer_json(&tokens)).unwrap()).unwrap();
    let mut vector = [f32::NAN; 4];
    assert!(!model.embed("a", &mut vector));
    assert_eq!(vector, [0.0; 4]);
}

#[test]
fn one_model_serves_many_threads() {
    let model = model();
    let alone: Vec<Vec<f32>> = reference()
        .iter()
        .map(|item| {
            let mut vector = vec![0.0; model.dimensions()];
            model.embed(item["text"].as_str().unwrap(), &mut vector);
            vector
        })
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut vector = vec![0.0; model.dimensions()];
                for (item, expected) in reference().iter().zip(&alone) {
                    model.embed(item["text"].as_str().unwrap(), &mut vector);
                    assert_eq!(vector, *expected);
                }
            });
        }
    });
}
