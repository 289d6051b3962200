//! Lines of a table that share its files.
//!
//! A branch is one more log of manifests over the files of a table (decision 0107). It has versions, tags and a schema of its own, and
//! the history of the line that it began in up to there.
//!
//! - `fork`: how one begins; `cut` is the state of a line at an earlier version. `info`: which there are. `merge`: what one changed becomes a
//!   change of another. `removed`: how one ends.

mod cut;
mod fork;
mod info;
mod merge;
mod removed;

pub(crate) use fork::fork;
pub use info::Branch;
pub(crate) use info::branches_of;
pub(crate) use merge::merge;
pub use merge::{Merge, MergeBy, MergeConflict, Merged, Resolved, Side};
pub(crate) use removed::remove_branch;
