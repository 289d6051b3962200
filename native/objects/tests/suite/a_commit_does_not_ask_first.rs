//! A handle commits on what it opened or put last, without asking whether that is the newest: the put decides. What would be refused, or change
//! nothing, because others committed meanwhile, is looked at again.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{Code, CommitOptions, Database, Filter, OnKey, Schema, SystemEnvironment, Table, Value};

use crate::store::TestStore;
use crate::support::rows::{batch, schema};

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

/// Two handles of two processes on one table that holds 1; the first has just committed.
fn two() -> (TestStore, Arc<Table>, Arc<Table>) {
    let store = TestStore::new();
    let database = || {
        let bucket = store.bucket(&Default::default());
        Database::with(Arc::new(bucket), Arc::new(SystemEnvironment))
    };
    let here = database().create_table("t", numbers()).unwrap();
    insert(&here, 1).unwrap();
    let there = database().open_table("t").unwrap();
    (store, here, there)
}

fn insert(table: &Table, n: i64) -> varve_engine::Result<u64> {
    put(table, n, OnKey::Refuse, &CommitOptions::default())
}

fn put(table: &Table, n: i64, on_key: OnKey, options: &CommitOptions) -> varve_engine::Result<u64> {
    let rows = batch(&numbers(), &[vec![Value::Int(n)]]);
    let written = table.insert(rows, &numbers(), on_key, options)?;
    Ok(written.version)
}

fn delete(table: &Table, n: i64) -> u64 {
    let json = json!({"op": "eq", "column": ["n"], "value": n});
    let filter = Filter::parse(&json, &numbers()).unwrap();
    table
        .delete(Some(&filter), &CommitOptions::default())
        .unwrap()
        .deleted
}

#[test]
fn a_key_that_another_deleted_is_free() {
    let (_store, here, there) = two();
    assert_eq!(delete(&there, 1), 1);
    assert_eq!(insert(&here, 1).unwrap(), 3);
}

#[test]
fn a_key_that_another_inserted_is_taken() {
    let (_store, here, there) = two();
    insert(&there, 2).unwrap();
    assert_eq!(insert(&here, 2).unwrap_err().code(), Code::DuplicateKey);
    assert_eq!(here.snapshot().unwrap().version(), 2);
}

#[test]
fn a_row_that_another_inserted_is_found() {
    let (_store, here, there) = two();
    insert(&there, 2).unwrap();
    assert_eq!(delete(&here, 2), 1);
}

#[test]
fn an_upsert_that_would_change_nothing_is_looked_at_again() {
    let (_store, here, there) = two();
    assert_eq!(delete(&there, 1), 1);
    assert_eq!(
        put(&here, 1, OnKey::Replace, &CommitOptions::default()).unwrap(),
        3
    );
}

#[test]
fn a_version_that_another_made_can_be_named() {
    let (_store, here, there) = two();
    let if_version = Some(insert(&there, 2).unwrap());
    let options = CommitOptions {
        if_version,
        ..CommitOptions::default()
    };
    assert_eq!(put(&here, 3, OnKey::Refuse, &options).unwrap(), 3);
    assert_eq!(
        put(&there, 4, OnKey::Refuse, &options).unwrap_err().code(),
        Code::Conflict
    );
}

#[test]
fn who_is_overtaken_commits_on_what_the_other_put() {
    let (store, here, there) = two();
    insert(&there, 2).unwrap();
    store.asked();
    assert_eq!(insert(&here, 3).unwrap(), 3);
    let puts = store
        .asked()
        .into_iter()
        .filter(|asked| asked.starts_with("CREATE"));
    assert_eq!(puts.count(), 2);
}
