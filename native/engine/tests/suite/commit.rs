//! A commit happens once or not at all, whatever the store answers and whoever else writes meanwhile.
//!
//! The oracle is the same table without mishaps: what a writer did while another slept is done there before or after.

use std::sync::{Arc, Mutex, mpsc};

use crate::support::meddling::{Answer, MeddledStore, Meddling};
use crate::support::rows::{batch, schema};
use crate::support::together::{Make, together};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Field, Filter, LocalStore, MemoryStore, OnKey, Result,
    RowChange, Schema, Table, Value,
};

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "text", "type": {"kind": "text"}, "nullable": true},
    ]}))
}

fn none() -> CommitOptions {
    CommitOptions::default()
}

fn put(table: &Table, on_key: OnKey, ids: impl IntoIterator<Item = i64>, text: &str) -> Result<()> {
    let schema = Arc::clone(table.snapshot()?.schema());
    let row = |id| {
        let mut row = vec![Value::Int(id), Value::Text(text.to_owned())];
        row.resize(schema.fields.len(), Value::Null);
        row
    };
    let rows: Vec<Vec<Value>> = ids.into_iter().map(row).collect();
    table
        .insert(batch(&schema, &rows), &schema, on_key, &none())
        .map(|_| ())
}

fn insert(table: &Table, ids: impl IntoIterator<Item = i64>) -> Result<()> {
    put(table, OnKey::Refuse, ids, "new")
}

fn delete(table: &Table, low: i64, high: i64) -> Result<()> {
    let filter = json!({"op": "between", "column": ["id"], "low": low, "high": high});
    let filter = Filter::parse(&filter, table.snapshot()?.schema())?;
    table.delete(Some(&filter), &none()).map(|_| ())
}

/// Gives the rows of some ids another text.
fn update(table: &Table, ids: &[u64], text: &str) -> Result<()> {
    let schema = Arc::clone(table.snapshot()?.schema());
    let mut only = (*schema).clone();
    only.fields.retain(|field| field.name == "text");
    let rows: Vec<Vec<Value>> = ids.iter().map(|_| vec![Value::Text(text.to_owned())]).collect();
    table
        .update(ids, &batch(&only, &rows), &schema, &none())
        .map(|_| ())
}

fn stage(table: &Arc<Table>) -> Result<()> {
    let mut stage = varve_engine::StagedRows::new(Arc::clone(table), OnKey::Replace)?;
    // The id 7 and one that is new, as the binding writes them; the other column is left out.
    let mut bytes = Vec::new();
    for word in [0x4252_5631_u32, 2, 1, 0, 1, 2, 0, 0] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    for id in [7_i64, 501] {
        bytes.extend_from_slice(&id.to_le_bytes());
    }
    stage.add(&bytes)?;
    stage.commit(&none()).map(|_| ())
}

fn extra_column() -> Field {
    serde_json::from_value(json!({"name": "extra", "type": {"kind": "int"}, "default": 7, "nullable": true}))
        .unwrap()
}

/// A long text, so that rows do not fit into a manifest.
fn long() -> String {
    "long ".repeat(8_000)
}

type Write = fn(&Arc<Table>) -> Result<()>;

/// Everything that puts a manifest.
const WRITES: [(&str, Write); 14] = [
    ("insert", |table| insert(table, [500])),
    ("several together", several),
    ("insert of many bytes", |table| {
        put(table, OnKey::Refuse, [500, 501], &long())
    }),
    ("upsert", |table| put(table, OnKey::Replace, [3, 500], "upserted")),
    ("stage", stage),
    ("update", |table| update(table, &[5, 6], "updated")),
    ("delete", |table| delete(table, 0, 1_010)),
    ("delete all", |table| table.delete(None, &none()).map(|_| ())),
    ("add a column", |table| {
        table.add_columns(&[extra_column()], &none()).map(|_| ())
    }),
    ("drop a column", |table| {
        table.drop_columns(&["text".to_owned()], &none()).map(|_| ())
    }),
    ("restore", |table| {
        table
            .restore(&table.as_of(&AsOf::Version(2))?, &none())
            .map(|_| ())
    }),
    ("maintain", |table| table.maintain().map(|_| ())),
    ("optimize", |table| table.optimize().map(|_| ())),
    ("set the retention", |table| table.set_retention(Some(1 << 40))),
];

/// Commits of one manifest; of one that is refused the others know nothing.
fn several(table: &Arc<Table>) -> Result<()> {
    let change = |on_key: OnKey, ids: [i64; 2], text: &str| -> Make {
        let row = |id| vec![Value::Int(id), Value::Text(text.to_owned())];
        let rows = ids.map(row);
        Box::new(move |snapshot| {
            let schema = Arc::clone(snapshot.schema());
            RowChange::insert((batch(&schema, &rows), schema), on_key, None, none())
        })
    };
    let changes = vec![
        change(OnKey::Refuse, [500, 501], &long()),
        change(OnKey::Refuse, [502, 500], "refused"),
        change(OnKey::Replace, [3, 500], "together"),
    ];
    let [first, refused, last] = <[_; 3]>::try_from(together(table, changes)).unwrap();
    let code = |result: &Result<_>| result.as_ref().err().map(|error| error.code());
    match first {
        Ok(_) => assert_eq!((code(&refused), code(&last)), (Some(Code::DuplicateKey), None)),
        Err(_) => assert_eq!([code(&refused), code(&last)], [code(&first); 2]),
    }
    first.map(|_| ())
}

/// A table with rows in four fragments and in its manifest, and some that died.
fn prepared(database: &Database) -> Arc<Table> {
    let table = database.create_table("items", items()).unwrap();
    for i in 0..4 {
        put(
            &table,
            OnKey::Refuse,
            [i * 10, i * 10 + 3, i * 10 + 7],
            &long()[..17_000],
        )
        .unwrap();
        put(&table, OnKey::Refuse, [i * 10 + 1], &long()).unwrap();
    }
    put(&table, OnKey::Replace, [1, 40, 41], "short").unwrap();
    delete(&table, 20, 21).unwrap();
    table
}

/// What other writers do meanwhile: enough that everything from before is tidied up.
fn others(table: &Table) {
    for i in 0..50 {
        insert(table, [1_000 + i]).unwrap();
    }
    table.optimize().unwrap();
}

/// All that a user can see of a table.
fn visible(database: &Database) -> Vec<String> {
    let table = database.open_table("items").unwrap();
    let mut seen = Vec::new();
    for commit in table.history(usize::MAX, None).unwrap() {
        let commit = commit.get();
        let counts = (commit.inserted, commit.updated, commit.deleted);
        seen.push(format!("{} {:?} {counts:?}", commit.version, commit.operation));
        let snapshot = table.as_of(&AsOf::Version(commit.version)).unwrap();
        seen.push(format!("{:?}", all_rows(&snapshot)));
    }
    assert!(table.verify().unwrap().problems.is_empty());
    seen
}

fn equal(name: &str, found: &[String], expected: &[String]) {
    for (found, expected) in found.iter().zip(expected) {
        let short = |text: &str| text.replace("long ", "").chars().take(2_000).collect::<String>();
        assert!(
            found == expected,
            "{name}:\n{}\nis not\n{}",
            short(found),
            short(expected)
        );
    }
    assert_eq!(found.len(), expected.len(), "{name}");
}

/// Two databases in one store, one of them behind a door where something happens.
struct Pair {
    meddled: Arc<MeddledStore>,
    writer: Database,
    other: Database,
}

fn pair() -> Pair {
    pair_in(Arc::new(MemoryStore::new()))
}

fn pair_in(store: Arc<dyn Catalog>) -> Pair {
    let world = World::at(1_700_000_000_000);
    let meddled = MeddledStore::new(Arc::clone(&store), "_manifests/1");
    Pair {
        writer: Database::with(Arc::clone(&meddled) as Arc<dyn Catalog>, Arc::clone(&world) as _),
        meddled,
        other: Database::with(store, world),
    }
}

type Step<'a> = &'a dyn Fn(&Arc<Table>);

/// The table after some steps without mishaps.
fn undisturbed(steps: &[Step<'_>]) -> Vec<String> {
    let pair = pair();
    let table = prepared(&pair.writer);
    steps.iter().for_each(|step| step(&table));
    visible(&pair.writer)
}

#[test]
fn a_lost_acknowledgement_is_no_lost_commit() {
    for (name, write) in WRITES {
        for answer in [Answer::Error, Answer::Exists] {
            let pair = pair();
            let table = prepared(&pair.writer);
            pair.meddled.meddle(Meddling {
                answer,
                ..Meddling::default()
            });
            write(&table).unwrap();
            assert!(pair.meddled.is_done(), "{name}");
            let expected = undisturbed(&[&|table| write(table).unwrap()]);
            equal(name, &visible(&pair.writer), &expected);
            equal(name, &visible(&pair.other), &expected);
        }
    }
}

#[test]
fn a_commit_just_before_its_table_gets_another_name_is_not_said_to_have_failed() {
    for (name, write) in WRITES {
        let store: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
        let pair = pair_in(Arc::clone(&store));
        let table = prepared(&pair.writer);
        let other = Database::with(store, World::at(1_700_000_000_000));
        let after = Box::new(move || other.rename_table("items", "things").unwrap());
        pair.meddled.meddle(Meddling {
            after,
            ..Meddling::default()
        });
        assert_eq!(write(&table).unwrap_err().code(), Code::CommitUnknown, "{name}");
        pair.other.rename_table("things", "items").unwrap();
        let expected = undisturbed(&[&|table| write(table).unwrap()]);
        equal(name, &visible(&pair.other), &expected);
    }
}

#[test]
fn an_error_that_is_true_changes_nothing() {
    for (name, write) in WRITES {
        let pair = pair();
        let table = prepared(&pair.writer);
        let before = visible(&pair.other);
        let (lands, answer) = (false, Answer::Error);
        pair.meddled.meddle(Meddling {
            lands,
            answer,
            ..Meddling::default()
        });
        assert_eq!(write(&table).unwrap_err().code(), Code::Io, "{name}");
        equal(name, &visible(&pair.other), &before);
        write(&table).unwrap();
        equal(
            name,
            &visible(&pair.other),
            &undisturbed(&[&|table| write(table).unwrap()]),
        );
    }
}

#[test]
fn a_writer_that_slept_before_its_put_comes_after_the_others() {
    for (name, write) in WRITES {
        let expected = undisturbed(&[&|table| others(table), &|table| write(table).unwrap()]);
        for answer in [Answer::Truth, Answer::Error, Answer::Exists] {
            let pair = pair();
            let table = prepared(&pair.writer);
            let other = pair.other.open_table("items").unwrap();
            let before = Box::new(move || others(&other));
            pair.meddled.meddle(Meddling {
                before,
                answer,
                ..Meddling::default()
            });
            write(&table).unwrap();
            assert!(pair.meddled.is_done(), "{name}");
            equal(name, &visible(&pair.writer), &expected);
            equal(name, &visible(&pair.other), &expected);
        }
    }
}

#[test]
fn a_writer_that_slept_after_its_put_has_committed_once() {
    for (name, write) in WRITES {
        let expected = undisturbed(&[&|table| write(table).unwrap(), &|table| others(table)]);
        for answer in [Answer::Truth, Answer::Error, Answer::Exists] {
            let pair = pair();
            let table = prepared(&pair.writer);
            let other = pair.other.open_table("items").unwrap();
            let after = Box::new(move || others(&other));
            pair.meddled.meddle(Meddling {
                after,
                answer,
                ..Meddling::default()
            });
            write(&table).unwrap();
            assert!(pair.meddled.is_done(), "{name}");
            equal(name, &visible(&pair.writer), &expected);
            equal(name, &visible(&pair.other), &expected);
        }
    }
}

/// The name that one sleeper makes anew is that by which the other would know that it did not sleep.
#[test]
fn two_writers_that_slept_do_not_vouch_for_each_other() {
    let store: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
    let world = World::at(1_700_000_000_000);
    let doors = [(); 2].map(|()| MeddledStore::new(Arc::clone(&store), "_manifests/1"));
    let open = |store: Arc<dyn Catalog>| Database::with(store, Arc::clone(&world) as _);
    let other = open(store).create_table("items", items()).unwrap();
    let [first, second] = [0, 1].map(|i| open(Arc::clone(&doors[i]) as _).open_table("items").unwrap());
    let (parked, is_parked) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    doors[1].meddle(Meddling {
        before: Box::new(move || {
            parked.send(()).unwrap();
            may_go.recv().unwrap();
        }),
        ..Meddling::default()
    });
    let sleeper = Arc::new(Mutex::new(None));
    let (asleep, others_table) = (Arc::clone(&sleeper), Arc::clone(&other));
    let before = Box::new(move || {
        insert(&others_table, [1]).unwrap();
        *asleep.lock().unwrap() = Some(std::thread::spawn(move || insert(&second, [2]).unwrap()));
        is_parked.recv().unwrap();
        others(&others_table);
    });
    let after = Box::new(move || {
        go.send(()).unwrap();
        sleeper.lock().unwrap().take().unwrap().join().unwrap();
    });
    doors[0].meddle(Meddling {
        before,
        after,
        ..Meddling::default()
    });
    insert(&first, [3]).unwrap();
    assert_eq!(all_rows(&other.snapshot().unwrap()).len(), 53);
}

#[test]
fn tidying_up_right_behind_a_put_does_not_undo_it() {
    let tidy = |table: &Arc<Table>| table.optimize().map(|_| ()).unwrap();
    for (name, write) in WRITES {
        let expected = undisturbed(&[&tidy, &|table| write(table).unwrap(), &tidy]);
        let pair = pair();
        let table = prepared(&pair.writer);
        tidy(&table);
        let other = pair.other.open_table("items").unwrap();
        let after = Box::new(move || tidy(&other));
        pair.meddled.meddle(Meddling {
            after,
            ..Meddling::default()
        });
        write(&table).unwrap();
        equal(name, &visible(&pair.writer), &expected);
        equal(name, &visible(&pair.other), &expected);
    }
}

#[test]
fn a_write_reports_its_own_commit() {
    let pair = pair();
    let table = prepared(&pair.writer);
    let (reader, other) = (Arc::clone(&table), pair.other.open_table("items").unwrap());
    let after = Box::new(move || {
        other.delete(None, &none()).unwrap();
        reader.snapshot().unwrap();
    });
    pair.meddled.meddle(Meddling {
        after,
        ..Meddling::default()
    });
    let before = table.snapshot().unwrap().version();
    let rows = batch(&items(), &[]);
    assert_eq!(
        table
            .insert(rows, &items(), OnKey::Refuse, &none())
            .unwrap()
            .version,
        before
    );
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let rows = batch(
        &schema,
        &[
            vec![Value::Int(500), Value::Null],
            vec![Value::Int(1), Value::Null],
        ],
    );
    let written = table.insert(rows, &schema, OnKey::Replace, &none()).unwrap();
    assert_eq!(
        (
            written.version,
            written.inserted,
            written.updated,
            written.deleted
        ),
        (before + 1, 1, 1, 0)
    );
    assert_eq!(table.snapshot().unwrap().version(), before + 2);
}

#[test]
fn a_dropped_table_stays_dropped() {
    for (name, write) in WRITES {
        for again in [false, true] {
            drop_meanwhile(pair(), again, name, write);
            let directory = tempfile::tempdir().unwrap();
            drop_meanwhile(
                pair_in(Arc::new(LocalStore::new(directory.path()).journal(0, 512 * 1024))),
                again,
                name,
                write,
            );
            let left = std::fs::read_dir(directory.path()).unwrap().count();
            assert_eq!(left, usize::from(again), "{name}");
        }
    }
}

/// While a writer sleeps, somebody drops the table, and perhaps creates it again.
fn drop_meanwhile(pair: Pair, again: bool, name: &str, write: Write) {
    let table = prepared(&pair.writer);
    let reader = pair.other.open_table("items").unwrap();
    let other = Arc::new(pair.other);
    let dropping = Arc::clone(&other);
    let before = Box::new(move || {
        dropping.drop_table("items").unwrap();
        if again {
            prepared(&dropping);
        }
    });
    pair.meddled.meddle(Meddling {
        before,
        ..Meddling::default()
    });
    let expected = if again { Code::Closed } else { Code::TableNotFound };
    assert_eq!(write(&table).unwrap_err().code(), expected, "{name}");
    assert_eq!(write(&table).unwrap_err().code(), expected, "{name}");
    assert_eq!(reader.snapshot().unwrap_err().code(), expected, "{name}");
    if again {
        equal(name, &visible(&other), &undisturbed(&[]));
    } else {
        assert_eq!(other.table_names().unwrap(), Vec::<String>::new(), "{name}");
        assert_eq!(other.open_table("items").unwrap_err().code(), Code::TableNotFound);
    }
}

#[test]
fn handles_of_an_earlier_life_are_refused_even_within_a_millisecond() {
    let pair = pair();
    let stale = pair.other.create_table("items", items()).unwrap();
    let snapshot = stale.snapshot().unwrap();
    pair.writer.drop_table("items").unwrap();
    let table = pair.writer.create_table("items", items()).unwrap();
    table.tag("kept", &table.snapshot().unwrap()).unwrap();
    let refused = |what: Result<()>| assert_eq!(what.unwrap_err().code(), Code::Closed);
    for (_, write) in &WRITES[..4] {
        refused(write(&stale));
    }
    refused(stale.snapshot().map(|_| ()));
    refused(stale.as_of(&AsOf::Version(0)).map(|_| ()));
    refused(stale.history(1, None).map(|_| ()));
    refused(stale.tags().map(|_| ()));
    refused(stale.tag("new", &snapshot).map(|_| ()));
    refused(stale.delete_tag("kept"));
    refused(stale.set_retention(None));
    refused(stale.optimize().map(|_| ()));
    assert_eq!(table.tags().unwrap().len(), 1);
    assert_eq!(all_rows(&table.snapshot().unwrap()), []);
    insert(&pair.other.open_table("items").unwrap(), [1]).unwrap();
    assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 1);
}

#[test]
fn creating_is_decided_by_one_put() {
    let pair = pair();
    let answer = Answer::Error;
    pair.meddled.meddle(Meddling {
        answer,
        ..Meddling::default()
    });
    let table = pair.writer.create_table("items", items()).unwrap();
    insert(&table, [1]).unwrap();
    let exists = |database: &Database| database.create_table("items", items()).unwrap_err().code();
    assert_eq!(
        (exists(&pair.writer), exists(&pair.other)),
        (Code::TableExists, Code::TableExists)
    );
    pair.other.drop_table("items").unwrap();
    let (lands, answer) = (false, Answer::Error);
    pair.meddled.meddle(Meddling {
        lands,
        answer,
        ..Meddling::default()
    });
    assert_eq!(
        pair.writer.create_table("items", items()).unwrap_err().code(),
        Code::Io
    );
    assert_eq!(pair.other.table_names().unwrap(), Vec::<String>::new());
    pair.other.create_table("items", items()).unwrap();
    assert_eq!(pair.writer.table_names().unwrap(), ["items"]);
}

#[test]
fn a_lost_acknowledgement_of_a_tag_is_no_error() {
    let world = World::at(1_700_000_000_000);
    let store = MeddledStore::new(Arc::new(MemoryStore::new()), "_tags/");
    let database = Database::with(Arc::clone(&store) as Arc<dyn Catalog>, world);
    let table = prepared(&database);
    let snapshot = table.as_of(&AsOf::Version(3)).unwrap();
    let answer = Answer::Error;
    store.meddle(Meddling {
        answer,
        ..Meddling::default()
    });
    assert_eq!(table.tag("one", &snapshot).unwrap().version, 3);
    store.meddle(Meddling {
        lands: false,
        answer,
        ..Meddling::default()
    });
    assert_eq!(table.tag("two", &snapshot).unwrap_err().code(), Code::Io);
    assert_eq!(table.tag("one", &snapshot).unwrap_err().code(), Code::TagExists);
    assert_eq!(table.tags().unwrap().len(), 1);
}

#[test]
fn two_handles_rebase_on_each_other() {
    let pair = pair();
    let a = prepared(&pair.writer);
    let b = pair.other.open_table("items").unwrap();
    let meanwhile = |work: fn(&Table)| {
        let other = Arc::clone(&b);
        let before = Box::new(move || work(&other));
        pair.meddled.meddle(Meddling {
            before,
            ..Meddling::default()
        });
    };
    let version = || a.snapshot().unwrap().version();
    let start = version();
    // Rows that others insert come first; rows that others delete are not deleted again.
    meanwhile(|other| insert(other, [600]).unwrap());
    insert(&a, [601]).unwrap();
    meanwhile(|other| delete(other, 30, 33).unwrap());
    delete(&a, 10, 13).unwrap();
    assert_eq!(version(), start + 4);
    let rows = all_rows(&a.snapshot().unwrap());
    let ids: Vec<&Value> = rows.iter().map(|(_, row)| &row[0]).collect();
    let expected = [0, 3, 7, 17, 23, 27, 37, 1, 40, 41, 600, 601].map(Value::Int);
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    // One new key, written twice: two inserts are one too many, two upserts are one row.
    meanwhile(|other| insert(other, [700]).unwrap());
    assert_eq!(insert(&a, [700]).unwrap_err().code(), Code::DuplicateKey);
    meanwhile(|other| put(other, OnKey::Replace, [701], "theirs").unwrap());
    put(&a, OnKey::Replace, [701], "ours").unwrap();
    let found = a
        .snapshot()
        .unwrap()
        .get(&Value::Int(701), items().fields)
        .unwrap();
    let text = a.snapshot().unwrap().schema().field("text").unwrap().clone();
    assert_eq!(found.value(&text, 0).unwrap(), Value::Text("ours".to_owned()));
    // An update of a row that ended meanwhile is in vain.
    let id = found.id(0);
    meanwhile(|other| put(other, OnKey::Replace, [701], "theirs").unwrap());
    assert_eq!(update(&a, &[id], "late").unwrap_err().code(), Code::Conflict);
    let id = a
        .snapshot()
        .unwrap()
        .get(&Value::Int(701), Vec::new())
        .unwrap()
        .id(0);
    meanwhile(|other| insert(other, [702]).unwrap());
    update(&a, &[id], "in time").unwrap();
    // A column that came meanwhile: rows that were made without it show its default.
    meanwhile(|other| other.add_columns(&[extra_column()], &none()).map(|_| ()).unwrap());
    insert(&a, [703]).unwrap();
    let extra = a.snapshot().unwrap().schema().field("extra").unwrap().clone();
    let found = a.snapshot().unwrap().get(&Value::Int(703), vec![extra.clone()]);
    assert_eq!(found.unwrap().value(&extra, 0).unwrap(), Value::Int(7));
    // A column that went meanwhile: rows that bring it are refused.
    meanwhile(|other| {
        other
            .drop_columns(&["text".to_owned()], &none())
            .map(|_| ())
            .unwrap()
    });
    let refused = insert(&a, [704]).unwrap_err();
    assert_eq!(refused.code(), Code::Conflict);
    assert_eq!(refused.place().column.as_deref(), Some("text"));
    assert_eq!(visible(&pair.writer), visible(&pair.other));
}
