//! A scan reads one version to its end, also where files are opened when they are first read and others replace them meanwhile. Where a
//! retention could end its version, it keeps that as long as it lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::far::FarStore;
use serde_json::json;
use varve_engine::{
    Alteration, AsOf, Batch, Code, ColumnBuilder, CommitOptions, Database, Environment, Error, OnKey, Result,
    Schema, Store, Table, Uuid, Value,
};
use varve_protocol::Pages;

const MINUTE: i64 = 60_000;

/// A clock that moves when it is told to.
#[derive(Debug, Default)]
struct World {
    now: AtomicI64,
    names: AtomicU64,
}

impl Environment for World {
    fn now_ms(&self) -> i64 {
        1_767_225_600_000 + self.now.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn uuid(&self) -> Result<Uuid> {
        let name = self.names.fetch_add(1, Ordering::Relaxed);
        Ok(Uuid(u128::from(name).to_le_bytes()))
    }

    fn pause(&self, _: Duration) {}
}

fn numbers() -> Schema {
    let fields = json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "body", "type": {"kind": "text"}},
    ]});
    serde_json::from_value(fields).unwrap()
}

struct Bench {
    store: FarStore,
    world: Arc<World>,
    table: Arc<Table>,
}

impl Bench {
    /// A table of three files with 2000 rows each.
    fn new(retention_ms: Option<i64>) -> Self {
        let (store, world) = (FarStore::new(), Arc::new(World::default()));
        let database = Database::with(Arc::new(store.clone()), Arc::<World>::clone(&world));
        let table = database.create_table("t", numbers()).unwrap();
        table.set_retention(retention_ms).unwrap();
        let bench = Self { store, world, table };
        for first in [0, 2000, 4000] {
            bench.write(first, "early");
        }
        bench
    }

    fn write(&self, first: i64, body: &str) {
        let schema = numbers();
        let rows = || first..first + 2000;
        let column = |field: usize, value: &dyn Fn(i64) -> Value| {
            let mut builder = ColumnBuilder::new(&schema.fields[field].data_type);
            rows().for_each(|n| builder.push(&value(n)).unwrap());
            (schema.fields[field].id, builder.finish())
        };
        let text = |n| Value::Text(format!("{body} {n} {}", "many ".repeat(40)));
        let batch = Batch::new(2000, vec![column(0, &Value::Int), column(1, &text)]);
        let options = CommitOptions::default();
        self.table
            .insert(batch, &schema, OnKey::Replace, &options)
            .unwrap();
        self.world.now.fetch_add(1000, Ordering::Relaxed);
    }

    /// What another process reads.
    fn reader(&self) -> Arc<Table> {
        let database = Database::with(Arc::new(self.store.clone()), Arc::<World>::clone(&self.world));
        database.open_table("t").unwrap()
    }

    /// This process tidies up, and much later what it removed is not there any more.
    fn tidy_up(&self) {
        self.table.optimize().unwrap();
        self.store.let_go_of_removed();
    }

    fn leases(&self) -> usize {
        let tags = self.store.list("t.varve/_tags").unwrap();
        tags.iter().filter(|entry| entry.name.ends_with(".lease")).count()
    }
}

fn begin(reader: &Arc<Table>) -> Pages {
    let request = json!({"kind": "scan", "select": ["n", "body"], "batchRows": 500});
    varve_protocol::scan(reader, &request.to_string()).unwrap()
}

/// The numbers of the next rows, all of which say `body`; none at the end.
fn next(pages: &mut Pages, reader: &Table, body: &str) -> Result<Vec<i64>> {
    let Some(page) = pages.next_page(reader)? else {
        return Ok(Vec::new());
    };
    let rows = page.numbers[0] as usize;
    assert_eq!(page.text.matches(body).count(), rows);
    Ok((0..rows).map(|row| page.numbers[2 + row] as i64).collect())
}

fn rest(pages: &mut Pages, reader: &Table) -> Result<Vec<i64>> {
    let mut all = Vec::new();
    loop {
        let rows = next(pages, reader, "early")?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

#[test]
fn it_goes_on_where_its_files_were_replaced_and_keeps_nothing_where_nothing_ends() {
    let bench = Bench::new(None);
    let reader = bench.reader();
    let mut pages = begin(&reader);
    let mut all = next(&mut pages, &reader, "early").unwrap();
    all.extend(next(&mut pages, &reader, "early").unwrap());
    bench.write(1000, "late");
    bench.tidy_up();
    bench.store.asked();
    all.extend(rest(&mut pages, &reader).unwrap());
    assert_eq!(all, (0..6000).collect::<Vec<i64>>());
    let asked = bench.store.asked();
    assert!(!asked.iter().any(|asked| asked.starts_with("put")), "{asked:?}");
}

#[test]
fn it_keeps_a_version_that_a_retention_would_end_until_it_has_ended() {
    let bench = Bench::new(Some(0));
    let reader = bench.reader();
    let mut pages = begin(&reader);
    let mut all = next(&mut pages, &reader, "early").unwrap();
    assert!(!pages.is_kept());
    all.extend(next(&mut pages, &reader, "early").unwrap());
    assert!(pages.is_kept());
    for first in [0, 2000, 4000] {
        bench.write(first, "late");
    }
    // Between two parts there may be half an hour, and a scan may take hours.
    for _ in 0..6 {
        bench.world.now.fetch_add(40 * MINUTE, Ordering::Relaxed);
        bench.tidy_up();
        all.extend(next(&mut pages, &reader, "early").unwrap());
        assert_eq!(bench.leases(), 1);
    }
    all.extend(rest(&mut pages, &reader).unwrap());
    assert_eq!(all, (0..6000).collect::<Vec<i64>>());
    assert_eq!(bench.leases(), 0);
    bench.tidy_up();
    let then = bench.reader().as_of(&AsOf::Version(3));
    assert_eq!(then.unwrap_err().code(), Code::VersionExpired);
}

#[test]
fn one_that_is_not_read_to_its_end_keeps_nothing_when_that_is_said() {
    let bench = Bench::new(Some(0));
    let reader = bench.reader();
    let mut pages = begin(&reader);
    for _ in 0..2 {
        next(&mut pages, &reader, "early").unwrap();
    }
    assert_eq!(bench.leases(), 1);
    pages.end(&reader);
    assert_eq!((bench.leases(), pages.is_kept()), (0, false));
}

#[test]
fn it_is_told_of_a_purge_and_of_other_columns() {
    let failure = |change: &dyn Fn(&Table)| -> Error {
        let bench = Bench::new(None);
        let reader = bench.reader();
        let mut pages = begin(&reader);
        next(&mut pages, &reader, "early").unwrap();
        change(&bench.table);
        bench.tidy_up();
        rest(&mut pages, &reader).unwrap_err()
    };
    let options = CommitOptions::default();
    let purged = failure(&|table| {
        let filter = json!({"op": "gte", "column": ["n"], "value": 100});
        let filter = varve_engine::Filter::parse(&filter, &numbers()).unwrap();
        table.purge(Some(&filter), &options).unwrap();
    });
    assert_eq!(purged.code(), Code::VersionExpired);
    assert!(purged.message().starts_with("A purge removed"), "{purged}");
    let renamed = failure(&|table| {
        let step = json!({"rename": {"from": "body", "to": "text"}});
        let steps: Vec<Alteration> = vec![serde_json::from_value(step).unwrap()];
        table.alter(&steps, None, &options).unwrap();
    });
    assert_eq!(renamed.code(), Code::VersionExpired);
    assert!(renamed.message().contains("was replaced by another"), "{renamed}");
}
