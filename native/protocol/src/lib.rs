//! What other languages ask of the engine, and what they are answered.
//!
//! A binding has an engine in its hands: a [`Database`](varve_engine::Database) and its [`Table`](varve_engine::Table)s. What it asks
//! of them goes through this crate, and so a binding has no logic of its own: it carries texts and bytes in, and texts, numbers and
//! bytes out, on threads and with promises of its language.
//!
//! - A *request* is JSON. Rows come beside it as bytes ([`Batch`](varve_engine::Batch)), a query as 32-bit floats.
//! - An *answer* is JSON, a [`Page`] of rows, or an Arrow IPC stream.
//! - A failure is an [`Error`](varve_engine::Error), which [`failure`] turns into JSON.
//!
//! `docs/protocol.md` has each request with its answer, the layout of a page and that of a batch. A test reads that page and asks
//! what stands in it.
//!
//! ```
//! use varve_engine::Database;
//!
//! let database = Database::connect("memory:")?;
//! let schema = r#"{ "fields": [{ "name": "title", "type": { "kind": "text" } }] }"#;
//! let table = varve_protocol::create_table(&database, "docs", schema)?;
//! let page = varve_protocol::read_page(&table, r#"{ "kind": "count" }"#, None)?;
//! assert_eq!(page.numbers, [0.0]);
//!
//! let error = varve_protocol::read_page(&table, r#"{ "kind": "get", "key": 7 }"#, None).unwrap_err();
//! assert!(varve_protocol::failure(&error).starts_with(r#"{"code":"NO_PRIMARY_KEY""#));
//! # Ok::<(), varve_engine::Error>(())
//! ```

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod aggregate;
mod branch;
mod database;
mod draft;
mod failure;
mod history;
mod inputs;
mod layout;
mod page;
mod plain;
mod read;
mod reembed;
mod request;
mod scan;
mod traffic;
mod write;

pub use aggregate::aggregate;
pub use branch::{branches, create_branch, delete_branch, merge};
pub use database::{backup, copy_progress, create_table, verify_table};
pub use draft::{Draft, stage, stage_arrow};
pub use failure::failure;
pub use history::{
    delete_tag, diff, diff_arrow, history, info, pin, renew_pin, resolve, resolve_at_once, restore, tag,
    tags, unpin,
};
pub use inputs::Input;
pub use layout::{alter, optimize, purge, set_retention, stats, verify, would_optimize};
pub use page::Page;
pub use plain::{plain_diff, plain_point, plain_read, plain_search, plain_write};
pub use read::{Within, explain, read_arrow, read_page, read_within};
pub use reembed::{Vectors, reembed};
pub use scan::{Pages, scan};
pub use traffic::{Passing, Traffic};
pub use write::{hand_over, write};
