//! Nearest rows: what a query asks for, and the exact search that answers it.

mod candidates;
mod exact;
mod pass;
mod query;
mod threads;

pub use exact::{Nearest, Part};
pub use query::Query;

#[cfg(test)]
mod tests;
