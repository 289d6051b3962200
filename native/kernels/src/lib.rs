//! Distance functions and top-k selection: the inner loops of exact vector search.
//!
//! - **One answer on every CPU.** A score is a canonical sum, of which the order of every rounding is fixed. AVX-512,
//!   AVX2, NEON and plain code give the same bits, so an index built here is read there, and a test on a laptop
//!   speaks for the server.
//! - **As fast as memory.** A scan is compiled once per instruction set with the distance inlined, reads each row
//!   once, in order, and allocates nothing.
//! - **Rows are bytes.** `f32` or half precision, little-endian, of any alignment: a mapped file needs no copy.
//!
//! The two nearest of three rows:
//!
//! ```
//! use varve_kernels::{Element, Hit, Kernels, Metric, Query, Rows, TopK};
//!
//! let file: Vec<u8> = [1.0_f32, 0.0, 0.0, 1.0, 0.6, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
//!
//! let query = Query::new(&[1.0, 0.0], Metric::Cosine);
//! let mut top = TopK::new(2);
//! Kernels::best().scan(&query, Rows::new(&file, Element::F32), 0, None, &mut top);
//! assert_eq!(top.sorted(), [Hit { score: 1.0, id: 0 }, Hit { score: f64::from(0.6_f32), id: 2 }]);
//! ```
//!
//! # Tour
//!
//! - [`Query`], [`Metric`], [`Rows`] and [`Element`] say what is compared, [`TopK`] collects the best.
//! - [`Kernels`] does the work for one [`Isa`]: [`Kernels::scan`] over all rows or a bitset of them,
//!   [`Kernels::score_rows`] over a list, [`Kernels::score`] for one row.
//! - [`Shadow`] is a 4-bit copy of rows with the bound of its error: [`Kernels::encode_shadow`] makes one,
//!   [`Kernels::scan_shadow`] and [`Kernels::scan_shadow_at`] find the rows whose score may reach a threshold.
//! - [`dot_f32`], [`l2_squared_f32`], [`dot_and_norm_f32`] with [`cosine`], and their `f16` forms compare two
//!   vectors; [`f16_to_f32`] and [`f32_to_f16`] convert.
//!
//! # The canonical sum
//!
//! There are 64 lanes, all `+0.0`. Element `i` goes to lane `i % 64` by a fused multiply-add:
//! `lane = fma(a[i], b[i], lane)` for a dot product, `fma(d, d, lane)` with `d = a[i] - b[i]` for a squared
//! distance. A last block of fewer than 64 elements is padded with `+0.0`. At the end lane `j` takes lane `j + 32`
//! for all `j` below 32, then lane `j + 16` for those below 16, and so on to lane 1. All numbers are `f32`, rounded
//! to nearest.
//!
//! A score is made of such sums, unless they leave the range of `f32` or may have lost what makes the order: then it is computed
//! in `f64`, element by element. So scores are `f64`, nearly all of them with the bits of an `f32`, and every finite row has one.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

#[cfg(target_endian = "big")]
compile_error!("rows are read as they lie in memory, which must be little-endian");

#[expect(
    clippy::indexing_slicing,
    reason = "places are counted from the lengths of the same slices"
)]
mod centres;
mod dispatch;
mod f16;
mod isa;
mod lanes;
mod metric;
#[expect(
    clippy::indexing_slicing,
    reason = "places are counted from the lengths of the same slices"
)]
mod nearest;
#[expect(clippy::indexing_slicing, reason = "registers of a block are numbered from 0")]
#[cfg(target_arch = "aarch64")]
mod neon;
#[expect(clippy::indexing_slicing, reason = "slices are cut to the shorter length")]
mod pairs;
mod query;
#[expect(
    clippy::indexing_slicing,
    reason = "halves of a slice whose length is a power of two"
)]
mod rotation;
#[expect(clippy::indexing_slicing, reason = "64 lanes, and places below their number")]
mod scalar;
#[expect(
    clippy::indexing_slicing,
    reason = "positions are compared with the number of rows first"
)]
mod scan;
mod scans;
#[expect(
    clippy::indexing_slicing,
    reason = "positions are compared with the number of rows first, and blocks have 16 of them"
)]
mod shadow;
#[expect(clippy::indexing_slicing, reason = "32 rows of a block, and tables of 16")]
mod sign_scan;
#[expect(
    clippy::indexing_slicing,
    reason = "blocks have a fixed layout, and are cut to it first"
)]
mod signs;
mod sums;
mod topk;
mod vector;
#[expect(
    clippy::indexing_slicing,
    reason = "64 lanes, and registers below their number"
)]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod wide;
mod wide_score;
#[expect(clippy::indexing_slicing, reason = "registers of a block are numbered from 0")]
#[cfg(target_arch = "x86_64")]
mod x86;

pub use centres::{Centres, signed_bytes};
pub use dispatch::Kernels;
pub use f16::{f16_to_f32, f32_to_f16};
pub use isa::Isa;
pub use metric::Metric;
pub use query::{Element, Query, Rows, cosine};
pub use rotation::Rotation;
pub use shadow::{Candidate, Shadow, ShadowBlocks, ShadowQuery, ShadowScan};
pub use signs::{BLOCK_ROWS, Estimate, Residual, SignQuery, SignScan, block_bytes, put_signs};
pub use topk::{Hit, TopK};
pub use vector::{
    dot_and_norm_f16, dot_and_norm_f32, dot_f16, dot_f32, f16_to_f32_slice, f32_to_f16_slice, l2_squared_f16,
    l2_squared_f32, sum_f32_bytes,
};
