//! Layouts in order, while readers and writers go on. What a version holds is never changed here.
//!
//! - `due`: whether there is anything to do; `optimize`: a step of it, or all.
//! - `merge`: small fragments become large ones.
//! - `line`, `index_tasks`: index segments that lie one behind the other, and which are missing. `index_rows`, `text_rows`,
//!   `scalar_rows`: what they are made of; `stored_rows`: all rows of a range. `build_index`: how they come about.
//! - `expire`: rows that the retention let go. `sweep`: files that nothing names. `dry_run`: what both would remove.
//! - `purge`: rows leave every version, and all files. It is here because it ends with the layout; `table` makes the commit.
//! - `verify`: every byte is read and checked.
//! - `schedule`: a thread that does what is due, behind the writers' back.

mod build_index;
mod dry_run;
mod due;
mod expire;
mod index_rows;
mod index_tasks;
mod line;
mod merge;
mod optimize;
mod purge;
mod scalar_rows;
mod schedule;
mod stored_rows;
mod sweep;
mod text_rows;
mod verify;

pub use dry_run::{Cleanup, Leaving, Why};
pub use due::Due;
pub use optimize::Optimized;
pub use purge::Purged;
pub use schedule::Schedule;
pub use verify::{Verified, Warning};
