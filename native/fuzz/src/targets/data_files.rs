//! Files of rows, of deaths and of indexes: bodies, to which the checksums are made.

use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use varve_engine::Result;
use varve_engine::inside::{Admits, Buffer, Candidates, Probe, VectorIndex};
use xxhash_rust::xxh3::xxh3_64;

use super::is_thorough;
use crate::golden::{Files, checked, look, manifest_file};

struct Tables {
    every: Files,
    deaths: Files,
    vectors: Files,
}

fn tables() -> &'static Tables {
    static FILES: OnceLock<Tables> = OnceLock::new();
    FILES.get_or_init(|| Tables {
        every: Files::of("every-type"),
        deaths: Files::of("deaths"),
        vectors: Files::of("vectors"),
    })
}

/// The entry of a file in a manifest: of a column group, of a file of deaths or of an index.
fn entry<'a>(manifest: &'a mut Json, file: &str) -> Option<&'a mut Json> {
    if manifest["file"] == file {
        return Some(manifest);
    }
    match manifest {
        Json::Array(items) => items.iter_mut().find_map(|item| entry(item, file)),
        Json::Object(parts) => parts.values_mut().find_map(|part| entry(part, file)),
        _ => None,
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Exchanges the body of a file of blocks, whose footer follows the checksums.
fn exchange(files: &Files, part: &str, body: &[u8], thorough: bool) -> bool {
    let (path, _) = files.file(part);
    let (bytes, seal) = checked(body);
    let mut manifest = files.manifest.clone();
    let entry = entry(&mut manifest, name(path)).unwrap();
    entry["length"] = json!(bytes.len());
    entry["checksums"] = json!(body.len());
    entry["seal"] = json!(seal);
    look(&files.with((path, &bytes), &manifest_file(&manifest)), thorough)
}

fn body(files: &Files, part: &str) -> Vec<u8> {
    let (path, bytes) = files.file(part);
    let mut manifest = files.manifest.clone();
    let checksums = entry(&mut manifest, name(path)).unwrap()["checksums"]
        .as_u64()
        .unwrap();
    bytes[..checksums as usize].to_vec()
}

/// A file of rows with a column of every type, and its key index.
pub(super) fn fragment(input: &[u8]) -> bool {
    exchange(&tables().every, ".rows.arrow", input, is_thorough(input))
}

pub(super) fn fragment_seeds() -> Vec<Vec<u8>> {
    vec![body(&tables().every, ".rows.arrow")]
}

/// A file of vectors with a shadow.
pub(super) fn shadow(input: &[u8]) -> bool {
    exchange(&tables().vectors, ".v2.arrow", input, is_thorough(input))
}

pub(super) fn shadow_seeds() -> Vec<Vec<u8>> {
    vec![body(&tables().vectors, ".v2.arrow")]
}

/// A file of deaths.
pub(super) fn deaths(input: &[u8]) -> bool {
    let files = &tables().deaths;
    let (path, _) = files.file(".deaths");
    let mut manifest = files.manifest.clone();
    let entry = entry(&mut manifest, name(path)).unwrap();
    entry["length"] = json!(input.len());
    entry["count"] = json!(input.len().saturating_sub(16) / 16);
    entry["xxh3"] = json!(format!("{:016x}", xxh3_64(input)));
    look(
        &files.with((path, input), &manifest_file(&manifest)),
        is_thorough(input),
    )
}

pub(super) fn deaths_seeds() -> Vec<Vec<u8>> {
    let (_, bytes) = tables().deaths.file(".deaths");
    vec![bytes.to_vec()]
}

/// All rows.
struct All;

impl Admits for All {
    fn until(&self) -> u64 {
        u64::MAX
    }

    fn admits(&mut self, _: u64) -> Result<bool> {
        Ok(true)
    }
}

/// An index segment: by itself, and in its table.
pub(super) fn index(input: &[u8]) -> bool {
    if let Ok(index) = VectorIndex::open(Buffer::from(input.to_vec())) {
        let query: Vec<f32> = (0..index.dimensions()).map(|i| (i % 7) as f32 - 2.5).collect();
        for setting in [index.setting(0.9, 3), index.flat()] {
            if let Some(probe) = Probe::new(&index, &query) {
                let mut found = Candidates::new(3);
                let _ = probe.search(&setting, &mut All, &mut found);
                let _ = found.finish();
            }
        }
    }
    exchange(&tables().vectors, ".v2.index", input, is_thorough(input))
}

pub(super) fn index_seeds() -> Vec<Vec<u8>> {
    vec![body(&tables().vectors, ".v2.index")]
}
