use serde_json::{Map, Value as Json, json};
use varve_engine::{Code, Error, Result};

use super::found::{bad_argument, found};
use super::instant::milliseconds;

/// A point in the history for a request: a version is a number, a date a text, a tag `{ "tag": … }`, and `{ "effective": … }` what was
/// true by a date.
///
/// # Errors
/// [`Code::InvalidArgument`].
pub(super) fn point(name: &str, at: &Json) -> Result<Json> {
    let bad = |found: &str| bad_point(name, found);
    match at {
        Json::Number(number) if number.is_u64() => Ok(json!({ "version": number })),
        Json::String(text) => Ok(json!({ "date": instant(name, text)? })),
        Json::Object(parts) => match only(parts) {
            Some(("tag", Json::String(tag))) => Ok(json!({ "tag": tag })),
            Some(("version", Json::Number(number))) if number.is_u64() => Ok(json!({ "version": number })),
            Some(("effective", Json::String(text))) => Ok(json!({ "effective": instant(name, text)? })),
            _ => Err(bad(&found(at))),
        },
        other => Err(bad(&found(other))),
    }
}

/// The milliseconds of an instant.
///
/// # Errors
/// [`Code::InvalidArgument`].
pub(super) fn instant(name: &str, text: &str) -> Result<i64> {
    milliseconds(text).ok_or_else(|| {
        let hint = "An instant is a date and time with its zone, an ISO 8601 text with its zone (\"2026-09-30T12:00:00Z\"), or a date, which means its start in UTC.";
        bad_argument(name, "an instant", &found(&json!(text))).hint(hint)
    })
}

fn only(parts: &Map<String, Json>) -> Option<(&str, &Json)> {
    let mut parts = parts.iter();
    let (name, value) = parts.next()?;
    parts.next().is_none().then_some((name.as_str(), value))
}

fn bad_point(name: &str, found: &str) -> Error {
    Error::new(
        Code::InvalidArgument,
        format!("{name}: expected a point in the history, found {found}."),
    )
    .hint("Give a date, an ISO 8601 text, the number of a version, { tag }, or { effective: date }.")
}
