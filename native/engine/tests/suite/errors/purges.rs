//! Purges, and reads that one comes across.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use varve_engine::{Database, Find, LocalStore, Table};

use super::{NOW, insert, numbers, options};
use crate::support::far::FarStore;
use crate::support::gated::GatedStore;
use crate::support::report::Report;
use crate::support::world::World;

/// A purge whose rows are in no version any more, and yet in files.
pub(super) fn purges(report: &mut Report) {
    report.heading("Purges");
    let directory = tempfile::tempdir().unwrap();
    let store = GatedStore::new(LocalStore::new(directory.path()));
    let database = Database::with(Arc::new(store.clone()), World::at(NOW));
    let table = database.create_table("docs", numbers()).unwrap();
    insert(&table, &[1], None).unwrap();
    store.refuses.store(true, Ordering::Relaxed);
    report.add(table.purge(None, &options()));
    store.is_ill.store(true, Ordering::Relaxed);
    report.add(table.optimize());
    // What is not read yet is gone where files are opened when they are first read.
    let store = FarStore::new();
    let database = Database::with(Arc::new(store.clone()), World::at(NOW));
    let table = database.create_table("docs", numbers()).unwrap();
    insert(&table, &[1], None).unwrap();
    table.optimize().unwrap();
    let replace: [fn(&Table); 2] = [
        |table| {
            insert(table, &[2], None).unwrap();
            table.optimize().unwrap();
        },
        |table| _ = table.purge(None, &options()).unwrap(),
    ];
    for replace in replace {
        let other = Database::with(Arc::new(store.clone()), World::at(NOW));
        let other = other.open_table("docs").unwrap();
        let snapshot = other.snapshot().unwrap();
        replace(&table);
        store.let_go_of_removed();
        let field = &snapshot.schema().fields[0];
        let read = snapshot.find(&Find::default(), vec![field.clone()]);
        let found = read.and_then(|found| found.value(field, 0));
        report.add(other.or_outdated(&snapshot, found));
    }
}

/// Versions that are kept for a while.
pub(super) fn pins(report: &mut Report) {
    report.heading("Pins");
    let database = Database::with(Arc::new(FarStore::new()), World::at(NOW));
    let table = database.create_table("docs", numbers()).unwrap();
    insert(&table, &[1], None).unwrap();
    let snapshot = table.snapshot().unwrap();
    report.add(table.pin(&snapshot, 0));
    report.add(table.pin(&snapshot, i64::MAX));
    report.add(table.unpin("../docs"));
}
