//! Writing: rows become a change, a change becomes the next version.
//!
//! - `handle`: the [`Table`], its newest state, its history and its tags; `span` and `stats` say more of it.
//! - `write`, `stage`, `update`: new rows, with `settle`, `outcome`, `derived` and `sources` for what becomes of the rows that they meet.
//! - `alter`, `reembed`: other columns, with `new_column` and `new_vectors`. `restore`: rows of an earlier version.
//! - `change`: what any of them wants of the newest state.
//! - `next`: the manifest after a change, the one place where row ids, versions and dates are given.
//! - `commit`: puts it, and asks again when somebody else was first; `queue` keeps writers of one process apart.
//! - `layout`: puts a manifest that makes no version. `retired` removes files that no manifest names any more.
//! - `fragments`: files of rows. `gone`: rows that no version shows any more.

mod alter;
mod change;
mod commit;
mod derived;
mod effective;
mod fragments;
mod gone;
mod handle;
mod indexing;
mod layout;
mod new_column;
mod new_vectors;
mod next;
mod outcome;
mod piece;
mod queue;
mod reembed;
mod restore;
mod retired;
mod settle;
mod sources;
mod span;
mod stage;
mod stats;
mod update;
mod write;

pub use alter::Alteration;
pub use change::CommitOptions;
pub use commit::Written;
pub use handle::Table;
pub use indexing::Indexing;
pub(crate) use next::Next;
pub use reembed::Reembed;
pub use sources::Sources;
pub use stage::Stage;
pub use stats::Stats;
pub use update::Update;
pub use write::{OnDuplicate, OnKey};
