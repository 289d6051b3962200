//! What a filter need not read, and what it says of what it cannot read.

use serde_json::{Value as Json, json};

use super::rows::{finds, found, id, ints, texts};
use super::schema;
use crate::column::{Buffer, Column, Data};
use crate::error::Code;
use crate::filter::Filter;
use crate::format::{Bound, ColumnStats};

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
    let not = |arg: Json| json!({"op": "not", "arg": arg});
    for (filter, stats, expected) in [
        (year("eq", json!(9)), &years, false),
        (year("eq", json!(10)), &years, true),
        (year("lt", json!(10)), &years, false),
        (year("gt", json!(19.5)), &years, true),
        (year("gt", json!(20)), &years, false),
        (not(year("gte", json!(10))), &years, false),
        (not(year("gte", json!(11))), &years, true),
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
        (
            not(json!({"op": "and", "args": [year("gte", json!(10)), year("eq", json!(12))]})),
            &years,
            true,
        ),
        (
            not(json!({"op": "or", "args": [year("gte", json!(10)), year("eq", json!(12))]})),
            &years,
            false,
        ),
        (
            json!({"op": "ne", "column": ["title"], "value": "berlin"}),
            &titles,
            true,
        ),
        (
            not(json!({"op": "in", "column": ["title"], "values": ["berlin", "bonn"]})),
            &titles,
            true,
        ),
        (
            not(json!({"op": "between", "column": ["title"], "low": "b", "high": "c"})),
            &titles,
            false,
        ),
        (
            not(json!({"op": "gt", "column": ["title"], "value": "berlin"})),
            &titles,
            true,
        ),
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
    let not_in = not(json!({"op": "in", "column": ["year"], "values": [10, 20]}));
    assert!(may(&not_in, &years));
    let is_null = json!({"op": "isNull", "column": ["year"]});
    assert!(may(&is_null, &ColumnStats { nulls: 1, ..years }));
    let one = stats(Bound::Int(10), Bound::Int(10));
    assert!(!may(&year("ne", json!(10)), &one) && may(&year("ne", json!(11)), &one));
}
