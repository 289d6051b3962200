//! Rows that are written, changed and brought back.
//!
//! - `piece`: some rows on their way in. `derived`: the vectors that were computed for them.
//! - `settle`: new rows meet those that they replace; `sources` is what vectors are still missing for.
//! - `outcome`: the rows of one commit as they are written.
//! - `write`, `stage`, `update`, `restore`: the writes themselves: at once, bit by bit, of what matches, of what was.

mod derived;
mod outcome;
mod piece;
mod restore;
mod settle;
mod sources;
mod stage;
mod update;
mod write;

pub use sources::Sources;
pub use stage::Stage;
pub use update::Update;
pub use write::{OnDuplicate, OnKey};
