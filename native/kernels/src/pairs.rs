//! Kernels over one or two vectors.

use std::marker::PhantomData;

use crate::dispatch::Kernels;
use crate::lanes::{Encoding, F16, F32, Job, Machine, Sums, bytes_of};
use crate::sums::{Dot, DotAndNorm, L2Squared, Total};

impl Kernels {
    /// The dot product of two vectors.
    ///
    /// The canonical sum: the same bits as on every other instruction set.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_f32(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
    /// ```
    #[must_use]
    pub fn dot_f32(self, query: &[f32], row: &[f32]) -> f32 {
        let [dot] = self.sums::<F32, Dot, 1>(query, bytes_of(row));
        dot
    }

    /// The dot product of a vector and one of halves.
    ///
    /// The halves are converted exactly; then as [`Kernels::dot_f32`].
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), 5.0);
    /// ```
    #[must_use]
    pub fn dot_f16(self, query: &[f32], row: &[u16]) -> f32 {
        let [dot] = self.sums::<F16, Dot, 1>(query, bytes_of(row));
        dot
    }

    /// The dot product of two vectors, and that of the second with itself.
    ///
    /// The first number has the bits of [`Kernels::dot_f32`], the second those of `dot_f32(row, row)`.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_and_norm_f32(&[1.0, 2.0], &[3.0, 4.0]), (11.0, 25.0));
    /// ```
    #[must_use]
    pub fn dot_and_norm_f32(self, query: &[f32], row: &[f32]) -> (f32, f32) {
        self.sums::<F32, DotAndNorm, 2>(query, bytes_of(row)).into()
    }

    /// The dot product of a vector and one of halves, and that of the halves with themselves.
    ///
    /// The halves are converted exactly; then as [`Kernels::dot_and_norm_f32`].
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_and_norm_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), (5.0, 5.0));
    /// ```
    #[must_use]
    pub fn dot_and_norm_f16(self, query: &[f32], row: &[u16]) -> (f32, f32) {
        self.sums::<F16, DotAndNorm, 2>(query, bytes_of(row)).into()
    }

    /// The squared Euclidean distance of two vectors.
    ///
    /// The canonical sum over the squares of the rounded differences.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().l2_squared_f32(&[1.0, 2.0], &[4.0, 6.0]), 25.0);
    /// ```
    #[must_use]
    pub fn l2_squared_f32(self, query: &[f32], row: &[f32]) -> f32 {
        let [l2_squared] = self.sums::<F32, L2Squared, 1>(query, bytes_of(row));
        l2_squared
    }

    /// The squared Euclidean distance of a vector and one of halves.
    ///
    /// The halves are converted exactly; then as [`Kernels::l2_squared_f32`].
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().l2_squared_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), 0.0);
    /// ```
    #[must_use]
    pub fn l2_squared_f16(self, query: &[f32], row: &[u16]) -> f32 {
        let [l2_squared] = self.sums::<F16, L2Squared, 1>(query, bytes_of(row));
        l2_squared
    }

    /// The sum of the `f32` values, little-endian and of any alignment, in `bytes`.
    ///
    /// The least that a scan of the same bytes can cost: a yardstick for benchmarks. Canonical like the others.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// let bytes = [1.0_f32.to_le_bytes(), 2.0_f32.to_le_bytes()].concat();
    /// assert_eq!(Kernels::best().sum_f32_bytes(&bytes), 3.0);
    /// ```
    #[must_use]
    pub fn sum_f32_bytes(self, bytes: &[u8]) -> f32 {
        let [sum] = self.run(Pair::<F32, Total, 1> {
            query: bytes,
            row: bytes,
            kind: PhantomData,
        });
        sum
    }

    /// How many bits are set.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().count_ones(&[0, 5, u64::MAX]), 66);
    /// ```
    #[must_use]
    pub fn count_ones(self, words: &[u64]) -> usize {
        self.run(CountOnes(words))
    }

    /// Converts halves to floats, as [`f16_to_f32`](crate::f16_to_f32) does, up to the end of the shorter slice.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// let mut floats = [0.0; 2];
    /// Kernels::best().f16_to_f32_slice(&[0x3c00, 0x4000], &mut floats);
    /// assert_eq!(floats, [1.0, 2.0]);
    /// ```
    pub fn f16_to_f32_slice(self, halves: &[u16], floats: &mut [f32]) {
        let length = halves.len().min(floats.len());
        self.run(Widen {
            halves: &halves[..length],
            floats: &mut floats[..length],
        });
    }

    /// Converts floats to halves, as [`f32_to_f16`](crate::f32_to_f16) does, up to the end of the shorter slice.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// let mut halves = [0; 2];
    /// Kernels::best().f32_to_f16_slice(&[1.0, 2.0], &mut halves);
    /// assert_eq!(halves, [0x3c00, 0x4000]);
    /// ```
    pub fn f32_to_f16_slice(self, floats: &[f32], halves: &mut [u16]) {
        let length = halves.len().min(floats.len());
        self.run(Narrow {
            floats: &floats[..length],
            halves: &mut halves[..length],
        });
    }

    #[inline]
    fn sums<E: Encoding, S: Sums<K>, const K: usize>(self, query: &[f32], row: &[u8]) -> [f32; K] {
        let length = query.len().min(row.len() / E::SIZE);
        let query = bytes_of(&query[..length]);
        self.run(Pair::<E, S, K> {
            query,
            row: &row[..length * E::SIZE],
            kind: PhantomData,
        })
    }
}

/// Computes canonical sums.
struct Pair<'a, E, S, const K: usize> {
    query: &'a [u8],
    row: &'a [u8],
    kind: PhantomData<(E, S)>,
}

impl<E: Encoding, S: Sums<K>, const K: usize> Job for Pair<'_, E, S, K> {
    type Out = [f32; K];

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) -> [f32; K] {
        machine.sums::<E, S, K>(self.query, self.row)
    }
}

/// Converts halves to as many floats.
struct Widen<'a> {
    halves: &'a [u16],
    floats: &'a mut [f32],
}

impl Job for Widen<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        machine.widen(self.halves, self.floats);
    }
}

/// Counts bits, with the instructions that the machine has for it.
struct CountOnes<'a>(&'a [u64]);

impl Job for CountOnes<'_> {
    type Out = usize;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Converts floats to as many halves.
struct Narrow<'a> {
    floats: &'a [f32],
    halves: &'a mut [u16],
}

impl Job for Narrow<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        machine.narrow(self.floats, self.halves);
    }
}
