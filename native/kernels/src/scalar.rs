//! The canonical sums as they are defined: the oracle of the other machines, and the machine of last resort.

use crate::f16::{f16_to_f32, f32_to_f16};
use crate::lanes::{Encoding, F32, LANES, Machine, Sums};
use crate::metric::Metric;
use crate::shadow::{Estimates, Formula, Numbers, Sixteen};

/// The machine without vector instructions.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Machine for Scalar {
    /// Product `i` is added to lane `i % 64` by a fused multiply-add, and a last block of fewer than 64 is padded
    /// with products of `+0.0`. Then lane `j` takes lane `j + 32`, then `+ 16`, `+ 8`, `+ 4`, `+ 2` and `+ 1`.
    fn sums<E: Encoding, S: Sums<K>, const K: usize>(self, query: &[u8], row: &[u8]) -> [f32; K] {
        let mut sums = [[0.0_f32; LANES]; K];
        let mut next = 0;
        for (q, x) in F32::values(query).zip(E::values(row)) {
            for (lanes, (a, b)) in sums.iter_mut().zip(S::products(q, x)) {
                lanes[next] = a.mul_add(b, lanes[next]);
            }
            next = (next + 1) % LANES;
        }
        sums.map(|mut lanes| {
            if next > 0 {
                for lane in &mut lanes[next..] {
                    *lane += 0.0; // The padding. Not without effect: it makes -0.0, from underflow, +0.0.
                }
            }
            self.fold(&lanes)
        })
    }

    fn fold(self, lanes: &[f32; LANES]) -> f32 {
        let mut lanes = *lanes;
        for n in [32, 16, 8, 4, 2, 1] {
            for j in 0..n {
                lanes[j] += lanes[j + n];
            }
        }
        lanes[0]
    }

    fn widen(self, halves: &[u16], floats: &mut [f32]) {
        widen(halves, floats);
    }

    fn narrow(self, floats: &[f32], halves: &mut [u16]) {
        narrow(floats, halves);
    }

    fn prefetch(self, _: &[u8]) {}

    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
        let mut dots = [0; 16];
        for (i, dot) in dots.iter_mut().enumerate() {
            for (at, numbers) in numbers.iter().enumerate() {
                // SAFETY: as the caller says.
                let codes = unsafe { rows.chunk(i, at) };
                for ((code, low), high) in codes.iter().zip(&numbers.low).zip(&numbers.high) {
                    *dot += i32::from(code & 15) * i32::from(*low) + i32::from(code >> 4) * i32::from(*high);
                }
            }
        }
        dots
    }

    fn estimates(
        self,
        formula: &Formula,
        dots: &[i32; 16],
        factors: &[u8; 192],
        threshold: f32,
        found: &mut Estimates,
    ) -> u16 {
        let mut reaching = 0;
        let factors = factors.as_chunks::<4>().0;
        for (i, dot) in dots.iter().enumerate() {
            let [scale, residual, norm] =
                [3 * i, 3 * i + 1, 3 * i + 2].map(|at| f32::from_le_bytes(factors[at]));
            let dot = (*dot as f32 * 2.0 - formula.offset) * formula.half_step * scale;
            let error = residual * formula.of_residual;
            let of_norm = formula.of_norm;
            let (estimate, error) = match formula.metric {
                Metric::Dot => (dot, error + norm * of_norm),
                Metric::Cosine => (dot * (1.0 / norm), error * (1.0 / norm) + of_norm),
                Metric::L2 => {
                    let both = formula.norm + norm;
                    let error = error + norm * of_norm;
                    (
                        (dot + dot) - (formula.norm_squared + norm * norm),
                        (error + error) + formula.slack * both * both,
                    )
                }
            };
            found.estimates[i] = estimate;
            found.bounds[i] = estimate + error;
            let bound = found.bounds[i];
            reaching |= u16::from(bound >= threshold || bound.is_nan()) << i;
        }
        reaching
    }
}

pub(crate) fn widen(halves: &[u16], floats: &mut [f32]) {
    for (half, float) in halves.iter().zip(floats) {
        *float = f16_to_f32(*half);
    }
}

pub(crate) fn narrow(floats: &[f32], halves: &mut [u16]) {
    for (float, half) in floats.iter().zip(halves) {
        *half = f32_to_f16(*float);
    }
}
