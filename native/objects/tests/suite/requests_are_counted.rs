//! What each call asks of the store. It is what a bucket costs and how long one waits, and so a promise: docs/deploy/object-stores.md has
//! these numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use varve_engine::{CommitOptions, Database, Find, OnKey, Schema, Table, Value};
use varve_objects::Options;

use crate::store::TestStore;
use crate::support::rows::{batch, schema};
use crate::support::world::World;

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

fn write(table: &Table, range: std::ops::Range<i64>) {
    let rows: Vec<Vec<Value>> = range
        .map(|id| vec![Value::Int(id), Value::Text("some text ".repeat(20))])
        .collect();
    let options = CommitOptions::default();
    table
        .insert(batch(&items(), &rows), &items(), OnKey::Refuse, &options)
        .unwrap();
}

fn read(table: &Table) -> usize {
    let snapshot = table.snapshot().unwrap();
    let found = snapshot
        .find(&Find::default(), snapshot.schema().fields.clone())
        .unwrap();
    let fields = snapshot.schema().fields.clone();
    (0..found.len()).for_each(|row| drop(found.value(&fields[1], row).unwrap()));
    found.len()
}

/// What was asked, by kind.
fn counted(store: &TestStore) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for asked in store.asked() {
        *counts
            .entry(asked.split(' ').next().unwrap().to_owned())
            .or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    counts.join(", ")
}

#[test]
fn calls_ask_for_so_much() {
    let folder = tempfile::tempdir().unwrap();
    let cached = Options {
        cache_dir: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let store = TestStore::new();
    let database = |options: &Options| Database::with(Arc::new(store.bucket(options)), World::at(1));
    let writer = database(&cached);
    let table = writer.create_table("t", items()).unwrap();
    store.asked();
    let mut told = Vec::new();
    let mut tell = |what: &str| told.push(format!("{what}: {}", counted(&store)));
    write(&table, 0..1);
    tell("commit of a row");
    write(&table, 1..2);
    tell("another");
    read(&table);
    tell("read of what a handle wrote itself");
    write(&table, 2..3_000);
    tell("commit of a file");
    let reader = database(&cached);
    let opened = reader.open_table("t").unwrap();
    tell("open");
    assert_eq!(read(&opened), 3_000);
    tell("first read of a file");
    assert_eq!(read(&opened), 3_000);
    tell("read again");
    let opened = database(&cached).open_table("t").unwrap();
    store.asked();
    assert_eq!(read(&opened), 3_000);
    tell("first read of another process with the same cache");
    write(&table, 3_000..3_001);
    store.asked();
    assert_eq!(read(&opened), 3_001);
    tell("read after another process committed");
    write(&table, 3_001..3_002);
    store.asked();
    write(&opened, 3_002..3_003);
    tell("commit that another came before");
    writer.table_names().unwrap();
    tell("names of one table");
    insta::assert_snapshot!(told.join("\n"));
}
