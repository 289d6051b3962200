//! Rows that are written, changed and brought back.
//!
//! - `piece`: some rows on their way in. `derived`: the vectors that were computed for them.
//! - `settle`: new rows meet those that they replace; `sources` is what vectors are still missing for.
//! - `outcome`: the rows of one commit as they are written. `write`: how rows and keys are met; `adding`: rows as they wait for a commit.
//! - `handed`: changes beside which nobody waits.
//! - `row_change`, `stage`, `update`, `restore`: the writes themselves: at once, bit by bit, of what matches, of what was.

mod adding;
mod derived;
mod handed;
mod outcome;
mod piece;
mod restore;
mod row_change;
mod settle;
mod sources;
mod stage;
mod update;
mod write;

pub use handed::Attendant;
pub use row_change::RowChange;
pub use sources::Sources;
pub use stage::Stage;
pub use update::Update;
pub use write::{OnDuplicate, OnKey};
