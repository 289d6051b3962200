//! Random operations against a model that remembers every version: whatever was done, in whatever order, through
//! whichever handle, every read of every version gives what it gave when the version was new.
//!
//! `VARVE_SEED=<number>` runs one seed, `VARVE_STEPS=<number>` changes how long each is.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed"
)]

mod support {
    pub(crate) mod checks;
    pub(crate) mod filters;
    pub(crate) mod model;
    pub(crate) mod random;
    pub(crate) mod read;
    pub(crate) mod rows;
    pub(crate) mod values;
    pub(crate) mod wire;
    pub(crate) mod world;
}

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;
use support::checks;
use support::filters::{Meaning, filter};
use support::model::{Model, Row, Version, When};
use support::random::Random;
use support::rows::{batch, schema};
use support::values::{self, every_type};
use support::wire::encode;
use support::world::World;
use varve_engine::database::Database;
use varve_engine::error::{Code, Result};
use varve_engine::filter::Filter;
use varve_engine::history::AsOf;
use varve_engine::schema::{DataType, Field, Schema};
use varve_engine::store::{LocalStore, MemoryStore, Store};
use varve_engine::table::{CommitOptions, OnKey, Picked, Reembed, Snapshot, Stage, Table, Written};
use varve_engine::value::Value;

/// 2023-11-14.
const START: i64 = 1_700_000_000_000;

/// A table, its model, and two databases that write to it.
struct Bench {
    random: Random,
    world: Arc<World>,
    store: Arc<dyn Store>,
    databases: [Database; 2],
    model: Model,
    held: Vec<(Snapshot, Version)>,
    effective: i64,
    with_retention: bool,
}

impl Bench {
    fn new(seed: u64, store: Arc<dyn Store>) -> Self {
        let mut random = Random::new(seed);
        let world = World::at(START);
        let database = || Database::with(Arc::clone(&store), Arc::clone(&world) as _);
        let databases = [database(), database()];
        let schema = random_schema(&mut random);
        databases[0].create_table("docs", schema.clone()).unwrap();
        let mut numbered = schema;
        numbered.assign_ids(1);
        let model = Model::new(numbered, START);
        let with_retention = random.chance(30);
        Self {
            random,
            world,
            store,
            databases,
            model,
            held: Vec::new(),
            effective: 0,
            with_retention,
        }
    }

    fn now(&self) -> i64 {
        self.world.now.load(Ordering::Relaxed)
    }

    fn table(&mut self) -> Arc<Table> {
        let database = self.random.below(2);
        self.databases[database].open_table("docs").unwrap()
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
        };
        (
            options,
            When {
                now: self.now(),
                effective_at,
            },
        )
    }

    /// One operation and what follows from it.
    fn step(&mut self) {
        match self.random.below(100) {
            0..20 => self.insert(),
            20..40 => self.upsert(),
            40..50 => self.update(),
            50..60 => self.delete(),
            60..64 => self.stage(),
            64..68 => self.alter(),
            68..71 => self.restore(),
            71..73 => self.reembed(),
            73..79 => self.keep_in_order(),
            79..87 => self.tag(),
            87..92 => self.reopen(),
            92..95 => self.hold(),
            _ => self.tick(),
        }
        for _ in 0..3 {
            let (table, now) = (self.table(), self.now());
            checks::read(&mut self.random, &table, &self.model, now);
        }
    }

    fn insert(&mut self) {
        let count = self.random.below(4);
        self.write(count, OnKey::Refuse);
    }

    fn upsert(&mut self) {
        let count = self.random.below(8);
        self.write(count, OnKey::Replace);
    }

    fn rows(&mut self, count: usize) -> Vec<Vec<Value>> {
        let schema = self.schema();
        checks::new_rows(&mut self.random, &schema.fields, schema.key(), count)
    }

    fn write(&mut self, count: usize, on_key: OnKey) {
        let (table, schema, rows) = (self.table(), self.schema(), self.rows(count));
        let (meaning, ending) = self.ending();
        let (options, when) = self.when();
        let rows_in = batch(&schema, &rows);
        let replace = on_key == OnKey::Replace;
        let written = match (&ending, replace) {
            (Some(ending), true) => table.replace(rows_in, &schema, ending, &options),
            _ => table.insert(rows_in, &schema, on_key, &options),
        };
        let ends = |row: &Row| {
            let matches = |meaning: &Meaning| meaning.matches(&row.values(&schema.fields));
            replace && meaning.as_ref().is_some_and(matches)
        };
        same(written, self.model.insert(&rows, replace, &ends, when));
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
            rows.filter(|row| meaning.matches(&row.values(&schema.fields)))
                .count()
                < 8
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
            assert_eq!(Stage::new(table, on_key).unwrap_err().code(), Code::NoPrimaryKey);
            return;
        }
        let (meaning, ending) = self.ending();
        let mut stage = Stage::new(table, on_key).unwrap().ending(ending);
        let (mut all, mut refused) = (Vec::new(), false);
        for _ in 0..self.random.below(4) {
            let count = self.random.below(6);
            let rows = self.rows(count);
            refused |= stage.add(&encode(&schema, &rows)).is_err();
            all.extend(rows);
        }
        let (options, when) = self.when();
        if refused {
            let twice = self.model.insert(&all, true, &|_| false, when);
            assert_eq!(twice.unwrap_err(), Code::DuplicateKey);
        } else if self.random.chance(80) {
            let matches = |row: &Row, meaning: &Meaning| meaning.matches(&row.values(&schema.fields));
            let ends = |row: &Row| meaning.as_ref().is_some_and(|meaning| matches(row, meaning));
            let written = self.model.insert(&all, on_key == OnKey::Replace, &ends, when);
            same(stage.commit(&options), written);
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
        let new = checks::new_rows(&mut self.random, &some.fields, None, ids.len());
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
        let matches = |row: &Row| everything || meaning.matches(&row.values(&schema.fields));
        let matching = self.model.newest().rows.iter().filter(|row| matches(row)).count();
        if matching > 12 && self.random.chance(80) {
            return;
        }
        let (options, when) = self.when();
        let written = table.delete((!everything).then_some(&filter), &options);
        same(written, self.model.delete(&matches, when));
    }

    fn alter(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let (options, when) = self.when();
        if self.random.chance(55) {
            let field = random_column(&mut self.random);
            let written = table.add_columns(std::slice::from_ref(&field), &options);
            return same(written, self.model.add_column(field, when));
        }
        let name = self.random.pick(&schema.fields).name.clone();
        if schema.fields.len() > 3 {
            let written = table.drop_columns(std::slice::from_ref(&name), &options);
            same(written, self.model.drop_column(&name, when));
        }
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

    /// New vectors for a column, while others write, and change the column, and merge files.
    fn reembed(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let is_vector = |field: &&Field| matches!(field.data_type, DataType::Vector { .. });
        let vectors: Vec<&Field> = schema.fields.iter().filter(is_vector).collect();
        if vectors.is_empty() {
            return;
        }
        let old = (*self.random.pick(&vectors)).clone();
        let mut field = other_vectors(&mut self.random, &old.name);
        let mut reembed = Reembed::new(table, field.clone()).unwrap();
        field.id = self.model.take_field();
        assert_eq!(*reembed.field(), field);
        let mut given = HashMap::new();
        for _ in 0..self.random.below(4) {
            for _ in 0..self.random.below(4) {
                self.change();
            }
            if !self.embed_some(&mut reembed, &field, &mut given) {
                return assert!(!self.has(&old), "it was refused for no reason");
            }
        }
        let gaps = self.random.chance(40);
        while !gaps && self.embed_some(&mut reembed, &field, &mut given) {
            if reembed.waiting().unwrap() == 0 {
                break;
            }
        }
        let (options, when) = self.when();
        let committed = reembed.commit(&options, gaps);
        if !self.has(&old) {
            return assert_eq!(committed.unwrap_err().code(), Code::Conflict);
        }
        let written = self.model.reembed(old.id, &field, &given, when);
        match committed {
            Ok(None) => panic!("no row came meanwhile"),
            Ok(Some(committed)) => same(Ok(committed), written),
            Err(error) => return same(Err(error), written),
        }
        if gaps {
            self.fill(reembed, &field);
        }
    }

    /// The rows that were left without a vector get theirs.
    fn fill(&mut self, mut reembed: Reembed, field: &Field) {
        for _ in 0..self.random.below(3) {
            self.change();
        }
        let mut given = HashMap::new();
        while self.has(field) && reembed.waiting().unwrap() > 0 {
            assert!(self.embed_some(&mut reembed, field, &mut given));
        }
        if self.has(field) {
            reembed.fill().unwrap();
            self.model.give(field, &given);
        }
    }

    fn has(&self, field: &Field) -> bool {
        self.schema().fields.iter().any(|known| known.id == field.id)
    }

    /// What may happen at any time.
    fn change(&mut self) {
        match self.random.below(20) {
            0..4 => self.insert(),
            4..9 => self.upsert(),
            9..11 => self.update(),
            11..13 => self.delete(),
            13 => self.stage(),
            14 => self.alter(),
            15 => self.restore(),
            _ => self.keep_in_order(),
        }
    }

    /// A step of a reembedding; false where the column is another one now.
    fn embed_some(&mut self, reembed: &mut Reembed, field: &Field, given: &mut HashMap<u64, Value>) -> bool {
        let key: Vec<String> = self
            .schema()
            .fields
            .iter()
            .take(1)
            .map(|field| field.name.clone())
            .collect();
        let limit = self.random.below(30);
        let picked: Option<Picked> = match reembed.next_rows(&key, limit) {
            Ok(picked) => picked,
            Err(error) => {
                assert_eq!(error.code(), Code::Conflict, "{error}");
                return false;
            }
        };
        let Some(picked) = picked else { return true };
        let random = &mut self.random;
        let vectors: Vec<Vec<Value>> = picked
            .ids()
            .map(|_| vec![values::value(random, &field.data_type, true)])
            .collect();
        let fields = vec![field.clone()];
        let one = Schema {
            id: 0,
            primary_key: None,
            fields,
        };
        reembed.add(&encode(&one, &vectors)).unwrap();
        given.extend(picked.ids().zip(vectors.into_iter().flatten()));
        true
    }

    /// Upkeep: it may take its time and change files, but nothing that anybody sees.
    fn keep_in_order(&mut self) {
        let (table, now) = (self.table(), self.now());
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

    /// The clock stands still between commits, and now and then it jumps.
    fn tick(&mut self) {
        let by = *self.random.pick(&[0, 1, 2, 50, 1_000, -1, -500]);
        self.world.now.store(self.now() + by, Ordering::Relaxed);
    }

    /// Every version that can be read, through a fresh handle.
    fn finish(&mut self) {
        self.reopen();
        let (table, now) = (self.databases[1].open_table("docs").unwrap(), self.now());
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

fn random_schema(random: &mut Random) -> Schema {
    let all: Vec<serde_json::Value> = every_type().as_array().unwrap().clone();
    let mut fields: Vec<serde_json::Value> = all.into_iter().filter(|_| random.chance(60)).collect();
    let kind = *random.pick(&["int", "text"]);
    fields.insert(
        random.below(fields.len()),
        json!({"name": "key", "type": {"kind": kind}}),
    );
    let primary_key = random.chance(80).then_some("key");
    schema(json!({"primaryKey": primary_key, "fields": fields}))
}

/// A column of vectors of any kind.
fn other_vectors(random: &mut Random, name: &str) -> Field {
    let (dimensions, element) = (random.below(4) + 1, *random.pick(&["f32", "f16"]));
    let metric = *random.pick(&["cosine", "l2", "dot"]);
    let data_type = json!({"kind": "vector", "dimensions": dimensions, "element": element, "metric": metric});
    let embed = json!({"function": {"name": format!("f{dimensions}")}});
    let field = json!({"name": name, "type": data_type, "nullable": true, "embed": embed});
    serde_json::from_value(field).unwrap()
}

/// A column to add; some of the names are taken.
fn random_column(random: &mut Random) -> Field {
    let name = format!("more{}", random.below(5));
    let (data_type, default) = match random.below(6) {
        0 => (json!({"kind": "int"}), json!(7)),
        1 => (json!({"kind": "float", "bits": 32}), json!(0.1)),
        2 => (json!({"kind": "enum", "values": ["x", "y"]}), json!("y")),
        3 => (json!({"kind": "json"}), json!("{\"a\":2}")),
        4 => (json!({"kind": "vector", "dimensions": 2}), json!(null)),
        _ => (json!({"kind": "text"}), json!(null)),
    };
    let nullable = default.is_null() || random.chance(50);
    let field = json!({"name": name, "type": data_type, "nullable": nullable, "default": default});
    let mut field: Field = serde_json::from_value(field).unwrap();
    if nullable && random.chance(30) || matches!(field.data_type, DataType::Vector { .. }) {
        field.default = None;
    }
    field
}

/// Says which seed it was when a test fails.
struct Shown(u64, usize);

impl Drop for Shown {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("VARVE_SEED={} failed at step {}", self.0, self.1);
        }
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// One seed, until that is enough.
fn run(seed: u64, store: Arc<dyn Store>, enough: &dyn Fn(usize, &Bench) -> bool) {
    let mut shown = Shown(seed, 0);
    let mut bench = Bench::new(seed, store);
    while !enough(shown.1, &bench) {
        bench.step();
        shown.1 += 1;
    }
    bench.finish();
}

fn run_all(seeds: std::ops::Range<u64>, store: &dyn Fn() -> Arc<dyn Store>) {
    let one = from_environment("VARVE_SEED");
    let steps = from_environment("VARVE_STEPS").unwrap_or(300);
    for seed in one.map_or(seeds, |seed| seed..seed + 1) {
        run(seed, store(), &|step, _| step as u64 >= steps);
    }
}

#[test]
fn in_memory_every_version_stays_what_it_was() {
    run_all(0..48, &|| Arc::new(MemoryStore::new()));
}

#[test]
fn on_disk_every_version_stays_what_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let number = std::sync::atomic::AtomicU64::new(0);
    let store = || -> Arc<dyn Store> {
        let name = number.fetch_add(1, Ordering::Relaxed).to_string();
        Arc::new(LocalStore::new(directory.path().join(name)))
    };
    run_all(1_000..1_024, &store);
}

/// So many commits that parts of the log and files of deaths are closed, and these are merged.
#[test]
fn a_long_history_stays_what_it_was() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let files = |directory: &str| store.list(&format!("docs.varve/{directory}")).unwrap().len();
    let died = |bench: &Bench| {
        let ended = bench
            .model
            .versions
            .iter()
            .map(|version| version.counts[1] + version.counts[2]);
        ended.sum::<u64>()
    };
    // Files of deaths are merged into one now and then; here they are not for once.
    let enough = |step: usize, bench: &Bench| {
        let much = bench.model.versions.len() > 800 && died(bench) > 2_500;
        much && (files("deaths") >= 2 || step > 5_000)
    };
    run(
        from_environment("VARVE_SEED").unwrap_or(2_000),
        Arc::clone(&store),
        &enough,
    );
    assert!(files("_log") >= 3, "{}", files("_log"));
    assert!(files("deaths") >= 2, "{}", files("deaths"));
    assert!(files("_manifests") < 16, "{}", files("_manifests"));
    assert!(files("data") < 400, "{}", files("data"));
}
