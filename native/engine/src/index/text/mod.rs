//! The text index: which rows hold which words, in inverted lists.
//!
//! An index segment covers a range of row ids and is immutable: it holds the terms of all rows of the range that were there when it was
//! built, also of dead ones, so that it serves every version. It knows no files of rows, no manifests and no versions: rows come in by
//! their ids, and whoever searches says which of them count. All of the library that keeps the lists stays in this folder
//! (decision 0076).
//!
//! - [`Analysis`]: how the texts of a column become terms.
//! - [`build`]: rows in, the bytes of a segment out.
//! - [`TextIndex`]: a segment that can be searched.

mod analysis;
mod files;
mod segment;
#[cfg(test)]
mod tests;

pub use analysis::{Analysis, Analyzer, Language};
pub use files::{Built, Plan, Texts, Totals, build};
pub use segment::TextIndex;
