//! A named pipe in the place of a file is damage, and is not waited for.

#![cfg(target_os = "linux")]
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::support::rows::{batch, schema};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::json;
use varve_engine::{
    Code, CommitOptions, Database, Error, Find, Indexing, LocalStore, OnKey, Schema, SystemEnvironment, Value,
};

fn points() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": 64, "metric": "l2"});
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "at", "type": vector},
    ]}))
}

fn database(at: &Path) -> Database {
    let store = LocalStore::new(at).journal(3, 32 * 1024);
    Database::with(Arc::new(store), Arc::new(SystemEnvironment))
}

/// A table with a file of every kind.
fn prepared() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let table = database(directory.path()).create_table("t", points()).unwrap();
    table.set_indexing(Indexing {
        from: 16,
        ..Indexing::default()
    });
    let options = CommitOptions::default();
    let write = |from: i64, to: i64, more: f32| {
        let row = |n: i64| {
            vec![
                Value::Int(n),
                Value::Bytes([(n as f32 + more).to_le_bytes(); 64].concat()),
            ]
        };
        let rows: Vec<Vec<Value>> = (from..to).map(row).collect();
        let rows = batch(&points(), &rows);
        table.insert(rows, &points(), OnKey::Replace, &options).unwrap();
    };
    write(0, 3000, 0.0);
    write(0, 2000, 0.5);
    table.optimize().unwrap();
    (0..300).for_each(|n| write(n, n + 1, 0.25));
    table.tag("then", &table.snapshot().unwrap()).unwrap();
    // Nothing stays that is not needed.
    table.optimize().unwrap();
    directory
}

fn files(at: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in ["data", "deaths", "index", "_log", "_tags", "_manifests"] {
        let entries = fs::read_dir(at.join("t.varve").join(folder)).unwrap();
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        assert!(!found.is_empty(), "{folder}");
        all.append(&mut found);
    }
    all
}

/// A copy of a database.
fn copied(from: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in files(from) {
        let to = copy.path().join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, to).unwrap();
    }
    copy
}

/// All that is asked of a table, and the codes of what fails.
fn ask(at: &Path) -> Vec<Error> {
    let database = database(at);
    let mut failed = Vec::new();
    failed.extend(database.table_names().err());
    match database.verify_table("t") {
        Ok(verified) => failed.extend(verified.problems),
        Err(error) => failed.push(error),
    }
    let table = match database.open_table("t") {
        Ok(table) => table,
        Err(error) => {
            failed.push(error);
            return failed;
        }
    };
    failed.extend(table.history(usize::MAX, None).err());
    failed.extend(table.tags().err());
    match table.snapshot() {
        Ok(snapshot) => failed.extend(snapshot.find(&Find::default(), points().fields).err()),
        Err(error) => failed.push(error),
    }
    failed.extend(table.optimize().err());
    failed
}

#[test]
fn a_named_pipe_in_the_place_of_any_file_is_told() {
    let whole = prepared();
    assert_eq!(ask(whole.path()), []);
    for name in files(whole.path()) {
        let copy = copied(whole.path());
        let name = name.strip_prefix(whole.path()).unwrap();
        let file = copy.path().join(name);
        fs::remove_file(&file).unwrap();
        mknodat(CWD, &file, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
        let (at, (done, waits)) = (copy.path().to_owned(), std::sync::mpsc::channel());
        std::thread::spawn(move || done.send(ask(&at)));
        let answer = waits.recv_timeout(Duration::from_secs(60));
        let failed = answer.unwrap_or_else(|_| panic!("{} is waited for", name.display()));
        // Of the other manifests and of the mark that there is a journal nobody reads the content.
        let is_read = !name.starts_with("t.varve/_manifests") || name.ends_with("journal");
        assert!(!failed.is_empty() || !is_read, "{}", name.display());
        for error in failed {
            assert_eq!(error.code(), Code::Corrupt, "{}: {error}", name.display());
        }
    }
}
