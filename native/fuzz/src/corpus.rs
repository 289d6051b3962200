//! Where inputs lie.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Target;

/// The folder of a target's inputs.
#[must_use]
pub fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name)
}

/// The inputs of a target, by their names.
#[must_use]
pub fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let Ok(names) = fs::read_dir(folder(target)) else {
        return Vec::new();
    };
    let mut inputs: Vec<(String, Vec<u8>)> = names
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    inputs.sort();
    inputs
}

/// Writes the inputs that a target starts from, where they are missing.
pub fn write_seeds(target: &Target) {
    fs::create_dir_all(folder(target)).unwrap();
    for (at, seed) in (target.seeds)().into_iter().enumerate() {
        let path = folder(target).join(format!("seed-{at:02}"));
        if !path.exists() {
            fs::write(path, seed).unwrap();
        }
    }
}
