//! Any number of handles may read, write, keep in order, create and drop at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use serde_json::json;
use varve_engine::{
    Catalog, Code, CommitOptions, Database, LocalStore, MemoryStore, OnKey, OsDisk, Result, Schema,
    SystemEnvironment, Table, Value,
};

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

fn insert(table: &Table, n: u64, text: &str) -> Result<()> {
    let row = vec![
        Value::Int(i64::try_from(n).unwrap()),
        Value::Text(text.to_owned()),
    ];
    let (rows, options) = (batch(&numbers(), &[row]), CommitOptions::default());
    table
        .insert(rows, &numbers(), OnKey::Refuse, &options)
        .map(|_| ())
}

fn database(store: &Arc<dyn Catalog>) -> Database {
    Database::with(Arc::clone(store), Arc::new(SystemEnvironment))
}

/// Every kind of store.
fn each(test: impl Fn(Arc<dyn Catalog>)) {
    test(Arc::new(MemoryStore::new()));
    let directory = tempfile::tempdir().unwrap();
    test(Arc::new(LocalStore::new(directory.path())));
    let directory = tempfile::tempdir().unwrap();
    let named = OsDisk::without_unnamed_files();
    test(Arc::new(LocalStore::on(Arc::new(named), directory.path())));
    for (files, half) in [(0, 32 * 1024), (3, 512 * 1024)] {
        let directory = tempfile::tempdir().unwrap();
        test(Arc::new(LocalStore::new(directory.path()).journal(files, half)));
    }
}

/// Threads that work until they are done, beside one that goes on until they are.
fn beside(workers: usize, work: impl Fn() + Sync, until: impl Fn() + Sync) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                until();
            }
        });
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(&work)).collect();
        let ends: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        done.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(|end| end.is_ok()));
    });
}

#[test]
fn many_writers_lose_nothing() {
    each(|store| {
        let table = database(&store).create_table("numbers", numbers()).unwrap();
        let next = AtomicU64::new(0);
        let write = || {
            let own = database(&store).open_table("numbers").unwrap();
            for i in 0..40 {
                let long = "long ".repeat(if i % 7 == 0 { 4_000 } else { 1 });
                insert(&own, next.fetch_add(1, Ordering::Relaxed), &long).unwrap();
                if i % 13 == 0 {
                    own.optimize().unwrap();
                }
                own.maintain().unwrap();
            }
        };
        let checker = database(&store).open_table("numbers").unwrap();
        beside(4, write, || {
            // Whoever looks meanwhile finds whole versions and sound files.
            let snapshot = checker.snapshot().unwrap();
            assert_eq!(all_rows(&snapshot).len() as u64, snapshot.version());
            assert_eq!(checker.verify().unwrap().problems, []);
        });
        let rows = all_rows(&table.snapshot().unwrap());
        assert_eq!((rows.len(), table.snapshot().unwrap().version()), (160, 160));
        let mut keys: Vec<String> = rows.iter().map(|(_, row)| format!("{:?}", row[0])).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 160);
    });
}

#[test]
fn one_of_many_creates_a_table() {
    each(|store| {
        for round in 0..20 {
            let created = AtomicU64::new(0);
            let create = || {
                let own = database(&store);
                match own.create_table("numbers", numbers()) {
                    Ok(_) => {
                        created.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => assert_eq!(error.code(), Code::TableExists, "{error}"),
                }
                let table = own.open_table("numbers").unwrap();
                assert_eq!(table.snapshot().unwrap().version(), 0);
            };
            beside(4, create, || drop(database(&store).table_names().unwrap()));
            assert_eq!(created.into_inner(), 1, "{round}");
            database(&store).drop_table("numbers").unwrap();
        }
    });
}

#[test]
fn tables_come_and_go_under_those_who_use_them() {
    let fair = |result: Result<()>| {
        let Err(error) = result else { return };
        let expected = [Code::TableNotFound, Code::TableExists, Code::Closed];
        assert!(expected.contains(&error.code()), "{error:?}");
    };
    each(|store| {
        let next = AtomicU64::new(0);
        let work = || {
            let own = database(&store);
            for i in 0..60_u64 {
                let table = own.create_table("numbers", numbers());
                let table = table.or_else(|_| own.open_table("numbers"));
                let long = "long ".repeat(if i % 3 == 0 { 20_000 } else { 1 });
                fair(table.and_then(|table| {
                    insert(&table, next.fetch_add(1, Ordering::Relaxed), &long)?;
                    let tag = format!("t{}", next.fetch_add(1, Ordering::Relaxed));
                    table.tag(&tag, &table.snapshot()?)?;
                    table.optimize()?;
                    table.stats().map(|_| ())
                }));
                if i % 5 == 0 {
                    fair(own.drop_table("numbers"));
                }
            }
        };
        beside(4, work, || {
            let table = database(&store).open_table("numbers");
            fair(table.and_then(|table| table.snapshot()?.count(None)).map(|_| ()));
        });
        // What is left works, and is whole.
        let own = database(&store);
        let table = own.create_table("numbers", numbers());
        let table = table.or_else(|_| own.open_table("numbers")).unwrap();
        insert(&table, 1 << 40, "last").unwrap();
        assert_eq!(table.verify().unwrap().problems, []);
        for tag in table.tags().unwrap() {
            assert!(tag.version <= table.snapshot().unwrap().version());
        }
    });
}
