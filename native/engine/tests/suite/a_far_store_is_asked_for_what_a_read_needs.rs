//! Of a store that one has to wait for, a read opens the files of the columns that it needs, and what must be answered at once asks
//! it nothing.

use std::sync::Arc;

use crate::support::far::FarStore;
use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Find, Indexing, MemoryStore, OnKey, Schema, Search,
    SearchOptions, Snapshot, Store, Table, Value,
};

/// Each is a file of its own.
const VECTORS: usize = 50;
const DIMENSIONS: usize = 64;
const ROWS: i64 = 40;

fn wide() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": DIMENSIONS, "metric": "l2"});
    let vectors = (0..VECTORS).map(|at| json!({"name": format!("v{at}"), "type": vector}));
    let key = std::iter::once(json!({"name": "id", "type": {"kind": "int"}}));
    schema(json!({"primaryKey": "id", "fields": key.chain(vectors).collect::<Vec<Json>>()}))
}

fn vector(id: i64, at: usize) -> Value {
    let cells = (0..DIMENSIONS).flat_map(|i| ((id * 7 + at as i64) as f32 + i as f32).to_le_bytes());
    Value::Bytes(cells.collect())
}

fn database(store: impl Catalog + 'static) -> Database {
    Database::with(Arc::new(store), World::at(1))
}

/// A table in one fragment, and a handle that has read nothing yet.
fn filled(store: &FarStore) -> Arc<Table> {
    let table = database(store.clone()).create_table("wide", wide()).unwrap();
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let row = |id| {
        let vectors = (0..VECTORS).map(move |at| vector(id, at));
        std::iter::once(Value::Int(id)).chain(vectors).collect()
    };
    let rows: Vec<Vec<Value>> = (0..ROWS).map(row).collect();
    table
        .insert(
            batch(&schema, &rows),
            &schema,
            OnKey::Refuse,
            &CommitOptions::default(),
        )
        .unwrap();
    assert_eq!(table.stats().unwrap().fragments, 1);
    store.asked();
    database(store.clone()).open_table("wide").unwrap()
}

/// The files of a folder that were opened since the last time.
fn opened(store: &FarStore, folder: &str) -> Vec<String> {
    let asked = store.asked();
    let start = format!("open wide.varve/{folder}/");
    let files = asked.iter().filter_map(|call| call.strip_prefix(&start));
    files.map(str::to_owned).collect()
}

fn column(snapshot: &Snapshot, name: &str) -> varve_engine::Result<Vec<Value>> {
    let field = snapshot.schema().field(name).unwrap().clone();
    let picked = snapshot.find(&Find::default(), vec![field.clone()])?;
    (0..picked.len()).map(|row| picked.value(&field, row)).collect()
}

#[test]
fn a_read_of_one_column_opens_one_file() {
    let store = FarStore::new();
    let table = filled(&store);
    let snapshot = table.snapshot().unwrap();
    assert_eq!(opened(&store, "data"), [""; 0]);
    let cells = column(&snapshot, "v7").unwrap();
    assert_eq!(cells.len(), ROWS as usize);
    let files = opened(&store, "data");
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].ends_with(".v9.arrow"), "{files:?}");
    column(&snapshot, "v7").unwrap();
    assert_eq!(opened(&store, "data"), [""; 0], "it stays open");
    column(&table.snapshot().unwrap(), "v8").unwrap();
    assert_eq!(opened(&store, "data").len(), 1);
    assert!(table.verify().unwrap().problems.is_empty());
    assert_eq!(
        opened(&store, "data").len(),
        VECTORS + 1,
        "verify() reads every file"
    );
}

#[test]
fn a_store_that_is_near_has_its_files_opened_at_once() {
    let store = MemoryStore::new();
    let table = database(store.clone()).create_table("wide", wide()).unwrap();
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let cells = (0..VECTORS).map(|at| vector(1, at));
    let rows: Vec<Vec<Value>> = (0..ROWS)
        .map(|id| std::iter::once(Value::Int(id)).chain(cells.clone()).collect())
        .collect();
    let none = CommitOptions::default();
    table
        .insert(batch(&schema, &rows), &schema, OnKey::Refuse, &none)
        .unwrap();
    let snapshot = database(store.clone())
        .open_table("wide")
        .unwrap()
        .snapshot()
        .unwrap();
    for entry in store.list("wide.varve/data").unwrap() {
        store.remove(&format!("wide.varve/data/{}", entry.name)).unwrap();
    }
    assert_eq!(column(&snapshot, "v7").unwrap().len(), ROWS as usize);
}

#[test]
fn a_missing_file_is_named_when_it_is_read() {
    let store = FarStore::new();
    let table = filled(&store);
    let snapshot = table.snapshot().unwrap();
    let files = store.list("wide.varve/data").unwrap();
    let lost = files
        .iter()
        .find(|entry| entry.name.ends_with(".v9.arrow"))
        .unwrap();
    let path = format!("wide.varve/data/{}", lost.name);
    store.lose(&path);
    assert!(column(&snapshot, "v8").is_ok());
    let error = column(&snapshot, "v7").unwrap_err();
    assert_eq!(error.code(), Code::Corrupt);
    assert_eq!(error.place().file.as_deref(), Some(path.as_str()));
    assert!(error.to_string().contains("it is missing"), "{error}");
    assert_eq!(table.verify().unwrap().problems.len(), 1);
}

#[test]
fn threads_that_open_a_file_at_once_read_the_same() {
    let store = FarStore::new();
    let snapshot = filled(&store).snapshot().unwrap();
    std::thread::scope(|scope| {
        let read = || column(&snapshot, "v3").unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
        let expected: Vec<Value> = (0..ROWS).map(|id| vector(id, 3)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}

#[test]
fn an_index_is_opened_by_a_search_of_its_column() {
    let store = FarStore::new();
    let builder = filled(&store);
    builder.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    builder.optimize().unwrap();
    store.asked();
    let snapshot = database(store.clone())
        .open_table("wide")
        .unwrap()
        .snapshot()
        .unwrap();
    column(&snapshot, "v2").unwrap();
    assert_eq!(opened(&store, "index"), [""; 0]);
    let field = snapshot.schema().field("v5").unwrap();
    let query = vec![1.0; DIMENSIONS];
    let search = Search::exact(field, &query, None, 3).with(SearchOptions {
        limit: 3,
        recall: 0.9,
        prefer_index: true,
        ..SearchOptions::default()
    });
    snapshot.search(&search, vec![field.clone()]).unwrap();
    let files = opened(&store, "index");
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].ends_with(".v7.index"), "{files:?}");
}

#[test]
fn what_must_be_answered_at_once_asks_a_far_store_nothing() {
    let store = FarStore::new();
    let table = filled(&store);
    store.asked();
    let first = AsOf::Version(1);
    assert!(table.snapshot_at_once().unwrap().is_none());
    assert!(table.as_of_at_once(&first).unwrap().is_none());
    assert!(table.during_at_once(&AsOf::Version(0), &first).unwrap().is_none());
    assert_eq!(store.asked(), [""; 0]);
    let near = database(MemoryStore::new()).create_table("wide", wide()).unwrap();
    let snapshot = near.snapshot_at_once().unwrap().unwrap();
    assert_eq!(snapshot.version(), 0);
    assert!(near.as_of_at_once(&AsOf::Version(0)).unwrap().is_some());
    assert!(near.as_of_at_once(&first).is_err(), "there is no such version");
}
