//! A small table with a file of every kind: manifest, column groups, deaths, a closed part of the log, tags.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{
    AsOf, CommitOptions, Database, Filter, MemoryStore, OnKey, Schema, StagedRows, Store, Table, Value,
    inside::{ChunkRef, DeathRun, LogNode, Manifest, manifest_sequence, seal_json},
};

use super::random::Random;
use super::rows::{batch, schema};
use super::values::{every_type, value};
use super::wire::encode;
use super::world::World;

/// The date of the table's last commit, and of every look at it.
pub(crate) const NOW: i64 = 1_700_000_000_000;

/// Another handle, which knows nothing yet.
pub(crate) fn database(store: &MemoryStore) -> Database {
    Database::with(Arc::new(store.clone()), World::at(NOW))
}

/// A key, and a column of every layout.
fn docs() -> Schema {
    let skipped = ["lang", "data", "score", "at", "day", "dot"];
    let mut fields = vec![json!({"name": "key", "type": {"kind": "text"}})];
    let every = every_type();
    let kept = every.as_array().unwrap().iter();
    fields.extend(
        kept.filter(|field| !skipped.iter().any(|name| field["name"] == *name))
            .cloned(),
    );
    schema(json!({"primaryKey": "key", "fields": fields}))
}

fn new_rows(schema: &Schema, random: &mut Random, keys: std::ops::Range<usize>) -> Vec<Vec<Value>> {
    let row = |key: usize| {
        let rest = schema.fields.iter().skip(1);
        let rest: Vec<Value> = rest
            .map(|field| value(random, &field.data_type, field.nullable))
            .collect();
        [vec![Value::Text(format!("key {key}"))], rest].concat()
    };
    keys.map(row).collect()
}

fn write(table: &Table, random: &mut Random, keys: std::ops::Range<usize>) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let rows = new_rows(&schema, random, keys);
    let effective_at = (rows.len() > 3).then_some(5);
    let options = CommitOptions {
        effective_at,
        ..CommitOptions::default()
    };
    table
        .insert(batch(&schema, &rows), &schema, OnKey::Replace, &options)
        .unwrap();
}

/// The table `docs`, with two fragments, rows in the manifest, and some of everything else.
pub(crate) fn everything() -> MemoryStore {
    let (store, mut random) = (MemoryStore::new(), Random::new(5));
    let table = database(&store).create_table("docs", docs()).unwrap();
    let none = CommitOptions::default();
    write(&table, &mut random, 0..3);
    table.drop_columns(&["deep".to_owned()], &none).unwrap();
    write(&table, &mut random, 3..5);
    let more = json!({"name": "more", "type": {"kind": "float", "bits": 32}, "default": 0.1});
    table
        .add_columns(&[serde_json::from_value(more).unwrap()], &none)
        .unwrap();
    write(&table, &mut random, 4..9);
    write(&table, &mut random, 8..10);
    let filter = json!({"op": "eq", "column": ["key"], "value": "key 1"});
    let filter = Filter::parse(&filter, table.snapshot().unwrap().schema()).unwrap();
    table.delete(Some(&filter), &none).unwrap();
    table
        .tag("one", &table.as_of(&AsOf::Version(1)).unwrap())
        .unwrap();
    table
        .tag("two", &table.as_of(&AsOf::Version(5)).unwrap())
        .unwrap();
    staged(&table, &mut random);
    write(&table, &mut random, 9..11);
    write(&table, &mut random, 2..3);
    close_parts(&store);
    store
}

/// Rows that go straight to a fragment of their own.
fn staged(table: &Arc<Table>, random: &mut Random) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let mut stage = StagedRows::new(Arc::clone(table), OnKey::Replace).unwrap();
    stage
        .add(&encode(&schema, &new_rows(&schema, random, 10..13)))
        .unwrap();
    stage.commit(&CommitOptions::default()).unwrap();
}

/// The path of the newest manifest.
pub(crate) fn newest_manifest(store: &MemoryStore) -> String {
    newest_manifest_of(store, "docs")
}

pub(crate) fn newest_manifest_of(store: &MemoryStore, table: &str) -> String {
    let names = store.list(&format!("{table}.varve/_manifests")).unwrap();
    let newest = names
        .iter()
        .max_by_key(|entry| manifest_sequence(&entry.name))
        .unwrap();
    format!("{table}.varve/_manifests/{}", newest.name)
}

/// Puts other bytes in the place of a file.
pub(crate) fn replace(store: &MemoryStore, path: &str, bytes: &[u8]) {
    store.remove(path).unwrap();
    store.put_if_absent(path, bytes).unwrap();
}

/// Moves the older commits and deaths out of the manifest, as it happens in larger tables.
fn close_parts(store: &MemoryStore) {
    let path = newest_manifest(store);
    let mut manifest = Manifest::decode(&store.open(&path).unwrap().unwrap().map().unwrap(), &path).unwrap();
    let rest = manifest.log.tail.split_off(4);
    let commits = std::mem::replace(&mut manifest.log.tail, rest);
    let last = commits.last().unwrap().get().clone();
    let given = commits.iter().rev().find_map(|commit| commit.get().effective_at);
    let bytes = seal_json(&LogNode::Commits(commits)).unwrap();
    store.put_if_absent("docs.varve/_log/0.json", &bytes).unwrap();
    manifest.log.levels = vec![vec![ChunkRef {
        file: "0.json".to_owned(),
        length: bytes.len() as u64,
        last: last.version,
        last_at: last.committed_at,
        last_effective: given,
        takes_back: false,
    }]];
    let rest = manifest.deaths.tail.split_off(2);
    let dead = std::mem::replace(&mut manifest.deaths.tail, rest);
    let mut dead: Vec<(u64, u64)> = dead.iter().flat_map(|entry| entry.get().clone()).collect();
    dead.sort_unstable();
    let bytes = DeathRun::encode(&dead);
    store.put_if_absent("docs.varve/deaths/0.deaths", &bytes).unwrap();
    manifest.deaths.runs = vec![DeathRun::reference("0.deaths".to_owned(), &bytes)];
    replace(store, &path, &manifest.encode().unwrap());
}
