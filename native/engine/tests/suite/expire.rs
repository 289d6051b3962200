//! What the retention let go takes no room: not its rows, not their deaths, not the index that was made of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, CommitOptions, Database, Indexing, MemoryStore, OnKey, Schema, Search, SearchOptions, Store, Table,
    Value,
};

const DIMENSIONS: usize = 64;

fn points() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": DIMENSIONS, "metric": "l2"});
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "at", "type": vector},
    ]}))
}

struct Bench {
    store: MemoryStore,
    world: Arc<World>,
    table: Arc<Table>,
    random: Random,
}

impl Bench {
    fn new() -> Self {
        let (store, world) = (MemoryStore::new(), World::at(1000));
        let database = Database::with(Arc::new(store.clone()), Arc::<World>::clone(&world));
        let table = database.create_table("t", points()).unwrap();
        table.set_indexing(Indexing {
            from: 64,
            ..Indexing::default()
        });
        table.set_retention(Some(0)).unwrap();
        Self {
            store,
            world,
            table,
            random: Random::new(3),
        }
    }

    fn upsert(&mut self, keys: std::ops::Range<i64>) {
        let mut row = |n| {
            let at = (0..DIMENSIONS).flat_map(|_| (self.random.below(1000) as f32 / 100.0).to_le_bytes());
            vec![Value::Int(n), Value::Bytes(at.collect())]
        };
        let rows: Vec<Vec<Value>> = keys.map(&mut row).collect();
        let (rows, options) = (batch(&points(), &rows), CommitOptions::default());
        self.table
            .insert(rows, &points(), OnKey::Replace, &options)
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    /// Removes all rows but those below a key.
    fn keep_below(&self, n: i64) {
        let json = json!({"op": "gte", "column": ["n"], "value": n});
        let filter = varve_engine::Filter::parse(&json, &points()).unwrap();
        self.table
            .delete(Some(&filter), &CommitOptions::default())
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    /// The bytes of the files in a folder of the table.
    fn bytes(&self, folder: &str) -> usize {
        let folder = format!("t.varve/{folder}");
        let files = self.store.list(&folder).unwrap();
        let length = |name: &str| {
            self.store
                .open(&format!("{folder}/{name}"))
                .unwrap()
                .unwrap()
                .length() as usize
        };
        files.iter().map(|entry| length(&entry.name)).sum()
    }

    /// A new handle of the table shows these rows, and a search finds the nearest.
    fn check(&mut self, count: usize) {
        let database = Database::with(Arc::new(self.store.clone()), Arc::<World>::clone(&self.world));
        let anew = database.open_table("t").unwrap();
        let (snapshot, other) = (self.table.snapshot().unwrap(), anew.snapshot().unwrap());
        let rows = all_rows(&snapshot);
        assert_eq!(rows.len(), count);
        assert_eq!(all_rows(&other), rows);
        assert_eq!(self.table.verify().unwrap().problems, []);
        let (schema, query) = (points(), vec![5.0; DIMENSIONS]);
        let column = schema.field("at").unwrap();
        let exact = Search::exact(column, &query, None, usize::MAX);
        let truth: Vec<u64> = snapshot.search(&exact, Vec::new()).unwrap().ids().collect();
        let search = exact.with(SearchOptions {
            recall: 0.9,
            exact: false,
            prefer_index: true,
            ..exact.options
        });
        for snapshot in [snapshot, other] {
            let found: Vec<u64> = snapshot.search(&search, Vec::new()).unwrap().ids().collect();
            assert_eq!(found, truth);
        }
    }
}

#[test]
fn a_table_that_is_written_anew_each_day_stays_as_small() {
    let mut bench = Bench::new();
    let mut first = None;
    for day in 1..=12 {
        bench.upsert(0..700);
        bench.table.optimize().unwrap();
        let now = ["data", "deaths", "index"].map(|folder| bench.bytes(folder));
        let first = *first.get_or_insert(now);
        let fits = now.iter().zip(first).all(|(now, first)| *now <= first + 4096);
        assert!(fits, "day {day}: {now:?} after {first:?}");
        bench.check(700);
    }
    assert_eq!(bench.bytes("deaths"), 0);
}

#[test]
fn of_an_index_of_which_hardly_a_row_is_left_nothing_is_kept() {
    let mut bench = Bench::new();
    bench.upsert(0..2000);
    bench.table.optimize().unwrap();
    assert!(bench.bytes("index") > 10_000);
    bench.keep_below(10);
    bench.table.optimize().unwrap();
    bench.check(10);
    assert_eq!((bench.bytes("index"), bench.bytes("deaths")), (0, 0));
    assert!(bench.bytes("data") < 8192, "{}", bench.bytes("data"));
    // All over again.
    bench.upsert(0..2000);
    bench.table.optimize().unwrap();
    bench.check(2000);
    assert_eq!(bench.table.stats().unwrap().indexes, 1);
}

#[test]
fn an_index_of_which_a_part_is_left_is_made_of_that_part() {
    let mut bench = Bench::new();
    bench.upsert(0..4000);
    bench.table.optimize().unwrap();
    let whole = bench.bytes("index");
    bench.keep_below(1000);
    bench.table.optimize().unwrap();
    bench.check(1000);
    assert!(
        bench.bytes("index") * 2 < whole,
        "{} of {whole}",
        bench.bytes("index")
    );
    assert_eq!(bench.table.stats().unwrap().indexes, 1);
}

#[test]
fn what_a_tag_keeps_stays_whole() {
    let mut bench = Bench::new();
    bench.upsert(0..900);
    let then = bench.table.snapshot().unwrap();
    bench.table.tag("then", &then).unwrap();
    let rows = all_rows(&then);
    for _ in 0..3 {
        bench.upsert(0..900);
        bench.keep_below(600);
        bench.table.optimize().unwrap();
    }
    bench.check(600);
    let kept = bench.table.as_of(&AsOf::Tag("then".to_owned())).unwrap();
    assert_eq!(all_rows(&kept), rows);
    let difference = kept.diff(&bench.table.snapshot().unwrap(), None, &[]).unwrap();
    let (changed, removed) = (difference.after.len(), difference.removed.len());
    assert_eq!((changed, removed, difference.added.len()), (600, 300, 0));
}
