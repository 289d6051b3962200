//! Filters and the rows they find.

use serde_json::{Value as Json, json};

use super::schema;
use crate::column::{Buffer, Column, ColumnBuilder, Data};
use crate::error::{Code, Result};
use crate::filter::{Columns, Filter};
use crate::format::{Bound, ColumnStats};
use crate::value::Value;

/// Columns by the names of their fields.
struct Named(Vec<(u32, Column)>);

impl Columns for Named {
    fn column(&self, field: u32) -> Option<&Column> {
        self.0
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, column)| column)
    }
}

fn id(name: &str) -> u32 {
    schema().field(name).unwrap().id
}

fn column(name: &str, values: &[Value]) -> (u32, Column) {
    let mut builder = ColumnBuilder::new(&schema().field(name).unwrap().data_type);
    values.iter().for_each(|value| builder.push(value).unwrap());
    (id(name), builder.finish())
}

fn texts(name: &str, values: &[&str]) -> (u32, Column) {
    column(
        name,
        &values
            .iter()
            .map(|text| Value::Text((*text).to_owned()))
            .collect::<Vec<_>>(),
    )
}

fn ints(name: &str, values: &[i64]) -> (u32, Column) {
    column(
        name,
        &values.iter().map(|int| Value::Int(*int)).collect::<Vec<_>>(),
    )
}

fn found(columns: &[(u32, Column)], filter: &Json) -> Result<Vec<usize>> {
    let rows = columns.iter().map(|(_, column)| column.len()).max().unwrap();
    let filter = Filter::parse(filter, &schema())?;
    Ok(filter.evaluate(&Named(columns.to_vec()), rows)?.ones().collect())
}

fn finds(columns: &[(u32, Column)], filter: Json) -> Vec<usize> {
    found(columns, &filter).unwrap()
}

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
fn a_json_column_is_walked_whatever_lies_in_it() {
    let deep = format!("{{\"x\":{}{},\"a\":1}}", "[".repeat(1_000), "]".repeat(1_000));
    let columns = [texts(
        "data",
        &[
            r#" { "b" : 1 , "a" : 1 } "#,
            r#"{"a":2,"\u0061":1}"#,
            &deep,
            r#"{"x":1e400,"y":"\ud800","a":1.0}"#,
            r#"{"a":1e400}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":[0,{"b":"\u0031\n"}]}"#,
            "null",
            "[1]",
            r#"{"a":null}"#,
        ],
    )];
    let one = |op: &str, path: Json, value: Json| {
        finds(&columns, json!({"op": op, "column": path, "value": value}))
    };
    assert_eq!(one("eq", json!(["data", "a"]), json!(1)), [0, 1, 2, 3]);
    assert_eq!(one("gt", json!(["data", "a"]), json!(1)), [4]);
    assert_eq!(one("ne", json!(["data", "a"]), json!(1)), [4, 5, 6]);
    assert_eq!(one("eq", json!(["data", "a", "1", "b"]), json!("1\n")), [6]);
    assert_eq!(
        one("eq", json!(["data", "a", "01", "b"]), json!("1\n")),
        [0_usize; 0]
    );
    assert_eq!(one("eq", json!(["data", "a", "7"]), json!(1)), [0_usize; 0]);
    assert_eq!(one("contains", json!(["data", "a"]), json!(0)), [6]);
    assert_eq!(one("contains", json!(["data"]), json!(1)), [8]);
    assert_eq!(
        finds(&columns, json!({"op": "isNull", "column": ["data", "a"]})),
        [7, 8, 9]
    );
    assert_eq!(
        finds(&columns, json!({"op": "isNull", "column": ["data", "a", "b"]})),
        (0..10).collect::<Vec<_>>()
    );
    assert_eq!(finds(&columns, json!({"op": "isNull", "column": ["data"]})), [7]);
}

#[test]
fn in_json_another_type_is_unknown_but_not_equal() {
    let columns = [texts(
        "data",
        &[r#"{"a":1}"#, r#"{"a":"1"}"#, r#"{"a":true}"#, r#"{"a":{}}"#, "{}"],
    )];
    let a = |filter: Json| {
        let mut filter = filter;
        filter["column"] = json!(["data", "a"]);
        (
            finds(&columns, filter.clone()),
            finds(&columns, json!({"op": "not", "arg": filter})),
        )
    };
    assert_eq!(a(json!({"op": "eq", "value": "1"})), (vec![1], vec![]));
    assert_eq!(a(json!({"op": "ne", "value": "1"})), (vec![0, 2, 3], vec![1]));
    assert_eq!(a(json!({"op": "lt", "value": 1})), (vec![], vec![0]));
    assert_eq!(a(json!({"op": "in", "values": [2, "1"]})), (vec![1], vec![0]));
    assert_eq!(a(json!({"op": "in", "values": []})), (vec![], vec![0, 1, 2, 3]));
    assert_eq!(a(json!({"op": "like", "pattern": "_"})), (vec![1], vec![]));
}

#[test]
fn patterns_match_whole_texts() {
    let rows = [
        "",
        "abc",
        "ABC",
        "xabcx",
        "a%c",
        "äÖ",
        "Straße",
        "İstanbul",
        "ΟΔΟΣ",
        "οδος",
    ];
    let columns = [texts("title", &rows)];
    let like = |pattern: &str, fold: bool| {
        finds(
            &columns,
            json!({"op": "like", "column": ["title"], "pattern": pattern, "caseInsensitive": fold}),
        )
    };
    assert_eq!(like("", false), [0]);
    assert_eq!(like("%", false), (0..10).collect::<Vec<_>>());
    assert_eq!(like("abc", false), [1]);
    assert_eq!(like("abc", true), [1, 2]);
    assert_eq!(like("a%", false), [1, 4]);
    assert_eq!(like("%c", false), [1, 4]);
    assert_eq!(like("%b%", true), [1, 2, 3, 7]);
    assert_eq!(like("a\\%c", false), [4]);
    assert_eq!(like("__", false), [5]);
    assert_eq!(like("ÄÖ", true), [5]);
    assert_eq!(like("istan_ul", true), [7]);
    assert_eq!(like("%Σ", true), [8, 9]);
    assert_eq!(like("%b_%", false), [1, 3, 7]);
}

#[test]
fn a_pattern_takes_the_time_of_reading_the_text() {
    let text = "a".repeat(200_000);
    let columns = [texts("title", &[&text])];
    let runs = "_a".repeat(200);
    for pattern in [
        format!("%{runs}b%"),
        "%a".repeat(500) + "b",
        format!("%{}b%", "a".repeat(1_000)),
    ] {
        assert_eq!(
            finds(
                &columns,
                json!({"op": "like", "column": ["title"], "pattern": pattern})
            ),
            [0_usize; 0]
        );
    }
    assert_eq!(
        finds(
            &columns,
            json!({"op": "like", "column": ["title"], "pattern": format!("%{runs}%")})
        ),
        [0]
    );
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
fn what_is_decided_is_not_read() {
    let mut documents = vec![r#"{"a":1}"#; 100];
    documents[70] = "damaged";
    let years: Vec<i64> = (0..100).collect();
    let columns = [texts("data", &documents), ints("year", &years)];
    let both = |year: i64| {
        let a = json!({"op": "eq", "column": ["data", "a"], "value": 1});
        json!({"op": "and", "args": [a, {"op": "lt", "column": ["year"], "value": year}]})
    };
    assert_eq!(finds(&columns, both(3)), [0, 1, 2]);
    assert_eq!(finds(&columns, both(60)).len(), 60);
    assert_eq!(found(&columns, &both(80)).unwrap_err().code(), Code::Internal);
}

#[test]
fn damage_is_an_error_and_no_panic() {
    let variable = |offsets: &[i32], values: &[u8]| Data::Variable {
        offsets: Buffer::from(offsets.iter().flat_map(|o| o.to_le_bytes()).collect::<Vec<_>>()),
        values: Buffer::from(values.to_vec()),
    };
    let fixed = |len: usize| Data::Fixed {
        width: 8,
        values: Buffer::from(vec![0; len]),
    };
    let eq = json!({"op": "eq", "column": ["title"], "value": "ab"});
    let like = json!({"op": "like", "column": ["title"], "pattern": "a%b", "caseInsensitive": true});
    let tags = json!({"op": "contains", "column": ["tags"], "value": "a"});
    let year = json!({"op": "eq", "column": ["year"], "value": 1});
    let open = json!({"op": "eq", "column": ["open"], "value": true});
    let author = json!({"op": "eq", "column": ["meta", "author"], "value": "a"});
    let items = || Box::new(Column::new(1, None, variable(&[0, 1], b"a")));
    let list = |offsets: &[i32]| match variable(offsets, b"") {
        Data::Variable { offsets, .. } => Data::List {
            offsets,
            items: items(),
        },
        other => other,
    };
    for (name, data, filter) in [
        ("title", variable(&[0, 1], b"abc"), &eq),
        ("title", variable(&[0, 2, 1], b"abc"), &eq),
        ("title", variable(&[0, -1, 1], b"abc"), &eq),
        ("title", variable(&[0, 1, 9], b"abc"), &eq),
        ("title", variable(&[0, 1, 9], b"abc"), &like),
        ("title", variable(&[0, 1, 2], b"\xff\xff"), &like),
        ("title", fixed(16), &eq),
        ("tags", list(&[0, 1]), &tags),
        ("tags", list(&[0, 1, 2]), &tags),
        ("tags", list(&[1, 0, 1]), &tags),
        ("tags", fixed(16), &tags),
        ("year", fixed(15), &year),
        ("year", variable(&[0, 0, 0], b""), &year),
        ("open", Data::Bits(Buffer::from(Vec::new())), &open),
        ("open", fixed(16), &open),
        ("meta", Data::Struct(Vec::new()), &author),
        ("meta", Data::Struct(vec![*items()]), &author),
        ("meta", fixed(16), &author),
    ] {
        assert!(
            found(&[(id(name), Column::new(2, None, data.clone()))], filter).is_err(),
            "{name} {data:?}"
        );
        let unread = Column::new(2, Some(Buffer::from(Vec::new())), data);
        assert!(found(&[(id(name), unread)], filter).is_err(), "no validity bits");
    }
}

#[test]
fn what_lies_outside_the_bounds_is_pruned() {
    let stats = |min: Bound, max: Bound| ColumnStats {
        nulls: 0,
        min: Some(min),
        max: Some(max),
    };
    let may = |filter: &Json, stats: &ColumnStats| {
        Filter::parse(filter, &schema())
            .unwrap()
            .may_match(&|_| Some(stats))
    };
    let years = stats(Bound::Int(10), Bound::Int(20));
    let year = |op: &str, value: Json| json!({"op": op, "column": ["year"], "value": value});
    let titles = stats(Bound::Text("berlin".into()), Bound::Text("bonn".into()));
    let like = |pattern: &str| json!({"op": "like", "column": ["title"], "pattern": pattern});
    for (filter, stats, expected) in [
        (year("eq", json!(9)), &years, false),
        (year("eq", json!(10)), &years, true),
        (year("lt", json!(10)), &years, false),
        (year("gt", json!(19.5)), &years, true),
        (year("gt", json!(20)), &years, false),
        (json!({"op": "not", "arg": year("gte", json!(10))}), &years, false),
        (json!({"op": "not", "arg": year("gte", json!(11))}), &years, true),
        (
            json!({"op": "in", "column": ["year"], "values": [9, 21]}),
            &years,
            false,
        ),
        (
            json!({"op": "between", "column": ["year"], "low": 12, "high": 11}),
            &years,
            false,
        ),
        (
            json!({"op": "or", "args": [year("eq", json!(9)), year("eq", json!(12))]}),
            &years,
            true,
        ),
        (
            json!({"op": "and", "args": [year("eq", json!(9)), year("eq", json!(12))]}),
            &years,
            false,
        ),
        (json!({"op": "isNull", "column": ["year"]}), &years, false),
        (json!({"op": "isNull", "column": ["data", "a"]}), &years, true),
        (like("be%"), &titles, true),
        (like("berlin-mitte%"), &titles, true),
        (like("bonn%"), &titles, true),
        (like("c%"), &titles, false),
        (like("a%"), &titles, false),
        (like("bz%"), &titles, false),
        (like("%z"), &titles, true),
        (like("bonner"), &titles, false),
    ] {
        assert_eq!(may(&filter, stats), expected, "{filter}");
    }
    let one = stats(Bound::Int(10), Bound::Int(10));
    assert!(!may(&year("ne", json!(10)), &one) && may(&year("ne", json!(11)), &one));
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
