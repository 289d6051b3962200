//! What tidying up would remove, without removing anything.
//!
//! - `unreached`: what nothing names any more. `ended`: what the retention would end. `replaced`: files that would be written anew or become
//!   part of larger ones. `leaving`: files with their lengths.
//! - `cleanup`: all of it.

mod cleanup;
mod ended;
mod leaving;
mod replaced;
mod unreached;

pub use cleanup::Cleanup;
pub use leaving::{Leaving, Why};
