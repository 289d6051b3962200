//! Points in the history, filters and searches as people write them become requests, and what is wrong in them is said.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Database, Schema, Table};

fn table() -> Arc<Table> {
    let fields = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "body", "type": {"kind": "text"}, "nullable": true},
        {"name": "note", "type": {"kind": "text"}, "nullable": true, "text": {"search": false}},
        {"name": "at", "type": {"kind": "timestamp"}, "nullable": true},
        {"name": "tags", "type": {"kind": "list", "item": {"type": {"kind": "date"}}}, "nullable": true},
        {"name": "data", "type": {"kind": "json"}, "nullable": true},
        {"name": "near", "type": {"kind": "vector", "dimensions": 2}, "nullable": true, "embed": {"sources": ["body"]}},
        {"name": "far", "type": {"kind": "vector", "dimensions": 3}, "nullable": true, "embed": {"sources": ["note"]}},
    ]});
    let schema: Schema = serde_json::from_value(fields).unwrap();
    let database = Database::connect("memory:").unwrap();
    database.create_table("t", schema).unwrap()
}

fn filter(written: Json) -> Result<Json, String> {
    let request = json!({"kind": "find", "where": written}).to_string();
    let request = varve_protocol::plain_read(&table(), &request).map_err(|error| error.to_string())?;
    varve_protocol::read_page(&table(), &request, None).unwrap();
    let mut request: Json = serde_json::from_str(&request).unwrap();
    Ok(request["where"].take())
}

#[test]
fn a_filter_is_a_tree() {
    let cases = [
        (
            json!({"body": "x"}),
            json!({"op": "eq", "column": ["body"], "value": "x"}),
        ),
        (json!({"body": null}), json!({"op": "isNull", "column": ["body"]})),
        (
            json!({"body": {"$ne": "x"}, "id": {"$gt": 1, "$lte": 3}}),
            json!({"op": "and", "args": [
                {"op": "isNotTrue", "arg": {"op": "eq", "column": ["body"], "value": "x"}},
                {"op": "and", "args": [
                    {"op": "gt", "column": ["id"], "value": 1},
                    {"op": "lte", "column": ["id"], "value": 3},
                ]},
            ]}),
        ),
        (
            json!({"at": {"$gte": "2026-01-01"}}),
            json!({"op": "gte", "column": ["at"], "value": 1_767_225_600_000_i64}),
        ),
        (
            json!({"tags": "1970-01-02"}),
            json!({"op": "contains", "column": ["tags"], "value": 1}),
        ),
        (
            json!({"data.a.b": 1}),
            json!({"op": "or", "args": [
                {"op": "eq", "column": ["data", "a", "b"], "value": 1, "anyItem": true},
                {"op": "eq", "column": ["data", "a.b"], "value": 1, "anyItem": true},
            ]}),
        ),
        (
            json!({"body": {"$nin": []}}),
            json!({"op": "isNotTrue", "arg": {"op": "or", "args": []}}),
        ),
        (
            json!([{"body": {"$exists": true}}, {"$not": {"$not": {"id": 1}}}]),
            json!({"op": "and", "args": [
                {"op": "not", "arg": {"op": "isNull", "column": ["body"]}},
                {"op": "eq", "column": ["id"], "value": 1},
            ]}),
        ),
    ];
    for (written, tree) in cases {
        assert_eq!(filter(written.clone()), Ok(tree), "{written}");
    }
}

#[test]
fn what_is_wrong_in_a_filter_is_said() {
    let mut deep = json!({"id": 1});
    for _ in 0..100 {
        deep = json!({ "$not": deep });
    }
    let cases = [
        json!(7),
        json!([]),
        json!({"$foo": 1}),
        json!({"id": {"$foo": 1}}),
        json!({"id": {"a": 1}}),
        json!({"id": {"$in": 1}}),
        json!({"$or": 1}),
        json!({"id": {"$exists": 1}}),
        deep,
    ];
    let said: Vec<String> = cases
        .into_iter()
        .map(|written| filter(written).unwrap_err())
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_point_is_a_version_a_date_or_a_tag() {
    let point = |at: Json| {
        let point = varve_protocol::plain_point(&at.to_string());
        point.unwrap_or_else(|error| error.to_string())
    };
    let cases = [
        json!(3),
        json!("2026-01-01"),
        json!("2026-01-01T01:00:00+01:00"),
        json!({"tag": "v1"}),
        json!({"effective": "2026-01-01"}),
        json!(null),
        json!(-1),
        json!("noon"),
        json!({"tag": "v1", "version": 1}),
    ];
    insta::assert_snapshot!(cases.map(point).join("\n"));
}

#[test]
fn a_search_goes_by_words_and_vectors_where_it_can() {
    let plan = |written: Json| {
        let planned = varve_protocol::plain_search(&table(), &written.to_string());
        planned.map_or_else(
            |error| error.to_string(),
            |planned| {
                let planned: Json = serde_json::from_str(&planned).unwrap();
                let column = planned["column"]["name"].as_str().unwrap_or("none");
                format!("{} in {column}: {}", planned["mode"], planned["because"])
            },
        )
    };
    let cases = [
        json!({"text": "x"}),
        json!({"text": "x", "mode": "vector"}),
        json!({"text": "x", "mode": "text"}),
        json!({"text": "x", "column": "far"}),
        json!({"text": "x", "maxDistance": 1}),
        json!({"text": "x", "dimensions": 3}),
        json!({"dimensions": 2}),
        json!({"dimensions": 4}),
        json!({"dimensions": 2, "column": "far"}),
        json!({"dimensions": 2, "mode": "hybrid"}),
        json!({"text": "x", "mode": "text", "recall": 1}),
        json!({"text": "x", "mode": "odd"}),
        json!({"text": "x", "column": "body"}),
        json!({"text": "x", "everyVersion": true}),
        json!({"text": {"prefix": "x"}}),
        json!({}),
    ];
    insta::assert_snapshot!(cases.map(plan).join("\n"));
}
