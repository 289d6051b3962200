//! The layout of tables is kept in order behind the backs of readers and writers; the history does not change.

mod build_index;
mod due;
mod expire;
mod index_rows;
mod index_tasks;
mod merge;
mod optimize;
mod stop;
mod sweep;
mod verify;

pub use due::Due;
pub use optimize::Optimized;
pub use stop::Stop;
pub use verify::{Verified, Warning};
