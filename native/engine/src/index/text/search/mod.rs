//! The rows that answer a query best.
//!
//! Scores are BM25 over what the version sees (decision 0077), summed in the order of the query in 64 bits, the same whether a row lies in
//! one segment, in another, or in none.

mod best;
mod evaluated;
mod explained;
mod found;
mod pruned;
mod summed;

pub use best::{Counts, Hit};
pub use evaluated::Fit;
pub use explained::{Explained, Share};
