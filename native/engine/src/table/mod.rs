//! Writing: rows become a change, a change becomes the next version.
//!
//! - `handle`: the [`Table`], its newest state, its history and its tags; `span` and `stats` say more of it.
//! - `rows`: rows that are written, changed and brought back. `columns`: other columns.
//! - `change`: what any of them wants of the newest state; `new_column` and `new_vectors` are parts of it.
//! - `next`: the manifest after a change, the one place where row ids, versions and dates are given.
//! - `commit`: puts it, and asks again when somebody else was first; `queue` keeps writers of one process apart.
//! - `layout`: puts a manifest that makes no version. `retired` removes files that no manifest names any more.
//! - `fragments`: files of rows. `gone`: rows that no version shows any more.

mod change;
mod columns;
mod commit;
mod effective;
mod fragments;
mod gone;
mod handle;
mod indexing;
mod layout;
mod new_column;
mod new_vectors;
mod next;
mod queue;
mod retired;
mod rows;
mod span;
mod stats;

pub use change::CommitOptions;
pub use columns::{Alteration, Reembed};
pub use commit::Written;
pub use handle::Table;
pub use indexing::Indexing;
pub(crate) use next::Next;
pub use rows::{OnDuplicate, OnKey, Sources, Stage, Update};
pub use stats::Stats;
