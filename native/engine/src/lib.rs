//! Varve's engine: an embedded, versioned, columnar table store with vector search. Synchronous.
//!
//! A [`Database`](database::Database) holds [`Table`](table::Table)s. Every row of a table has an id, given in commit
//! order and never reused, and a lifetime: born by one commit, ended by another or not at all. A version is a *watermark*
//! (the first id not yet given) and the deaths up to it, so that reading the past costs what reading the present costs:
//! the same files, under another mask.
//!
//! From the ground up; each module uses only what stands before it:
//!
//! - [`error`], [`environment`]: one error type; the door for time and randomness.
//! - [`schema`], [`value`]: what rows look like.
//! - [`store`]: the one door to storage: local disk or memory, put-if-absent, mapping.
//! - [`column`]: values in Arrow's layout, every access checked.
//! - [`format`]: bytes to structures and back: manifest, commit log, deaths.
//! - [`filter`]: conditions on rows.
//! - [`compute`]: values that are computed from rows.
//! - [`fragment`]: immutable runs of rows in Arrow IPC files.
//! - [`history`]: what was true when.
//! - [`index`]: candidates for an answer, from codes of rows.
//! - [`search`]: nearest rows.
//! - [`table`]: read, write, maintain.
//! - [`database`]: create, open, list, drop.
//!
//! ```
//! use varve_engine::database::Database;
//! use varve_engine::schema::Schema;
//!
//! let database = Database::connect("memory:")?;
//! let schema: Schema = serde_json::from_str(r#"{ "fields": [{ "name": "title", "type": { "kind": "text" } }] }"#).unwrap();
//! let table = database.create_table("docs", schema)?;
//! assert_eq!(table.snapshot()?.version(), 0);
//! # Ok::<(), varve_engine::error::Error>(())
//! ```

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod column;
pub mod compute;
pub mod database;
pub mod environment;
pub mod error;
pub mod filter;
pub mod format;
pub mod fragment;
pub mod history;
pub mod index;
pub mod schema;
pub mod search;
pub mod store;
pub mod table;
pub mod value;
