//! Rows leave every version, past and present, and every file.
//!
//! - `leaving`: which rows they are, and what takes the place of the fragments that hold some. `taken_out` commits that.
//! - `erased`: what is left of them, in files that nothing may need any more; `tries` is what a handle has tried of that.

mod erased;
mod leaving;
mod taken_out;
mod tries;

pub(super) use leaving::LeftOut;
pub(crate) use taken_out::Removed;
pub(super) use tries::Tries;
