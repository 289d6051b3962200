//! The files of a commit are durable before it is, and that costs one sync for each file, and one for each directory that has new
//! names.

use std::sync::Arc;

use crate::support::disk::SimulatedDisk;
use crate::support::rows::{batch, schema};
use crate::support::wire::encode;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    CommitOptions, Database, Filter, Indexing, LocalStore, OnKey, Reembed, Schema, StagedRows, Table, Value,
};

struct Bench {
    disk: SimulatedDisk,
    world: Arc<World>,
    files: u32,
    table: Arc<Table>,
}

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "text", "type": {"kind": "text"}},
        {"name": "blob", "type": {"kind": "text"}},
        {"name": "near", "type": {"kind": "vector", "dimensions": 64}},
    ]}))
}

fn options() -> CommitOptions {
    CommitOptions::default()
}

fn open(disk: &SimulatedDisk, world: &Arc<World>, files: u32) -> Database {
    let store = LocalStore::on(Arc::new(disk.clone()), "/db").journal(files, 128 * 1024);
    Database::with(Arc::new(store), Arc::clone(world) as _)
}

/// Rows of which each column becomes a file of its own.
fn rows(ids: std::ops::Range<i64>, large: bool) -> Vec<Vec<Value>> {
    let row = |id: i64| {
        let length = if large { 5_000 } else { 5 };
        let near: Vec<u8> = (0..64)
            .flat_map(|i| (id as f32 + i as f32).to_le_bytes())
            .collect();
        vec![
            Value::Int(id),
            Value::Text(format!("text {id}")),
            Value::Text("x".repeat(length)),
            Value::Bytes(near),
        ]
    };
    ids.map(row).collect()
}

impl Bench {
    fn new(files: u32) -> Self {
        let (disk, world) = (SimulatedDisk::new(), World::at(1_700_000_000_000));
        let table = open(&disk, &world, files).create_table("items", items()).unwrap();
        Self {
            disk,
            world,
            files,
            table,
        }
    }

    fn insert(&self, ids: std::ops::Range<i64>, large: bool) {
        let schema = Arc::clone(self.table.snapshot().unwrap().schema());
        let rows = batch(&schema, &rows(ids, large));
        self.table
            .insert(rows, &schema, OnKey::Replace, &options())
            .unwrap();
    }

    /// How many files and how many directories a step syncs.
    fn cost(&self, step: impl FnOnce()) -> (usize, usize) {
        let before = self.disk.syncs();
        step();
        let after = self.disk.syncs();
        (after.0 - before.0, after.1 - before.1)
    }

    /// All that is written is there after a power cut.
    fn is_durable(&self) {
        let found = open(&self.disk.durable(), &self.world, self.files);
        let table = found.open_table("items").unwrap();
        assert!(table.verify().unwrap().problems.is_empty());
        let (found, known) = (table.snapshot().unwrap(), self.table.snapshot().unwrap());
        assert_eq!(found.version(), known.version());
        assert_eq!(found.count(None).unwrap(), known.count(None).unwrap());
    }
}

/// What each kind of change costs. The numbers may fall, and must not rise.
fn costs(files: u32) -> Vec<(&'static str, (usize, usize))> {
    let bench = Bench::new(files);
    let table = &bench.table;
    let mut costs = Vec::new();
    let mut step = |name: &'static str, change: &dyn Fn()| {
        costs.push((name, bench.cost(change)));
        bench.is_durable();
    };
    step("first commit", &|| bench.insert(0..2, false));
    step("small commit", &|| bench.insert(2..4, false));
    step("large commit", &|| bench.insert(4..40, true));
    step("bulk write", &|| {
        let mut stage = StagedRows::new(Arc::clone(table), OnKey::Replace).unwrap();
        let schema = Arc::clone(table.snapshot().unwrap().schema());
        stage.add(&encode(&schema, &rows(40..60, true))).unwrap();
        stage.add(&encode(&schema, &rows(60..80, true))).unwrap();
        stage.commit(&options()).unwrap().unwrap();
    });
    step("many deaths", &|| {
        bench.insert(1_000..1_700, false);
        let filter = json!({"op": "gte", "column": ["id"], "value": 1_000});
        let filter = Filter::parse(&filter, &items()).unwrap();
        table.delete(Some(&filter), &options()).unwrap();
    });
    step("merge", &|| {
        for at in 0..8 {
            bench.insert(100 + at * 20..120 + at * 20, true);
        }
        while table.maintain().unwrap() {}
    });
    step("index", &|| {
        table.set_indexing(Indexing {
            from: 10,
            ..Indexing::default()
        });
        table.optimize().unwrap();
        assert_eq!(table.stats().unwrap().indexes, 1);
    });
    step("other vectors", &|| {
        let field = json!({"name": "near", "type": {"kind": "vector", "dimensions": 2}, "nullable": true});
        let mut reembed = Reembed::new(Arc::clone(table), serde_json::from_value(field).unwrap()).unwrap();
        let one = Schema {
            id: 0,
            primary_key: None,
            fields: vec![reembed.field().clone()],
        };
        while let Some(picked) = reembed.next_rows(&["text".to_owned()], 1_000).unwrap() {
            let vector = |id: u64| (0..2).flat_map(move |_| (id as f32).to_le_bytes()).collect();
            let cells: Vec<Vec<Value>> = picked.ids().map(|id| vec![Value::Bytes(vector(id))]).collect();
            reembed.add(&encode(&one, &cells)).unwrap();
        }
        reembed.commit(&options(), false).unwrap().unwrap();
    });
    step("tag", &|| {
        drop(table.tag("one", &table.snapshot().unwrap()).unwrap());
    });
    step("tag removed", &|| table.delete_tag("one").unwrap());
    costs
}

/// Before stores knew no directories it was as much, and one sync more for an index.
#[test]
fn with_manifests_in_files() {
    let expected = [
        ("first commit", (1, 2)),
        ("small commit", (1, 1)),
        ("large commit", (3, 2)),
        ("bulk write", (3, 2)),
        ("many deaths", (3, 2)),
        ("merge", (27, 18)),
        ("index", (2, 2)),
        ("other vectors", (3, 3)),
        ("tag", (1, 1)),
        ("tag removed", (0, 1)),
    ];
    assert_eq!(costs(u32::MAX), expected);
}

#[test]
fn with_manifests_in_a_journal() {
    let expected = [
        ("first commit", (3, 2)),
        ("small commit", (1, 0)),
        ("large commit", (3, 1)),
        ("bulk write", (3, 1)),
        ("many deaths", (3, 1)),
        ("merge", (27, 9)),
        ("index", (2, 1)),
        ("other vectors", (3, 1)),
        ("tag", (1, 1)),
        ("tag removed", (0, 1)),
    ];
    assert_eq!(costs(0), expected);
}

/// Who writes behind himself under a lock needs not look whether somebody else came between.
#[test]
fn a_commit_behind_ones_own_is_not_read_back() {
    let bench = Bench::new(0);
    bench.insert(0..2, false);
    bench.insert(2..4, false);
    let read = |ids: std::ops::Range<i64>| {
        let before = bench.disk.read_in_place();
        bench.insert(ids, false);
        bench.disk.read_in_place() - before
    };
    // The marks behind the newest record, as often as it is looked for.
    assert!(read(4..6) <= 8 * 48);
    let other = open(&bench.disk, &bench.world, 0).open_table("items").unwrap();
    let schema = Arc::clone(other.snapshot().unwrap().schema());
    let row = batch(&schema, &rows(100..101, false));
    other.insert(row, &schema, OnKey::Replace, &options()).unwrap();
    // The manifest before is not one's own.
    assert!(read(6..8) > 1024);
    assert!(read(8..10) <= 8 * 48);
    bench.is_durable();
}
