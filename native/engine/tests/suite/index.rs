//! Index segments that are damaged, gone, stopped half way or out of date, and rows that are hard to tell apart. What a search
//! finds through them at any version and under any filter, `model.rs` holds to a model.

use std::sync::Arc;

use crate::support::meddling::{MeddledStore, Meddling};
use crate::support::random::Random;
use crate::support::values;
use crate::support::wire::encode;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Field, Indexing, MemoryStore, OnKey, Picked, Reembed,
    Schema, Search, SearchOptions, Snapshot, Stop, Table, Value,
};

const DIMENSIONS: u32 = 70;
/// Of a column that is embedded again.
const OTHER: usize = 96;
const RECALL: f32 = 0.9;

fn schema(metric: &str) -> Schema {
    let vector = json!({"kind": "vector", "dimensions": DIMENSIONS, "metric": metric});
    let json = json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "group", "type": {"kind": "int"}},
        {"id": 3, "name": "near", "nullable": true, "type": vector},
        {"id": 4, "name": "second", "nullable": true, "type": vector},
    ]});
    serde_json::from_value(json).unwrap()
}

/// A table, and rows for it.
struct Bench {
    store: Arc<dyn Catalog>,
    world: Arc<World>,
    table: Arc<Table>,
    schema: Schema,
    random: Random,
}

fn open(store: &Arc<dyn Catalog>, world: &Arc<World>) -> Database {
    Database::with(Arc::clone(store), Arc::<World>::clone(world))
}

impl Bench {
    fn new(seed: u64, metric: &str) -> Self {
        let store: Arc<dyn Catalog> = Arc::new(MemoryStore::default());
        let world = World::at(1);
        let schema = schema(metric);
        let table = open(&store, &world).create_table("t", schema.clone()).unwrap();
        let random = Random::new(seed);
        Self {
            store,
            world,
            table,
            schema,
            random,
        }
    }

    fn insert(&mut self, keys: std::ops::Range<i64>) {
        let row = |key| {
            let cell = |field: &Field| values::value(&mut self.random, &field.data_type, field.nullable);
            let cells = self.schema.fields.iter().skip(1).map(cell);
            std::iter::once(Value::Int(key)).chain(cells).collect()
        };
        let rows: Vec<Vec<Value>> = keys.map(row).collect();
        let (batch, schema) = self.table.batch(&encode(&self.schema, &rows)).unwrap();
        let options = CommitOptions::default();
        self.table
            .insert(batch, &schema, OnKey::Refuse, &options)
            .unwrap();
    }

    fn index(&self, lists: Option<usize>) {
        self.table.set_indexing(Indexing {
            from: 1,
            lists,
            ..Indexing::default()
        });
        self.table.optimize().unwrap();
    }

    fn query(&mut self) -> Vec<f32> {
        values::elements(&mut self.random, DIMENSIONS)
    }

    /// Whatever is wrong with the index: as many rows as there are, with their scores, the nearest first.
    fn compare(&self, snapshot: &Snapshot, query: &[f32], limit: usize) {
        let column = self.schema.field("near").unwrap();
        let exact = Search::exact(column, query, None, usize::MAX);
        let truth = snapshot.search(&exact, Vec::new()).unwrap();
        let search = exact.with(through_index(limit, RECALL));
        let found = snapshot.search(&search, Vec::new()).unwrap();
        assert_eq!(found.len(), limit.min(truth.len()));
        let scored = |picked: &Picked| -> Vec<(u64, f64, f64)> {
            let scores = picked.ids().zip(&picked.scores);
            scores
                .map(|(id, score)| (id, score.score, score.distance()))
                .collect()
        };
        let ranking = scored(&truth);
        let mut rest = ranking.iter();
        for hit in scored(&found) {
            assert!(rest.any(|other| *other == hit));
        }
    }
}

/// A table with an index over most of its rows.
fn indexed(lists: usize) -> Bench {
    let mut bench = Bench::new(9, "cosine");
    bench.insert(0..3000);
    bench.index(Some(lists));
    bench
}

#[test]
fn a_search_of_an_index_without_a_limit_finds_all_rows() {
    let mut bench = indexed(8);
    let (snapshot, query) = (bench.table.snapshot().unwrap(), bench.query());
    bench.compare(&snapshot, &query, usize::MAX);
}

#[test]
fn a_damaged_index_is_left_aside_and_told() {
    let mut bench = indexed(8);
    let entries = bench.store.list("t.varve/index").unwrap();
    let path = format!("t.varve/index/{}", entries[0].name);
    let whole = bench.store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
    let query = bench.query();
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
            bench.compare(&snapshot, &query, limit);
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
    let query = bench.query();
    let snapshot = bench.table.snapshot().unwrap();
    bench.compare(&snapshot, &query, 5);
    bench.index(None);
    assert!(bench.table.verify().unwrap().problems.is_empty());
}

#[test]
fn upkeep_that_is_stopped_leaves_the_table_as_it_was() {
    let mut bench = Bench::new(5, "l2");
    bench.insert(0..2000);
    bench.table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    let stop = Stop::default();
    stop.set();
    let stopped = bench.table.optimize_until(&stop);
    assert_eq!(stopped.unwrap_err().code(), Code::Closed);
    assert_eq!(bench.table.stats().unwrap().indexes, 0);
    assert_eq!(bench.store.list("t.varve/index").unwrap(), []);
    bench.table = open(&bench.store, &bench.world).open_table("t").unwrap();
    bench.index(None);
    assert_eq!(
        bench.table.stats().unwrap().indexes,
        2,
        "one for each column of vectors"
    );
}

/// New vectors for "near", of another length.
fn reembed(bench: &Bench, gaps: bool) -> Reembed {
    let mut field = bench.schema.field("near").unwrap().clone();
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

fn through_index(limit: usize, recall: f32) -> SearchOptions {
    SearchOptions {
        limit,
        recall,
        prefer_index: true,
        ..SearchOptions::default()
    }
}

/// Ids of an exact search and of one through an index, which it was.
fn both(snapshot: &Snapshot, column: &Field, query: &[f32]) -> (Vec<u64>, Vec<u64>) {
    let exact = Search::exact(column, query, None, 50);
    let search = exact.with(through_index(50, RECALL));
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
    let query = bench.query();
    bench.compare(&before, &query, 10);
    bench.index(Some(1));
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
    let mut schema = bench.schema.clone();
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
    let store: Arc<dyn Catalog> = meddled.clone();
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

#[test]
fn parts_that_would_not_fit_into_one_are_left_apart() {
    let mut bench = Bench::new(5, "l2");
    bench.table.set_indexing(Indexing {
        from: 1,
        most: 190,
        ..Indexing::default()
    });
    // Some rows have no vector: two parts of 100 rows have fewer than 190 vectors, and more rows.
    bench.insert(0..100);
    bench.table.optimize().unwrap();
    bench.insert(100..200);
    let (table, (done, waits)) = (Arc::clone(&bench.table), std::sync::mpsc::channel());
    let stop = Stop::default();
    let stopping = stop.clone();
    let optimizing = std::thread::spawn(move || done.send(table.optimize_until(&stopping).is_ok()));
    let ended = waits.recv_timeout(std::time::Duration::from_secs(60));
    stop.set();
    optimizing.join().unwrap().ok();
    assert_eq!(ended, Ok(true), "the index is built again and again");
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
    let store: Arc<dyn Catalog> = Arc::new(MemoryStore::default());
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
        let search = exact.with(through_index(10, 0.99));
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
