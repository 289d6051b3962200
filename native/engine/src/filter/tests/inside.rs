//! Filters that look inside texts: JSON and patterns.

use serde_json::{Value as Json, json};

use super::rows::{finds, texts};

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
fn contains_is_an_item_of_an_array_and_a_part_of_a_text() {
    let columns = [texts(
        "data",
        &[
            r#"{"a":"abc"}"#,
            r#"{"a":["abc","b"]}"#,
            r#"{"a":["abc"]}"#,
            r#"{"a":5}"#,
            "{}",
            r#"{"a":"%_"}"#,
        ],
    )];
    let one = |value: Json| json!({"op": "contains", "column": ["data", "a"], "value": value});
    assert_eq!(finds(&columns, one(json!("b"))), [0, 1]);
    assert_eq!(finds(&columns, one(json!("%"))), [5]);
    assert_eq!(finds(&columns, one(json!(5))), [0_usize; 0]);
    assert_eq!(
        finds(&columns, json!({"op": "not", "arg": one(json!("b"))})),
        [2, 5]
    );
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
fn an_array_passes_where_one_item_does_if_asked_so() {
    let columns = [texts(
        "data",
        &[
            r#"{"a":[1,"x",null]}"#,
            r#"{"a":"x"}"#,
            r#"{"a":[]}"#,
            r#"{"a":[["x"],{"b":"x"}]}"#,
            r#"{"a":{"b":"x"}}"#,
            "{}",
        ],
    )];
    let a = |filter: Json| {
        let mut filter = filter;
        filter["column"] = json!(["data", "a"]);
        filter["anyItem"] = json!(true);
        finds(&columns, filter)
    };
    assert_eq!(a(json!({"op": "eq", "value": "x"})), [0, 1]);
    assert_eq!(a(json!({"op": "in", "values": ["y", 1]})), [0]);
    assert_eq!(a(json!({"op": "gte", "value": 1})), [0]);
    assert_eq!(a(json!({"op": "like", "pattern": "_"})), [0, 1]);
    assert_eq!(a(json!({"op": "isNull"})), [5]);
}

#[test]
fn what_is_not_true_is_false_or_unknown() {
    let columns = [texts("data", &[r#"{"a":1}"#, r#"{"a":"1"}"#, r#"{"a":2}"#, "{}"])];
    let one = json!({"op": "eq", "column": ["data", "a"], "value": 1});
    let other = json!({"op": "isNotTrue", "arg": one});
    assert_eq!(finds(&columns, other.clone()), [1, 2, 3]);
    assert_eq!(finds(&columns, json!({"op": "not", "arg": other})), [0]);
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
fn a_pattern_may_be_longer_than_a_word() {
    let run = format!("x{}y", "_".repeat(68));
    let fits = format!("zz{}", run.replace('_', "z"));
    let columns = [texts(
        "title",
        &[
            "zzzzzzzzzy",
            &fits,
            &fits.replacen('x', "z", 1),
            &fits.replacen('z', "x", 1),
        ],
    )];
    let like = |pattern: &str| {
        finds(
            &columns,
            json!({"op": "like", "column": ["title"], "pattern": pattern}),
        )
    };
    assert_eq!(like(&format!("%{run}%")), [1, 3]);
    assert_eq!(like(&format!("%{run}%y")), [0_usize; 0]);
}
