//! The rows that are searched as one: those of segments and those that no segment covers, as one version sees them.

mod cursor;
mod dictionary;
mod part;
mod statistics;

pub(super) use cursor::{Codes, Cursor, NONE};
pub(super) use part::Part;
pub use part::{Covered, Rest};
pub use statistics::{Corpus, Statistics};
