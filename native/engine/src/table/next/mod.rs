//! The manifest after a change: the one place where row ids, versions and dates are given.
//!
//! - `draft`: the next manifest, still without the change, and the files that were written for it.
//! - `fragments`, `columns`, `deaths`, `indexes`, `log`: what a change does to each part of it.
//! - `left_out`: rows that leave every version, with what was made of them.
//! - `apply`: a whole change, in order.

mod apply;
mod columns;
mod deaths;
mod draft;
mod fragments;
mod indexes;
mod left_out;
mod log;

pub(crate) use draft::NextManifest;
pub(super) use fragments::{INLINE_BYTES, has_room_for_one};
