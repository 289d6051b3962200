//! What of a filter an index can look up: sets of values of columns, as runs of their order, put together as the filter puts them.

mod accepted;
mod span;

pub(crate) use accepted::{Accepted, Sought};
pub(crate) use span::{Ends, Spans};
