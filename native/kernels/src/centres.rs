//! Vectors in bytes, and centres made of them.

use crate::dispatch::Kernels;
use crate::lanes::{Job, Machine};
use crate::signs::nearest_i8;

/// Centres that are held in registers at a time.
pub(crate) const TILE: usize = 64;

impl Kernels {
    /// Writes the elements of a vector as bytes and returns their scale: `x` is about `scale * byte`.
    ///
    /// The largest becomes 127. Elements that are not finite give any bytes. Up to the end of the shorter slice.
    pub fn to_bytes(self, vector: &[f32], bytes: &mut [i8]) -> f32 {
        self.run(ToBytes { vector, bytes })
    }

    /// The product of two vectors of bytes, over the shorter length. Exact up to 100,000 elements.
    #[must_use]
    pub fn dot_bytes(self, a: &[i8], b: &[i8]) -> i32 {
        self.run(DotBytes { a, b })
    }
}

/// Centres as bytes.
#[derive(Clone, Debug)]
pub struct Centres {
    pub(crate) dimensions: usize,
    /// End to end.
    pub(crate) rows: Vec<i8>,
    /// For each 64 centres and each 4 dimensions: 4 bytes of each centre, plus 128.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(dead_code, reason = "only the tiles of x86-64 read it")
    )]
    pub(crate) tiles: Vec<u8>,
    /// Filled up to whole tiles with zeros, as are `halves` with infinity.
    pub(crate) scales: Vec<f32>,
    /// `|centre|^2 / 2`.
    pub(crate) halves: Vec<f32>,
}

impl Centres {
    /// Centres, end to end, of that many dimensions, a multiple of 64.
    #[must_use]
    pub fn new(kernels: Kernels, centres: &[f32], dimensions: usize) -> Self {
        let count = centres.len() / dimensions.max(1);
        let full = count.next_multiple_of(TILE);
        let mut rows = vec![0; count * dimensions];
        let mut scales = vec![0.0; full];
        let mut halves = vec![f32::INFINITY; full];
        for (i, centre) in centres.chunks_exact(dimensions.max(1)).enumerate() {
            let bytes = &mut rows[i * dimensions..][..dimensions];
            scales[i] = kernels.to_bytes(centre, bytes);
            let squares = kernels.dot_bytes(bytes, bytes) as f32;
            halves[i] = squares * scales[i] * scales[i] / 2.0;
        }
        let mut tiles = vec![128; full * dimensions];
        for (i, row) in rows.chunks_exact(dimensions.max(1)).enumerate() {
            let tile = &mut tiles[i / TILE * TILE * dimensions..];
            for (four, bytes) in row.as_chunks::<4>().0.iter().enumerate() {
                let to = &mut tile[(four * TILE + i % TILE) * 4..][..4];
                to.copy_from_slice(&bytes.map(|x| (x as u8) ^ 128));
            }
        }
        Centres {
            dimensions,
            rows,
            tiles,
            scales,
            halves,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len() / self.dimensions.max(1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The bytes of a centre and their scale.
    #[must_use]
    pub fn get(&self, centre: usize) -> (&[i8], f32) {
        let start = centre * self.dimensions;
        let bytes = self.rows.get(start..start + self.dimensions).unwrap_or_default();
        (bytes, self.scales.get(centre).copied().unwrap_or(0.0))
    }
}

/// Bytes as they are stored, as the numbers that they are.
#[must_use]
pub fn signed_bytes(bytes: &[u8]) -> &[i8] {
    // SAFETY: both types have one byte, no alignment, and every bit pattern.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
}

struct ToBytes<'a> {
    vector: &'a [f32],
    bytes: &'a mut [i8],
}

impl Job for ToBytes<'_> {
    type Out = f32;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> f32 {
        let mut largest = [0_u32; 16];
        let (blocks, rest) = self.vector.as_chunks::<16>();
        for block in blocks {
            for i in 0..16 {
                // Absolute floats are in the order of their bits.
                largest[i] = largest[i].max(block[i].to_bits() & 0x7fff_ffff);
            }
        }
        let rest = rest.iter().map(|x| x.to_bits() & 0x7fff_ffff);
        let largest = f32::from_bits(largest.into_iter().chain(rest).max().unwrap_or(0));
        let inverse = 127.0 / largest;
        if !inverse.is_finite() {
            self.bytes.fill(0);
            return 0.0;
        }
        for (x, byte) in self.vector.iter().zip(self.bytes) {
            *byte = nearest_i8(x * inverse);
        }
        largest / 127.0
    }
}

struct DotBytes<'a> {
    a: &'a [i8],
    b: &'a [i8],
}

impl Job for DotBytes<'_> {
    type Out = i32;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> i32 {
        dot(self.a, self.b)
    }
}

#[inline(always)]
pub(crate) fn dot(a: &[i8], b: &[i8]) -> i32 {
    let mut sum = 0_i32;
    for (x, y) in a.iter().zip(b) {
        sum = sum.wrapping_add(i32::from(i16::from(*x) * i16::from(*y)));
    }
    sum
}
