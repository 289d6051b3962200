//! Columns of values in Arrow's layout, over buffers that are owned or lie in a mapped file.
//!
//! A [`Column`] is physical: what its bytes mean is said by the [`DataType`] beside it. Every access is checked against
//! the buffer's bounds, and against the file's checksums where the buffer lies in a file, so that a damaged or hostile
//! file gives an error and never a wrong value.

mod bits;
mod buffer;
mod build;
mod cast;
mod cells;
#[expect(clippy::module_inception, reason = "the noun of the folder")]
mod column;
mod gather;
mod key;
mod wire;

pub use bits::Bits;
pub(crate) use bits::bit;
pub use buffer::Buffer;
pub(crate) use buffer::Guard;
pub use build::ColumnBuilder;
pub(crate) use cells::CellAt;
pub(crate) use column::Data;
pub use column::{Column, fixed_width, vector_elements};
pub(crate) use column::{array, as_f32s, misfit, offset_pair, vector_elements_into};
pub(crate) use key::{float_key, int_key};
pub use wire::Batch;
pub(crate) use wire::{field_of, retyped};
