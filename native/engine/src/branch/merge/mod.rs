//! What one line changed is taken over by another.
//!
//! Three ways, by primary key: a row is compared as it was where the lines last met, as it is here, and as it is there. `base` finds where they
//! met, `columns` which columns are the same in both, `plan` what becomes of each row, and `run` commits that.

mod base;
mod columns;
mod plan;
mod run;

pub use plan::{MergeBy, MergeConflict, Resolved, Side};
pub(crate) use run::merge;
pub use run::{Merge, Merged};
