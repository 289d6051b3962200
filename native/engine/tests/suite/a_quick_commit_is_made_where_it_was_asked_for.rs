//! A host with a thread that must not wait for long may commit on it what was handed over: a single change, where commits were quick of
//! late and nobody else is at work. Everything else comes back, to be committed on another thread.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    Attendant, Catalog, CommitOptions, Database, Environment, LocalStore, MemoryStore, OnKey, RowChange,
    Table, Value,
};

const START: i64 = 1_700_000_000_000;

struct Place {
    world: Arc<World>,
    table: Arc<Table>,
    next: i64,
}

impl Place {
    fn of(store: Arc<dyn Catalog>) -> Self {
        let world = World::at(START);
        let database = Database::with(store, Arc::clone(&world) as Arc<dyn Environment>);
        let items = json!({"primaryKey": "id", "fields": [{"name": "id", "type": {"kind": "int"}}]});
        let table = database.create_table("items", schema(items)).unwrap();
        Self {
            world,
            table,
            next: 0,
        }
    }

    fn in_memory() -> Self {
        Self::of(Arc::new(MemoryStore::new()))
    }

    /// Hands a row over that takes a time to be made.
    fn hand_over(&mut self, takes: Duration) -> (Option<Attendant>, mpsc::Receiver<u64>) {
        self.next += 1;
        let (id, world) = (self.next, Arc::clone(&self.world));
        let (told, hears) = mpsc::channel();
        let change = move |snapshot: &varve_engine::Snapshot| {
            world.pause(takes);
            let schema = Arc::clone(snapshot.schema());
            let rows = batch(&schema, &[vec![Value::Int(id)]]);
            RowChange::insert((rows, schema), OnKey::Refuse, None, CommitOptions::default())
        };
        let attendant = self.table.hand_over_rows(Some(100), change, move |written| {
            told.send(written.unwrap().version).unwrap();
        });
        (attendant, hears)
    }

    /// Whether a row is committed where it was asked for. It is committed in any case.
    fn commits_at_once(&mut self, takes: Duration) -> bool {
        let (attendant, hears) = self.hand_over(takes);
        let left = attendant.unwrap().attend_if_quick();
        let is_done = hears.try_recv().is_ok();
        assert_eq!(is_done, left.is_none());
        left.into_iter().for_each(Attendant::attend);
        is_done
    }

    /// Commits until it is known that commits are quick.
    fn warm_up(&mut self) {
        assert!((0..10).any(|_| self.commits_at_once(Duration::ZERO)));
    }
}

const SLOW: Duration = Duration::from_millis(1);

#[test]
fn commits_that_were_quick_are_made_at_once_and_after_a_slow_one_not() {
    let mut place = Place::in_memory();
    assert!(
        !place.commits_at_once(Duration::ZERO),
        "nobody knows the disk yet"
    );
    place.warm_up();
    assert!(place.commits_at_once(Duration::ZERO));
    assert!(place.commits_at_once(SLOW), "nobody can know that");
    assert!(!place.commits_at_once(Duration::ZERO));
    place.warm_up();
    let rows = place.table.snapshot().unwrap().count(None).unwrap();
    assert_eq!(i64::try_from(rows), Ok(place.next));
}

#[test]
fn changes_that_wait_together_come_back_together() {
    let mut place = Place::in_memory();
    place.warm_up();
    let (attendant, first) = place.hand_over(Duration::ZERO);
    let (none, second) = place.hand_over(Duration::ZERO);
    assert!(none.is_none());
    let left = attendant.unwrap().attend_if_quick().unwrap();
    assert_eq!(first.try_recv(), Err(mpsc::TryRecvError::Empty));
    left.attend();
    assert!(first.try_recv().is_ok() && second.try_recv().is_ok());
    assert!(place.commits_at_once(Duration::ZERO));
}

/// Whoever is asked to attend to a change that came meanwhile still has to.
#[test]
fn what_comes_meanwhile_is_left_over() {
    let mut place = Place::in_memory();
    place.warm_up();
    let (told, hears) = mpsc::channel();
    let table = Arc::clone(&place.table);
    let (attendant, first) = {
        let (told_first, first) = mpsc::channel();
        let row = |id: i64, snapshot: &varve_engine::Snapshot| {
            let schema = Arc::clone(snapshot.schema());
            let rows = batch(&schema, &[vec![Value::Int(id)]]);
            RowChange::insert((rows, schema), OnKey::Refuse, None, CommitOptions::default())
        };
        let inner = Arc::clone(&table);
        let change = move |snapshot: &varve_engine::Snapshot| {
            let told = told.clone();
            let handed = inner.hand_over_rows(
                Some(100),
                move |snapshot| row(-2, snapshot),
                move |written| told.send(written.is_ok()).unwrap(),
            );
            assert!(handed.is_none(), "somebody attends already");
            row(-1, snapshot)
        };
        let attendant = table.hand_over_rows(Some(100), change, move |written| {
            told_first.send(written.is_ok()).unwrap();
        });
        (attendant, first)
    };
    let left = attendant.unwrap().attend_if_quick();
    assert_eq!(first.try_recv(), Ok(true));
    assert_eq!(hears.try_recv(), Err(mpsc::TryRecvError::Empty));
    left.unwrap().attend();
    assert_eq!(hears.try_recv(), Ok(true));
}

/// Whether a change is committed where it was handed over, which is committed in any case, or refused.
fn is_at_once(
    place: &Place,
    adds: Option<usize>,
    change: impl FnOnce(&varve_engine::Snapshot) -> varve_engine::Result<RowChange> + Send + 'static,
) -> bool {
    let attendant = place.table.hand_over_rows(adds, change, |_| {});
    let left = attendant.unwrap().attend_if_quick();
    let is_done = left.is_none();
    left.into_iter().for_each(Attendant::attend);
    is_done
}

/// How long that takes follows from the table, not from the change.
#[test]
fn what_looks_for_rows_is_committed_elsewhere() {
    let mut place = Place::in_memory();
    place.warm_up();
    let delete = |_: &varve_engine::Snapshot| Ok(RowChange::delete(None, CommitOptions::default()));
    assert!(!is_at_once(&place, None, delete));
    assert_eq!(place.table.snapshot().unwrap().count(None).unwrap(), 0);
}

#[test]
fn rows_that_the_manifest_has_no_room_for_are_committed_elsewhere() {
    let mut place = Place::in_memory();
    place.warm_up();
    let nothing = |_: &varve_engine::Snapshot| Ok(RowChange::delete(None, CommitOptions::default()));
    assert!(!is_at_once(&place, Some(40_000), nothing));
}

/// A refused change touches no disk.
#[test]
fn what_is_not_put_says_nothing_of_the_disk() {
    let mut place = Place::in_memory();
    for _ in 0..20 {
        let refuse = |snapshot: &varve_engine::Snapshot| Err(snapshot.schema().field("none").unwrap_err());
        assert!(!is_at_once(&place, Some(100), refuse));
    }
    assert!(
        !place.commits_at_once(Duration::ZERO),
        "nobody knows the disk yet"
    );
}

/// A commit for which rows become a file is no quick one.
#[test]
fn rows_become_a_file_elsewhere() {
    let mut place = Place::in_memory();
    place.warm_up();
    let mut elsewhere = 0;
    for _ in 0..200 {
        elsewhere += u32::from(!place.commits_at_once(Duration::ZERO));
    }
    assert!((2..=4).contains(&elsewhere), "{elsewhere}");
    assert_eq!(place.table.verify().unwrap().problems, []);
}

/// Another process may have been stopped in the middle of a commit.
#[test]
fn nobody_waits_for_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let store = LocalStore::new(directory.path()).journal(0, 128 * 1024);
    let mut place = Place::of(Arc::new(store));
    place.warm_up();
    let journal = directory.path().join("items.varve/_manifests/journal");
    let other = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(journal)
        .unwrap();
    other.lock().unwrap();
    let (attendant, hears) = place.hand_over(Duration::ZERO);
    let left = attendant.unwrap().attend_if_quick().unwrap();
    assert_eq!(hears.try_recv(), Err(mpsc::TryRecvError::Empty));
    other.unlock().unwrap();
    left.attend();
    assert!(hears.try_recv().is_ok());
    assert!(place.commits_at_once(Duration::ZERO));
}
