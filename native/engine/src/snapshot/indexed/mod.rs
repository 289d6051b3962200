//! Rows found through the indexes of values: by filters, in an order, and counted.
//!
//! - `serving`: which index segments serve a version. `served` keeps that with a state.
//! - `asked`: what of a filter is asked of them, and how much stands there, before anything is read. `ids`: sets of row ids.
//! - `found`: the rows of a filter; `counted`: how many they are; `marked`: as bits, for searches.
//! - `first`: the first rows by their ids; `ordered`: the first rows of an order, by a `walk` in the order of the values.
//! - `cost`: what ways are expected to cost; `predicted`: how long reads take; `took`: what they did.

mod asked;
mod cost;
mod counted;
mod first;
mod found;
mod ids;
mod marked;
mod ordered;
mod predicted;
mod served;
mod serving;
mod took;
mod walk;

pub(super) use ordered::First;
pub(super) use served::Served;
pub use took::{Took, Way};
