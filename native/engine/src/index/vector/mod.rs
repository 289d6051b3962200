//! The approximate index of a vector column: lists of one-bit codes around centres (IVF with RaBitQ).
//!
//! An index segment covers a range of row ids and is immutable: it holds the codes of all rows of the range that had a
//! vector when it was built, also of dead ones, so that it serves every version. A search estimates the scores of rows
//! from the codes of the most promising lists, with a bound on the error, and returns candidates; whoever asked reads
//! their vectors, scores them exactly, and thereby decides. How many lists a recall takes was measured when the segment
//! was built, on rows of its own.
//!
//! - [`Space`]: what is estimated: a negated squared distance, or a product.
//! - [`build`]: rows in, bytes of a segment out.
//! - [`VectorIndex`]: a segment that can be searched.
//! - [`Probe`], [`Candidates`]: a query, and what it found.
//! - [`Setting`]: how thoroughly to look, and what recall that was measured to give.

mod build;
mod candidates;
mod encode;
mod layout;
mod parallel;
mod probe;
mod segment;
mod setting;
mod space;
mod train;
mod tune;
mod vectors;

pub use build::{Plan, build};
pub(crate) use candidates::Candidate;
pub use candidates::Candidates;
pub use probe::{Admits, Probe};
pub use segment::VectorIndex;
pub use setting::Setting;
pub use space::Space;
pub use vectors::Vectors;

use crate::schema::DataType;

/// The fewest dimensions that one bit each says enough about.
const DIMENSIONS_MIN: u32 = 64;
/// The most for which the format has room.
const DIMENSIONS_MAX: u32 = 4096;

/// Whether columns of a type can have an index.
#[must_use]
pub(crate) fn is_indexable(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Vector { dimensions, .. } if (DIMENSIONS_MIN..=DIMENSIONS_MAX).contains(dimensions))
}
