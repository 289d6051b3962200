//! A pin keeps a version readable whatever the retention says, until it is removed or its lease ends; a purge takes rows of it all the same.
//! After tidying up there is nothing on the disk that nothing names.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::far::FarStore;
use crate::support::meddling::{MeddledStore, Meddling};
use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::traces::files;
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Filter, LocalStore, OnKey, Pin, Schema, Store, Table, Value,
};

const NOW: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

struct Bench {
    store: Arc<dyn Catalog>,
    world: Arc<World>,
    table: Arc<Table>,
}

impl Bench {
    /// Nothing of the past is kept but what somebody keeps.
    fn on(store: Arc<dyn Catalog>) -> Self {
        let world = World::at(NOW);
        let database = Database::with(Arc::clone(&store), Arc::<World>::clone(&world));
        let table = database.create_table("t", numbers()).unwrap();
        table.set_retention(Some(0)).unwrap();
        Self { store, world, table }
    }

    /// Another process.
    fn another(&self) -> Arc<Table> {
        let database = Database::with(Arc::clone(&self.store), Arc::<World>::clone(&self.world));
        database.open_table("t").unwrap()
    }

    fn write(&self, keys: std::ops::Range<i64>, text: &str) {
        let row = |n| vec![Value::Int(n), Value::Text(text.to_owned())];
        let rows: Vec<Vec<Value>> = keys.map(row).collect();
        let rows = batch(&numbers(), &rows);
        let options = CommitOptions::default();
        self.table
            .insert(rows, &numbers(), OnKey::Replace, &options)
            .unwrap();
        self.pass(1000);
    }

    fn pass(&self, ms: i64) {
        self.world.now.fetch_add(ms, Ordering::Relaxed);
    }

    fn below(n: i64) -> Filter {
        let json = json!({"op": "lt", "column": ["n"], "value": n});
        Filter::parse(&json, &numbers()).unwrap()
    }

    fn pin(&self, version: u64, ms: i64) -> Pin {
        let table = self.another();
        let snapshot = table.as_of(&AsOf::Version(version)).unwrap();
        table.pin(&snapshot, ms).unwrap()
    }

    /// What another process reads of a version.
    fn read(&self, version: u64) -> Result<Vec<(u64, Vec<Value>)>, Code> {
        let then = self.another().as_of(&AsOf::Version(version));
        then.map(|then| all_rows(&then)).map_err(|error| error.code())
    }

    fn leases(&self) -> usize {
        let tags = self.store.list("t.varve/_tags").unwrap();
        tags.iter().filter(|entry| entry.name.ends_with(".lease")).count()
    }
}

fn local(directory: &std::path::Path) -> Arc<dyn Catalog> {
    Arc::new(LocalStore::new(directory).journal(2, 128 * 1024))
}

#[test]
fn it_is_readable_until_the_pin_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    for store in [local(directory.path()), Arc::new(FarStore::new())] {
        let bench = Bench::on(store);
        bench.write(0..50, "first");
        let then = bench.read(1).unwrap();
        let pin = bench.pin(1, 10 * MINUTE);
        assert_eq!((pin.version, pin.until), (1, NOW + 1000 + 10 * MINUTE));
        bench.write(0..50, "second");
        bench.write(0..50, "third");
        bench.table.optimize().unwrap();
        assert_eq!(bench.read(2), Err(Code::VersionExpired));
        assert_eq!(bench.read(1).unwrap(), then);
        // One more of the same version.
        let other = bench.pin(1, MINUTE);
        bench.table.unpin(&pin.id).unwrap();
        bench.table.unpin(&pin.id).unwrap();
        bench.table.optimize().unwrap();
        assert_eq!(bench.read(1).unwrap(), then);
        bench.another().unpin(&other.id).unwrap();
        bench.table.optimize().unwrap();
        assert_eq!(bench.read(1), Err(Code::VersionExpired));
        assert_eq!((bench.leases(), bench.table.stats().unwrap().dead_rows), (0, 0));
    }
}

#[test]
fn it_is_readable_until_its_lease_ends_by_the_clocks_of_all() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::on(local(directory.path()));
    bench.write(0..50, "first");
    let pin = bench.pin(1, 10 * MINUTE);
    bench.write(0..50, "second");
    bench.pass(9 * MINUTE);
    let pin = bench.table.renew(&pin, 10 * MINUTE).unwrap();
    assert_eq!(bench.leases(), 1);
    // Clocks of two machines differ by a minute at the most.
    bench.pass(10 * MINUTE + MINUTE - 1);
    bench.table.optimize().unwrap();
    assert_eq!(bench.read(1).unwrap().len(), 50);
    bench.pass(1);
    assert_eq!(bench.table.optimize().unwrap().dropped_rows, 50);
    assert_eq!((bench.read(1), bench.leases()), (Err(Code::VersionExpired), 0));
    let error = bench.table.renew(&pin, MINUTE).unwrap_err();
    assert_eq!((error.code(), bench.leases()), (Code::VersionExpired, 0));
}

#[test]
fn a_purge_takes_rows_of_a_pinned_version() {
    let directory = tempfile::tempdir().unwrap();
    for store in [local(directory.path()), Arc::new(FarStore::new())] {
        let bench = Bench::on(store);
        bench.write(0..50, "said ouagadougoumix");
        let _pin = bench.pin(1, 10 * MINUTE);
        // A snapshot that is open in this process keeps no file from a purge either.
        let _held = bench.table.snapshot().unwrap();
        bench.write(10..50, "second");
        assert_eq!(
            bench.table.purge(None, &CommitOptions::default()).unwrap().left,
            0
        );
        assert_eq!(bench.read(1).unwrap().len(), 0);
        for (path, bytes) in files(&*bench.store) {
            assert!(
                !crate::support::traces::holds(&bytes, b"ouagadougoumix"),
                "{path}"
            );
        }
    }
}

/// Where files are opened when they are first read, those that a snapshot of this process may need stay as long as it is open.
#[test]
fn a_snapshot_that_is_open_is_readable_though_its_files_were_replaced() {
    let store = FarStore::new();
    let bench = Bench::on(Arc::new(store.clone()));
    for n in 0..3 {
        bench.write(n * 2000..n * 2000 + 2000, &"many".repeat(50));
    }
    let reader = bench.another();
    let open = reader.snapshot().unwrap();
    assert_eq!(reader.stats().unwrap().fragments, 3);
    let names = || store.list("t.varve/data").unwrap().len();
    reader.optimize().unwrap();
    assert_eq!(reader.stats().unwrap().fragments, 1);
    store.let_go_of_removed();
    assert!(names() > 1);
    assert_eq!(all_rows(&open).len(), 6000);
    drop(open);
    reader.optimize().unwrap();
    assert_eq!(names(), 1);
}

/// A process ends a version. Meanwhile somebody makes a pin of it, and has not yet looked whether that came too late; and before the process
/// looks again, another one tidies up.
#[test]
fn a_pin_that_is_there_holds_whoever_tidies_up() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::on(local(directory.path()));
    bench.write(0..3000, "first");
    bench.write(0..3000, "second");
    let shown = bench.read(1).unwrap();
    bench.pass(10 * MINUTE);

    let over = |about| {
        let store = MeddledStore::new(Arc::clone(&bench.store), about);
        let database = Database::with(
            Arc::<MeddledStore>::clone(&store),
            Arc::<World>::clone(&bench.world),
        );
        (store, database.open_table("t").unwrap())
    };
    let (pinning, reader) = over("_tags");
    let (ending, one) = over("_manifests");
    let other = bench.another();
    let then = reader.as_of(&AsOf::Version(1)).unwrap();
    let ((made, is_made), (looked, may_look)) = (channel(), channel());
    let after = Box::new(move || {
        made.send(()).unwrap();
        may_look.recv().unwrap();
    });
    pinning.meddle(Meddling {
        after,
        ..Meddling::default()
    });
    let pin = Arc::new(Mutex::new(None));
    let pinner = Arc::clone(&pin);
    ending.meddle(Meddling {
        before: Box::new(move || {
            *pinner.lock().unwrap() = Some(thread::spawn(move || reader.pin(&then, MINUTE)));
            is_made.recv().unwrap();
        }),
        after: Box::new(move || _ = other.optimize().unwrap()),
        ..Meddling::default()
    });
    one.optimize().unwrap();
    looked.send(()).unwrap();
    let pinned = pin.lock().unwrap().take().unwrap().join().unwrap();
    let read = bench.read(1);
    match pinned {
        Ok(_) => assert!(read.unwrap() == shown),
        Err(error) => assert_eq!(
            (error.code(), read.unwrap_err()),
            (Code::VersionExpired, Code::VersionExpired)
        ),
    }
}

/// The files that the newest manifest names, by folder and name.
fn reached(bench: &Bench) -> BTreeSet<String> {
    let manifests = bench.store.manifests("t.varve");
    let newest = manifests.newest().unwrap().unwrap();
    let bytes = manifests.read(newest).unwrap().unwrap();
    let manifest: Json = serde_json::from_slice(&bytes).unwrap();
    let content = &manifest["content"];
    let mut named = BTreeSet::new();
    let mut add =
        |folder: &str, file: &Json| _ = named.insert(format!("{folder}/{}", file.as_str().unwrap()));
    for fragment in content["fragments"].as_array().into_iter().flatten() {
        let groups = fragment["groups"].as_array().unwrap();
        groups.iter().for_each(|group| add("data", &group["file"]));
    }
    for index in content["indexes"].as_array().into_iter().flatten() {
        add("index", &index["file"]);
    }
    for run in content["deaths"]["runs"].as_array().into_iter().flatten() {
        add("deaths", &run["file"]);
    }
    for part in content["log"]["levels"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|level| level.as_array().unwrap())
    {
        add("_log", &part["file"]);
    }
    named
}

#[test]
fn after_tidying_up_what_is_there_is_what_is_reached() {
    for seed in 0..6 {
        let directory = tempfile::tempdir().unwrap();
        let bench = Bench::on(local(directory.path()));
        let mut random = Random::new(seed);
        // What each version showed, and who keeps it: a tag, or a pin until a moment.
        let mut shown = vec![Vec::new()];
        let mut tags: Vec<(String, u64)> = Vec::new();
        let mut pins: Vec<Pin> = Vec::new();
        for step in 0..60 {
            let newest = shown.len() as u64 - 1;
            let version = newest - random.below(3).min(newest as usize) as u64;
            let then = bench.another().as_of(&AsOf::Version(version));
            match random.below(10) {
                0..4 => {
                    let first = random.below(20) as i64;
                    bench.write(
                        first..first + 1 + random.below(400) as i64,
                        &format!("step {step}"),
                    );
                    shown.push(all_rows(&bench.table.snapshot().unwrap()));
                }
                4 => {
                    let filter = Bench::below(random.below(200) as i64);
                    let done = bench
                        .table
                        .delete(Some(&filter), &CommitOptions::default())
                        .unwrap();
                    bench.pass(1000);
                    if done.version > newest {
                        shown.push(all_rows(&bench.table.snapshot().unwrap()));
                    }
                }
                5 => {
                    if let Ok(then) = then {
                        bench.table.tag(&format!("tag{step}"), &then).unwrap();
                        tags.push((format!("tag{step}"), version));
                    }
                }
                6 if !tags.is_empty() => {
                    let (name, _) = tags.swap_remove(random.below(tags.len()));
                    bench.table.delete_tag(&name).unwrap();
                }
                7 => {
                    if let Ok(then) = then {
                        pins.push(
                            bench
                                .another()
                                .pin(&then, 1 + random.below(300_000) as i64)
                                .unwrap(),
                        );
                    }
                }
                8 if !pins.is_empty() => {
                    let pin = pins.swap_remove(random.below(pins.len()));
                    bench.table.unpin(&pin.id).unwrap();
                }
                _ => bench.pass(random.below(120_000) as i64),
            }
            if !random.chance(25) {
                continue;
            }
            bench.table.optimize().unwrap();
            let now = bench.world.now.load(Ordering::Relaxed);
            pins.retain(|pin| pin.until + MINUTE > now);
            for version in pins
                .iter()
                .map(|pin| pin.version)
                .chain(tags.iter().map(|tag| tag.1))
            {
                assert_eq!(
                    bench.read(version).unwrap(),
                    shown[version as usize],
                    "{seed} {step}"
                );
            }
            let there: BTreeSet<String> = ["data", "deaths", "index", "_log"]
                .into_iter()
                .flat_map(|folder| {
                    let entries = bench.store.list(&format!("t.varve/{folder}")).unwrap();
                    entries
                        .into_iter()
                        .map(move |entry| format!("{folder}/{}", entry.name))
                })
                .collect();
            assert_eq!(there, reached(&bench), "{seed} {step}");
            assert_eq!(bench.leases(), pins.len(), "{seed} {step}");
            if tags.is_empty() && pins.is_empty() {
                assert_eq!(bench.table.stats().unwrap().dead_rows, 0, "{seed} {step}");
            }
        }
    }
}
