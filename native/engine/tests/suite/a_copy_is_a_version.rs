//! A copy of a table is the table at a version that was acknowledged, with all before it: while others write, after it was cut short
//! anywhere, and the second time with no more work than what is new.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use crate::support::disk::SimulatedDisk;
use crate::support::everything::{NOW, database, everything, newest_manifest, replace};
use crate::support::far::FarStore;
use crate::support::meddling::{MeddledStore, Meddling};
use crate::support::report::Report;
use crate::support::rows::{batch, schema};
use crate::support::traces::{files, holds};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Backup, Catalog, Code, CommitOptions, CopyProgress, Database, Filter, LocalStore, MemoryStore,
    OnKey, Result, Schema, Stop, Store, SystemEnvironment, Table, Value,
};

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "text", "type": {"kind": "text"}, "nullable": true},
    ]}))
}

fn upsert(table: &Table, ids: std::ops::Range<i64>, text: &str) -> u64 {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let rows: Vec<Vec<Value>> = ids
        .map(|id| vec![Value::Int(id), Value::Text(text.to_owned())])
        .collect();
    let written = table.insert(
        batch(&schema, &rows),
        &schema,
        OnKey::Replace,
        &CommitOptions::default(),
    );
    written.unwrap().version
}

fn matching(table: &Table, text: &str) -> Filter {
    let filter = json!({"op": "contains", "column": ["text"], "value": text});
    Filter::parse(&filter, table.snapshot().unwrap().schema()).unwrap()
}

/// One for both places: names must be unique.
static WORLD: LazyLock<Arc<World>> = LazyLock::new(|| World::at(NOW));

fn on(store: Arc<dyn Catalog>) -> Database {
    Database::with(store, Arc::clone(&*WORLD) as _)
}

fn memory(store: &MemoryStore) -> Database {
    on(Arc::new(store.clone()))
}

fn copy(from: &Database, to: &Database) -> Result<Backup> {
    from.backup(to, None, &Stop::default(), &|_| ())
}

/// The one table that was copied.
fn copied(from: &Database, to: &Database) -> varve_engine::Copied {
    let backup = copy(from, to).unwrap();
    assert_eq!(backup.failed, []);
    let [table] = backup.tables.as_slice() else {
        panic!("{backup:?}");
    };
    table.clone()
}

fn rows_at(table: &Table, version: u64) -> String {
    format!("{:?}", all_rows(&table.as_of(&AsOf::Version(version)).unwrap()))
}

/// Whether a copy shows what the original does, at every version up to its own.
fn assert_copy(original: &Table, copy: &Table) {
    let newest = copy.snapshot().unwrap().version();
    for version in 0..=newest {
        assert_eq!(rows_at(copy, version), rows_at(original, version), "{version}");
    }
    assert_eq!(copy.verify().unwrap().problems, []);
}

#[test]
fn while_others_write_and_tidy_up_each_copy_is_an_acknowledged_version() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| {
        let store = Arc::new(LocalStore::new(directory.path().join(name)));
        Database::with(store, Arc::new(SystemEnvironment))
    };
    let (source, target) = (at("source"), at("target"));
    source.create_table("items", items()).unwrap();
    let acknowledged = Mutex::new(0);
    let ended = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for writer in 0..2_i64 {
            let (source, acknowledged, ended) = (at("source"), &acknowledged, &ended);
            threads.spawn(move || {
                let table = source.open_table("items").unwrap();
                for round in 0.. {
                    if ended.load(Ordering::Relaxed) {
                        return;
                    }
                    let text = format!("{writer} {round} ").repeat(if round % 5 == 0 { 9_000 } else { 3 });
                    let version = upsert(&table, round % 40..round % 40 + 2, &text);
                    let mut last = acknowledged.lock().unwrap();
                    *last = version.max(*last);
                }
            });
        }
        let (tidied, ended) = (at("source"), &ended);
        threads.spawn(move || {
            let table = tidied.open_table("items").unwrap();
            while !ended.load(Ordering::Relaxed) {
                table.optimize().unwrap();
            }
        });
        let mut before = 0;
        for _ in 0..8 {
            let least = *acknowledged.lock().unwrap();
            let done = copied(&source, &target);
            assert!(done.version >= least && done.version >= before, "{done:?}");
            before = done.version;
            let (original, copy) = (
                source.open_table("items").unwrap(),
                target.open_table("items").unwrap(),
            );
            assert_eq!(copy.snapshot().unwrap().version(), done.version);
            for version in [0, done.version / 3, done.version / 2, done.version] {
                assert_eq!(rows_at(&copy, version), rows_at(&original, version), "{version}");
            }
            assert_eq!(at("target").verify_table("items").unwrap().problems, []);
        }
        ended.store(true, Ordering::Relaxed);
    });
    let done = copied(&source, &target);
    let (original, copy) = (
        source.open_table("items").unwrap(),
        target.open_table("items").unwrap(),
    );
    assert_eq!(done.version, original.snapshot().unwrap().version());
    let ids = |table: &Table| {
        let history = table.history(usize::MAX, None).unwrap().into_iter();
        history.map(|commit| commit.get().id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&original), ids(&copy));
}

#[test]
fn the_second_time_only_what_is_new_is_copied_and_what_is_not_needed_goes() {
    let source = MemoryStore::new();
    let (from, far) = (memory(&source), FarStore::new());
    let to = on(Arc::new(far.clone()));
    let table = from.create_table("items", items()).unwrap();
    for id in 0..4 {
        upsert(&table, id..id + 1, &"long ".repeat(20_000));
    }
    table.tag("first", &table.snapshot().unwrap()).unwrap();
    let first = copied(&from, &to);
    assert_eq!(
        (first.copied_files, first.copied_bytes),
        (first.files, first.bytes)
    );
    far.asked();
    let again = copied(&from, &to);
    assert_eq!((again.copied_files, again.files), (0, first.files));
    let asked = far.asked();
    assert!(
        !asked
            .iter()
            .any(|call| call.starts_with("put") || call.starts_with("create")),
        "{asked:?}"
    );

    upsert(&table, 9..10, &"more ".repeat(20_000));
    table.delete_tag("first").unwrap();
    table.tag("second", &table.snapshot().unwrap()).unwrap();
    let second = copied(&from, &to);
    assert_eq!((second.copied_files, second.files), (1, first.files + 1));
    let copy = to.open_table("items").unwrap();
    assert_eq!(copy.tags().unwrap(), table.tags().unwrap());

    table.optimize().unwrap();
    copied(&from, &to);
    copied(&from, &to);
    let names = |store: &dyn Store| {
        let entries = store.list("items.varve/data").unwrap().into_iter();
        let mut names: Vec<String> = entries.map(|entry| entry.name).collect();
        names.sort();
        names
    };
    assert_eq!(names(&far), names(&source));
    assert_copy(&table, &to.open_table("items").unwrap());
}

/// Another version of the source each time, with the place at the target where the power goes.
#[test]
fn after_a_power_cut_the_copy_is_an_earlier_one_or_none_and_the_next_one_goes_on() {
    let (disk, world) = (SimulatedDisk::new(), World::at(NOW));
    let at = |disk: &SimulatedDisk| {
        let store = LocalStore::on(Arc::new(disk.clone()), "/far/away/copy").journal(2, 36 * 1024);
        Database::with(Arc::new(store), Arc::clone(&world) as _)
    };
    let source = MemoryStore::new();
    let from = Database::with(Arc::new(source), Arc::clone(&world) as _);
    let table = from.create_table("items", items()).unwrap();
    let target = at(&disk);
    let mut ends = vec![0];
    for round in 0..4 {
        upsert(&table, round..round + 1, &"long ".repeat(15_000));
        upsert(&table, round..round + 2, "short");
        match round {
            1 => {
                table.tag("one", &table.snapshot().unwrap()).unwrap();
            }
            2 => {
                table.optimize().unwrap();
            }
            3 => {
                let filter = matching(&table, "long");
                table.purge(Some(&filter), &CommitOptions::default()).unwrap();
            }
            _ => {}
        }
        copied(&from, &target);
        ends.push(disk.effects());
    }
    let versions: Vec<u64> = (0..4).map(|round| 2 * round + 2 + round / 3).collect();
    let newest = table.snapshot().unwrap().version();
    assert_eq!(versions.last(), Some(&newest));
    for effects in 0..=disk.effects() {
        let last = ends.iter().rposition(|end| *end <= effects).unwrap();
        for (lost, cut) in disk.after_power_cut(effects, Duration::ZERO) {
            let place = format!("copy {last}, effect {effects}, lost {lost:?}");
            let database = at(&cut);
            match database.open_table("items") {
                Ok(copy) => {
                    let found = copy.snapshot().unwrap().version();
                    let allowed = [last.checked_sub(1), Some(last)];
                    let mut allowed = allowed.iter().flatten().filter_map(|at| versions.get(*at));
                    assert!(allowed.any(|version| *version == found), "{place}: {found}");
                    assert_eq!(copy.verify().unwrap().problems, [], "{place}");
                }
                Err(error) if error.code() == Code::TableNotFound => assert_eq!(last, 0, "{place}"),
                Err(error) => {
                    assert_eq!((error.code(), last), (Code::UnsupportedFormat, 0), "{place}");
                }
            }
            let done = copied(&from, &database);
            assert_eq!(done.version, newest, "{place}");
            let copy = at(&cut.durable()).open_table("items").unwrap();
            assert_copy(&table, &copy);
        }
    }
}

#[test]
fn ended_anywhere_it_goes_on_with_what_is_missing() {
    let (source, target) = (everything(), MemoryStore::new());
    let (from, to) = (database(&source), database(&target));
    for run in 1.. {
        let stop = Stop::default();
        let report = |progress: &CopyProgress| {
            if progress.files == run {
                stop.set();
            }
        };
        match from.backup(&to, None, &stop, &report) {
            Err(error) => {
                assert_eq!(error.code(), Code::Closed);
                assert_eq!(to.open_table("docs").unwrap_err().code(), Code::UnsupportedFormat);
                assert_eq!(to.verify_table("docs").unwrap().problems.len(), 1);
            }
            Ok(backup) => {
                let table = &backup.tables[0];
                assert!(run > 5 && run == table.files + 1, "{backup:?}");
                assert_eq!(table.copied_files, 0);
                break;
            }
        }
    }
    assert_copy(&from.open_table("docs").unwrap(), &to.open_table("docs").unwrap());
}

#[test]
fn a_damaged_file_is_named_never_copied_and_keeps_no_other_table_from_it() {
    let source = everything();
    let from = database(&source);
    from.create_table("other", items()).unwrap();
    let target = MemoryStore::new();
    let to = database(&target);
    copy(&from, &to).unwrap();
    let before = to.open_table("docs").unwrap().snapshot().unwrap().version();
    // What was copied is what is needed.
    let mut needed: Vec<String> = files(&target).into_iter().map(|(path, _)| path).collect();
    needed.retain(|path| !path.contains("/_manifests/") && path.starts_with("docs"));
    needed.push(newest_manifest(&source));
    assert!(needed.len() > 5, "{needed:?}");
    for path in needed {
        let bytes = source.open(&path).unwrap().unwrap().map().unwrap().to_vec();
        for at in [0, bytes.len() / 2, bytes.len() - 3] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            replace(&source, &path, &damaged);
            let empty = MemoryStore::new();
            let backup = copy(&database(&source), &database(&empty)).unwrap();
            let [error] = backup.failed.as_slice() else {
                panic!("{path}, byte {at}: {backup:?}");
            };
            assert_eq!(error.code(), Code::Corrupt, "{error}");
            assert_eq!(error.place().file.as_deref(), Some(path.as_str()));
            assert_eq!(error.place().table.as_deref(), Some("docs"));
            assert_eq!(backup.tables[0].name, "other");
            assert!(empty.open(&path).unwrap().is_none(), "{path}");
            assert!(database(&empty).open_table("docs").is_err());
        }
        replace(&source, &path, &bytes);
    }
    let copy = to.open_table("docs").unwrap();
    assert_eq!(copy.snapshot().unwrap().version(), before);
}

#[test]
fn what_is_at_the_target_and_no_earlier_state_is_not_written_over() {
    let (source, target) = (MemoryStore::new(), MemoryStore::new());
    let (from, to) = (memory(&source), memory(&target));
    let table = from.create_table("items", items()).unwrap();
    upsert(&table, 0..2, "one");
    let refused = |from: &Database, to: &Database| {
        let before = files(&target);
        let backup = copy(from, to).unwrap();
        assert_eq!(backup.tables, []);
        assert_eq!(files(&target), before);
        backup.failed[0].clone()
    };

    // Another table of its name.
    to.create_table("items", items()).unwrap();
    assert_eq!(refused(&from, &to).code(), Code::TableExists);
    to.drop_table("items").unwrap();

    // It was written to at the target, then in both places.
    copied(&from, &to);
    upsert(&to.open_table("items").unwrap(), 5..6, "there");
    assert_eq!(refused(&from, &to).code(), Code::Conflict);
    upsert(&table, 5..6, "here");
    assert_eq!(refused(&from, &to).code(), Code::Conflict);
    upsert(&table, 5..6, "here again");
    assert_eq!(refused(&from, &to).code(), Code::Conflict);

    // The source was dropped and made anew.
    to.drop_table("items").unwrap();
    copied(&from, &to);
    from.drop_table("items").unwrap();
    from.create_table("items", items()).unwrap();
    assert_eq!(refused(&from, &to).code(), Code::TableExists);
    assert_eq!(
        from.backup(&from, None, &Stop::default(), &|_| ())
            .unwrap_err()
            .code(),
        Code::InvalidArgument
    );
    let none = from.backup(&to, Some(&["nothing".to_owned()]), &Stop::default(), &|_| ());
    assert_eq!(none.unwrap().failed[0].code(), Code::TableNotFound);
}

/// Who made a copy, tidied it up and went back: the way is the same in both directions.
#[test]
fn a_copy_can_be_gone_on_with_and_copied_back() {
    let (source, target) = (MemoryStore::new(), MemoryStore::new());
    let (from, to) = (memory(&source), memory(&target));
    let table = from.create_table("items", items()).unwrap();
    upsert(&table, 0..3, &"long ".repeat(20_000));
    upsert(&table, 1..4, &"long ".repeat(20_000));
    copied(&from, &to);
    let copy = to.open_table("items").unwrap();
    copy.optimize().unwrap();
    upsert(&table, 7..8, "on");
    copied(&from, &to);
    assert_copy(&table, &copy);
    upsert(&copy, 8..9, "there");
    assert_eq!(copied(&to, &from).version, copy.snapshot().unwrap().version());
    assert_copy(&copy, &table);
    upsert(&table, 9..10, "and here again");
    copied(&from, &to);
    assert_copy(&table, &copy);
}

#[test]
fn what_was_purged_is_gone_from_the_copy_with_the_next_one() {
    let directory = tempfile::tempdir().unwrap();
    let local: Arc<dyn Catalog> = Arc::new(LocalStore::new(directory.path()).journal(1, 64 * 1024));
    for store in [local, Arc::new(FarStore::new())] {
        let source = MemoryStore::new();
        let (from, to) = (memory(&source), on(Arc::clone(&store)));
        let table = from.create_table("items", items()).unwrap();
        upsert(&table, 0..1, &"xylophone ".repeat(9_000));
        upsert(&table, 0..3, "xylophone");
        copied(&from, &to);
        upsert(&table, 4..5, "else");
        copied(&from, &to);
        // A copy that was cut short left a file that nothing names.
        store
            .put_if_absent(
                "items.varve/data/00000000000000000000000000000000.rows.arrow",
                b"xylophone",
            )
            .unwrap();
        let filter = matching(&table, "xylophone");
        table.purge(Some(&filter), &CommitOptions::default()).unwrap();
        upsert(&table, 5..6, "after");
        let holding = || {
            let files = files(&*store).into_iter();
            let holding = files.filter(|(_, bytes)| holds(bytes, b"xylophone"));
            holding.map(|(path, _)| path).collect::<Vec<_>>()
        };
        assert!(!holding().is_empty());
        copied(&from, &to);
        assert_eq!(holding(), Vec::<String>::new());
        let copy = to.open_table("items").unwrap();
        assert_copy(&table, &copy);
        assert_eq!(copy.verify().unwrap().warnings, []);
        assert_eq!(copied(&from, &to).copied_files, 0);
    }
}

/// A copy whose manifest is there is a table like any other: others tidy it up from then on.
#[test]
fn a_version_that_a_tag_keeps_stays_though_the_copy_is_tidied_up_at_once() {
    let source = MemoryStore::new();
    let from = memory(&source);
    let table = from.create_table("items", items()).unwrap();
    upsert(&table, 0..3000, "first");
    table
        .tag("first", &table.as_of(&AsOf::Version(1)).unwrap())
        .unwrap();
    upsert(&table, 0..3000, "second");
    table.set_retention(Some(0)).unwrap();
    WORLD.now.fetch_add(60_000, Ordering::Relaxed);
    table.optimize().unwrap();

    let target = MemoryStore::new();
    let meddled = MeddledStore::new(Arc::new(target.clone()), "_manifests");
    let to = on(Arc::<MeddledStore>::clone(&meddled));
    let tidied = memory(&target);
    let plan = Arc::clone(&meddled);
    let tidy_up = move || {
        let copy = tidied.open_table("items").unwrap();
        copy.optimize().unwrap();
    };
    // The first put begins the copy, the second one names its files.
    meddled.meddle(Meddling {
        after: Box::new(move || {
            plan.meddle(Meddling {
                after: Box::new(tidy_up),
                ..Meddling::default()
            });
        }),
        ..Meddling::default()
    });
    copied(&from, &to);
    assert!(meddled.is_done());
    let copy = to.open_table("items").unwrap();
    assert_eq!(rows_at(&copy, 1), rows_at(&table, 1));
    assert_eq!(copy.verify().unwrap().problems, []);
}

#[test]
fn a_file_is_read_in_parts() {
    let directory = tempfile::tempdir().unwrap();
    let (local, memory) = (LocalStore::new(directory.path()), MemoryStore::new());
    for store in [&local as &dyn Catalog, &memory] {
        store.create_table("t", 1, b"{}").unwrap();
        let bytes: Vec<u8> = (0..5_000_001_u32).map(|n| (n % 253) as u8).collect();
        let mut sink = store.create_whole("t/data/x").unwrap();
        bytes.chunks(777_777).for_each(|part| sink.write(part).unwrap());
        assert!(!store.exists("t/data/x").unwrap());
        sink.finish().unwrap();
        let (mut read, mut longest) = (Vec::new(), 0);
        let found = store.read_parts("t/data/x", &mut |part| {
            longest = longest.max(part.len());
            read.extend_from_slice(part);
            Ok(())
        });
        assert!(found.unwrap() && read == bytes && longest <= 1 << 20, "{longest}");
        assert_eq!(store.length("t/data/x").unwrap(), Some(5_000_001));
        assert_eq!(store.length("t/data/y").unwrap(), None);
        assert!(!store.read_parts("t/data/y", &mut |_| Ok(())).unwrap());
        // Who comes second leaves what is there.
        let mut second = store.create_whole("t/data/x").unwrap();
        second.write(&bytes).unwrap();
        second.finish().unwrap();
        assert_eq!(store.list("t/data").unwrap().len(), 1);
    }
}

#[test]
fn every_error_of_a_copy_says_what_happened_and_what_to_do() {
    let mut report = Report::default();
    let (source, target) = (MemoryStore::new(), MemoryStore::new());
    let (from, to) = (memory(&source), memory(&target));
    let table = from.create_table("items", items()).unwrap();
    let failed = |from: &Database, to: &Database| -> Result<()> {
        let backup = copy(from, to)?;
        backup.failed.first().cloned().map_or(Ok(()), Err)
    };
    report.add(failed(&from, &from));
    let nothing = from.backup(&to, Some(&["nothing".to_owned()]), &Stop::default(), &|_| ());
    report.add::<()>(Err(nothing.unwrap().failed[0].clone()));
    to.create_table("items", items()).unwrap();
    report.add(failed(&from, &to));
    to.drop_table("items").unwrap();
    to.create_table("ITEMS", items()).unwrap();
    report.add(failed(&from, &to));
    to.drop_table("ITEMS").unwrap();

    upsert(&table, 0..1, "one");
    let stop = Stop::default();
    report.add(from.backup(&to, None, &stop, &|_| stop.set()));
    report.add(to.open_table("items"));
    copied(&from, &to);
    upsert(&to.open_table("items").unwrap(), 0..1, "there");
    report.add(failed(&from, &to));
    upsert(&table, 0..1, "here");
    report.add(failed(&from, &to));
    let path = newest_manifest_of(&target, "items");
    replace(&target, &path, b"{}");
    report.add(failed(&from, &to));
    insta::assert_snapshot!(report.0);
}

fn newest_manifest_of(store: &MemoryStore, table: &str) -> String {
    let folder = format!("{table}.varve/_manifests");
    format!("{folder}/{}", store.first(&folder).unwrap().unwrap())
}
