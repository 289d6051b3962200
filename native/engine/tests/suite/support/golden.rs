//! Small tables, one for each thing that a table may have, as a build once wrote them.

pub(crate) mod content;
pub(crate) mod history;
pub(crate) mod layout;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Catalog, CommitOptions, Database, Environment as _, Filter, LocalStore, MemoryStore, OnKey, Schema,
    Table, Value,
    inside::{manifest_name, manifest_sequence, seal_json},
};

use super::rows::{batch, schema};
use super::world::World;

/// The date of the first commit.
pub(crate) const START: i64 = 1_760_000_000_000;
const MINUTE: i64 = 60_000;
/// The folders of a table. Where tables are kept, those without a file are missing.
pub(crate) const FOLDERS: [&str; 6] = ["data", "deaths", "index", "_log", "_tags", "_manifests"];

/// A table that is being made, in memory or in a folder, while its clock moves by a minute with every commit.
pub(crate) struct Maker {
    store: Arc<dyn Catalog>,
    pub(crate) world: Arc<World>,
    pub(crate) table: Arc<Table>,
}

impl Maker {
    pub(crate) fn new(fields: Json) -> Self {
        Self::on(Arc::new(MemoryStore::new()), fields)
    }

    pub(crate) fn on(store: Arc<dyn Catalog>, fields: Json) -> Self {
        let world = World::at(START);
        let database = Database::with(Arc::clone(&store), Arc::<World>::clone(&world));
        let fields = schema(json!({"primaryKey": "id", "fields": fields}));
        let table = database.create_table("docs", fields).unwrap();
        Self { store, world, table }
    }

    pub(crate) fn options(&self) -> CommitOptions {
        self.world.now.fetch_add(MINUTE, Ordering::Relaxed);
        CommitOptions::default()
    }

    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(self.table.snapshot().unwrap().schema())
    }

    pub(crate) fn upsert_with(&self, rows: &[Vec<Value>], options: &CommitOptions) {
        let schema = self.schema();
        self.table
            .insert(batch(&schema, rows), &schema, OnKey::Replace, options)
            .unwrap();
    }

    pub(crate) fn upsert(&self, rows: &[Vec<Value>]) {
        self.upsert_with(rows, &self.options());
    }

    /// Rows with these ids, and a number beside each.
    pub(crate) fn numbers(&self, ids: std::ops::Range<i64>, n: i64) {
        let rows: Vec<Vec<Value>> = ids.map(|id| vec![Value::Int(id), Value::Int(n)]).collect();
        self.upsert(&rows);
    }

    pub(crate) fn delete_below(&self, id: i64) {
        let below = json!({"op": "lt", "column": ["id"], "value": id});
        let below = Filter::parse(&below, &self.schema()).unwrap();
        self.table.delete(Some(&below), &self.options()).unwrap();
    }

    pub(crate) fn tag(&self, name: &str, version: u64) {
        let then = self.table.as_of(&AsOf::Version(version)).unwrap();
        self.table.tag(name, &then).unwrap();
    }

    fn newest(&self) -> (u64, String) {
        let newest = self.store.manifests("docs.varve").newest().unwrap().unwrap();
        (newest, format!("docs.varve/_manifests/{}", manifest_name(newest)))
    }

    /// Another program puts the next manifest.
    pub(crate) fn put(&self, change: impl FnOnce(&mut Json)) {
        let (newest, path) = self.newest();
        let bytes = self.store.open(&path).unwrap().unwrap().map().unwrap();
        let mut manifest = serde_json::from_slice::<Json>(&bytes).unwrap()["content"].clone();
        manifest["sequence"] = json!(newest + 1);
        manifest["id"] = json!("another program");
        change(&mut manifest);
        let path = format!("docs.varve/_manifests/{}", manifest_name(newest + 1));
        self.put_file(&path, &seal_json(&manifest).unwrap());
    }

    pub(crate) fn put_file(&self, path: &str, bytes: &[u8]) {
        self.store.put_if_absent(path, bytes).unwrap();
    }

    /// Writes what there is into a folder, but for manifests that nobody needs.
    pub(crate) fn write_to(&self, folder: &Path) {
        let (newest, _) = self.newest();
        for part in FOLDERS {
            let part = format!("docs.varve/{part}");
            for entry in self.store.list(&part).unwrap() {
                if manifest_sequence(&entry.name).is_some_and(|sequence| sequence + 1 < newest) {
                    continue;
                }
                let path = format!("{part}/{}", entry.name);
                std::fs::create_dir_all(folder.join(&part)).unwrap();
                std::fs::write(
                    folder.join(&path),
                    &*self.store.open(&path).unwrap().unwrap().map().unwrap(),
                )
                .unwrap();
            }
        }
    }
}

/// The columns of a table of numbers.
pub(crate) fn numbers() -> Json {
    json!([{"name": "id", "type": {"kind": "int"}}, {"name": "n", "type": {"kind": "int"}, "nullable": true}])
}

/// Where the tables lie.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden")
}

/// Copies the files of a folder, and makes the folders of a table that are missing.
pub(crate) fn copy(from: &Path, to: &Path) {
    for part in FOLDERS {
        let part = format!("docs.varve/{part}");
        std::fs::create_dir_all(to.join(&part)).unwrap();
        let Ok(names) = std::fs::read_dir(from.join(&part)) else {
            continue;
        };
        for name in names {
            let name = name.unwrap().file_name();
            std::fs::copy(from.join(&part).join(&name), to.join(&part).join(&name)).unwrap();
        }
    }
}

/// The table in a folder, opened by who knows nothing yet, long after it was made.
pub(crate) fn open(folder: &Path) -> Arc<Table> {
    let world = World::at(START + 1_000_000 * MINUTE);
    // Names that whoever made the table did not give.
    (0..100_000).for_each(|_| drop(world.uuid()));
    let database = Database::with(Arc::new(LocalStore::new(folder)), world);
    database.open_table("docs").unwrap()
}
