//! What is searched: a query and encoded rows.

use crate::lanes::{Encoding, F16, F32};
use crate::metric::Metric;
use crate::vector::dot_f32;

/// Sums of squares that are right in 32 bits whatever the elements: no square that counts has vanished, and none is infinite. From
/// 2^-100 to 2^100.
pub(crate) const SQUARES: [f32; 2] = [7.888_609e-31, 1.267_650_6e30];
/// A product of two numbers that are at least as far from zero does not vanish in 32 bits: 2^-60.
const TINY: f32 = 8.673_617_4e-19;

/// The encoding of the elements of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// IEEE 754 binary32, little-endian.
    F32,
    /// IEEE 754 binary16, little-endian; converted exactly to `f32` before any arithmetic.
    F16,
}

impl Element {
    /// The bytes of one element.
    ///
    /// ```
    /// assert_eq!(varve_kernels::Element::F16.size(), 2);
    /// ```
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Element::F32 => F32::SIZE,
            Element::F16 => F16::SIZE,
        }
    }
}

/// A vector to compare rows with, and how.
///
/// Borrows the vector; its norm is computed once, here. That of a vector which is too large or too small to be squared in `f32`
/// makes every cosine one in `f64`.
///
/// ```
/// use varve_kernels::{Metric, Query};
///
/// let query = Query::new(&[3.0, 4.0], Metric::Cosine);
/// assert_eq!(query.dimension(), 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) metric: Metric,
    pub(crate) norm: f32,
    /// Squared norms of rows whose cosine is right in 32 bits: the least and the greatest.
    pub(crate) usual: [f32; 2],
    /// Whether products with its elements may vanish in 32 bits.
    pub(crate) is_tiny: bool,
}

impl<'a> Query<'a> {
    /// A query for the rows most alike `values`.
    ///
    /// Values that are not finite are allowed and lead to NaN scores, which no collector takes.
    ///
    /// ```
    /// # use varve_kernels::{Metric, Query};
    /// let query = Query::new(&[1.0, 0.0], Metric::Dot);
    /// ```
    #[must_use]
    pub fn new(values: &'a [f32], metric: Metric) -> Self {
        let squares = dot_f32(values, values);
        let usual = if (SQUARES[0]..=SQUARES[1]).contains(&squares) {
            SQUARES
        } else if squares == 0.0 && values.iter().all(|&x| x == 0.0) {
            [0.0, f32::MAX]
        } else {
            [f32::INFINITY, 0.0]
        };
        Query {
            values,
            metric,
            norm: squares.sqrt(),
            usual,
            is_tiny: metric == Metric::Dot && has_tiny(values.iter().copied()),
        }
    }

    /// The number of elements that a row must have.
    ///
    /// ```
    /// # use varve_kernels::{Metric, Query};
    /// assert_eq!(Query::new(&[1.0, 0.0], Metric::Dot).dimension(), 2);
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.values.len()
    }

    /// How rows are scored.
    ///
    /// ```
    /// # use varve_kernels::{Metric, Query};
    /// assert_eq!(Query::new(&[1.0, 0.0], Metric::L2).metric(), Metric::L2);
    /// ```
    #[must_use]
    pub fn metric(&self) -> Metric {
        self.metric
    }
}

/// Rows that lie one after the other, as bytes of any alignment.
///
/// A row is as long as the query it meets: the same bytes have `len` / (dimension x element size) rows, and an
/// incomplete one at the end does not count. A query without elements meets no rows.
///
/// ```
/// use varve_kernels::{Element, Rows};
///
/// let bytes: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
/// let rows = Rows::new(&bytes, Element::F32);
/// assert_eq!(rows.count(2), 2);
/// assert_eq!(rows.count(3), 1);
/// assert_eq!(rows.count(0), 0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) element: Element,
}

impl<'a> Rows<'a> {
    /// Rows of such elements.
    ///
    /// ```
    /// # use varve_kernels::{Element, Rows};
    /// let rows = Rows::new(&[0; 16], Element::F16);
    /// ```
    #[must_use]
    pub fn new(bytes: &'a [u8], element: Element) -> Self {
        Rows { bytes, element }
    }

    /// The number of whole rows of that many elements.
    ///
    /// ```
    /// # use varve_kernels::{Element, Rows};
    /// assert_eq!(Rows::new(&[0; 16], Element::F16).count(3), 2);
    /// ```
    #[must_use]
    pub fn count(&self, dimension: usize) -> usize {
        match dimension.checked_mul(self.element.size()) {
            Some(0) | None => 0,
            Some(size) => self.bytes.len() / size,
        }
    }

    /// The bytes of a row of that many elements, if there is such a row.
    #[inline(always)]
    pub(crate) fn row(&self, dimension: usize, position: usize) -> Option<&'a [u8]> {
        let size = dimension.checked_mul(self.element.size())?;
        let start = position.checked_mul(size)?;
        self.bytes.get(start..)?.get(..size).filter(|row| !row.is_empty())
    }
}

/// Whether an element is so small that products with it may vanish in 32 bits.
pub(crate) fn has_tiny(values: impl Iterator<Item = f32>) -> bool {
    // Folded and not cut short, so that many are looked at at once.
    values.fold(false, |any, x| any | (x != 0.0 && x.abs() < TINY))
}

/// The cosine of a row and a query, from their canonical sums.
///
/// Zero if either norm is zero. As it is rounded, it may leave [-1, 1] by a few units in the last place.
///
/// ```
/// use varve_kernels::{cosine, dot_and_norm_f32};
///
/// let (dot, norm_squared) = dot_and_norm_f32(&[3.0, 4.0], &[30.0, 40.0]);
/// assert_eq!(cosine(dot, 5.0, norm_squared), 1.0);
/// assert_eq!(cosine(0.0, 5.0, 0.0), 0.0);
/// ```
#[inline]
#[must_use]
pub fn cosine(dot: f32, query_norm: f32, row_norm_squared: f32) -> f32 {
    let norms = query_norm * row_norm_squared.sqrt();
    if norms == 0.0 { 0.0 } else { dot / norms }
}
