//! Files that somebody wrote on purpose, with checksums that are right: they are refused by name, or read as they are; they
//! take neither memory nor time nor the files of others, and never the process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::support::all_reads::all_reads;
use crate::support::everything::{database, everything, newest_manifest, replace};
use crate::support::rows::batch;
use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Catalog, Code, CommitOptions, Error, MemoryStore, OnKey, Result, Store, Value, inside::seal_json,
};
use xxhash_rust::xxh3::xxh3_64;

/// No read of the small table has a reason to ask for more at once.
const MEMORY_MAX: usize = 4 << 20;
const TIME_MAX: Duration = Duration::from_secs(5);

/// Remembers the largest piece of memory that a thread asked for.
struct Watching;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator, by `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// A table whose files can be changed without changing those of the next case.
struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    fn new() -> Self {
        let store = everything();
        let mut files = Vec::new();
        for directory in ["data", "deaths", "_log", "_tags"] {
            for entry in store.list(&format!("docs.varve/{directory}")).unwrap() {
                files.push(format!("docs.varve/{directory}/{}", entry.name));
            }
        }
        files.push(newest_manifest(&store));
        let read = |path: String| {
            (
                path.clone(),
                store.open(&path).unwrap().unwrap().map().unwrap().to_vec(),
            )
        };
        Self(files.into_iter().map(read).collect())
    }

    fn store(&self) -> MemoryStore {
        let store = MemoryStore::new();
        store.create_table("docs.varve", 0, &[]).unwrap();
        for (path, bytes) in &self.0 {
            store.put_if_absent(path, bytes).unwrap();
        }
        store
    }

    fn path(&self, part: &str) -> &str {
        &self.0.iter().find(|(path, _)| path.contains(part)).unwrap().0
    }

    fn json(&self, part: &str) -> Json {
        let (_, bytes) = self.0.iter().find(|(path, _)| path.contains(part)).unwrap();
        let sealed: Json = serde_json::from_slice(bytes).unwrap();
        sealed["content"].clone()
    }

    /// The table with another content in a sealed file.
    fn with(&self, part: &str, content: &Json) -> MemoryStore {
        let store = self.store();
        replace(&store, self.path(part), &seal_json(content).unwrap());
        store
    }
}

/// Reads all, and writes; nothing may happen but errors of the right kind.
fn survive(store: &MemoryStore, what: &str, briefly: bool) {
    LARGEST.set(0);
    let start = Instant::now();
    for (question, answer) in all_reads(store, briefly) {
        check(answer.map(|_| ()), &format!("{what}: {question}"));
    }
    if !briefly && let Ok(table) = database(store).open_table("docs") {
        check(table.verify().map(|_| ()), what);
        let written = |answer: Result<()>| match answer {
            // What was read before it was written is not known by the name of a file any more.
            Err(error) if error.message().contains("a buffer in memory is damaged") => {}
            answer => check(answer, what),
        };
        let snapshot = table.snapshot().unwrap();
        let schema = snapshot.schema();
        let row = schema.fields.iter().map(|field| {
            if field.name == "key" {
                Value::Text("new".to_owned())
            } else {
                Value::Null
            }
        });
        if schema
            .field("key")
            .is_ok_and(|key| key.data_type == varve_engine::DataType::Text)
        {
            let rows = batch(schema, &[row.collect()]);
            written(
                table
                    .insert(rows, schema, OnKey::Replace, &CommitOptions::default())
                    .map(|_| ()),
            );
        }
        let then = table
            .as_of(&AsOf::Version(1))
            .and_then(|then| table.restore(&then, &CommitOptions::default()));
        written(then.map(|_| ()));
        written(table.optimize().map(|_| ()));
        written(table.delete(None, &CommitOptions::default()).map(|_| ()));
    }
    assert!(
        LARGEST.get() <= MEMORY_MAX,
        "{what}: {} bytes at once",
        LARGEST.get()
    );
    assert!(start.elapsed() < TIME_MAX, "{what}: {:?}", start.elapsed());
}

/// Damage is named; what is not damage is a fair answer.
fn check(answer: Result<()>, what: &str) {
    let fair = |error: &Error| match error.code() {
        Code::Corrupt | Code::UnsupportedFormat => error.place().file.is_some(),
        Code::VersionNotFound | Code::VersionExpired | Code::TagNotFound | Code::NoPrimaryKey => true,
        _ => false,
    };
    if let Err(error) = answer {
        assert!(fair(&error), "{what}: {error:?}");
    }
}

/// The error with which the table is refused.
fn refused(store: &MemoryStore) -> Error {
    match database(store).open_table("docs") {
        Err(error) => error,
        Ok(_) => panic!("the table opens"),
    }
}

/// Every place in JSON.
fn places(json: &Json, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match json {
        Json::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                places(item, &format!("{here}/{i}"), all);
            }
        }
        Json::Object(object) => {
            for (key, value) in object {
                places(value, &format!("{here}/{key}"), all);
            }
        }
        _ => {}
    }
}

/// What somebody could put in the place of a value.
fn others(value: &Json) -> Vec<Json> {
    match value {
        Json::Number(number) => {
            let near = number.as_i64().unwrap_or(0);
            let mut others = vec![
                json!(0),
                json!(1),
                json!(-1),
                json!(near.wrapping_add(1)),
                json!(near.wrapping_sub(1)),
                json!(near.wrapping_add(64)),
            ];
            others.extend([
                json!(1_u64 << 31),
                json!(u32::MAX),
                json!(1_u64 << 53),
                json!(1_u64 << 62),
            ]);
            others.extend([json!(i64::MAX), json!(i64::MIN), json!(u64::MAX), json!(1.5)]);
            others
        }
        Json::String(_) => vec![
            json!(""),
            json!(".."),
            json!("../../secret"),
            json!("other"),
            json!(7),
        ],
        Json::Array(items) => {
            let twice: Vec<Json> = items.iter().chain(items).cloned().collect();
            let backwards: Vec<Json> = items.iter().rev().cloned().collect();
            let shorter: Vec<Json> = items.iter().skip(1).cloned().collect();
            vec![
                json!([]),
                Json::Array(twice),
                Json::Array(backwards),
                Json::Array(shorter),
            ]
        }
        Json::Bool(truth) => vec![json!(!truth)],
        Json::Object(_) | Json::Null => vec![json!({}), json!([1])],
    }
}

/// Tries everything at every place of a sealed file.
fn every_change(part: &str) {
    let files = Files::new();
    let content = files.json(part);
    let mut all = Vec::new();
    places(&content, "", &mut all);
    let mut count = 0;
    for place in all {
        let value = content.pointer(&place).unwrap();
        for other in others(value).into_iter().chain([Json::Null]) {
            let mut changed = content.clone();
            *changed.pointer_mut(&place).unwrap() = other.clone();
            count += 1;
            let shown: String = other.to_string().chars().take(60).collect();
            survive(
                &files.with(part, &changed),
                &format!("{place} = {shown}"),
                count % 3 > 0,
            );
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn manifests_may_say_anything() {
    every_change("_manifests");
}

#[test]
fn parts_of_the_log_may_say_anything() {
    every_change("_log");
}

#[test]
fn tags_may_say_anything() {
    every_change("_tags/one");
}

#[test]
fn what_a_newer_version_wrote_is_refused_in_words() {
    let files = Files::new();
    let manifest = files.json("_manifests");
    let with = |key: &str, value: Json| {
        let mut changed = manifest.clone();
        changed[key] = value;
        files.with("_manifests", &changed)
    };
    let unsupported = |error: Error| {
        assert_eq!(error.code(), Code::UnsupportedFormat);
        assert_eq!(error.place().file.as_deref(), Some(files.path("_manifests")));
        assert!(error.next_step().is_some());
    };
    unsupported(refused(&with("format", json!(2))));
    unsupported(refused(&with("readerFeatures", json!(["teleport"]))));
    // Whatever else has changed in it.
    let mut newer = json!({"format": 2, "sequence": "?"});
    unsupported(refused(&files.with("_manifests", &newer)));
    newer["format"] = json!(1);
    newer["readerFeatures"] = json!(["teleport"]);
    unsupported(refused(&files.with("_manifests", &newer)));
    // Who may not write may read.
    let store = with("writerFeatures", json!(["teleport"]));
    let table = database(&store).open_table("docs").unwrap();
    assert!(table.snapshot().unwrap().count(None).unwrap() > 0);
    let refused = |answer: Result<()>| assert_eq!(answer.unwrap_err().code(), Code::UnsupportedFormat);
    refused(table.delete(None, &CommitOptions::default()).map(|_| ()));
    refused(table.optimize().map(|_| ()));
    refused(table.set_retention(None));
}

#[test]
fn names_lead_nowhere_else() {
    let files = Files::new();
    let manifest = files.json("_manifests");
    let named = [
        "/fragments/0/groups/0/file",
        "/deaths/runs/0/file",
        "/log/levels/0/0/file",
    ];
    let retired = json!([{"directory": "data", "file": "x.arrow", "sequence": 1}]);
    for name in [
        "../_tags/one.json",
        "..",
        "/etc/passwd",
        "a\\b",
        "A.arrow",
        "",
        "a/b",
    ] {
        for place in named
            .into_iter()
            .chain(["/retired/0/file", "/retired/0/directory"])
        {
            let mut changed = manifest.clone();
            changed["retired"] = retired.clone();
            *changed.pointer_mut(place).unwrap() = json!(name);
            let store = files.with("_manifests", &changed);
            let error = refused(&store);
            assert_eq!(error.code(), Code::Corrupt, "{place} {name}");
            assert_eq!(
                error.place().file.as_deref(),
                Some(files.path("_manifests")),
                "{place} {name}"
            );
        }
    }
    let mut tags = manifest.clone();
    tags["retired"] = json!([{"directory": "_tags", "file": "one.json", "sequence": 1}]);
    assert_eq!(refused(&files.with("_manifests", &tags)).code(), Code::Corrupt);
}

#[test]
fn rows_without_their_key_are_refused() {
    let files = Files::new();
    let manifest = files.json("_manifests");
    let refused = |changed: &Json, message: &str| {
        let error = refused(&files.with("_manifests", changed));
        assert_eq!(error.code(), Code::Corrupt);
        assert_eq!(error.place().file.as_deref(), Some(files.path("_manifests")));
        assert!(error.message().contains(message), "{error}");
    };
    for (at, fragment) in manifest["fragments"].as_array().unwrap().iter().enumerate() {
        let groups = fragment["groups"].as_array().unwrap();
        let keyed = groups.iter().position(|group| !group["keys"].is_null()).unwrap();
        let file = groups[keyed]["file"].as_str().unwrap();
        let mut changed = manifest.clone();
        let group = &mut changed["fragments"][at]["groups"][keyed];
        group.as_object_mut().unwrap().remove("keys");
        refused(
            &changed,
            &format!("the fragment with the file {file} has no index of the primary key"),
        );
    }
    let mut changed = manifest.clone();
    let columns = changed["inline"][0]["columns"].as_array_mut().unwrap();
    columns.retain(|column| column[0] != 1);
    refused(&changed, "rows in it have no primary key");
}

#[test]
fn counts_are_bounded_by_bytes() {
    let files = Files::new();
    let manifest = files.json("_manifests");
    for rows in [1_000, 1 << 20, u64::from(u32::MAX)] {
        let mut changed = manifest.clone();
        changed["watermark"] = json!(1_u64 << 40);
        let last = changed["fragments"].as_array().unwrap().len() - 1;
        changed["inline"] = json!([]);
        changed["fragments"][last]["rows"] = json!([[1 << 20, rows], [1_u64 << 33, rows]]);
        assert_eq!(
            refused(&files.with("_manifests", &changed)).code(),
            Code::Corrupt,
            "{rows}"
        );
        changed["fragments"][last]["groups"] = json!([]);
        assert_eq!(
            refused(&files.with("_manifests", &changed)).code(),
            Code::Corrupt,
            "{rows}"
        );
        changed["fragments"] = json!([]);
        changed["inline"] = json!([{"first": 5, "rows": rows, "columns": []}]);
        assert_eq!(
            refused(&files.with("_manifests", &changed)).code(),
            Code::Corrupt,
            "{rows}"
        );
    }
    // A watermark may be far beyond the rows: it costs nothing.
    let mut changed = manifest;
    changed["watermark"] = json!(1_u64 << 61);
    survive(&files.with("_manifests", &changed), "a far watermark", false);
}

/// A column group with other bytes, and with the checksums that they should have.
fn resealed(files: &Files, at: usize) -> Option<MemoryStore> {
    let mut manifest = files.json("_manifests");
    let group = &mut manifest["fragments"][1]["groups"][0];
    let path = format!("docs.varve/data/{}", group["file"].as_str().unwrap());
    let (_, bytes) = files.0.iter().find(|(other, _)| *other == path).unwrap();
    let mut bytes = bytes.clone();
    let end = group["checksums"].as_u64().unwrap() as usize;
    if at >= end {
        return None;
    }
    bytes[at] ^= 0xff;
    let hash = xxh3_64(&bytes[..end]).to_le_bytes();
    bytes[end..end + 8].copy_from_slice(&hash);
    group["seal"] = json!(format!("{:016x}", xxh3_64(&bytes[end..])));
    let store = files.with("_manifests", &manifest);
    replace(&store, &path, &bytes);
    Some(store)
}

#[test]
fn columns_may_hold_anything() {
    let files = Files::new();
    let mut at = 0;
    while let Some(store) = resealed(&files, at) {
        survive(&store, &format!("byte {at}"), at % 4 > 0);
        at += 1;
    }
    assert!(at > 1_000);
}

#[test]
fn a_log_that_contains_itself_ends() {
    let files = Files::new();
    let mut manifest = files.json("_manifests");
    let mut part = manifest["log"]["levels"][0][0].clone();
    let mut length = 0;
    // The length stands in the file that has it.
    let content = loop {
        part["length"] = json!(length);
        let content = json!({"chunks": [part]});
        let now = seal_json(&content).unwrap().len();
        if now == length {
            break content;
        }
        length = now;
    };
    manifest["log"]["levels"] = json!([[], [], [], [part]]);
    let store = files.with("_manifests", &manifest);
    replace(&store, files.path("_log"), &seal_json(&content).unwrap());
    survive(&store, "a part of itself", false);
}
