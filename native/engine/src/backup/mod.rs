//! A table is copied to another store, and the copy brought up to date. The copy is the table at one version, with all before it.
//!
//! - `table`: rounds, each from the newest manifest of the source, until one comes through.
//! - `lineage`: whether what is there is an earlier state of the same table.
//! - `wanted`: the files that a manifest names, with what each is checked by. `file`: one of them is copied, and checked on the way.
//! - `manifest`: the manifest of the copy, which is put last. `tidied`: tags, and files that it does not name any more.

mod file;
mod lineage;
mod manifest;
mod table;
mod tidied;
mod wanted;

pub use table::{Copied, CopyProgress};
pub(crate) use table::{CopyRun, copy_table};
