//! Tables that another build wrote: what this one does not know is kept by who writes, passed over by who reads, and refused where
//! that is asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::{Value as Json, json};
use varve_engine::{
    Alteration, AsOf, Catalog, Code, CommitOptions, Database, Due, Field, Filter, Find, LocalStore,
    MemoryStore, OnKey, Operation, Reembed, Result, Schema, StagedRows, Store, Table, Value,
    inside::{manifest_sequence, seal_json},
};

const NOW: i64 = 1_700_000_000_000;
const INDEX: &str = "docs.varve/index/0123456789abcdef.other.index";

/// A table on a disk, whose newest manifest can be another's.
struct Bench {
    folder: tempfile::TempDir,
    world: Arc<World>,
}

fn docs() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": 4, "metric": "cosine"});
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "n", "nullable": true, "type": {"kind": "int"}},
        {"id": 3, "name": "near", "nullable": true, "type": vector},
    ]}))
}

fn rows(ids: std::ops::Range<i64>) -> Vec<Vec<Value>> {
    let row = |id: i64| vec![Value::Int(id), Value::Int(id * 2), Value::Null];
    ids.map(row).collect()
}

fn insert(table: &Table, ids: std::ops::Range<i64>) -> Result<()> {
    let now = table.snapshot()?;
    let rows = batch(now.schema(), &rows(ids));
    table
        .insert(rows, now.schema(), OnKey::Replace, &CommitOptions::default())
        .map(|_| ())
}

fn count(table: &Table) -> u64 {
    table.snapshot().unwrap().count(None).unwrap()
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
            world: World::at(NOW),
        };
        let table = bench.database().create_table("docs", docs()).unwrap();
        insert(&table, 0..10).unwrap();
        bench
    }

    fn store(&self) -> Arc<dyn Catalog> {
        Arc::new(LocalStore::new(self.folder.path()))
    }

    /// A database that knows nothing yet.
    fn database(&self) -> Database {
        Database::with(self.store(), Arc::<World>::clone(&self.world))
    }

    fn open(&self) -> Arc<Table> {
        self.database().open_table("docs").unwrap()
    }

    fn newest(&self) -> Json {
        let manifests = self.store().manifests("docs.varve");
        let newest = manifests.newest().unwrap().unwrap();
        let bytes = manifests.read(newest).unwrap().unwrap();
        serde_json::from_slice::<Json>(&bytes).unwrap()["content"].clone()
    }

    /// Another build puts the next manifest.
    fn put(&self, change: impl FnOnce(&mut Json)) {
        let mut manifest = self.newest();
        let sequence = manifest["sequence"].as_u64().unwrap() + 1;
        manifest["sequence"] = json!(sequence);
        manifest["id"] = json!(format!("other {sequence}"));
        change(&mut manifest);
        self.store()
            .manifests("docs.varve")
            .append(sequence, &seal_json(&manifest).unwrap())
            .unwrap();
    }

    /// Another build makes an index, long ago.
    fn put_index(&self, field: u32) {
        let path = self.folder.path().join(INDEX);
        fs::write(&path, "not for you").unwrap();
        let old = SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(old)
            .unwrap();
        self.put(|manifest| manifest["indexes"] = json!([entry(field)]));
    }

    /// The names of all files, but for the journal's and the manifests'.
    fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in ["data", "deaths", "index", "_log", "_tags"] {
            let folder = self.folder.path().join("docs.varve").join(folder);
            found.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
        found.sort();
        found
    }
}

fn entry(field: u32) -> Json {
    let name = Path::new(INDEX).file_name().unwrap().to_str().unwrap();
    json!({"kind": "some\u{7}", "fields": [1, field], "file": name, "length": 11, "rows": "many", "more": {"is": ["here"]}})
}

#[test]
fn an_index_of_another_kind_is_kept_and_passed_over() {
    let bench = Bench::new();
    let before = bench.open().stats().unwrap();
    bench.put_index(2);
    let table = bench.open();
    let stats = table.stats().unwrap();
    assert_eq!(
        (stats.indexes, stats.files),
        (before.indexes + 1, before.files + 1)
    );
    assert!(stats.bytes >= before.bytes + 11);
    insert(&table, 10..400).unwrap();
    table.set_retention(Some(1)).unwrap();
    table.optimize().unwrap();
    table
        .drop_columns(&["n".to_owned()], &CommitOptions::default())
        .unwrap();
    table.optimize().unwrap();
    assert_eq!(bench.newest()["indexes"], json!([entry(2)]));
    assert!(bench.folder.path().join(INDEX).exists());
    assert_eq!(count(&table), 400);
    let verified = table.verify().unwrap();
    assert!(verified.problems.is_empty());
    let said: Vec<String> = verified
        .warnings
        .into_iter()
        .map(|warning| warning.message)
        .collect();
    let text = r#"This build does not know indexes of the kind "some\u{7}", of which there are 1, and did not read their files."#;
    assert_eq!(said, [text]);
}

#[test]
fn an_index_of_another_kind_goes_with_its_column() {
    let bench = Bench::new();
    bench.put_index(2);
    let table = bench.open();
    let floats = json!({"name": "n", "nullable": true, "type": {"kind": "float", "bits": 64}});
    let floats: Field = serde_json::from_value(floats).unwrap();
    let schema = table.snapshot().unwrap().schema().id;
    table
        .alter(
            &[Alteration::Alter(floats)],
            Some(schema),
            &CommitOptions::default(),
        )
        .unwrap();
    let newest = bench.newest();
    assert!(newest.get("indexes").is_none());
    let retired = json!({"directory": "index", "file": entry(2)["file"], "sequence": newest["sequence"]});
    assert!(newest["retired"].as_array().unwrap().contains(&retired));
}

#[test]
fn an_index_of_vectors_that_names_one_field_still_opens() {
    let bench = Bench::new();
    let name = entry(3)["file"].clone();
    let old = json!({"field": 3, "from": 0, "until": 5, "rows": 5, "file": name, "length": 11, "checksums": 3, "seal": "0123456789abcdef"});
    bench.put(|manifest| manifest["indexes"] = json!([old]));
    // It is one of vectors: its file is looked for.
    let problems = bench.open().verify().unwrap().problems;
    assert_eq!(problems[0].place().file.as_deref(), Some(INDEX));
    bench.put(|manifest| {
        manifest["indexes"][0] = json!({"kind": "vector", "fields": [1, 3], "file": "a", "length": 1})
    });
    assert_eq!(
        bench.database().open_table("docs").unwrap_err().code(),
        Code::Corrupt
    );
}

#[test]
fn what_another_build_says_of_the_search_by_words_is_kept() {
    let bench = Bench::new();
    let said = json!({"search": true, "analysis": {"analyzer": "syllables", "language": "tlh"}, "boost": 2});
    bench.put(|manifest| manifest["schemas"][0]["fields"][1]["text"] = said.clone());
    let table = bench.open();
    insert(&table, 10..20).unwrap();
    let wide = json!({"name": "n", "nullable": true, "type": {"kind": "int"}});
    let more = json!({"name": "more", "nullable": true, "type": {"kind": "text"}});
    let changes = [
        Alteration::Alter(serde_json::from_value(wide).unwrap()),
        Alteration::Add(serde_json::from_value(more).unwrap()),
    ];
    table.alter(&changes, None, &CommitOptions::default()).unwrap();
    let schemas = bench.newest()["schemas"].as_array().unwrap().clone();
    assert_eq!(schemas.len(), 2);
    for schema in schemas {
        assert_eq!(schema["fields"][1]["text"], said);
    }
    assert_eq!(count(&bench.open()), 20);
}

#[test]
fn an_operation_of_another_build_is_shown_as_it_is_called() {
    let bench = Bench::new();
    bench.put(|manifest| {
        let mut commit = manifest["log"]["tail"][0].clone();
        commit["version"] = json!(2);
        commit["operation"] = json!("compactText");
        commit["id"] = manifest["id"].clone();
        commit["because"] = json!("it can");
        manifest["log"]["tail"].as_array_mut().unwrap().push(commit);
        manifest["version"] = json!(2);
    });
    let table = bench.open();
    insert(&table, 20..21).unwrap();
    let history = table.history(9, None).unwrap();
    assert_eq!(history[1].get().operation, Operation::Other("compactText".into()));
    let kept = &bench.newest()["log"]["tail"][1];
    assert_eq!(
        (&kept["operation"], &kept["because"]),
        (&json!("compactText"), &json!("it can"))
    );
}

#[test]
fn keys_of_another_build_are_kept_where_entries_are_and_harm_nowhere() {
    let bench = Bench::new();
    let table = bench.open();
    insert(&table, 10..400).unwrap();
    table.optimize().unwrap();
    let tag = table.tag("one", &table.snapshot().unwrap()).unwrap();
    let entries = [
        "/schemas/0",
        "/fragments/0",
        "/fragments/0/groups/0",
        "/fragments/0/groups/0/columns/0",
        "/log/tail/0",
    ];
    let places = ["", "/schemas/0/fields/0", "/deaths", "/log"];
    let stranger = json!({"a": [1, null]});
    bench.put(|manifest| {
        for place in entries.into_iter().chain(places) {
            manifest.pointer_mut(place).unwrap()["stranger"] = stranger.clone();
        }
    });
    let path = bench.folder.path().join("docs.varve/_tags/one.json");
    let other = json!({"name": "one", "version": 2, "createdAt": NOW, "stranger": 1});
    fs::write(path, seal_json(&other).unwrap()).unwrap();
    let table = bench.open();
    assert_eq!(table.tags().unwrap(), [tag]);
    insert(&table, 400..401).unwrap();
    assert_eq!(count(&table), 401);
    let newest = bench.newest();
    for place in entries.into_iter().chain(["/schemas/0/fields/0"]) {
        assert_eq!(newest.pointer(place).unwrap()["stranger"], stranger, "{place}");
    }
    assert!(table.verify().unwrap().problems.is_empty());
}

/// Every way to change a table.
fn writes(table: &Arc<Table>) -> Vec<(&'static str, Result<()>)> {
    let none = CommitOptions::default();
    let now = table.snapshot().unwrap();
    let near = now.schema().field("near").unwrap().clone();
    let more = json!({"name": "more", "nullable": true, "type": {"kind": "int"}});
    let more: Field = serde_json::from_value(more).unwrap();
    let one = json!({"op": "eq", "column": ["id"], "value": 1});
    let one = Filter::parse(&one, now.schema()).unwrap();
    let then = table.as_of(&AsOf::Version(0)).unwrap();
    let rename = Alteration::Rename {
        from: "id".to_owned(),
        to: "key".to_owned(),
    };
    vec![
        ("insert", insert(table, 50..51)),
        ("insert many", insert(table, 50..3_000)),
        ("delete", table.delete(Some(&one), &none).map(|_| ())),
        ("restore", table.restore(&then, &none).map(|_| ())),
        ("add", table.add_columns(&[more], &none).map(|_| ())),
        ("drop", table.drop_columns(&["n".to_owned()], &none).map(|_| ())),
        ("rename", table.alter(&[rename], None, &none).map(|_| ())),
        (
            "stage",
            StagedRows::new(Arc::clone(table), OnKey::Replace).map(|_| ()),
        ),
        ("reembed", Reembed::new(Arc::clone(table), near).map(|_| ())),
        ("tag", table.tag("two", &now).map(|_| ())),
        ("delete a tag", table.delete_tag("one")),
        ("retention", table.set_retention(Some(1))),
        ("optimize", table.optimize().map(|_| ())),
        ("maintain", table.maintain().map(|_| ())),
    ]
}

#[test]
fn every_way_to_write_refuses_what_only_newer_writers_know() {
    let bench = Bench::new();
    let table = bench.open();
    for from in 1..9 {
        insert(&table, from * 100..from * 100 + 90).unwrap();
    }
    table.tag("one", &table.snapshot().unwrap()).unwrap();
    let sound = bench.newest();
    bench.put(|manifest| manifest["writerFeatures"] = json!(["journal", "teleport"]));
    let table = bench.open();
    let (files, newest) = (bench.files(), bench.newest());
    for (what, answer) in writes(&table) {
        let error = answer.expect_err(what);
        assert_eq!(error.code(), Code::UnsupportedFormat, "{what}");
        assert!(
            error.message().contains("\"teleport\""),
            "{what}: {}",
            error.message()
        );
        assert_eq!(
            error.next_step(),
            Some("Use a newer version of Varve to write it.")
        );
    }
    assert_eq!(table.due(), Due::Nothing);
    assert_eq!((bench.files(), bench.newest()), (files, newest));
    assert_eq!(count(&table), 730);
    assert_eq!(
        table
            .snapshot()
            .unwrap()
            .find(&Find::default(), Vec::new())
            .unwrap()
            .len(),
        730
    );
    // All of these are ways to write.
    bench.put(|manifest| manifest["writerFeatures"] = sound["writerFeatures"].clone());
    for (what, answer) in writes(&bench.open()) {
        answer.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

/// How many manifests are files of their own; all of them ask for who knows the journal.
fn asking(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_manifest =
        |path: &PathBuf| manifest_sequence(path.file_name().unwrap().to_str().unwrap()).is_some();
    let manifests: Vec<PathBuf> = names.filter(is_manifest).collect();
    for path in &manifests {
        let manifest: Json = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let words = ["readerFeatures", "writerFeatures"].map(|key| &manifest["content"][key]);
        assert_eq!(words, [&json!(["journal"]); 2]);
    }
    manifests.len()
}

#[test]
fn a_table_that_has_a_journal_asks_for_who_knows_it() {
    let bench = Bench::new();
    let table = bench.open();
    let folder = bench.folder.path().join("docs.varve/_manifests");
    // Files that are not the newest any more, as whoever knows of no journal would take them for.
    let mut stale = 0;
    for id in 100..150 {
        insert(&table, id..id + 1).unwrap();
        if folder.join("journal-begun").exists() {
            stale += asking(&folder);
        }
    }
    assert!(stale > 0);
    assert_eq!(bench.newest()["readerFeatures"], json!(["journal"]));
}

#[test]
fn a_table_without_a_journal_is_read_and_written() {
    let memory = MemoryStore::new();
    let world = World::at(NOW);
    let made = Database::with(Arc::new(memory.clone()), Arc::<World>::clone(&world));
    insert(&made.create_table("docs", docs()).unwrap(), 0..10).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for part in ["data", "deaths", "index", "_log", "_tags", "_manifests"] {
        let part = format!("docs.varve/{part}");
        fs::create_dir_all(folder.path().join(&part)).unwrap();
        for entry in memory.list(&part).unwrap() {
            let path = format!("{part}/{}", entry.name);
            fs::write(
                folder.path().join(&path),
                &*memory.open(&path).unwrap().unwrap().map().unwrap(),
            )
            .unwrap();
        }
    }
    let bench = Bench { folder, world };
    assert_eq!(bench.newest()["readerFeatures"], json!([]));
    let table = bench.open();
    for id in 100..150 {
        insert(&table, id..id + 1).unwrap();
    }
    assert_eq!(count(&bench.open()), 60);
    assert!(table.verify().unwrap().problems.is_empty());
    // All of them are files, as for who knows of no journal.
    let names = fs::read_dir(bench.folder.path().join("docs.varve/_manifests")).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| manifest_sequence(name.to_str().unwrap()).is_some()),
        "{names:?}"
    );
    assert_eq!(bench.newest()["writerFeatures"], json!([]));
}
