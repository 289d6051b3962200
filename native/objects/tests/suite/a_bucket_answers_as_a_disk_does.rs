//! One story told in every store: what is answered is the same.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{
    AsOf, Catalog, CommitOptions, Database, Find, LocalStore, MemoryStore, OnKey, Result, Schema, Snapshot,
    Table, Value,
};

use varve_objects::Options;

use crate::store::TestStore;
use crate::support::read::rows_of;
use crate::support::rows::{batch, schema};
use crate::support::world::World;

fn pages() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

fn rows(range: std::ops::Range<i64>, text: &str) -> Vec<Vec<Value>> {
    let row = |id| vec![Value::Int(id), Value::Text(format!("{text} {id}"))];
    range.map(row).collect()
}

fn write(table: &Table, range: std::ops::Range<i64>, text: &str) -> String {
    let columns = pages();
    let batch = batch(&columns, &rows(range, text));
    said(table.insert(batch, &columns, OnKey::Replace, &CommitOptions::default()))
}

fn said<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{} {}", error.code().as_str(), error.message()),
    }
}

fn all(snapshot: &Snapshot) -> String {
    let found = snapshot
        .find(&Find::default(), snapshot.schema().fields.clone())
        .unwrap();
    format!("{} {:?}", snapshot.version(), rows_of(&found))
}

/// What is answered, line by line.
fn story(store: Arc<dyn Catalog>) -> Vec<String> {
    let world = World::at(1_700_000_000_000);
    let database = || Database::with(Arc::clone(&store), Arc::clone(&world) as _);
    let (one, other) = (database(), database());
    let mut told = Vec::new();
    told.push(said(one.table_names()));
    told.push(said(one.open_table("pages").map(drop)));
    let table = one.create_table("pages", pages()).unwrap();
    told.push(said(other.create_table("pages", pages()).map(drop)));
    told.push(said(other.create_table("Pages", pages()).map(drop)));
    told.push(write(&table, 0..5, "first"));
    let held = table.snapshot().unwrap();
    let second = other.open_table("pages").unwrap();
    told.push(write(&second, 3..8, "second"));
    told.push(write(&table, 1_000..3_000, "many"));
    let tag = |table: &Table, version| table.tag("release", &table.as_of(&AsOf::Version(version)).unwrap());
    told.push(said(tag(&second, 2)));
    told.push(said(tag(&table, 1)));
    told.push(said(table.tags()));
    told.push(write(&second, 2_990..3_010, "more"));
    told.push(said(table.optimize().map(|_| ())));
    told.push(all(&held));
    for moment in [
        AsOf::Version(1),
        AsOf::Version(3),
        AsOf::Tag("release".to_owned()),
        AsOf::Version(9),
    ] {
        told.push(said(second.as_of(&moment).map(|snapshot| all(&snapshot))));
    }
    told.push(all(&table.snapshot().unwrap()));
    told.push(said(table.verify().map(|verified| verified.problems)));
    told.push(said(one.table_names()));
    told.push(said(other.drop_table("pages")));
    told.push(said(table.snapshot().map(drop)));
    told.push(write(&table, 0..1, "late"));
    told.push(said(one.table_names()));
    let again = one.create_table("pages", pages()).unwrap();
    told.push(all(&again.snapshot().unwrap()));
    told.push(said(again.as_of(&AsOf::Tag("release".to_owned())).map(drop)));
    told.push(said(second.snapshot().map(drop)));
    told.push(write(&again, 0..2, "again"));
    told.push(all(&other.open_table("pages").unwrap().snapshot().unwrap()));
    told
}

#[test]
fn a_story_is_the_same_on_a_disk_in_memory_and_in_a_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let on_disk = story(Arc::new(LocalStore::new(folder.path())));
    assert_eq!(story(Arc::new(MemoryStore::new())), on_disk);
    for (number, store) in [TestStore::new(), TestStore::faulty()].into_iter().enumerate() {
        let cache = Options {
            cache_dir: Some(folder.path().join(format!("cache{number}"))),
            ..Options::default()
        };
        for options in [&Options::default(), &cache] {
            assert_eq!(story(Arc::new(store.bucket(options))), on_disk);
            // The next one finds an empty database.
            let database = Database::with(Arc::new(store.bucket(options)), World::at(0));
            database.drop_table("pages").unwrap();
        }
    }
}
