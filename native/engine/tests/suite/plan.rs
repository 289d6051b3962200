//! How long a search will take is said before it is made: from the rows that count, where they are known.

use std::sync::Arc;

use crate::support::random::Random;
use crate::support::wire::encode;
use serde_json::json;
use varve_engine::{
    CommitOptions, Database, Filter, Indexing, OnKey, Schema, Search, SearchOptions, Table, Value,
};

const DIMENSIONS: usize = 64;
const ROWS: usize = 5_000;
/// Too short for reading all rows, or for evaluating a filter of all rows.
const SHORT_NS: u64 = 10_000;

fn schema() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": DIMENSIONS, "element": "f32", "metric": "cosine"});
    let json = json!({"fields": [
        {"id": 1, "name": "group", "type": {"kind": "int"}},
        {"id": 2, "name": "near", "type": vector},
    ]});
    serde_json::from_value(json).unwrap()
}

/// A table with an index; one row in a thousand is of each group.
fn indexed() -> Arc<Table> {
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema())
        .unwrap();
    table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    let mut random = Random::new(5);
    let row = |at: usize| {
        let vector = (0..DIMENSIONS).map(|_| random.below(1000) as f32 - 500.0);
        let bytes = vector.flat_map(f32::to_le_bytes).collect();
        vec![Value::Int((at % 1000) as i64), Value::Bytes(bytes)]
    };
    let rows: Vec<Vec<Value>> = (0..ROWS).map(row).collect();
    let (batch, schema) = table.batch(&encode(&schema(), &rows)).unwrap();
    table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    table.optimize().unwrap();
    table
}

#[test]
fn a_search_is_planned_from_the_rows_that_match_as_soon_as_they_are_known() {
    let table = indexed();
    let snapshot = table.snapshot().unwrap();
    let schema = schema();
    let filter = json!({"op": "eq", "column": ["group"], "value": 7});
    let filter = Filter::parse(&filter, &schema).unwrap();
    let query = vec![1.0; DIMENSIONS];
    let exact = Search::exact(schema.field("near").unwrap(), &query, Some(&filter), 50);
    let search = exact.with(SearchOptions {
        exact: false,
        ..exact.options
    });
    let is_short = || snapshot.plan_within(&search, SHORT_NS).unwrap().is_some();
    assert!(!is_short(), "which rows match must be found out first");
    assert_eq!(snapshot.search(&search, Vec::new()).unwrap().len(), ROWS / 1000);
    assert!(is_short());
    assert!(
        snapshot.plan_within(&exact, SHORT_NS).unwrap().is_some(),
        "known is known for exact searches too"
    );
    let all = Search {
        filter: None,
        ..exact
    };
    assert!(
        snapshot.plan_within(&all, SHORT_NS).unwrap().is_none(),
        "all rows are read"
    );
    let planned = snapshot.plan_within(&search, SHORT_NS).unwrap().unwrap();
    let found: Vec<u64> = planned.answer(Vec::new()).unwrap().ids().collect();
    let wanted: Vec<u64> = snapshot.search(&exact, Vec::new()).unwrap().ids().collect();
    assert_eq!(found, wanted);
}
