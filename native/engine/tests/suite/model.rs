//! Random operations against a model that remembers every version: whatever was done, in whatever order, through
//! whichever handle, every read of every version gives what it gave when the version was new.
//! `every_version_stays_what_it_was` says in which stores.
//!
//! `VARVE_SEED=<number>` runs one seed, `VARVE_STEPS=<number>` changes how long each is, `VARVE_ROUND=<number>` runs as many other
//! seeds.

mod altering;
mod branching;
mod changing;
mod copying;
mod pinning;
mod purging;
mod reembedding;
mod writing_together;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) use branching::run_lines;

use crate::support::checks;
use crate::support::columns::{Kind, random_schema};
use crate::support::filters::{Meaning, filter};
use crate::support::model::{Model, Row, Version, When};
use crate::support::nearest::{self, Tally};
use crate::support::partial::{self, Cells};
use crate::support::random::Random;
use crate::support::rows::batch;
use crate::support::runs::{Runs, Shown, from_environment};
use crate::support::spans;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Database, Filter, Indexing, OnKey, Result, Schema, Snapshot,
    StagedRows, Stop, Table, Value, Written,
};

/// 2023-11-14.
const START: i64 = 1_700_000_000_000;
const DAY: i64 = 86_400_000;

/// A table, its model, and two databases that write to it.
pub(crate) struct Bench {
    random: Random,
    world: Arc<World>,
    store: Arc<dyn Catalog>,
    /// Where it is copied to now and then.
    copies: Option<Arc<dyn Catalog>>,
    databases: [Database; 2],
    /// The table, or a branch of it.
    line: String,
    pub(crate) model: Model,
    held: Vec<(Snapshot, Version)>,
    effective: i64,
    with_retention: bool,
    kind: Kind,
    /// A write has about so many times as many rows as one to a small table.
    crowd: usize,
    tally: Tally,
}

/// Rows of a small table are drawn from so many keys.
const KEYS: usize = 60;

impl Bench {
    pub(crate) fn new(seed: u64, store: Arc<dyn Catalog>, kind: Kind, crowds: Range<usize>) -> Self {
        let mut random = Random::new(seed);
        let world = World::at(START);
        let database = || Database::with(Arc::clone(&store), Arc::clone(&world) as _);
        let databases = [database(), database()];
        let schema = random_schema(&mut random, kind);
        databases[0].create_table("docs", schema.clone()).unwrap();
        let mut numbered = schema;
        numbered.assign_ids(1);
        let crowd = crowds.start + random.below(crowds.len());
        let model = Model::new(numbered, START, KEYS * crowd);
        let with_retention = random.chance(30);
        Self {
            random,
            world,
            store,
            copies: None,
            databases,
            line: "docs".to_owned(),
            model,
            held: Vec::new(),
            effective: 0,
            with_retention,
            kind,
            crowd,
            tally: Tally::default(),
        }
    }

    fn now(&self) -> i64 {
        self.world.now.load(Ordering::Relaxed)
    }

    fn table(&mut self) -> Arc<Table> {
        let database = self.random.below(2);
        self.databases[database].open_table(&self.line).unwrap()
    }

    fn schema(&self) -> Schema {
        self.model.newest().schema.clone()
    }

    /// What is said of the next commit, in the engine's words and in the model's.
    fn when(&mut self) -> (CommitOptions, When) {
        let mut effective_at = None;
        if self.random.chance(15) {
            self.effective += self.random.below(1_000) as i64 - 100;
            effective_at = Some(self.effective);
        }
        let properties = Some(json!({"version": self.model.versions.len()}));
        let options = CommitOptions {
            message: None,
            effective_at,
            properties,
            if_version: self.if_version(),
            merged: None,
        };
        let when = When {
            now: self.now(),
            effective_at,
            if_version: options.if_version,
        };
        (options, when)
    }

    /// Sometimes a version that must be the newest, and sometimes is not.
    fn if_version(&mut self) -> Option<u64> {
        let newest = self.model.versions.len() as u64 - 1;
        self.random
            .chance(10)
            .then(|| newest + self.random.below(3) as u64)
            .map(|version| version.saturating_sub(1))
    }

    /// One operation and what follows from it.
    fn step(&mut self) {
        match self.random.below(100) {
            0..15 => self.insert(),
            15..32 => self.upsert(),
            32..40 => self.write_together(),
            40..45 => self.update(),
            45..50 => self.update_where(),
            50..60 => self.delete(),
            60..64 => self.stage(),
            64..68 => self.alter(),
            68..71 => self.restore(),
            71..73 => self.reembed(),
            73 if self.has_purges() => self.purge(),
            73..76 => self.keep_in_order(),
            76..79 => self.write_during_upkeep(),
            79..83 if self.with_retention => self.pin(),
            79..87 => self.tag(),
            87..92 => self.reopen(),
            92..95 => self.hold(),
            _ => self.tick(),
        }
        if self.kind == Kind::Wide && self.random.chance(30) {
            self.keep_in_order();
        }
        if self.copies.is_some() && self.random.chance(12) {
            self.copy();
        }
        for _ in 0..3 {
            let (table, now) = (self.table(), self.now());
            checks::read(&mut self.random, &mut self.tally, &table, &self.model, now);
        }
        if self.kind == Kind::Wide {
            self.search();
        }
    }

    /// Searches of versions, and of spans of them.
    fn search(&mut self) {
        for _ in 0..4 {
            let (table, now) = (self.table(), self.now());
            let moment = checks::moment(&mut self.random, &self.model, now);
            if let Some((snapshot, version)) = checks::at(&table, &self.model, &moment, now) {
                let shown = checks::shown(version);
                nearest::search(&mut self.random, &mut self.tally, &snapshot, &shown);
            }
        }
        let (table, now) = (self.table(), self.now());
        spans::read(&mut self.random, &mut self.tally, &table, &self.model, now);
    }

    /// A run of many rows is about what an index may leave out, and a purge takes indexes away.
    fn has_purges(&self) -> bool {
        self.crowd < 200
    }

    fn insert(&mut self) {
        let count = self.random.below(4 * self.crowd);
        self.write(count, OnKey::Refuse);
    }

    fn upsert(&mut self) {
        let count = self.random.below(8 * self.crowd);
        self.write(count, OnKey::Replace);
    }

    fn rows(&mut self, count: usize) -> Vec<Vec<Value>> {
        let schema = self.schema();
        checks::new_rows(
            &mut self.random,
            &schema.fields,
            schema.key(),
            (self.model.keys, count),
        )
    }

    fn write(&mut self, count: usize, on_key: OnKey) {
        let (table, schema, rows) = (self.table(), self.schema(), self.rows(count));
        let (meaning, ending) = self.ending();
        let (options, when) = self.when();
        let rows = self.cells(&rows);
        let rows_in = partial::batch_of(&schema, &rows);
        let replace = on_key == OnKey::Replace;
        let written = match (&ending, replace) {
            (Some(ending), true) => table.replace(rows_in, &schema, ending, &options),
            _ => table.insert(rows_in, &schema, on_key, &options),
        };
        let ends = |row: &Row| {
            replace
                && meaning
                    .as_ref()
                    .is_some_and(|meaning| lets(meaning, row, &schema))
        };
        same(written, self.model.insert(&rows, replace, &ends, when));
    }

    /// What rows bring: mostly all of their cells, and now and then just what is in the table already.
    fn cells(&mut self, rows: &[Vec<Value>]) -> Vec<Cells> {
        let schema = self.schema();
        let mut cells = match self.random.chance(40) {
            true => partial::some(&mut self.random, &schema, rows),
            false => partial::all(rows),
        };
        let Some(key) = schema.key() else { return cells };
        let at = schema.fields.iter().position(|field| field.id == key.id).unwrap();
        let newest = self.model.newest();
        for row in &mut cells {
            let same = self.random.chance(25);
            let old = row[at].as_ref().and_then(|key| Model::find(newest, key));
            if let Some(old) = old.filter(|_| same) {
                let values = schema.fields.iter().map(|field| old.value(field));
                row.iter_mut()
                    .zip(values)
                    .filter(|(cell, _)| cell.is_some())
                    .for_each(|(cell, value)| *cell = Some(value));
            }
        }
        cells
    }

    /// Sometimes a filter for rows that end with a write, unless they are too many.
    fn ending(&mut self) -> (Option<Meaning>, Option<Filter>) {
        let schema = self.schema();
        let meaning = self
            .random
            .chance(20)
            .then(|| filter(&mut self.random, &schema.fields, 2));
        let few = |meaning: &Meaning| {
            let rows = self.model.newest().rows.iter();
            rows.filter(|row| lets(meaning, row, &schema)).count() < 8 * self.crowd
        };
        let meaning = meaning.filter(few);
        let parsed = meaning
            .as_ref()
            .map(|meaning| Filter::parse(&meaning.json, &schema).unwrap());
        (meaning, parsed)
    }

    fn stage(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let on_key = if self.random.chance(70) {
            OnKey::Replace
        } else {
            OnKey::Refuse
        };
        if on_key == OnKey::Replace && schema.primary_key.is_none() {
            assert_eq!(
                StagedRows::new(table, on_key).unwrap_err().code(),
                Code::NoPrimaryKey
            );
            return;
        }
        let (meaning, ending) = self.ending();
        let mut stage = StagedRows::new(table, on_key).unwrap().ending(ending);
        let (mut all, mut refused) = (Vec::new(), false);
        for _ in 0..self.random.below(4) {
            let count = self.random.below(6 * self.crowd);
            let rows = self.rows(count);
            let rows = self.cells(&rows);
            refused |= stage.add(&partial::bytes_of(&schema, &rows)).is_err();
            all.extend(rows);
        }
        let (options, when) = self.when();
        if refused {
            let twice = self.model.insert(&all, true, &|_| false, when);
            assert_eq!(twice.unwrap_err(), Code::DuplicateKey);
        } else if self.random.chance(80) {
            let ends = |row: &Row| {
                meaning
                    .as_ref()
                    .is_some_and(|meaning| lets(meaning, row, &schema))
            };
            let written = self.model.insert(&all, on_key == OnKey::Replace, &ends, when);
            let committed = stage.commit(&options).map(Option::unwrap);
            match (&committed, &written) {
                // Of several faults in several batches the first batch's is named.
                (Err(error), Err(Code::DuplicateKey)) if error.code() == Code::InvalidRow => {}
                _ => same(committed, written),
            }
        }
    }

    fn update(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let rows = &self.model.newest().rows;
        let mut ids: Vec<u64> = rows
            .iter()
            .filter(|_| self.random.chance(10))
            .map(|row| row.id)
            .collect();
        if self.random.chance(10) {
            // Of a row that may have ended, or never was.
            ids.push(self.random.below(200) as u64 + 1_000_000);
        }
        let key = schema.key().map(|field| field.id);
        let mut some = schema.clone();
        some.fields
            .retain(|field| Some(field.id) != key && self.random.chance(40));
        let new = checks::new_rows(&mut self.random, &some.fields, None, (1, ids.len()));
        let (options, when) = self.when();
        let written = table.update(&ids, &batch(&some, &new), &schema, &options);
        same(written, self.model.update(&ids, &some.fields, &new, when));
    }

    fn delete(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let meaning = filter(&mut self.random, &schema.fields, 2);
        let filter = Filter::parse(&meaning.json, &schema).unwrap();
        let everything = self.random.chance(3);
        // Seldom much at once, or the table stays small.
        let matches = |row: &Row| everything || lets(&meaning, row, &schema);
        let matching = self.model.newest().rows.iter().filter(|row| matches(row)).count();
        if matching > 12 * self.crowd && self.random.chance(80) {
            return;
        }
        let (options, when) = self.when();
        let written = table.delete((!everything).then_some(&filter), &options);
        same(written, self.model.delete(&matches, when));
    }

    fn restore(&mut self) {
        let (table, now) = (self.table(), self.now());
        let moment = checks::moment(&mut self.random, &self.model, now);
        let (options, when) = self.when();
        let Some((then, _)) = checks::at(&table, &self.model, &moment, now) else {
            return;
        };
        same(
            table.restore(&then, &options),
            self.model.restore(then.version() as usize, when),
        );
    }

    /// What may happen at any time.
    fn change(&mut self) {
        match self.random.below(20) {
            0..4 => self.insert(),
            4..9 => self.upsert(),
            9 => self.update(),
            10 => self.update_where(),
            12 if self.has_purges() => self.purge(),
            11..13 => self.delete(),
            13 => self.stage(),
            14 => self.alter(),
            15 => self.restore(),
            _ => self.keep_in_order(),
        }
    }

    /// Upkeep: it may take its time and change files, but nothing that anybody sees.
    fn keep_in_order(&mut self) {
        let (table, now) = (self.table(), self.now());
        table.set_indexing(self.indexing());
        match self.random.below(4) {
            0 | 1 => {
                table.maintain().unwrap();
            }
            2 => {
                table.optimize().unwrap();
                self.model.optimize(now);
            }
            _ if self.with_retention => {
                let retention = self.random.chance(60).then(|| self.random.below(400) as i64);
                table.set_retention(retention).unwrap();
                self.model.retention = retention;
            }
            _ => assert!(table.verify().unwrap().problems.is_empty()),
        }
        let newest = AsOf::Version(self.model.versions.len() as u64 - 1);
        let (snapshot, version) = checks::at(&table, &self.model, &newest, now).unwrap();
        checks::whole(&snapshot, version);
        assert_eq!(table.stats().unwrap().rows, version.rows.len() as u64);
    }

    /// When indexes and shadows are made from now on.
    fn indexing(&mut self) -> Indexing {
        Indexing {
            from: *self.random.pick(&[1, 1, 50, 400, usize::MAX]),
            text_from: *self.random.pick(&[1, 1, 50, 400, usize::MAX]),
            text_most: *self.random.pick(&[20_000, u64::MAX]),
            scalar_from: *self.random.pick(&[1, 1, 50, 400, usize::MAX]),
            lists: *self.random.pick(&[None, Some(1), Some(3), Some(8), Some(40)]),
            most: *self.random.pick(&[60, 500, usize::MAX / 2]),
            shadow_from: *self.random.pick(&[1, 1, 20_000, usize::MAX]),
        }
    }

    /// Others write while files are merged and indexes are built, and sometimes that is stopped half way.
    fn write_during_upkeep(&mut self) {
        let database = Database::with(Arc::clone(&self.store), Arc::clone(&self.world) as _);
        let table = database.open_table(&self.line).unwrap();
        table.set_indexing(self.indexing());
        // What the retention lets go must be known to the model at once.
        let optimizes = !self.with_retention && self.random.chance(70);
        let stop = Stop::default();
        let upkeep = || {
            if optimizes {
                match table.optimize_until(&stop) {
                    Err(error) if stop.is_set() => assert_eq!(error.code(), Code::Closed),
                    done => drop(done.unwrap()),
                }
            } else {
                while table.maintain_until(&stop).unwrap() {}
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(upkeep);
            for _ in 0..self.random.below(4) {
                self.change();
            }
            if self.random.chance(50) {
                (0..self.random.below(1_000_000)).for_each(|_| std::hint::spin_loop());
                stop.set();
            }
        });
        let newest = AsOf::Version(self.model.versions.len() as u64 - 1);
        let (snapshot, version) = checks::at(&table, &self.model, &newest, self.now()).unwrap();
        checks::whole(&snapshot, version);
    }

    fn tag(&mut self) {
        let (table, now) = (self.table(), self.now());
        let name = format!("tag{}", self.random.below(6));
        if self.random.chance(40) {
            let deleted = table.delete_tag(&name).map_err(|error| error.code());
            assert_eq!(
                deleted,
                self.model.tags.remove(&name).map(|_| ()).ok_or(Code::TagNotFound)
            );
            return;
        }
        let moment = checks::moment(&mut self.random, &self.model, now);
        let Some((snapshot, _)) = checks::at(&table, &self.model, &moment, now) else {
            return;
        };
        let version = snapshot.version();
        let tagged = table
            .tag(&name, &snapshot)
            .map(|tag| tag.version)
            .map_err(|error| error.code());
        assert_eq!(tagged, self.model.tag(&name, version as usize).map(|()| version));
        let mut expected: Vec<(u64, &str)> = self
            .model
            .tags
            .iter()
            .map(|(name, version)| (*version as u64, name.as_str()))
            .collect();
        expected.sort_unstable();
        let tags = table.tags().unwrap();
        assert_eq!(
            tags.iter()
                .map(|tag| (tag.version, tag.name.as_str()))
                .collect::<Vec<_>>(),
            expected
        );
    }

    fn reopen(&mut self) {
        let which = self.random.below(2);
        self.databases[which] = Database::with(Arc::clone(&self.store), Arc::clone(&self.world) as _);
    }

    /// Snapshots that somebody holds do not change.
    fn hold(&mut self) {
        for (snapshot, version) in &self.held {
            checks::whole(snapshot, version);
            nearest::search(
                &mut self.random,
                &mut self.tally,
                snapshot,
                &checks::shown(version),
            );
        }
        let (table, now) = (self.table(), self.now());
        let moment = checks::moment(&mut self.random, &self.model, now);
        if let Some((snapshot, _)) = checks::at(&table, &self.model, &moment, now) {
            let version = self.model.versions[snapshot.version() as usize].clone();
            self.held.push((snapshot, version));
        }
        if self.held.len() > 6 {
            self.held.remove(0);
        }
    }

    /// The clock stands still between commits, and now and then it jumps: a little, or far ahead and back again.
    fn tick(&mut self) {
        let now = match self.random.below(12) {
            0 => self.now() + *self.random.pick(&[90_000, 400 * DAY, -90_000]),
            1 => self.model.newest().committed_at,
            2 => START + self.random.below(100_000) as i64,
            _ => self.now() + *self.random.pick(&[0, 1, 2, 50, 1_000, -1, -500]),
        };
        self.unpin_what_is_over();
        self.world.now.store(now, Ordering::Relaxed);
    }

    /// Every version that can be read, through a fresh handle.
    fn finish(&mut self) {
        self.reopen();
        let (table, now) = (self.databases[1].open_table(&self.line).unwrap(), self.now());
        for version in 0..self.model.versions.len() {
            let moment = AsOf::Version(version as u64);
            if let Some((snapshot, is)) = checks::at(&table, &self.model, &moment, now) {
                checks::whole(&snapshot, is);
            }
        }
        assert!(table.verify().unwrap().problems.is_empty());
    }
}

fn same(found: Result<Written>, expected: Result<Written, Code>) {
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(error), Err(code)) => assert_eq!(error.code(), code, "{error}"),
        (found, expected) => panic!("{found:?} and {expected:?}"),
    }
}

fn lets(meaning: &Meaning, row: &Row, schema: &Schema) -> bool {
    meaning.matches(&|column| row.value(&schema.fields[column]))
}

/// One seed, until that is enough.
pub(crate) fn run(mut bench: Bench, seed: u64, enough: &dyn Fn(usize, &Bench) -> bool) -> Tally {
    let mut shown = Shown(seed, 0);
    while !enough(shown.1, &bench) {
        bench.step();
        shown.1 += 1;
    }
    bench.finish();
    (bench.tally.steps, bench.tally.versions) = (shown.1, bench.model.versions.len() - 1);
    bench.tally
}

impl Runs {
    pub(crate) fn run(self, store: &dyn Fn() -> Arc<dyn Catalog>) -> Tally {
        let one = from_environment("VARVE_SEED");
        let steps = from_environment("VARVE_STEPS").unwrap_or(self.steps);
        let mut tally = Tally::default();
        let round = from_environment("VARVE_ROUND").unwrap_or(0) * 100_000;
        let seeds = self.seeds.start + round..self.seeds.end + round;
        for seed in one.map_or(seeds, |seed| seed..seed + 1) {
            let bench = Bench::new(seed, store(), self.kind, self.crowds.clone());
            tally.add(&run(bench, seed, &|step, _| step as u64 >= steps));
        }
        eprintln!(
            "{:?}, {} seeds: {tally:?}",
            self.kind,
            self.seeds.end - self.seeds.start
        );
        tally
    }
}
