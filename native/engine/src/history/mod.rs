//! What was true when: the commit log, the lifetimes of rows, tags, leases.

mod as_of;
mod dates;
mod deaths;
mod leases;
mod log;
mod tags;

pub use as_of::AsOf;
pub(crate) use as_of::check_kept;
pub(crate) use dates::{CLOCKS_DIFFER_MS, in_force};
pub(crate) use deaths::Deaths;
pub(crate) use leases::{Lease, Leases};
pub use log::CHUNK;
pub(crate) use log::Log;
pub use tags::Tag;
pub(crate) use tags::Tags;

use crate::column::Bits;
use crate::format::Rows;

/// Which rows a point in the history sees, or a span of it. A version sees what was born below its watermark and died after it; a span
/// what was born below the watermark of its last version and died after its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Visibility {
    /// The first row id that it does not see.
    pub(crate) born_below: u64,
    /// The last version whose deaths count.
    pub(crate) died_after: u64,
}

impl Visibility {
    /// Whether it sees a row, by its id.
    pub(crate) fn sees(self, id: u64, deaths: &Deaths) -> bool {
        id < self.born_below && deaths.died(id).is_none_or(|died| died > self.died_after)
    }
}

/// Which of some rows are visible; `None` where all are.
#[must_use]
pub(crate) fn visible(rows: &Rows, len: usize, sees: Visibility, deaths: &Deaths) -> Option<Bits> {
    let born = rows.count_below(sees.born_below);
    let mut bits = (born < len).then(|| {
        let mut bits = Bits::filled(len, true);
        bits.clear_from(born);
        bits
    });
    deaths.each_in(rows.first(), rows.last(), |id, died| {
        if died <= sees.died_after
            && let Some(position) = rows.position(id)
        {
            bits.get_or_insert_with(|| Bits::filled(len, true))
                .clear(position);
        }
    });
    bits
}
