//! The power may go at any moment: afterwards the table is what the last acknowledged commit made it, or the one that was
//! under way, whole; and it can be written to.
//!
//! Every beginning of everything that was asked of the disk is tried, and what was not synced by then is lost in part.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::disk::{Lost, SimulatedDisk};
use crate::support::rows::{batch, schema};
use crate::support::together::{Make, together};
use crate::support::traces::{files, holds};
use crate::support::whole::all_rows;
use crate::support::wire::encode;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Filter, LocalStore, Merge, OnKey, Reembed, RowChange,
    Schema, Table, Value,
};

const START: i64 = 1_700_000_000_000;
/// Files of this age were left behind.
const OLD: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// The branch of the table, in the test that has one.
const BRANCH: &str = "items@b";

/// All that a user can see; none where there is no table.
type Visible = Option<Vec<String>>;

struct Bench {
    disk: SimulatedDisk,
    world: Arc<World>,
    journal: Journal,
    database: Database,
    /// What the table was after each step, and how much had happened on the disk by then.
    states: Vec<(usize, Visible)>,
    /// What is in no file any more after tidying up, where one of the states from a step on is found.
    purged: Option<(usize, &'static str)>,
}

/// How many manifests become files before there is a journal, and how large a half of it is.
type Journal = (u32, u64);

/// Without a journal; with one from the first commit on, whose halves hold a few commits, so that larger ones go beside it; with
/// one that is made in the middle, and holds all of them.
const JOURNALS: [Journal; 3] = [(u32::MAX, 0), (0, 36 * 1024), (3, 128 * 1024)];

fn open(disk: &SimulatedDisk, world: &Arc<World>, (files, half): Journal) -> (Arc<dyn Catalog>, Database) {
    let store = LocalStore::on(Arc::new(disk.clone()), "/far/away/db").journal(files, half);
    let store: Arc<dyn Catalog> = Arc::new(store);
    (Arc::clone(&store), Database::with(store, Arc::clone(world) as _))
}

fn items() -> Schema {
    schema(json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "text", "type": {"kind": "text"}, "nullable": true},
    ]}))
}

fn none() -> CommitOptions {
    CommitOptions::default()
}

fn upsert(table: &Table, ids: std::ops::Range<i64>, text: &str) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let row = |id| {
        let value = |name: &str| match name {
            "id" => Value::Int(id),
            "text" => Value::Text(text.to_owned()),
            _ => Value::Null,
        };
        schema.fields.iter().map(|field| value(&field.name)).collect()
    };
    let rows: Vec<Vec<Value>> = ids.map(row).collect();
    table
        .insert(batch(&schema, &rows), &schema, OnKey::Replace, &none())
        .unwrap();
}

/// Commits of one manifest. They are one step: after a power cut there are all of them or none.
fn upserts_together(table: &Arc<Table>, ids: std::ops::Range<i64>, text: &str) {
    let change = |id: i64| -> Make {
        let row = vec![Value::Int(id % 7), Value::Text(text.to_owned())];
        Box::new(move |snapshot| {
            let schema = Arc::clone(snapshot.schema());
            RowChange::insert((batch(&schema, &[row]), schema), OnKey::Replace, None, none())
        })
    };
    for written in together(table, ids.map(change).collect()) {
        written.unwrap();
    }
}

fn delete(table: &Table, low: i64, high: i64) {
    let filter = json!({"op": "between", "column": ["id"], "low": low, "high": high});
    let filter = Filter::parse(&filter, table.snapshot().unwrap().schema()).unwrap();
    table.delete(Some(&filter), &none()).unwrap();
}

/// What a step answers does not matter.
fn done<T>(_: T) {}

/// What the table shows, and its branch if there is one.
fn visible(database: &Database) -> Visible {
    let mut seen = visible_in(database, "items")?;
    seen.extend(visible_in(database, BRANCH).into_iter().flatten());
    Some(seen)
}

/// The versions that can be read, or of many the newest and some others; the history; the tags.
fn visible_in(database: &Database, line: &str) -> Visible {
    let table = match database.open_table(line) {
        Err(error) if matches!(error.code(), Code::TableNotFound | Code::BranchNotFound) => return None,
        table => table.unwrap(),
    };
    let newest = table.snapshot().unwrap().version();
    let mut seen = vec![format!("{:?}", table.tags().unwrap())];
    for version in (0..=newest).filter(|version| newest - version < 12 || version % 100 == 0) {
        match table.as_of(&AsOf::Version(version)) {
            Ok(snapshot) => seen.push(format!("{version}: {:?}", all_rows(&snapshot))),
            Err(error) if error.code() == Code::VersionExpired => seen.push(format!("{version} expired")),
            Err(error) => panic!("{error}"),
        }
    }
    let history = table.history(usize::MAX, None).unwrap();
    seen.push(format!(
        "{:?}",
        history
            .iter()
            .map(|commit| commit.get().id.clone())
            .collect::<Vec<_>>()
    ));
    Some(seen)
}

impl Bench {
    fn new(journal: Journal) -> Self {
        let (disk, world) = (SimulatedDisk::new(), World::at(START));
        let database = open(&disk, &world, journal).1;
        let states = vec![(0, None)];
        Self {
            disk,
            world,
            journal,
            database,
            states,
            purged: None,
        }
    }

    /// Starts over from a table that is on the disk for sure.
    fn prepared(journal: Journal, prepare: impl FnOnce(&Arc<Table>)) -> Self {
        let mut bench = Self::new(journal);
        prepare(&bench.database.create_table("items", items()).unwrap());
        bench.disk = bench.disk.settled(Duration::ZERO);
        bench.database = open(&bench.disk, &bench.world, journal).1;
        bench.states = vec![(0, visible(&bench.database))];
        bench
    }

    fn step(&mut self, what: impl FnOnce(&Arc<Table>)) {
        what(&self.database.open_table("items").unwrap());
        self.acknowledged();
    }

    fn acknowledged(&mut self) {
        self.states.push((self.disk.effects(), visible(&self.database)));
    }

    /// Cuts the power after every effect.
    fn cut(self) {
        let mut disks = 0;
        for effects in 0..=self.disk.effects() {
            let last = self.states.iter().rposition(|(by, _)| *by <= effects).unwrap();
            let under_way = self.states.len().min(last + 2);
            let allowed = &self.states[last..under_way];
            for (lost, disk) in self.disk.after_power_cut(effects, OLD) {
                disks += 1;
                self.recover(
                    &disk,
                    allowed,
                    &format!("step {last}, effect {effects}, lost {lost:?}"),
                    lost,
                );
            }
        }
        assert!(disks > 2 * self.states.len());
    }

    fn recover(&self, disk: &SimulatedDisk, allowed: &[(usize, Visible)], place: &str, lost: Lost) {
        let (store, database) = open(disk, &self.world, self.journal);
        let found = visible(&database);
        assert!(
            allowed.iter().any(|(_, state)| *state == found),
            "{place}: found {found:.1500?}\nof {:.3000?}",
            allowed.iter().map(|(_, state)| state).collect::<Vec<_>>()
        );
        if matches!(lost, Lost::Nothing | Lost::Everything) && found.is_some() {
            let table = database.open_table("items").unwrap();
            table.set_retention(None).unwrap();
            table.optimize().unwrap();
            assert!(visible(&database) == found, "{place}: after tidying up");
            if let Some((_, secret)) = self.purged.filter(|(from, _)| {
                let known = self.states.iter().rposition(|(_, state)| *state == found);
                known >= Some(*from)
            }) {
                for (path, bytes) in files(&*store) {
                    assert!(!holds(&bytes, secret.as_bytes()), "{place}: {path}");
                }
            }
            let folders = ["data", "deaths", "_log"];
            let files: usize = folders
                .iter()
                .map(|name| store.list(&format!("items.varve/{name}")).unwrap().len())
                .sum();
            if database.branches("items").unwrap().is_empty() {
                assert_eq!(
                    files as u64 + 1,
                    table.stats().unwrap().files,
                    "{place}: files that nothing names"
                );
            } else {
                let branch = database.open_table(BRANCH).unwrap();
                branch.optimize().unwrap();
                assert_eq!(branch.verify().unwrap().problems, [], "{place}");
            }
        }
        if found.is_none() {
            assert_eq!(database.table_names().unwrap(), Vec::<String>::new(), "{place}");
            let table = database.create_table("items", items()).unwrap();
            assert_eq!(table.tags().unwrap(), [], "{place}");
        }
        // It can be written to, and that lasts.
        let table = database.open_table("items").unwrap();
        let version = table.snapshot().unwrap().version();
        upsert(&table, 5_000..5_001, "after the cut");
        let again = open(&disk.durable(), &self.world, self.journal).1;
        assert!(again.open_table("items").is_ok(), "{place}");
        let table = again.open_table("items").unwrap();
        assert_eq!(table.snapshot().unwrap().version(), version + 1, "{place}");
        assert!(
            table
                .snapshot()
                .unwrap()
                .get(&Value::Int(5_000), Vec::new())
                .unwrap()
                .len()
                == 1,
            "{place}"
        );
        assert!(table.verify().unwrap().problems.is_empty(), "{place}");
    }
}

/// As long as a manifest may hold, and more.
fn long() -> String {
    "long ".repeat(14_000)
}

#[test]
fn a_new_table_and_small_commits() {
    for journal in JOURNALS {
        let mut bench = Bench::new(journal);
        bench.database.create_table("items", items()).unwrap();
        bench.acknowledged();
        for id in 0..9 {
            bench.step(|table| upsert(table, id..id + 2, "small"));
        }
        bench.step(|table| {
            done(
                table
                    .tag("one", &table.as_of(&AsOf::Version(3)).unwrap())
                    .unwrap(),
            )
        });
        bench.step(|table| delete(table, 2, 4));
        bench.step(|table| done(table.tag("two", &table.snapshot().unwrap()).unwrap()));
        bench.step(|table| table.delete_tag("one").unwrap());
        bench.step(|table| upsert(table, 2..3, "again"));
        bench.cut();
    }
}

#[test]
fn rows_in_files_and_columns() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| upsert(table, 0..3, "first"));
        bench.step(|table| upsert(table, 1..2, &long()));
        bench.step(|table| upsert(table, 0..1, &long()));
        let extra = json!({"name": "extra", "type": {"kind": "vector", "dimensions": 2}, "nullable": true});
        bench.step(|table| {
            done(
                table
                    .add_columns(&[serde_json::from_value(extra).unwrap()], &none())
                    .unwrap(),
            )
        });
        bench.step(|table| upsert(table, 0..3, &long()[..40_000]));
        bench.step(|table| done(table.drop_columns(&["text".to_owned()], &none()).unwrap()));
        bench.step(|table| {
            done(
                table
                    .restore(&table.as_of(&AsOf::Version(2)).unwrap(), &none())
                    .unwrap(),
            )
        });
        bench.cut();
    }
}

fn reembed(table: &Arc<Table>, dimensions: u32) {
    let field =
        json!({"name": "near", "type": {"kind": "vector", "dimensions": dimensions}, "nullable": true});
    let mut reembed = Reembed::new(Arc::clone(table), serde_json::from_value(field).unwrap()).unwrap();
    let one = Schema {
        id: 0,
        primary_key: None,
        fields: vec![reembed.field().clone()],
    };
    while let Some(picked) = reembed.next_rows(&["text".to_owned()], 2).unwrap() {
        let vector = |id: u64| (0..dimensions).flat_map(move |_| (id as f32).to_le_bytes());
        let rows: Vec<Vec<Value>> = picked
            .ids()
            .map(|id| vec![Value::Bytes(vector(id).collect())])
            .collect();
        reembed.add(&encode(&one, &rows)).unwrap();
    }
    reembed.commit(&none(), false).unwrap().unwrap();
}

#[test]
fn other_vectors() {
    for journal in JOURNALS {
        let near = json!({"name": "near", "type": {"kind": "vector", "dimensions": 2}, "nullable": true});
        let near = serde_json::from_value(near).unwrap();
        let mut bench = Bench::prepared(journal, |table| {
            upsert(table, 0..3, &long());
            table.add_columns(&[near], &none()).unwrap();
            upsert(table, 2..4, &long());
            upsert(table, 1..5, "small");
        });
        // A number is taken for the column first, which nobody sees.
        bench.step(|table| reembed(table, 3));
        bench.step(|table| upsert(table, 4..6, "small"));
        bench.step(|table| reembed(table, 1));
        bench.step(|table| done(table.optimize().unwrap()));
        bench.cut();
    }
}

#[test]
fn files_of_deaths_and_their_merging() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| upsert(table, 0..2_400, "x"));
        for i in 0..4 {
            bench.step(|table| delete(table, i * 600, i * 600 + 520));
            bench.step(|table| delete(table, i * 600 + 521, i * 600 + 523));
        }
        bench.step(|table| done(table.optimize().unwrap()));
        bench.cut();
    }
}

#[test]
fn several_commits_of_one_manifest() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| {
            (0..250).for_each(|i| upsert(table, i % 7..i % 7 + 1, "x"))
        });
        bench.step(|table| upserts_together(table, 0..3, "few"));
        // A part of the log is closed in the middle, and the rows become a file.
        bench.step(|table| upserts_together(table, 1..8, "y"));
        bench.step(|table| upserts_together(table, 0..2, &long()));
        bench.step(|table| upserts_together(table, 5..75, "many"));
        bench.cut();
    }
}

#[test]
fn parts_of_the_log() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| {
            (0..254).for_each(|i| upsert(table, i % 7..i % 7 + 1, "x"))
        });
        for i in 0..5 {
            bench.step(|table| upsert(table, i..i + 1, "y"));
        }
        bench.cut();
    }
}

#[test]
fn merges_and_tidying_up() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| {
            (0..3).for_each(|i| upsert(table, i..i + 1, &long()))
        });
        for i in 3..8 {
            bench.step(|table| upsert(table, i..i + 1, &long()));
            bench.step(|table| done(table.maintain().unwrap()));
            bench.step(|table| upsert(table, 90..91, "small"));
        }
        bench.step(|table| done(table.optimize().unwrap()));
        bench.cut();
    }
}

#[test]
fn retention_and_restoring() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| {
            (0..4).for_each(|i| upsert(table, 0..4 - i, &format!("x{i}")))
        });
        bench.step(|table| {
            done(
                table
                    .tag("kept", &table.as_of(&AsOf::Version(2)).unwrap())
                    .unwrap(),
            )
        });
        bench.step(|table| table.set_retention(Some(10)).unwrap());
        bench.world.now.store(START + 1_000, Ordering::Relaxed);
        let table = bench.database.open_table("items").unwrap();
        table.optimize().unwrap();
        // The versions expire in a commit of their own, before their rows go.
        let between = bench.states.len();
        bench.acknowledged();
        let expired = bench.states[between].clone();
        bench.states.insert(between, (bench.disk.effects(), expired.1));
        bench.step(|table| upsert(table, 7..9, "y"));
        bench.step(|table| {
            done(
                table
                    .restore(&table.as_of(&AsOf::Tag("kept".to_owned())).unwrap(), &none())
                    .unwrap(),
            )
        });
        bench.cut();
    }
}

/// Rows leave every version, or none; and however that was cut short, no byte of them is left when the table was tidied up.
#[test]
fn purging() {
    const SECRET: &str = "zanzibar";
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| {
            upsert(table, 0..3, &format!("{SECRET} {}", long()));
            upsert(table, 3..5, &long());
            upsert(table, 1..4, &format!("{SECRET}, small"));
            delete(table, 0, 0);
            upsert(table, 8..9, "other");
        });
        bench.step(|table| upsert(table, 9..10, SECRET));
        let all = json!({"op": "like", "column": ["text"], "pattern": format!("{SECRET}%")});
        bench.step(|table| {
            let all = Filter::parse(&all, table.snapshot().unwrap().schema()).unwrap();
            let done = table.purge(Some(&all), &none()).unwrap();
            assert_eq!((done.rows, done.current, done.left), (7, 4, 0));
        });
        bench.purged = Some((bench.states.len() - 1, SECRET));
        bench.step(|table| upsert(table, 20..21, "after"));
        bench.step(|table| upsert(table, 21..22, &long()));
        bench.step(|table| {
            let one = json!({"op": "eq", "column": ["id"], "value": 20});
            let one = Filter::parse(&one, table.snapshot().unwrap().schema()).unwrap();
            done(table.purge(Some(&one), &none()).unwrap());
        });
        bench.cut();
    }
}

#[test]
fn a_branch_begins_is_merged_and_ends() {
    for journal in JOURNALS {
        for at in [None, Some(AsOf::Version(1))] {
            let mut bench = Bench::prepared(journal, |table| {
                (0..3).for_each(|i| upsert(table, i..i + 1, &long()));
                table.optimize().unwrap();
                delete(table, 1, 1);
            });
            bench.database.create_branch("items", "b", at.as_ref()).unwrap();
            bench.acknowledged();
            let on_branch = |bench: &mut Bench, what: &dyn Fn(&Arc<Table>)| {
                what(&bench.database.open_table(BRANCH).unwrap());
                bench.acknowledged();
            };
            on_branch(&mut bench, &|branch| upsert(branch, 5..6, &long()));
            bench.step(|table| upsert(table, 6..7, &long()));
            bench.step(|table| done(table.optimize().unwrap()));
            on_branch(&mut bench, &|branch| done(branch.optimize().unwrap()));
            on_branch(&mut bench, &|branch| upsert(branch, 7..8, "small"));
            bench.database.merge("items", BRANCH, &Merge::default()).unwrap();
            bench.acknowledged();
            bench.database.delete_branch("items", "b").unwrap();
            bench.acknowledged();
            bench.step(|table| done(table.optimize().unwrap()));
            bench.cut();
        }
    }
}

#[test]
fn dropping_and_creating_again() {
    for journal in JOURNALS {
        let mut bench = Bench::prepared(journal, |table| {
            (0..3).for_each(|i| upsert(table, i..i + 1, &long()));
            table.tag("old", &table.snapshot().unwrap()).unwrap();
        });
        for _ in 0..2 {
            bench.database.drop_table("items").unwrap();
            bench.acknowledged();
            bench.database.create_table("items", items()).unwrap();
            bench.acknowledged();
            bench.step(|table| upsert(table, 0..2, "new"));
            bench.step(|table| done(table.tag("new", &table.snapshot().unwrap()).unwrap()));
            bench.step(|table| upsert(table, 0..1, &long()));
        }
        bench.cut();
    }
}
