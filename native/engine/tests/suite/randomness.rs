//! Without random numbers there are no names for changes: whatever needs one fails, and changes nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Code, CommitOptions, Database, Field, MemoryStore, OnKey, Result, Schema, Table, Value,
};

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

fn write(table: &Table, numbers: std::ops::Range<i64>, on_key: OnKey) -> Result<u64> {
    let rows: Vec<Vec<Value>> = numbers.map(|n| vec![Value::Int(n)]).collect();
    let schema = self::numbers();
    let written = table.insert(batch(&schema, &rows), &schema, on_key, &CommitOptions::default());
    written.map(|written| written.version)
}

type Change = fn(&Database, &Table) -> Result<()>;

/// Everything that makes a file or a manifest.
const CHANGES: [(&str, Change); 9] = [
    ("create", |database, _| {
        database.create_table("other", numbers()).map(|_| ())
    }),
    ("insert", |_, table| {
        write(table, 10..12, OnKey::Refuse).map(|_| ())
    }),
    // Too many to travel in the manifest.
    ("insert many", |_, table| {
        write(table, 100..20_000, OnKey::Refuse).map(|_| ())
    }),
    ("upsert", |_, table| {
        write(table, 7..10, OnKey::Replace).map(|_| ())
    }),
    ("delete", |_, table| {
        table.delete(None, &CommitOptions::default()).map(|_| ())
    }),
    ("add a column", |_, table| {
        let field: Field =
            serde_json::from_value(json!({"name": "x", "type": {"kind": "text"}, "nullable": true})).unwrap();
        table.add_columns(&[field], &CommitOptions::default()).map(|_| ())
    }),
    ("restore", |_, table| {
        let first = table.as_of(&AsOf::Version(1))?;
        table.restore(&first, &CommitOptions::default()).map(|_| ())
    }),
    ("retention", |_, table| table.set_retention(Some(1))),
    ("optimize", |_, table| table.optimize().map(|_| ())),
];

#[test]
fn whatever_needs_a_name_fails_and_changes_nothing() {
    for (what, change) in CHANGES {
        let world = World::at(1_700_000_000_000);
        let store = MemoryStore::new();
        let database = Database::with(Arc::new(store.clone()), Arc::clone(&world) as _);
        let table = database.create_table("numbers", numbers()).unwrap();
        write(&table, 0..5, OnKey::Refuse).unwrap();
        write(&table, 5..8, OnKey::Refuse).unwrap();

        world.without_randomness.store(true, Ordering::Relaxed);
        let error = change(&database, &table).unwrap_err();
        assert_eq!(error.code(), Code::Io, "{what}: {error}");
        let again = Database::with(Arc::new(store.clone()), Arc::clone(&world) as _);
        for table in [&table, &again.open_table("numbers").unwrap()] {
            let now = table.snapshot().unwrap();
            assert_eq!((now.version(), now.count(None).unwrap()), (2, 8), "{what}");
            assert_eq!(table.stats().unwrap().retention_ms, None);
        }
        assert_eq!(again.table_names().unwrap(), ["numbers"], "{what}");

        world.without_randomness.store(false, Ordering::Relaxed);
        change(&database, &table).unwrap();
        assert!(table.verify().unwrap().problems.is_empty(), "{what}");
    }
}
