//! Where a table lives: its manifests by number, and the lines of it that share its files.
//!
//! - `table_home`: the places of one line, and its newest manifest. `lines`: its branches, and which files they need.

mod lines;
mod table_home;

pub(crate) use lines::Elsewhere;
pub(crate) use table_home::{TableHome, not_found, unknown};
