//! A search through an index finds the share of the nearest rows that was asked for, and never a row that is not there: at
//! every version, under every filter, whenever the index was built. The exact search is the oracle; other tests hold it
//! to a model.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support {
    #[expect(dead_code, reason = "this test needs a part of it")]
    pub(crate) mod meddling;
    pub(crate) mod random;
    pub(crate) mod wire;
    pub(crate) mod world;
}

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use support::meddling::{MeddledStore, Meddling};
use support::random::Random;
use support::wire::encode;
use support::world::World;
use varve_engine::database::Database;
use varve_engine::filter::Filter;
use varve_engine::history::AsOf;
use varve_engine::schema::{Field, Schema};
use varve_engine::store::{MemoryStore, Store};
use varve_engine::table::{CommitOptions, Indexing, OnKey, Reembed, Search, Snapshot, Table};
use varve_engine::value::Value;

const DIMENSIONS: usize = 70;
/// Of a column that is embedded again.
const OTHER: usize = 96;
const RECALL: f32 = 0.9;

fn schema(metric: &str, element: &str) -> Schema {
    let vector = json!({"kind": "vector", "dimensions": DIMENSIONS, "element": element, "metric": metric});
    let json = json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "group", "type": {"kind": "int"}},
        {"id": 3, "name": "near", "nullable": true, "type": vector},
        {"id": 4, "name": "second", "nullable": true, "type": vector},
    ]});
    serde_json::from_value(json).unwrap()
}

/// Rows in clusters of very different sizes; some rows twice, some without a direction, some without a vector.
struct Maker {
    random: Random,
    schema: Schema,
}

impl Maker {
    fn uniform(&mut self) -> f32 {
        self.random.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0
    }

    fn vector(&mut self) -> Vec<f32> {
        let cluster = self.random.below(40) * self.random.below(40) / 40;
        let mut centre = Random::new(cluster as u64);
        let spread = if self.random.chance(10) { 0.0 } else { 0.4 };
        (0..DIMENSIONS)
            .map(|_| centre.below(1000) as f32 / 500.0 - 0.7 + self.uniform() * spread)
            .collect()
    }

    fn cell(&mut self) -> Value {
        let vector = match self.random.below(100) {
            0..=2 => return Value::Null,
            3..=4 => vec![0.0; DIMENSIONS],
            _ => self.vector(),
        };
        let field = self.schema.field("near").unwrap();
        let half = varve_engine::column::fixed_width(&field.data_type) == Some(DIMENSIONS * 2);
        Value::Bytes(if half {
            vector
                .iter()
                .flat_map(|x| varve_kernels::f32_to_f16(*x).to_le_bytes())
                .collect()
        } else {
            vector.iter().flat_map(|x| x.to_le_bytes()).collect()
        })
    }

    fn rows(&mut self, keys: impl Iterator<Item = i64>) -> Vec<u8> {
        let rows: Vec<Vec<Value>> = keys
            .map(|key| {
                let group = self.random.below(100) as i64;
                vec![Value::Int(key), Value::Int(group), self.cell(), self.cell()]
            })
            .collect();
        encode(&self.schema, &rows)
    }
}

struct Bench {
    store: Arc<dyn Store>,
    world: Arc<World>,
    table: Arc<Table>,
    maker: Maker,
    next: i64,
    hits: f64,
    wanted: f64,
    approximate: usize,
}

fn open(store: &Arc<dyn Store>, world: &Arc<World>) -> Database {
    Database::with(Arc::clone(store), Arc::<World>::clone(world))
}

impl Bench {
    fn new(seed: u64, metric: &str, element: &str) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let world = World::at(1);
        let database = open(&store, &world);
        let schema = schema(metric, element);
        let table = database.create_table("t", schema.clone()).unwrap();
        let maker = Maker {
            random: Random::new(seed),
            schema,
        };
        Self {
            store,
            world,
            table,
            maker,
            next: 0,
            hits: 0.0,
            wanted: 0.0,
            approximate: 0,
        }
    }

    fn step(&mut self) {
        let options = CommitOptions::default();
        match self.maker.random.below(12) {
            0..=3 => {
                let count = 100 + self.maker.random.below(700) as i64;
                let bytes = self.maker.rows(self.next..self.next + count);
                self.next += count;
                let (batch, schema) = self.table.batch(&bytes).unwrap();
                self.table
                    .insert(batch, &schema, OnKey::Refuse, &options)
                    .unwrap();
            }
            4..=5 if self.next > 0 => {
                let keys: std::collections::BTreeSet<i64> = (0..1 + self.maker.random.below(300))
                    .map(|_| self.maker.random.below(self.next as usize) as i64)
                    .collect();
                let bytes = self.maker.rows(keys.into_iter());
                let (batch, schema) = self.table.batch(&bytes).unwrap();
                self.table
                    .insert(batch, &schema, OnKey::Replace, &options)
                    .unwrap();
            }
            6 => {
                let group = self.maker.random.below(100);
                self.table
                    .delete(
                        self.filter(&json!({"op": "eq", "column": ["group"], "value": group}))
                            .as_ref(),
                        &options,
                    )
                    .unwrap();
            }
            7 => {
                let version = self
                    .maker
                    .random
                    .below(self.table.snapshot().unwrap().version() as usize + 1)
                    as u64;
                if version > 0 && self.maker.random.chance(30) {
                    self.table
                        .restore(&self.table.as_of(&AsOf::Version(version)).unwrap(), &options)
                        .unwrap();
                }
            }
            8 => {
                self.table = open(&self.store, &self.world).open_table("t").unwrap();
            }
            _ => self.index(),
        }
    }

    /// Builds an index, with one list or many.
    fn index(&mut self) {
        let lists = *self.maker.random.pick(&[Some(1), Some(8), Some(40), None]);
        let from = *self.maker.random.pick(&[1, 300, 1000]);
        self.table.set_indexing(Indexing {
            from,
            lists,
            ..Indexing::default()
        });
        if self.maker.random.chance(50) {
            self.table.optimize().unwrap();
        } else {
            while self.table.maintain().unwrap() {}
        }
    }

    fn filter(&self, json: &serde_json::Value) -> Option<Filter> {
        Some(Filter::parse(json, &self.maker.schema).unwrap())
    }

    fn check(&mut self) {
        let version = self.table.snapshot().unwrap().version() as usize;
        let snapshot = if self.maker.random.chance(50) {
            self.table.snapshot().unwrap()
        } else {
            self.table
                .as_of(&AsOf::Version(self.maker.random.below(version + 1) as u64))
                .unwrap()
        };
        let below = *self.maker.random.pick(&[1, 5, 30, 90]);
        let filter = if self.maker.random.chance(50) {
            None
        } else {
            self.filter(&json!({"op": "lt", "column": ["group"], "value": below}))
        };
        let limit = *self.maker.random.pick(&[1, 3, 10, 25, 200]);
        let query = self.maker.vector();
        let name = *self.maker.random.pick(&["near", "near", "second"]);
        self.compare(&snapshot, name, &query, filter.as_ref(), limit);
    }

    fn compare(
        &mut self,
        snapshot: &Snapshot,
        name: &str,
        query: &[f32],
        filter: Option<&Filter>,
        limit: usize,
    ) {
        let column = self.maker.schema.field(name).unwrap();
        let exact = Search::exact(column, query, filter, usize::MAX);
        let truth = snapshot.search(&exact, Vec::new()).unwrap();
        let scores: HashMap<u64, u32> = truth
            .ids()
            .zip(truth.scores.iter().map(|pair| pair.1.to_bits()))
            .collect();
        let search = Search {
            limit,
            recall: RECALL,
            prefer_index: self.maker.random.chance(80),
            ..exact
        };
        let found = snapshot.search(&search, Vec::new()).unwrap();
        assert_eq!(found.len(), limit.min(truth.len()), "as many rows as there are");
        let ids: Vec<u64> = found.ids().collect();
        let unique: std::collections::HashSet<u64> = ids.iter().copied().collect();
        assert_eq!(unique.len(), ids.len(), "no row twice");
        for (id, (_, score)) in ids.iter().zip(&found.scores) {
            assert_eq!(
                scores.get(id),
                Some(&score.to_bits()),
                "only rows that match, with their scores"
            );
        }
        assert!(found.scores.is_sorted_by(|a, b| a.1 >= b.1), "the nearest first");
        let explained = snapshot.explain(&search).unwrap();
        if explained.exact {
            assert!(ids.iter().copied().eq(truth.ids().take(limit)));
            return;
        }
        assert!(explained.recall >= RECALL && explained.recall <= 1.0);
        let last = truth.scores[found.len() - 1].1;
        self.hits += found.scores.iter().filter(|pair| pair.1 >= last).count() as f64;
        self.wanted += found.len() as f64;
        self.approximate += 1;
    }
}

fn holds(seed: u64, metric: &str, element: &str) {
    let mut bench = Bench::new(seed, metric, element);
    for _ in 0..30 {
        bench.step();
        (0..4).for_each(|_| bench.check());
    }
    let recall = bench.hits / bench.wanted;
    assert!(
        bench.approximate > 15,
        "{} searches went through an index",
        bench.approximate
    );
    assert!(recall >= f64::from(RECALL), "{metric} {element}: recall {recall}");
    assert!(bench.table.verify().unwrap().problems.is_empty());
}

#[test]
fn whatever_happens_to_a_table_with_cosine() {
    holds(1, "cosine", "f32");
    holds(2, "cosine", "f16");
}

#[test]
fn whatever_happens_to_a_table_with_distance() {
    holds(3, "l2", "f32");
}

#[test]
fn whatever_happens_to_a_table_with_dot_products() {
    holds(4, "dot", "f32");
}

/// A table with an index over most of its rows.
fn indexed(lists: usize) -> Bench {
    let mut bench = Bench::new(9, "cosine", "f32");
    bench.table.set_indexing(Indexing {
        from: 1,
        lists: Some(lists),
        ..Indexing::default()
    });
    let bytes = bench.maker.rows(0..3000);
    let (batch, schema) = bench.table.batch(&bytes).unwrap();
    bench
        .table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    bench.table.optimize().unwrap();
    bench
}

#[test]
fn a_search_of_an_index_without_a_limit_finds_all_rows() {
    let mut bench = indexed(8);
    let (snapshot, query) = (bench.table.snapshot().unwrap(), bench.maker.vector());
    bench.compare(&snapshot, "near", &query, None, usize::MAX);
}

#[test]
fn a_damaged_index_is_left_aside_and_told() {
    let mut bench = indexed(8);
    let entries = bench.store.list("t.varve/index").unwrap();
    let path = format!("t.varve/index/{}", entries[0].name);
    let whole = bench.store.open(&path).unwrap().unwrap().to_vec();
    let query = bench.maker.vector();
    let mut bytes = vec![
        Vec::new(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 1].to_vec(),
    ];
    let parts = (0..256).chain((256..whole.len()).step_by(997));
    bytes.extend(parts.map(|at| {
        let mut other = whole.clone();
        other[at] ^= 1 << (at % 8);
        other
    }));
    for other in bytes {
        bench.store.remove(&path).unwrap();
        bench.store.put_if_absent(&path, &other).unwrap();
        bench.table = open(&bench.store, &bench.world).open_table("t").unwrap();
        let snapshot = bench.table.snapshot().unwrap();
        for limit in [1, 200] {
            bench.compare(&snapshot, "near", &query, None, limit);
        }
        let problems = bench.table.verify().unwrap().problems;
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place().file.as_deref(), Some(path.as_str()));
    }
}

#[test]
fn an_index_that_is_gone_is_built_again() {
    let mut bench = indexed(1);
    for entry in bench.store.list("t.varve/index").unwrap() {
        bench
            .store
            .remove(&format!("t.varve/index/{}", entry.name))
            .unwrap();
    }
    bench.table = open(&bench.store, &bench.world).open_table("t").unwrap();
    let query = bench.maker.vector();
    let snapshot = bench.table.snapshot().unwrap();
    bench.compare(&snapshot, "near", &query, None, 5);
    bench.table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    bench.table.optimize().unwrap();
    assert!(bench.table.verify().unwrap().problems.is_empty());
}

#[test]
fn upkeep_that_is_stopped_leaves_the_table_as_it_was() {
    let mut bench = Bench::new(5, "l2", "f32");
    let bytes = bench.maker.rows(0..2000);
    let (batch, schema) = bench.table.batch(&bytes).unwrap();
    bench
        .table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    bench.table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    bench.table.stop_upkeep();
    bench.table.optimize().unwrap();
    assert_eq!(bench.table.stats().unwrap().indexes, 0);
    assert_eq!(bench.store.list("t.varve/index").unwrap(), []);
    bench.table = open(&bench.store, &bench.world).open_table("t").unwrap();
    bench.table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    bench.table.optimize().unwrap();
    assert_eq!(
        bench.table.stats().unwrap().indexes,
        2,
        "one for each column of vectors"
    );
}

/// New vectors for "near", of another length.
fn reembed(bench: &Bench, gaps: bool) -> Reembed {
    let mut field = bench.maker.schema.field("near").unwrap().clone();
    let vector = json!({"kind": "vector", "dimensions": OTHER, "element": "f32", "metric": "cosine"});
    field.data_type = serde_json::from_value(vector).unwrap();
    let mut reembed = Reembed::new(Arc::clone(&bench.table), field).unwrap();
    if !gaps {
        embed(&mut reembed);
    }
    reembed.commit(&CommitOptions::default(), gaps).unwrap().unwrap();
    reembed
}

/// Vectors for all rows that wait.
fn embed(reembed: &mut Reembed) {
    let field = reembed.field().clone();
    let mut random = Random::new(77);
    while let Some(picked) = reembed.next_rows(&["id".to_owned()], 700).unwrap() {
        let vector = |_| {
            let elements = (0..OTHER).map(|_| random.below(1000) as f32 / 500.0 - 0.7);
            vec![Value::Bytes(elements.flat_map(f32::to_le_bytes).collect())]
        };
        let rows: Vec<Vec<Value>> = picked.ids().map(vector).collect();
        let fields = vec![field.clone()];
        let schema = Schema {
            id: 0,
            primary_key: None,
            fields,
        };
        reembed.add(&encode(&schema, &rows)).unwrap();
        if reembed.waiting().unwrap() == 0 {
            break;
        }
    }
}

fn index_files(bench: &Bench) -> usize {
    bench.store.list("t.varve/index").unwrap().len()
}

/// Ids of an exact search and of one through an index, which it was.
fn both(snapshot: &Snapshot, column: &Field, query: &[f32]) -> (Vec<u64>, Vec<u64>) {
    let exact = Search::exact(column, query, None, 50);
    let search = Search {
        recall: RECALL,
        prefer_index: true,
        ..exact
    };
    assert!(!snapshot.explain(&search).unwrap().exact);
    let ids = |search: &Search<'_>| snapshot.search(search, Vec::new()).unwrap().ids().collect();
    (ids(&exact), ids(&search))
}

/// Of the nearest most are found.
fn assert_near(exact: &[u64], found: &[u64]) {
    let hits = found.iter().filter(|id| exact.contains(id)).count();
    assert_eq!(found.len(), exact.len());
    assert!(hits * 10 >= exact.len() * 8, "{hits} of {}", exact.len());
}

fn other_query() -> Vec<f32> {
    (0..OTHER).map(|at| (at as f32).sin()).collect()
}

#[test]
fn a_column_that_is_embedded_again_loses_its_index_and_gets_another() {
    let mut bench = indexed(1);
    let before = bench.table.snapshot().unwrap();
    assert_eq!(bench.table.stats().unwrap().indexes, 2);
    reembed(&bench, false);
    assert_eq!(
        bench.table.stats().unwrap().indexes,
        1,
        "that of the other column"
    );
    assert!(bench.table.verify().unwrap().problems.is_empty());
    bench.table.set_indexing(Indexing {
        from: usize::MAX,
        lists: None,
        ..Indexing::default()
    });
    bench.table.optimize().unwrap();
    assert_eq!(index_files(&bench), 1, "the file of the old column is gone");
    // Whoever holds a version from before still searches it.
    let query = bench.maker.vector();
    bench.compare(&before, "near", &query, None, 10);
    bench.table.set_indexing(Indexing {
        from: 1,
        lists: Some(1),
        ..Indexing::default()
    });
    bench.table.optimize().unwrap();
    assert_eq!(
        (bench.table.stats().unwrap().indexes, index_files(&bench)),
        (2, 2)
    );
    for snapshot in [
        bench.table.snapshot().unwrap(),
        bench.table.as_of(&AsOf::Version(1)).unwrap(),
    ] {
        let column = snapshot.schema().field("near").unwrap();
        let (exact, found) = both(&snapshot, column, &other_query());
        assert_near(&exact, &found);
    }
}

/// Gaps are filled by somebody else between the building of a segment and the manifest that lists it.
#[test]
fn a_segment_that_was_built_before_gaps_were_filled_is_not_used() {
    let bench = indexed(1);
    let mut filling = reembed(&bench, true);
    // Some vectors, so that there is something to index.
    let field = filling.field().clone();
    let mut schema = bench.maker.schema.clone();
    for known in &mut schema.fields {
        if known.name == "near" {
            known.clone_from(&field);
        }
    }
    let rows = (5000..6500).map(|key| {
        let near: Vec<u8> = other_query()
            .iter()
            .flat_map(|x| (x + key as f32 / 9000.0).to_le_bytes())
            .collect();
        vec![Value::Int(key), Value::Int(0), Value::Bytes(near), Value::Null]
    });
    let bytes = encode(&schema, &rows.collect::<Vec<_>>());
    let (batch, schema) = bench.table.batch(&bytes).unwrap();
    let options = CommitOptions::default();
    bench
        .table
        .insert(batch, &schema, OnKey::Refuse, &options)
        .unwrap();
    embed(&mut filling);
    let meddled = MeddledStore::new(Arc::clone(&bench.store), "_manifests");
    let store: Arc<dyn Store> = meddled.clone();
    let builder = open(&store, &bench.world).open_table("t").unwrap();
    builder.set_indexing(Indexing {
        from: 1,
        lists: Some(1),
        ..Indexing::default()
    });
    meddled.meddle(Meddling {
        before: Box::new(move || filling.fill().unwrap()),
        ..Meddling::default()
    });
    while builder.maintain().unwrap() {}
    assert!(meddled.is_done());
    while builder.maintain().unwrap() {}
    let snapshot = builder.snapshot().unwrap();
    let (exact, found) = both(
        &snapshot,
        &field,
        &other_query().iter().map(|x| -x).collect::<Vec<_>>(),
    );
    assert_near(&exact, &found);
}

/// Of the points on circles.
const CIRCLES: usize = 384;

/// A point of one of 13 circles: its neighbours on the circle are nearer to each other than a code of one bit can tell.
fn on_a_circle(at: usize) -> Vec<f32> {
    let (turn, circle) = (at as f32 * 7.1, (1 + at % 13) as f32);
    (0..CIRCLES).map(|i| (turn + i as f32 * circle).sin()).collect()
}

#[test]
fn rows_that_are_nearly_the_same_are_found_as_others_are() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let world = World::at(1);
    let vector = json!({"kind": "vector", "dimensions": CIRCLES, "element": "f32", "metric": "cosine"});
    let json = json!({"fields": [{"id": 1, "name": "near", "type": vector}]});
    let schema: Schema = serde_json::from_value(json).unwrap();
    let table = open(&store, &world).create_table("t", schema.clone()).unwrap();
    table.set_indexing(Indexing {
        from: 1,
        lists: Some(800),
        ..Indexing::default()
    });
    let cell = |at| {
        vec![Value::Bytes(
            on_a_circle(at).iter().flat_map(|x| x.to_le_bytes()).collect(),
        )]
    };
    let rows: Vec<_> = (0..40_000).map(cell).collect();
    let (batch, schema) = table.batch(&encode(&schema, &rows)).unwrap();
    table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    table.optimize().unwrap();
    let snapshot = table.snapshot().unwrap();
    let column = schema.field("near").unwrap();
    let (mut hits, mut wanted) = (0, 0);
    for at in 0..100 {
        let query = on_a_circle(at * 397);
        let exact = Search::exact(column, &query, None, 10);
        let search = Search {
            recall: 0.99,
            prefer_index: true,
            ..exact
        };
        let ids = |search: &Search<'_>| -> Vec<u64> {
            let found = snapshot.search(search, Vec::new()).unwrap();
            found.ids().collect()
        };
        let (exact, found) = (ids(&exact), ids(&search));
        wanted += exact.len();
        hits += found.iter().filter(|id| exact.contains(id)).count();
    }
    assert!(hits * 100 >= wanted * 98, "{hits} of {wanted}");
}
