//! The words that a version sees.
//!
//! - `searched`: columns that are searched by their words, and their texts.
//! - `tails`: rows that no segment covers, in memory. `seen`: what is kept for a version.
//! - `corpus`: segments and rows in memory, as one.

mod corpus;
mod searched;
mod seen;
mod tails;

pub(crate) use searched::Searched;
pub(super) use seen::WordsSeen;
pub(crate) use tails::Tails;
