//! A put to a store that is far may fail and land later: until that is known, its files stay.

use std::sync::Arc;

use crate::support::far::FarStore;
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{Code, CommitOptions, Database, OnKey, Result, Schema, Store, Table, Value, Written};

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

fn database(store: &FarStore) -> Database {
    Database::with(Arc::new(store.clone()), World::at(1))
}

/// A row that goes to a file.
fn insert(table: &Table, id: i64) -> Result<Written> {
    let row = vec![Value::Int(id), Value::Text("long ".repeat(30_000))];
    let options = CommitOptions::default();
    table.insert(batch(&items(), &[row]), &items(), OnKey::Refuse, &options)
}

fn files(store: &FarStore) -> usize {
    store.list("items.varve/data").unwrap().len()
}

#[test]
fn a_commit_that_arrives_late_has_its_files() {
    let store = FarStore::new();
    let table = database(&store).create_table("items", items()).unwrap();
    insert(&table, 1).unwrap();
    store.hold_up();
    let error = insert(&table, 2).unwrap_err();
    assert_eq!(error.code(), Code::CommitUnknown);
    assert_eq!(
        error.message(),
        "The store did not say whether the commit landed, and it is not there yet: IO: The line was cut."
    );
    assert_eq!(files(&store), 2);
    store.arrive();
    for table in [table, database(&store).open_table("items").unwrap()] {
        assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 2);
        assert_eq!(table.verify().unwrap().problems, []);
        assert_eq!(insert(&table, 2).unwrap_err().code(), Code::DuplicateKey);
    }
}

#[test]
fn files_stay_for_a_change_of_the_layout_as_well() {
    let store = FarStore::new();
    let table = database(&store).create_table("items", items()).unwrap();
    for id in 1..=4 {
        insert(&table, id).unwrap();
    }
    store.hold_up();
    assert_eq!(table.maintain().unwrap_err().code(), Code::CommitUnknown);
    store.arrive();
    let other = database(&store).open_table("items").unwrap();
    assert_eq!(other.stats().unwrap().fragments, 1);
    assert_eq!(all_rows(&other.snapshot().unwrap()).len(), 4);
    assert_eq!(other.verify().unwrap().problems, []);
}

#[test]
fn files_go_where_another_commit_has_the_name() {
    let store = FarStore::new();
    let table = database(&store).create_table("items", items()).unwrap();
    let other = database(&store).open_table("items").unwrap();
    insert(&table, 1).unwrap();
    insert(&other, 2).unwrap();
    assert_eq!(insert(&table, 2).unwrap_err().code(), Code::DuplicateKey);
    assert_eq!(files(&store), 2);
}
