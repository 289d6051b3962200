//! Columns that are added, dropped, renamed, widened or embedded anew.
//!
//! - `alter`: several changes in one commit.
//! - `reembed`: new vectors for all rows, bit by bit.

mod alter;
mod reembed;

pub use alter::Alteration;
pub use reembed::Reembed;
