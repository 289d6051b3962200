//! What errors say of a value that was not expected.

use serde_json::Value as Json;
use varve_engine::{Code, Error};

/// Characters of a text that are shown.
const SHOWN: usize = 40;

/// A value, in words.
pub(super) fn found(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("the boolean {value}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) => {
            let start: String = text.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
            let more = if start.len() < text.len() { "…" } else { "" };
            format!("the text \"{start}{more}\"")
        }
        Json::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// An argument that is not what was expected.
pub(super) fn bad_argument(name: &str, expected: &str, found: &str) -> Error {
    Error::new(
        Code::InvalidArgument,
        format!("{name}: expected {expected}, found {found}."),
    )
}
