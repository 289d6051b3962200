//! A stage takes rows as they come, writes them to files, and makes them visible all at once or not at all.

use std::sync::Arc;

use crate::support::whole::all_rows;
use crate::support::wire::encode;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{Catalog, Code, CommitOptions, Database, LocalStore, OnKey, Schema, StagedRows, Value};

/// Nine megabytes a batch: every fourth fills a fragment.
const BATCHES: i64 = 9;
const ROWS: i64 = 9;

fn blobs() -> Schema {
    let json = json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "blob", "type": {"kind": "bytes"}},
    ]});
    serde_json::from_value(json).unwrap()
}

fn row(id: i64) -> Vec<Value> {
    vec![Value::Int(id), Value::Bytes(vec![id as u8; 1 << 20])]
}

fn fill(stage: &mut StagedRows) {
    for first in 0..BATCHES {
        let rows: Vec<Vec<Value>> = (0..ROWS).map(|i| row(first * ROWS + i)).collect();
        stage.add(&encode(&blobs(), &rows)).unwrap();
    }
}

#[test]
fn rows_of_many_fragments_come_in_one_commit_or_leave_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<dyn Catalog> = Arc::new(LocalStore::new(directory.path()));
    let database = Database::with(Arc::clone(&store), World::at(1));
    let table = database.create_table("blobs", blobs()).unwrap();
    let files = || store.list("blobs.varve/data").unwrap().len();

    let mut stage = StagedRows::new(Arc::clone(&table), OnKey::Replace).unwrap();
    fill(&mut stage);
    assert_eq!(files(), 4, "two fragments: a file of ids and one of blobs each");
    assert_eq!(table.snapshot().unwrap().count(None).unwrap(), 0);
    drop(stage);
    assert_eq!(files(), 0);

    let mut stage = StagedRows::new(Arc::clone(&table), OnKey::Replace).unwrap();
    fill(&mut stage);
    let twice = stage.add(&encode(&blobs(), &[row(5)])).unwrap_err();
    assert_eq!((twice.code(), twice.place().row), (Code::DuplicateKey, Some(81)));
    let written = stage.commit(&CommitOptions::default()).unwrap().unwrap();
    assert_eq!((written.version, written.inserted), (1, 81));
    assert_eq!(files(), 6);

    let mut stage = StagedRows::new(Arc::clone(&table), OnKey::Refuse).unwrap();
    stage.add(&encode(&blobs(), &[row(80), row(81)])).unwrap();
    let refused = stage.commit(&CommitOptions::default()).unwrap_err();
    assert_eq!(
        (refused.code(), refused.place().row),
        (Code::DuplicateKey, Some(0))
    );
    drop(stage);
    assert_eq!(files(), 6);

    let again = Database::with(store, World::at(2)).open_table("blobs").unwrap();
    let rows = all_rows(&again.snapshot().unwrap());
    let expected: Vec<(u64, Vec<Value>)> = (0..BATCHES * ROWS).map(|id| (id as u64, row(id))).collect();
    assert!(rows == expected);
    assert!(again.verify().unwrap().problems.is_empty());
    assert_eq!(
        again
            .snapshot()
            .unwrap()
            .get(&Value::Int(40), Vec::new())
            .unwrap()
            .id(0),
        40
    );
}
