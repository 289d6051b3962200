//! Shadows: 4-bit copies of rows, with what their error cannot exceed.
//!
//! A shadow says of every row a score *about* as high as the real one, and how far off it can be at most. A search that
//! looks at the shadow first reads an eighth of the bytes and knows which few rows it must score exactly; the answer
//! is the same to the bit.
//!
//! # Layout
//!
//! Codes: for each row [`Shadow::code_bytes`] bytes, `n` = dimension / 128 rounded up x 64. Byte `j` holds the code of
//! element `j` in its low half and of element `j + n` in its high half; elements beyond the end have code 0.
//!
//! Factors: for every 16 rows 48 `f32`, little-endian: 16 scales `s`, 16 residuals `r`, 16 norms; what is missing in the
//! last block is zero, and the norm of a zero row is the least normal number, so that one can divide by it. Element `i` with code `k` is about `s (k - 7.5)`, and `r >= |x - s (k - 7.5)|` over the row.
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
mod query;
mod scan;

pub(crate) use encode::Encode;
pub use encode::ShadowFactors;
pub use query::ShadowQuery;
pub(crate) use query::{Formula, Numbers};
pub use scan::{Candidate, ShadowScan};
pub(crate) use scan::{Estimates, Places, ScanShadow, Sixteen};

/// Rows under one block of factors, and rows that are estimated together.
pub(crate) const BLOCK: usize = 16;
/// Bytes of a block of factors.
pub(crate) const FACTORS: usize = 3 * 4 * BLOCK;
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
    codes: &'a [u8],
    factors: &'a [[u8; FACTORS]],
    stride: usize,
    count: usize,
}

impl<'a> Shadow<'a> {
    /// Reads a shadow. It has as many rows as both parts have.
    ///
    /// ```
    /// use varve_kernels::Shadow;
    ///
    /// assert_eq!(Shadow::new(384, &[0; 3 * 192], &[0; 192]).count(), 3);
    /// assert_eq!(Shadow::new(384, &[0; 20 * 192], &[0; 192]).count(), 16);
    /// ```
    #[must_use]
    pub fn new(dimension: usize, codes: &'a [u8], factors: &'a [u8]) -> Self {
        let stride = Self::code_bytes(dimension);
        let factors = factors.as_chunks().0;
        let rows = codes.len().checked_div(stride).unwrap_or(0);
        Self {
            codes,
            factors,
            stride,
            count: rows.min(factors.len() * BLOCK),
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

    /// Bytes of the factors of so many rows.
    ///
    /// ```
    /// # use varve_kernels::Shadow;
    /// assert_eq!(Shadow::factor_bytes(17), 2 * 192);
    /// ```
    #[must_use]
    pub const fn factor_bytes(rows: usize) -> usize {
        rows.div_ceil(BLOCK) * FACTORS
    }

    /// The codes of some rows that are there.
    #[inline(always)]
    fn rows(&self, first: usize, count: usize) -> &'a [u8] {
        &self.codes[first * self.stride..][..count * self.stride]
    }

    /// The scales, residuals and norms of a block.
    #[inline(always)]
    fn block(&self, block: usize) -> &'a [u8; FACTORS] {
        &self.factors[block]
    }

    /// Puts the factors of a row in the place of row `at` of a block.
    #[inline(always)]
    fn copy_factors(&self, position: usize, block: &mut [u8; FACTORS], at: usize) {
        let from = self.factors[position / BLOCK].as_chunks::<4>().0;
        let to = block.as_chunks_mut::<4>().0;
        for part in 0..3 {
            to[part * BLOCK + at] = from[part * BLOCK + position % BLOCK];
        }
    }
}
