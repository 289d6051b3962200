//! The constants of a filter, and how they are named in errors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;

use crate::schema::DataType;

/// A number, exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// A whole number of 64 bits.
    Int(i64),
    /// Any other number; never a NaN.
    Float(f64),
}

/// A number, or a `{"$int"}`. A plain number is one of JavaScript's: beyond 2^53 its digits stand for the nearest float.
pub(super) fn number(json: &Json) -> Option<Number> {
    match json {
        Json::Number(number) => number.as_f64().map(Number::of),
        Json::Object(_) => tagged(json, "$int")?.parse().ok().map(Number::Int),
        _ => None,
    }
}

impl Number {
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range, checked")]
    fn of(x: f64) -> Self {
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if x.fract() == 0.0 && (-LIMIT..LIMIT).contains(&x) {
            Self::Int(x as i64)
        } else {
            Self::Float(x)
        }
    }
}

/// A text.
pub(super) fn text(json: &Json) -> Option<Vec<u8>> {
    json.as_str().map(|text| text.as_bytes().to_vec())
}

/// Bytes: `{"$base64"}`.
pub(super) fn bytes(json: &Json) -> Option<Vec<u8>> {
    BASE64.decode(tagged(json, "$base64")?).ok()
}

/// What a value in a JSON column can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Boolean,
}

pub(super) fn kind(json: &Json) -> Option<Kind> {
    match json {
        Json::String(_) => Some(Kind::Text),
        Json::Bool(_) => Some(Kind::Boolean),
        json => number(json).map(|_| Kind::Number),
    }
}

fn tagged<'a>(json: &'a Json, tag: &str) -> Option<&'a str> {
    let object = json.as_object().filter(|object| object.len() == 1)?;
    object.get(tag)?.as_str()
}

/// The constant as an error shows it.
pub(super) fn shown(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("the boolean {value}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) => format!("the text \"{}\"", cut(text)),
        Json::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => match (tagged(json, "$int"), tagged(json, "$base64")) {
            (Some(int), _) => format!("the integer {}", cut(int)),
            (_, Some(text)) if BASE64.decode(text).is_err() => "bytes that are not in base64".to_owned(),
            (_, Some(_)) => "bytes".to_owned(),
            _ => "an object".to_owned(),
        },
    }
}

/// The beginning of a text, without control characters.
pub(super) fn cut(text: &str) -> String {
    let mut start: String = text
        .chars()
        .take(40)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

/// What a column of the type is compared with.
pub(super) fn expected(data_type: &DataType) -> String {
    match data_type {
        DataType::Text => "a text".to_owned(),
        DataType::Enum { values } => format!("one of {}", values.join(", ")),
        DataType::Int => "a number or a 64-bit integer".to_owned(),
        DataType::Float { .. } => "a number".to_owned(),
        DataType::Timestamp => "a number of milliseconds".to_owned(),
        DataType::Date => "a number of days".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        DataType::Bytes => "bytes".to_owned(),
        _ => "a text, a number or a boolean".to_owned(),
    }
}

/// The name of a type, as a schema spells it.
pub(super) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Text => "text".to_owned(),
        DataType::Enum { .. } => "enum".to_owned(),
        DataType::Json => "json".to_owned(),
        DataType::Int => "int".to_owned(),
        DataType::Float { .. } => "float".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Timestamp => "timestamp".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Bytes => "bytes".to_owned(),
        DataType::Vector { .. } => "vector".to_owned(),
        DataType::List { item } => format!("list of {}", type_name(&item.data_type)),
        DataType::Struct { .. } => "struct".to_owned(),
    }
}
