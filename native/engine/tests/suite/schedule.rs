//! Upkeep that a host has started follows the commits: at once where files are small, in a pause where they are not, and never once it
//! has been stopped.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::wire::encode;
use serde_json::json;
use varve_engine::{
    CommitOptions, Database, Due, Environment, Indexing, MemoryStore, OnKey, Result, Schedule, Schema, Stop,
    Table, Uuid, Value,
};

/// What happens during a wait.
type Meanwhile = Box<dyn FnOnce() + Send>;

/// Time that passes only in waits, and what happens in them.
#[derive(Default)]
struct World {
    names: AtomicU64,
    waits: Mutex<Vec<Duration>>,
    meanwhile: Mutex<VecDeque<Meanwhile>>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

impl Environment for World {
    fn now_ms(&self) -> i64 {
        0
    }

    fn monotonic(&self) -> Duration {
        self.waits.lock().unwrap().iter().sum()
    }

    fn uuid(&self) -> Result<Uuid> {
        let name = self.names.fetch_add(1, Ordering::Relaxed);
        Ok(Uuid(u128::from(name).to_le_bytes()))
    }

    fn pause(&self, _: Duration) {}

    fn wait(&self, most: Duration, _: &Stop) {
        self.waits.lock().unwrap().push(most);
        let meanwhile = self.meanwhile.lock().unwrap().pop_front();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
    }
}

fn schema() -> Schema {
    let vector = json!({"kind": "vector", "dimensions": 64});
    let json = json!({"fields": [{"id": 1, "name": "near", "type": vector}]});
    serde_json::from_value(json).unwrap()
}

fn table(world: &Arc<World>) -> Arc<Table> {
    let environment = Arc::clone(world) as Arc<dyn Environment>;
    let database = Database::with(Arc::new(MemoryStore::default()), environment);
    database.create_table("t", schema()).unwrap()
}

fn insert(table: &Table, rows: u32) {
    let row = |at: u32| {
        let vector: Vec<u8> = (0..64)
            .flat_map(|i| ((at * 64 + i) as f32).to_le_bytes())
            .collect();
        vec![Value::Bytes(vector)]
    };
    let rows: Vec<Vec<Value>> = (0..rows).map(row).collect();
    let (batch, schema) = table.batch(&encode(&schema(), &rows)).unwrap();
    table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
}

/// A table whose rows lie in a file and have no index: one is due in a pause.
fn without_index(world: &Arc<World>) -> Arc<Table> {
    let table = table(world);
    insert(&table, 500);
    table.optimize().unwrap();
    table.set_indexing(Indexing {
        from: 1,
        ..Indexing::default()
    });
    assert_eq!(table.due(), Due::InAPause);
    table
}

/// Waits until upkeep has nothing to do any more.
fn until_done(table: &Table) {
    for _ in 0..60_000 {
        if table.due() == Due::Nothing {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    unreachable!("upkeep goes on for ever");
}

/// Waits until the thread is gone: it holds the table.
fn until_ended(table: &Arc<Table>) {
    for _ in 0..60_000 {
        if Arc::strong_count(table) == 1 {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    unreachable!("the thread goes on for ever");
}

#[test]
fn an_index_waits_until_no_commit_has_come_for_a_quarter_of_a_second() {
    let world = Arc::new(World::default());
    let table = without_index(&world);
    let schedule = Arc::new(Schedule::start(&table));
    for _ in 0..3 {
        let schedule = Arc::clone(&schedule);
        let commit: Meanwhile = Box::new(move || schedule.committed());
        world.meanwhile.lock().unwrap().push_back(commit);
    }
    schedule.committed();
    until_done(&table);
    assert_eq!(*world.waits.lock().unwrap(), [Duration::from_millis(250); 4]);
    assert_eq!(table.stats().unwrap().indexes, 1);
}

#[test]
fn small_files_are_merged_without_a_pause() {
    let world = Arc::new(World::default());
    let table = table(&world);
    let mut commits = 0;
    while table.due() != Due::Now {
        insert(&table, 2000);
        commits += 1;
        assert!(commits < 1000, "files never become enough");
    }
    let before = table.stats().unwrap().fragments;
    let schedule = Schedule::start(&table);
    schedule.committed();
    until_done(&table);
    assert!(world.waits.lock().unwrap().is_empty());
    assert!(table.stats().unwrap().fragments < before);
}

#[test]
fn nothing_begins_once_it_is_finished() {
    let world = Arc::new(World::default());
    let table = without_index(&world);
    let schedule = Schedule::start(&table);
    let stop = schedule.stop().clone();
    world
        .meanwhile
        .lock()
        .unwrap()
        .push_back(Box::new(move || stop.set()));
    schedule.committed();
    until_ended(&table);
    schedule.finish();
    schedule.committed();
    until_ended(&table);
    assert_eq!(world.waits.lock().unwrap().len(), 1);
    assert_eq!(table.stats().unwrap().indexes, 0);
}

#[test]
fn what_is_dropped_stops_and_holds_no_table() {
    let world = Arc::new(World::default());
    let table = without_index(&world);
    let schedule = Schedule::start(&table);
    assert_eq!(Arc::strong_count(&table), 1);
    let ((waits, waiting), (go_on, dropped)) = (channel(), channel::<()>());
    let meanwhile: Meanwhile = Box::new(move || {
        waits.send(()).unwrap();
        let _ = dropped.recv();
    });
    world.meanwhile.lock().unwrap().push_back(meanwhile);
    schedule.committed();
    waiting.recv().unwrap();
    drop(schedule);
    drop(go_on);
    until_ended(&table);
    assert_eq!(table.stats().unwrap().indexes, 0);
}

#[test]
fn a_real_wait_ends_when_it_is_to_stop() {
    let stop = Stop::default();
    let setter = stop.clone();
    let (ended, waits) = channel();
    std::thread::spawn(move || {
        varve_engine::SystemEnvironment.wait(Duration::from_secs(3600), &stop);
        ended.send(()).unwrap();
    });
    setter.set();
    waits.recv_timeout(Duration::from_secs(60)).unwrap();
}
