//! Searches by the shadows in the files: the answer of brute force at every version and under every filter, and an error
//! that names the file where the shadow is damaged.

use std::sync::Arc;

use crate::support::wire::encode;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Code, CommitOptions, Database, Environment, Filter, MemoryStore, OnKey, Raw, Reembed, Schema,
    Search, Snapshot, StagedRows, Store, Table, Value,
    inside::{Manifest, manifest_sequence},
};
use varve_kernels::{Element, Isa, Kernels, Metric, Query, Rows};

const ROWS: i64 = 5_000;
const DIMENSIONS: usize = 256;

fn schema() -> Schema {
    let vector = |name: &str, element: &str, metric: &str| {
        let data_type =
            json!({"kind": "vector", "dimensions": DIMENSIONS, "element": element, "metric": metric});
        json!({"id": if name == "a" { 2 } else { 3 }, "name": name, "type": data_type, "nullable": true})
    };
    let json = json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        vector("a", "f32", "cosine"),
        vector("b", "f16", "l2"),
    ]});
    serde_json::from_value(json).unwrap()
}

/// Every 50th row has no vector.
fn vector(seed: i64, halves: bool) -> Value {
    if seed % 50 == 3 {
        return Value::Null;
    }
    let mut state = seed as u64 ^ 0x9e37_79b9;
    let bytes = (0..DIMENSIONS).flat_map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let x = (state >> 40) as f32 / (1 << 23) as f32 - 1.0;
        if halves {
            varve_kernels::f32_to_f16(x).to_le_bytes().to_vec()
        } else {
            x.to_le_bytes().to_vec()
        }
    });
    Value::Bytes(bytes.collect())
}

fn rows(ids: std::ops::Range<i64>, edition: i64) -> Vec<Vec<Value>> {
    let row = |id: i64| {
        let seed = id + edition * 1_000_000;
        vec![Value::Int(id), vector(seed, false), vector(seed, true)]
    };
    ids.map(row).collect()
}

fn write(table: &Arc<Table>, rows: &[Vec<Value>]) {
    let mut stage = StagedRows::new(Arc::clone(table), OnKey::Replace).unwrap();
    stage.add(&encode(&schema(), rows)).unwrap();
    stage.commit(&CommitOptions::default()).unwrap();
}

fn at_least(id: i64, snapshot: &Snapshot) -> Filter {
    let json = json!({"op": "gte", "column": ["id"], "value": id});
    Filter::parse(&json, snapshot.schema()).unwrap()
}

/// Two fragments with shadows, deaths in the first, rows in the manifest.
fn filled() -> (MemoryStore, Arc<Table>) {
    let store = MemoryStore::new();
    let table = database(&store).create_table("docs", schema()).unwrap();
    write(&table, &rows(0..ROWS, 0));
    write(&table, &rows(ROWS / 2..ROWS + ROWS / 2, 1));
    let filter = at_least(ROWS + 1_000, &table.snapshot().unwrap());
    table.delete(Some(&filter), &CommitOptions::default()).unwrap();
    let (batch, schema) = table.batch(&encode(&schema(), &rows(7..9, 3))).unwrap();
    table
        .insert(batch, &schema, OnKey::Replace, &CommitOptions::default())
        .unwrap();
    (store, table)
}

fn database(store: &MemoryStore) -> Database {
    let world = World::at(1_700_000_000_000);
    // Names that no handle before used: there are fewer files than that.
    let files = store.list("docs.varve/data").unwrap_or_default();
    for _ in 0..files.len() * 100 {
        let _ = world.uuid();
    }
    Database::with(Arc::new(store.clone()), world)
}

fn query() -> Vec<f32> {
    (0..DIMENSIONS).map(|i| (i as f32 * 0.7).sin()).collect()
}

/// Ids, distances and scores, from the rows one by one.
fn naive(snapshot: &Snapshot, column: &str, filter: Option<&Filter>, limit: usize) -> Vec<(u64, u64)> {
    let field = snapshot.schema().field(column).unwrap().clone();
    let (element, metric) = match column {
        "a" => (Element::F32, Metric::Cosine),
        _ => (Element::F16, Metric::L2),
    };
    let vector = query();
    let query = Query::new(&vector, metric);
    let scalar = Kernels::for_isa(Isa::Scalar).unwrap();
    let mut scan = snapshot.scan(filter.cloned(), vec![field.clone()], 1000);
    let mut hits = Vec::new();
    while let Some(picked) = scan.next_batch().unwrap() {
        for row in 0..picked.len() {
            if let Value::Bytes(bytes) = picked.value(&field, row).unwrap() {
                let score = scalar.score(&query, Rows::new(&bytes, element), 0).unwrap();
                hits.push((score, picked.id(row)));
            }
        }
    }
    hits.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap().then(a.1.cmp(&b.1)));
    hits.truncate(limit);
    hits.into_iter()
        .map(|(score, id)| (id, score.to_bits()))
        .collect()
}

fn found(snapshot: &Snapshot, column: &str, filter: Option<&Filter>, limit: usize) -> Vec<u64> {
    let field = snapshot.schema().field(column).unwrap();
    let picked = snapshot
        .search(&Search::exact(field, &query(), filter, limit), Vec::new())
        .unwrap();
    picked.ids().collect()
}

fn check(table: &Table) {
    for version in 1..=4 {
        let snapshot = table.as_of(&AsOf::Version(version)).unwrap();
        for column in ["a", "b"] {
            for from in [
                None,
                Some(0),
                Some(100),
                Some(ROWS - 200),
                Some(ROWS - 10),
                Some(2 * ROWS),
            ] {
                let filter = from.map(|from| at_least(from, &snapshot));
                let expected = naive(&snapshot, column, filter.as_ref(), 10);
                let expected: Vec<u64> = expected.into_iter().map(|(id, _)| id).collect();
                assert_eq!(
                    found(&snapshot, column, filter.as_ref(), 10),
                    expected,
                    "{version} {column} {from:?}"
                );
            }
        }
    }
}

/// The newest manifest, changed.
fn change(store: &MemoryStore, change: impl FnOnce(&mut Manifest)) {
    let names = store.list("docs.varve/_manifests").unwrap();
    let newest = names
        .iter()
        .max_by_key(|entry| manifest_sequence(&entry.name))
        .unwrap();
    let path = format!("docs.varve/_manifests/{}", newest.name);
    let mut manifest = Manifest::decode(&store.open(&path).unwrap().unwrap().map().unwrap(), &path).unwrap();
    change(&mut manifest);
    store.remove(&path).unwrap();
    store.put_if_absent(&path, &manifest.encode().unwrap()).unwrap();
}

fn shadows(store: &MemoryStore) -> Vec<Vec<bool>> {
    let mut found = Vec::new();
    change(store, |manifest| {
        for fragment in &manifest.fragments {
            let places = fragment.get().groups.iter().flat_map(|group| &group.columns);
            found.push(places.map(|place| place.shadow.is_some()).collect());
        }
    });
    found
}

#[test]
fn an_answer_by_the_shadow_is_that_of_brute_force() {
    let (store, table) = filled();
    assert_eq!(shadows(&store), [[false, true, true], [false, true, true]]);
    check(&table);
    assert_eq!(table.verify().unwrap().problems, []);
    table.optimize().unwrap();
    assert_eq!(shadows(&store), [[false, true, true]]);
    check(&table);
    assert_eq!(table.verify().unwrap().problems, []);
}

#[test]
fn a_search_reads_an_eighth_of_the_bytes() {
    let (_, table) = filled();
    let snapshot = table.as_of(&AsOf::Version(1)).unwrap();
    let explained = snapshot
        .explain(&Search::exact(
            snapshot.schema().field("a").unwrap(),
            &query(),
            None,
            10,
        ))
        .unwrap();
    assert_eq!(explained.bytes, ROWS as u64 * (DIMENSIONS as u64 / 2 + 12));
}

#[test]
fn a_table_without_shadows_answers_the_same_and_gets_them_when_it_is_optimized() {
    let (store, _) = filled();
    change(&store, |manifest| {
        for fragment in &mut manifest.fragments {
            let mut other = fragment.get().clone();
            for place in other.groups.iter_mut().flat_map(|group| &mut group.columns) {
                place.shadow = None;
            }
            *fragment = Raw::new(other).unwrap();
        }
    });
    let table = database(&store).open_table("docs").unwrap();
    check(&table);
    table.optimize().unwrap();
    assert_eq!(shadows(&store), [[false, true, true]]);
    check(&table);
}

#[test]
fn a_fragment_without_a_shadow_gets_one_though_there_is_nothing_to_merge() {
    let store = MemoryStore::new();
    let table = database(&store).create_table("docs", schema()).unwrap();
    write(&table, &rows(0..ROWS, 0));
    change(&store, |manifest| {
        let mut other = manifest.fragments[0].get().clone();
        other.groups[1].columns[0].shadow = None;
        manifest.fragments[0] = Raw::new(other).unwrap();
    });
    assert_eq!(shadows(&store), [[false, false, true]]);
    let table = database(&store).open_table("docs").unwrap();
    table.optimize().unwrap();
    assert_eq!(shadows(&store), [[false, true, true]]);
}

#[test]
fn a_column_that_is_embedded_again_has_a_shadow_in_every_version() {
    let (store, table) = filled();
    let old = schema().field("a").unwrap().clone();
    let mut reembed = Reembed::new(Arc::clone(&table), old).unwrap();
    let fields = vec![reembed.field().clone()];
    let one = Schema {
        id: 0,
        primary_key: None,
        fields,
    };
    while reembed.waiting().unwrap() > 0 {
        let picked = reembed.next_rows(&["id".to_owned()], 3000).unwrap().unwrap();
        let vectors = picked.ids().map(|id| vec![vector(id as i64 + 50_000_000, false)]);
        reembed.add(&encode(&one, &vectors.collect::<Vec<_>>())).unwrap();
    }
    reembed.commit(&CommitOptions::default(), false).unwrap().unwrap();
    drop(reembed);
    let large = |store| shadows(store).into_iter().take(2).collect::<Vec<_>>();
    assert_eq!(large(&store), [[false, true, true], [false, true, true]]);
    check(&table);
    assert_eq!(table.verify().unwrap().problems, []);
    table.optimize().unwrap();
    assert_eq!(shadows(&store), [[false, true, true]]);
    check(&table);
    assert_eq!(table.verify().unwrap().problems, []);
    assert_eq!(
        store.list("docs.varve/data").unwrap().len(),
        3,
        "one file a column group"
    );
}

#[test]
fn small_fragments_have_no_shadow() {
    let store = MemoryStore::new();
    let table = database(&store).create_table("docs", schema()).unwrap();
    write(&table, &rows(0..1_000, 0));
    assert_eq!(shadows(&store), [[false, false, false]]);
}

#[test]
fn a_damaged_shadow_is_an_error_that_names_the_file() {
    let (store, _) = filled();
    let mut spans = Vec::new();
    change(&store, |manifest| {
        for group in manifest
            .fragments
            .iter()
            .flat_map(|fragment| &fragment.get().groups)
        {
            let places = group
                .columns
                .iter()
                .filter_map(|place| Some((place.field, place.shadow?)));
            spans
                .extend(places.map(|(field, span)| (format!("docs.varve/data/{}", group.file), field, span)));
        }
    });
    assert_eq!(spans.len(), 4);
    for (path, field, span) in spans {
        let whole = store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
        for at in [span.0, span.0 + span.1 / 2, span.0 + span.1 - 1] {
            let mut other = whole.clone();
            other[at as usize] ^= 4;
            store.remove(&path).unwrap();
            store.put_if_absent(&path, &other).unwrap();
            let table = database(&store).open_table("docs").unwrap();
            let snapshot = table.as_of(&AsOf::Version(3)).unwrap();
            let column = snapshot
                .schema()
                .fields
                .iter()
                .find(|known| known.id == field)
                .unwrap();
            let search = |filter| snapshot.search(&Search::exact(column, &query(), filter, 10), Vec::new());
            let error = search(None).unwrap_err();
            assert_eq!(
                (error.code(), error.place().file.as_deref()),
                (Code::Corrupt, Some(path.as_str()))
            );
            let problems = table.verify().unwrap().problems;
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].place().file.as_deref(), Some(path.as_str()));
            // What does not need the shadow goes on.
            assert_eq!(snapshot.get(&Value::Int(5), Vec::new()).unwrap().len(), 1);
        }
        store.remove(&path).unwrap();
        store.put_if_absent(&path, &whole).unwrap();
    }
}

#[test]
fn a_manifest_that_places_a_shadow_wrongly_is_refused() {
    for (offset, length) in [
        (0_u64, 1_u64),
        (1 << 40, 0),
        (u64::MAX, 5),
        (u64::MAX / 2, u64::MAX / 2),
    ] {
        let (store, _) = filled();
        change(&store, |manifest| {
            let mut other = manifest.fragments[0].get().clone();
            let shadow = other.groups[1].columns[0].shadow.as_mut().unwrap();
            shadow.0 = shadow.0.wrapping_add(offset);
            shadow.1 = shadow.1.wrapping_add(length);
            manifest.fragments[0] = Raw::new(other).unwrap();
        });
        let opened = database(&store).open_table("docs");
        assert_eq!(opened.unwrap_err().code(), Code::Corrupt);
    }
}
