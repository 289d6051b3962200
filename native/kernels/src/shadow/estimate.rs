//! What the machines estimate rows from, a block at a time.

use super::{BLOCK, CHUNK};
use crate::metric::Metric;

/// Whole numbers of a query, from -127 to 127, for a chunk of codes.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct Numbers {
    /// For the low halves of the bytes.
    pub(crate) low: [i8; CHUNK],
    /// For the high ones.
    pub(crate) high: [i8; CHUNK],
}

/// How the dot product of a row's codes and a query's numbers, with the row's factors, makes an estimate and its error.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    pub(crate) metric: Metric,
    /// 15 times the sum of the numbers.
    pub(crate) offset: f32,
    /// Half the step of the numbers.
    pub(crate) half_step: f32,
    /// What a row's residual adds to the error of the dot product.
    pub(crate) of_residual: f32,
    /// What a row's norm adds.
    pub(crate) of_norm: f32,
    /// Of the query.
    pub(crate) norm: f32,
    pub(crate) norm_squared: f32,
    pub(crate) slack: f32,
}

/// Where the codes of 16 rows are, and what to fetch while they are read.
pub(crate) struct Sixteen {
    pub(super) rows: [*const u8; BLOCK],
    pub(super) next: [*const u8; BLOCK],
}

impl Sixteen {
    /// A chunk of codes of a row.
    ///
    /// # Safety
    /// How many chunks a row has.
    #[inline(always)]
    pub(crate) unsafe fn chunk(&self, row: usize, at: usize) -> &[u8; CHUNK] {
        // SAFETY: as the caller says; bytes have no alignment.
        unsafe { &*self.rows[row].add(at * CHUNK).cast() }
    }

    /// What to fetch meanwhile. There may be nothing at this address.
    #[inline(always)]
    pub(crate) fn next(&self, row: usize, at: usize) -> *const u8 {
        self.next[row].wrapping_add(at * CHUNK)
    }
}

/// What is known of the scores of 16 rows.
pub(crate) struct Estimates {
    pub(crate) estimates: [f32; BLOCK],
    /// What the scores cannot exceed.
    pub(crate) bounds: [f32; BLOCK],
}
