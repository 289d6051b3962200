use serde_json::json;

use super::*;
use crate::error::Code;

struct SomeRows {
    columns: Vec<(u32, Column)>,
    len: usize,
}

impl Rows for SomeRows {
    fn len(&self) -> usize {
        self.len
    }

    fn cell(&self, field: &Field, row: usize) -> Result<CellAt<'_>> {
        let found = self.columns.iter().find(|(id, _)| *id == field.id);
        Ok((&found.unwrap().1, row))
    }

    fn name(&self, row: usize) -> String {
        format!("The row with the key {row}")
    }
}

fn schema() -> Schema {
    let mut schema: Schema = serde_json::from_value(json!({"fields": [
        {"name": "i", "type": {"kind": "int"}, "nullable": true},
        {"name": "f", "type": {"kind": "float", "bits": 64}, "nullable": true},
        {"name": "t", "type": {"kind": "text"}, "nullable": true},
        {"name": "e", "type": {"kind": "enum", "values": ["a", "ab"]}},
        {"name": "d", "type": {"kind": "date"}, "nullable": true},
        {"name": "n", "type": {"kind": "int"}},
        {"name": "s", "type": {"kind": "float", "bits": 32}, "nullable": true},
    ]}))
    .unwrap();
    schema.assign_ids(1);
    schema
}

const SEVEN: Value = Value::Int(7);

fn row() -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    vec![
        SEVEN,
        Value::Float(2.5),
        text("x"),
        text("a"),
        Value::Int(20_000),
        Value::Int(i64::MAX),
        Value::Null,
    ]
}

fn evaluate(target: &str, json: &Json, safe: bool) -> Result<Value> {
    let schema = schema();
    let target = schema.field(target)?.clone();
    let columns = schema.fields.iter().zip(row());
    let column =
        |(field, value): (&Field, Value)| (field.id, Column::constant(&field.data_type, &value, 1).unwrap());
    let rows = SomeRows {
        columns: columns.map(column).collect(),
        len: 1,
    };
    let computed = Computed::parse(&target, json, safe, &schema)?;
    computed.evaluate(&rows)?.value(&target.data_type, 0)
}

fn op(op: &str, left: Json, right: Json) -> Json {
    json!({"op": op, "args": [left, right]})
}

fn column(name: &str) -> Json {
    json!({ "column": name })
}

fn value(value: impl Into<Json>) -> Json {
    json!({ "value": value.into() })
}

#[test]
fn numbers_are_computed() {
    let (i, f) = (column("i"), column("f"));
    let cases = [
        ("i", op("plus", i.clone(), value(1)), Value::Int(8)),
        ("i", op("minus", value(1), i.clone()), Value::Int(-6)),
        ("i", op("times", i.clone(), i.clone()), Value::Int(49)),
        ("i", op("dividedBy", i.clone(), value(2)), Value::Int(3)),
        ("i", op("dividedBy", i.clone(), value(-2)), Value::Int(-3)),
        (
            "i",
            op("plus", i.clone(), json!({"value": {"$int": "9007199254740993"}})),
            Value::Int(9_007_199_254_741_000),
        ),
        ("f", op("plus", i.clone(), value(0.5)), Value::Float(7.5)),
        ("f", op("dividedBy", i.clone(), value(2)), Value::Float(3.0)),
        ("f", op("dividedBy", f.clone(), value(2)), Value::Float(1.25)),
        ("f", i.clone(), Value::Float(7.0)),
        ("s", op("plus", f, value(0.1)), Value::Float(f64::from(2.6_f32))),
        (
            "i",
            op("plus", op("times", i, value(2)), value(1)),
            Value::Int(15),
        ),
    ];
    for (target, json, expected) in cases {
        assert_eq!(evaluate(target, &json, false).unwrap(), expected, "{json}");
    }
}

#[test]
fn texts_are_put_together_and_others_passed_on() {
    let text = |text: &str| Value::Text(text.to_owned());
    let joined = json!({"op": "concat", "args": [column("t"), value("-"), column("e")]});
    assert_eq!(evaluate("t", &joined, false).unwrap(), text("x-a"));
    assert_eq!(
        evaluate("e", &op("concat", column("e"), value("b")), false).unwrap(),
        text("ab")
    );
    assert_eq!(evaluate("d", &column("d"), false).unwrap(), Value::Int(20_000));
}

#[test]
fn a_null_makes_all_null() {
    assert_eq!(
        evaluate("f", &op("plus", column("s"), value(1)), false).unwrap(),
        Value::Null
    );
    let refused = evaluate("n", &op("times", column("n"), column("i")), false);
    assert_eq!(refused.unwrap_err().code(), Code::InvalidRow);
}

#[test]
fn what_does_not_fit_names_the_row() {
    let cases = [
        ("n", op("plus", column("n"), value(1))),
        ("n", op("times", column("n"), value(-2))),
        ("i", op("dividedBy", column("i"), value(0))),
        ("f", op("dividedBy", column("f"), value(0.0))),
        ("f", op("times", column("f"), value(1e308))),
        ("s", op("times", column("f"), value(1e300))),
        ("e", op("concat", column("e"), value("x"))),
    ];
    for (target, json) in cases {
        let error = evaluate(target, &json, false).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRow, "{json}");
        assert!(error.message().starts_with("The row with the key 0: "), "{error}");
        assert_eq!(error.place().column.as_deref(), Some(target));
    }
    let large = op("plus", column("i"), value(9_007_199_254_740_990_i64));
    assert!(evaluate("i", &large, false).is_ok());
    assert_eq!(evaluate("i", &large, true).unwrap_err().code(), Code::InvalidRow);
}

#[test]
fn what_makes_no_sense_is_refused_before_any_row() {
    let deep = (0..100).fold(column("i"), |inner, _| op("plus", inner, value(1)));
    let cases = [
        ("i", op("plus", column("i"), column("f"))),
        ("i", op("plus", column("i"), value("1"))),
        ("i", op("plus", column("d"), value(1))),
        ("i", column("d")),
        ("t", op("concat", column("t"), column("i"))),
        ("t", column("i")),
        ("i", op("modulo", column("i"), value(2))),
        ("i", json!({"op": "plus", "args": [column("i")]})),
        ("i", json!({"op": "plus"})),
        ("i", json!({"value": null})),
        ("i", json!(7)),
        ("i", deep),
    ];
    for (target, json) in cases {
        let error = evaluate(target, &json, false).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{json}");
    }
    let unknown = evaluate("i", &column("nobody"), false).unwrap_err();
    assert_eq!(unknown.code(), Code::ColumnNotFound);
}
