//! What people write, made into requests: points in the history, filters as plain objects, the columns that are meant, what a search
//! looks for. Bindings whose language has no SDK of its own ask here first.

mod filter;
mod found;
mod instant;
mod point;
mod read;
mod search;
mod write;

pub use read::{plain_diff, plain_point, plain_read};
pub use search::plain_search;
pub use write::plain_write;
