//! Rows that are written, changed and brought back.
//!
//! - `piece`: some rows on their way in. `making`: what they become beside the rows that are there.
//! - `write`: how rows and keys are met; `adding`: rows as they wait for a commit.
//! - `handed`: changes beside which nobody waits.
//! - `row_change`, `stage`, `update`, `restore`: the writes themselves: at once, bit by bit, of what matches, of what was.

mod adding;
mod handed;
mod making;
mod piece;
mod restore;
mod row_change;
mod stage;
mod update;
mod write;

pub use handed::Attendant;
pub use making::Sources;
pub use row_change::RowChange;
pub use stage::StagedRows;
pub use update::Update;
pub use write::{OnDuplicate, OnKey};
