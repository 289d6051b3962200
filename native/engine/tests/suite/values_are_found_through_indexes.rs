//! Segments of values: when they are built, merged, renewed and left out, what damage does, and what they save.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::everything::{newest_manifest_of, replace};
use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::{Value as Json, json};
use varve_engine::{
    Alteration, Catalog, CommitOptions, Database, Due, Field, Filter, Find, Indexing, MemoryStore, OnKey,
    Order, Schema, Search, Snapshot, Store, Table, Took, Value, Way, inside::seal_json,
};
use xxhash_rust::xxh3::xxh3_64;

const KINDS: [&str; 4] = ["a", "b", "c", "d"];

fn things() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": 4, "element": "f32", "metric": "cosine"});
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "price", "type": {"kind": "float", "bits": 64}, "nullable": true, "indexed": true},
        {"id": 3, "name": "kind", "type": {"kind": "enum", "values": KINDS}, "indexed": true},
        {"id": 4, "name": "title", "type": {"kind": "text"}, "indexed": true},
        {"id": 5, "name": "at", "type": {"kind": "timestamp"}},
        {"id": 6, "name": "tags", "type": {"kind": "list", "item": {"type": {"kind": "text"}, "nullable": false}}, "indexed": true},
        {"id": 7, "name": "near", "type": vector},
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
        let table = database.create_table("t", things()).unwrap();
        let random = Random::new(7);
        let bench = Self {
            store,
            world,
            table,
            random,
        };
        bench.indexing(1, usize::MAX / 2);
        bench
    }

    /// A table of so many rows, with its indexes.
    fn of(rows: i64) -> Self {
        let mut bench = Self::new();
        bench.insert(0..rows);
        bench.table.optimize().unwrap();
        bench
    }

    fn indexing(&self, scalar_from: usize, most: usize) {
        self.table.set_indexing(Indexing {
            scalar_from,
            most,
            ..Indexing::default()
        });
    }

    fn row(&mut self, id: i64) -> Vec<Value> {
        let random = &mut self.random;
        let price = match random.below(20) {
            0 => Value::Null,
            1 => Value::Float(*random.pick(&[f64::NAN, -0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY])),
            _ => Value::Float(random.below(1000) as f64 / 4.0),
        };
        let long = if random.chance(5) {
            "x".repeat(300)
        } else {
            String::new()
        };
        let mut tags = Vec::new();
        for _ in 0..random.below(3) {
            tags.push(Value::Text(format!("tag{}", random.below(50))));
        }
        let numbers = [random.below(9), random.below(9), random.below(9), random.below(9)];
        let vector = numbers.iter().flat_map(|x| (*x as f32).to_le_bytes()).collect();
        vec![
            Value::Int(id),
            price,
            Value::Text(KINDS[random.below(4) * random.below(2)].to_owned()),
            Value::Text(format!("{long}title {}", random.below(500))),
            Value::Int(id * 10),
            Value::List(tags),
            Value::Bytes(vector),
        ]
    }

    fn insert(&mut self, ids: std::ops::Range<i64>) {
        self.insert_with(ids, |_, _| {});
    }

    /// Random rows, each with what is changed in it.
    fn insert_with(&mut self, ids: std::ops::Range<i64>, change: impl Fn(&mut [Value], i64)) {
        let snapshot = self.snapshot();
        let row = |id: i64| {
            let mut row = self.row(id);
            change(&mut row, id);
            row
        };
        let rows: Vec<Vec<Value>> = ids.map(row).collect();
        let rows = batch(snapshot.schema(), &rows);
        self.table
            .insert(rows, snapshot.schema(), OnKey::Replace, &CommitOptions::default())
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    fn delete(&self, filter: &Json) {
        self.table
            .delete(Some(&self.filter(filter)), &CommitOptions::default())
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    fn snapshot(&self) -> Snapshot {
        self.table.snapshot().unwrap()
    }

    fn filter(&self, filter: &Json) -> Filter {
        Filter::parse(filter, self.snapshot().schema()).unwrap()
    }

    fn count(&self, filter: &Json) -> (u64, Took) {
        self.snapshot()
            .explain_count(Some(&self.filter(filter)), None)
            .unwrap()
    }

    /// Its table, as it is opened by somebody who remembers nothing.
    fn opened_anew(&self) -> Arc<Table> {
        let (store, world) = (Arc::new(self.store.clone()), Arc::clone(&self.world));
        Database::with(store, world).open_table("t").unwrap()
    }

    /// The newest manifest.
    fn manifest(&self) -> Json {
        let manifests = self.store.manifests("t.varve");
        let sequence = manifests.newest().unwrap().unwrap();
        let bytes = manifests.read(sequence).unwrap().unwrap();
        serde_json::from_slice::<Json>(&bytes).unwrap()["content"].clone()
    }

    /// The table with other bytes in the one segment of a column, and the checksums that they should have.
    fn meddled(&self, field: u32, change: impl Fn(&mut [u8])) -> Arc<Table> {
        let mut manifest = self.manifest();
        let path = newest_manifest_of(&self.store, "t");
        let entries = manifest["indexes"].as_array_mut().unwrap();
        let is_of = |entry: &&mut Json| entry["kind"] == "scalar" && entry["fields"] == json!([field]);
        let entry = entries.iter_mut().find(is_of).unwrap();
        let file = format!("t.varve/index/{}", entry["file"].as_str().unwrap());
        let mut bytes = self.store.open(&file).unwrap().unwrap().map().unwrap().to_vec();
        let end = entry["checksums"].as_u64().unwrap() as usize;
        assert_eq!(bytes.len(), end + 8, "one block");
        change(&mut bytes);
        let hash = xxh3_64(&bytes[..end]).to_le_bytes();
        bytes[end..].copy_from_slice(&hash);
        entry["seal"] = json!(format!("{:016x}", xxh3_64(&hash)));
        replace(&self.store, &file, &bytes);
        replace(&self.store, &path, &seal_json(&manifest).unwrap());
        self.opened_anew()
    }

    /// The entries of the segments of a column.
    fn entries(&self, field: u32) -> Vec<Json> {
        let entries = self.manifest()["indexes"].as_array().cloned().unwrap_or_default();
        let is_of = |entry: &Json| entry["kind"] == "scalar" && entry["fields"] == json!([field]);
        entries.into_iter().filter(is_of).collect()
    }

    /// From where to where the segments of a column go, and how many rows they hold.
    fn places(&self, field: u32) -> Vec<(u64, u64, u64)> {
        let number = |entry: &Json, key: &str| entry[key].as_u64().unwrap();
        let place = |entry: &Json| {
            (
                number(entry, "from"),
                number(entry, "until"),
                number(entry, "rows"),
            )
        };
        self.entries(field).iter().map(place).collect()
    }
}

fn cheap(at: f64) -> Json {
    json!({"op": "lt", "column": ["price"], "value": at})
}

fn find(filter: Filter, order: &[(&str, bool)], limit: Option<usize>) -> Find {
    let order = order.iter().map(|(column, descending)| Order {
        column: (*column).to_owned(),
        descending: *descending,
    });
    Find {
        filter: Some(filter),
        order: order.collect(),
        limit,
        offset: 0,
    }
}

#[test]
fn columns_that_say_so_are_indexed_from_so_many_rows_on() {
    let mut bench = Bench::new();
    bench.indexing(400, usize::MAX / 2);
    bench.insert(0..300);
    while bench.table.maintain().unwrap() {}
    assert_eq!(bench.places(2), []);
    bench.insert(300..2000);
    assert_ne!(bench.table.due(), Due::Nothing);
    while bench.table.maintain().unwrap() {}
    for field in [2, 3, 4, 6] {
        assert_eq!(bench.places(field), [(0, 2000, 2000)], "{field}");
    }
    assert_eq!(bench.places(5), []);
    // A quarter of that is enough for a further one, which takes in the one before where that is not twice as large.
    bench.insert(2000..3000);
    while bench.table.maintain().unwrap() {}
    assert_eq!(bench.places(2), [(0, 2000, 2000), (2000, 3000, 1000)]);
    bench.insert(3000..4000);
    while bench.table.maintain().unwrap() {}
    assert_eq!(bench.places(2), [(0, 4000, 4000)]);
    assert!(bench.table.verify().unwrap().problems.is_empty());
}

#[test]
fn a_column_gets_its_index_later_and_loses_it() {
    let bench = Bench::of(1000);
    let alter = |indexed: Option<bool>| {
        let field = bench.snapshot().schema().field("at").unwrap().clone();
        let field = Field { indexed, ..field };
        bench
            .table
            .alter(&[Alteration::Alter(field)], None, &CommitOptions::default())
            .unwrap();
        while bench.table.maintain().unwrap() {}
        bench.places(5).len()
    };
    assert_eq!(alter(Some(true)), 1);
    // What says nothing of it leaves it.
    assert_eq!(alter(None), 1);
    let early = json!({"op": "lt", "column": ["at"], "value": 100});
    assert_eq!(bench.count(&early).1.way, Way::Count);
    assert_eq!(alter(Some(false)), 0);
    assert_eq!(bench.count(&early).1.way, Way::Scan);
    assert_eq!(bench.count(&early).0, 10);
}

#[test]
fn every_version_is_answered_from_the_same_segments() {
    let mut bench = Bench::of(3000);
    let early = bench.snapshot();
    bench.delete(&json!({"op": "eq", "column": ["kind"], "value": "b"}));
    bench.insert(1000..1500);
    bench.table.optimize().unwrap();
    for snapshot in [
        early,
        bench.table.as_of(&varve_engine::AsOf::Version(1)).unwrap(),
        bench.snapshot(),
    ] {
        let filter = bench.filter(&cheap(20.0));
        let (expected, _) = snapshot.explain_count(Some(&filter), Some(Way::Scan)).unwrap();
        assert_eq!(
            snapshot.explain_count(Some(&filter), Some(Way::Index)).unwrap().0,
            expected
        );
        assert_eq!(snapshot.count(Some(&filter)).unwrap(), expected);
    }
}

#[test]
fn a_count_of_a_range_looks_at_no_row() {
    let bench = Bench::of(20_000);
    let (count, took) = bench.count(&cheap(200.0));
    assert!(count > 10_000);
    assert_eq!((took.way, took.rows, took.entries), (Way::Count, 0, 0));
    assert_eq!((took.expected, took.found), (Some(count), count));
    // But at those that the version does not see.
    bench.delete(&json!({"op": "lt", "column": ["id"], "value": 50}));
    let (count, took) = bench.count(&cheap(200.0));
    assert_eq!((took.way, took.rows), (Way::Count, 50));
    let filter = bench.filter(&cheap(200.0));
    assert_eq!(
        bench
            .snapshot()
            .explain_count(Some(&filter), Some(Way::Scan))
            .unwrap()
            .0,
        count
    );
}

#[test]
fn the_first_of_an_order_are_found_without_looking_at_all() {
    let bench = Bench::of(50_000);
    let filter = bench.filter(&json!({"op": "eq", "column": ["kind"], "value": "b"}));
    let find = find(filter, &[("price", true)], Some(10));
    let snapshot = bench.snapshot();
    let (picked, took) = snapshot.explain_find(&find, None).unwrap();
    assert_eq!(took.way, Way::Order);
    assert!(took.rows < 1000, "{took:?}");
    let (scanned, _) = snapshot.explain_find(&find, Some(Way::Scan)).unwrap();
    assert!(picked.len() == 10 && picked.ids().eq(scanned.ids()));
}

/// Also where an index does not lead to them, or costs more than reading up to the last of them.
#[test]
fn the_first_of_a_filter_are_found_without_looking_at_all() {
    let mut bench = Bench::new();
    for ids in [0..10_000, 10_000..20_000, 20_000..30_000] {
        bench.insert(ids);
    }
    while bench.table.maintain().unwrap() {}
    let kind = json!({"op": "eq", "column": ["kind"], "value": "b"});
    let late = json!({"op": "gte", "column": ["at"], "value": 250_000});
    for (filter, limit) in [
        (json!({"op": "or", "args": [kind, late]}), 10),
        (json!({"op": "or", "args": [kind, late]}), 1000),
        (kind.clone(), 10),
        (kind, 1000),
    ] {
        let find = find(bench.filter(&filter), &[], Some(limit));
        let snapshot = bench.opened_anew().snapshot().unwrap();
        let (picked, took) = snapshot.explain_find(&find, None).unwrap();
        assert!(took.rows <= 10_000, "{filter} {limit} {took:?}");
        for way in [Way::Scan, Way::Index, Way::Order] {
            let snapshot = bench.opened_anew().snapshot().unwrap();
            let (other, _) = snapshot.explain_find(&find, Some(way)).unwrap();
            assert!(other.len() == limit && other.ids().eq(picked.ids()), "{way:?}");
        }
    }
}

/// They would each be looked up, on the thread that asks.
#[test]
fn so_many_values_that_reading_costs_less_are_not_looked_up() {
    let bench = Bench::of(5000);
    let among = |count: usize| {
        let values: Vec<String> = (0..count).map(|title| format!("title {title}")).collect();
        bench.filter(&json!({"op": "in", "column": ["title"], "values": values}))
    };
    let (few, many) = (among(5), among(400));
    let snapshot = bench.snapshot();
    assert!(snapshot.counting_ns(&few).unwrap().is_some());
    assert_eq!(snapshot.counting_ns(&many).unwrap(), None);
    let (few, many) = (find(few, &[], None), find(many, &[("title", false)], Some(10)));
    assert!(snapshot.finding_rows_ns(&few).unwrap().is_some());
    assert_eq!(snapshot.finding_rows_ns(&many).unwrap(), None);
    assert_eq!(snapshot.explain_find(&few, None).unwrap().1.way, Way::Index);
    let (count, took) = snapshot.explain_count(many.filter.as_ref(), None).unwrap();
    assert_eq!((took.way, took.expected), (Way::Scan, None));
    let (counted, took) = snapshot
        .explain_count(many.filter.as_ref(), Some(Way::Count))
        .unwrap();
    assert_eq!((counted, took.way), (count, Way::Count));
    assert!(took.cost >= 400 * 2000, "{took:?}");
    let (scanned, _) = snapshot.explain_find(&many, Some(Way::Scan)).unwrap();
    for way in [None, Some(Way::Order)] {
        let (picked, _) = snapshot.explain_find(&many, way).unwrap();
        assert!(picked.ids().eq(scanned.ids()));
    }
}

#[test]
fn a_segment_without_a_value_has_no_place_in_an_order() {
    let mut bench = Bench::new();
    let price = |id: i64| match id {
        0..20_000 => Value::Null,
        _ => Value::Float((id * 7919 % 10_007) as f64),
    };
    for ids in [0..20_000, 20_000..30_000] {
        bench.insert_with(ids, |row, id| row[1] = price(id));
        while bench.table.maintain().unwrap() {}
    }
    assert_eq!(bench.places(2).len(), 2);
    let has_price = json!({"op": "not", "arg": {"op": "isNull", "column": ["price"]}});
    let snapshot = bench.snapshot();
    for descending in [false, true] {
        let find = find(bench.filter(&has_price), &[("price", descending)], Some(10));
        let (scanned, _) = snapshot.explain_find(&find, Some(Way::Scan)).unwrap();
        assert_eq!(scanned.len(), 10);
        for way in [None, Some(Way::Order), Some(Way::Index)] {
            let (picked, _) = snapshot.explain_find(&find, way).unwrap();
            assert!(picked.ids().eq(scanned.ids()), "{way:?} {descending}");
        }
    }
}

#[test]
fn a_damaged_segment_is_told_and_its_rows_are_read() {
    for (at, whole) in [(0, "the header"), (70, "values")] {
        let bench = Bench::of(5000);
        let (count, _) = bench.count(&cheap(20.0));
        let place = bench.entries(2)[0].clone();
        let path = format!("t.varve/index/{}", place["file"].as_str().unwrap());
        let mut bytes = bench.store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
        bytes[at] ^= 0x55;
        replace(&bench.store, &path, &bytes);
        let table = bench.opened_anew();
        assert!(!table.verify().unwrap().problems.is_empty(), "{whole}");
        let snapshot = table.snapshot().unwrap();
        let (found, took) = snapshot
            .explain_count(Some(&bench.filter(&cheap(20.0))), None)
            .unwrap();
        assert_eq!((found, took.way), (count, Way::Scan), "{whole}");
        // And it is made anew.
        table.set_indexing(Indexing {
            scalar_from: 1,
            ..Indexing::default()
        });
        table.optimize().unwrap();
        assert!(table.verify().unwrap().problems.is_empty(), "{whole}");
        let (found, took) = table
            .snapshot()
            .unwrap()
            .explain_count(Some(&bench.filter(&cheap(20.0))), None)
            .unwrap();
        assert_eq!((found, took.way), (count, Way::Count), "{whole}");
    }
}

/// Written on purpose, with checksums that are right.
#[test]
fn a_segment_of_other_rows_than_the_manifest_says_is_not_asked() {
    for base in [1, 3000, u64::MAX - u64::from(u32::MAX)] {
        let bench = Bench::of(2000);
        let (before, _) = bench.count(&cheap(20.0));
        let table = bench.meddled(2, |bytes| bytes[8..16].copy_from_slice(&u64::to_le_bytes(base)));
        let snapshot = table.snapshot().unwrap();
        let filter = bench.filter(&cheap(20.0));
        for way in [None, Some(Way::Index)] {
            let (count, took) = snapshot.explain_count(Some(&filter), way).unwrap();
            assert_eq!((count, took.way), (before, Way::Scan));
        }
        let problems = table.verify().unwrap().problems;
        let message = "it covers other rows than the manifest says";
        assert!(
            problems.iter().any(|problem| problem.message().contains(message)),
            "{problems:?}"
        );
    }
}

#[test]
fn nothing_of_dropped_rows_stays_in_a_segment() {
    let bench = Bench::of(3000);
    let secret = json!({"op": "like", "column": ["title"], "pattern": "title 1%"});
    bench.delete(&secret);
    bench.table.set_retention(Some(0)).unwrap();
    bench.world.now.fetch_add(1_000_000, Ordering::Relaxed);
    let dropped = bench.table.optimize().unwrap().dropped_rows;
    assert!(dropped > 100);
    for field in [2, 3, 4, 6] {
        let held: u64 = bench.places(field).iter().map(|(_, _, rows)| rows).sum();
        assert_eq!(held, 3000 - dropped, "{field}");
    }
    for entry in bench.entries(4) {
        let path = format!("t.varve/index/{}", entry["file"].as_str().unwrap());
        let bytes = bench.store.open(&path).unwrap().unwrap().map().unwrap();
        assert!(!bytes.windows(9).any(|part| part == b"title 111"));
        assert!(bytes.windows(9).any(|part| part == b"title 222"));
    }
    assert!(bench.table.verify().unwrap().problems.is_empty());
}

#[test]
fn a_search_gets_its_rows_from_the_index() {
    let bench = Bench::of(30_000);
    let snapshot = bench.snapshot();
    let filter = bench.filter(&json!({"op": "eq", "column": ["title"], "value": "title 7"}));
    let query = [1.0, 2.0, 3.0, 4.0];
    let search = Search::exact(
        snapshot.schema().field("near").unwrap(),
        &query,
        Some(&filter),
        20,
    );
    // But not by who may not take so long.
    assert!(snapshot.plan_within(&search, 1000).unwrap().is_none());
    let explained = snapshot.explain(&search).unwrap();
    let filtered = explained.filtered.unwrap();
    assert_eq!((filtered.way, &*filtered.fields), (Way::Index, &[4][..]));
    assert_eq!(filtered.found, explained.candidates);
    let again = bench.filter(&json!({"op": "in", "column": ["title"], "values": ["title 7", "title 7"]}));
    assert_eq!(snapshot.count(Some(&again)).unwrap(), explained.candidates);
}

#[test]
fn what_has_no_order_cannot_be_indexed() {
    for kind in [
        json!({"kind": "json"}),
        json!({"kind": "bytes"}),
        json!({"kind": "vector", "dimensions": 3}),
    ] {
        let field = json!({"name": "x", "type": kind, "indexed": true});
        let database = Database::connect("memory:").unwrap();
        let refused = database.create_table("t", schema(json!({"fields": [field]})));
        assert_eq!(refused.unwrap_err().code(), varve_engine::Code::InvalidSchema);
    }
}

/// Random conditions on columns with and without an index.
fn condition(random: &mut Random, depth: usize) -> Json {
    let price = |random: &mut Random| json!(random.below(1000) as f64 / 4.0);
    match random.below(if depth == 0 { 8 } else { 11 }) {
        0 => json!({"op": "lt", "column": ["price"], "value": price(random)}),
        1 => json!({"op": "between", "column": ["price"], "low": price(random), "high": price(random)}),
        2 => json!({"op": "eq", "column": ["kind"], "value": random.pick(&KINDS)}),
        3 => json!({"op": "isNull", "column": ["price"]}),
        4 => json!({"op": "like", "column": ["title"], "pattern": format!("title {}%", random.below(50))}),
        5 => {
            json!({"op": "gte", "column": ["title"], "value": format!("{}title 3", "x".repeat(random.below(2) * 300))})
        }
        6 => json!({"op": "lt", "column": ["at"], "value": random.below(200_000)}),
        7 => json!({"op": "contains", "column": ["tags"], "value": format!("tag{}", random.below(50))}),
        8 => json!({"op": "not", "arg": condition(random, depth - 1)}),
        at => {
            let args: Vec<Json> = (0..2 + random.below(2))
                .map(|_| condition(random, depth - 1))
                .collect();
            json!({"op": if at == 9 { "and" } else { "or" }, "args": args})
        }
    }
}

/// What was chosen costs at most twice what the best way did, plus the looking up of what was not used.
#[test]
fn a_wrong_guess_costs_at_most_twice_the_best_way() {
    let mut bench = Bench::of(20_000);
    bench.delete(&json!({"op": "lt", "column": ["id"], "value": 300}));
    bench.insert(20_000..20_500);
    let (mut random, mut chosen) = (Random::new(11), std::collections::BTreeMap::new());
    for round in 0..200 {
        let filter = condition(&mut random, 2);
        let order: &[(&str, bool)] = match random.below(6) {
            0 => &[("price", false)],
            1 => &[("price", true)],
            2 => &[("title", true), ("at", false)],
            3 => &[("kind", false), ("price", true)],
            _ => &[],
        };
        let limit = random.chance(70).then(|| 1 + random.below(20));
        let find = find(bench.filter(&filter), order, limit);
        // Of a fresh table, so that nothing is remembered of a filter.
        let fresh = || bench.opened_anew().snapshot().unwrap();
        let ways =
            [Way::Scan, Way::Index, Way::Order].map(|way| fresh().explain_find(&find, Some(way)).unwrap());
        let (picked, took) = fresh().explain_find(&find, None).unwrap();
        for (other, how) in &ways {
            assert!(
                other.ids().eq(picked.ids()),
                "{round}: {filter} {order:?} {took:?} {how:?}"
            );
        }
        let best = ways.iter().map(|(_, took)| took.cost).min().unwrap();
        assert!(
            took.cost <= 2 * best + SLACK,
            "{round}: {filter} {order:?} {limit:?} {took:?} {:?}",
            ways.iter().map(|(_, took)| took).collect::<Vec<_>>()
        );
        *chosen.entry(format!("{:?}", took.way)).or_insert(0) += 1;
        let counts = [None, Some(Way::Scan), Some(Way::Index)]
            .map(|way| fresh().explain_count(find.filter.as_ref(), way).unwrap());
        let best = counts.iter().skip(1).map(|(_, took)| took.cost).min().unwrap();
        assert!(counts.iter().all(|(count, _)| *count == counts[0].0), "{filter}");
        assert!(
            counts[0].1.cost <= 2 * best + SLACK,
            "{round}: {filter} {counts:?}"
        );
    }
    assert!(
        ["Scan", "Index", "Order"].iter().all(|way| chosen[*way] > 10),
        "{chosen:?}"
    );
}

/// What putting a plan aside may cost: less than reading 10,000 rows.
const SLACK: u64 = 30_000;
