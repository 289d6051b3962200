//! Bytes to structures and back, without I/O: manifest, commit log, deaths, rows inside a manifest.
//!
//! `docs/file-format.md` defines every byte and key.

mod check;
mod commit;
mod deaths;
mod decode;
mod envelope;
mod features;
mod index_entry;
mod inline;
mod layout;
mod line_point;
mod manifest;
mod raw;
mod rows;

pub(crate) use check::log_node;
pub use commit::{ChunkRef, Commit, LogNode, Operation};
pub use deaths::DeathRun;
pub(crate) use deaths::RunRef;
pub(crate) use envelope::open_json;
pub use envelope::seal_json;
pub(crate) use features::{BRANCHES, COPYING, JOURNAL, PURGED};
pub(crate) use index_entry::{Covers, IndexEntry, IndexFile, TextColumn};
pub(crate) use inline::{InlineRows, default_of, value_of};
pub(crate) use layout::{Bound, ColumnPlace, ColumnStats, Fragment, GroupFile, Span};
pub use line_point::LinePoint;
pub use manifest::Manifest;
pub(crate) use manifest::{DeathsPlace, FORMAT, LastPurge, LogPlace, Retired};
pub use raw::Raw;
pub(crate) use rows::Rows;

pub use crate::store::{manifest_name, manifest_sequence};
