//! Models small enough to damage thousands of times.

use serde_json::{Value, json};

/// A tokenizer like the built-in model's with other tokens; the first two are special.
pub(crate) fn tokenizer_json(tokens: &[String]) -> Value {
    let added = |id: usize| {
        json!({ "id": id, "special": true, "content": tokens[id], "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false })
    };
    let vocabulary: serde_json::Map<String, Value> = tokens
        .iter()
        .enumerate()
        .map(|(id, token)| (token.clone(), id.into()))
        .collect();
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [added(0), added(1)],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" }, "post_processor": null, "decoder": null,
        "model": { "type": "WordPiece", "unk_token": tokens[1], "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary },
    })
}

/// A `model.safetensors` with a row `[id, id, ..]` and the scale 0.5 for each token; the first two rows are zero.
pub(crate) fn weights(tokens: usize, dimensions: usize) -> Vec<u8> {
    let scale_bytes = tokens * 4;
    let header = json!({
        "scales": { "dtype": "F32", "shape": [tokens], "data_offsets": [0, scale_bytes] },
        "embeddings": { "dtype": "I8", "shape": [tokens, dimensions],
            "data_offsets": [scale_bytes, scale_bytes + tokens * dimensions] },
    });
    let data = std::iter::repeat_n(0.5f32.to_le_bytes(), tokens).flatten();
    let rows = (0..tokens).flat_map(|id| std::iter::repeat_n(if id < 2 { 0 } else { id as u8 }, dimensions));
    safetensors(&header.to_string(), data.chain(rows))
}

pub(crate) fn safetensors(header: &str, data: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    length.into_iter().chain(header.bytes()).chain(data).collect()
}

pub(crate) fn strings(tokens: &[&str]) -> Vec<String> {
    tokens.iter().map(ToString::to_string).collect()
}
