//! Indexes: built from rows, they find candidates among them by row id. They never see files of rows.

pub(crate) mod scalar;
pub(crate) mod text;
pub(crate) mod vector;
