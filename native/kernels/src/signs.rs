//! One-bit codes: a vector as the signs of its rotated residual, and what turns them into an estimate (RaBitQ).
//!
//! Of a row the residual `r = o - c` is kept: what is left of it beside the centre `c` of its list. Its code is the sign
//! of each element. For any vector `v` the product `<v, r>` is estimated by `|r|^2 / |r|_1 * sum(sign(r) * v)`, without
//! bias over rotations, and with an error of standard deviation `0.61 * |v| * |r|^2 / |r|_1`.

use crate::dispatch::Kernels;
use crate::lanes::{Job, Machine};

/// Rows of a block.
pub const BLOCK_ROWS: usize = 32;
/// Bytes of what is kept of each row beside its signs, for all rows of a block.
pub(crate) const FACTORS: usize = BLOCK_ROWS * 8;
/// Lanes of the sums over a residual.
const LANES: usize = 16;

/// The bytes of a block of 32 rows of that many dimensions, a multiple of 64: `dimensions * 4` of signs, then 32 `add`
/// and 32 `factor`, both `f32`.
///
/// Byte `16 * g + i` of the signs holds those of dimensions `4 * g ..` of row `i` in its lower four bits and of row
/// `i + 16` in its upper four, the first dimension lowest, 1 for plus.
#[must_use]
pub const fn block_bytes(dimensions: usize) -> usize {
    dimensions * 4 + FACTORS
}

/// What the estimate of a row is made of, beside its signs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Residual {
    /// `|r|^2`.
    pub norm_squared: f32,
    /// `|r|_1`.
    pub norm_one: f32,
    /// `sum(sign(r) * c)`.
    pub signs_centre: f32,
    /// `<r, c>`.
    pub dot_centre: f32,
}

impl Residual {
    /// `|r|^2 / |r|_1`: the length of the row in units of its signs. Zero for a residual of zero.
    #[must_use]
    pub fn factor(&self) -> f32 {
        if self.norm_one > 0.0 {
            self.norm_squared / self.norm_one
        } else {
            0.0
        }
    }
}

impl Kernels {
    /// Writes the signs of `row - centre` into `signs`, one bit a dimension, the first lowest, and returns the sums over it.
    ///
    /// `row` and `centre` have a multiple of 64 elements, `signs` an eighth of it; otherwise nothing is written. The same
    /// bits on every instruction set.
    pub fn encode_signs(self, row: &[f32], centre: &[f32], signs: &mut [u8]) -> Residual {
        if row.len() != centre.len() || !row.len().is_multiple_of(64) || signs.len() * 8 != row.len() {
            return Residual::default();
        }
        self.run(Encode { row, centre, signs })
    }
}

/// A query as tables: for each four dimensions the sum of every choice of signs, in bytes of one scale.
#[derive(Clone, Debug, Default)]
pub struct SignQuery {
    pub(crate) table: Vec<i8>,
    pub(crate) scale: f32,
}

impl SignQuery {
    /// The tables of a vector, rotated as the rows were. It has a multiple of 64 elements.
    #[must_use]
    pub fn new(query: &[f32]) -> Self {
        let mut tables = SignQuery::default();
        tables.set(query);
        tables
    }

    /// Replaces the query, keeping the memory.
    pub fn set(&mut self, query: &[f32]) {
        let groups = query.as_chunks::<4>().0;
        let reach = |four: &[f32; 4]| four.iter().map(|x| x.abs()).sum::<f32>();
        let largest = groups.iter().map(reach).fold(0.0, f32::max);
        self.scale = largest / 127.0;
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        self.table.clear();
        self.table.resize(groups.len() * 16, 0);
        for (four, table) in groups.iter().zip(self.table.as_chunks_mut::<16>().0) {
            let [a, b, c, d] = four.map(|x| x * inverse);
            let pairs = [-a - b, a - b, b - a, a + b];
            let others = [-c - d, c - d, d - c, c + d];
            for (signs, to) in table.iter_mut().enumerate() {
                *to = nearest_i8(pairs[signs % 4] + others[signs / 4]);
            }
        }
    }

    /// The dimensions.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.table.len() / 4
    }

    /// The standard deviation that the rounding of the tables gives to a sum over them: each entry is off by at most half a
    /// step, anywhere in it.
    #[must_use]
    pub fn deviation(&self) -> f32 {
        self.scale * (self.dimensions() as f32 / 4.0 / 12.0).sqrt()
    }
}

/// The nearest whole number to one that is well inside the range of `i32`.
#[inline(always)]
pub(crate) fn nearest_i8(x: f32) -> i8 {
    // Adding 1.5 * 2^23 leaves the rounded number in the lowest bits.
    (x + 12_582_912.0).to_bits() as i8
}

/// A scan of blocks.
#[derive(Clone, Copy, Debug)]
pub struct SignScan<'a> {
    /// The query.
    pub query: &'a SignQuery,
    /// The blocks, end to end.
    pub blocks: &'a [u8],
    /// What all estimates have in common.
    pub base: f32,
    /// How much a row's factor adds to its bound.
    pub weight: f32,
    /// The least bound that is of interest.
    pub threshold: f32,
    /// The position of the first row.
    pub first: u32,
}

/// A row that a scan found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Its estimated score.
    pub estimate: f32,
    /// What its score hardly exceeds.
    pub bound: f32,
    /// Its position.
    pub position: u32,
}

struct Encode<'a> {
    row: &'a [f32],
    centre: &'a [f32],
    signs: &'a mut [u8],
}

impl Job for Encode<'_> {
    type Out = Residual;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> Residual {
        let mut sums = [[0.0_f32; LANES]; 4];
        let rows = self.row.as_chunks::<LANES>().0.iter();
        let centres = self.centre.as_chunks::<LANES>().0.iter();
        for ((row, centre), signs) in rows.zip(centres).zip(self.signs.as_chunks_mut::<2>().0) {
            let mut bits = 0_u16;
            for i in 0..LANES {
                let r = row[i] - centre[i];
                let minus = r.to_bits() & 0x8000_0000;
                sums[0][i] += r * r;
                sums[1][i] += f32::from_bits(r.to_bits() ^ minus);
                sums[2][i] += f32::from_bits(centre[i].to_bits() ^ minus);
                sums[3][i] += r * centre[i];
                bits |= u16::from(minus == 0) << i;
            }
            *signs = bits.to_le_bytes();
        }
        let [norm_squared, norm_one, signs_centre, dot_centre] = sums.map(|mut lanes| {
            for n in [8, 4, 2, 1] {
                for i in 0..n {
                    lanes[i] += lanes[i + n];
                }
            }
            lanes[0]
        });
        Residual {
            norm_squared,
            norm_one,
            signs_centre,
            dot_centre,
        }
    }
}

/// Puts the code of a row into its place in a block of `dimensions`, which was zero there.
///
/// `row` is below 32, `signs` has an eighth of the dimensions in bytes and `block` [`block_bytes`]; otherwise nothing
/// happens. A row without a code in a block must have `add` NaN.
pub fn put_signs(block: &mut [u8], row: usize, signs: &[u8], add: f32, factor: f32) {
    let codes = signs.len() * 32;
    if row >= BLOCK_ROWS || block.len() != codes + FACTORS {
        return;
    }
    let (lane, shift) = (row % 16, row / 16 * 4);
    let (groups, factors) = block.split_at_mut(codes);
    for (byte, pair) in signs.iter().zip(groups.as_chunks_mut::<32>().0) {
        pair[lane] |= (byte & 15) << shift;
        pair[lane + 16] |= (byte >> 4) << shift;
    }
    factors[row * 4..row * 4 + 4].copy_from_slice(&add.to_le_bytes());
    factors[128 + row * 4..132 + row * 4].copy_from_slice(&factor.to_le_bytes());
}
