//! Random filters as JSON, each with its meaning: whether a row matches, if that can be said.

use serde_json::{Value as Json, json};
use varve_engine::{DataType, Field, Value};

use super::random::Random;
use super::values;

/// A filter and what it means for a row, given as the values of some fields.
pub(crate) struct Meaning {
    pub(crate) json: Json,
    node: Node,
}

enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Leaf {
        column: usize,
        part: Option<usize>,
        test: Test,
    },
}

enum Test {
    Null,
    Equal(Vec<Value>),
    Unequal(Value),
    Between(Value, Value),
    Less(Value),
    Starts(String),
    Has(Vec<Value>),
}

/// A filter on some of the fields.
pub(crate) fn filter(random: &mut Random, fields: &[Field], depth: usize) -> Meaning {
    let kind = if depth == 0 { 3 } else { random.below(8) };
    if kind > 2 {
        return leaf(random, fields);
    }
    let mut args: Vec<Meaning> = (0..random.below(3) + 1)
        .map(|_| filter(random, fields, depth - 1))
        .collect();
    let jsons: Vec<Json> = args.iter().map(|arg| arg.json.clone()).collect();
    if kind == 0 {
        let arg = args.swap_remove(0);
        return Meaning {
            json: json!({"op": "not", "arg": arg.json}),
            node: Node::Not(Box::new(arg.node)),
        };
    }
    let nodes = args.into_iter().map(|arg| arg.node).collect();
    match kind {
        1 => Meaning {
            json: json!({"op": "and", "args": jsons}),
            node: Node::And(nodes),
        },
        _ => Meaning {
            json: json!({"op": "or", "args": jsons}),
            node: Node::Or(nodes),
        },
    }
}

fn leaf(random: &mut Random, fields: &[Field]) -> Meaning {
    let column = random.below(fields.len());
    let Field { name, data_type, .. } = &fields[column];
    let mut path = json!([name]);
    let (mut part, mut inner) = (None, data_type);
    if let DataType::Struct { fields } = data_type {
        let at = random.below(fields.len());
        path = json!([name, fields[at].name]);
        (part, inner) = (Some(at), &fields[at].data_type);
    }
    let (json, test) = condition(random, inner, &path);
    Meaning {
        json,
        node: Node::Leaf { column, part, test },
    }
}

fn condition(random: &mut Random, data_type: &DataType, path: &Json) -> (Json, Test) {
    let is_null = || (json!({"op": "isNull", "column": path}), Test::Null);
    let item = match data_type {
        DataType::List { item } => &item.data_type,
        other => other,
    };
    if random.chance(15) || !has_constants(item) {
        return is_null();
    }
    let wanted: Vec<Value> = (0..random.below(3) + 1)
        .map(|_| values::value(random, item, false))
        .collect();
    let jsons: Vec<Json> = wanted.iter().map(constant).collect();
    let (first, last) = (&jsons[0], &jsons[jsons.len() - 1]);
    if matches!(data_type, DataType::List { .. }) {
        return (
            json!({"op": "containsAny", "column": path, "values": jsons}),
            Test::Has(wanted),
        );
    }
    let one = wanted[0].clone();
    match random.below(6) {
        0 => (
            json!({"op": "in", "column": path, "values": jsons}),
            Test::Equal(wanted),
        ),
        1 => (
            json!({"op": "ne", "column": path, "value": first}),
            Test::Unequal(one),
        ),
        2 if ordered(item) => (
            json!({"op": "lt", "column": path, "value": first}),
            Test::Less(one),
        ),
        3 if ordered(item) => {
            let test = Test::Between(one, wanted[wanted.len() - 1].clone());
            (
                json!({"op": "between", "column": path, "low": first, "high": last}),
                test,
            )
        }
        4 if *item == DataType::Text => (
            json!({"op": "like", "column": path, "pattern": "a%"}),
            Test::Starts("a".to_owned()),
        ),
        _ => (
            json!({"op": "eq", "column": path, "value": first}),
            Test::Equal(vec![one]),
        ),
    }
}

fn has_constants(data_type: &DataType) -> bool {
    let nested = matches!(
        data_type,
        DataType::List { .. } | DataType::Struct { .. } | DataType::Vector { .. }
    );
    !nested
        && !matches!(
            data_type,
            DataType::Json | DataType::Bytes | DataType::Float { .. }
        )
        || matches!(data_type, DataType::Float { bits: 64 })
}

fn ordered(data_type: &DataType) -> bool {
    *data_type != DataType::Boolean
}

fn constant(value: &Value) -> Json {
    match value {
        Value::Boolean(b) => json!(b),
        Value::Int(int) => json!({"$int": int.to_string()}),
        Value::Float(x) => json!(x.clamp(f64::MIN, f64::MAX)),
        Value::Text(text) => json!(text),
        _ => Json::Null,
    }
}

impl Meaning {
    /// Whether a row is found that has a value for each of the fields.
    pub(crate) fn matches(&self, row: &dyn Fn(usize) -> Value) -> bool {
        holds(&self.node, row) == Some(true)
    }
}

fn holds(node: &Node, row: &dyn Fn(usize) -> Value) -> Option<bool> {
    match node {
        Node::Not(arg) => holds(arg, row).map(|holds| !holds),
        Node::And(args) => {
            let all: Vec<Option<bool>> = args.iter().map(|arg| holds(arg, row)).collect();
            if all.contains(&Some(false)) {
                Some(false)
            } else {
                all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        Node::Or(args) => {
            let all: Vec<Option<bool>> = args.iter().map(|arg| holds(arg, row)).collect();
            if all.contains(&Some(true)) {
                Some(true)
            } else {
                all.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        Node::Leaf { column, part, test } => {
            let value = match (row(*column), part) {
                (Value::Struct(mut parts), Some(part)) => parts.swap_remove(*part),
                (value, _) => value,
            };
            tested(test, &value)
        }
    }
}

fn tested(test: &Test, value: &Value) -> Option<bool> {
    if matches!(test, Test::Null) {
        return Some(value.is_null());
    }
    if value.is_null() {
        return None;
    }
    let equal = |wanted: &Value| compare(value, &clamped(wanted)).is_eq();
    Some(match test {
        Test::Null => false,
        Test::Equal(wanted) => wanted.iter().any(equal),
        Test::Unequal(wanted) => !equal(wanted),
        Test::Less(wanted) => compare(value, &clamped(wanted)).is_lt(),
        Test::Between(low, high) => {
            compare(value, &clamped(low)).is_ge() && compare(value, &clamped(high)).is_le()
        }
        Test::Starts(prefix) => matches!(value, Value::Text(text) if text.starts_with(prefix)),
        Test::Has(wanted) => match value {
            Value::List(items) => items.iter().any(|item| wanted.contains(item)),
            _ => false,
        },
    })
}

/// JSON has no infinities: the filter asks for the greatest number instead.
fn clamped(value: &Value) -> Value {
    match value {
        Value::Float(x) => Value::Float(x.clamp(f64::MIN, f64::MAX)),
        other => other.clone(),
    }
}

/// The order of two values of one type, which is not that of floats that are no numbers.
fn compare(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).unwrap(),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        _ => panic!("{a:?} and {b:?}"),
    }
}
