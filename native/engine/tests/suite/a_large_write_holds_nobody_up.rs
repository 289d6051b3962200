//! While the file of a large write is being written, others commit, through any handle; what they change is in the write when its
//! turn comes, and its files go where it fails.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::support::gated::GatedStore;
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::wire::{encode, encode_cells};
use serde_json::{Value as Json, json};
use varve_engine::{
    Batch, Catalog, Code, CommitOptions, Database, Field, Filter, LocalStore, OnKey, Reembed, Result,
    RowChange, Schema, StagedRows, Store, SystemEnvironment, Table, Update, Value, Written,
};

/// So many rows with a text of so many bytes are a large write, and go to a file.
const ROWS: i64 = 100;
const BYTES: usize = 20_000;

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}, "nullable": true},
        {"id": 3, "name": "mark", "type": {"kind": "text"}, "nullable": true},
    ]}))
}

fn text(of: &str) -> Value {
    Value::Text(of.to_owned())
}

fn row(id: i64, long: &str, mark: &str) -> Vec<Value> {
    vec![Value::Int(id), text(long), text(mark)]
}

fn none() -> CommitOptions {
    CommitOptions::default()
}

/// A table with rows in a file, behind a gate that is open, and another handle that knows of no gate.
struct Bench {
    store: GatedStore,
    table: Arc<Table>,
    other: Arc<Table>,
    _directory: tempfile::TempDir,
}

fn open(store: impl Catalog + 'static) -> Database {
    Database::with(Arc::new(store), Arc::new(SystemEnvironment))
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = GatedStore::new(LocalStore::new(directory.path()).journal(0, 256 * 1024));
        let table = open(store.clone()).create_table("items", items()).unwrap();
        let other = open(LocalStore::new(directory.path()));
        let bench = Self {
            store,
            table,
            other: other.open_table("items").unwrap(),
            _directory: directory,
        };
        let old = "old ".repeat(BYTES / 4);
        let rows: Vec<Vec<Value>> = (0..ROWS).map(|id| row(id, &old, "old")).collect();
        insert(&bench.table, &rows).unwrap();
        bench
    }

    /// Does `meanwhile` while a write is at the gate, and gives what the write comes to.
    fn while_written(
        &self,
        write: impl FnOnce(&Arc<Table>) -> Result<Written> + Send,
        meanwhile: impl FnOnce(&Arc<Table>, &Arc<Table>) + Send,
    ) -> Result<Written> {
        self.store.close();
        let (done, is_done) = mpsc::channel();
        std::thread::scope(|scope| {
            let written = scope.spawn(|| write(&self.table));
            self.store.wait_for_somebody();
            let others = scope.spawn(move || {
                meanwhile(&self.table, &self.other);
                done.send(()).unwrap();
            });
            // Others are waited for as long as they like; who is held up by the write would be so for ever.
            let held_up = is_done.recv_timeout(Duration::from_secs(60)).is_err();
            self.store.open_gate();
            let others = others.join();
            assert!(!held_up && others.is_ok(), "others are held up");
            written.join().unwrap()
        })
    }

    /// The id of each row, with the length of its text and its mark, as both handles read them.
    fn shown(&self) -> BTreeMap<i64, (usize, String)> {
        let read = |table: &Table| -> BTreeMap<i64, (usize, String)> {
            let rows = all_rows(&table.snapshot().unwrap());
            let shown = |(_, row): (u64, Vec<Value>)| match &row[..] {
                [Value::Int(id), Value::Text(text), Value::Text(mark)] => (*id, (text.len(), mark.clone())),
                [Value::Int(id), Value::Text(text), Value::Null] => (*id, (text.len(), String::new())),
                _ => (-1, (0, format!("{row:?}"))),
            };
            rows.into_iter().map(shown).collect()
        };
        let shown = read(&self.table);
        assert_eq!(shown, read(&self.other));
        assert_eq!(self.other.verify().unwrap().problems, []);
        shown
    }

    fn files(&self) -> usize {
        self.store.list("items.varve/data").unwrap().len()
    }

    /// No file is left that the table does not need: each fragment is one here.
    fn check_files(&self) {
        assert_eq!(self.files() as u64, self.table.stats().unwrap().fragments);
    }
}

fn insert(table: &Table, rows: &[Vec<Value>]) -> Result<Written> {
    table.insert(batch(&items(), rows), &items(), OnKey::Refuse, &none())
}

fn long(from: i64, mark: &str) -> Vec<Vec<Value>> {
    let long = "new!".repeat(BYTES / 2);
    (from..from + ROWS).map(|id| row(id, &long, mark)).collect()
}

/// Rows of the first two columns alone, so that those that are replaced keep their mark.
fn without_mark(from: i64) -> Batch {
    let schema = items();
    let rows = long(from, "");
    let cells: Vec<Vec<Option<Value>>> = rows
        .into_iter()
        .map(|row| row.into_iter().map(Some).collect())
        .collect();
    Batch::decode(&encode_cells(&schema, &[0, 1], &cells), &schema).unwrap()
}

fn upsert_without_mark(table: &Table) -> Result<Written> {
    let schema = Arc::new(items());
    let rows = (without_mark(50), schema);
    table.change_rows(RowChange::insert(rows, OnKey::Replace, None, none())?)
}

fn filter(json: &Json) -> Option<Filter> {
    Some(Filter::parse(json, &items()).unwrap())
}

/// Gives the rows from an id on a long text.
fn update(table: &Arc<Table>, from: i64) -> Result<Written> {
    let mut constant = items();
    constant.fields.retain(|field| field.name == "text");
    let constants = batch(&constant, &[vec![text(&"new!".repeat(BYTES / 2))]]);
    let rows = filter(&json!({"op": "gte", "column": ["id"], "value": from}));
    let mut update = Update::new(
        Arc::clone(table),
        rows,
        (constants, Arc::new(items())),
        Vec::new(),
    )?;
    Ok(update.commit(&none())?.unwrap())
}

fn mark(table: &Table, id: i64, mark: &str) {
    let long = "old ".repeat(BYTES / 4);
    let rows = batch(&items(), &[row(id, &long, mark)]);
    table.insert(rows, &items(), OnKey::Replace, &none()).unwrap();
}

/// One row through either handle, and one that is handed over.
fn one_row_each(table: &Arc<Table>, other: &Arc<Table>) {
    insert(table, &[row(1_000, "short", "one")]).unwrap();
    insert(other, &[row(1_001, "short", "two")]).unwrap();
    let (sender, receiver) = mpsc::channel();
    let make = |snapshot: &varve_engine::Snapshot| {
        let schema = Arc::clone(snapshot.schema());
        let rows = batch(&schema, &[row(1_002, "short", "three")]);
        RowChange::insert((rows, schema), OnKey::Refuse, None, none())
    };
    let attendant = table.hand_over_rows(None, make, move |written| sender.send(written).unwrap());
    attendant.unwrap().attend();
    receiver.recv().unwrap().unwrap();
}

/// A way to write many rows.
type Write = fn(&Arc<Table>) -> Result<Written>;

const WRITES: [(&str, Write); 4] = [
    ("insert", |table| insert(table, &long(200, "new"))),
    ("upsert", |table| upsert_without_mark(table)),
    ("update", |table| update(table, 50)),
    ("stage", |table| {
        let mut stage = StagedRows::new(Arc::clone(table), OnKey::Refuse)?;
        stage.add(&encode(&items(), &long(200, "new")))?;
        Ok(stage.commit(&none())?.unwrap())
    }),
];

#[test]
fn others_commit_while_a_file_is_written() {
    for (name, write) in WRITES {
        let bench = Bench::new();
        let before = bench.shown().len();
        let written = bench.while_written(write, one_row_each).unwrap();
        // The others came first.
        assert_eq!(written.version, 5, "{name}");
        let shown = bench.shown();
        let added = match name {
            "update" => 0,
            "upsert" => 50,
            _ => ROWS as usize,
        };
        assert_eq!(shown.len(), before + 3 + added, "{name}");
        let long = shown.values().filter(|(length, _)| *length == BYTES * 2).count();
        // The rows that came meanwhile match the filter too.
        let expected = if name == "update" { 53 } else { ROWS as usize };
        assert_eq!(long, expected, "{name}");
        bench.check_files();
    }
}

#[test]
fn what_others_changed_meanwhile_is_in_an_upsert() {
    let bench = Bench::new();
    let meanwhile = |_: &Arc<Table>, other: &Arc<Table>| {
        mark(other, 60, "meanwhile");
        let gone = filter(&json!({"op": "eq", "column": ["id"], "value": 61}));
        other.delete(gone.as_ref(), &none()).unwrap();
    };
    let written = bench
        .while_written(|table| upsert_without_mark(table), meanwhile)
        .unwrap();
    assert_eq!((written.inserted, written.updated), (51, 49));
    let shown = bench.shown();
    let marks = [59, 60, 61, 62].map(|id| shown[&id].clone());
    let expected = ["old", "meanwhile", "", "old"].map(|mark| (BYTES * 2, mark.to_owned()));
    assert_eq!(marks, expected);
    bench.check_files();
}

#[test]
fn what_others_changed_meanwhile_is_in_an_update() {
    let bench = Bench::new();
    let meanwhile = |_: &Arc<Table>, other: &Arc<Table>| {
        mark(other, 60, "meanwhile");
        mark(other, 500, "came");
    };
    let written = bench.while_written(|table| update(table, 50), meanwhile).unwrap();
    assert_eq!(written.updated, 51);
    let shown = bench.shown();
    let marks = [59, 60, 500].map(|id| shown[&id].clone());
    let expected = ["old", "meanwhile", "came"].map(|mark| (BYTES * 2, mark.to_owned()));
    assert_eq!(marks, expected);
    bench.check_files();
}

/// The one thing of a row that changes without a new row.
#[test]
fn a_vector_that_was_filled_in_meanwhile_is_kept() {
    let bench = Bench::new();
    let vector = json!({"name": "vector", "type": {"kind": "vector", "dimensions": 2, "metric": "l2"}, "nullable": true});
    let field: Field = serde_json::from_value(vector).unwrap();
    let mut reembed = Reembed::adding(Arc::clone(&bench.other), field).unwrap();
    reembed.commit(&none(), true).unwrap().unwrap();
    let now = Arc::clone(bench.table.snapshot().unwrap().schema());
    let given = Schema {
        id: 0,
        primary_key: None,
        fields: vec![reembed.field().clone()],
    };
    let cells = Value::Bytes([1_f32, 2.0].iter().flat_map(|cell| cell.to_le_bytes()).collect());
    let upsert = |table: &Arc<Table>| {
        let rows = RowChange::insert((without_mark(50), now), OnKey::Replace, None, none());
        table.change_rows(rows?)
    };
    let vectors = vec![vec![cells.clone()]; ROWS as usize];
    let meanwhile = move |_: &Arc<Table>, _: &Arc<Table>| {
        let rows = reembed.next_rows(&["text".to_owned()], usize::MAX).unwrap();
        assert_eq!(rows.unwrap().len(), ROWS as usize);
        reembed.add(&encode(&given, &vectors)).unwrap();
        reembed.fill().unwrap();
    };
    bench.while_written(upsert, meanwhile).unwrap();
    let rows = all_rows(&bench.other.snapshot().unwrap());
    let with = rows.iter().filter(|(_, row)| row[3] == cells).count();
    assert_eq!((rows.len(), with), (150, 100));
    assert_eq!(bench.other.verify().unwrap().problems, []);
}

#[test]
fn the_files_of_a_write_that_fails_go() {
    let bench = Bench::new();
    let files = bench.files();
    let taken = |_: &Arc<Table>, other: &Arc<Table>| mark(other, 250, "taken");
    let written = bench.while_written(|table| insert(table, &long(200, "new")), taken);
    assert_eq!(written.unwrap_err().code(), Code::DuplicateKey);
    let version = bench.table.snapshot().unwrap().version();
    let only = |table: &Arc<Table>| {
        let options = CommitOptions {
            if_version: Some(version),
            ..none()
        };
        table.insert(
            batch(&items(), &long(400, "new")),
            &items(),
            OnKey::Refuse,
            &options,
        )
    };
    let other = |_: &Arc<Table>, other: &Arc<Table>| mark(other, 251, "taken");
    assert_eq!(
        bench.while_written(only, other).unwrap_err().code(),
        Code::Conflict
    );
    assert_eq!(bench.files(), files);
    // A handle makes the name of its table durable before its first commit.
    let table = open(bench.store.clone()).open_table("items").unwrap();
    bench.store.refuses.store(true, Ordering::Relaxed);
    assert_eq!(insert(&table, &long(400, "new")).unwrap_err().code(), Code::Io);
    assert!(!bench.store.refuses.load(Ordering::Relaxed));
    assert_eq!(bench.files(), files);
    insert(&table, &long(400, "new")).unwrap();
    assert_eq!(bench.shown().len(), 2 * ROWS as usize + 2);
}

#[test]
fn an_update_by_a_filter_shares_a_manifest() {
    let bench = Bench::new();
    let manifests = bench.store.manifests("items.varve");
    let before = manifests.newest().unwrap().unwrap();
    let (sender, receiver) = mpsc::channel();
    let make = |snapshot: &varve_engine::Snapshot| {
        let schema = Arc::clone(snapshot.schema());
        let rows = batch(&schema, &[row(1_000, "short", "one")]);
        RowChange::insert((rows, schema), OnKey::Refuse, None, none())
    };
    let attendant = bench
        .table
        .hand_over_rows(None, make, move |written| sender.send(written).unwrap());
    // It comes behind the row, and so changes it too.
    let written = update(&bench.table, 1_000).unwrap();
    assert_eq!((written.version, written.updated), (3, 1));
    assert_eq!(receiver.recv().unwrap().unwrap().version, 2);
    assert_eq!(manifests.newest().unwrap(), Some(before + 1));
    assert_eq!(bench.shown()[&1_000], (BYTES * 2, "one".to_owned()));
    attendant.unwrap().attend();
}
