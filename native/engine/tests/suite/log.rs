//! A log of 65,000 commits and more: its parts are closed into parts of parts, and every commit is still found.

use std::sync::Arc;

use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Code, Commit, CommitOptions, Database, MemoryStore, OnKey, Operation, Raw, Schema, Store, Table,
    Value,
    inside::{CHUNK, ChunkRef, LogNode, Manifest, manifest_name, seal_json},
};

const START: i64 = 1_700_000_000_000;
/// The log before: a full list of full parts, and a full tail.
const BEFORE: u64 = (CHUNK * CHUNK + CHUNK) as u64;

fn numbers() -> Schema {
    schema(json!({"fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

fn date(version: u64) -> i64 {
    START + version as i64 * 10
}

/// Two of the commits have dates of their own.
fn effective_at(version: u64) -> Option<i64> {
    [(1_000, -50), (40_000, 70)]
        .into_iter()
        .find_map(|(at, date)| (at == version).then_some(date))
}

fn commit(version: u64) -> Raw<Commit> {
    Raw::new(Commit {
        version,
        committed_at: date(version),
        clock: None,
        effective_at: effective_at(version),
        takes_back: false,
        operation: Operation::Delete,
        inserted: 0,
        updated: 0,
        deleted: version,
        purged: 0,
        watermark: 0,
        schema: 0,
        id: format!("commit {version}"),
        merged: None,
        message: None,
        properties: None,
    })
    .unwrap()
}

fn part(store: &MemoryStore, number: u64) -> ChunkRef {
    let first = number * CHUNK as u64 + 1;
    let last = first + CHUNK as u64 - 1;
    let bytes = seal_json(&LogNode::Commits((first..=last).map(commit).collect())).unwrap();
    let file = format!("{number}.json");
    store
        .put_if_absent(&format!("numbers.varve/_log/{file}"), &bytes)
        .unwrap();
    let given = [40_000, 1_000].into_iter().find(|version| *version <= last);
    ChunkRef {
        file,
        length: bytes.len() as u64,
        last,
        last_at: date(last),
        last_effective: given.and_then(effective_at),
        takes_back: false,
    }
}

/// A table whose log is as if [`BEFORE`] commits had been made.
fn table(store: &MemoryStore) -> Arc<Table> {
    let database = || Database::with(Arc::new(store.clone()), World::at(date(BEFORE + 1)));
    database().create_table("numbers", numbers()).unwrap();
    let directory = "numbers.varve/_manifests";
    let entry = store.list(directory).unwrap().remove(0);
    let path = format!("{directory}/{}", entry.name);
    let mut manifest = Manifest::decode(&store.open(&path).unwrap().unwrap().map().unwrap(), &path).unwrap();
    manifest.version = BEFORE;
    manifest.log.levels = vec![(0..CHUNK as u64).map(|number| part(store, number)).collect()];
    manifest.log.tail = (BEFORE - CHUNK as u64 + 1..=BEFORE).map(commit).collect();
    store.remove(&path).unwrap();
    let path = format!("{directory}/{}", manifest_name(manifest.sequence));
    store.put_if_absent(&path, &manifest.encode().unwrap()).unwrap();
    database().open_table("numbers").unwrap()
}

fn insert(table: &Table, n: i64) -> u64 {
    let rows = batch(&numbers(), &[vec![Value::Int(n)]]);
    let options = CommitOptions::default();
    table
        .insert(rows, &numbers(), OnKey::Refuse, &options)
        .unwrap()
        .version
}

/// A date before the last that was given, which stands in a part that was closed long ago.
fn is_backwards(table: &Table) -> bool {
    let rows = batch(&numbers(), &[vec![Value::Int(-1)]]);
    let options = CommitOptions {
        effective_at: Some(69),
        ..CommitOptions::default()
    };
    let written = table.insert(rows, &numbers(), OnKey::Refuse, &options);
    written.is_err_and(|error| error.code() == Code::EffectiveDateBackwards)
}

fn check(table: &Table, newest: u64) {
    let edges = [
        1,
        2,
        255,
        256,
        257,
        65_535,
        65_536,
        65_537,
        BEFORE - 256,
        BEFORE,
        newest,
    ];
    let others = (0..200).map(|i| i * 7_919 % newest + 1);
    for version in edges.into_iter().chain(others) {
        let snapshot = table.as_of(&AsOf::Version(version)).unwrap();
        let found = table.commit_of(&snapshot).unwrap().unwrap();
        assert_eq!(found.get().version, version);
        assert_eq!(snapshot.count(None).unwrap(), version.saturating_sub(BEFORE));
        let at = |moment| table.as_of(&moment).unwrap().version();
        let committed = found.get().committed_at;
        // Those that were made here have one date.
        let of_date = if version > BEFORE {
            (newest, BEFORE)
        } else {
            (version, version - 1)
        };
        assert_eq!(
            (at(AsOf::Date(committed)), at(AsOf::Date(committed - 1))),
            of_date
        );
        let expected: Vec<u64> = (1..version).rev().take(300).collect();
        let page = table.history(300, Some(version)).unwrap();
        assert_eq!(
            page.iter().map(|commit| commit.get().version).collect::<Vec<_>>(),
            expected
        );
    }
    let effective = |at| table.as_of(&AsOf::Effective(at)).unwrap().version();
    assert_eq!([-51, -50, 69, 70].map(effective), [999, 39_999, 39_999, newest]);
    assert_eq!(table.history(usize::MAX, None).unwrap().len() as u64, newest);
    assert!(table.verify().unwrap().problems.is_empty());
}

#[test]
fn every_commit_is_found_through_parts_of_parts() {
    let store = MemoryStore::new();
    let table = table(&store);
    check(&table, BEFORE);
    assert!(is_backwards(&table));
    let files = || store.list("numbers.varve/_log").unwrap().len();
    assert_eq!(files(), CHUNK);
    assert_eq!(insert(&table, 0), BEFORE + 1);
    assert_eq!(files(), CHUNK + 2, "the tail, and the list of all before it");
    check(&table, BEFORE + 1);
    for n in 1..=CHUNK as i64 {
        insert(&table, n);
    }
    assert_eq!(files(), CHUNK + 3);
    assert!(is_backwards(&table));
    table.optimize().unwrap();
    let again = Database::with(Arc::new(store.clone()), World::at(date(BEFORE) + 10_000_000));
    check(&again.open_table("numbers").unwrap(), BEFORE + 1 + CHUNK as u64);
}

/// A manifest is written with every commit. So its log is made shorter early, where a file and its sync are due in any case.
#[test]
fn a_part_is_closed_early_where_rows_become_a_file() {
    let store = MemoryStore::new();
    let table = Database::with(Arc::new(store.clone()), World::at(START))
        .create_table("numbers", numbers())
        .unwrap();
    let files = |directory: &str| store.list(&format!("numbers.varve/{directory}")).unwrap().len();
    let (mut closed, mut spilled) = (0, 0);
    for n in 1..=600 {
        insert(&table, n);
        let (parts, fragments) = (files("_log"), files("data"));
        assert!(parts == closed || fragments > spilled, "commit {n}");
        (closed, spilled) = (parts, fragments);
    }
    assert_eq!(closed, 4);
    assert_eq!(table.history(usize::MAX, None).unwrap().len(), 600);
    assert!(table.verify().unwrap().problems.is_empty());
}
