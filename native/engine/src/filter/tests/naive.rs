//! The meaning of filters, row by row on values, as directly as it can be written.

use std::cmp::Ordering;

use base64::Engine as _;
use serde_json::Value as Json;

use crate::schema::{DataType, Schema};
use crate::value::Value;

/// A value at the end of a path.
enum Seen {
    Null,
    Typed(Value),
    Json(Json),
}

/// Whether the filter holds for the row, if that can be said.
pub(super) fn holds(filter: &Json, schema: &Schema, row: &[Value]) -> Option<bool> {
    let args = || {
        filter["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|arg| holds(arg, schema, row))
    };
    match filter["op"].as_str().unwrap() {
        "and" if args().any(|arg| arg == Some(false)) => Some(false),
        "and" => args().all(|arg| arg == Some(true)).then_some(true),
        "or" if args().any(|arg| arg == Some(true)) => Some(true),
        "or" => args().all(|arg| arg == Some(false)).then_some(false),
        "not" => holds(&filter["arg"], schema, row).map(|value| !value),
        "isNotTrue" => Some(holds(&filter["arg"], schema, row) != Some(true)),
        op => {
            let seen = seen(&filter["column"], schema, row);
            match (&filter["anyItem"], &seen) {
                (Json::Bool(true), Seen::Json(Json::Array(items)))
                    if !op.starts_with("contains") && !["ne", "isNull"].contains(&op) =>
                {
                    let of = |item: &Json| {
                        if item.is_null() {
                            Seen::Null
                        } else {
                            Seen::Json(item.clone())
                        }
                    };
                    Some(
                        items
                            .iter()
                            .any(|item| condition(op, filter, &of(item)) == Some(true)),
                    )
                }
                _ => condition(op, filter, &seen),
            }
        }
    }
}

fn seen(path: &Json, schema: &Schema, row: &[Value]) -> Seen {
    let path: Vec<&str> = path
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let position = schema
        .fields
        .iter()
        .position(|field| field.name == path[0])
        .unwrap();
    let mut value = row[position].clone();
    let mut data_type = schema.fields[position].data_type.clone();
    for (depth, name) in path.iter().enumerate().skip(1) {
        match (&data_type, &value) {
            (_, Value::Null) => return Seen::Null,
            (DataType::Struct { fields }, Value::Struct(values)) => {
                let position = fields.iter().position(|field| field.name == *name).unwrap();
                (value, data_type) = (values[position].clone(), fields[position].data_type.clone());
            }
            (DataType::Json, Value::Text(text)) => return in_json(text, &path[depth..]),
            other => panic!("{other:?}"),
        }
    }
    match value {
        Value::Null => Seen::Null,
        Value::Text(text) if data_type == DataType::Json => in_json(&text, &[]),
        value => Seen::Typed(value),
    }
}

fn in_json(text: &str, path: &[&str]) -> Seen {
    let mut json: Json = serde_json::from_str(text).unwrap();
    for name in path {
        json = match json {
            Json::Object(object) => object.get(*name).cloned().unwrap_or_default(),
            Json::Array(items) => name
                .parse::<usize>()
                .ok()
                .and_then(|i| items.get(i).cloned())
                .unwrap_or_default(),
            _ => Json::Null,
        };
    }
    if json.is_null() {
        Seen::Null
    } else {
        Seen::Json(json)
    }
}

fn condition(op: &str, filter: &Json, seen: &Seen) -> Option<bool> {
    let is_null = matches!(seen, Seen::Null);
    if op == "isNull" || is_null {
        return (op == "isNull").then_some(is_null);
    }
    let order = |key: &str| compare(seen, &filter[key]);
    let values = || filter["values"].as_array().unwrap();
    let has = |value: &Json| Some(items(seen)?.iter().any(|item| equal(item, value) == Some(true)));
    let json = matches!(seen, Seen::Json(_));
    match op {
        "eq" => equal(seen, &filter["value"]),
        "ne" if json => Some(equal(seen, &filter["value"]) != Some(true)),
        "ne" => equal(seen, &filter["value"]).map(|equal| !equal),
        "lt" => order("value")?.map_or(Some(false), |o| Some(o.is_lt())),
        "lte" => order("value")?.map_or(Some(false), |o| Some(o.is_le())),
        "gt" => order("value")?.map_or(Some(false), |o| Some(o.is_gt())),
        "gte" => order("value")?.map_or(Some(false), |o| Some(o.is_ge())),
        "between" => {
            Some(order("low")?.is_some_and(Ordering::is_ge) && order("high")?.is_some_and(Ordering::is_le))
        }
        "in" if values().iter().any(|value| equal(seen, value) == Some(true)) => Some(true),
        "in" if values().is_empty() || values().iter().any(|value| equal(seen, value).is_some()) => {
            Some(false)
        }
        "in" => None,
        "like" => {
            let text = match seen {
                Seen::Typed(Value::Text(text)) | Seen::Json(Json::String(text)) => text,
                _ => return None,
            };
            let fold = filter["caseInsensitive"].as_bool().unwrap_or(false);
            let lower = |c: char| {
                if !fold {
                    c
                } else if c == 'ς' || c == 'Σ' {
                    'σ'
                } else {
                    c.to_lowercase().next().unwrap()
                }
            };
            let text: Vec<char> = text.chars().map(lower).collect();
            let pattern: Vec<char> = filter["pattern"].as_str().unwrap().chars().map(lower).collect();
            Some(like(&text, &pattern))
        }
        "contains" => match (seen, &filter["value"]) {
            (Seen::Typed(Value::Text(text)) | Seen::Json(Json::String(text)), Json::String(part)) => {
                Some(text.contains(part.as_str()))
            }
            (_, value) => has(value),
        },
        "containsAny" => items(seen).map(|_| values().iter().any(|value| has(value) == Some(true))),
        "containsAll" => items(seen).map(|_| values().iter().all(|value| has(value) == Some(true))),
        other => panic!("{other}"),
    }
}

fn items(seen: &Seen) -> Option<Vec<Seen>> {
    match seen {
        Seen::Typed(Value::List(values)) => Some(values.iter().cloned().map(Seen::Typed).collect()),
        Seen::Json(Json::Array(values)) => Some(values.iter().cloned().map(Seen::Json).collect()),
        _ => None,
    }
}

fn equal(seen: &Seen, constant: &Json) -> Option<bool> {
    compare(seen, constant).map(|order| order == Some(Ordering::Equal))
}

/// `None`: not of one type. `Some(None)`: a NaN.
fn compare(seen: &Seen, constant: &Json) -> Option<Option<Ordering>> {
    Some(match (seen, constant) {
        (Seen::Typed(Value::Text(a)) | Seen::Json(Json::String(a)), Json::String(b)) => {
            Some(a.as_bytes().cmp(b.as_bytes()))
        }
        (Seen::Typed(Value::Boolean(a)) | Seen::Json(Json::Bool(a)), Json::Bool(b)) => Some(a.cmp(b)),
        (Seen::Typed(Value::Bytes(a)), Json::Object(b)) => {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(b["$base64"].as_str().unwrap())
                .unwrap();
            Some(a.cmp(&bytes))
        }
        (Seen::Typed(Value::Int(a)), Json::Number(b)) => int_with_float(*a, b.as_f64().unwrap()),
        (Seen::Typed(Value::Int(a)), Json::Object(b)) => Some(a.cmp(&int(b))),
        (Seen::Typed(Value::Float(a)), Json::Number(b)) => a.partial_cmp(&b.as_f64().unwrap()),
        (Seen::Typed(Value::Float(a)), Json::Object(b)) => int_with_float(int(b), *a).map(Ordering::reverse),
        (Seen::Json(Json::Number(a)), Json::Number(b)) => {
            a.as_f64().unwrap().partial_cmp(&b.as_f64().unwrap())
        }
        (Seen::Json(Json::Number(a)), Json::Object(b)) => {
            int_with_float(int(b), a.as_f64().unwrap()).map(Ordering::reverse)
        }
        _ => return None,
    })
}

fn int(object: &serde_json::Map<String, Json>) -> i64 {
    object["$int"].as_str().unwrap().parse().unwrap()
}

fn int_with_float(int: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let floor = i128::from(int).cmp(&(float.floor() as i128));
    Some(floor.then(if float.fract() == 0.0 || float.is_infinite() {
        Ordering::Equal
    } else {
        Ordering::Less
    }))
}

fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skipped| like(&text[skipped..], rest)),
        ['_', rest @ ..] => !text.is_empty() && like(&text[1..], rest),
        ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && like(&text[1..], rest),
    }
}
