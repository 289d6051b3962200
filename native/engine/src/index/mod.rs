//! Indexes: built from rows, they find candidates among them by row id. They never see files of rows.

mod built;
mod layout;
pub(crate) mod scalar;
pub(crate) mod text;
pub(crate) mod vector;

pub(crate) use built::Built;
