//! What goes on as long as a purge cannot be finished, and what becomes of reads that one comes across.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use varve_engine::{
    AsOf, Code, Due, Environment, Find, Indexing, LocalStore, Result, Snapshot, Store, Table,
};

use super::{Bench, indexing, none, other, the_person, write};
use crate::support::far::FarStore;
use crate::support::gated::GatedStore;

#[test]
fn a_purge_that_cannot_be_finished_holds_no_other_upkeep_up() {
    let directory = tempfile::tempdir().unwrap();
    let store = GatedStore::new(LocalStore::new(directory.path()));
    let bench = Bench::on(Arc::new(store.clone())).with_the_person();
    let table = &bench.table;
    store.is_ill.store(true, Ordering::Relaxed);
    let error = table.purge(Some(&the_person(table)), &none()).unwrap_err();
    assert_eq!(error.code(), Code::Io);
    write(table, &(100..140).map(other).collect::<Vec<_>>());
    let before = table.stats().unwrap();
    bench.world.pause(Duration::from_secs(61));
    assert_eq!(table.due(), Due::Now);
    assert!(table.maintain().unwrap());
    assert_ne!(table.stats().unwrap(), before);
    while table.maintain().unwrap() {}
    // It is not tried at each commit.
    assert_eq!(table.due(), Due::Nothing);
    bench.world.pause(Duration::from_secs(61));
    assert_eq!(table.due(), Due::Now);

    for n in 140..150 {
        write(table, &[other(n)]);
    }
    assert!(table.stats().unwrap().inline_commits > 0);
    let error = table.optimize().unwrap_err();
    assert_eq!(error.code(), Code::Io);
    assert_eq!(
        error.message(),
        "No version shows the rows any more, but not all files that held them are gone: The disk does not answer."
    );
    let after = table.stats().unwrap();
    assert_eq!((after.inline_commits, after.fragments), (0, 1));
    store.is_ill.store(false, Ordering::Relaxed);
    table.optimize().unwrap();
    bench.check_nowhere();
}

#[test]
fn the_journal_is_erased_once_while_a_file_cannot_be_removed() {
    let directory = tempfile::tempdir().unwrap();
    let store = GatedStore::new(LocalStore::new(directory.path()).journal(0, 128 * 1024));
    let bench = Bench::on(Arc::new(store.clone()));
    // Nothing but the purge is to be done.
    let never = usize::MAX;
    bench.table.set_indexing(Indexing {
        from: never,
        text_from: never,
        scalar_from: never,
        ..indexing()
    });
    let bench = bench.with_the_person();
    let table = &bench.table;
    store.keeps.store(true, Ordering::Relaxed);
    let done = table.purge(Some(&the_person(table)), &none()).unwrap();
    assert!(done.left > 0);
    write(table, &[other(90)]);
    let journal = directory.path().join("people.varve/_manifests/journal");
    let before = std::fs::read(&journal).unwrap();
    bench.world.pause(Duration::from_secs(61));
    assert!(!table.maintain().unwrap());
    assert!(std::fs::read(&journal).unwrap() == before);
    store.keeps.store(false, Ordering::Relaxed);
    table.optimize().unwrap();
    bench.check_nowhere();
}

/// In a store that is far a file is opened when it is first read.
#[test]
fn whoever_needs_a_file_that_a_purge_removed_is_told_so() {
    let store = FarStore::new();
    let bench = Bench::on(Arc::new(store.clone())).with_the_person();
    let stale = bench.another();
    let [before, old] = [AsOf::Version(26), AsOf::Version(2)].map(|at| stale.as_of(&at).unwrap());
    bench
        .table
        .purge(Some(&the_person(&bench.table)), &none())
        .unwrap();
    store.let_go_of_removed();
    let count = |snapshot: &Snapshot| {
        let note = snapshot.schema().fields[2].clone();
        let found = snapshot.find(&Find::default(), vec![note.clone()])?;
        let notes = (0..found.len()).map(|row| found.value(&note, row));
        notes.collect::<Result<Vec<_>>>().map(|notes| notes.len())
    };
    for snapshot in [&before, &old] {
        let error = stale.or_outdated(snapshot, count(snapshot)).unwrap_err();
        assert_eq!(error.code(), Code::VersionExpired);
        assert!(
            error
                .message()
                .starts_with("A purge removed the file people.varve/data/"),
            "{error}"
        );
    }
    // Read anew the version is there.
    let first = std::cell::Cell::new(Some(before));
    let snapshot = |table: &Table| first.take().map_or_else(|| table.as_of(&AsOf::Version(26)), Ok);
    assert_eq!(stale.read(snapshot, count).unwrap(), 71);
    // A file that is lost and still named is damage.
    let lost = bench.another();
    let snapshot = lost.snapshot().unwrap();
    for entry in store.list("people.varve/data").unwrap() {
        store.lose(&format!("people.varve/data/{}", entry.name));
    }
    let error = lost.or_outdated(&snapshot, count(&snapshot)).unwrap_err();
    assert_eq!(error.code(), Code::Corrupt);
}
