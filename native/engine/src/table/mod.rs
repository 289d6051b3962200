//! Writing: rows become a change, a change becomes the next version.
//!
//! - `handle`: the [`Table`] with its newest state, history and tags. `span` and `stats` are further reads; `at_once` answers without
//!   waiting, or not at all.
//! - `rows`: inserts, upserts, updates, deletes and restores. `columns`: changes of columns.
//! - `change`: what a write does to the newest state, whichever it is. `new_column` and `new_vectors` are parts of it.
//! - `next`: makes the manifest after a change, and alone gives row ids, versions and dates.
//! - `commit`: makes one manifest of the changes of all who wait. `line` is where they wait, `waiting` what a change is there.
//!   `landing` is a state that is not committed yet, `put` commits it, `created` removes its files where that fails. `queue` lets the
//!   handles of one process wait for each other. `pace` knows whether commits are quick.
//! - `layout`: commits a manifest that makes no version. `retired` removes files that no manifest names any more.
//! - `earlier`: states that are still read, though there is a newer one. `outdated`: reads that need a file which is gone. `pins`: versions that stay while they are read.
//! - `fragments`: writes files of rows. `gone`: rows that no version shows any more. `purge`: rows that leave every version, and what is
//!   left of them in files.

mod at_once;
mod change;
mod columns;
mod commit;
mod created;
mod earlier;
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
mod outdated;
mod pins;
mod purge;
mod put;
mod retired;
mod rows;
mod span;
mod stats;
mod waiting;

pub use change::{CommitOptions, Taken};
pub use columns::{Alteration, Reembed};
pub use commit::Written;
pub(crate) use created::{Created, Kept};
pub use handle::Table;
pub use indexing::Indexing;
pub(crate) use next::NextManifest;
pub use pins::{Keep, Pin};
pub(crate) use purge::Removed;
pub use rows::{Attendant, OnDuplicate, OnKey, RowChange, Sources, StagedRows, Update};
pub use stats::Stats;
