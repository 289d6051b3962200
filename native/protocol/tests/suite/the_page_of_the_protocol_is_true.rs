//! Asks what stands in `docs/protocol.md`, from top to bottom, and holds the answers to those that stand below. With
//! `UPDATE_PROTOCOL=1` in the environment the answers are written anew; "…" in an answer stands for anything.

use std::path::Path;

use crate::support::caller::Caller;
use crate::support::page::{Block, blocks};
use serde_json::Value as Json;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol.md");

#[test]
fn every_request_is_answered_as_the_page_says() {
    let text = std::fs::read_to_string(PAGE).unwrap();
    let mut caller = Caller::new();
    let mut answers = Vec::new();
    let (mut corrected, mut end) = (String::new(), 0);
    for block in blocks(&text) {
        match block.label {
            "request" => answers.push(Some(caller.call(&block))),
            "vector" => caller.vector = serde_json::from_str(block.text).unwrap(),
            "batch" => caller.batch = bytes(block.text),
            "answer" => {
                let actual = answers
                    .pop()
                    .flatten()
                    .unwrap_or_else(|| panic!("{block:?} answers nothing"));
                let expected: Json = serde_json::from_str(block.text).unwrap_or(Json::Null);
                let merged = merge(&expected, &actual);
                corrected.push_str(&text[end..block.from]);
                corrected.push_str(&spread(&merged, ""));
                corrected.push('\n');
                end = block.until;
            }
            other => panic!("{other} in {block:?}"),
        }
    }
    corrected.push_str(&text[end..]);
    assert!(answers.is_empty(), "requests without an answer");
    if corrected != text && std::env::var_os("UPDATE_PROTOCOL").is_some() {
        std::fs::write(Path::new(PAGE), &corrected).unwrap();
    }
    let differ = text
        .lines()
        .zip(corrected.lines())
        .find(|(page, now)| page != now);
    assert_eq!(differ, None, "what the page says, and what is so");
    assert_eq!(text, corrected);
}

#[test]
fn every_function_has_its_place_on_the_page() {
    let lib = include_str!("../../src/lib.rs");
    let text = std::fs::read_to_string(PAGE).unwrap();
    let uses = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub use ")?.split_once("::"));
    let names: Vec<&str> = uses
        .flat_map(|(_, names)| names.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(
            text.contains(&format!("### {name}\n")),
            "{name} is not on the page"
        );
    }
}

/// The answer as it is, with "…" where the page has it.
fn merge(page: &Json, actual: &Json) -> Json {
    match (page, actual) {
        (Json::String(any), _) if any == "…" => page.clone(),
        (Json::Object(page), Json::Object(actual)) => {
            let merged = actual.iter().map(|(key, value)| {
                let said = page.get(key).unwrap_or(&Json::Null);
                (key.clone(), merge(said, value))
            });
            Json::Object(merged.collect())
        }
        (Json::Array(page), Json::Array(actual)) => {
            let said = page.iter().chain(std::iter::repeat(&Json::Null));
            actual
                .iter()
                .zip(said)
                .map(|(value, said)| merge(said, value))
                .collect()
        }
        _ => actual.clone(),
    }
}

/// JSON with a blank behind colons and commas, on several lines where one does not hold it.
fn spread(json: &Json, indent: &str) -> String {
    let flat = flat(json);
    if indent.len() + flat.chars().count() <= 120 {
        return flat;
    }
    let deeper = format!("{indent}  ");
    let (open, parts, close): (char, Vec<String>, char) = match json {
        Json::Array(items) => ('[', items.iter().map(|item| spread(item, &deeper)).collect(), ']'),
        Json::Object(parts) => {
            let part = |(key, value): (&String, &Json)| format!("\"{key}\": {}", spread(value, &deeper));
            ('{', parts.iter().map(part).collect(), '}')
        }
        _ => return flat,
    };
    format!(
        "{open}\n{deeper}{}\n{indent}{close}",
        parts.join(&format!(",\n{deeper}"))
    )
}

fn flat(json: &Json) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match json {
        Json::Array(items) => format!("[{}]", list(items.iter().map(flat).collect())),
        Json::Object(parts) if parts.is_empty() => "{}".to_owned(),
        Json::Object(parts) => {
            let part = |(key, value): (&String, &Json)| format!("\"{key}\": {}", flat(value));
            format!("{{ {} }}", list(parts.iter().map(part).collect()))
        }
        other => other.to_string(),
    }
}

/// Bytes written as hexadecimal digits; what stands behind a `#` is a comment.
fn bytes(text: &str) -> Vec<u8> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let digits: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    digits
        .iter()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

impl std::fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.label, self.section)
    }
}
