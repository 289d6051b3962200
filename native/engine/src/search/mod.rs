//! The nearest rows of a version.
//!
//! - `request`: what a search asks for, and what it tells of its answer.
//! - `cost`: what the parts of a search are expected to take, all in one place.
//! - `plan`: chooses between the two ways.
//! - `answer`: makes the page that was asked for of the best rows, and asks for more where they do not suffice; `groups` keeps the best of
//!   each group, `diverse` chooses rows that differ, `facets` counts values.
//! - `approximate`: through index segments: candidates, then their vectors, then what no segment covers.
//! - `exact`: all rows, by `pass` and `threads`; `candidates` are those that their shadow could not rule out.
//! - `fuse`: makes one ranking of that by words and that by vectors.
//! - `text`: rows that hold words.
//! - `query`: a vector that fits its column.

mod answer;
mod approximate;
mod candidates;
mod cost;
mod diverse;
mod exact;
mod facets;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "until a search may look for words and vectors at once")
)]
mod fuse;
mod groups;
mod pass;
mod plan;
mod query;
mod request;
mod text;
mod threads;

pub use facets::ValueCount;
pub use fuse::{Fuse, FuseMethod, FuseWeights};
pub use plan::Planned;
pub use request::{After, Explained, Search, SearchOptions, What};
pub use text::WeightedText;

#[cfg(test)]
mod tests;
