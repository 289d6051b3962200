//! Searches for words: what the segments and the rows in memory find, under the filter of the search.
//!
//! - `columns`: which columns are searched, and what each counts for.
//! - `counted`: which rows count. `plan`: what a search will take, and its answer.

mod columns;
mod counted;
mod plan;

pub use columns::{WantedText, WeightedText};
pub(super) use plan::{Reading, TextPlan};
