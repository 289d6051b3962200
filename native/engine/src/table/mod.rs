//! Writing: rows become a change, a change becomes the next version.
//!
//! - `handle`: the [`Table`], its newest state, its history and its tags; `span` and `stats` say more of it.
//! - `rows`: rows that are written, changed and brought back. `columns`: other columns.
//! - `change`: what any of them wants of the newest state; `new_column` and `new_vectors` are parts of it.
//! - `next`: the manifest after a change, the one place where row ids, versions and dates are given.
//! - `commit`: makes one manifest of the changes of all who wait, and asks them again when somebody else was first. `line` is where
//!   they wait, `waiting` what a change is there; `landing` is a state that is not committed yet, `put` commits it.
//!   `created` are the files that go where it is not. `queue` keeps handles of one process apart.
//! - `layout`: puts a manifest that makes no version. `retired` removes files that no manifest names any more.
//! - `at_once`: reads for who cannot wait.
//! - `fragments`: files of rows. `gone`: rows that no version shows any more.

mod at_once;
mod change;
mod columns;
mod commit;
mod created;
mod effective;
mod fragments;
mod gone;
mod handle;
mod indexing;
mod landing;
mod layout;
mod line;
mod new_column;
mod new_vectors;
mod next;
mod put;
mod queue;
mod retired;
mod rows;
mod span;
mod stats;
mod waiting;

pub use change::CommitOptions;
pub use columns::{Alteration, Reembed};
pub use commit::Written;
pub(crate) use created::Created;
pub use handle::Table;
pub use indexing::Indexing;
pub(crate) use next::Next;
pub use rows::{Attendant, OnDuplicate, OnKey, RowChange, Sources, Stage, Update};
pub use stats::Stats;
