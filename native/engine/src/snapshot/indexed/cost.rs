//! What the ways to the rows of a filter are expected to cost, in nanoseconds. Plans compare these numbers and nothing else, and what a
//! way has done is counted in them, so that a test can hold plans to them.
//!
//! Reading a row in order costs what `search/cost` says of filters. The others are estimates that no run stands behind yet: a plan has to be
//! right about which of two ways is much faster, not about how long either takes. Whole calls are measured by `node bench/filters.mjs`.

/// To read a row of one column in order and test it.
pub(super) const SCAN_ROW: u64 = 3;
/// To read the id of a row from an index.
pub(super) const ENTRY: u64 = 2;
/// To find out where a row lies, and whether the version sees it.
pub(super) const PLACE: u64 = 40;
/// To read a row of one column out of order and test it.
pub(super) const TEST: u64 = 60;
/// To look a value, or all between two, up in a segment.
pub(super) const LOOKUP: u64 = 2_000;
/// To read the value of a row by which rows are put in order, and do that.
pub(super) const SORT_ROW: u64 = 150;

/// So few values are looked up whatever that costs.
const FEW: u64 = 16;
/// What looking values up may cost, where it is only to be told how long a read takes.
pub(super) const GLANCE: u64 = 256 * LOOKUP;

/// Whether looking so many runs of values up, in all segments together, may cost as much as it does.
pub(super) fn may_look_up(runs: u64, most: u64) -> bool {
    runs <= FEW || runs.saturating_mul(LOOKUP) <= most
}
