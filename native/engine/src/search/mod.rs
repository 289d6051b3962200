//! Nearest rows: what a query asks for, and how it is answered, exactly or through indexes.

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

pub use exact::{Nearest, Part};
pub use plan::Planned;
pub use query::Query;
pub use request::{Explained, Search};

#[cfg(test)]
mod tests;
