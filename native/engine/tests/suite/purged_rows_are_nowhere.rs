//! What was purged is in no version and in no file: not in fragments, rows of manifests, the journal, old manifests, indexes of words,
//! values and vectors, nor in files that only wait to be removed.

mod by_key;
mod meanwhile;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::far::FarStore;
use crate::support::gated::GatedStore;
use crate::support::rows::{batch, schema};
use crate::support::traces::{files, holds};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Due, Filter, Indexing, LocalStore, MemoryStore, OnKey,
    Operation, Reembed, Result, Schema, StagedRows, Table, Value, inside::text::TextIndex,
};

const NOW: i64 = 1_700_000_000_000;
/// As bytes they stand nowhere else.
const NUMBER: i64 = 0x5a17_c0de_7e57_b17e;
const VECTOR: [f32; 4] = [0.123_456_7, -0.765_432_1, 0.246_813_5, 0.975_310_8];
/// Words that nobody else uses, of every state of the person.
const SECRETS: [&str; 4] = [
    "zanzibarquux",
    "mozambiqueflux",
    "kilimanjaropax",
    "ouagadougoumix",
];

fn people() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": 4, "element": "f32", "metric": "cosine"});
    schema(json!({"primaryKey": "name", "fields": [
        {"id": 1, "name": "name", "type": {"kind": "text"}},
        {"id": 2, "name": "number", "type": {"kind": "int"}, "indexed": true},
        {"id": 3, "name": "note", "type": {"kind": "text"}, "indexed": true, "text": {"search": true}},
        {"id": 4, "name": "near", "type": vector},
    ]}))
}

fn none() -> CommitOptions {
    CommitOptions::default()
}

fn vector(of: [f32; 4]) -> Value {
    Value::Bytes(of.iter().flat_map(|x| x.to_le_bytes()).collect())
}

/// A row of the person whose rows are purged.
fn person(secret: &str) -> Vec<Value> {
    let note = Value::Text(format!("said {secret} once"));
    vec![
        Value::Text(format!("person {}", SECRETS[0])),
        Value::Int(NUMBER),
        note,
        vector(VECTOR),
    ]
}

fn other(n: i64) -> Vec<Value> {
    let near = [n as f32, 1.0, 2.0, 3.0];
    vec![
        Value::Text(format!("other {n}")),
        Value::Int(n),
        Value::Text(format!("nothing much, {n}")),
        vector(near),
    ]
}

fn write(table: &Table, rows: &[Vec<Value>]) {
    try_write(table, rows).unwrap();
}

fn try_write(table: &Table, rows: &[Vec<Value>]) -> Result<()> {
    let schema = people();
    let rows = batch(&schema, rows);
    table.insert(rows, &schema, OnKey::Replace, &none()).map(|_| ())
}

fn filter(table: &Table, json: serde_json::Value) -> Filter {
    Filter::parse(&json, table.snapshot().unwrap().schema()).unwrap()
}

fn the_person(table: &Table) -> Filter {
    let name = format!("person {}", SECRETS[0]);
    filter(
        table,
        json!({"op": "in", "column": ["name"], "values": [name, "nobody"]}),
    )
}

/// As many small indexes as there can be.
fn indexing() -> Indexing {
    Indexing {
        from: 1,
        text_from: 1,
        scalar_from: 1,
        shadow_from: 1,
        ..Indexing::default()
    }
}

/// What gives a row of the person away, as bytes.
fn traces() -> Vec<Vec<u8>> {
    let mut traces: Vec<Vec<u8>> = SECRETS.iter().map(|secret| secret.as_bytes().to_vec()).collect();
    traces.push(NUMBER.to_le_bytes().to_vec());
    traces.push(NUMBER.to_string().into_bytes());
    // In an index of values its sign is turned.
    let key = NUMBER.cast_unsigned() ^ (1 << 63);
    traces.push(key.to_le_bytes().to_vec());
    let vector: Vec<u8> = VECTOR.iter().flat_map(|x| x.to_le_bytes()).collect();
    // As rows of a manifest have it.
    traces.push(base64(&vector[..15]).into_bytes());
    traces.push(vector);
    traces
}

/// Of bytes that are a multiple of three.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = |three: &[u8]| {
        let word = u32::from_le_bytes([three[2], three[1], three[0], 0]);
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[(word >> shift) as usize & 63]))
    };
    bytes.chunks_exact(3).flat_map(letters).collect()
}

/// The files that hold a trace of the person: by their bytes, and of words by what the index says, since terms are not written in plain.
fn holding(store: &dyn Catalog) -> Vec<String> {
    let mut found = Vec::new();
    for (path, bytes) in files(store) {
        if traces().iter().any(|trace| holds(&bytes, trace)) {
            found.push(path.clone());
        }
        if path.ends_with(".text.index") {
            let end = sealed_end(store, &path);
            let index = TextIndex::open(bytes[..end].to_vec().into()).unwrap();
            if SECRETS
                .iter()
                .any(|secret| index.frequency(3, secret, None).unwrap() > 0)
            {
                found.push(format!("{path}, as a term"));
            }
        }
    }
    found
}

/// Where the content of an index ends, by the newest manifest.
fn sealed_end(store: &dyn Catalog, path: &str) -> usize {
    let manifests = store.manifests("people.varve");
    let newest = manifests.newest().unwrap().unwrap();
    let bytes = manifests.read(newest).unwrap().unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let indexes = manifest["content"]["indexes"].as_array().unwrap();
    let named = |index: &&serde_json::Value| path.ends_with(index["file"].as_str().unwrap());
    let index = indexes.iter().find(named);
    // One that is not named any more is a trace by itself.
    let index = index.unwrap_or_else(|| panic!("{path} is named by nothing"));
    usize::try_from(index["checksums"].as_u64().unwrap()).unwrap()
}

/// The rows of the others that a version shows, and how many of the person.
type Shown = (Vec<(u64, Vec<Value>)>, usize);

struct Bench {
    store: Arc<dyn Catalog>,
    world: Arc<World>,
    table: Arc<Table>,
}

impl Bench {
    fn on(store: Arc<dyn Catalog>) -> Self {
        let world = World::at(NOW);
        let database = Database::with(Arc::clone(&store), Arc::<World>::clone(&world));
        let table = database.create_table("people", people()).unwrap();
        table.set_indexing(indexing());
        Self { store, world, table }
    }

    /// Another process.
    fn another(&self) -> Arc<Table> {
        let database = Database::with(Arc::clone(&self.store), Arc::<World>::clone(&self.world));
        database.open_table("people").unwrap()
    }

    /// The person is everywhere: in fragments alive and dead, in every index, in rows of manifests, in what retired.
    fn with_the_person(self) -> Self {
        let table = &self.table;
        write(table, &(0..40).map(other).collect::<Vec<_>>());
        write(table, &[person(SECRETS[0])]);
        table.optimize().unwrap();
        write(table, &[person(SECRETS[1])]);
        write(table, &(40..50).map(other).collect::<Vec<_>>());
        table.optimize().unwrap();
        for n in 50..70 {
            write(table, &[other(n)]);
        }
        write(table, &[person(SECRETS[2])]);
        write(table, &[other(70)]);
        let then = table.as_of(&AsOf::Version(2)).unwrap();
        table.tag("launch", &then).unwrap();
        self
    }

    /// What every version shows of the others, with the number of rows of the person in it.
    fn versions(&self, table: &Table) -> Vec<Shown> {
        let newest = table.snapshot().unwrap().version();
        let rows = (0..=newest).map(|version| {
            let rows = all_rows(&table.as_of(&AsOf::Version(version)).unwrap());
            let (person, others): (Vec<_>, Vec<_>) = rows
                .into_iter()
                .partition(|(_, row)| row[1] == Value::Int(NUMBER));
            (others, person.len())
        });
        rows.collect()
    }

    fn check_nowhere(&self) {
        assert_eq!(holding(&*self.store), Vec::<String>::new());
        let table = self.another();
        assert!(self.versions(&table).iter().all(|(_, person)| *person == 0));
        let verified = table.verify().unwrap();
        assert!(verified.problems.is_empty(), "{:?}", verified.problems);
        assert!(verified.warnings.is_empty(), "{:?}", verified.warnings);
    }
}

fn local(directory: &Path) -> Arc<dyn Catalog> {
    // The journal begins with the first commit, and holds several.
    Arc::new(LocalStore::new(directory).journal(0, 128 * 1024))
}

/// Every kind of store.
fn everywhere(check: impl Fn(Bench)) {
    let directory = tempfile::tempdir().unwrap();
    check(Bench::on(local(directory.path())));
    let directory = tempfile::tempdir().unwrap();
    check(Bench::on(Arc::new(LocalStore::new(directory.path()))));
    check(Bench::on(Arc::new(MemoryStore::new())));
    check(Bench::on(Arc::new(FarStore::new())));
}

#[test]
fn by_its_key_a_person_is_gone_from_every_version_and_every_file() {
    everywhere(|bench| {
        let bench = bench.with_the_person();
        let before = bench.versions(&bench.table);
        let held = holding(&*bench.store);
        for place in [
            "/data/",
            "/_manifests/",
            ".s2.index",
            ".s3.index",
            ".text.index, as a term",
        ] {
            assert!(
                held.iter().any(|path| path.contains(place)),
                "{place} of {held:?}"
            );
        }
        let would = bench.table.would_purge(Some(&the_person(&bench.table))).unwrap();
        assert_eq!((would.rows, would.current, would.version), (3, 1, 26));
        assert!(would.files > 0 && would.bytes > 0);
        assert_eq!(bench.versions(&bench.table), before);

        let done = bench
            .table
            .purge(Some(&the_person(&bench.table)), &none())
            .unwrap();
        assert_eq!((done.rows, done.current, done.version, done.left), (3, 1, 27, 0));
        assert_eq!((done.files, done.bytes), (would.files, would.bytes));
        bench.check_nowhere();
        // The others are as they were, in every version, and for this handle too.
        for table in [&bench.table, &bench.another()] {
            let after = bench.versions(table);
            assert!(
                before
                    .iter()
                    .zip(&after)
                    .all(|(before, after)| before.0 == after.0)
            );
            assert_eq!(after.last().unwrap().0, after[26].0);
        }
        let history = bench.table.history(1, None).unwrap();
        let commit = history[0].get();
        assert_eq!(commit.operation, Operation::Purge);
        assert_eq!((commit.deleted, commit.purged), (1, 3));
        assert_eq!(bench.table.tags().unwrap().len(), 1);
        // And it stays so.
        bench.table.optimize().unwrap();
        write(&bench.table, &[other(71)]);
        bench.table.optimize().unwrap();
        bench.check_nowhere();
    });
}

#[test]
fn a_filter_asks_each_state_by_itself() {
    everywhere(|bench| {
        let bench = bench.with_the_person();
        let text = format!("said {} once", SECRETS[1]);
        let filter = filter(
            &bench.table,
            json!({"op": "eq", "column": ["note"], "value": text}),
        );
        let done = bench.table.purge(Some(&filter), &none()).unwrap();
        assert_eq!((done.rows, done.current), (1, 0));
        let found: Vec<usize> = bench
            .versions(&bench.another())
            .iter()
            .map(|(_, person)| *person)
            .collect();
        // The state of versions 3 to 24 is gone, those before and after are not.
        assert_eq!(found[2], 1);
        assert!(found[3..25].iter().all(|person| *person == 0));
        assert_eq!(found[25..], [1, 1, 1]);
        for (path, bytes) in files(&*bench.store) {
            assert!(!holds(&bytes, SECRETS[1].as_bytes()), "{path}");
        }
    });
}

#[test]
fn where_nothing_matches_no_version_is_made_and_what_is_left_of_earlier_ones_goes() {
    everywhere(|bench| {
        let bench = bench.with_the_person();
        let table = &bench.table;
        table.delete(Some(&the_person(table)), &none()).unwrap();
        table.delete_tag("launch").unwrap();
        table.set_retention(Some(0)).unwrap();
        bench.world.now.store(NOW + 1_000, Ordering::Relaxed);
        table.optimize().unwrap();
        let version = table.snapshot().unwrap().version();
        let done = table.purge(Some(&the_person(table)), &none()).unwrap();
        assert_eq!((done.rows, done.current, done.version), (0, 0, version));
        assert_eq!(table.snapshot().unwrap().version(), version);
        assert_eq!(holding(&*bench.store), Vec::<String>::new());
    });
}

#[test]
fn all_rows_can_be_purged_and_the_table_goes_on() {
    everywhere(|bench| {
        let bench = bench.with_the_person();
        let done = bench.table.purge(None, &none()).unwrap();
        assert_eq!((done.rows, done.current), (74, 72));
        bench.check_nowhere();
        for version in 0..=27 {
            let then = bench.table.as_of(&AsOf::Version(version)).unwrap();
            assert_eq!(then.count(None).unwrap(), 0);
        }
        write(&bench.table, &[person(SECRETS[3])]);
        assert_eq!(bench.another().snapshot().unwrap().count(None).unwrap(), 1);
        let done = bench.table.purge(None, &none()).unwrap();
        assert_eq!((done.rows, done.current), (1, 1));
        bench.check_nowhere();
    });
}

#[test]
fn a_stale_handle_neither_shows_nor_brings_back_what_was_purged() {
    everywhere(|bench| {
        let bench = bench.with_the_person();
        let (stale, schema) = (bench.another(), people());
        // It has the rows of the manifest, the words of the tail, and masks in memory.
        let before = stale.snapshot().unwrap();
        assert_eq!(all_rows(&before).len(), 72);
        let id = before.watermark() - 2;
        let mut stage = StagedRows::new(Arc::clone(&stale), OnKey::Replace).unwrap();
        stage
            .add(&crate::support::wire::encode(&schema, &[other(80)]))
            .unwrap();
        bench
            .table
            .purge(Some(&the_person(&bench.table)), &none())
            .unwrap();

        // By its id, the row is not there to be changed.
        let mut note = schema.clone();
        note.fields.retain(|field| field.name == "note");
        let new = batch(&note, &[vec![Value::Text("changed".to_owned())]]);
        let error = stale.update(&[id], &new, &schema, &none()).unwrap_err();
        assert_eq!(error.code(), Code::Conflict);
        // A restore brings back the others.
        let then = stale.as_of(&AsOf::Version(25)).unwrap();
        stale.restore(&then, &none()).unwrap();
        stage.commit(&none()).unwrap();
        write(&stale, &[other(81)]);
        stale.optimize().unwrap();
        assert!(bench.versions(&stale).iter().all(|(_, person)| *person == 0));
        bench.check_nowhere();
        // What was opened before stays what it was, where its files are open.
        assert_eq!(before.version(), 26);
    });
}

#[test]
fn vectors_that_were_computed_before_a_purge_are_of_the_others_after_it() {
    let store = MemoryStore::new();
    let bench = Bench::on(Arc::new(store)).with_the_person();
    let mut reembed = {
        let near = json!({"name": "near", "type": {"kind": "vector", "dimensions": 4}, "nullable": true});
        Reembed::new(bench.another(), serde_json::from_value(near).unwrap()).unwrap()
    };
    let one = Schema {
        id: 0,
        primary_key: None,
        fields: vec![reembed.field().clone()],
    };
    while let Some(picked) = reembed.next_rows(&["note".to_owned()], 20).unwrap() {
        let rows: Vec<Vec<Value>> = picked.ids().map(|_| vec![vector(VECTOR)]).collect();
        reembed.add(&crate::support::wire::encode(&one, &rows)).unwrap();
    }
    bench
        .table
        .purge(Some(&the_person(&bench.table)), &none())
        .unwrap();
    reembed.commit(&none(), false).unwrap().unwrap();
    drop(reembed);
    let table = bench.another();
    assert!(bench.versions(&table).iter().all(|(_, person)| *person == 0));
    assert!(table.verify().unwrap().problems.is_empty());
}

#[test]
fn a_purge_for_another_version_than_the_newest_is_refused() {
    let bench = Bench::on(Arc::new(MemoryStore::new())).with_the_person();
    let options = CommitOptions {
        if_version: Some(3),
        ..none()
    };
    let error = bench
        .table
        .purge(Some(&the_person(&bench.table)), &options)
        .unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert_eq!(bench.table.due(), Due::Nothing);
    assert_eq!(bench.table.snapshot().unwrap().version(), 26);
}

/// A segment of vectors does not say of itself that some of them are of rows which are gone since.
#[test]
fn an_index_that_was_built_before_a_purge_does_not_land_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = GatedStore::at("/index/", LocalStore::new(directory.path()));
    let bench = Bench::on(Arc::new(store.clone()));
    // There is none before, so that it takes the place of none.
    let never = usize::MAX;
    bench.table.set_indexing(Indexing {
        from: never,
        text_from: never,
        scalar_from: never,
        ..indexing()
    });
    let bench = bench.with_the_person();
    bench.table.optimize().unwrap();
    let other = bench.another();
    other.set_indexing(indexing());
    store.close();
    std::thread::scope(|scope| {
        let built = scope.spawn(|| other.optimize().map(drop));
        store.wait_for_somebody();
        let done = bench
            .table
            .purge(Some(&the_person(&bench.table)), &none())
            .unwrap();
        // The file that is being written may hold something.
        assert_eq!((done.rows, done.left), (3, 1));
        store.open_gate();
        built.join().unwrap().unwrap();
    });
    bench.check_nowhere();
    let stored = bench.table.would_purge(None).unwrap().rows;
    let manifests = store.manifests("people.varve");
    let newest = manifests
        .read(manifests.newest().unwrap().unwrap())
        .unwrap()
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&newest).unwrap();
    let indexes = manifest["content"]["indexes"].as_array().into_iter().flatten();
    let vectors = indexes.filter(|index| index["kind"] == "vector");
    let indexed: u64 = vectors.map(|index| index["rows"].as_u64().unwrap()).sum();
    assert!(indexed <= stored, "{indexed} of {stored}");
    assert_eq!(
        bench
            .table
            .purge(Some(&the_person(&bench.table)), &none())
            .unwrap()
            .left,
        0
    );
}

/// Whoever is killed after the commit leaves the rest to the next one who tidies up.
#[test]
fn a_purge_that_was_cut_short_is_finished_by_whoever_comes_next() {
    let finishers: [fn(&Table); 3] = [
        |table| _ = table.optimize().unwrap(),
        |table| {
            assert_eq!(table.due(), Due::Now);
            assert!(table.maintain().unwrap());
        },
        |table| {
            let done = table.purge(Some(&the_person(table)), &none()).unwrap();
            assert_eq!((done.rows, done.left), (0, 0));
        },
    ];
    for finish in finishers {
        let directory = tempfile::tempdir().unwrap();
        let store = GatedStore::new(LocalStore::new(directory.path()).journal(0, 128 * 1024));
        let bench = Bench::on(Arc::new(store.clone())).with_the_person();
        store.refuses.store(true, Ordering::Relaxed);
        let error = bench
            .table
            .purge(Some(&the_person(&bench.table)), &none())
            .unwrap_err();
        assert_eq!(error.code(), Code::Io);
        let table = bench.another();
        assert_eq!(
            table.history(1, None).unwrap()[0].get().operation,
            Operation::Purge
        );
        let warnings = table.verify().unwrap().warnings;
        assert_eq!(
            warnings[0].message,
            "A purge was cut short: no version shows the rows that it removed, and files may still hold them."
        );
        finish(&table);
        bench.check_nowhere();
    }
}
