//! What happens to a table when it is dropped and made again, whoever sleeps in between.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, OnKey, PutOutcome, Result, Schema, Store,
    SystemEnvironment, Table, Value, Written,
};
use varve_objects::Bucket;

use crate::store::{TestStore, keys, lose};
use crate::support::rows::{batch, schema};

fn numbers() -> Schema {
    schema(json!({"fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

fn insert(table: &Table, n: i64) -> Result<Written> {
    let options = CommitOptions::default();
    table.insert(
        batch(&numbers(), &[vec![Value::Int(n)]]),
        &numbers(),
        OnKey::Refuse,
        &options,
    )
}

fn bucket(store: &TestStore) -> Arc<Bucket> {
    Arc::new(store.bucket(&Default::default()))
}

fn database(store: &TestStore) -> Database {
    Database::with(bucket(store), Arc::new(SystemEnvironment))
}

#[test]
fn a_dropped_table_leaves_one_object_behind_which_later_ones_follow() {
    let store = TestStore::new();
    let database = database(&store);
    let table = database.create_table("t", numbers()).unwrap();
    for n in 0..3 {
        insert(&table, n).unwrap();
    }
    table.tag("first", &table.snapshot().unwrap()).unwrap();
    database.drop_table("t").unwrap();
    assert_eq!(database.table_names().unwrap(), [""; 0]);
    assert_eq!(database.drop_table("t").unwrap_err().code(), Code::TableNotFound);
    let manifest = |sequence| {
        format!(
            "a/b/t.varve/_manifests/{}",
            varve_engine::inside::manifest_name(sequence)
        )
    };
    assert_eq!(keys(&store), ["a/b/.varve.json".to_owned(), manifest(5)]);
    database.create_table("t", numbers()).unwrap();
    assert_eq!(
        keys(&store),
        ["a/b/.varve.json".to_owned(), manifest(6), manifest(5)]
    );
}

#[test]
fn what_a_drop_that_was_cut_short_left_is_not_the_next_tables() {
    let store = TestStore::new();
    let table = database(&store).create_table("t", numbers()).unwrap();
    insert(&table, 0).unwrap();
    table.tag("first", &table.snapshot().unwrap()).unwrap();
    // Whoever drops it dies behind the first of its requests.
    let bucket = bucket(&store);
    let tag = bucket
        .open("t.varve/_tags/first.json")
        .unwrap()
        .unwrap()
        .map()
        .unwrap();
    bucket.drop_table("t.varve").unwrap();
    bucket.put_if_absent("t.varve/_tags/first.json", &tag).unwrap();
    let again = database(&store).create_table("t", numbers()).unwrap();
    assert_eq!(again.tags().unwrap(), []);
    assert_eq!(
        again.as_of(&AsOf::Tag("first".to_owned())).unwrap_err().code(),
        Code::TagNotFound
    );
}

#[test]
fn a_commit_to_a_dropped_table_is_refused_and_leaves_nothing() {
    let store = TestStore::new();
    let writer = database(&store).create_table("t", numbers()).unwrap();
    insert(&writer, 0).unwrap();
    database(&store).drop_table("t").unwrap();
    assert_eq!(insert(&writer, 1).unwrap_err().code(), Code::TableNotFound);
    let again = database(&store).create_table("t", numbers()).unwrap();
    assert_eq!(insert(&writer, 1).unwrap_err().code(), Code::Closed);
    assert_eq!(again.snapshot().unwrap().count(None).unwrap(), 0);
    assert_eq!(again.verify().unwrap().problems, []);
}

/// Whoever looked, slept, and then makes a name anew that was there and gone meanwhile.
#[test]
fn whoever_creates_too_late_is_told_that_it_is_there() {
    let store = TestStore::new();
    let bucket = bucket(&store);
    let table = database(&store).create_table("t", numbers()).unwrap();
    insert(&table, 0).unwrap();
    let first = bucket.manifests("t.varve").read(1).unwrap().unwrap();
    let other = String::from_utf8(first.to_vec()).unwrap();
    let at = other.find("\"incarnation\":\"").unwrap() + 15;
    let other = format!("{}{}{}", &other[..at], "f".repeat(32), &other[at + 32..]);
    // The first manifest went with those that are old.
    lose(
        &store,
        &format!(
            "a/b/t.varve/_manifests/{}",
            varve_engine::inside::manifest_name(1)
        ),
    );
    assert_eq!(
        bucket.create_table("t.varve", 1, other.as_bytes()).unwrap(),
        PutOutcome::Exists
    );
    assert_eq!(bucket.manifests("t.varve").read(1).unwrap().as_deref(), None);
    assert_eq!(table.snapshot().unwrap().version(), 1);
}

#[test]
fn of_many_who_create_a_table_one_does() {
    for round in 0..20 {
        let store = if round % 2 == 0 {
            TestStore::new()
        } else {
            TestStore::faulty()
        };
        let created = std::thread::scope(|scope| {
            let create = || database(&store).create_table("t", numbers()).map(drop);
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(create)).collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            outcomes
                .filter(|outcome| match outcome {
                    Ok(()) => true,
                    Err(error) => {
                        assert_eq!(error.code(), Code::TableExists, "{error}");
                        false
                    }
                })
                .count()
        });
        assert_eq!(created, 1);
    }
}

#[test]
fn a_table_in_a_bucket_keeps_its_name() {
    let store = TestStore::new();
    let database = database(&store);
    database.create_table("t", numbers()).unwrap();
    let error = database.rename_table("t", "u").unwrap_err();
    assert_eq!(error.code(), Code::UnsupportedStore);
    assert_eq!(database.table_names().unwrap(), ["t"]);
}

#[test]
fn what_a_reader_goes_by_stays_when_its_files_are_merged() {
    let store = TestStore::new();
    let table = database(&store).create_table("t", numbers()).unwrap();
    let many = |from: i64| {
        let rows: Vec<Vec<Value>> = (from..from + 20_000).map(|n| vec![Value::Int(n)]).collect();
        let options = CommitOptions::default();
        table
            .insert(batch(&numbers(), &rows), &numbers(), OnKey::Refuse, &options)
            .unwrap()
    };
    many(0);
    many(20_000);
    let reader = database(&store).open_table("t").unwrap();
    let held = reader.snapshot().unwrap();
    table.optimize().unwrap();
    for n in 0..20 {
        insert(&table, n).unwrap();
    }
    table.optimize().unwrap();
    assert_eq!(table.stats().unwrap().fragments, 1);
    // None of its files was open.
    let found = held
        .find(&varve_engine::Find::default(), held.schema().fields.clone())
        .unwrap();
    assert_eq!(found.len(), 40_000);
    assert_eq!(
        found.value(&held.schema().fields[0], 39_999).unwrap(),
        Value::Int(39_999)
    );
}
