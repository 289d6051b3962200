//! Searches for words: what the segments and the rows in memory find, under the filter of the search.
//!
//! - `columns`: which columns are searched, and what each counts for.
//! - `counted`: which rows count. `plan`: what a search will take, and its answer.
//! - `highlighted`: parts of texts that show what was found.

mod columns;
mod counted;
mod highlighted;
mod plan;

pub use columns::{WantedText, WeightedText};
pub use highlighted::Highlight;
pub(super) use plan::{Reading, TextPlan};
