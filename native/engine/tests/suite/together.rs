//! Changes of writers who wait at the same time become one manifest: each is a version of its own, sees what those before it did, and
//! fails alone.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use crate::support::meddling::{Answer, MeddledStore, Meddling};
use crate::support::rows::{batch, schema};
use crate::support::together::{Make, together};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Error, Filter, LocalStore, MemoryStore, OnKey, RowChange,
    Schema, Table, Value,
};

const START: i64 = 1_700_000_000_000;

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "text", "type": {"kind": "text"}, "nullable": true},
    ]}))
}

fn rows(on_key: OnKey, ids: impl IntoIterator<Item = i64>, text: &str, options: CommitOptions) -> Make {
    let row = |id| vec![Value::Int(id), Value::Text(text.to_owned())];
    let rows: Vec<Vec<Value>> = ids.into_iter().map(row).collect();
    Box::new(move |snapshot| {
        let schema = Arc::clone(snapshot.schema());
        RowChange::insert((batch(&schema, &rows), schema), on_key, None, options)
    })
}

fn insert(id: i64) -> Make {
    rows(OnKey::Refuse, [id], "new", CommitOptions::default())
}

fn upsert(id: i64, text: &str) -> Make {
    rows(OnKey::Replace, [id], text, CommitOptions::default())
}

fn demands(version: u64, id: i64) -> Make {
    let options = CommitOptions {
        if_version: Some(version),
        ..CommitOptions::default()
    };
    rows(OnKey::Refuse, [id], "new", options)
}

fn delete(low: i64, high: i64) -> Make {
    Box::new(move |snapshot| {
        let filter = json!({"op": "between", "column": ["id"], "low": low, "high": high});
        let filter = Filter::parse(&filter, snapshot.schema())?;
        Ok(RowChange::delete(Some(filter), CommitOptions::default()))
    })
}

fn table_in(store: &Arc<dyn Catalog>) -> Arc<Table> {
    let database = Database::with(Arc::clone(store), World::at(START));
    database.create_table("items", items()).unwrap()
}

fn memory() -> (Arc<dyn Catalog>, Arc<Table>) {
    let store: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
    let table = table_in(&store);
    (store, table)
}

fn newest(store: &Arc<dyn Catalog>) -> u64 {
    store.manifests("items.varve").newest().unwrap().unwrap()
}

fn ids_at(table: &Table, version: u64) -> Vec<i64> {
    let rows = all_rows(&table.as_of(&AsOf::Version(version)).unwrap());
    let id = |(_, row): &(u64, Vec<Value>)| match row.first() {
        Some(Value::Int(id)) => *id,
        _ => -1,
    };
    let mut ids: Vec<i64> = rows.iter().map(id).collect();
    ids.sort_unstable();
    ids
}

fn versions(results: &[varve_engine::Result<varve_engine::Written>]) -> Vec<Result<u64, Code>> {
    let version = |result: &varve_engine::Result<varve_engine::Written>| match result {
        Ok(written) => Ok(written.version),
        Err(error) => Err(error.code()),
    };
    results.iter().map(version).collect()
}

#[test]
fn each_is_a_version_of_its_own_and_sees_those_before_it() {
    let (store, table) = memory();
    let before = newest(&store);
    let changes = vec![
        insert(1),
        insert(2),
        insert(1),
        demands(2, 3),
        demands(2, 4),
        upsert(2, "new"),
        upsert(2, "newer"),
        delete(1, 1),
        insert(1),
    ];
    let results = together(&table, changes);
    let expected = [
        Ok(1),
        Ok(2),
        Err(Code::DuplicateKey),
        Ok(3),
        Err(Code::Conflict),
        // It is equal to the row that was inserted a moment ago.
        Ok(3),
        Ok(4),
        Ok(5),
        Ok(6),
    ];
    assert_eq!(versions(&results), expected);
    assert_eq!(results[5].as_ref().unwrap().unchanged, 1);
    assert_eq!(results[6].as_ref().unwrap().updated, 1);
    assert_eq!(newest(&store), before + 1);

    // As another process finds it, too.
    let other = Database::with(Arc::clone(&store), World::at(START));
    for table in [&table, &other.open_table("items").unwrap()] {
        let shown: Vec<Vec<i64>> = (0..=6).map(|version| ids_at(table, version)).collect();
        let none: Vec<i64> = Vec::new();
        let [one, two, three] = [vec![1], vec![1, 2], vec![1, 2, 3]];
        let expected = [none, one, two, three.clone(), three.clone(), vec![2, 3], three];
        assert_eq!(shown, expected);
        let history = table.history(usize::MAX, None).unwrap();
        let versions: Vec<u64> = history.iter().map(|commit| commit.get().version).collect();
        assert_eq!(versions, [6, 5, 4, 3, 2, 1]);
        let ids: BTreeSet<&str> = history.iter().map(|commit| commit.get().id.as_str()).collect();
        assert_eq!(ids.len(), 1, "commits of one put share the id of its manifest");
        let [third, fifth] = [3, 5].map(|version| table.as_of(&AsOf::Version(version)).unwrap());
        let difference = third.diff(&fifth, None, &third.schema().fields.clone()).unwrap();
        let counts = [
            difference.added.len(),
            difference.removed.len(),
            difference.after.len(),
        ];
        assert_eq!(counts, [0, 1, 1]);
    }
    assert_eq!(table.verify().unwrap().problems, []);
}

/// More than a manifest holds, and more than are committed at once.
#[test]
fn many_and_large_ones_fold_as_single_ones_do() {
    let (store, table) = memory();
    let long = "long ".repeat(5_000);
    let change = |id: i64| match id % 50 {
        49 => upsert(id, &long),
        _ => insert(id),
    };
    let results = together(&table, (0..600).map(change).collect());
    assert_eq!(versions(&results), (1..=600).map(Ok).collect::<Vec<_>>());
    assert_eq!(ids_at(&table, 300), (0..300).collect::<Vec<_>>());
    let other = Database::with(store, World::at(START))
        .open_table("items")
        .unwrap();
    assert_eq!(ids_at(&other, 600), (0..600).collect::<Vec<_>>());
    assert_eq!(ids_at(&other, 77), (0..77).collect::<Vec<_>>());
    assert_eq!(other.verify().unwrap().problems, []);
}

/// What a change came to counts only when the manifest landed.
#[test]
fn a_put_fails_or_succeeds_for_all_who_went_with_it() {
    let cases = [
        (false, Answer::Truth),
        // Another one was said to be first, so all are asked again.
        (false, Answer::Exists),
        // It landed, and the answer was lost.
        (true, Answer::Error),
    ];
    for (lands, answer) in cases {
        let store: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
        let meddled = MeddledStore::new(Arc::clone(&store), "_manifests/1");
        let table = table_in(&(Arc::clone(&meddled) as Arc<dyn Catalog>));
        together(&table, vec![insert(1)]);
        meddled.meddle(Meddling {
            lands,
            answer,
            ..Meddling::default()
        });
        let results = together(&table, vec![insert(1), insert(2), insert(2), insert(3)]);
        assert!(meddled.is_done());
        // The first one fails in any case.
        let (expected, next) = match answer {
            Answer::Truth => ([Err(Code::Io); 3], 2),
            _ => ([Ok(2), Err(Code::DuplicateKey), Ok(3)], 4),
        };
        let results = versions(&results);
        assert_eq!(
            (results[0], &results[1..]),
            (Err(Code::DuplicateKey), &expected[..])
        );
        assert_eq!(versions(&together(&table, vec![insert(4)])), [Ok(next)]);
    }
}

#[test]
fn another_process_comes_first_and_all_are_asked_again() {
    let store: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
    let meddled = MeddledStore::new(Arc::clone(&store), "_manifests/1");
    let table = table_in(&(Arc::clone(&meddled) as Arc<dyn Catalog>));
    let other = Database::with(store, World::at(START))
        .open_table("items")
        .unwrap();
    meddled.meddle(Meddling {
        before: Box::new(move || {
            together(&other, vec![insert(2), insert(9)]);
        }),
        ..Meddling::default()
    });
    let results = together(&table, vec![insert(1), insert(2), demands(1, 3), demands(3, 4)]);
    assert!(meddled.is_done());
    let expected = [Ok(3), Err(Code::DuplicateKey), Err(Code::Conflict), Ok(4)];
    assert_eq!(versions(&results), expected);
    assert_eq!(ids_at(&table, 4), [1, 2, 4, 9]);
}

#[test]
fn what_cannot_be_made_fails_alone() {
    let (_, table) = memory();
    let refused: Make = Box::new(|_| Err(Error::new(Code::InvalidRow, "no row")));
    let results = together(&table, vec![insert(1), refused, insert(2)]);
    assert_eq!(versions(&results), [Ok(1), Err(Code::InvalidRow), Ok(2)]);
}

#[test]
fn who_does_not_attend_takes_back_and_others_go_on() {
    let (_, table) = memory();
    let (sender, receiver) = mpsc::channel();
    let attendant = table.hand_over_rows(None, insert(1), move |written| {
        sender.send(written.is_ok()).unwrap()
    });
    drop(attendant.unwrap());
    // Nobody is told, and nothing waits: neither a change of rows nor one of the layout.
    assert_eq!(receiver.recv(), Err(mpsc::RecvError));
    table.set_retention(Some(1 << 40)).unwrap();
    assert_eq!(versions(&together(&table, vec![insert(2)])), [Ok(1)]);
}

/// Whoever waits for the table leads those before it.
#[test]
fn changes_without_an_attendant_are_led_by_those_behind_them() {
    let (_, table) = memory();
    let (sender, receiver) = mpsc::channel();
    let attendant = table.hand_over_rows(None, insert(1), move |written| {
        sender.send(written.unwrap().version).unwrap();
    });
    table.set_retention(Some(1 << 40)).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    attendant.unwrap().attend();
    assert_eq!(ids_at(&table, 1), [1]);
}

#[test]
fn a_panic_of_one_is_no_silence_for_the_others() {
    let (_, table) = memory();
    let wild: Make = Box::new(|_| std::panic::panic_any("wild"));
    let (sender, receiver) = mpsc::channel();
    let mut attendant = None;
    for change in [insert(1), wild, insert(2)] {
        let sender = sender.clone();
        let handed = table.hand_over_rows(None, change, move |written| sender.send(written).unwrap());
        attendant = attendant.or(handed);
    }
    drop(sender);
    let attend = || attendant.unwrap().attend();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(attend)).is_err());
    let results: Vec<_> = receiver.try_iter().collect();
    assert_eq!(versions(&results), [Err(Code::CommitUnknown); 3]);
    assert_eq!(
        results[0].as_ref().unwrap_err().message(),
        "The engine failed while it committed this write together with others."
    );
    assert_eq!(versions(&together(&table, vec![insert(3)])), [Ok(1)]);
}

/// Threads that wait, changes that are handed over, and upkeep, all at once and on disk.
#[test]
fn all_kinds_of_writers_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<dyn Catalog> = Arc::new(LocalStore::new(directory.path()).journal(0, 128 * 1024));
    let table = table_in(&store);
    let (next, told, over) = (
        AtomicU64::new(0),
        Arc::new(AtomicU64::new(0)),
        AtomicBool::new(false),
    );
    let fresh = || i64::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
    std::thread::scope(|scope| {
        let waits = || {
            for _ in 0..25 {
                let change = insert(fresh())(&table.snapshot().unwrap()).unwrap();
                table.change_rows(change).unwrap();
            }
        };
        let hands_over = || {
            for _ in 0..25 {
                let told = Arc::clone(&told);
                let attendant = table.hand_over_rows(None, insert(fresh()), move |written| {
                    written.unwrap();
                    told.fetch_add(1, Ordering::Relaxed);
                });
                if let Some(attendant) = attendant {
                    attendant.attend();
                }
            }
        };
        let mut writers: Vec<_> = (0..3).map(|_| scope.spawn(waits)).collect();
        writers.extend((0..3).map(|_| scope.spawn(hands_over)));
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                table.maintain().unwrap();
                table.set_retention(Some(1 << 50)).unwrap();
            }
        });
        let ends: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        over.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok));
    });
    assert_eq!(told.load(Ordering::Relaxed), 75);
    assert_eq!(ids_at(&table, 150), (0..150).collect::<Vec<_>>());
    assert_eq!(table.snapshot().unwrap().version(), 150);
}
