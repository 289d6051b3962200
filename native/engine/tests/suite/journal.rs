//! The journal on a real disk: who writes at the same time, what a damaged byte does, what a copy holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use serde_json::json;
use varve_engine::{
    Code, CommitOptions, Database, Disk, LocalStore, OnKey, OsDisk, Result, Schema, SystemEnvironment, Table,
    Value,
};

const JOURNAL: &str = "numbers.varve/_manifests/journal";
/// The smallest ring: halves of eight slots.
const SMALL: u64 = 32 * 1024;

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

/// A database whose journals begin with the first commit.
fn database(at: &Path) -> Database {
    database_with(SMALL, at)
}

fn database_with(half: u64, at: &Path) -> Database {
    let store = LocalStore::new(at).journal(0, half);
    Database::with(Arc::new(store), Arc::new(SystemEnvironment))
}

fn insert(table: &Table, n: u64, text: &str) -> Result<()> {
    let row = vec![
        Value::Int(i64::try_from(n).unwrap()),
        Value::Text(text.to_owned()),
    ];
    let rows = batch(&numbers(), &[row]);
    let written = table.insert(rows, &numbers(), OnKey::Refuse, &CommitOptions::default());
    written.map(|_| ())
}

/// A table with so many commits of one row.
fn prepared(commits: u64) -> (tempfile::TempDir, PathBuf, Arc<Table>) {
    prepared_with(SMALL, commits)
}

fn prepared_with(half: u64, commits: u64) -> (tempfile::TempDir, PathBuf, Arc<Table>) {
    let directory = tempfile::tempdir().unwrap();
    let table = database_with(half, directory.path())
        .create_table("numbers", numbers())
        .unwrap();
    (0..commits).for_each(|n| insert(&table, n, "short").unwrap());
    let journal = directory.path().join(JOURNAL);
    (directory, journal, table)
}

/// The version that a new handle finds, with as many rows.
fn version(at: &Path) -> Result<u64> {
    let snapshot = database(at).open_table("numbers")?.snapshot()?;
    assert_eq!(all_rows(&snapshot).len() as u64, snapshot.version());
    Ok(snapshot.version())
}

#[test]
fn a_damaged_journal_is_named_or_does_not_matter() {
    for commits in [1, 2, 11, 23] {
        let (directory, journal, _table) = prepared(commits);
        let whole = fs::read(&journal).unwrap();
        let look = |bytes: &[u8], what: &str| {
            fs::write(&journal, bytes).unwrap();
            match version(directory.path()) {
                Ok(found) => assert_eq!(found, commits, "{what}"),
                Err(error) => {
                    assert_eq!(error.code(), Code::Corrupt, "{what}: {error}");
                    assert_eq!(error.place().file.as_deref(), Some(JOURNAL), "{what}");
                }
            }
        };
        let mut damaged = 0;
        for at in (0..whole.len()).filter(|at| at % 4096 < 50 || at % 61 == 0) {
            let mut other = whole.clone();
            other[at] ^= 1 << (at % 8);
            look(&other, &format!("{commits} commits, another byte {at}"));
            damaged += 1;
        }
        assert!(damaged > 1_000);
        for length in (0..whole.len()).filter(|length| length % 512 < 2) {
            look(
                &whole[..length],
                &format!("{commits} commits, cut to {length} bytes"),
            );
        }
        look(&[whole.as_slice(), b"more"].concat(), "longer");
        look(&whole, "whole");
    }
}

#[test]
fn the_newest_commit_is_missed_when_its_record_is_damaged() {
    let (directory, journal, _table) = prepared(9);
    let whole = fs::read(&journal).unwrap();
    // The mark behind the newest record, and the record before it.
    let mut marks = (0..whole.len())
        .step_by(4096)
        .filter(|at| whole[*at] == 0xff && whole[at + 7] == 3);
    let mark = marks.next_back().unwrap();
    let length = u64::from_le_bytes(whole[mark + 16..mark + 24].try_into().unwrap()) as usize;
    let record = mark - (48 + length).div_ceil(4096) * 4096;
    for at in record..record + 48 + length {
        let mut other = whole.clone();
        other[at] ^= 4;
        fs::write(&journal, &other).unwrap();
        let error = version(directory.path()).unwrap_err();
        assert_eq!(
            (error.code(), error.place().file.as_deref()),
            (Code::Corrupt, Some(JOURNAL)),
            "{at}"
        );
    }
}

/// Copies a table as it lies there, and returns where its journal is.
fn copied(from: &Path) -> (tempfile::TempDir, PathBuf) {
    let copy = tempfile::tempdir().unwrap();
    for folder in ["data", "deaths", "index", "_log", "_tags", "_manifests"] {
        let folder = Path::new("numbers.varve").join(folder);
        fs::create_dir_all(copy.path().join(&folder)).unwrap();
        for entry in fs::read_dir(from.join(&folder)).unwrap() {
            let name = entry.unwrap().file_name();
            fs::copy(
                from.join(&folder).join(&name),
                copy.path().join(&folder).join(&name),
            )
            .unwrap();
        }
    }
    let journal = copy.path().join(JOURNAL);
    (copy, journal)
}

#[test]
fn the_newest_commit_is_missed_in_a_copy_too() {
    // In the first turn of the ring and in later ones, in either half, and first in a half.
    for commits in 2..24 {
        let (directory, _, _table) = prepared(commits);
        let (copy, journal) = copied(directory.path());
        assert_eq!(version(copy.path()).unwrap(), commits);
        let whole = fs::read(&journal).unwrap();
        let sequence = |at: usize| u64::from_le_bytes(whole[at + 8..at + 16].try_into().unwrap());
        let marks = (4096..whole.len())
            .step_by(4096)
            .filter(|at| whole[*at] == 0xff && matches!(whole[at + 7], 3 | 4));
        let mark = marks.max_by_key(|at| sequence(*at)).unwrap();
        let length = u64::from_le_bytes(whole[mark + 16..mark + 24].try_into().unwrap()) as usize;
        let record = mark - (48 + length).div_ceil(4096) * 4096;
        for at in (record..record + 48 + length).step_by(5) {
            let mut other = whole.clone();
            other[at] ^= 4;
            fs::write(&journal, &other).unwrap();
            let error = version(copy.path()).unwrap_err();
            assert_eq!(
                (error.code(), error.place().file.as_deref()),
                (Code::Corrupt, Some(JOURNAL)),
                "{commits}: {at}"
            );
            let problems = database(copy.path()).verify_table("numbers").unwrap().problems;
            assert!(!problems.is_empty(), "{commits}: {at}");
        }
        // Who writes into the copy marks it as its own.
        fs::write(&journal, &whole).unwrap();
        insert(&database(copy.path()).open_table("numbers").unwrap(), 1000, "x").unwrap();
        assert_eq!(version(copy.path()).unwrap(), commits + 1);
    }
}

#[test]
fn a_journal_that_is_gone_is_missed() {
    let (directory, journal, table) = prepared(9);
    fs::remove_file(&journal).unwrap();
    let missed = [
        insert(&table, 100, "x").unwrap_err(),
        table.snapshot().unwrap_err(),
        version(directory.path()).unwrap_err(),
    ];
    for error in missed {
        assert_eq!(
            error.to_string(),
            "CORRUPT: The file numbers.varve/_manifests/journal is damaged: it is missing. Restore the file from a copy; \
             verify the table to find every damaged file."
        );
    }
}

#[test]
fn a_table_that_was_moved_is_not_written_through_its_old_name() {
    let (directory, _, table) = prepared(9);
    let (old, new) = (
        directory.path().join("numbers.varve"),
        directory.path().join("moved.varve"),
    );
    fs::rename(old, new).unwrap();
    assert_eq!(insert(&table, 100, "x").unwrap_err().code(), Code::TableNotFound);
    let moved = database(directory.path()).open_table("moved").unwrap();
    assert_eq!(moved.snapshot().unwrap().version(), 9);
}

#[test]
fn a_stopped_writer_is_not_waited_for_for_ever() {
    let (directory, journal, table) = prepared(9);
    let stopped = OsDisk::default().open_blocks(&journal, true).unwrap();
    assert!(stopped.lock(Duration::from_secs(1)).unwrap());
    let error = insert(&table, 9, "x").unwrap_err();
    assert_eq!(error.code(), Code::Io);
    assert_eq!(
        error.message(),
        "Another writer has held numbers.varve/_manifests/journal for more than 5 seconds."
    );
    assert!(error.next_step().unwrap().contains("nothing was changed"));
    // Readers need no lock.
    assert_eq!(version(directory.path()).unwrap(), 9);
    drop(stopped);
    insert(&table, 9, "x").unwrap();
    assert_eq!(version(directory.path()).unwrap(), 10);
}

#[test]
fn a_copy_made_while_others_write_is_a_version() {
    let (directory, journal, table) = prepared_with(128 * 1024, 1);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1..400 {
                insert(&table, n, "short").unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let copy = tempfile::tempdir().unwrap();
            for folder in ["data", "deaths", "_log", "_tags", "_manifests"] {
                fs::create_dir_all(copy.path().join("numbers.varve").join(folder)).unwrap();
            }
            let before = version(directory.path()).unwrap();
            fs::copy(&journal, copy.path().join(JOURNAL)).unwrap();
            // Manifests that are too large for the journal are files.
            for folder in ["_manifests", "data", "_log"] {
                let from = directory.path().join("numbers.varve").join(folder);
                for entry in fs::read_dir(&from).unwrap() {
                    let name = entry.unwrap().file_name();
                    let to = copy.path().join("numbers.varve").join(folder).join(&name);
                    if to.exists() {
                        continue;
                    }
                    // Upkeep may just have removed it.
                    let _ = fs::copy(from.join(&name), to);
                }
            }
            let after = version(directory.path()).unwrap();
            match version(copy.path()) {
                Ok(found) => assert!((before..=after).contains(&found), "{before} {found} {after}"),
                // A file of rows that was replaced while the copy was made: not the journal's matter.
                Err(error) => assert_ne!(error.place().file.as_deref(), Some(JOURNAL), "{error}"),
            }
        }
    });
}

#[test]
fn stores_take_turns_with_small_and_large_manifests() {
    let (directory, journal, _table) = prepared(1);
    let handles: Vec<Arc<Table>> = (0..3)
        .map(|_| database(directory.path()).open_table("numbers").unwrap())
        .collect();
    for n in 1..200_u64 {
        // Twenty thousand bytes are more than a record of this ring holds.
        let text = if n % 17 < 3 {
            "long ".repeat(4_000)
        } else {
            "short".to_owned()
        };
        insert(&handles[n as usize % 3], n, &text).unwrap();
        for handle in &handles {
            assert_eq!(handle.snapshot().unwrap().version(), n + 1);
        }
        assert_eq!(version(directory.path()).unwrap(), n + 1);
    }
    assert_eq!(handles[0].verify().unwrap().problems, []);
    assert_eq!(fs::metadata(journal).unwrap().len(), 4096 + 2 * SMALL);
    let files = fs::read_dir(directory.path().join("numbers.varve/_manifests"))
        .unwrap()
        .count();
    assert!(files < 20, "{files}");
}
