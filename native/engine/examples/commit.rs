//! What one durable commit of a row costs, beside one write and one sync of as many bytes into a file that is there, by turns.
//!
//! `cargo run --release -p varve-engine --example commit -- 4000`; the folder is that of `VARVE_BENCH_DIR`, or the system's for
//! temporary files.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on has failed"
)]

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use varve_engine::{Batch, ColumnBuilder, CommitOptions, Database, OnKey, Schedule, Schema, Table, Value};

fn main() {
    let commits: i64 = std::env::args()
        .nth(1)
        .map_or(4000, |count| count.parse().unwrap());
    let within = std::env::var("VARVE_BENCH_DIR").map_or_else(|_| std::env::temp_dir(), Into::into);
    let folder = tempfile::tempdir_in(within).unwrap();
    let database = Database::connect(folder.path().to_str().unwrap()).unwrap();
    let schema: Schema = serde_json::from_str(
        r#"{ "primaryKey": "id", "fields": [{ "name": "id", "type": { "kind": "text" } }, { "name": "n", "type": { "kind": "int" } }] }"#,
    )
    .unwrap();
    let table = database.create_table("notes", schema).unwrap();
    let upkeep = Schedule::start(&table);
    let plain = plain_file(&folder.path().join("plain"));
    for n in 0..100 {
        insert(&table, n);
    }
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for n in 100..100 + commits {
        let began = Instant::now();
        insert(&table, n);
        let between = Instant::now();
        bare_commit(&plain, n.unsigned_abs());
        bare.push(between.elapsed());
        ours.push(between - began);
        upkeep.committed();
    }
    upkeep.finish();
    say("a commit", &mut ours);
    say("a write and a sync", &mut bare);
}

fn insert(table: &Table, n: i64) {
    let snapshot = table.snapshot().unwrap();
    let schema = snapshot.schema();
    let cells = [Value::Text(format!("row-{n}")), Value::Int(n)];
    let column = |(field, value): (&varve_engine::Field, &Value)| {
        let mut column = ColumnBuilder::new(&field.data_type);
        column.push(value).unwrap();
        (field.id, column.finish())
    };
    let batch = Batch::new(1, schema.fields.iter().zip(&cells).map(column).collect());
    let written = table.insert(batch, schema, OnKey::Refuse, &CommitOptions::default());
    assert_eq!(written.unwrap().inserted, 1);
}

const BLOCK: usize = 4096;
const BLOCKS: u64 = 256;

fn plain_file(path: &std::path::Path) -> File {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.write_all_at(&vec![0; BLOCK * BLOCKS as usize], 0).unwrap();
    file.sync_all().unwrap();
    file
}

fn bare_commit(file: &File, n: u64) {
    let at = n % BLOCKS * BLOCK as u64;
    file.write_all_at(&[n as u8; BLOCK], at).unwrap();
    file.sync_data().unwrap();
}

fn say(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| {
        times
            .get((times.len() as f64 * share) as usize)
            .copied()
            .unwrap_or_default()
    };
    let micros = |share| at(share).as_secs_f64() * 1e6;
    println!(
        "{what:<20} p10 {:7.1}  p50 {:7.1}  p90 {:7.1}  p99 {:7.1}  p99.9 {:7.1} us",
        micros(0.1),
        micros(0.5),
        micros(0.9),
        micros(0.99),
        micros(0.999)
    );
}
