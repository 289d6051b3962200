//! Sealed JSON: manifests, parts of the log, tags.

use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use varve_engine::inside::Manifest;

use super::{is_thorough, split};
use crate::golden::{Files, look, manifest_file, sealed};

/// The tables whose manifests are exchanged.
const TABLES: [&str; 8] = [
    "every-type",
    "deaths",
    "vectors",
    "columns",
    "effective-dates",
    "expired",
    "newer",
    "inline-rows",
];

fn tables() -> &'static [Files] {
    static FILES: OnceLock<Vec<Files>> = OnceLock::new();
    FILES.get_or_init(|| TABLES.iter().map(|name| Files::of(name)).collect())
}

/// What a manifest says, over the files that it names.
pub(super) fn manifest(input: &[u8]) -> bool {
    let (which, content) = split(input);
    let files = &tables()[which % TABLES.len()];
    let bytes = sealed(content);
    if let Ok(manifest) = Manifest::decode(&bytes, "manifest") {
        let again = manifest.encode().unwrap();
        let decoded = Manifest::decode(&again, "manifest")
            .unwrap_or_else(|error| panic!("it was written as what cannot be: {error}"));
        assert_eq!(decoded.encode().unwrap(), again);
    }
    look(&files.with(("", &[]), &bytes), is_thorough(input))
}

pub(super) fn manifest_seeds() -> Vec<Vec<u8>> {
    let seed =
        |(at, files): (usize, &Files)| [vec![at as u8], files.manifest.to_string().into_bytes()].concat();
    tables().iter().enumerate().map(seed).collect()
}

fn long_log() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| Files::of("long-log"))
}

/// A part of the log, with a manifest of a few commits that names it. The parts that it may name are itself.
pub(super) fn log(input: &[u8]) -> bool {
    let (level, content) = split(input);
    let files = long_log();
    let (path, _) = files.file("/_log/");
    let bytes = sealed(content);
    let mut manifest = files.manifest.clone();
    let mut part = manifest["log"]["levels"][0][0].clone();
    part["length"] = json!(bytes.len());
    let mut levels = vec![json!([]); level % 3];
    levels.push(json!([part]));
    manifest["log"]["levels"] = Json::Array(levels);
    look(&files.with((path, &bytes), &manifest_file(&manifest)), false)
}

pub(super) fn log_seeds() -> Vec<Vec<u8>> {
    let (_, bytes) = long_log().file("/_log/");
    let content: Json = serde_json::from_slice(bytes).unwrap();
    let mut commits = content["content"]["commits"].clone();
    let whole = [vec![0], content["content"].to_string().into_bytes()].concat();
    commits.as_array_mut().unwrap().truncate(2);
    let short = json!({"commits": commits}).to_string();
    let mut part = long_log().manifest["log"]["levels"][0][0].clone();
    part["length"] = json!(300);
    let chunks = json!({"chunks": [part]}).to_string();
    vec![
        whole,
        format!("\u{0}{short}").into_bytes(),
        format!("\u{1}{chunks}").into_bytes(),
    ]
}

/// The content of a tag.
pub(super) fn tag(input: &[u8]) -> bool {
    let files = &tables()[3];
    look(
        &files.with(
            ("docs.varve/_tags/last.json", &sealed(input)),
            &manifest_file(&files.manifest),
        ),
        is_thorough(input),
    )
}

pub(super) fn tag_seeds() -> Vec<Vec<u8>> {
    let tag = |version: u64| json!({"name": "last", "version": version, "createdAt": 1_760_000_000_000_u64});
    [1, 3, 1 << 40]
        .map(|version| tag(version).to_string().into_bytes())
        .to_vec()
}
