//! Several writers, of whose requests many are lost, answered late or refused: every commit that was acknowledged is there once, and versions
//! have no gap.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use varve_engine::{Code, CommitOptions, Database, Find, OnKey, Schema, SystemEnvironment, Value};

use crate::store::{Fault, TestStore};
use crate::support::rows::{batch, schema};

const WRITERS: i64 = 4;
const COMMITS: i64 = 15;

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

fn database(store: &TestStore) -> Database {
    Database::with(
        Arc::new(store.bucket(&Default::default())),
        Arc::new(SystemEnvironment),
    )
}

fn write_together(store: &TestStore) {
    database(store).create_table("t", numbers()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let table = database(store).open_table("t").unwrap();
                for commit in 0..COMMITS {
                    let rows = [vec![Value::Int(writer * 1000 + commit)]];
                    let options = CommitOptions::default();
                    table
                        .insert(batch(&numbers(), &rows), &numbers(), OnKey::Refuse, &options)
                        .unwrap();
                }
            });
        }
    });
    let table = database(store).open_table("t").unwrap();
    let snapshot = table.snapshot().unwrap();
    assert_eq!(snapshot.version(), (WRITERS * COMMITS) as u64);
    let found = snapshot.find(&Find::default(), numbers().fields).unwrap();
    let field = &snapshot.schema().fields[0];
    let values: BTreeSet<i64> = (0..found.len())
        .map(|row| match found.value(field, row).unwrap() {
            Value::Int(n) => n,
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = (0..WRITERS).flat_map(|writer| (0..COMMITS).map(move |commit| writer * 1000 + commit));
    assert_eq!(values, expected.collect());
    assert_eq!(found.len(), values.len());
    let history = table.history(1000, None).unwrap();
    let versions: BTreeSet<u64> = history.iter().map(|commit| commit.get().version).collect();
    assert_eq!(versions, (1..=(WRITERS * COMMITS) as u64).collect());
    assert_eq!(table.verify().unwrap().problems, []);
}

#[test]
fn writers_of_a_bucket_lose_nothing() {
    write_together(&TestStore::new());
}

#[test]
fn writers_of_a_bucket_that_is_slow_and_loses_answers_lose_nothing() {
    let mut store = TestStore::faulty();
    store.slow = Duration::from_millis(1);
    write_together(&store);
}

#[test]
fn a_commit_whose_answer_was_lost_is_known_by_what_stands_there() {
    for fault in [Fault::Lost, Fault::AnswerLost, Fault::Conflict, Fault::Busy] {
        let store = TestStore::failing(move |number| (number == 4).then_some(fault));
        let database = database(&store);
        let table = database.create_table("t", numbers()).unwrap();
        for n in 0..4 {
            let options = CommitOptions::default();
            let row = batch(&numbers(), &[vec![Value::Int(n)]]);
            table.insert(row, &numbers(), OnKey::Refuse, &options).unwrap();
        }
        assert_eq!(table.snapshot().unwrap().version(), 4, "{fault:?}");
    }
}

#[test]
fn a_commit_of_which_nobody_can_know_says_so() {
    let store = TestStore::failing(|number| (number >= 3).then_some(Fault::Lost));
    let table = database(&store).create_table("t", numbers()).unwrap();
    let row = batch(&numbers(), &[vec![Value::Int(1)]]);
    store.asked();
    let error = table
        .insert(row, &numbers(), OnKey::Refuse, &CommitOptions::default())
        .unwrap_err();
    assert_eq!(error.code(), Code::CommitUnknown);
    let puts = store
        .asked()
        .into_iter()
        .filter(|asked| asked.starts_with("CREATE"));
    assert_eq!(puts.count(), 6);
}
