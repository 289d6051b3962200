//! The golden tables, to exchange files in.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use varve_engine::inside::{manifest_sequence, seal_json};
use varve_engine::{
    AsOf, Catalog, CommitOptions, DataType, Database, Environment, Find, MemoryStore, OnKey, Result, Search,
    SearchOptions, Snapshot, Store as _, Table, Uuid,
};
use xxhash_rust::xxh3::xxh3_64;

const FOLDERS: [&str; 6] = ["data", "deaths", "index", "_log", "_tags", "_manifests"];
/// Every so many bytes of a file have a checksum.
const BLOCK: usize = 64 * 1024;

/// A world in which nothing is ever new.
#[derive(Debug)]
struct World;

impl Environment for World {
    fn now_ms(&self) -> i64 {
        1_800_000_000_000
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn uuid(&self) -> Result<Uuid> {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NAMES: AtomicU64 = AtomicU64::new(1);
        let name = u128::from(NAMES.fetch_add(1, Ordering::Relaxed)) << 64 | 0x7a;
        Ok(Uuid(name.to_le_bytes()))
    }

    fn pause(&self, _: Duration) {}
}

/// A database over a store.
pub(crate) fn database(store: &Arc<dyn Catalog>) -> Database {
    Database::with(Arc::clone(store), Arc::new(World))
}

/// The files of a golden table, of its manifests the newest.
pub(crate) struct Files {
    files: Vec<(String, Vec<u8>)>,
    pub(crate) manifest: Json,
}

impl Files {
    pub(crate) fn of(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../test/golden")
            .join(name);
        let mut files = Vec::new();
        let mut newest: Option<(u64, Vec<u8>)> = None;
        for part in FOLDERS {
            let part = format!("docs.varve/{part}");
            for entry in fs::read_dir(folder.join(&part)).into_iter().flatten() {
                let entry = entry.unwrap();
                let (name, bytes) = (
                    entry.file_name().into_string().unwrap(),
                    fs::read(entry.path()).unwrap(),
                );
                match manifest_sequence(&name) {
                    Some(sequence) if newest.as_ref().is_none_or(|(other, _)| sequence > *other) => {
                        newest = Some((sequence, bytes));
                    }
                    Some(_) => {}
                    None => files.push((format!("{part}/{name}"), bytes)),
                }
            }
        }
        let manifest: Json = serde_json::from_slice(&newest.unwrap().1).unwrap();
        Self {
            files,
            manifest: manifest["content"].clone(),
        }
    }

    /// The path and the bytes of the first file whose path has such a part.
    pub(crate) fn file(&self, part: &str) -> (&str, &[u8]) {
        let found = self.files.iter().find(|(path, _)| path.contains(part));
        found
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
            .unwrap()
    }

    /// A store with one file exchanged, under a manifest.
    pub(crate) fn with(&self, (path, bytes): (&str, &[u8]), manifest: &[u8]) -> Arc<dyn Catalog> {
        let store = MemoryStore::new();
        let sequence = self.manifest["sequence"].as_u64().unwrap();
        store.create_table("docs.varve", sequence, manifest).unwrap();
        for (other, content) in self.files.iter().filter(|(other, _)| other != path) {
            store.put_if_absent(other, content).unwrap();
        }
        if !path.is_empty() {
            store.put_if_absent(path, bytes).unwrap();
        }
        Arc::new(store)
    }
}

/// The file of a manifest.
pub(crate) fn manifest_file(manifest: &Json) -> Vec<u8> {
    seal_json(manifest).unwrap()
}

/// Content with the checksum that it must have.
pub(crate) fn sealed(content: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{{\"xxh3\":\"{:016x}\",\"content\":", xxh3_64(content)).into_bytes();
    bytes.extend_from_slice(content);
    bytes.extend_from_slice(b"}\n");
    bytes
}

/// A body with the checksums of its blocks behind it, and the seal of those.
pub(crate) fn checked(body: &[u8]) -> (Vec<u8>, String) {
    let checksums: Vec<u8> = body
        .chunks(BLOCK)
        .flat_map(|block| xxh3_64(block).to_le_bytes())
        .collect();
    let seal = format!("{:016x}", xxh3_64(&checksums));
    ([body, &checksums].concat(), seal)
}

/// Opens the table and reads all of it; where it is `thorough`, it is written to as well. Says whether all is right with it.
pub(crate) fn look(store: &Arc<dyn Catalog>, thorough: bool) -> bool {
    let database = database(store);
    let verified = database.verify_table("docs");
    let Ok(table) = database.open_table("docs") else {
        return false;
    };
    let is_read = read(&table).is_ok();
    if thorough {
        let _ = write(&table);
        let _ = table.optimize();
        let _ = read(&table);
    }
    is_read && verified.is_ok_and(|verified| verified.problems.is_empty())
}

fn read(table: &Table) -> Result<()> {
    let _ = table.stats();
    let _ = table.tags();
    let _ = table.history(1_000, None);
    let newest = table.snapshot()?;
    let _ = snapshot(&newest);
    for version in [0, 1, 2, 3, newest.version() / 2] {
        let _ = table.as_of(&AsOf::Version(version)).and_then(|then| {
            let _ = newest.diff(&then, None, &[]);
            snapshot(&then)
        });
    }
    for moment in [
        AsOf::Date(1_760_000_100_000),
        AsOf::Effective(1_752_000_000_000),
        AsOf::Tag("last".to_owned()),
    ] {
        let _ = table.as_of(&moment).map(|then| then.version());
    }
    Ok(())
}

fn snapshot(snapshot: &Snapshot) -> Result<()> {
    let fields = snapshot.schema().fields.clone();
    for field in &fields {
        if let DataType::Vector { dimensions, .. } = field.data_type {
            let query = vec![0.5; dimensions as usize];
            let exact = Search::exact(field, &query, None, 3);
            let _ = snapshot.search(
                &exact.with(SearchOptions {
                    recall: 0.9,
                    exact: false,
                    prefer_index: true,
                    ..exact.options
                }),
                Vec::new(),
            );
            let _ = snapshot.search(&exact, Vec::new());
        }
    }
    let picked = snapshot.find(
        &Find {
            limit: Some(50),
            ..Find::default()
        },
        fields.clone(),
    )?;
    for row in 0..picked.len() {
        for field in &fields {
            let _ = picked.value(field, row);
        }
    }
    if let Ok(key) = snapshot
        .schema()
        .key()
        .ok_or(())
        .and_then(|key| picked.value(key, 0).map_err(|_| ()))
    {
        let _ = snapshot.get(&key, fields);
    }
    Ok(())
}

fn write(table: &Table) -> Result<()> {
    let options = CommitOptions::default();
    let now = table.snapshot()?;
    table.restore(&table.as_of(&AsOf::Version(1))?, &options)?;
    let fields = now.schema().fields.clone();
    let picked = now.find(
        &Find {
            limit: Some(3),
            ..Find::default()
        },
        fields.clone(),
    )?;
    let mut columns = Vec::new();
    for field in &fields {
        let mut builder = varve_engine::ColumnBuilder::new(&field.data_type);
        for row in 0..picked.len() {
            builder.push(&picked.value(field, row)?)?;
        }
        columns.push((field.id, builder.finish()));
    }
    let batch = varve_engine::Batch::new(picked.len(), columns);
    table.insert(batch, now.schema(), OnKey::Replace, &options)?;
    table.delete(None, &options).map(|_| ())
}
