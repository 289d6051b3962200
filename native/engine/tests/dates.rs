//! Dates of commits go up whatever the clock does, and what they mean does not change afterwards.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support {
    pub(crate) mod rows;
    pub(crate) mod world;
}

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;
use support::rows::{batch, schema};
use support::world::World;
use varve_engine::database::Database;
use varve_engine::error::{Code, Result};
use varve_engine::filter::Filter;
use varve_engine::history::AsOf;
use varve_engine::schema::Schema;
use varve_engine::store::MemoryStore;
use varve_engine::table::{CommitOptions, OnKey, Snapshot, Table, Written};
use varve_engine::value::Value;

const DAY: i64 = 86_400_000;
const START: i64 = 20_000 * DAY;

struct Bench {
    world: Arc<World>,
    table: Arc<Table>,
}

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

impl Bench {
    fn new() -> Self {
        let world = World::at(START);
        let database = Database::with(Arc::new(MemoryStore::new()), Arc::clone(&world) as _);
        let table = database.create_table("numbers", numbers()).unwrap();
        Self { world, table }
    }

    fn at(&self, now: i64) -> &Self {
        self.world.now.store(now, Ordering::Relaxed);
        self
    }

    fn insert(&self, n: i64, effective_at: Option<i64>) -> Result<Written> {
        let options = CommitOptions {
            effective_at,
            ..CommitOptions::default()
        };
        let rows = batch(&numbers(), &[vec![Value::Int(n)]]);
        self.table.insert(rows, &numbers(), OnKey::Refuse, &options)
    }

    fn delete(&self, n: i64) {
        let filter = Filter::parse(&json!({"op": "eq", "column": ["n"], "value": n}), &numbers()).unwrap();
        self.table
            .delete(Some(&filter), &CommitOptions::default())
            .unwrap();
    }

    fn version(&self, moment: AsOf) -> Result<u64> {
        self.table.as_of(&moment).map(|snapshot| snapshot.version())
    }

    fn expired(&self, moment: AsOf) -> bool {
        self.table
            .as_of(&moment)
            .is_err_and(|error| error.code() == Code::VersionExpired)
    }
}

fn count(snapshot: &Snapshot) -> u64 {
    snapshot.count(None).unwrap()
}

#[test]
fn the_clock_may_stand_still_and_run_backwards() {
    let bench = Bench::new();
    let clock = [
        START,
        START,
        START,
        START - DAY,
        START + 5,
        START + 5,
        i64::MIN,
        START + 4,
        START + 100,
    ];
    let mut dates = Vec::new();
    for (n, now) in clock.into_iter().enumerate() {
        let written = bench.at(now).insert(n as i64, None).unwrap();
        dates.push(written.committed_at.unwrap());
    }
    assert_eq!(dates, [0, 1, 2, 3, 5, 6, 7, 8, 100].map(|ms| START + ms));
    for (version, date) in (1..).zip(&dates) {
        assert_eq!(bench.version(AsOf::Date(*date)).unwrap(), version);
        assert!(bench.version(AsOf::Date(*date - 1)).unwrap() < version);
    }
    assert_eq!(bench.version(AsOf::Date(START - 1)).unwrap(), 0);
}

#[test]
fn the_future_can_still_change() {
    let bench = Bench::new();
    bench.insert(1, None).unwrap();
    let future = |at: i64| bench.version(AsOf::Date(at)).unwrap_err().code() == Code::VersionNotFound;
    assert!(future(START + DAY));
    assert!(future(i64::MAX));
    assert_eq!(
        bench.version(AsOf::Date(START + 1_000)).unwrap(),
        1,
        "clocks of two machines differ"
    );
    bench.at(START + DAY).insert(2, None).unwrap();
    // The clock was wrong and is set back: what has a date keeps it.
    bench.at(START);
    assert_eq!(bench.version(AsOf::Date(START + DAY)).unwrap(), 2);
    assert!(future(START + DAY + 1));
}

#[test]
fn effective_dates_do_not_run_backwards() {
    let bench = Bench::new();
    assert_eq!(
        bench.version(AsOf::Effective(START)).unwrap_err().code(),
        Code::VersionNotFound
    );
    bench.insert(1, None).unwrap();
    bench.insert(2, Some(-5 * DAY)).unwrap();
    bench.insert(3, None).unwrap();
    bench.insert(4, Some(-5 * DAY)).unwrap();
    bench.insert(5, Some(3 * DAY)).unwrap();
    let backwards = bench.insert(6, Some(3 * DAY - 1)).unwrap_err();
    assert_eq!(backwards.code(), Code::EffectiveDateBackwards);
    assert_eq!(bench.table.snapshot().unwrap().version(), 5);
    let version = |at| bench.version(AsOf::Effective(at)).unwrap();
    assert_eq!(
        (version(i64::MIN), version(-5 * DAY - 1), version(-5 * DAY)),
        (1, 1, 4)
    );
    assert_eq!(
        (version(3 * DAY - 1), version(3 * DAY), version(i64::MAX)),
        (4, 5, 5)
    );
}

#[test]
fn retention_lets_go_of_rows_and_keeps_what_is_tagged() {
    let bench = Bench::new();
    for n in 0..6 {
        bench.at(START + n * DAY).insert(n, None).unwrap();
    }
    let table = &bench.table;
    bench.at(START + 6 * DAY).delete(0);
    bench.at(START + 7 * DAY).delete(1);
    bench.at(START + 8 * DAY).delete(2);
    let held = table.as_of(&AsOf::Version(6)).unwrap();
    table
        .tag("before", &table.as_of(&AsOf::Version(6)).unwrap())
        .unwrap();
    table
        .tag("after", &table.as_of(&AsOf::Version(7)).unwrap())
        .unwrap();
    assert_eq!(
        table.optimize().unwrap().dropped_rows,
        0,
        "for ever, unless something else is said"
    );

    table.set_retention(Some(DAY / 2)).unwrap();
    assert_eq!(
        bench.version(AsOf::Version(3)).unwrap(),
        3,
        "until the next optimize"
    );
    assert_eq!(
        bench.at(START + 9 * DAY).table.optimize().unwrap().dropped_rows,
        0,
        "tags see them all"
    );
    assert_eq!(table.stats().unwrap().oldest_version, 9);
    for version in [0, 1, 5, 8] {
        assert!(bench.expired(AsOf::Version(version)), "{version}");
    }
    assert!(bench.expired(AsOf::Date(START + DAY)));
    let tagged = |name: &str| table.as_of(&AsOf::Tag(name.to_owned())).unwrap();
    assert_eq!((count(&tagged("before")), count(&tagged("after"))), (6, 5));
    let error = table.tag("late", &held.clone()).map(|tag| tag.version);
    assert_eq!(error.unwrap(), 6, "it is kept by another tag");
    table.delete_tag("late").unwrap();

    table.delete_tag("before").unwrap();
    assert_eq!(table.optimize().unwrap().dropped_rows, 1);
    assert!(bench.expired(AsOf::Version(6)), "not a version without its rows");
    assert_eq!(table.tag("late", &held).unwrap_err().code(), Code::VersionExpired);
    assert_eq!(table.tags().unwrap().len(), 1);
    assert_eq!(count(&tagged("after")), 5);
    assert_eq!(count(&held), 6, "what is held stays whole");
    let now = table.snapshot().unwrap();
    assert_eq!((count(&now), now.version()), (3, 9));
    // What is gone cannot be gone back to, nor compared with.
    let options = CommitOptions::default();
    assert_eq!(
        table.restore(&held, &options).unwrap_err().code(),
        Code::VersionExpired
    );
    assert_eq!(held.diff(&now, None).unwrap_err().code(), Code::VersionExpired);
    assert_eq!(now.diff(&held, None).unwrap_err().code(), Code::VersionExpired);
    assert_eq!(tagged("after").diff(&now, None).unwrap().removed.len(), 2);
    table.restore(&tagged("after"), &options).unwrap();
    assert_eq!(count(&table.snapshot().unwrap()), 5);
}

#[test]
fn retention_never_takes_back_what_it_said() {
    let bench = Bench::new();
    for n in 0..4 {
        bench.at(START + n * DAY).insert(n, None).unwrap();
        bench.delete(n);
    }
    let table = &bench.table;
    table.set_retention(Some(0)).unwrap();
    bench
        .at(START + 2 * DAY + 1)
        .table
        .tag("kept", &table.as_of(&AsOf::Version(3)).unwrap())
        .unwrap();
    table.optimize().unwrap();
    let oldest = table.stats().unwrap().oldest_version;
    assert_eq!(oldest, 6);
    // A clock that is set back, and a longer retention, bring no row back.
    bench.at(START);
    table.set_retention(Some(i64::MAX)).unwrap();
    table.optimize().unwrap();
    assert_eq!(table.stats().unwrap().oldest_version, oldest);
    assert_eq!(count(&table.as_of(&AsOf::Tag("kept".to_owned())).unwrap()), 1);
    assert!(bench.expired(AsOf::Version(5)));
    table.set_retention(None).unwrap();
    assert!(bench.expired(AsOf::Version(5)));
    assert_eq!(
        table.set_retention(Some(-1)).unwrap_err().code(),
        Code::InvalidArgument
    );
}
