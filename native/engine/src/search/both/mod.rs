//! Words and vectors at once: both rankings are looked for side by side, and become one (decisions 0081 and 0082).
//!
//! - `fuse`: the rule. `weights`: how much either ranking counts for a query; `script`: of which script a query is.
//! - `plan`: what a search will take, and its answer.

mod fuse;
mod plan;
mod script;
mod weights;

pub use fuse::{Fuse, FuseMethod, FuseWeights};
pub(super) use plan::BothPlan;
