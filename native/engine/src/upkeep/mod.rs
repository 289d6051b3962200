//! Layouts in order, while readers and writers go on. What a version holds is never changed here.
//!
//! - `due`: whether there is anything to do; `optimize`: a step of it, or all.
//! - `merge`: small fragments become large ones.
//! - `index_tasks`, `index_rows`, `build_index`: which index segments are missing, their rows, and how they are built.
//! - `expire`: rows that the retention let go. `sweep`: files that nothing names.
//! - `verify`: every byte is read and checked.
//! - `schedule`: a thread that does what is due, behind the writers' back.

mod build_index;
mod due;
mod expire;
mod index_rows;
mod index_tasks;
mod merge;
mod optimize;
mod schedule;
mod sweep;
mod verify;

pub use due::Due;
pub use optimize::Optimized;
pub use schedule::Schedule;
pub use verify::{Verified, Warning};
