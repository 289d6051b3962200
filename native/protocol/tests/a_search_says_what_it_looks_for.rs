//! A request for a search is one object: what is looked for, and the options of the engine as they stand. What is missing or wrong in it
//! is said.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

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
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(search, vector)| said(search, *vector))
        .collect();
    let expected = [
        r#"INVALID_ARGUMENT: A search says under "search" what it looks for."#,
        "INVALID_ARGUMENT: A request of the SDK is malformed: missing field `what` at line 1 column 37.",
        "INVALID_ARGUMENT: A request of the SDK is malformed: unknown variant `sound`, expected `vector` or `text` at line 1 column 42.",
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
    ];
    assert_eq!(said, expected);
}
