//! Dates of commits never go down whatever the clock does, and as of now is everything that was acknowledged.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Code, CommitOptions, Database, Filter, MemoryStore, OnKey, Result, Schema, Snapshot, Table, Value,
    Written, inside::DATES,
};

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
    let clock = [0, 0, 0, -DAY, 5, 5, i64::MIN / 2, 4, 100].map(|ms| START + ms);
    let mut dates = Vec::new();
    for (n, now) in clock.into_iter().enumerate() {
        let written = bench.at(now).insert(n as i64, None).unwrap();
        dates.push(written.committed_at.unwrap());
        let now = now.max(*DATES.start());
        assert_eq!(bench.version(AsOf::Date(now)).unwrap(), written.version);
    }
    assert_eq!(dates, [0, 0, 0, 0, 5, 5, 5, 5, 100].map(|ms| START + ms));
    let last_of = [4, 4, 4, 4, 8, 8, 8, 8, 9];
    for (date, last) in dates.iter().zip(last_of) {
        assert_eq!(
            bench.version(AsOf::Date(*date)).unwrap(),
            last,
            "the last of one date"
        );
    }
    assert_eq!(bench.version(AsOf::Date(START + 4)).unwrap(), 4);
    assert_eq!(bench.version(AsOf::Date(START - 1)).unwrap(), 0);
    let clocks = bench.table.history(9, None).unwrap();
    let clocks: Vec<Option<i64>> = clocks.iter().rev().map(|commit| commit.get().clock).collect();
    let earliest = Some(*DATES.start());
    assert_eq!(clocks[..3], [None; 3]);
    assert_eq!(
        clocks[3..],
        [Some(START - DAY), None, None, earliest, Some(START + 4), None]
    );
}

#[test]
fn a_burst_of_commits_is_not_dated_ahead() {
    let bench = Bench::new();
    for n in 0..1_000 {
        let written = bench.insert(n, None).unwrap();
        assert_eq!(written.committed_at, Some(START));
    }
    let now = bench.table.as_of(&AsOf::Date(START)).unwrap();
    assert_eq!((now.version(), count(&now)), (1_000, 1_000));
    assert_eq!(bench.version(AsOf::Date(START - 1)).unwrap(), 0);
    bench.table.restore(&now, &CommitOptions::default()).unwrap();
    assert_eq!(count(&bench.table.snapshot().unwrap()), 1_000);
    bench.table.delete(None, &CommitOptions::default()).unwrap();
    bench.table.set_retention(Some(0)).unwrap();
    assert_eq!(bench.table.optimize().unwrap().dropped_rows, 1_000);
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
    // The clock was wrong and is set back; what was noted before is as of now.
    bench.at(START);
    assert_eq!(bench.version(AsOf::Date(START + DAY)).unwrap(), 2);
    assert_eq!(bench.version(AsOf::Date(START + DAY + 1)).unwrap(), 2);
    assert!(future(START + 2 * DAY));
}

#[test]
fn one_clock_that_is_ahead_hides_nothing_from_now() {
    let bench = Bench::new();
    bench.insert(1, None).unwrap();
    bench.at(START + 400 * DAY).insert(2, None).unwrap();
    let version = |at: i64| bench.version(AsOf::Date(at)).unwrap();
    bench.at(START + 1_000);
    assert_eq!(version(START + 1_000), 2, "the newest is the one that is ahead");
    assert_eq!(
        version(START + 999),
        2,
        "a millisecond may pass before the question is heard"
    );
    for hour in 1..5 {
        bench.at(START + hour * DAY / 24).insert(hour + 2, None).unwrap();
        assert_eq!(version(START + hour * DAY / 24), hour as u64 + 2);
    }
    assert_eq!(
        [0, DAY / 24 - 1, DAY / 24, 3 * DAY / 24 + 1].map(|ms| version(START + ms)),
        [1, 1, 3, 5],
        "the clocks of those who came later say when"
    );
    let dates = bench.table.history(9, None).unwrap();
    let dates = dates
        .iter()
        .rev()
        .map(|commit| (commit.get().committed_at, commit.get().clock));
    let ahead = START + 400 * DAY;
    let expected: Vec<_> = [(START, None), (ahead, None)]
        .into_iter()
        .chain((1..5).map(|hour| (ahead, Some(START + hour * DAY / 24))))
        .collect();
    assert_eq!(dates.collect::<Vec<_>>(), expected);
    let verified = bench.table.verify().unwrap();
    assert!(verified.problems.is_empty());
    let [warning] = &verified.warnings[..] else {
        panic!("{verified:?}")
    };
    for part in ["version 6 is dated 2025-11-08", "began with version 2"] {
        assert!(warning.message.contains(part), "{}", warning.message);
    }
    bench.at(ahead);
    assert!(bench.table.verify().unwrap().warnings.is_empty());
}

#[test]
fn one_clock_that_is_ahead_does_not_stop_retention() {
    let bench = Bench::new();
    let table = &bench.table;
    bench.insert(1, None).unwrap();
    bench.insert(2, None).unwrap();
    bench.at(START + 400 * DAY).delete(1);
    bench.at(START + 1_000).insert(3, None).unwrap();
    table.set_retention(Some(30 * DAY)).unwrap();
    bench.at(START + 30 * DAY);
    assert_eq!(table.optimize().unwrap().dropped_rows, 0, "a second too early");
    bench.at(START + 30 * DAY + 1_000);
    assert_eq!(table.optimize().unwrap().dropped_rows, 1);
    // A clock that is far behind lets nothing go before its time.
    bench.at(0).delete(2);
    bench.at(START + 31 * DAY);
    assert_eq!(table.optimize().unwrap().dropped_rows, 0);
    bench.at(START + 31 * DAY).insert(4, None).unwrap();
    bench.at(START + 61 * DAY);
    assert_eq!(table.optimize().unwrap().dropped_rows, 1);
}

/// What the documentation says of dates, of a list of commits: dates and clocks.
fn meant(commits: &[(i64, i64)], at: i64, now: i64) -> usize {
    if at >= now {
        return commits.len();
    }
    let right = commits.iter().take_while(|(date, _)| *date <= now).count();
    let last_right = right.checked_sub(1).map_or(i64::MIN, |last| commits[last].0);
    if at < last_right {
        return commits.iter().take_while(|(date, _)| *date <= at).count();
    }
    // Each commit that is dated after now was made by the time that its clock or one after it shows, where that can be right.
    let ahead = &commits[right..];
    let possible = |clock: i64| (last_right..=now).contains(&clock);
    let mut found = right;
    for (place, (_, clock)) in ahead.iter().enumerate() {
        if possible(*clock) {
            match *clock <= at {
                true => found = right + place + 1,
                false => return found,
            }
        }
    }
    if at >= now - 60_000 { commits.len() } else { found }
}

/// A table of many commits, some with one date, over the files of a log, under clocks that jump.
#[test]
fn a_date_means_what_a_list_of_commits_says() {
    for seed in 0..6 {
        let (bench, mut random) = (Bench::new(), Random::new(seed));
        let mut commits: Vec<(i64, i64)> = Vec::new();
        let mut now = START;
        for n in 0..700 {
            now += match random.below(40) {
                0 => *random.pick(&[-90_000, -5, 90_000, 3 * DAY, -3 * DAY]),
                1..12 => random.below(20) as i64,
                _ => 0,
            };
            bench.at(now).insert(n, None).unwrap();
            let date = commits.last().map_or(START, |last| last.0).max(now);
            commits.push((date, now));
            assert_eq!(bench.version(AsOf::Date(now)).unwrap(), n as u64 + 1);
            if n % 50 == 49 {
                for _ in 0..200 {
                    let (date, clock) = *random.pick(&commits);
                    let at = *random.pick(&[date, clock, now - 60_000]) + random.below(3) as i64 - 1;
                    let at = at.min(now);
                    let expected = meant(&commits, at, now) as u64;
                    assert_eq!(
                        bench.version(AsOf::Date(at)).unwrap(),
                        expected,
                        "{seed} {n} {at}"
                    );
                }
            }
        }
    }
}

/// The clocks of some machines stand at 1970, some are set to a far year.
#[test]
fn a_table_can_be_used_under_any_clock() {
    let year = |year: i64| (year - 1970) * 31_556_952_000;
    let mut clocks = vec![i64::MIN, i64::MAX, *DATES.start(), *DATES.end(), -1, 0, 1];
    clocks.extend([1900, 1969, 2038, 2109, 2110, 2111, 20_260, 200_000].map(year));
    for clock in clocks {
        let world = World::at(clock);
        let store = MemoryStore::new();
        let database = Database::with(Arc::new(store.clone()), Arc::clone(&world) as _);
        let options = CommitOptions::default();
        for life in 0..3 {
            let table = database.create_table("numbers", numbers()).unwrap();
            for n in 0..20 {
                let rows = batch(&numbers(), &[vec![Value::Int(n)]]);
                table.insert(rows, &numbers(), OnKey::Refuse, &options).unwrap();
            }
            let again = Database::with(Arc::new(store.clone()), World::at(START));
            let again = again.open_table("numbers").unwrap();
            assert_eq!(count(&again.snapshot().unwrap()), 20, "{clock} {life}");
            assert_eq!(
                again.as_of(&AsOf::Date(START)).unwrap().version(),
                20,
                "{clock} {life}"
            );
            assert!(again.verify().unwrap().problems.is_empty());
            let dates = again.history(1, None).unwrap();
            assert!(DATES.contains(&dates[0].get().committed_at));
            database.drop_table("numbers").unwrap();
        }
    }
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

const YEAR: i64 = 36_525 * DAY / 100;

#[test]
fn an_effective_date_that_is_far_ahead_is_mistyped() {
    let bench = Bench::new();
    bench.insert(1, Some(START + 99 * YEAR)).unwrap();
    let mistyped = bench.insert(2, Some(START + 18_000 * YEAR)).unwrap_err();
    assert_eq!(mistyped.code(), Code::InvalidArgument);
    assert!(mistyped.message().contains("+020025-"), "{mistyped}");
    assert!(bench.insert(2, Some(START + 101 * YEAR)).is_err());
    assert_eq!(bench.table.snapshot().unwrap().version(), 1);
}

#[test]
fn a_restore_takes_effective_dates_back() {
    let bench = Bench::new();
    let restore = |version: u64, effective_at: Option<i64>| {
        let then = bench.table.as_of(&AsOf::Version(version)).unwrap();
        let options = CommitOptions {
            effective_at,
            ..CommitOptions::default()
        };
        bench.table.restore(&then, &options)
    };
    let version = |at| bench.version(AsOf::Effective(at)).unwrap();
    bench.insert(1, None).unwrap();
    bench.insert(2, Some(10 * DAY)).unwrap();
    bench.insert(3, Some(START + 90 * YEAR)).unwrap();
    let backwards = bench.insert(4, Some(20 * DAY)).unwrap_err();
    assert_eq!(backwards.code(), Code::EffectiveDateBackwards);
    for part in ["1970-01-21T00:00:00.000Z", "2114-"] {
        assert!(backwards.message().contains(part), "{backwards}");
    }
    assert_eq!(restore(2, None).unwrap().version, 4);
    bench.insert(4, Some(20 * DAY)).unwrap();
    assert_eq!(
        [10 * DAY - 1, 10 * DAY, 20 * DAY - 1, 20 * DAY, i64::MAX].map(version),
        [1, 4, 4, 5, 5]
    );
    // To before any was given.
    assert_eq!(restore(1, None).unwrap().version, 6);
    assert_eq!([i64::MIN, 0, START].map(version), [6, 6, 6]);
    bench.insert(5, Some(-DAY)).unwrap();
    assert_eq!([i64::MIN, -DAY - 1, -DAY, START].map(version), [6, 6, 7, 7]);
    // With a date of its own: not before what stood there.
    assert_eq!(
        restore(2, Some(-2 * DAY)).unwrap_err().code(),
        Code::EffectiveDateBackwards
    );
    assert_eq!(restore(2, Some(5 * DAY)).unwrap().version, 8);
    assert_eq!([-DAY, 5 * DAY - 1, 5 * DAY].map(version), [7, 7, 8]);
}

#[test]
fn a_restore_takes_a_date_back_also_where_it_changes_no_row() {
    let bench = Bench::new();
    bench.insert(1, Some(DAY)).unwrap();
    bench.insert(2, Some(START + 90 * YEAR)).unwrap();
    bench.delete(2);
    let first = bench.table.as_of(&AsOf::Version(1)).unwrap();
    let options = CommitOptions::default();
    assert_eq!(bench.table.restore(&first, &options).unwrap().version, 4);
    assert_eq!(bench.table.restore(&first, &options).unwrap().version, 4, "once");
    bench.insert(3, Some(2 * DAY)).unwrap();
}

/// Over the files of a log, in each of which dates may be taken back.
#[test]
fn an_effective_date_means_what_a_list_of_commits_says() {
    for seed in 0..6 {
        let (bench, mut random) = (Bench::new(), Random::new(seed));
        let mut in_force: Vec<Option<i64>> = vec![None];
        let mut next = 0;
        for n in 0..1_100 {
            let last = in_force.last().copied().flatten();
            if random.below(if n % 300 < 40 { 8 } else { 400 }) == 0 {
                let to = random.below(in_force.len());
                let then = bench.table.as_of(&AsOf::Version(to as u64)).unwrap();
                let written = bench.table.restore(&then, &CommitOptions::default()).unwrap();
                if written.version == in_force.len() as u64 {
                    in_force.push(in_force[to]);
                }
                continue;
            }
            let given = random
                .chance(10)
                .then(|| last.unwrap_or(0) + random.below(50) as i64);
            bench.insert(next, given).unwrap();
            next += 1;
            in_force.push(given.or(last));
        }
        for at in -1..in_force.iter().flatten().max().unwrap() + 2 {
            let is_true = |date: &Option<i64>| date.is_none_or(|date| date <= at);
            let expected = in_force.iter().rposition(is_true).unwrap() as u64;
            assert_eq!(
                bench.version(AsOf::Effective(at)).unwrap(),
                expected,
                "{seed} {at}"
            );
        }
    }
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
    assert_eq!(
        held.diff(&now, None, &[]).unwrap_err().code(),
        Code::VersionExpired
    );
    assert_eq!(
        now.diff(&held, None, &[]).unwrap_err().code(),
        Code::VersionExpired
    );
    assert_eq!(tagged("after").diff(&now, None, &[]).unwrap().removed.len(), 2);
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
    table.set_retention(Some(DAY)).unwrap();
    bench
        .at(START + 3 * DAY)
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
