//! Nearest rows: what a query asks for, and the exact search that answers it.

mod candidates;
mod exact;
mod query;

pub use exact::Nearest;
pub use query::Query;

#[cfg(test)]
mod tests;
