//! The machine made of vector registers.

use std::ops::Range;

use crate::lanes::{Encoding, F16, F32, LANES, Machine, Simd, Sums, bytes_of};
use crate::metric::Metric;
use crate::scalar;
use crate::shadow::{Estimates, Formula, Numbers, Sixteen};

/// Registers that a multiply-add needs besides the sum.
const OPERANDS: usize = 4;

/// `N` registers of a [`Simd`] hold the 64 lanes of a sum.
#[derive(Clone, Copy)]
pub(crate) struct Wide<V, const N: usize>(pub(crate) V);

impl<V: Simd<N>, const N: usize> Machine for Wide<V, N> {
    #[inline(always)]
    fn sums<E: Encoding, S: Sums<K>, const K: usize>(self, query: &[u8], row: &[u8]) -> [f32; K] {
        let mut lanes = [[self.0.splat(0.0); N]; K];
        if K * N + OPERANDS <= V::REGISTERS {
            self.accumulate::<E, S, K>(query, row, 0..N, &mut lanes);
        } else {
            self.accumulate::<E, S, K>(query, row, 0..N / 2, &mut lanes);
            self.accumulate::<E, S, K>(query, row, N / 2..N, &mut lanes);
        }
        // No closure: it would be compiled without the instruction set.
        let mut sums = [0.0; K];
        for (sum, lanes) in sums.iter_mut().zip(lanes) {
            *sum = tree(self.0, lanes);
        }
        sums
    }

    #[inline(always)]
    fn fold(self, lanes: &[f32; LANES]) -> f32 {
        let mut registers = [self.0.splat(0.0); N];
        if let Some(block) = F32::blocks(bytes_of(lanes)).0.first() {
            for (i, register) in registers.iter_mut().enumerate() {
                *register = self.0.load_f32(block, i);
            }
        }
        tree(self.0, registers)
    }

    #[inline(always)]
    fn widen(self, halves: &[u16], floats: &mut [f32]) {
        let rest = halves.as_chunks::<LANES>().1;
        let (to, to_rest) = floats.as_chunks_mut::<LANES>();
        for (block, to) in F16::blocks(bytes_of(halves)).0.iter().zip(to) {
            for i in 0..N {
                self.0.store_f32(self.0.load_f16(block, i), to, i);
            }
        }
        scalar::widen(rest, to_rest);
    }

    #[inline(always)]
    fn narrow(self, floats: &[f32], halves: &mut [u16]) {
        let rest = floats.as_chunks::<LANES>().1;
        let (to, to_rest) = halves.as_chunks_mut::<LANES>();
        for (block, to) in F32::blocks(bytes_of(floats)).0.iter().zip(to) {
            for i in 0..N {
                self.0.store_f16(self.0.load_f32(block, i), to, i);
            }
        }
        scalar::narrow(rest, to_rest);
    }

    #[inline(always)]
    fn prefetch(self, row: &[u8]) {
        self.0.prefetch(row);
    }

    #[inline(always)]
    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
        // SAFETY: as the caller says.
        unsafe { self.0.code_dots(rows, numbers) }
    }

    /// The steps of the scalar machine, in its order.
    #[inline(always)]
    fn estimates(
        self,
        formula: &Formula,
        dots: &[i32; 16],
        factors: &[u8; 192],
        threshold: f32,
        found: &mut Estimates,
    ) -> u16 {
        let simd = self.0;
        let mut reaching = 0;
        let of_norm = simd.splat(formula.of_norm);
        for i in 0..N / 4 {
            let [scale, residual, norm] = simd.load_sixteen_threes(factors, i);
            let dot = simd.multiply(simd.convert_sixteen(dots, i), simd.splat(2.0));
            let dot = simd.subtract(dot, simd.splat(formula.offset));
            let dot = simd.multiply(simd.multiply(dot, simd.splat(formula.half_step)), scale);
            let error = simd.multiply(residual, simd.splat(formula.of_residual));
            let (estimate, error) = match formula.metric {
                Metric::Dot => (dot, simd.add(error, simd.multiply(norm, of_norm))),
                Metric::Cosine => {
                    let over = simd.divide(simd.splat(1.0), norm);
                    (
                        simd.multiply(dot, over),
                        simd.add(simd.multiply(error, over), of_norm),
                    )
                }
                Metric::L2 => {
                    let both = simd.add(simd.splat(formula.norm), norm);
                    let error = simd.add(error, simd.multiply(norm, of_norm));
                    let slack = simd.multiply(simd.multiply(simd.splat(formula.slack), both), both);
                    let squares = simd.add(simd.splat(formula.norm_squared), simd.multiply(norm, norm));
                    (
                        simd.subtract(simd.add(dot, dot), squares),
                        simd.add(simd.add(error, error), slack),
                    )
                }
            };
            let bound = simd.add(estimate, error);
            let here = simd.not_less(bound, simd.splat(threshold));
            if here != 0 {
                reaching |= here << (i * 64 / N);
                simd.store_sixteen(estimate, &mut found.estimates, i);
                simd.store_sixteen(bound, &mut found.bounds, i);
            }
        }
        reaching
    }
}

impl<V, const N: usize> Wide<V, N> {
    /// Adds all elements that belong to some of the registers.
    #[inline(always)]
    fn accumulate<E: Encoding, S: Sums<K>, const K: usize>(
        self,
        query: &[u8],
        row: &[u8],
        registers: Range<usize>,
        lanes: &mut [[V::Vector; N]; K],
    ) where
        V: Simd<N>,
    {
        let simd = self.0;
        let (query, query_tail) = F32::blocks(query);
        let (row, row_tail) = E::blocks(row);
        for (q, x) in query.iter().zip(row) {
            for i in registers.clone() {
                let products = S::wide_products(simd, simd.load_f32(q, i), E::load(simd, x, i));
                for (lanes, (a, b)) in lanes.iter_mut().zip(products) {
                    lanes[i] = simd.multiply_add(a, b, lanes[i]);
                }
            }
        }
        if !row_tail.is_empty() {
            for i in registers {
                let q = simd.load_tail_f32(query_tail, i);
                let products = S::wide_products(simd, q, E::load_tail(simd, row_tail, i));
                for (lanes, (a, b)) in lanes.iter_mut().zip(products) {
                    lanes[i] = simd.multiply_add(a, b, lanes[i]);
                }
            }
        }
    }
}

/// The end of every sum: lane `j` takes lane `j + 32`, then `+ 16`, down to `+ 1`.
#[inline(always)]
fn tree<V: Simd<N>, const N: usize>(simd: V, mut lanes: [V::Vector; N]) -> f32 {
    let mut n = N / 2;
    while n > 0 {
        for i in 0..n {
            lanes[i] = simd.add(lanes[i], lanes[i + n]);
        }
        n /= 2;
    }
    simd.fold(lanes[0])
}
