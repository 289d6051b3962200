//! The words that a version sees.
//!
//! - `searched`: columns that are searched by their words, and their texts.
//! - `serving`: which segments serve a version. `tails`: rows that no segment covers, in memory; `unread`: those that are not there yet.
//! - `mask`: which rows of a segment, and of those in memory, the version sees; `seen`: what is kept of that with the version.

mod mask;
mod searched;
mod seen;
mod serving;
mod tails;
mod unread;

pub(crate) use searched::Searched;
pub(super) use seen::WordsSeen;
pub(crate) use tails::Tails;
