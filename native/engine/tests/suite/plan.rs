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
/// Enough for an index to be worth its while.
const WIDE: (usize, usize) = (4_000, 512);
/// Too short for reading all rows, or for evaluating a filter of all rows.
const SHORT_NS: u64 = 10_000;

fn schema(dimensions: usize) -> Schema {
    let vector = json!({"kind": "vector", "dimensions": dimensions, "element": "f32", "metric": "cosine"});
    let json = json!({"fields": [
        {"id": 1, "name": "group", "type": {"kind": "int"}},
        {"id": 2, "name": "near", "type": vector},
    ]});
    serde_json::from_value(json).unwrap()
}

/// A table with an index of vectors, and their groups.
fn indexed(dimensions: usize, rows: impl Iterator<Item = (i64, Vec<f32>)>) -> Arc<Table> {
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema(dimensions))
        .unwrap();
    table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    let row = |(group, vector): (i64, Vec<f32>)| {
        let bytes = vector.into_iter().flat_map(f32::to_le_bytes).collect();
        vec![Value::Int(group), Value::Bytes(bytes)]
    };
    let rows: Vec<Vec<Value>> = rows.map(row).collect();
    let (batch, schema) = table.batch(&encode(&schema(dimensions), &rows)).unwrap();
    table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    table.optimize().unwrap();
    table
}

fn vector(random: &mut Random, dimensions: usize) -> Vec<f32> {
    (0..dimensions)
        .map(|_| random.below(1000) as f32 - 500.0)
        .collect()
}

#[test]
fn a_search_is_planned_from_the_rows_that_match_as_soon_as_they_are_known() {
    let mut random = Random::new(5);
    let table = indexed(
        DIMENSIONS,
        (0..ROWS).map(|at| ((at % 1000) as i64, vector(&mut random, DIMENSIONS))),
    );
    let snapshot = table.snapshot().unwrap();
    let schema = schema(DIMENSIONS);
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

#[test]
fn vectors_without_order_are_read_one_after_another() {
    let (rows, dimensions) = WIDE;
    let mut random = Random::new(6);
    let mut is_index_used = |vectors: &mut dyn FnMut(&mut Random) -> Vec<f32>| {
        let made: Vec<_> = (0..rows).map(|_| (0, vectors(&mut random))).collect();
        let query = vectors(&mut random);
        let snapshot = indexed(dimensions, made.into_iter()).snapshot().unwrap();
        let schema = schema(dimensions);
        let exact = Search::exact(schema.field("near").unwrap(), &query, None, 10);
        let search = exact.with(SearchOptions {
            exact: false,
            ..exact.options
        });
        !snapshot.explain(&search).unwrap().exact
    };
    assert!(
        !is_index_used(&mut |random| vector(random, dimensions)),
        "nothing is nearer than all else"
    );
    let mut own = Random::new(7);
    let centres: Vec<Vec<f32>> = (0..100).map(|_| vector(&mut own, dimensions)).collect();
    let mut near = |random: &mut Random| {
        let centre = centres[random.below(100)].iter();
        centre.map(|x| x + random.below(60) as f32).collect()
    };
    assert!(is_index_used(&mut near));
}
