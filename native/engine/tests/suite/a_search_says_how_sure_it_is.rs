//! How sure a search is follows from the version that is searched, and from nothing else.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{
    AsOf, Batch, ColumnBuilder, CommitOptions, Confidence, Database, Filter, Fuse, OnKey, Schema, Search,
    SearchOptions, Snapshot, Sureness, Table, Value, WantedText, What, Words,
};

const DIMENSIONS: usize = 16;

/// Numbers that look random and are those of every run.
fn noise(seed: usize) -> f32 {
    let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f32 / (1 << 23) as f32 - 1.0
}

/// Rows are about 20 things; each lies near to the others that are about its own.
fn vector_of(row: usize) -> Vec<f32> {
    let thing = row % 20;
    (0..DIMENSIONS)
        .map(|at| noise(thing * 97 + at) + 0.2 * noise(10_000 + row * 31 + at))
        .collect()
}

fn stranger(seed: usize) -> Vec<f32> {
    (0..DIMENSIONS)
        .map(|at| noise(1_000_000 + seed * 61 + at))
        .collect()
}

fn body_of(row: usize) -> String {
    format!(
        "the thing {} in the room {} has the code AB-{}",
        row % 20,
        row % 7,
        1000 + row
    )
}

fn table(metric: &str) -> Arc<Table> {
    let schema: Schema = serde_json::from_value(json!({ "fields": [
        { "name": "body", "type": { "kind": "text" }, "text": { "search": true } },
        { "name": "near", "type": { "kind": "vector", "dimensions": DIMENSIONS, "metric": metric }, "nullable": true },
    ] }))
    .unwrap();
    Database::connect("memory:")
        .unwrap()
        .create_table("t", schema)
        .unwrap()
}

fn insert(table: &Table, rows: std::ops::Range<usize>) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let column = |name: &str, value: &dyn Fn(usize) -> Value| {
        let field = schema.field(name).unwrap();
        let mut builder = ColumnBuilder::new(&field.data_type);
        rows.clone().for_each(|row| builder.push(&value(row)).unwrap());
        (field.id, builder.finish())
    };
    let bytes = |row| Value::Bytes(vector_of(row).iter().flat_map(|x| x.to_le_bytes()).collect());
    let columns = vec![
        column("body", &|row| Value::Text(body_of(row))),
        column("near", &bytes),
    ];
    table
        .insert(
            Batch::new(rows.len(), columns),
            &schema,
            OnKey::Refuse,
            &CommitOptions::default(),
        )
        .unwrap();
}

const OPTIONS: SearchOptions = SearchOptions {
    limit: 3,
    offset: 0,
    after: None,
    min_score: None,
    max_distance: None,
    diversity: 0.0,
    candidates: None,
    recall: 1.0,
    exact: false,
    every_version: false,
    confidence: true,
    prefer_index: false,
};

fn by_vector(snapshot: &Snapshot, query: &[f32]) -> Confidence {
    let column = snapshot.schema().field("near").unwrap();
    let search = Search::exact(column, query, None, 3).with(OPTIONS);
    snapshot.search(&search, Vec::new()).unwrap().confidence.unwrap()
}

fn by_words(snapshot: &Snapshot, query: &str) -> Confidence {
    let query = Words::typed(query, &|_| None);
    let columns = snapshot.all_texts().unwrap();
    let what = What::Text {
        query: &query,
        columns: &columns,
    };
    judged(snapshot, what)
}

fn by_both(snapshot: &Snapshot, query: &str, vector: &[f32]) -> Confidence {
    let words = Words::typed(query, &|_| None);
    let columns = snapshot.all_texts().unwrap();
    let what = What::Both {
        words: WantedText {
            query: &words,
            columns: &columns,
        },
        column: snapshot.schema().field("near").unwrap(),
        query: vector,
        fuse: &Fuse::default(),
    };
    judged(snapshot, what)
}

fn judged(snapshot: &Snapshot, what: What<'_>) -> Confidence {
    let search = Search {
        what,
        filter: None,
        group: None,
        options: OPTIONS,
    };
    snapshot.search(&search, Vec::new()).unwrap().confidence.unwrap()
}

#[test]
fn a_query_as_near_as_the_rows_are_to_each_other_is_found_and_a_stranger_is_not() {
    for metric in ["cosine", "l2", "dot"] {
        let table = table(metric);
        insert(&table, 0..600);
        let snapshot = table.snapshot().unwrap();
        let (mut found, mut strange) = (0, 0);
        for one in 0..20 {
            let known = by_vector(&snapshot, &vector_of(7000 + one));
            assert_eq!(known.words, None);
            found += usize::from(known.sureness != Sureness::None);
            strange += usize::from(by_vector(&snapshot, &stranger(one)).sureness != Sureness::Strong);
        }
        assert_eq!((found, strange), (20, 20), "{metric}");
    }
}

#[test]
fn a_code_is_found_and_words_that_nobody_wrote_are_not() {
    let table = table("cosine");
    insert(&table, 0..600);
    let snapshot = table.snapshot().unwrap();
    assert_eq!(by_words(&snapshot, "AB-1234").sureness, Sureness::Strong);
    assert_eq!(
        by_words(&snapshot, "which code has the thing in AB-1234").sureness,
        Sureness::Strong
    );
    let nothing = by_words(&snapshot, "how do penguins sleep");
    assert_eq!(
        (nothing.sureness, nothing.words, nothing.vectors),
        (Sureness::None, Some(0.0), None)
    );
    let everywhere = by_words(&snapshot, "thing room and a penguin that sleeps");
    assert_eq!(everywhere.sureness, Sureness::None, "{everywhere:?}");
}

#[test]
fn of_words_and_vectors_that_counts_which_is_surer() {
    let table = table("cosine");
    insert(&table, 0..600);
    let snapshot = table.snapshot().unwrap();
    let code = by_both(&snapshot, "AB-1234", &stranger(1));
    assert_eq!(code.sureness, Sureness::Strong);
    let near = by_both(&snapshot, "penguins", &vector_of(7001));
    assert!(near.words == Some(0.0) && near.vectors.unwrap() > 0.7, "{near:?}");
    assert_ne!(near.sureness, Sureness::None);
    assert_eq!(
        by_both(&snapshot, "penguins", &stranger(1)).sureness,
        Sureness::None
    );
}

#[test]
fn where_there_is_little_to_go_by_nothing_is_claimed() {
    let table = table("cosine");
    let none = by_vector(&table.snapshot().unwrap(), &vector_of(1));
    assert_eq!(
        (none.sureness, none.vectors),
        (Sureness::None, None),
        "no row, nothing found"
    );
    insert(&table, 0..10);
    let few = by_vector(&table.snapshot().unwrap(), &vector_of(1));
    assert_eq!((few.sureness, few.vectors), (Sureness::Weak, None));
}

/// Of many ids that were given few rows may be left.
#[test]
fn a_table_that_is_mostly_gone_is_judged_by_what_is_left() {
    let table = table("cosine");
    (0..30).for_each(|part| insert(&table, part * 300..(part + 1) * 300));
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let kept = |code: &str| json!({ "op": "contains", "column": ["body"], "value": code });
    let others = json!({ "op": "not", "arg": { "op": "or", "args": [kept("AB-100"), kept("AB-101")] } });
    let others = Filter::parse(&others, &schema).unwrap();
    table.delete(Some(&others), &CommitOptions::default()).unwrap();
    let snapshot = table.snapshot().unwrap();
    assert_eq!(snapshot.count(None).unwrap(), 20);
    assert!(by_vector(&snapshot, &vector_of(7000)).vectors.is_some());
    while table.maintain().unwrap() {}
    let after = by_vector(&table.snapshot().unwrap(), &vector_of(7000));
    assert_eq!(
        by_vector(&snapshot, &vector_of(7000)),
        after,
        "whatever the layout is"
    );
}

#[test]
fn a_query_of_zeros_says_nothing() {
    for metric in ["cosine", "l2", "dot"] {
        let table = table(metric);
        insert(&table, 0..100);
        let zeros = by_vector(&table.snapshot().unwrap(), &[0.0; DIMENSIONS]);
        assert_eq!(
            (zeros.sureness, zeros.vectors),
            (Sureness::Weak, None),
            "{metric}"
        );
    }
}

#[test]
fn a_version_is_judged_alike_for_ever() {
    let table = table("cosine");
    insert(&table, 0..300);
    let at = |table: &Table| table.as_of(&AsOf::Version(1)).unwrap();
    let before = (
        by_both(&at(&table), "AB-1234", &stranger(1)),
        by_vector(&at(&table), &vector_of(3)),
    );
    (1..30).for_each(|part| insert(&table, part * 300..(part + 1) * 300));
    while table.maintain().unwrap() {}
    let after = (
        by_both(&at(&table), "AB-1234", &stranger(1)),
        by_vector(&at(&table), &vector_of(3)),
    );
    // How near rows are to each other is measured through the index, which need not find the nearest of every one.
    let close = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 0.05;
    assert_eq!(before.0.words, after.0.words);
    assert!(close(before.0.vectors, after.0.vectors), "{before:?} {after:?}");
    assert!(close(before.1.vectors, after.1.vectors), "{before:?} {after:?}");
    assert_eq!(
        (before.0.sureness, before.1.sureness),
        (after.0.sureness, after.1.sureness)
    );
}

/// The search says what it says whatever part of it is asked for.
#[test]
fn pages_and_limits_change_nothing() {
    let table = table("cosine");
    insert(&table, 0..600);
    let snapshot = table.snapshot().unwrap();
    let query = vector_of(7002);
    let column = snapshot.schema().field("near").unwrap();
    let with = |limit, offset| {
        let options = SearchOptions {
            limit,
            offset,
            ..OPTIONS
        };
        let search = Search::exact(column, &query, None, limit).with(options);
        let picked = snapshot.search(&search, Vec::new()).unwrap();
        (picked.len(), picked.confidence.unwrap())
    };
    let (_, first) = with(3, 0);
    assert_eq!(with(1, 0), (1, first));
    assert_eq!(with(0, 0), (0, first));
    assert_eq!(with(20, 0), (20, first));
    assert_eq!(with(5, 12), (5, first));
    let explained = snapshot
        .explain(&Search::exact(column, &query, None, 3).with(OPTIONS))
        .unwrap();
    assert_eq!(explained.confidence, Some(first));
    let silent = SearchOptions {
        confidence: false,
        ..OPTIONS
    };
    let search = Search::exact(column, &query, None, 3).with(silent);
    assert_eq!(snapshot.search(&search, Vec::new()).unwrap().confidence, None);
}
