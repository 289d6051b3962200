//! The manifest after a change: the one place where row ids, versions and dates are given.

mod apply;
mod columns;
mod deaths;
mod draft;
mod fragments;
mod indexes;
mod log;

pub(crate) use draft::Next;
