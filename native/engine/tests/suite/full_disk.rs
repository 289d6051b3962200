//! A full disk: a commit that has no room fails and says so, whatever was written is still there, and as soon as there is room the
//! next commit lands.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::disk::SimulatedDisk;
use crate::support::full_disk::{FullDisk, Needs};
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    Code, CommitOptions, Database, Disk, Error, Filter, LocalStore, OnKey, Result, Schema, Table, Value,
};

/// The smallest ring: halves of eight slots.
const HALF: u64 = 32 * 1024;
/// Some before the journal begins, some that go round the ring.
const COMMITS: i64 = 16;

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

fn database(disk: Arc<dyn Disk>, world: &Arc<World>) -> Database {
    let store = LocalStore::on(disk, "/data").journal(3, HALF);
    Database::with(Arc::new(store), Arc::<World>::clone(world))
}

/// Every fifth row is too long for the journal, every seventh lies in a file of rows.
fn row(n: i64) -> Vec<Value> {
    let length = match n {
        n if n % 7 == 6 => 70_000,
        n if n % 5 == 4 => 20_000,
        _ => 10,
    };
    vec![Value::Int(n), Value::Text("x".repeat(length))]
}

fn insert(table: &Table, n: i64) -> Result<()> {
    let rows = batch(&numbers(), &[row(n)]);
    let written = table.insert(rows, &numbers(), OnKey::Refuse, &CommitOptions::default());
    written.map(|_| ())
}

fn rows(table: &Table) -> Vec<Vec<Value>> {
    let rows = all_rows(&table.snapshot().unwrap());
    rows.into_iter().map(|(_, values)| values).collect()
}

fn is_told(error: &Error, needs: Needs) {
    assert!(
        matches!(error.code(), Code::Io | Code::CommitUnknown),
        "{needs:?}: {error}"
    );
    assert!(error.message().contains("no storage space"), "{needs:?}: {error}");
    let next = match error.code() {
        Code::Io => "Make room on the disk, then try again; what was committed before is safe.",
        _ => "Look at the history before trying again; nothing was removed.",
    };
    assert_eq!(error.next_step(), Some(next), "{needs:?}: {error}");
}

/// The files of the table that are not manifests.
fn files(disk: &SimulatedDisk) -> Vec<String> {
    let mut all = Vec::new();
    for folder in ["data", "deaths", "index", "_log"] {
        let names = disk
            .list(format!("/data/numbers.varve/{folder}").as_ref())
            .unwrap();
        all.extend(names.into_iter().map(|(name, _)| format!("{folder}/{name}")));
    }
    all.sort_unstable();
    all
}

/// A disk with room for so many bytes beside an empty table: how many commits failed before room was made.
fn fill(needs: Needs, room: usize) -> u32 {
    let (inner, world) = (SimulatedDisk::new(), World::at(1));
    inner.create_directory("/data".as_ref()).unwrap();
    database(Arc::new(inner.clone()), &world)
        .create_table("numbers", numbers())
        .unwrap();
    let disk = FullDisk::new(inner.clone(), needs, room);
    let open = || {
        database(Arc::new(disk.clone()), &world)
            .open_table("numbers")
            .unwrap()
    };
    let table = open();
    let mut failed = 0;
    for n in 0..COMMITS {
        let known: Vec<Vec<Value>> = (0..n).map(row).collect();
        let (mut unknown, mut tries) = (false, 0);
        let before = files(&inner);
        while let Err(error) = insert(&table, n) {
            if unknown && error.code() == Code::DuplicateKey {
                // It was there.
                break;
            }
            is_told(&error, needs);
            unknown |= error.code() == Code::CommitUnknown;
            if !unknown {
                assert_eq!(
                    files(&inner),
                    before,
                    "{needs:?} {room}: a failed write left a file"
                );
            }
            failed += 1;
            tries += 1;
            for table in [&table, &open()] {
                let found = rows(table);
                let landed = unknown && found.len() > known.len();
                assert_eq!(
                    found[..found.len() - usize::from(landed)],
                    known,
                    "{needs:?} {room}"
                );
            }
            if tries == 2 {
                disk.make_room();
            }
            assert!(tries < 3, "{needs:?} {room}: {error}");
        }
        let after: Vec<Vec<Value>> = (0..=n).map(row).collect();
        assert_eq!(rows(&table), after, "{needs:?} {room}");
        assert_eq!(rows(&open()), after, "{needs:?} {room}");
        // What was said to be written outlasts a power cut.
        let durable = database(Arc::new(inner.durable()), &world)
            .open_table("numbers")
            .unwrap();
        assert_eq!(rows(&durable), after, "{needs:?} {room}, commit {n}");
    }
    disk.make_room();
    table.optimize().unwrap();
    assert_eq!(table.verify().unwrap().problems, []);
    assert_eq!(rows(&open()).len() as i64, COMMITS);
    failed
}

fn fill_at_any_moment(needs: Needs) {
    let mut failed = 0;
    for room in (0..260_000).step_by(1_777) {
        failed += fill(needs, room);
    }
    assert!(failed > 30, "{needs:?}: {failed}");
}

/// Tidies up on a disk that gets full after so many bytes, however little there is.
fn tidy(needs: Needs, room: usize) {
    let (inner, world) = (SimulatedDisk::new(), World::at(1));
    inner.create_directory("/data".as_ref()).unwrap();
    let whole = database(Arc::new(inner.clone()), &world)
        .create_table("numbers", numbers())
        .unwrap();
    (0..COMMITS).for_each(|n| insert(&whole, n).unwrap());
    let gone = json!({"op": "lt", "column": ["n"], "value": 8});
    let gone = Filter::parse(&gone, &numbers()).unwrap();
    whole.delete(Some(&gone), &CommitOptions::default()).unwrap();
    whole.set_retention(Some(0)).unwrap();
    world.now.fetch_add(1000, Ordering::Relaxed);
    // Left behind by a writer that was killed.
    let mut orphan = inner
        .create("/data/numbers.varve/data/left.arrow".as_ref())
        .unwrap();
    orphan.write_all(&[0; 1000]).unwrap();
    let left: Vec<Vec<Value>> = (8..COMMITS).map(row).collect();

    let disk = FullDisk::new(inner.clone(), needs, room);
    let table = database(Arc::new(disk.clone()), &world)
        .open_table("numbers")
        .unwrap();
    let before = files(&inner).len();
    let tidied = table.optimize();
    assert!(tidied.is_ok(), "{needs:?} {room}: {tidied:?}");
    assert!(files(&inner).len() <= before, "{needs:?} {room}");
    assert_eq!(rows(&table), left, "{needs:?} {room}");
    disk.make_room();
    table.optimize().unwrap();
    assert_eq!(rows(&table), left, "{needs:?} {room}");
    assert_eq!(table.verify().unwrap().problems, []);
    assert_eq!(table.stats().unwrap().dead_rows, 0);
}

/// Purges on a disk that gets full after so many bytes, and tidies up then. Returns whether the purge was cut short and files went all the
/// same.
fn purge(needs: Needs, room: usize) -> bool {
    let (inner, world) = (SimulatedDisk::new(), World::at(1));
    inner.create_directory("/data".as_ref()).unwrap();
    let whole = database(Arc::new(inner.clone()), &world)
        .create_table("numbers", numbers())
        .unwrap();
    (0..COMMITS).for_each(|n| insert(&whole, n).unwrap());
    let disk = FullDisk::new(inner.clone(), needs, room);
    let table = database(Arc::new(disk.clone()), &world)
        .open_table("numbers")
        .unwrap();
    let gone = Filter::parse(&json!({"op": "lt", "column": ["n"], "value": 8}), &numbers()).unwrap();
    let purged = table.purge(Some(&gone), &CommitOptions::default());
    let left: Vec<Vec<Value>> = (8..COMMITS).map(row).collect();
    let is_cut_short = purged.is_err() && rows(&table) == left;
    let before = files(&inner).len();
    let tidied = table.optimize();
    if let Err(error) = &tidied {
        assert!(is_cut_short, "{needs:?} {room}: {error}");
        assert!(error.message().contains("no storage space"), "{needs:?}: {error}");
    }
    let went = files(&inner).len() < before;
    disk.make_room();
    table.optimize().unwrap();
    assert_eq!(table.verify().unwrap().problems, []);
    assert_eq!(table.verify().unwrap().warnings, []);
    if is_cut_short || purged.is_ok() {
        assert_eq!(rows(&table), left, "{needs:?} {room}");
    }
    is_cut_short && tidied.is_err() && went
}

#[test]
fn upkeep_frees_what_it_can_though_a_purge_has_no_room_to_end() {
    for needs in [Needs::Bytes, Needs::Places, Needs::Names] {
        let rooms = (0..400_000).step_by(3_001);
        let went = rooms.filter(|room| purge(needs, *room)).count();
        assert!(went > 4, "{needs:?}: {went}");
    }
}

#[test]
fn upkeep_frees_what_it_can_on_a_full_disk() {
    for needs in [Needs::Bytes, Needs::Names] {
        for room in (0..400_000).step_by(7_919) {
            tidy(needs, room);
        }
    }
}

#[test]
fn a_commit_without_room_for_its_bytes_fails_and_the_next_lands() {
    fill_at_any_moment(Needs::Bytes);
}

#[test]
fn a_commit_without_room_to_write_in_place_fails_and_the_next_lands() {
    fill_at_any_moment(Needs::Places);
}

#[test]
fn a_commit_that_has_no_room_when_it_is_synced_fails_and_the_next_lands() {
    fill_at_any_moment(Needs::Syncs);
}

#[test]
fn a_commit_without_room_for_a_name_fails_and_the_next_lands() {
    fill_at_any_moment(Needs::Names);
}
