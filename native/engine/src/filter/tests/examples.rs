//! Filters and the rows they find.

use serde_json::{Value as Json, json};

use super::rows::{column, finds, id, ints, texts};
use super::schema;
use crate::column::{Buffer, Column, Data};
use crate::filter::Filter;
use crate::schema::{DataType, NamedField};
use crate::value::Value;

#[test]
fn a_condition_on_a_null_is_unknown() {
    let columns = [column("year", &[Value::Int(1), Value::Null, Value::Int(2)])];
    let one = json!({"op": "eq", "column": ["year"], "value": 1});
    let not_one = json!({"op": "not", "arg": one});
    assert_eq!(finds(&columns, one.clone()), [0]);
    assert_eq!(finds(&columns, not_one.clone()), [2]);
    assert_eq!(
        finds(&columns, json!({"op": "ne", "column": ["year"], "value": 1})),
        [2]
    );
    assert_eq!(
        finds(&columns, json!({"op": "or", "args": [one, not_one]})),
        [0, 2]
    );
    assert_eq!(
        finds(
            &columns,
            json!({"op": "not", "arg": {"op": "in", "column": ["year"], "values": []}})
        ),
        [0, 2]
    );
    assert_eq!(finds(&columns, json!({"op": "isNull", "column": ["year"]})), [1]);
    assert_eq!(finds(&columns, json!({"op": "and", "args": []})), [0, 1, 2]);
    assert_eq!(finds(&columns, json!({"op": "or", "args": []})), [0_usize; 0]);
}

#[test]
fn whole_numbers_are_compared_exactly() {
    let columns = [ints("year", &[3, 4, 1 << 53, (1 << 53) + 1, i64::MAX])];
    let year = |op: &str, value: Json| finds(&columns, json!({"op": op, "column": ["year"], "value": value}));
    assert_eq!(year("lt", json!(3.5)), [0]);
    assert_eq!(year("gt", json!(3.5)), [1, 2, 3, 4]);
    assert_eq!(year("eq", json!(3.5)), [0_usize; 0]);
    assert_eq!(year("ne", json!(3.5)), [0, 1, 2, 3, 4]);
    assert_eq!(year("eq", json!({"$int": "9007199254740993"})), [3]);
    assert_eq!(year("eq", json!(9_007_199_254_740_992_i64)), [2]);
    assert_eq!(year("lt", json!(1e300)), [0, 1, 2, 3, 4]);
    assert_eq!(year("gte", json!(9_223_372_036_854_775_808.0)), [0_usize; 0]);
    // JavaScript writes 2^60 so, and means 1152921504606846976.
    let columns = [ints("year", &[1 << 60])];
    assert_eq!(
        finds(
            &columns,
            json!({"op": "eq", "column": ["year"], "value": 1_152_921_504_606_847_000_i64})
        ),
        [0]
    );
}

#[test]
fn a_constant_that_no_float_equals_is_compared_exactly() {
    let values = [
        9_007_199_254_740_992.0,
        9_007_199_254_740_994.0,
        9_223_372_036_854_775_808.0,
    ];
    let columns = [column("score", &values.map(Value::Float))];
    let score = |op: &str, int: &str| {
        finds(
            &columns,
            json!({"op": op, "column": ["score"], "value": {"$int": int}}),
        )
    };
    for (int, above) in [
        ("9007199254740993", 1),
        ("9007199254740995", 2),
        ("9223372036854775807", 2),
    ] {
        assert_eq!(score("eq", int), [0_usize; 0]);
        for op in ["lt", "lte"] {
            assert_eq!(score(op, int), (0..above).collect::<Vec<_>>());
        }
        for op in ["gt", "gte"] {
            assert_eq!(score(op, int), (above..3).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_parts_of_a_null_struct_are_null() {
    let schema = schema();
    let DataType::Struct { fields } = &schema.field("meta").unwrap().data_type else {
        panic!("meta is a struct")
    };
    let nulls = |part: &NamedField| Column::constant(&part.data_type, &Value::Null, 2).unwrap();
    let mut parts: Vec<Column> = fields.iter().map(nulls).collect();
    parts[0] = texts("title", &["a", "a"]).1;
    let first_only = Some(Buffer::from(vec![1]));
    let columns = [(id("meta"), Column::new(2, first_only, Data::Struct(parts)))];
    let author = json!(["meta", "author"]);
    assert_eq!(
        finds(&columns, json!({"op": "eq", "column": author, "value": "a"})),
        [0]
    );
    assert_eq!(
        finds(&columns, json!({"op": "ne", "column": author, "value": "b"})),
        [0]
    );
    assert_eq!(finds(&columns, json!({"op": "isNull", "column": author})), [1]);
}

#[test]
fn a_float_of_32_bits_is_compared_as_what_it_is() {
    let columns = [column(
        "weight",
        &[Value::Float(0.1), Value::Float(0.5), Value::Float(f64::NAN)],
    )];
    let weight =
        |op: &str, value: f64| finds(&columns, json!({"op": op, "column": ["weight"], "value": value}));
    assert_eq!(weight("eq", 0.1), [0_usize; 0]);
    assert_eq!(weight("gt", 0.1), [0, 1]);
    assert_eq!(weight("eq", f64::from(0.1_f32)), [0]);
    assert_eq!(weight("ne", 0.5), [0, 2]);
}

#[test]
fn rows_older_than_a_column_show_its_default() {
    let columns = [ints("year", &[1, 2])];
    assert_eq!(
        finds(&columns, json!({"op": "eq", "column": ["added"], "value": 7})),
        [0, 1]
    );
    assert_eq!(
        finds(&columns, json!({"op": "ne", "column": ["added"], "value": 7})),
        [0_usize; 0]
    );
    assert_eq!(
        finds(&columns, json!({"op": "isNull", "column": ["note"]})),
        [0, 1]
    );
    assert_eq!(
        finds(
            &columns,
            json!({"op": "eq", "column": ["late", "b", "1"], "value": "x"})
        ),
        [0, 1]
    );
    assert_eq!(
        finds(&columns, json!({"op": "isNull", "column": ["late", "z"]})),
        [0, 1]
    );
}

#[test]
fn the_fields_are_named() {
    let leaf = |name: &str| json!({"op": "isNull", "column": [name]});
    let json = json!({"op": "or", "args": [leaf("year"), {"op": "not", "arg": leaf("title")}, leaf("year")]});
    assert_eq!(
        Filter::parse(&json, &schema()).unwrap().fields(),
        [id("title"), id("year")]
    );
}
