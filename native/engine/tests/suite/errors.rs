//! The words of every error: `INSTA_UPDATE=always cargo test --test suite errors::` writes them down anew.

mod purges;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::everything::{NOW, database, everything, newest_manifest, replace};
use crate::support::holding::HoldingDisk;
use crate::support::impossible::impossible_manifests;
use crate::support::meddling::{Answer, MeddledStore, Meddling};
use crate::support::report::Report;
use crate::support::rows::{batch, schema};
use crate::support::searched::words_searched;
use crate::support::values::every_type;
use crate::support::wire::encode;
use crate::support::world::World;
use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Batch, Catalog, ColumnBuilder, CommitOptions, Computed, DataType, Database, Disk, Field, Filter,
    Find, LocalStore, MemoryStore, OnKey, Order, OsDisk, Reembed, Result, Schema, Search, StagedRows, Store,
    Table, Update, Value,
    inside::{manifest_name, seal_json},
};

fn options() -> CommitOptions {
    CommitOptions::default()
}

fn memory() -> Database {
    Database::with(Arc::new(MemoryStore::new()), World::at(NOW))
}

fn field(json: Json) -> Field {
    serde_json::from_value(json).unwrap()
}

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

fn insert(table: &Table, numbers: &[i64], effective_at: Option<i64>) -> Result<()> {
    let rows: Vec<Vec<Value>> = numbers.iter().map(|n| vec![Value::Int(*n)]).collect();
    let options = CommitOptions {
        effective_at,
        ..options()
    };
    let schema = self::numbers();
    table
        .insert(batch(&schema, &rows), &schema, OnKey::Refuse, &options)
        .map(|_| ())
}

fn names_and_tables(report: &mut Report) {
    report.heading("Places and names");
    report.add(Database::connect(""));
    report.add(Database::connect("ftp://host/data"));
    report.add(Database::connect("S3://key:secret@bucket"));
    report.add(Database::connect("key:secret@host://data"));
    report.add(Database::connect("Cargo.toml"));
    let database = memory();
    for name in ["", "../up", "nul.txt", "\u{7}"] {
        report.add(database.create_table(name, numbers()));
    }
    report.add(database.open_table("a b"));
    report.add(database.open_table("docs"));
    report.add(database.drop_table("docs"));
    let table = database.create_table("docs", numbers()).unwrap();
    report.add(database.create_table("docs", numbers()));
    report.add(table.tag("-", &table.snapshot().unwrap()));
    database.drop_table("docs").unwrap();
    report.add(table.snapshot());
    let again = database.create_table("docs", numbers()).unwrap();
    report.add(table.snapshot());
    report.add(insert(&table, &[1], None));
    drop(again);
}

fn schemas(report: &mut Report) {
    report.heading("Schemas");
    let types = [
        json!({"kind": "enum", "values": []}),
        json!({"kind": "float", "bits": 16}),
        json!({"kind": "vector", "dimensions": 0}),
        json!({"kind": "vector", "dimensions": 65_536}),
        json!({"kind": "list", "item": {"type": {"kind": "vector", "dimensions": 2}}}),
        json!({"kind": "struct", "fields": []}),
        json!({"kind": "struct", "fields": [{"name": "a", "type": {"kind": "int"}}, {"name": "a", "type": {"kind": "int"}}]}),
        (0..20).fold(
            json!({"kind": "int"}),
            |item, _| json!({"kind": "list", "item": {"type": item}}),
        ),
    ];
    let columns = types
        .into_iter()
        .map(|data_type| json!([{"name": "x", "type": data_type}]));
    let text = || json!({"name": "x", "type": {"kind": "text"}});
    let more = [
        json!([]),
        json!([text(), text()]),
        json!([{"name": "_id", "type": {"kind": "int"}}]),
    ];
    for fields in columns.chain(more) {
        report.add(memory().create_table("docs", schema(json!({"fields": fields}))));
    }
    let table = memory().create_table("docs", numbers()).unwrap();
    words_searched(report, &memory(), &table);
    let nullable = json!({"name": "x", "type": {"kind": "text"}, "nullable": true});
    let float = json!({"name": "x", "type": {"kind": "float", "bits": 64}});
    for (key, column) in [("y", text()), ("x", nullable), ("x", float)] {
        let schema = schema(json!({"primaryKey": key, "fields": [column]}));
        report.add(memory().create_table("docs", schema));
    }
}

fn columns(report: &mut Report) {
    report.heading("Columns that come and go");
    let table = memory().create_table("docs", numbers()).unwrap();
    let add = |json: Json| table.add_columns(&[field(json)], &options());
    report.add(add(
        json!({"name": "n", "type": {"kind": "int"}, "nullable": true}),
    ));
    report.add(add(
        json!({"name": "", "type": {"kind": "int"}, "nullable": true}),
    ));
    report.add(add(json!({"name": "x", "type": {"kind": "int"}})));
    let misfits = [
        (json!({"kind": "int"}), json!("7")),
        (json!({"kind": "date"}), json!(1_u64 << 40)),
        (json!({"kind": "enum", "values": ["a"]}), json!("b")),
        (json!({"kind": "json"}), json!("{")),
        (
            json!({"kind": "list", "item": {"type": {"kind": "int"}}}),
            json!([null]),
        ),
    ];
    for (data_type, default) in misfits {
        report.add(add(json!({"name": "x", "type": data_type, "default": default})));
    }
    report.add(table.drop_columns(&["x".to_owned()], &options()));
    report.add(table.drop_columns(&["n".to_owned()], &options()));
    let only = schema(json!({"fields": [{"name": "x", "type": {"kind": "text"}}]}));
    let only = memory().create_table("docs", only).unwrap();
    report.add(only.drop_columns(&["x".to_owned()], &options()));
}

fn other_vectors(report: &mut Report) {
    report.heading("Other vectors for a column");
    let near = |nullable: bool| {
        let data_type = json!({"kind": "vector", "dimensions": 2});
        field(json!({"name": "near", "type": data_type, "nullable": nullable}))
    };
    let table = memory().create_table("docs", numbers()).unwrap();
    report.add(Reembed::new(Arc::clone(&table), near(true)));
    let n = field(json!({"name": "n", "type": {"kind": "vector", "dimensions": 2}, "nullable": true}));
    report.add(Reembed::new(Arc::clone(&table), n));
    table.add_columns(&[near(true)], &options()).unwrap();
    report.add(Reembed::new(Arc::clone(&table), near(false)));
    let mut reembed = Reembed::new(Arc::clone(&table), near(true)).unwrap();
    table.drop_columns(&["near".to_owned()], &options()).unwrap();
    report.add(reembed.next_rows(&["n".to_owned()], 1));
    report.add(reembed.commit(&options(), false));
}

/// A batch of one column, from its 32-bit words behind the header.
fn words(column: &[u32]) -> Vec<u8> {
    let all = [0x4252_5631, 1, 1, 0].iter().chain(column);
    all.flat_map(|word| word.to_le_bytes()).collect()
}

fn float(x: f64) -> [u32; 2] {
    let bits = x.to_bits();
    [bits as u32, (bits >> 32) as u32]
}

fn batches(report: &mut Report) {
    report.heading("Rows as bytes");
    let table = memory()
        .create_table("docs", schema(json!({"fields": every_type()})))
        .unwrap();
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let id = |name: &str| schema.field(name).unwrap().id;
    report.add(table.batch(&[]));
    report.add(table.batch(&[0; 16]));
    report.add(table.batch(&words(&[99, 1, 0, 0])));
    let score = [id("score"), 1, 0, 0, 0, 0];
    let twice: Vec<u32> = [0x4252_5631, 1, 2, 0]
        .into_iter()
        .chain(score)
        .chain(score)
        .collect();
    report.add(
        table.batch(
            &twice
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .collect::<Vec<_>>(),
        ),
    );
    let cases: [&[u32]; 14] = [
        &[id("score"), 2, 0, 0],
        &[id("score"), 1, 0, 0, 0],
        &[id("score"), 1, 1, 0, 0, 0, 0, 0],
        &[id("year"), 1, 0, 0, float(1.5)[0], float(1.5)[1]],
        &[id("day"), 1, 0, 0, float(1e10)[0], float(1e10)[1]],
        &[id("title"), 4, 0, 0, 3, 1],
        &[id("title"), 4, 0, 0, 0, 9],
        &[id("title"), 4, 0, 0, 0, 1, 0xff, 0],
        &[id("lang"), 4, 0, 0, 0, 2, u32::from_le_bytes(*b"es\0\0"), 0],
        &[id("data"), 4, 0, 0, 0, 1, u32::from(b'{'), 0],
        &[id("near"), 5, 0, 4],
        &[id("near"), 5, 0, 3, 0, f32::NAN.to_bits(), 0, 0],
        &[id("far"), 5, 0, 2, 0, 70_000_f32.to_bits()],
        &[id("meta"), 7, 0, 2],
    ];
    for case in cases {
        report.add(table.batch(&words(case)));
    }
    report.add(Batch::new(1, Vec::new()).completed(&schema));
    report.add(ColumnBuilder::new(&DataType::Int).push(&Value::Boolean(true)));
    report.add(ColumnBuilder::new(&DataType::Text).push(&Value::Boolean(true)));
    report.add(ColumnBuilder::new(&DataType::Date).push(&Value::Int(1 << 40)));
}

fn writes(report: &mut Report) {
    report.heading("Writes");
    let table = memory().create_table("docs", numbers()).unwrap();
    let schema = numbers();
    insert(&table, &[1, 2], Some(10)).unwrap();
    report.add(insert(&table, &[3, 1], None));
    report.add(insert(&table, &[3, 4, 3], None));
    report.add(insert(&table, &[3], Some(9)));
    report.add(insert(&table, &[3], Some(NOW + 200 * 31_556_952_000)));
    let mut stage = StagedRows::new(Arc::clone(&table), OnKey::Replace).unwrap();
    stage.add(&encode(&schema, &[vec![Value::Int(1)]])).unwrap();
    report.add(stage.add(&encode(&schema, &[vec![Value::Int(1)]])));
    let texts =
        self::schema(json!({"primaryKey": "id", "fields": [{"name": "id", "type": {"kind": "text"}}]}));
    let texts = memory().create_table("texts", texts).unwrap();
    let own = Arc::clone(texts.snapshot().unwrap().schema());
    let same = [
        vec![Value::Text("a".to_owned())],
        vec![Value::Text("a".to_owned())],
    ];
    report.add(texts.insert(batch(&own, &same), &own, OnKey::Replace, &options()));
    let free = self::schema(json!({"fields": [{"name": "x", "type": {"kind": "int"}}]}));
    let free = memory().create_table("free", free).unwrap();
    let own = Arc::clone(free.snapshot().unwrap().schema());
    report.add(free.insert(
        batch(&own, &[vec![Value::Int(1)]]),
        &own,
        OnKey::Replace,
        &options(),
    ));
    report.add(StagedRows::new(Arc::clone(&free), OnKey::Replace));
    report.add(table.update(&[0], &batch(&schema, &[vec![Value::Int(1)]]), &schema, &options()));
    let nothing = |rows| Batch::new(rows, Vec::new());
    report.add(table.update(&[99], &nothing(1), &schema, &options()));
    report.add(table.update(&[0, 1], &nothing(1), &schema, &options()));
    report.add(table.update(&[0, 0], &nothing(2), &schema, &options()));
    let more = json!({"name": "x", "type": {"kind": "int"}, "nullable": true});
    table.add_columns(&[field(more)], &options()).unwrap();
    insert(&table, &[5], None).unwrap();
    report.add(table.set_retention(Some(-1)));
    let message = Some("m".repeat(20_000));
    let wordy = CommitOptions { message, ..options() };
    report.add(table.delete(None, &wordy));
    let if_version = Some(77);
    let late = CommitOptions {
        if_version,
        ..options()
    };
    report.add(table.delete(None, &late));
    other_columns(report);
}

/// Batches and updates of other columns than the table has.
fn other_columns(report: &mut Report) {
    let fields = json!([
        {"name": "id", "type": {"kind": "int"}},
        {"name": "n", "type": {"kind": "int"}},
        {"name": "title", "type": {"kind": "text"}, "nullable": true}
    ]);
    let table = memory()
        .create_table("items", schema(json!({"primaryKey": "id", "fields": fields})))
        .unwrap();
    let old = Arc::clone(table.snapshot().unwrap().schema());
    let (key, all) = (&old.fields[..1], &old.fields[..]);
    let of = |fields: &[Field], row: &[Value]| {
        let fields = fields.to_vec();
        let some = Schema {
            fields,
            ..(*old).clone()
        };
        batch(&some, &[row.to_vec()])
    };
    let row = [Value::Int(1), Value::Int(i64::MAX), Value::Null];
    table
        .insert(of(all, &row), &old, OnKey::Refuse, &options())
        .unwrap();
    report.add(table.insert(of(key, &[Value::Int(2)]), &old, OnKey::Replace, &options()));
    let mut merged = of(key, &[Value::Int(2)]);
    let mut kept = varve_engine::inside::Bits::filled(1, true);
    let none = of(&old.fields[1..2], &[Value::Null])
        .column(old.fields[1].id)
        .cloned();
    merged.push(old.fields[1].id, none.unwrap(), Some(kept.clone()));
    kept.clear(0);
    report.add(table.insert(merged, &old, OnKey::Replace, &options()));
    computed(report, &table);
    table.drop_columns(&["n".to_owned()], &options()).unwrap();
    report.add(table.insert(of(all, &row), &old, OnKey::Replace, &options()));
    let n = field(json!({"name": "n", "type": {"kind": "text"}, "nullable": true}));
    table.add_columns(&[n], &options()).unwrap();
    report.add(table.batch(&encode(&old, &[row.to_vec()])));
}

/// Values that an update computes.
fn computed(report: &mut Report, table: &Arc<Table>) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let mut update = |column: &str, json: Json| {
        let target = schema.field(column).unwrap();
        let computed = Computed::parse(target, &json, true, &schema);
        let constants = (Batch::new(1, Vec::new()), Arc::clone(&schema));
        let made =
            computed.and_then(|computed| Update::new(Arc::clone(table), None, constants, vec![computed]));
        report.add(made.and_then(|mut update| update.commit(&options())));
    };
    let op = |op: &str, args: Json| json!({"op": op, "args": args});
    let n = json!({"column": "n"});
    update("n", op("plus", json!([n, {"value": 1}])));
    update("n", op("minus", json!([n, {"value": 1}])));
    update("n", op("dividedBy", json!([n, {"value": 0}])));
    update("n", op("times", json!([n, {"value": 0.5}])));
    update("n", op("plus", json!([n, {"value": "x"}])));
    update("n", op("plus", json!([n])));
    update("n", op("modulo", json!([n, n])));
    update("n", json!({"column": "nobody"}));
    update("n", json!({"column": "n", "field": 77}));
    update("id", json!({"column": "n"}));
    update("title", op("concat", json!([{"column": "title"}, n])));
}

fn reads(report: &mut Report) {
    report.heading("Reads");
    let mut fields = every_type();
    fields
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "n", "type": {"kind": "int"}}));
    let table = memory()
        .create_table("docs", schema(json!({"primaryKey": "n", "fields": fields})))
        .unwrap();
    let snapshot = table.snapshot().unwrap();
    report.add(snapshot.get(&Value::Text("1".to_owned()), Vec::new()));
    report.add(snapshot.select(&["nn".to_owned()]));
    let free = memory()
        .create_table("free", schema(json!({"fields": every_type()})))
        .unwrap();
    report.add(free.snapshot().unwrap().get(&Value::Int(1), Vec::new()));
    let mut row: Vec<Value> = vec![Value::Null; 17];
    (row[4], row[7], row[11]) = (Value::Float(0.0), Value::Int(0), Value::List(Vec::new()));
    row[10] = Value::List(vec![Value::Text("a".to_owned())]);
    row[16] = Value::Bytes(vec![0; 20]);
    let own = Arc::clone(free.snapshot().unwrap().schema());
    free.insert(batch(&own, &[row]), &own, OnKey::Refuse, &options())
        .unwrap();
    let filled = free.snapshot().unwrap();
    for column in ["tags", "data", "nowhere"] {
        let order = vec![Order {
            column: column.to_owned(),
            descending: false,
        }];
        report.add(filled.find(
            &Find {
                order,
                ..Find::default()
            },
            Vec::new(),
        ));
    }
    let column = |name: &str| own.field(name).unwrap();
    report.add(filled.search(&Search::exact(column("title"), &[1.0], None, 1), Vec::new()));
    report.add(filled.search(&Search::exact(column("near"), &[1.0], None, 1), Vec::new()));
    report.add(filled.search(
        &Search::exact(column("near"), &[0.0, f32::INFINITY, 0.0], None, 1),
        Vec::new(),
    ));
    report.add(
        filled
            .find(&Find::default(), Vec::new())
            .unwrap()
            .value(column("title"), 9),
    );
    report.add(Filter::parse(
        &json!({"op": "eq", "column": ["year"], "value": "x"}),
        &own,
    ));
}

fn moments(report: &mut Report) {
    report.heading("Moments");
    let world = World::at(NOW);
    let database = Database::with(Arc::new(MemoryStore::new()), Arc::clone(&world) as _);
    let table = database.create_table("docs", numbers()).unwrap();
    insert(&table, &[1], None).unwrap();
    report.add(table.as_of(&AsOf::Version(7)));
    report.add(table.as_of(&AsOf::Date(NOW + 100_000)));
    report.add(table.as_of(&AsOf::Effective(NOW)));
    report.add(table.as_of(&AsOf::Tag("none".to_owned())));
    report.add(table.delete_tag("none"));
    let then = table.as_of(&AsOf::Version(1)).unwrap();
    table.tag("one", &then).unwrap();
    report.add(table.tag("one", &then));
    table.delete_tag("one").unwrap();
    table.delete(None, &options()).unwrap();
    table.set_retention(Some(0)).unwrap();
    world.now.store(NOW + 10, Ordering::Relaxed);
    table.optimize().unwrap();
    report.add(table.as_of(&AsOf::Version(1)));
    report.add(table.restore(&then, &options()));
    report.add(then.diff(&table.snapshot().unwrap(), None, &[]));
    report.add(table.tag("one", &then));
}

fn sequence_of(store: &dyn Store) -> u64 {
    let names = store.list("docs.varve/_manifests").unwrap();
    let sequences = names
        .iter()
        .filter_map(|entry| varve_engine::inside::manifest_sequence(&entry.name));
    sequences.max().unwrap()
}

/// Another writer commits before every try of this one.
fn always_first(store: &Arc<MeddledStore>, other: &Arc<Table>, n: i64) {
    let (again, table) = (Arc::clone(store), Arc::clone(other));
    let before = Box::new(move || {
        insert(&table, &[n], None).unwrap();
        always_first(&again, &table, n + 1);
    });
    store.meddle(Meddling {
        before,
        ..Meddling::default()
    });
}

fn stores(report: &mut Report) {
    report.heading("Stores and other writers");
    let inner: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
    let store = MeddledStore::new(Arc::clone(&inner), "_manifests/1");
    let writer = Database::with(Arc::clone(&store) as Arc<dyn Catalog>, World::at(NOW));
    let table = writer.create_table("docs", numbers()).unwrap();
    let other = Database::with(Arc::clone(&inner), World::at(NOW))
        .open_table("docs")
        .unwrap();
    store.meddle(Meddling {
        lands: false,
        answer: Answer::Error,
        ..Meddling::default()
    });
    report.add(insert(&table, &[1], None));
    always_first(&store, &other, 1_000);
    report.add(insert(&table, &[1], None));
    assert!(!store.is_done());
    let garbage = Arc::clone(&inner);
    let before = Box::new(move || {
        let path = format!(
            "docs.varve/_manifests/{}",
            manifest_name(sequence_of(&*garbage) + 1)
        );
        garbage.put_if_absent(&path, b"garbage").unwrap();
    });
    store.meddle(Meddling {
        before,
        answer: Answer::Exists,
        ..Meddling::default()
    });
    report.add(insert(&table, &[1], None));

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    report.add(
        Database::with(Arc::new(LocalStore::new(&file)), World::at(NOW)).create_table("docs", numbers()),
    );
    let local = Arc::new(LocalStore::new(directory.path()));
    let database = || Database::with(Arc::clone(&local) as Arc<dyn Catalog>, World::at(NOW));
    database().create_table("docs", numbers()).unwrap();
    // A name that leads to nothing, as if the manifest were gone by the time that it is opened.
    let next = manifest_name(sequence_of(&*local) + 1);
    let path = directory.path().join("docs.varve/_manifests").join(next);
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", path).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_file("nowhere", path).unwrap();
    report.add(database().open_table("docs"));
    other_disks(report);
}

/// A disk whose locks do not hold, and one that does not let go of open files.
fn other_disks(report: &mut Report) {
    let directory = tempfile::tempdir().unwrap();
    let on = |disk: Arc<dyn Disk>| {
        let store = LocalStore::on(disk, directory.path()).journal(0, 32 * 1024);
        Database::with(Arc::new(store), World::at(NOW))
    };
    let table = on(Arc::new(OsDisk::default()))
        .create_table("docs", numbers())
        .unwrap();
    insert(&table, &[1], None).unwrap();
    let elsewhere = on(Arc::new(OsDisk::on_a_network()));
    report.add(insert(&elsewhere.open_table("docs").unwrap(), &[2], None));
    let disk = HoldingDisk::default();
    disk.hold(&directory.path().join("docs.varve/_manifests"));
    report.add(on(Arc::new(disk)).drop_table("docs"));
}

/// What opening and reading the table says with other bytes in a file.
fn look(report: &mut Report, store: &MemoryStore) {
    let read = || {
        let table = database(store).open_table("docs")?;
        let snapshot = table.snapshot()?;
        let found = snapshot.find(&Find::default(), snapshot.schema().fields.clone())?;
        for row in 0..found.len() {
            for field in found.fields() {
                found.value(field, row)?;
            }
        }
        table.tags()?;
        table.history(100, None)?;
        table.as_of(&AsOf::Version(1)).map(|_| ())
    };
    report.add(read());
}

fn path_of(store: &MemoryStore, directory: &str) -> String {
    let entry = store.list(&format!("docs.varve/{directory}")).unwrap().remove(0);
    format!("docs.varve/{directory}/{}", entry.name)
}

fn damage(report: &mut Report) {
    report.heading("Damage");
    for directory in ["data", "deaths", "_log"] {
        let store = everything();
        let path = path_of(&store, directory);
        let bytes = store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
        store.remove(&path).unwrap();
        look(report, &store);
        replace(&store, &path, &bytes[..bytes.len() - 3]);
        look(report, &store);
        for at in [20, bytes.len() - 1] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            replace(&store, &path, &other);
            look(report, &store);
        }
    }
    let store = everything();
    let manifest = newest_manifest(&store);
    let bytes = store.open(&manifest).unwrap().unwrap().map().unwrap().to_vec();
    replace(&store, &manifest, &bytes[..50]);
    look(report, &store);
    replace(&store, &manifest, &seal_json(&json!({"format": 1})).unwrap());
    look(report, &store);
    replace(&store, &manifest, &bytes);
    let next = format!("docs.varve/_manifests/{}", manifest_name(sequence_of(&store) + 1));
    store.put_if_absent(&next, &bytes).unwrap();
    look(report, &store);
    let store = everything();
    let tag = seal_json(&json!({"name": "other", "version": 1, "createdAt": 0})).unwrap();
    replace(&store, "docs.varve/_tags/one.json", &tag);
    look(report, &store);
}

fn impossible(report: &mut Report) {
    report.heading("Manifests that cannot be");
    let store = everything();
    let path = newest_manifest(&store);
    let bytes = store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
    let manifest = serde_json::from_slice::<Json>(&bytes).unwrap()["content"].clone();
    for (place, value) in impossible_manifests() {
        let mut changed = manifest.clone();
        if let Some(at) = changed.pointer_mut(&place) {
            *at = value;
        } else {
            changed[&place[1..]] = value;
        }
        replace(&store, &path, &seal_json(&changed).unwrap());
        report.0 += &format!("{place}:\n");
        look(report, &store);
    }
    let mut changed = manifest;
    changed["writerFeatures"] = json!(["teleport"]);
    replace(&store, &path, &seal_json(&changed).unwrap());
    report.add(database(&store).open_table("docs").unwrap().set_retention(None));
}

#[test]
fn every_error_says_what_happened_and_what_to_do() {
    let mut report = Report::default();
    let parts = [
        names_and_tables,
        schemas,
        columns,
        other_vectors,
        batches,
        writes,
        reads,
        moments,
        purges::purges,
        purges::pins,
        stores,
        damage,
        impossible,
    ];
    parts.iter().for_each(|part| part(&mut report));
    insta::assert_snapshot!(report.0);
}
