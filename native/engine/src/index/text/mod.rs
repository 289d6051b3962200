//! The text index: which rows hold which words, in inverted lists.
//!
//! An index segment covers a range of row ids and is immutable: it holds the terms of all rows of the range that were there when it was
//! built, also of dead ones, so that it serves every version. It knows no files of rows, no manifests and no versions: rows come in by
//! their ids, and whoever searches says which of them count. All of the library that keeps the lists stays in this folder
//! (decision 0076).
//!
//! - `analysis`: how the texts of a column become terms.
//! - [`build`]: rows in, the bytes of a segment out.
//! - [`TextIndex`]: a segment that can be searched. [`Tail`]: rows that no segment covers.
//! - [`Query`], [`TextQuery`]: what is asked, as it is typed and as data.
//! - [`Corpus`]: all rows that a version sees, as one; [`Statistics`]: what was counted of them.
//! - [`Compiled`]: a query with what its terms weigh there, to be given to [`Corpus::search`] and [`Corpus::explain`].

mod analysis;
mod corpus;
mod files;
mod highlight;
mod query;
mod search;
mod segment;
mod sound;
mod tail;
#[cfg(test)]
mod tests;

pub use corpus::{Corpus, Covered, Rest, Statistics};
pub use files::{Plan, Texts, Totals, build};
pub use highlight::{Fragment, Shown, Stretch};
pub use query::{Clause, Compiled, Field, Form, Occur, Query, Several, Term, TextQuery};
pub use search::{Counts, Explained, Fit, Hit, Share};
pub use segment::TextIndex;
pub use tail::Tail;
