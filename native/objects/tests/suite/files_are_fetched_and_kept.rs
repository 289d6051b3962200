use std::sync::Arc;

use serde_json::json;
use varve_engine::{Code, CommitOptions, Database, OnKey, Store, Table, Value};
use varve_objects::Options;

use crate::store::{TestStore, keys};
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::world::World;

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

fn write(store: &dyn Store, path: &str, content: &[u8]) -> varve_engine::Result<()> {
    let mut sink = store.create(path).unwrap();
    content.chunks(1 << 20).try_for_each(|part| sink.write(part))?;
    sink.finish()
}

#[test]
fn a_large_file_goes_up_in_parts_and_comes_back_in_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let cached = Options {
        cache_dir: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let store = TestStore::new();
    let content = content((21 << 20) + 5);
    write(&store.bucket(&cached), "t.varve/data/x.arrow", &content).unwrap();
    let key = "a/b/t.varve/data/x.arrow";
    let asked = |all: &[&str]| all.iter().map(|what| format!("{what} {key}")).collect::<Vec<_>>();
    assert_eq!(
        store.asked(),
        asked(&["BEGIN", "PART", "PART", "PART", "COMPLETE"])
    );
    for (options, requests) in [
        (&Options::default(), 3),
        (&cached, 3),
        (&cached, 0),
        (&Options::default(), 3),
    ] {
        let bucket = store.bucket(options);
        let blob = bucket.open("t.varve/data/x.arrow").unwrap().unwrap();
        assert_eq!(blob.length(), content.len() as u64);
        assert!(blob.map().unwrap()[..] == content[..]);
        assert_eq!(store.asked(), asked(&["GET"; 3][..requests]));
    }
}

#[test]
fn a_part_on_its_way_up_holds_no_memory_of_others() {
    let store = TestStore::new();
    let bucket = store.bucket(&Options::default());
    let content = content(60 << 20);
    let mut sink = bucket.create("t.varve/data/x.arrow").unwrap();
    sink.write(&content).unwrap();
    sink.finish().unwrap();
    assert_eq!(store.largest_part(), 8 << 20);
    let blob = bucket.open("t.varve/data/x.arrow").unwrap().unwrap();
    assert!(blob.map().unwrap()[..] == content[..]);
}

#[test]
fn a_file_of_two_parts_is_one_request() {
    let key = "a/b/t.varve/data/x.arrow";
    for (length, asked) in [
        (1, &["PUT"][..]),
        (16 << 20, &["PUT"]),
        ((16 << 20) + 1, &["BEGIN", "PART", "PART", "PART", "COMPLETE"]),
    ] {
        let store = TestStore::new();
        let bucket = store.bucket(&Options::default());
        write(&bucket, "t.varve/data/x.arrow", &content(length)).unwrap();
        assert_eq!(
            store.asked(),
            asked
                .iter()
                .map(|what| format!("{what} {key}"))
                .collect::<Vec<_>>()
        );
        let blob = bucket.open("t.varve/data/x.arrow").unwrap().unwrap();
        assert!(blob.map().unwrap()[..] == content(length)[..]);
    }
}

#[test]
fn a_range_that_is_cut_short_is_told_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cached = Options {
        cache_dir: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let mut store = TestStore::new();
    write(&store.bucket(&cached), "t.varve/data/x.arrow", &content(50_000)).unwrap();
    store.cuts_ranges = true;
    for options in [&cached, &Options::default()] {
        let error = store.bucket(options).open("t.varve/data/x.arrow").unwrap_err();
        assert_eq!(error.code(), Code::Corrupt);
        assert_eq!(
            error.message(),
            "The file t.varve/data/x.arrow is damaged: the store does not give as many bytes of it as it says there are."
        );
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    store.cuts_ranges = false;
    let blob = store
        .bucket(&cached)
        .open("t.varve/data/x.arrow")
        .unwrap()
        .unwrap();
    assert!(blob.map().unwrap()[..] == content(50_000)[..]);
}

#[test]
fn a_file_whose_upload_is_torn_is_not_there() {
    let mut store = TestStore::new();
    store.tears_uploads = true;
    let error = write(
        &store.bucket(&Options::default()),
        "t.varve/data/x.arrow",
        &content(20 << 20),
    )
    .unwrap_err();
    assert_eq!(error.code(), Code::Io);
    assert_eq!(store.asked().last().unwrap(), "ABORT a/b/t.varve/data/x.arrow");
    assert_eq!(keys(&store), [""; 0]);
}

#[test]
fn a_file_that_is_given_up_is_not_there() {
    let store = TestStore::new();
    let bucket = Arc::new(store.bucket(&Options::default()));
    for length in [100, 20 << 20] {
        let mut sink = bucket.create("t.varve/data/x.arrow").unwrap();
        sink.write(&content(length)).unwrap();
        drop(sink);
    }
    // What was asked last is answered behind the end of the upload.
    assert!(bucket.open("t.varve/data/x.arrow").unwrap().is_none());
    assert!(store.asked().iter().any(|asked| asked.starts_with("ABORT")));
    assert_eq!(keys(&store), [""; 0]);
}

#[test]
fn what_may_change_is_never_taken_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        cache_dir: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let bucket = TestStore::new().bucket(&options);
    for byte in [1, 2] {
        for path in ["t.varve/_manifests/x.json", "t.varve/_tags/x.json"] {
            bucket.put_if_absent(path, &[byte; 40_000]).unwrap();
            assert_eq!(bucket.open(path).unwrap().unwrap().map().unwrap()[0], byte);
            bucket.remove(path).unwrap();
        }
    }
}

#[test]
fn a_copy_goes_after_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        cache_dir: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let mut store = TestStore::new();
    let path = "t.varve/data/x.arrow";
    write(&store.bucket(&options), path, &content(50_000)).unwrap();
    store.keeps_all = true;
    let bucket = store.bucket(&options);
    bucket.open(path).unwrap().unwrap();
    bucket.remove(path).unwrap_err();
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    store.keeps_all = false;
    let bucket = store.bucket(&options);
    bucket.remove(path).unwrap();
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// Those too whose files retired before, and stay in the bucket for readers.
#[test]
fn after_a_purge_no_copy_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        cache_dir: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let store = TestStore::new();
    let database = Database::with(Arc::new(store.bucket(&options)), World::at(1_700_000_000_000));
    let columns = schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "text", "type": {"kind": "text"}},
    ]}));
    let table = database.create_table("t", columns.clone()).unwrap();
    let read = |table: &Table| all_rows(&table.snapshot().unwrap()).len();
    for first in [0, 1000] {
        let row = |id| vec![Value::Int(id), Value::Text(format!("{id:0100}"))];
        let rows: Vec<_> = (first..first + 1000).map(row).collect();
        let rows = batch(&columns, &rows);
        table
            .insert(rows, &columns, OnKey::Refuse, &CommitOptions::default())
            .unwrap();
        read(&table);
    }
    let copies = || {
        let names = folder.path().read_dir().unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with(".dropped")).count()
    };
    assert_eq!(copies(), 2);
    table.optimize().unwrap();
    assert_eq!(table.stats().unwrap().fragments, 1);
    // They wait to be removed.
    assert!(copies() >= 2);
    std::fs::write(folder.path().join(".fetching-1-1"), b"half").unwrap();
    assert_eq!(table.purge(None, &CommitOptions::default()).unwrap().left, 0);
    assert_eq!(copies(), 0);
    assert_eq!(read(&table), 0);
}
