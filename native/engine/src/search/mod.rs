//! The nearest rows of a version.
//!
//! - `request`: what a search asks for, and what it tells of its answer.
//! - `cost`: what the parts of a search are expected to take, all in one place.
//! - `plan`: chooses between the two ways; `keys` asks again until there are enough different keys.
//! - `approximate`: through index segments: candidates, then their vectors, then what no segment covers.
//! - `exact`: all rows, by `pass` and `threads`; `candidates` are those that their shadow could not rule out.
//! - `query`: a vector that fits its column.

mod approximate;
mod candidates;
mod cost;
mod exact;
mod keys;
mod pass;
mod plan;
mod query;
mod request;
mod threads;

pub use plan::Planned;
pub use request::{Explained, Search, SearchOptions, What};

#[cfg(test)]
mod tests;
