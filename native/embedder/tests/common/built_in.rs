//! The model that comes with the package.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use varve_embedder::Model;

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../models/varve-static-en"
    ))
}

pub(crate) fn model() -> Model {
    Model::open(&folder()).unwrap()
}
