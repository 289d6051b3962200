use super::{BLOCK, NORMS, Shadow};
use crate::lanes::{F32, Job, LANES, Machine, bytes_of};
use crate::query::{Element, Rows};
use crate::sums::Dot;

/// The largest elements are cut to these shares of the greatest, and the best is kept.
const CLIPS: [f32; 5] = [1.0, 0.9, 0.8, 0.7, 0.6];
/// Above the real residual by more than its computation can be wrong.
const UP: f32 = 1.0 + 1e-5;

/// The shadow of rows that are encoded one batch after the other.
///
/// ```
/// use varve_kernels::{Element, Kernels, Rows, Shadow, ShadowBlocks};
///
/// let bytes: Vec<u8> = [1.0_f32, 0.0, 0.6, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
/// let mut blocks = ShadowBlocks::new(2);
/// Kernels::best().encode_shadow(Rows::new(&bytes, Element::F32), &mut blocks);
/// assert_eq!(blocks.take_whole(), []);
/// assert_eq!(Shadow::new(2, 2, blocks.bytes()).count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct ShadowBlocks {
    dimension: usize,
    bytes: Vec<u8>,
    /// In the last block of `bytes`.
    rows: usize,
}

impl ShadowBlocks {
    /// Of no rows yet.
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        Self {
            dimension,
            bytes: Vec::new(),
            rows: BLOCK,
        }
    }

    /// The blocks that were not taken, as [`Shadow`] reads them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the blocks out that no more row fits into, to be written before those that are left.
    #[must_use]
    pub fn take_whole(&mut self) -> Vec<u8> {
        let open = if self.rows < BLOCK {
            Shadow::bytes(self.dimension, 1)
        } else {
            0
        };
        let rest = self.bytes.split_off(self.bytes.len() - open);
        std::mem::replace(&mut self.bytes, rest)
    }

    /// Adds a row with these codes and factors.
    fn push(&mut self, codes: impl Iterator<Item = u8>, factors: [f32; 3]) {
        let size = Shadow::bytes(self.dimension, 1);
        if self.rows == BLOCK {
            self.rows = 0;
            self.bytes.resize(self.bytes.len() + size, 0);
        }
        let stride = Shadow::code_bytes(self.dimension);
        let start = self.bytes.len() - size;
        let (to, to_factors) = self.bytes[start..].split_at_mut(stride * BLOCK);
        for (to, code) in to[self.rows * stride..].iter_mut().zip(codes) {
            *to = code;
        }
        let to_factors = to_factors.as_chunks_mut::<4>().0;
        for (to, factor) in to_factors[3 * self.rows..].iter_mut().zip(factors) {
            *to = factor.to_le_bytes();
        }
        self.rows += 1;
    }
}

/// Encodes rows.
pub(crate) struct Encode<'a> {
    pub(crate) rows: Rows<'a>,
    pub(crate) blocks: &'a mut ShadowBlocks,
}

impl Job for Encode<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        let dimension = self.blocks.dimension;
        let stride = Shadow::code_bytes(dimension);
        let count = self.rows.count(dimension);
        let mut row = vec![0.0_f32; dimension];
        let mut halves = vec![0_u16; dimension];
        let mut levels = vec![0_u8; 2 * stride];
        self.blocks.bytes.reserve(Shadow::bytes(dimension, count));
        for position in 0..count {
            let Some(bytes) = self.rows.row(dimension, position) else {
                return;
            };
            match self.rows.element {
                Element::F32 => {
                    for (to, from) in row.iter_mut().zip(bytes.as_chunks().0) {
                        *to = f32::from_le_bytes(*from);
                    }
                }
                Element::F16 => {
                    for (to, from) in halves.iter_mut().zip(bytes.as_chunks().0) {
                        *to = u16::from_le_bytes(*from);
                    }
                    machine.widen(&halves, &mut row);
                }
            }
            let factors = encode(machine, &row, &mut levels[..dimension]);
            let (low, high) = levels.split_at(stride);
            let codes = low.iter().zip(high).map(|(low, high)| low | high << 4);
            self.blocks.push(codes, factors);
        }
    }
}

/// The codes of a row; returns its scale, its residual and its norm.
#[inline(always)]
fn encode<M: Machine>(machine: M, row: &[f32], levels: &mut [u8]) -> [f32; 3] {
    let greatest = greatest(row);
    let [norm_squared] = machine.sums::<F32, Dot, 1>(bytes_of(row), bytes_of(row));
    let norm = norm_squared.sqrt();
    if !NORMS.contains(&f64::from(norm)) {
        levels.fill(0);
        let zero = row.iter().all(|&x| x == 0.0);
        return if zero {
            [0.0, 0.0, f32::MIN_POSITIVE]
        } else {
            [0.0, f32::INFINITY, 1.0]
        };
    }
    let (mut step, mut least) = (0.0, f32::INFINITY);
    for clip in CLIPS {
        let tried = greatest * clip / 7.5;
        let error = error(machine, row, tried);
        if error < least {
            (step, least) = (tried, error);
        }
    }
    let inverse = 1.0 / step;
    for (level, &x) in levels.iter_mut().zip(row) {
        *level = (shifted(x, inverse).to_bits() & 15) as u8;
    }
    // With this scale the error is orthogonal to the row, so that the estimate is not biased for what is near it.
    let scale = norm_squared / product(machine, row, inverse);
    let residual = residual(machine, row, inverse, scale).sqrt() * UP;
    if scale.is_finite() && residual.is_finite() {
        [scale, residual, norm]
    } else {
        [0.0, f32::INFINITY, 1.0]
    }
}

/// 2^23 + 2^22: a number from 0 to 15 added to it is rounded to a whole one, in the lowest bits.
const SHIFT: f32 = 12_582_912.0;

/// The code of an element, plus [`SHIFT`].
#[inline(always)]
fn shifted(x: f32, inverse: f32) -> f32 {
    let level = x * inverse + 7.5;
    let level = if level > 0.0 { level } else { 0.0 };
    let level = if level < 15.0 { level } else { 15.0 };
    level + SHIFT
}

/// What the code of an element stands for, in steps.
#[inline(always)]
fn steps(x: f32, inverse: f32) -> f32 {
    shifted(x, inverse) - SHIFT - 7.5
}

// The sums have 64 lanes, and no multiply-add: the same bits on every machine.

#[inline(always)]
fn greatest(row: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (blocks, rest) = row.as_chunks::<LANES>();
    for block in blocks {
        for i in 0..LANES {
            lanes[i] = greater(block[i].abs(), lanes[i]);
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane = greater(x.abs(), *lane);
    }
    for n in [32, 16, 8, 4, 2, 1] {
        for j in 0..n {
            lanes[j] = greater(lanes[j], lanes[j + n]);
        }
    }
    lanes[0]
}

#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The squared error of a row at a step.
#[inline(always)]
fn error<M: Machine>(machine: M, row: &[f32], step: f32) -> f32 {
    let inverse = 1.0 / step;
    let in_steps = sum(machine, row, |x| {
        let e = x * inverse + 7.5 - (shifted(x, inverse) - SHIFT);
        e * e
    });
    in_steps * step * step
}

/// The squared distance of a row from its codes at a scale.
#[inline(always)]
fn residual<M: Machine>(machine: M, row: &[f32], inverse: f32, scale: f32) -> f32 {
    sum(machine, row, |x| {
        let e = x - scale * steps(x, inverse);
        e * e
    })
}

/// The dot product of a row and its codes, in steps.
#[inline(always)]
fn product<M: Machine>(machine: M, row: &[f32], inverse: f32) -> f32 {
    sum(machine, row, |x| x * steps(x, inverse))
}

/// The sum of something over the elements of a row.
#[inline(always)]
fn sum<M: Machine>(machine: M, row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (blocks, rest) = row.as_chunks::<LANES>();
    for block in blocks {
        for i in 0..LANES {
            lanes[i] += of(block[i]);
        }
    }
    if !rest.is_empty() {
        // On their own, so that the lanes above stay in registers.
        let mut last = [0.0_f32; LANES];
        for (lane, &x) in last.iter_mut().zip(rest) {
            *lane = of(x);
        }
        for i in 0..LANES {
            lanes[i] += last[i];
        }
    }
    machine.fold(&lanes)
}
