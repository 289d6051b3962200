//! What the canonical sums are made of: encodings of rows, registers of lanes, and machines that use them.

use crate::shadow::{Estimates, Formula, Numbers, Sixteen};

/// Lanes of a canonical sum, and elements of a block.
pub(crate) const LANES: usize = 64;

/// Work to be compiled for each instruction set.
pub(crate) trait Job {
    type Out;

    /// To be `#[inline(always)]`, like all that it calls with the machine: what is not inlined into the function
    /// that enables the instruction set is compiled without it.
    fn run<M: Machine>(self, machine: M) -> Self::Out;
}

/// Something that computes canonical sums.
pub(crate) trait Machine: Copy {
    /// The sums over a query, encoded as `F32`, and a row.
    ///
    /// Both have the same number of elements; otherwise the sums mean nothing.
    fn sums<E: Encoding, S: Sums<K>, const K: usize>(self, query: &[u8], row: &[u8]) -> [f32; K];

    /// The end of every sum: lane `j` takes lane `j + 32` for all `j` below 32, then lane `j + 16` for those below 16, and
    /// so on to lane 1.
    fn fold(self, lanes: &[f32; LANES]) -> f32;

    /// Converts halves to as many floats.
    fn widen(self, halves: &[u16], floats: &mut [f32]);

    /// Converts floats to as many halves.
    fn narrow(self, floats: &[f32], halves: &mut [u16]);

    /// Asks the CPU to fetch a row that is read soon.
    fn prefetch(self, row: &[u8]);

    /// The dot products of the 4-bit codes of 16 rows with the numbers of a query.
    ///
    /// # Safety
    /// Each row has a chunk for each of the numbers.
    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16];

    /// Which of 16 rows with such dot products and factors may reach a threshold, one bit a row. What is known of
    /// the scores of these, and maybe of others, is written.
    fn estimates(
        self,
        formula: &Formula,
        dots: &[i32; 16],
        factors: &[u8; 192],
        threshold: f32,
        found: &mut Estimates,
    ) -> u16;
}

/// `K` canonical sums over the same elements.
pub(crate) trait Sums<const K: usize> {
    /// What an element of the query and one of the row add to each sum: the product of two factors.
    fn products(q: f32, x: f32) -> [(f32, f32); K];

    /// What a register of elements adds to each sum.
    fn wide_products<V: Simd<N>, const N: usize>(
        simd: V,
        q: V::Vector,
        x: V::Vector,
    ) -> [(V::Vector, V::Vector); K];
}

/// Registers of `64 / N` lanes, so that `N` of them are the 64 lanes of a sum.
///
/// A value of the type is the proof that the CPU has the instructions.
pub(crate) trait Simd<const N: usize>: Copy {
    type Vector: Copy;

    /// Registers that the CPU has.
    const REGISTERS: usize;

    /// A register with one value in all lanes.
    fn splat(self, value: f32) -> Self::Vector;
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// `a * b + c`, rounded once.
    fn multiply_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;

    /// Adds the upper half of the lanes to the lower half until one is left.
    fn fold(self, lanes: Self::Vector) -> f32;

    /// Register `i` of a block.
    fn load_f32(self, block: &[u8; 4 * LANES], i: usize) -> Self::Vector;
    fn load_f16(self, block: &[u8; 2 * LANES], i: usize) -> Self::Vector;

    /// Register `i` of a block of which only the start is there. The rest is `+0.0`.
    fn load_tail_f32(self, tail: &[u8], i: usize) -> Self::Vector;
    fn load_tail_f16(self, tail: &[u8], i: usize) -> Self::Vector;

    fn store_f32(self, lanes: Self::Vector, block: &mut [f32; LANES], i: usize);
    fn store_f16(self, lanes: Self::Vector, block: &mut [u16; LANES], i: usize);

    fn prefetch(self, row: &[u8]);

    /// As [`Machine::code_dots`].
    ///
    /// # Safety
    /// As there.
    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16];

    fn multiply(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn divide(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Register `i` of the first, of the second and of the third of 16 times three numbers: `16 / 64 * N` registers hold 16.
    fn load_sixteen_threes(self, floats: &[u8; 192], i: usize) -> [Self::Vector; 3];
    fn convert_sixteen(self, whole: &[i32; 16], i: usize) -> Self::Vector;
    fn store_sixteen(self, lanes: Self::Vector, floats: &mut [f32; 16], i: usize);

    /// One bit a lane: `a` is not less than `b`, or one of them is not a number.
    fn not_less(self, a: Self::Vector, b: Self::Vector) -> u16;
}

/// How the elements of a row are held as bytes.
pub(crate) trait Encoding {
    /// Bytes of one element.
    const SIZE: usize;

    /// The bytes of 64 elements.
    type Block;

    /// The whole blocks of a row, and what is left.
    fn blocks(row: &[u8]) -> (&[Self::Block], &[u8]);

    /// The elements in order.
    fn values(row: &[u8]) -> impl Iterator<Item = f32> + Clone;

    fn load<V: Simd<N>, const N: usize>(simd: V, block: &Self::Block, i: usize) -> V::Vector;
    fn load_tail<V: Simd<N>, const N: usize>(simd: V, tail: &[u8], i: usize) -> V::Vector;
}

/// IEEE 754 binary32, little-endian.
pub(crate) struct F32;

impl Encoding for F32 {
    const SIZE: usize = 4;
    type Block = [u8; 4 * LANES];

    #[inline(always)]
    fn blocks(row: &[u8]) -> (&[Self::Block], &[u8]) {
        row.as_chunks()
    }

    fn values(row: &[u8]) -> impl Iterator<Item = f32> + Clone {
        row.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes))
    }

    #[inline(always)]
    fn load<V: Simd<N>, const N: usize>(simd: V, block: &Self::Block, i: usize) -> V::Vector {
        simd.load_f32(block, i)
    }

    #[inline(always)]
    fn load_tail<V: Simd<N>, const N: usize>(simd: V, tail: &[u8], i: usize) -> V::Vector {
        simd.load_tail_f32(tail, i)
    }
}

/// IEEE 754 binary16, little-endian.
pub(crate) struct F16;

impl Encoding for F16 {
    const SIZE: usize = 2;
    type Block = [u8; 2 * LANES];

    #[inline(always)]
    fn blocks(row: &[u8]) -> (&[Self::Block], &[u8]) {
        row.as_chunks()
    }

    fn values(row: &[u8]) -> impl Iterator<Item = f32> + Clone {
        row.as_chunks()
            .0
            .iter()
            .map(|&bytes| crate::f16::f16_to_f32(u16::from_le_bytes(bytes)))
    }

    #[inline(always)]
    fn load<V: Simd<N>, const N: usize>(simd: V, block: &Self::Block, i: usize) -> V::Vector {
        simd.load_f16(block, i)
    }

    #[inline(always)]
    fn load_tail<V: Simd<N>, const N: usize>(simd: V, tail: &[u8], i: usize) -> V::Vector {
        simd.load_tail_f16(tail, i)
    }
}

/// Numbers that are nothing but their bytes.
pub(crate) trait Number: Copy {}
impl Number for f32 {}
impl Number for u16 {}

/// The bytes of numbers in memory, which are little-endian on every target that this crate compiles for.
#[inline(always)]
pub(crate) fn bytes_of<T: Number>(numbers: &[T]) -> &[u8] {
    // SAFETY: the slice is valid for as many bytes, `u8` has no alignment, and a `Number` has no padding.
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
}

/// Bytes `i * SIZE ..` of a tail. Those past its end are zero.
#[inline(always)]
pub(crate) fn padded<const SIZE: usize>(tail: &[u8], i: usize) -> [u8; SIZE] {
    let rest = tail.get(i * SIZE..).unwrap_or_default();
    if let Some(whole) = rest.first_chunk() {
        return *whole;
    }
    let mut bytes = [0; SIZE];
    bytes[..rest.len()].copy_from_slice(rest);
    bytes
}
