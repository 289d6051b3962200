//! Segments of words: when they are built, merged, renewed and left out, and that they hold what the table holds, and nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::{Value as Json, json};
use varve_engine::{
    Alteration, AsOf, Catalog, CommitOptions, Database, Due, Field, Filter, Indexing, MemoryStore, OnKey,
    Schema, Search, SearchOptions, Snapshot, Store, Table, Value, What, Words, inside::text::TextIndex,
};

fn docs() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "body", "type": {"kind": "text"}, "nullable": true, "text": {"search": true}},
        {"id": 3, "name": "plain", "type": {"kind": "text"}, "nullable": true},
    ]}))
}

struct Bench {
    store: MemoryStore,
    world: Arc<World>,
    table: Arc<Table>,
}

impl Bench {
    fn new() -> Self {
        let (store, world) = (MemoryStore::new(), World::at(1000));
        let database = Database::with(Arc::new(store.clone()), Arc::<World>::clone(&world));
        let table = database.create_table("t", docs()).unwrap();
        Self { store, world, table }
    }

    fn indexing(&self, text_from: usize, most: usize) {
        self.table.set_indexing(Indexing {
            text_from,
            most,
            ..Indexing::default()
        });
    }

    /// Rows that are stored in a fragment of their own.
    fn insert(&self, ids: std::ops::Range<i64>) {
        let snapshot = self.table.snapshot().unwrap();
        let schema = snapshot.schema();
        let row = |id: i64| {
            let cell = |field: &Field| match field.name.as_str() {
                "id" => Value::Int(id),
                // Long enough that no manifest takes it.
                "body" => Value::Text(format!("common word{id} {}", "filler ".repeat(40))),
                _ => Value::Text(format!("plain{id}")),
            };
            schema.fields.iter().map(cell).collect()
        };
        let rows: Vec<Vec<Value>> = ids.map(row).collect();
        let rows = batch(schema, &rows);
        self.table
            .insert(rows, schema, OnKey::Replace, &CommitOptions::default())
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    fn delete(&self, filter: &Json) {
        let filter = Filter::parse(filter, self.table.snapshot().unwrap().schema()).unwrap();
        self.table
            .delete(Some(&filter), &CommitOptions::default())
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    fn alter(&self, change: Alteration) {
        self.table
            .alter(&[change], None, &CommitOptions::default())
            .unwrap();
    }

    fn maintain(&self) {
        while self.table.maintain().unwrap() {}
        assert_eq!(self.table.due(), Due::Nothing);
    }

    /// The entries of the segments of words.
    fn entries(&self) -> Vec<Json> {
        let manifests = self.store.manifests("t.varve");
        let sequence = manifests.newest().unwrap().unwrap();
        let bytes = manifests.read(sequence).unwrap().unwrap();
        let manifest = serde_json::from_slice::<Json>(&bytes).unwrap();
        let entries = manifest["content"]["indexes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        entries
            .into_iter()
            .filter(|entry| entry["kind"] == "text")
            .collect()
    }

    /// From where to where the segments go, and how many rows they hold.
    fn ranges(&self) -> Vec<(u64, u64, u64)> {
        let number = |entry: &Json, key: &str| entry[key].as_u64().unwrap();
        let of = |entry: &Json| {
            (
                number(entry, "from"),
                number(entry, "until"),
                number(entry, "rows"),
            )
        };
        self.entries().iter().map(of).collect()
    }

    /// The segments, open.
    fn segments(&self) -> Vec<TextIndex> {
        let open = |entry: &Json| {
            let file = format!("t.varve/index/{}", entry["file"].as_str().unwrap());
            let bytes = self.store.open(&file).unwrap().unwrap().map().unwrap();
            let end = entry["checksums"].as_u64().unwrap() as usize;
            TextIndex::open(bytes[..end].to_vec().into()).unwrap()
        };
        self.entries().iter().map(open).collect()
    }
}

fn field(json: Json) -> Field {
    serde_json::from_value(json).unwrap()
}

fn body(search: &Json) -> Alteration {
    Alteration::Alter(field(
        json!({"name": "body", "type": {"kind": "text"}, "nullable": true, "text": search}),
    ))
}

#[test]
fn rows_get_a_segment_when_there_are_a_thousand() {
    let bench = Bench::new();
    bench.insert(0..999);
    bench.maintain();
    assert_eq!(bench.ranges(), []);
    bench.insert(999..1000);
    bench.insert(1000..1400);
    bench.maintain();
    assert_eq!(bench.ranges(), [(0, 1400, 1400)]);
    let entry = &bench.entries()[0];
    assert_eq!(
        (&entry["fields"], entry["analyses"].as_array().unwrap().len()),
        (&json!([2]), 1)
    );
    assert_eq!(bench.table.verify().unwrap().problems, []);
    assert_eq!(bench.table.stats().unwrap().indexes, 1);
    // A quarter of that is enough for another.
    bench.insert(1400..1649);
    bench.maintain();
    assert_eq!(bench.ranges(), [(0, 1400, 1400)]);
    bench.insert(1649..1650);
    bench.insert(1650..2000);
    bench.maintain();
    assert_eq!(bench.ranges(), [(0, 1400, 1400), (1400, 2000, 600)]);
}

#[test]
fn segments_are_merged_so_that_there_are_never_many() {
    let bench = Bench::new();
    bench.indexing(40, usize::MAX);
    let mut most = 0;
    for at in 0..40 {
        bench.insert(at * 400..(at + 1) * 400);
        bench.maintain();
        let ranges = bench.ranges();
        assert_eq!(
            ranges.iter().map(|range| range.2).sum::<u64>(),
            (at as u64 + 1) * 400
        );
        assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0));
        most = most.max(ranges.len());
    }
    assert!((2..=7).contains(&most), "{most} segments");
    bench.table.optimize().unwrap();
    assert_eq!(bench.ranges(), [(0, 16000, 16000)]);
}

#[test]
fn none_has_more_rows_or_bytes_than_it_may() {
    let bench = Bench::new();
    bench.indexing(10, 500);
    for at in 0..5 {
        bench.insert(at * 300..(at + 1) * 300);
    }
    bench.table.optimize().unwrap();
    let whole: u64 = bench.ranges().iter().map(|range| range.2).sum();
    assert_eq!(whole, 1500);
    let bench = Bench::new();
    bench.table.set_indexing(Indexing {
        text_from: 10,
        text_most: 1,
        ..Indexing::default()
    });
    for at in 0..3 {
        bench.insert(at * 300..(at + 1) * 300);
    }
    for _ in 0..10 {
        bench.table.maintain().unwrap();
    }
    // Each fragment is more than it may have, and the least that there is.
    assert_eq!(bench.ranges(), [(0, 300, 300), (300, 600, 300), (600, 900, 300)]);
    assert_eq!(bench.table.due(), Due::Nothing);
}

#[test]
fn a_column_that_is_searched_in_another_way_gets_other_segments() {
    let bench = Bench::new();
    bench.indexing(100, 700);
    bench.insert(0..600);
    bench.maintain();
    bench.insert(600..1200);
    bench.maintain();
    let before = bench.entries();
    assert_eq!(before.len(), 2);
    bench.alter(body(&json!({"search": true, "analysis": {"language": "de"}})));
    assert_eq!(bench.entries(), before);
    bench.maintain();
    let after = bench.entries();
    assert_eq!(bench.ranges(), [(0, 600, 600), (600, 1200, 600)]);
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(old, new)| old["analyses"] != new["analyses"])
    );
    // What is the same in other words is no other way.
    bench.alter(body(
        &json!({"search": true, "analysis": {"language": "de", "stem": true}}),
    ));
    bench.maintain();
    assert_eq!(bench.entries(), after);
    let plain =
        json!({"name": "plain", "type": {"kind": "text"}, "nullable": true, "text": {"search": true}});
    bench.alter(Alteration::Alter(field(plain)));
    bench.maintain();
    assert!(
        bench
            .entries()
            .iter()
            .all(|entry| entry["fields"] == json!([2, 3]))
    );
    bench.alter(body(&json!({"search": false})));
    bench.maintain();
    assert!(bench.entries().iter().all(|entry| entry["fields"] == json!([3])));
    let plain =
        json!({"name": "plain", "type": {"kind": "text"}, "nullable": true, "text": {"search": false}});
    bench.alter(Alteration::Alter(field(plain)));
    bench.maintain();
    assert_eq!(bench.entries(), [] as [Json; 0]);
    assert_eq!(bench.table.verify().unwrap().problems, []);
}

#[test]
fn text_that_is_embedded_is_searched_without_being_told() {
    let store = MemoryStore::new();
    let database = Database::with(Arc::new(store.clone()), World::at(1000));
    let vector = json!({"kind": "vector", "dimensions": 2});
    let embed = json!({"sources": ["plain", "kind"], "function": {"name": "f", "config": {}}});
    let fields = json!([
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "plain", "type": {"kind": "text"}, "nullable": true},
        {"id": 3, "name": "kind", "type": {"kind": "enum", "values": ["a"]}, "nullable": true},
        {"id": 4, "name": "other", "type": {"kind": "text"}, "nullable": true},
        {"id": 5, "name": "vec", "type": vector, "nullable": true, "embed": embed},
    ]);
    let schema = schema(json!({"primaryKey": "id", "fields": fields}));
    let table = database.create_table("t", schema.clone()).unwrap();
    let row = |id| {
        let text = Value::Text(format!("row {id} {}", "filler ".repeat(20)));
        vec![Value::Int(id), text.clone(), Value::Null, text, Value::Null]
    };
    let rows: Vec<Vec<Value>> = (0..1000).map(row).collect();
    let (rows, options) = (batch(&schema, &rows), CommitOptions::default());
    table.insert(rows, &schema, OnKey::Refuse, &options).unwrap();
    let bench = Bench {
        store,
        world: World::at(1),
        table,
    };
    bench.maintain();
    assert_eq!(bench.entries()[0]["fields"], json!([2]));
}

#[test]
fn words_of_rows_that_were_dropped_are_in_no_segment() {
    let bench = Bench::new();
    bench.indexing(100, 700);
    bench.table.set_retention(Some(0)).unwrap();
    for at in 0..3 {
        bench.insert(at * 600..(at + 1) * 600);
        bench.maintain();
    }
    let before = bench.entries();
    assert_eq!(before.len(), 3);
    bench.delete(&json!({"op": "eq", "column": ["id"], "value": 700}));
    bench.maintain();
    // A row that died is in a version that can still be read, and so are its words.
    assert_eq!(bench.entries(), before);
    bench.table.optimize().unwrap();
    assert_eq!(
        bench.ranges(),
        [(0, 600, 600), (600, 1200, 599), (1200, 1800, 600)]
    );
    let after = bench.entries();
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    let held = |id: u64| {
        bench
            .segments()
            .iter()
            .any(|segment| segment.document(id).unwrap().is_some())
    };
    assert!(!held(700) && held(699) && held(701));
    // All that is left of a segment goes with its last row, and the rest is made into one.
    bench.delete(&json!({"op": "lt", "column": ["id"], "value": 1190}));
    bench.table.optimize().unwrap();
    assert_eq!(bench.ranges(), [(0, 1800, 610)]);
    bench.delete(&json!({"op": "gte", "column": ["id"], "value": 5}));
    bench.table.optimize().unwrap();
    assert_eq!(bench.ranges(), []);
    assert_eq!(bench.table.verify().unwrap().problems, []);
}

#[test]
fn where_no_segment_can_be_made_anew_the_words_go_all_the_same() {
    let bench = Bench::new();
    bench.table.set_retention(Some(0)).unwrap();
    bench.insert(0..1200);
    bench.maintain();
    bench.delete(&json!({"op": "eq", "column": ["id"], "value": 7}));
    let stop = varve_engine::Stop::default();
    stop.set();
    assert!(bench.table.optimize_until(&stop).is_err());
    assert_eq!(bench.ranges(), []);
    bench.maintain();
    assert_eq!(bench.ranges(), [(0, 1200, 1199)]);
}

#[test]
fn a_damaged_segment_is_told_of_and_made_anew() {
    let bench = Bench::new();
    bench.insert(0..1200);
    bench.maintain();
    let file = format!("t.varve/index/{}", bench.entries()[0]["file"].as_str().unwrap());
    let mut bytes = bench.store.open(&file).unwrap().unwrap().map().unwrap().to_vec();
    bytes[3] ^= 1;
    bench.store.remove(&file).unwrap();
    let mut sink = bench.store.create(&file).unwrap();
    sink.write(&bytes).unwrap();
    sink.finish().unwrap();
    let database = Database::with(Arc::new(bench.store.clone()), Arc::<World>::clone(&bench.world));
    let table = database.open_table("t").unwrap();
    let problems = table.verify().unwrap().problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place().file.as_deref(), Some(file.as_str()));
    table.optimize().unwrap();
    assert_eq!(table.verify().unwrap().problems, []);
    assert_eq!(bench.ranges(), [(0, 1200, 1200)]);
}

/// The ids and scores of the best rows of a query, in all columns that are searched.
fn found(snapshot: &Snapshot, query: &str) -> Vec<(u64, f64)> {
    let (words, columns) = (Words::typed(query, &|_| None), snapshot.all_texts().unwrap());
    let search = Search {
        what: What::Text {
            query: &words,
            columns: &columns,
        },
        filter: None,
        group: None,
        options: SearchOptions {
            limit: 20,
            ..SearchOptions::default()
        },
    };
    let picked = snapshot.search(&search, Vec::new()).unwrap();
    picked
        .ids()
        .zip(picked.scores.iter().map(|score| score.score))
        .collect()
}

#[test]
fn a_version_gives_one_answer_for_ever_whatever_upkeep_does() {
    let bench = Bench::new();
    bench.indexing(100, usize::MAX);
    bench.insert(0..300);
    bench.insert(200..500);
    bench.delete(&json!({"op": "lt", "column": ["id"], "value": 100}));
    let queries = [
        "word250 common",
        "word150 filler",
        "\"common word299\"",
        "wor*",
        "+word42 common",
        "word4~1 -word45",
    ];
    let then = || bench.table.as_of(&AsOf::Version(2)).unwrap();
    let answers = || {
        queries.map(|query| {
            (
                found(&then(), query),
                found(&bench.table.snapshot().unwrap(), query),
            )
        })
    };
    let first = answers();
    assert!(first.iter().all(|(then, _)| !then.is_empty()));
    assert!(first.iter().any(|(then, now)| then != now));
    let held = (then(), bench.table.snapshot().unwrap());
    let same = |bench: &Bench| {
        assert_eq!(
            queries.map(|query| (found(&held.0, query), found(&held.1, query))),
            first
        );
        let anew = Database::with(Arc::new(bench.store.clone()), Arc::<World>::clone(&bench.world));
        let anew = anew.open_table("t").unwrap().as_of(&AsOf::Version(2)).unwrap();
        assert!(
            queries
                .iter()
                .zip(&first)
                .all(|(query, (then, _))| found(&anew, query) == *then)
        );
        assert!(
            queries
                .iter()
                .zip(answers())
                .zip(&first)
                .all(|((_, now), first)| now.0 == first.0)
        );
    };
    bench.maintain();
    same(&bench);
    // More rows, a segment of them, and all in one.
    bench.insert(500..1200);
    same(&bench);
    bench.maintain();
    same(&bench);
    bench.delete(&json!({"op": "gte", "column": ["id"], "value": 700}));
    bench.table.tag("then", &then()).unwrap();
    bench.table.set_retention(Some(0)).unwrap();
    bench.table.optimize().unwrap();
    same(&bench);
    // A handle that cannot read the segments reads the rows.
    bench.alter(body(&json!({"search": true, "analysis": {"language": "de"}})));
    bench.alter(body(&json!({"search": true})));
    same(&bench);
}

#[test]
fn what_is_damaged_is_read_from_the_rows_and_made_anew() {
    let bench = Bench::new();
    bench.insert(0..1200);
    bench.maintain();
    let right = found(&bench.table.snapshot().unwrap(), "word250 filler");
    assert_eq!(right.len(), 20);
    let file = format!("t.varve/index/{}", bench.entries()[0]["file"].as_str().unwrap());
    let whole = bench.store.open(&file).unwrap().unwrap().map().unwrap().to_vec();
    for at in [3, whole.len() / 3, whole.len() / 2, whole.len() - 3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bench.store.remove(&file).unwrap();
        bench.store.put_if_absent(&file, &bytes).unwrap();
        let database = Database::with(Arc::new(bench.store.clone()), Arc::<World>::clone(&bench.world));
        let table = database.open_table("t").unwrap();
        assert_eq!(found(&table.snapshot().unwrap(), "word250 filler"), right, "{at}");
    }
    bench.store.remove(&file).unwrap();
    let database = Database::with(Arc::new(bench.store.clone()), Arc::<World>::clone(&bench.world));
    let table = database.open_table("t").unwrap();
    assert_eq!(found(&table.snapshot().unwrap(), "word250 filler"), right);
    while table.maintain().unwrap() {}
    assert_eq!(table.verify().unwrap().problems, []);
    assert_eq!(found(&table.snapshot().unwrap(), "word250 filler"), right);
}
