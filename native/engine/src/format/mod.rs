//! Bytes to structures and back, without I/O: manifest, commit log, deaths, rows inside a manifest.
//!
//! `docs/file-format.md` defines every byte and key.

mod check;
mod commit;
mod deaths;
mod envelope;
mod inline;
mod layout;
mod manifest;
mod raw;
mod rows;

pub(crate) use check::log_node;
pub use commit::{ChunkRef, Commit, LogNode, Operation};
pub use deaths::{DeathRun, RunRef};
pub use envelope::{open_json, seal_json};
pub use inline::InlineRows;
pub(crate) use inline::{default_of, value_of};
pub use layout::{Bound, ColumnPlace, ColumnStats, Fragment, GroupFile, IndexFile, Span};
pub use manifest::{DeathsPlace, FORMAT, LogPlace, Manifest, Retired};
pub use raw::Raw;
pub use rows::Rows;

pub use crate::store::{manifest_name, manifest_sequence};
