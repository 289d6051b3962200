//! What the parts of a search are expected to cost. Plans compare these numbers and nothing else, so that every planner guesses
//! with the same ones.
//!
//! They were measured on one machine (`docs/benchmarks.md` describes it) and rounded: a plan has to be right about which of two
//! ways is much faster, not about how long either takes. To measure again:
//!
//! - shadows: `cargo run --release --example shadow -p varve-kernels`. For 384 dimensions and a million rows `docs/benchmarks.md`
//!   has 35 to 39 ns for a row that is read out of order, and 11.5 to 12 ns for one in order (6.8 of 100,000 rows).
//! - codes, and what a search of one segment costs: `cargo run --release --example vector_index -p varve-engine`.
//! - bytes that are read in order: half of what one core was measured to read, as others need the memory too.
//!
//! - words: `docs/benchmarks.md`; 100,000 texts of 1 KB are searched in 0.04 to 0.2 ms, and split in 6 us each.
//!
//! Of the costs of filters and of whole vectors no run was kept: they are as old as the index (decision 0042), and the tests in
//! `tests/suite/plan.rs` hold plans to them.

/// Bytes that are read in order in a nanosecond.
pub(super) const BYTES_PER_NS: u64 = 10;
/// Nanoseconds for each code that is scanned.
pub(super) const CODE_NS: f64 = 2.0;
/// Nanoseconds for a search of one index segment that finds nothing.
pub(super) const SEGMENT_NS: f64 = 15_000.0;
/// Nanoseconds for each four bytes of a whole vector that is read out of order.
pub(super) const SCATTERED_WORD_NS: f64 = 0.4;
/// Nanoseconds for each dimension of a shadow that is read out of order.
pub(super) const SCATTERED_DIMENSION_NS: f64 = 0.1;
/// Nanoseconds for each dimension of a shadow that is read in order.
pub(super) const ORDERED_DIMENSION_NS: f64 = 0.025;
/// A row that is read out of order takes as long as this many rows in order.
pub(super) const SCATTERED_ROWS: usize = 4;
/// Nanoseconds to test one row against the mask of a filter in the middle of a search.
pub(super) const FILTER_TEST_NS: f64 = 40.0;
/// Rows that a search of a segment tests against the filter, for each row that it wants.
pub(super) const FILTER_TESTS_PER_ROW: f64 = 8.0;
/// Nanoseconds for each row of a column to make the mask of a filter.
pub(super) const FILTER_ROW_NS: u64 = 3;
/// Bytes of each row that making the mask of a filter reads, about.
pub(super) const FILTER_ROW_BYTES: usize = 16;
/// Nanoseconds for a search for words that finds nothing.
pub(super) const TEXT_NS: u64 = 15_000;
/// Nanoseconds for each row of the table and each part of what is asked: most rows are never looked at.
pub(super) const TEXT_ROW_NS: f64 = 0.2;
/// Nanoseconds for each row of a segment of which the version does not see all, to count words.
pub(super) const TEXT_MASK_ROW_NS: f64 = 1.0;
/// Nanoseconds to read and split the texts of a row that has no index, once.
pub(super) const TEXT_SPLIT_ROW_NS: u64 = 20_000;
/// Whole vectors that a search reads beyond the rows that it wants.
pub(super) const EXTRA_REFINED: usize = 50;

/// Measuring how far apart vectors lie takes 64 searches, each of at least 50 microseconds.
pub(super) const SPREAD_NS: u64 = 64 * 50_000;
