//! A request for a search is one object: what is looked for, and the options of the engine as they stand. What is missing or wrong in it
//! is said.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Database, Schema, Table};

fn table() -> Arc<Table> {
    let fields = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "near", "type": {"kind": "vector", "dimensions": 2}},
        {"name": "plain", "type": {"kind": "text"}},
        {"name": "body", "type": {"kind": "text"}, "text": {"search": true}},
    ]});
    let schema: Schema = serde_json::from_value(fields).unwrap();
    let database = Database::connect("memory:").unwrap();
    database.create_table("t", schema).unwrap()
}

/// What is said of a search; nothing where it is answered.
fn said(search: &Json, vector: Option<&[f32]>) -> String {
    let mut request = json!({"kind": "search", "select": ["id"]});
    if !search.is_null() {
        request["search"] = search.clone();
    }
    let table = table();
    let read = varve_protocol::read_page(&table, &request.to_string(), vector);
    let explained = varve_protocol::explain(&table, &request.to_string(), vector);
    let [read, explained] = [read.err(), explained.err()].map(|error| error.map(|error| error.to_string()));
    assert_eq!(read, explained);
    read.unwrap_or_default()
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let near = |column: &str, id: u32| json!({"what": {"vector": {"column": column, "columnId": id}}});
    let query = Some([1.0, 0.0].as_slice());
    let with = |options: Json| {
        let mut search = near("near", 2);
        search
            .as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        search
    };
    let words = |text: Json| json!({"what": {"text": text}});
    let both = |fuse: Json| json!({"what": {"both": {"vector": {"column": "near"}, "text": {"query": "x"}, "fuse": fuse}}});
    let cases = [
        (Json::Null, query),
        (json!({"limit": 3}), query),
        (json!({"what": {"sound": {"column": "near"}}}), query),
        (json!({"what": {"vector": {}}}), query),
        (
            json!({"what": {"vector": {"column": "near"}}, "limit": "all"}),
            query,
        ),
        (near("near", 2), None),
        (near("near", 7), query),
        (near("far", 2), query),
        (near("near", 2), query),
        (with(json!({"after": "over there"})), query),
        (with(json!({"after": "0.1.1.0.0"})), query),
        (with(json!({"after": "0.1.1.0.0", "diversity": 0.5})), query),
        (with(json!({"groupBy": {"column": "far"}})), query),
        (with(json!({"facets": [{"column": "id", "columnId": 9}]})), query),
        (words(json!({"query": "x"})), None),
        (
            words(
                json!({"query": {"match": "x"}, "columns": [{"column": "body", "columnId": 4, "weight": 2}]}),
            ),
            None,
        ),
        (
            words(json!({"query": "x", "columns": [{"column": "plain"}]})),
            None,
        ),
        (words(json!({"query": "x", "columns": [{"column": "far"}]})), None),
        (
            words(json!({"query": "x", "columns": [{"column": "body", "columnId": 9}]})),
            None,
        ),
        (
            words(json!({"query": "x", "columns": [{"column": "body", "weight": -1}]})),
            None,
        ),
        (words(json!({"query": {"match": "x", "fuzzy": 3}})), None),
        (words(json!({"query": {"matches": "x"}})), None),
        (json!({"what": {"text": {"query": "x"}}, "diversity": 0.5}), None),
        (
            json!({"what": {"text": {"query": "x"}}, "maxDistance": 0.5}),
            None,
        ),
        (both(json!({})), query),
        (both(json!({"method": "rrf", "weights": {"text": 2}})), query),
        (both(json!({})), None),
        (both(json!({"method": "sum"})), query),
        (both(json!({"weight": 1})), query),
        (both(json!({"weights": {"text": 0, "vector": 0}})), query),
        (both(json!({"weights": {"text": -1, "vector": 1}})), query),
        (both(json!({"k": -1})), query),
        (both(json!({"strength": 2})), query),
        (
            json!({"what": {"both": {"vector": {"column": "near"}, "text": {"query": "x"}}}, "maxDistance": 0.5}),
            query,
        ),
        (
            json!({"what": {"both": {"vector": {"column": "near"}, "text": {"query": "x", "columns": [{"column": "plain"}]}}}}),
            query,
        ),
        (json!({"what": {"both": {"vector": {"column": "near"}}}}), query),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(search, vector)| said(search, *vector))
        .collect();
    let expected = [
        r#"INVALID_ARGUMENT: A search says under "search" what it looks for."#,
        "INVALID_ARGUMENT: A request of the SDK is malformed: missing field `what` at line 1 column 37.",
        "INVALID_ARGUMENT: A request of the SDK is malformed: unknown variant `sound`, expected one of `vector`, `text`, `both` at line 1 column 42.",
        "INVALID_ARGUMENT: A request of the SDK is malformed: missing field `column` at line 1 column 46.",
        r#"INVALID_ARGUMENT: A request of the SDK is malformed: invalid type: string "all", expected usize at line 1 column 77."#,
        "INVALID_ARGUMENT: A search needs a vector.",
        r#"CONFLICT: The column "near" is another one than when the table was opened. Open the table again."#,
        r#"COLUMN_NOT_FOUND: The table has no column "far". Its columns are id, near, plain, body."#,
        "",
        "INVALID_ARGUMENT: The text after which a search goes on is no cursor. Hand back the cursor of a page as it came.",
        "INVALID_ARGUMENT: The cursor belongs to another search. Ask what the page before was asked: the query, its column, the filter and the groups.",
        "INVALID_ARGUMENT: A search for rows that differ goes on after no cursor: which they are depends on all before them. Say how many to leave out.",
        r#"COLUMN_NOT_FOUND: The table has no column "far". Its columns are id, near, plain, body."#,
        r#"CONFLICT: The column "id" is another one than when the table was opened. Open the table again."#,
        "",
        "",
        r#"INVALID_ARGUMENT: The column "plain" is not searched by its words. Those that are: body. Say so of a text column in its declaration."#,
        r#"COLUMN_NOT_FOUND: The table has no column "far". Its columns are id, near, plain, body."#,
        r#"CONFLICT: The column "body" is another one than when the table was opened. Open the table again."#,
        "INVALID_ARGUMENT: A column cannot count for -1. Take a weight above 0; 1 is usual.",
        "INVALID_ARGUMENT: Words that differ by 3 letters cannot be looked for. Take 0, 1 or 2 for `fuzzy`.",
        "INVALID_ARGUMENT: A request of the SDK is malformed: unknown field `matches`, expected one of `match`, `phrase`, `prefix`, `must`, `not`, `fuzzy` at line 1 column 67.",
        "INVALID_ARGUMENT: Rows that differ are found by a search for vectors, not by one for words.",
        "INVALID_ARGUMENT: A greatest distance is kept by a search for vectors, not by one for words.",
        "",
        "",
        "INVALID_ARGUMENT: A search needs a vector.",
        "INVALID_ARGUMENT: A request of the SDK is malformed: unknown variant `sum`, expected `convex` or `rrf` at line 1 column 65.",
        "INVALID_ARGUMENT: A request of the SDK is malformed: unknown field `weight`, expected one of `method`, `weights`, `k`, `strength`, `languages` at line 1 column 59.",
        "INVALID_ARGUMENT: Words and vectors cannot count for 0 and 0. Take numbers from 0 on, one of them above 0.",
        "INVALID_ARGUMENT: Words and vectors cannot count for -1 and 1. Take numbers from 0 on, one of them above 0.",
        "INVALID_ARGUMENT: Ranks cannot be fused with a k of -1. Take a number from 0 on; 10 is usual.",
        "INVALID_ARGUMENT: An embedding function has no strength of 2. Take a number from 0 to 1.",
        "INVALID_ARGUMENT: A greatest distance is kept by a search for vectors, not by one for words and vectors. Say a least score instead, or search for vectors alone.",
        r#"INVALID_ARGUMENT: The column "plain" is not searched by its words. Those that are: body. Say so of a text column in its declaration."#,
        "INVALID_ARGUMENT: A request of the SDK is malformed: missing field `text` at line 1 column 70.",
    ];
    assert_eq!(said, expected);
}
