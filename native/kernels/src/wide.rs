//! The machine made of vector registers.

use std::ops::Range;

use crate::lanes::{Encoding, F16, F32, LANES, Machine, Simd, Sums, bytes_of};
use crate::scalar;

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
