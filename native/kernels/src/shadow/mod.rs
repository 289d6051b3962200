//! Shadows: 4-bit copies of rows, with what their error cannot exceed.
//!
//! A shadow says of every row a score *about* as high as the real one, and how far off it can be at most. A search that
//! looks at the shadow first reads an eighth of the bytes and knows which few rows it must score exactly; the answer
//! is the same to the bit.
//!
//! # Layout
//!
//! Blocks of 16 rows, the last one filled up with zeros. A block has the codes of its rows, then their factors.
//!
//! Codes: for each row [`Shadow::code_bytes`] bytes, `n` = dimension / 128 rounded up x 64. Byte `j` holds the code of
//! element `j` in its low half and of element `j + n` in its high half; elements beyond the end have code 0.
//!
//! Factors: for each row three `f32`, little-endian: a scale `s`, a residual `r` and the norm; the norm of a zero row is the least
//! normal number, so that one can divide by it. Element `i` with code `k` is about `s (k - 7.5)`, and
//! `r >= |x - s (k - 7.5)|` over the row. They lie side by side, and near the codes, because a row that is looked at alone costs as
//! many cache lines as it touches.
//!
//! # The bound
//!
//! For a query `q = t c + e` with whole numbers `c`: `<q, x> = s t <c, k - 7.5> + <q, x - s (k - 7.5)> + s <e, k - 7.5>`. By
//! Cauchy and Schwarz the second term is at most `|q| r` and the third at most `|e| (|x| + r)`. What roundings add, those of
//! the canonical sum included, is below [`slack`] times `|q| |x|`. Nothing is assumed of the data.
//!
//! A row whose norm is not between 2^-50 and 2^50, and not zero, has an infinite residual: squares of its elements could
//! leave the range of `f32`, where no such bound holds. It is always scored exactly.

mod encode;
mod estimate;
mod query;
mod scan;

use std::ops::Range;

pub(crate) use encode::Encode;
pub use encode::ShadowBlocks;
pub(crate) use estimate::{Estimates, Formula, Numbers, Sixteen};
pub use query::ShadowQuery;
pub use scan::{Candidate, ShadowScan};
pub(crate) use scan::{Places, ScanShadow};

/// Rows of a block, which are estimated together.
pub(crate) const BLOCK: usize = 16;
/// Bytes of the factors of a block.
pub(crate) const FACTORS: usize = ROW_FACTORS * BLOCK;
/// Bytes of the factors of a row.
const ROW_FACTORS: usize = 3 * 4;
/// Bytes of codes that are read together; they hold 128 elements.
const CHUNK: usize = 64;
/// Norms between which squares neither vanish nor overflow.
const NORMS: std::ops::RangeInclusive<f64> = 8.881_784_197_001_252e-16..=1_125_899_906_842_624.0;

/// What roundings can add to the error of an estimate, relative to the norms; eight times what they do.
fn slack(dimension: usize) -> f64 {
    (dimension as f64 / 64.0 + 16.0) / f64::from(1 << 21)
}

/// The shadow of some rows.
#[derive(Clone, Copy, Debug)]
pub struct Shadow<'a> {
    bytes: &'a [u8],
    stride: usize,
    count: usize,
}

impl<'a> Shadow<'a> {
    /// Reads a shadow of this many rows, or of those whose blocks are present.
    ///
    /// ```
    /// use varve_kernels::Shadow;
    ///
    /// let bytes = vec![0; Shadow::bytes(384, 17)];
    /// assert_eq!(Shadow::new(384, 17, &bytes).count(), 17);
    /// assert_eq!(Shadow::new(384, 17, &bytes[1..]).count(), 16);
    /// ```
    #[must_use]
    pub fn new(dimension: usize, rows: usize, bytes: &'a [u8]) -> Self {
        let blocks = bytes.len() / Self::bytes(dimension, BLOCK);
        Self {
            bytes,
            stride: Self::code_bytes(dimension),
            count: rows.min(blocks.saturating_mul(BLOCK)),
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Bytes of the codes of one row.
    ///
    /// ```
    /// # use varve_kernels::Shadow;
    /// assert_eq!(Shadow::code_bytes(384), 192);
    /// assert_eq!(Shadow::code_bytes(100), 64);
    /// ```
    #[must_use]
    pub const fn code_bytes(dimension: usize) -> usize {
        dimension.div_ceil(2 * CHUNK) * CHUNK
    }

    /// The size in bytes of the shadow of this many rows; saturates at the largest number.
    ///
    /// ```
    /// # use varve_kernels::Shadow;
    /// assert_eq!(Shadow::bytes(384, 16), 16 * (192 + 12));
    /// assert_eq!(Shadow::bytes(384, 17), 2 * Shadow::bytes(384, 16));
    /// ```
    #[must_use]
    pub const fn bytes(dimension: usize, rows: usize) -> usize {
        let block = Self::code_bytes(dimension) * BLOCK + FACTORS;
        rows.div_ceil(BLOCK).saturating_mul(block)
    }

    /// Where the bytes of the block of a row are.
    ///
    /// ```
    /// # use varve_kernels::Shadow;
    /// assert_eq!(Shadow::block_of(384, 17), 3264..6528);
    /// ```
    #[must_use]
    pub const fn block_of(dimension: usize, position: usize) -> Range<usize> {
        let start = Self::bytes(dimension, position / BLOCK * BLOCK);
        start..start + Self::bytes(dimension, BLOCK)
    }

    /// The codes of a block, as many as there are rows in one, and its factors.
    #[inline(always)]
    fn block(&self, block: usize) -> (&'a [u8], &'a [u8; FACTORS]) {
        let codes = self.stride * BLOCK;
        let bytes = &self.bytes[block * (codes + FACTORS)..];
        let (codes, rest) = bytes.split_at(codes);
        (codes, rest.first_chunk().unwrap_or(&[0; FACTORS]))
    }

    /// The codes of a row, and its factors.
    #[inline(always)]
    fn row(&self, position: usize) -> (&'a [u8], &'a [u8; ROW_FACTORS]) {
        let (codes, factors) = self.block(position / BLOCK);
        let at = position % BLOCK;
        (
            &codes[at * self.stride..][..self.stride],
            &factors.as_chunks().0[at],
        )
    }
}
