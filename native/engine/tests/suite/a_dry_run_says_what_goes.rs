//! What tidying up says that it would remove is what it then removes: these files, with these bytes, for these reasons. Saying it changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::far::FarStore;
use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::traces::files;
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Cleanup, Code, CommitOptions, Database, Filter, LocalStore, OnKey, Schema, Table, Value,
    Why,
};

const NOW: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
/// Folders of which all is foreseen: new manifests take the place of others.
const FORESEEN: [&str; 5] = ["data", "deaths", "index", "_log", "_tags"];

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}, "text": {"search": true}},
    ]}))
}

struct Bench {
    store: Arc<dyn Catalog>,
    world: Arc<World>,
    table: Arc<Table>,
}

impl Bench {
    fn on(store: Arc<dyn Catalog>) -> Self {
        let world = World::at(NOW);
        let database = Database::with(Arc::clone(&store), Arc::<World>::clone(&world));
        let table = database.create_table("t", numbers()).unwrap();
        Self { store, world, table }
    }

    fn write(&self, keys: std::ops::Range<i64>, text: &str) {
        let row = |n| vec![Value::Int(n), Value::Text(text.repeat(20))];
        let rows: Vec<Vec<Value>> = keys.map(row).collect();
        let (rows, options) = (batch(&numbers(), &rows), CommitOptions::default());
        self.table
            .insert(rows, &numbers(), OnKey::Replace, &options)
            .unwrap();
        self.pass(1000);
    }

    fn pass(&self, ms: i64) {
        self.world.now.fetch_add(ms, Ordering::Relaxed);
    }

    /// How many versions can be read.
    fn readable(&self) -> u64 {
        let newest = self.table.snapshot().unwrap().version();
        let versions = 1..=newest;
        let can_be_read = |version: &u64| self.table.as_of(&AsOf::Version(*version)).is_ok();
        versions.filter(can_be_read).count() as u64
    }

    /// All files with their bytes.
    fn there(&self) -> BTreeSet<(String, u64)> {
        let files = files(&*self.store).into_iter();
        files.map(|(path, bytes)| (path, bytes.len() as u64)).collect()
    }
}

fn paths(cleanup: &Cleanup) -> BTreeSet<(String, u64)> {
    let files = cleanup.files.iter();
    files
        .map(|file| (format!("t.varve/{}/{}", file.folder, file.name), file.bytes))
        .collect()
}

fn foreseen(files: BTreeSet<(String, u64)>) -> BTreeSet<(String, u64)> {
    let is_foreseen = |path: &str| {
        FORESEEN
            .iter()
            .any(|folder| path.contains(&format!("/{folder}/")))
    };
    files.into_iter().filter(|(path, _)| is_foreseen(path)).collect()
}

/// Says what would go, and then lets it go: both are the same.
fn tidied_up(bench: &Bench) -> Cleanup {
    let (before, readable) = (bench.there(), bench.readable());
    let said = bench.table.would_optimize().unwrap();
    assert_eq!(bench.there(), before, "nothing is changed");
    let done = bench.table.optimize().unwrap();
    let after = bench.there();
    let gone: BTreeSet<(String, u64)> = before.difference(&after).cloned().collect();
    assert_eq!(foreseen(paths(&said)), foreseen(gone.clone()), "{said:?}");
    assert!(paths(&said).is_subset(&gone), "{said:?}");
    assert_eq!(said.rows, done.dropped_rows);
    assert_eq!(said.versions, readable - bench.readable());
    assert_eq!(said.oldest, bench.table.stats().unwrap().oldest_version);
    said
}

fn why(said: &Cleanup) -> BTreeSet<Why> {
    said.files.iter().map(|file| file.why).collect()
}

#[test]
fn each_file_has_its_reason() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::on(Arc::new(LocalStore::new(directory.path())));
    for n in 0..3 {
        bench.write(n * 2000..n * 2000 + 2000, "first");
    }
    let said = tidied_up(&bench);
    assert_eq!((said.rows, said.versions, said.oldest), (0, 0, 0));
    assert!(why(&said).contains(&Why::Merged), "{said:?}");

    bench.table.set_retention(Some(0)).unwrap();
    let pin = bench.table.pin(&bench.table.snapshot().unwrap(), MINUTE).unwrap();
    bench.write(0..6000, "second");
    let said = bench.table.would_optimize().unwrap();
    assert_eq!((said.rows, said.versions, said.oldest), (0, 2, 4));
    bench
        .table
        .tag("kept", &bench.table.as_of(&AsOf::Version(2)).unwrap())
        .unwrap();
    let said = tidied_up(&bench);
    assert_eq!((said.rows, said.versions), (0, 1));
    bench.write(6000..6010, "third");
    bench.table.delete_tag("kept").unwrap();
    // The lease is over by the clocks of all.
    bench.pass(3 * MINUTE);
    let left = directory.path().join("t.varve/data/left.rows");
    std::fs::write(&left, "left by a writer that was killed").unwrap();
    assert!(
        !bench
            .table
            .would_optimize()
            .unwrap()
            .files
            .iter()
            .any(|file| file.name == "left.rows")
    );
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 60 * 60);
    std::fs::File::open(&left)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    let said = tidied_up(&bench);
    assert_eq!((said.rows, said.versions, said.oldest), (6000, 3, 5));
    let reasons = why(&said);
    assert!(
        reasons.is_superset(&BTreeSet::from([Why::Unnamed, Why::Lease])),
        "{said:?}"
    );
    assert!(
        reasons.contains(&Why::Expired) || reasons.contains(&Why::Rewritten),
        "{said:?}"
    );
    assert_eq!(
        bench.table.renew(&pin, MINUTE).unwrap_err().code(),
        Code::VersionExpired
    );
    assert_eq!(all_rows(&bench.table.snapshot().unwrap()).len(), 6010);
}

#[test]
fn whatever_was_done_before() {
    for seed in 0..12 {
        let directory = tempfile::tempdir().unwrap();
        let store = LocalStore::new(directory.path());
        let bench = Bench::on(match seed % 2 {
            0 => Arc::new(store.journal(2, 128 * 1024)),
            _ => Arc::new(store),
        });
        let mut random = Random::new(seed);
        for step in 0..40 {
            match random.below(9) {
                0..3 => {
                    let first = random.below(20) as i64 * 100;
                    let count = [1, 300, 3000][random.below(3)];
                    bench.write(first..first + count, &format!("step {step}"));
                }
                3 => {
                    let json = json!({"op": "lt", "column": ["n"], "value": random.below(2000)});
                    let filter = Filter::parse(&json, &numbers()).unwrap();
                    let options = CommitOptions::default();
                    bench.table.delete(Some(&filter), &options).unwrap();
                }
                4 => {
                    let retention = [Some(0), Some(20 * MINUTE), None][random.below(3)];
                    bench.table.set_retention(retention).unwrap();
                }
                5 => {
                    let now = bench.table.snapshot().unwrap();
                    bench.table.tag(&format!("tag{step}"), &now).unwrap();
                }
                6 => {
                    _ = bench
                        .table
                        .pin(&bench.table.snapshot().unwrap(), 10 * MINUTE)
                        .unwrap()
                }
                7 => bench.pass(random.below(30) as i64 * MINUTE),
                _ => _ = tidied_up(&bench),
            }
        }
        tidied_up(&bench);
        let said = tidied_up(&bench);
        assert_eq!(foreseen(paths(&said)), BTreeSet::new(), "{seed}");
    }
}

/// Where files are opened when they are first read, those that would be replaced are left to readers for a while.
#[test]
fn what_readers_may_yet_open_goes_later() {
    let store = FarStore::new();
    let bench = Bench::on(Arc::new(store.clone()));
    for n in 0..3 {
        bench.write(n * 2000..n * 2000 + 2000, "many");
    }
    let open = bench.table.snapshot().unwrap();
    bench.table.optimize().unwrap();
    let said = bench.table.would_optimize().unwrap();
    assert!(said.files.iter().any(|file| file.why == Why::Retired), "{said:?}");
    assert_eq!(all_rows(&open).len(), 6000);
    drop(open);
    let before = bench.there();
    let said = bench.table.would_optimize().unwrap();
    bench.table.optimize().unwrap();
    let after = bench.there();
    let gone: BTreeSet<(String, u64)> = before.difference(&after).cloned().collect();
    assert_eq!(foreseen(paths(&said)), foreseen(gone));
}
