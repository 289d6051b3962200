//! The nearest rows of a version.
//!
//! - `request`: what a search asks for, and what it tells of its answer.
//! - `cost`: what the parts of a search are expected to take, all in one place.
//! - `plan`: what kind of search it is, and how long it will take. `near`: chooses between the two ways to the nearest vectors.
//! - `answer`: makes the page that was asked for of the best rows, and asks for more where they do not suffice; `groups` keeps the best of
//!   each group, `diverse` chooses rows that differ, `facets` counts values.
//! - `approximate`: through index segments: candidates, then their vectors, then what no segment covers.
//! - `exact`: all rows, by `pass` and `threads`; `candidates` are those that their shadow could not rule out.
//! - `confidence`: how sure it may be.
//! - `both`: rows that hold words and rows that are near, as one ranking.
//! - `text`: rows that hold words.
//! - `query`: a vector that fits its column.

mod answer;
mod approximate;
mod both;
mod candidates;
mod confidence;
mod cost;
mod diverse;
mod exact;
mod facets;
mod found;
mod groups;
mod near;
mod pass;
mod plan;
mod query;
mod request;
mod text;
mod threads;

pub use both::{Fuse, FuseMethod, FuseWeights};
pub use facets::ValueCount;
pub use plan::Planned;
pub use request::{After, Explained, Fusion, Search, SearchOptions, What};
pub use text::{Highlight, WantedText, WeightedText};

#[cfg(test)]
mod tests;
