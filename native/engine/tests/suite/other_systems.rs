//! The engine on disks that are not like those of Linux: where every file has a name from the start, where locks do not hold and
//! files are not mapped, where a file that is open is not let go of.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::support::holding::HoldingDisk;
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use serde_json::json;
use varve_engine::{
    Code, CommitOptions, Database, Disk, LocalStore, OnKey, OsDisk, PutOutcome, Result, Schema, Store,
    SystemEnvironment, Table, Value,
};

fn numbers() -> Schema {
    schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}))
}

/// A database whose journals begin with the fourth commit.
fn database(disk: impl Disk + 'static, at: &Path) -> Database {
    let store = LocalStore::on(Arc::new(disk), at).journal(3, 32 * 1024);
    Database::with(Arc::new(store), Arc::new(SystemEnvironment))
}

fn insert(table: &Table, ns: std::ops::Range<i64>, text: &str) -> Result<()> {
    let row = |n| vec![Value::Int(n), Value::Text(text.to_owned())];
    let rows = batch(&numbers(), &ns.map(row).collect::<Vec<_>>());
    let written = table.insert(rows, &numbers(), OnKey::Refuse, &CommitOptions::default());
    written.map(|_| ())
}

/// Small commits, and such of a file of their own.
fn fill(table: &Table, from: i64) {
    for n in from..from + 10 {
        let text = "long ".repeat(if n % 4 == 0 { 20_000 } else { 1 });
        insert(table, n..n + 1, &text).unwrap();
    }
}

fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_put_has_one_winner_also_where_files_have_names_from_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let put = |bytes: &[u8]| {
        let disk = Arc::new(OsDisk::without_unnamed_files());
        LocalStore::on(disk, directory.path()).put_if_absent("name", bytes)
    };
    let won = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8_u8)
            .map(|n| scope.spawn(move || put(&[n; 100_000]).unwrap()))
            .collect();
        let outcomes = writers.into_iter().map(|writer| writer.join().unwrap());
        outcomes.filter(|outcome| *outcome == PutOutcome::Created).count()
    });
    assert_eq!(won, 1);
    let bytes = fs::read(directory.path().join("name")).unwrap();
    assert!(bytes.len() == 100_000 && bytes.iter().all(|byte| *byte == bytes[0]));
    assert_eq!(files(directory.path()), ["name"]);
}

#[test]
fn a_process_of_a_number_that_was_there_before_overwrites_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    // A process that died between giving the file its name and removing the temporary one: both lead to the same content.
    fs::write(at("first"), "a commit").unwrap();
    for number in 0..3 {
        let name = format!(".temporary-{}-{number}", std::process::id());
        fs::hard_link(at("first"), at(&name)).unwrap();
    }
    let store = LocalStore::on(Arc::new(OsDisk::without_unnamed_files()), directory.path());
    assert_eq!(
        store.put_if_absent("second", b"another").unwrap(),
        PutOutcome::Created
    );
    assert_eq!(fs::read(at("first")).unwrap(), b"a commit");
    assert_eq!(fs::read(at("second")).unwrap(), b"another");
}

#[test]
fn temporary_names_that_a_dead_process_left_go_with_upkeep() {
    let directory = tempfile::tempdir().unwrap();
    let table = database(HoldingDisk::default(), directory.path())
        .create_table("docs", numbers())
        .unwrap();
    let manifests = directory.path().join("docs.varve/_manifests");
    fs::write(manifests.join(".temporary-1-0"), "half of a mani").unwrap();
    assert_eq!(table.optimize().unwrap().removed_files, 1);
    assert!(!files(&manifests).iter().any(|name| name.starts_with('.')));
}

#[test]
fn a_table_gets_another_name_where_an_open_file_would_keep_its_directory() {
    let directory = tempfile::tempdir().unwrap();
    let database = database(HoldingDisk::default(), directory.path());
    let table = database.create_table("docs", numbers()).unwrap();
    fill(&table, 0);
    drop(table);
    database.rename_table("docs", "pages").unwrap();
    let table = database.open_table("pages").unwrap();
    fill(&table, 10);
    assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 20);
}

#[test]
fn on_a_network_a_table_has_no_journal() {
    let directory = tempfile::tempdir().unwrap();
    let database = |_| database(OsDisk::on_a_network(), directory.path());
    let table = database(0).create_table("docs", numbers()).unwrap();
    fill(&table, 0);
    let other = database(1).open_table("docs").unwrap();
    fill(&other, 10);
    assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 20);
    assert_eq!(table.verify().unwrap().problems, []);
    let manifests = files(&directory.path().join("docs.varve/_manifests"));
    assert!(
        manifests.iter().all(|name| name.ends_with(".json")),
        "{manifests:?}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_network_no_file_is_mapped() {
    let mapped = |disk: OsDisk| {
        let directory = tempfile::tempdir().unwrap();
        let table = database(disk, directory.path())
            .create_table("docs", numbers())
            .unwrap();
        fill(&table, 0);
        assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 10);
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        maps.contains(directory.path().to_str().unwrap())
    };
    assert!(mapped(OsDisk::default()));
    assert!(!mapped(OsDisk::on_a_network()));
}

#[test]
fn on_a_network_a_journal_is_read_and_not_written() {
    let directory = tempfile::tempdir().unwrap();
    fill(
        &database(OsDisk::default(), directory.path())
            .create_table("docs", numbers())
            .unwrap(),
        0,
    );
    let table = database(OsDisk::on_a_network(), directory.path())
        .open_table("docs")
        .unwrap();
    assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 10);
    let error = insert(&table, 10..11, "more").unwrap_err();
    assert_eq!(error.code(), Code::Io);
    assert!(error.message().contains("network file system"), "{error}");
    assert!(
        error.next_step().unwrap().contains("a disk of this machine"),
        "{error}"
    );
    assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 10);
}

/// A table whose files of rows somebody has open, and the folder that they are in.
fn held(directory: &Path) -> (HoldingDisk, Database, Arc<Table>) {
    let disk = HoldingDisk::default();
    let database = database(disk.clone(), directory);
    let table = database.create_table("docs", numbers()).unwrap();
    (0..4).for_each(|n| insert(&table, n * 3_000..(n + 1) * 3_000, "long enough").unwrap());
    disk.hold(&directory.join("docs.varve/data"));
    (disk, database, table)
}

#[test]
fn a_file_that_could_not_be_removed_is_removed_later() {
    let directory = tempfile::tempdir().unwrap();
    let (disk, _, table) = held(directory.path());
    let data = directory.path().join("docs.varve/data");
    let before = files(&data);
    assert!(before.len() >= 4);
    let done = table.optimize().unwrap();
    assert_eq!((done.merged > 1, done.removed_files), (true, 0));
    assert!(before.iter().all(|file| files(&data).contains(file)));
    // Commits that sweep, while the files are held and when they no longer are.
    (0..40).for_each(|n| insert(&table, n - 100..n - 99, "x").unwrap());
    disk.let_go();
    assert!(before.iter().all(|file| files(&data).contains(file)));
    (0..40).for_each(|n| insert(&table, n - 200..n - 199, "x").unwrap());
    assert!(before.iter().all(|file| !files(&data).contains(file)));
    assert_eq!(table.verify().unwrap().problems, []);
}

#[test]
fn a_table_is_dropped_though_its_files_are_open() {
    let directory = tempfile::tempdir().unwrap();
    let (disk, database, table) = held(directory.path());
    database.drop_table("docs").unwrap();
    assert_eq!(table.snapshot().unwrap_err().code(), Code::TableNotFound);
    assert_eq!(database.table_names().unwrap(), Vec::<String>::new());
    let again = database.create_table("docs", numbers()).unwrap();
    fill(&again, 0);
    assert_eq!(all_rows(&again.snapshot().unwrap()).len(), 10);
    disk.let_go();
    database.drop_table("docs").unwrap();
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[test]
fn a_table_whose_manifests_are_open_elsewhere_is_not_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let (disk, database, table) = held(directory.path());
    disk.hold(&directory.path().join("docs.varve/_manifests"));
    let error = database.drop_table("docs").unwrap_err();
    assert_eq!(error.code(), Code::Io);
    assert!(
        error.next_step().unwrap().contains("nothing was changed"),
        "{error}"
    );
    assert_eq!(all_rows(&table.snapshot().unwrap()).len(), 12_000);
    assert_eq!(files(directory.path()), ["docs.varve"]);
}

#[test]
fn what_a_drop_left_behind_is_not_in_the_way_of_a_new_table() {
    let directory = tempfile::tempdir().unwrap();
    let (_, database, _) = held(directory.path());
    // As if the process had died when the manifests were away and the files of rows not yet.
    let left = directory.path().join("docs.varve");
    fs::rename(left.join("_manifests"), directory.path().join("elsewhere")).unwrap();
    let again = database.create_table("docs", numbers()).unwrap();
    fill(&again, 0);
    assert_eq!(all_rows(&again.snapshot().unwrap()).len(), 10);
}

#[test]
fn a_folder_of_somebody_else_is_not_taken_for_what_a_drop_left() {
    let directory = tempfile::tempdir().unwrap();
    let database = database(OsDisk::default(), directory.path());
    fs::create_dir_all(directory.path().join("docs.varve/data")).unwrap();
    fs::write(directory.path().join("docs.varve/notes"), "mine").unwrap();
    let error = database.create_table("docs", numbers()).unwrap_err();
    assert_eq!(error.code(), Code::TableExists);
    assert_eq!(
        fs::read(directory.path().join("docs.varve/notes")).unwrap(),
        b"mine"
    );
}
