//! New rows are made of what a version holds: of the rows that they replace, and of vectors that were computed for them.
//!
//! - `derived`: the vectors that were computed. `settle`: new rows meet those that they replace; `sources` is what vectors are still
//!   missing for.
//! - `made`: rows as they are written. `ahead`: those that are written before a write waits for the table. `outcome`: what all rows of
//!   a commit do to others.

mod ahead;
mod derived;
mod made;
mod outcome;
mod settle;
mod sources;

pub(super) use ahead::Ahead;
pub(super) use derived::DerivedVectors;
pub(super) use made::{Made, Making, Mark, Written};
pub(super) use outcome::Outcome;
pub(super) use settle::{Meeting, Settled};
pub use sources::Sources;
