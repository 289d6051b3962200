//! What was true when: the commit log, the lifetimes of rows, tags.

mod as_of;
mod dates;
mod deaths;
mod log;
mod tags;

pub use as_of::AsOf;
pub(crate) use as_of::check_kept;
pub(crate) use dates::{CLOCKS_DIFFER_MS, in_force};
pub(crate) use deaths::Deaths;
pub use log::CHUNK;
pub(crate) use log::Log;
pub use tags::Tag;
pub(crate) use tags::Tags;

use crate::column::Bits;
use crate::format::Rows;

/// Which rows are visible at a version: born before its watermark, and not dead by then. `None` where all are.
#[must_use]
pub(crate) fn visible(
    rows: &Rows,
    len: usize,
    version: u64,
    watermark: u64,
    deaths: &Deaths,
) -> Option<Bits> {
    let born = rows.count_below(watermark);
    let mut bits = (born < len).then(|| {
        let mut bits = Bits::filled(len, true);
        bits.clear_from(born);
        bits
    });
    deaths.each_in(rows.first(), rows.last(), |id, died| {
        if died <= version
            && let Some(position) = rows.position(id)
        {
            bits.get_or_insert_with(|| Bits::filled(len, true))
                .clear(position);
        }
    });
    bits
}
