//! Versions of a table, to be read: which files hold the rows, which of the rows a version sees, and what stands in them.

mod diff;
mod export;
mod home;
mod lifetime;
mod load;
mod lookup;
mod open_index;
mod picked;
mod read;
mod scan;
mod state;

pub use diff::Difference;
pub use export::Beside;
pub(crate) use home::{ENDING, Home, not_found, unknown};
pub use lifetime::{Lifetime, Moment};
pub(crate) use lookup::{RowPlace, key_at};
pub(crate) use open_index::OpenIndex;
pub use picked::{Cell, Picked};
pub use read::{Find, Order};
pub use scan::Scan;
pub use state::Snapshot;
pub(crate) use state::{Known, State};
