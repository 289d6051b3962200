//! The scalar index: which rows have which values of a column, in the order of the values.
//!
//! An index segment covers a range of row ids and is immutable: it holds the values of all rows of the range that were there when it was
//! built, also of dead ones, so that it serves every version. It knows no files of rows, no manifests and no versions: rows come in by
//! their ids, and whoever asks says which of them count.
//!
//! - [`build`]: rows in, the bytes of a segment out.
//! - `layout`: what a segment says of itself; `docs/file-format.md` defines it.
//! - [`ScalarIndex`]: a segment that can be asked: what stands at a place in the order of the values, and which rows have it.
//! - `lookup`: sets of values as places in that order.

mod build;
mod layout;
mod lookup;
mod segment;
#[cfg(test)]
mod tests;

pub use build::{Plan, Scalar, Scalars, build};
pub(crate) use lookup::{Found, united};
pub use segment::{Key, ScalarIndex};
