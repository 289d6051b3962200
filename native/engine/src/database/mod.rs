//! Databases: where tables are created, opened, listed and dropped.
//!
//! - `database`: tables by name, and their copies elsewhere. `branches`: the lines of a table.

mod branches;
mod database;

pub use database::{Backup, Database};
