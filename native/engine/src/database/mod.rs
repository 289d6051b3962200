//! Databases: where tables are created, opened, listed and dropped.
//!
//! - `tables`: tables by name, and their copies elsewhere. `branches`: the lines of a table.

mod branches;
mod tables;

pub use tables::{Backup, Database};
