//! Versions of a table, to be read: which rows one sees, and what stands in them. Nothing here changes a table.
//!
//! - `open_index`, `state`, `load`: a manifest with its files open, and the newest one found while others go on writing.
//! - `state` also has the [`Snapshot`], which sees some of the rows: those born by its watermark and not dead at its version.
//! - `lookup`: rows by key, by id and by filter.
//! - `picked`: rows that were found, to be read; `read`, `scan`, `diff` and `export` find and show them.
//! - `aggregate`: numbers about rows, group by group; `distinct`: values to be told from each other.
//! - `indexed`: rows found through the indexes of values.
//! - `words`: the words that a version sees, in segments and in memory.
//! - `score`: how well a row fits what was searched for; `confidence`: how sure a search is of that. `spread`: how far apart vectors lie.
//! - `lifetime`: from when to when a row was visible; all rows that a key had.

mod aggregate;
mod confidence;
mod diff;
mod distinct;
mod export;
mod indexed;
mod lifetime;
mod load;
mod lookup;
mod open_index;
mod picked;
mod read;
mod scan;
mod score;
mod spread;
mod state;
mod words;

pub(crate) use aggregate::Source;
pub use aggregate::{AggregateFunction, Aggregation, Group, GroupKey, GroupOrder, Measure, Measured};
pub use confidence::{Confidence, Sureness};
pub use diff::Difference;
pub(crate) use distinct::Distinct;
pub use export::Beside;
pub use indexed::{Took, Way};
pub use lifetime::{KeyHistory, Lifetime, Moment};
pub(crate) use lookup::{RowPlace, key_at, with_keys};
pub(crate) use open_index::OpenIndex;
pub use picked::{Cell, Picked};
pub use read::{Find, Order};
pub use scan::Scan;
pub use score::{Part, Parts, Score};
pub(crate) use spread::Spread;
pub use state::Snapshot;
pub(crate) use state::{Known, TableState, Visible};
