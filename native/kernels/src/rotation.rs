//! A random rotation that costs `n log n` and is kept as a seed.

use crate::dispatch::Kernels;
use crate::lanes::{Job, Machine};

/// Rounds of signs, Hadamard transform and Givens rotation.
const ROUNDS: usize = 4;
/// Dimensions are filled up with zeros to a multiple of this.
const ALIGNED: usize = 64;

/// A random rotation of vectors, made from a seed.
///
/// Four rounds of: random signs; a fast Hadamard transform of the first or, in odd rounds, the last `2^k` elements; a
/// rotation by 45 degrees between the halves, where the transform does not take them whole (the "FhtKac" rotation of the RaBitQ library). Lengths and angles stay as
/// they are, up to rounding, and every direction becomes like a random one. The result has the same bits on every
/// instruction set.
///
/// ```
/// use varve_kernels::{Kernels, Rotation};
///
/// let rotation = Rotation::new(100, 7);
/// let mut rotated = vec![0.0; rotation.padded()];
/// rotation.apply(Kernels::best(), &[0.1; 100], &mut rotated);
/// assert_eq!(rotated.len(), 128);
/// let norm: f32 = rotated.iter().map(|x| x * x).sum();
/// assert!((norm - 1.0).abs() < 1e-5);
/// ```
#[derive(Clone, Debug)]
pub struct Rotation {
    dimensions: usize,
    padded: usize,
    /// For each round and element, the sign bit to flip or nothing.
    flips: Vec<u32>,
}

impl Rotation {
    /// The rotation of that seed for vectors of that many elements.
    #[must_use]
    pub fn new(dimensions: usize, seed: u64) -> Self {
        let padded = dimensions.max(1).next_multiple_of(ALIGNED);
        let mut state = seed;
        let mut flips = Vec::with_capacity(ROUNDS * padded);
        while flips.len() < ROUNDS * padded {
            let bits = split_mix(&mut state);
            flips.extend((0..64).map(|bit| ((bits >> bit & 1) as u32) << 31));
        }
        Rotation {
            dimensions,
            padded,
            flips,
        }
    }

    /// The length of a rotated vector: the dimensions, filled up to a multiple of 64.
    #[must_use]
    pub fn padded(&self) -> usize {
        self.padded
    }

    /// Rotates `vector` into `rotated`. What is missing of the vector is zero; `rotated` has [`Rotation::padded`] elements.
    pub fn apply(&self, kernels: Kernels, vector: &[f32], rotated: &mut [f32]) {
        if rotated.len() == self.padded {
            kernels.run(Rotate {
                rotation: self,
                vector,
                rotated,
            });
        }
    }
}

/// The next number of Vigna's SplitMix64.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

struct Rotate<'a> {
    rotation: &'a Rotation,
    vector: &'a [f32],
    rotated: &'a mut [f32],
}

impl Job for Rotate<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        let Rotate {
            rotation,
            vector,
            rotated,
        } = self;
        let given = vector.len().min(rotation.dimensions);
        rotated[..given].copy_from_slice(&vector[..given]);
        rotated[given..].fill(0.0);
        let power = 1 << rotation.padded.ilog2();
        let scale = 1.0 / (power as f32).sqrt();
        for (round, flips) in rotation
            .flips
            .chunks_exact(rotation.padded)
            .take(ROUNDS)
            .enumerate()
        {
            for (x, flip) in rotated.iter_mut().zip(flips) {
                *x = f32::from_bits(x.to_bits() ^ flip);
            }
            let start = if round % 2 == 0 {
                0
            } else {
                rotation.padded - power
            };
            hadamard(&mut rotated[start..start + power], scale);
            if power == rotation.padded {
                // The halves are mixed already; once more would undo it.
                continue;
            }
            let (lower, upper) = rotated.split_at_mut(rotation.padded / 2);
            for (a, b) in lower.iter_mut().zip(upper) {
                let (sum, difference) = (*a + *b, *a - *b);
                *a = sum * std::f32::consts::FRAC_1_SQRT_2;
                *b = difference * std::f32::consts::FRAC_1_SQRT_2;
            }
        }
    }
}

/// The Hadamard transform of a power of two of at least 64 elements, times `scale`.
#[inline(always)]
fn hadamard(x: &mut [f32], scale: f32) {
    for eight in x.as_chunks_mut::<8>().0 {
        *eight = of_eight(*eight, scale);
    }
    let mut half = 8;
    while half < x.len() {
        for pair in x.chunks_exact_mut(2 * half) {
            let (lower, upper) = pair.split_at_mut(half);
            for (a, b) in lower
                .as_chunks_mut::<8>()
                .0
                .iter_mut()
                .zip(upper.as_chunks_mut::<8>().0)
            {
                for i in 0..8 {
                    (a[i], b[i]) = (a[i] + b[i], a[i] - b[i]);
                }
            }
        }
        half *= 2;
    }
}

#[inline(always)]
fn of_eight(x: [f32; 8], scale: f32) -> [f32; 8] {
    let a = [
        x[0] + x[4],
        x[1] + x[5],
        x[2] + x[6],
        x[3] + x[7],
        x[0] - x[4],
        x[1] - x[5],
        x[2] - x[6],
        x[3] - x[7],
    ];
    let b = [
        a[0] + a[2],
        a[1] + a[3],
        a[0] - a[2],
        a[1] - a[3],
        a[4] + a[6],
        a[5] + a[7],
        a[4] - a[6],
        a[5] - a[7],
    ];
    [
        (b[0] + b[1]) * scale,
        (b[0] - b[1]) * scale,
        (b[2] + b[3]) * scale,
        (b[2] - b[3]) * scale,
        (b[4] + b[5]) * scale,
        (b[4] - b[5]) * scale,
        (b[6] + b[7]) * scale,
        (b[6] - b[7]) * scale,
    ]
}
