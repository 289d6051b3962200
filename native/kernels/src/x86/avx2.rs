//! 8 lanes: AVX2, FMA and F16C.

use std::arch::x86_64::*;

use crate::lanes::{Job, LANES, Simd, padded};
use crate::shadow::{Numbers, Sixteen};
use crate::wide::Wide;

/// Proof that the CPU has AVX2, FMA and F16C.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

/// Runs the job with AVX2.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn with_avx2<J: Job>(job: J) -> J::Out {
    job.run(Wide(Avx2::proven()))
}

impl Avx2 {
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn proven() -> Self {
        Avx2(())
    }
}

impl Simd<8> for Avx2 {
    type Vector = __m256;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    fn subtract(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    fn multiply_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: `self` proves FMA.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn fold(self, lanes: __m256) -> f32 {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps::<1>(lanes));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn load_f32(self, block: &[u8; 4 * LANES], i: usize) -> __m256 {
        let bytes = &block.as_chunks::<32>().0[i];
        // SAFETY: `self` proves AVX2, and the 32 bytes are there, at any alignment.
        unsafe { _mm256_loadu_ps(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn load_f16(self, block: &[u8; 2 * LANES], i: usize) -> __m256 {
        let bytes = &block.as_chunks::<16>().0[i];
        // SAFETY: `self` proves F16C, and the 16 bytes are there, at any alignment.
        unsafe { _mm256_cvtph_ps(_mm_loadu_si128(bytes.as_ptr().cast())) }
    }

    #[inline(always)]
    fn load_tail_f32(self, tail: &[u8], i: usize) -> __m256 {
        let from = tail.as_ptr().wrapping_add(32 * i);
        let left = (tail.len() / 4).saturating_sub(8 * i).min(8) as i32;
        // SAFETY: `self` proves AVX2, and the mask keeps the load inside `tail`.
        unsafe {
            let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            _mm256_maskload_ps(from.cast(), _mm256_cmpgt_epi32(_mm256_set1_epi32(left), lane))
        }
    }

    #[inline(always)]
    fn load_tail_f16(self, tail: &[u8], i: usize) -> __m256 {
        let bytes: [u8; 16] = padded(tail, i);
        // SAFETY: `self` proves F16C, and the 16 bytes are there, at any alignment.
        unsafe { _mm256_cvtph_ps(_mm_loadu_si128(bytes.as_ptr().cast())) }
    }

    #[inline(always)]
    fn store_f32(self, lanes: __m256, block: &mut [f32; LANES], i: usize) {
        let to = &mut block.as_chunks_mut::<8>().0[i];
        // SAFETY: `self` proves AVX2, and there is room for 8 floats.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn store_f16(self, lanes: __m256, block: &mut [u16; LANES], i: usize) {
        let to = &mut block.as_chunks_mut::<8>().0[i];
        // SAFETY: `self` proves F16C, and there is room for 8 halves.
        unsafe {
            let halves = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(lanes);
            _mm_storeu_si128(to.as_mut_ptr().cast(), halves);
        }
    }

    #[inline(always)]
    fn multiply(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_mul_ps(a, b) }
    }

    #[inline(always)]
    fn divide(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_div_ps(a, b) }
    }

    #[inline(always)]
    fn load_sixteen_threes(self, floats: &[u8; 192], i: usize) -> [__m256; 3] {
        let bytes = &floats.as_chunks::<96>().0[i].as_chunks::<32>().0;
        // SAFETY: `self` proves AVX2, and each of the three has 32 bytes, at any alignment.
        unsafe {
            let a = _mm256_loadu_ps(bytes[0].as_ptr().cast());
            let b = _mm256_loadu_ps(bytes[1].as_ptr().cast());
            let c = _mm256_loadu_ps(bytes[2].as_ptr().cast());
            // Each lane has one number of each kind among the three registers; three times three are eight, plus one.
            let first = _mm256_blend_ps::<0b0010_0100>(_mm256_blend_ps::<0b1001_0010>(a, b), c);
            let second = _mm256_blend_ps::<0b0100_1001>(_mm256_blend_ps::<0b0010_0100>(a, b), c);
            let third = _mm256_blend_ps::<0b1001_0010>(_mm256_blend_ps::<0b0100_1001>(a, b), c);
            [
                _mm256_permutevar8x32_ps(first, _mm256_setr_epi32(0, 3, 6, 1, 4, 7, 2, 5)),
                _mm256_permutevar8x32_ps(second, _mm256_setr_epi32(1, 4, 7, 2, 5, 0, 3, 6)),
                _mm256_permutevar8x32_ps(third, _mm256_setr_epi32(2, 5, 0, 3, 6, 1, 4, 7)),
            ]
        }
    }

    #[inline(always)]
    fn convert_sixteen(self, whole: &[i32; 16], i: usize) -> __m256 {
        let whole = &whole.as_chunks::<8>().0[i];
        // SAFETY: `self` proves AVX2, and the 8 numbers are there.
        unsafe { _mm256_cvtepi32_ps(_mm256_loadu_si256(whole.as_ptr().cast())) }
    }

    #[inline(always)]
    fn store_sixteen(self, lanes: __m256, floats: &mut [f32; 16], i: usize) {
        let to = &mut floats.as_chunks_mut::<8>().0[i];
        // SAFETY: `self` proves AVX2, and there is room for 8 floats.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn not_less(self, a: __m256, b: __m256) -> u16 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NLT_UQ>(a, b)) as u16 }
    }

    #[inline(always)]
    fn prefetch(self, row: &[u8]) {
        for line in row.chunks(64) {
            // SAFETY: SSE is part of x86-64, and a prefetch has no effect that a program can see.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
        }
    }

    #[inline(always)]
    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
        // SAFETY: `self` proves AVX2, and the rows are as the caller says.
        unsafe { code_dots(rows, numbers) }
    }
}

/// The sums of a row's products stay apart in the 8 lanes of a register until 8 rows are added up together.
///
/// # Safety
/// Each row has a chunk for each of the numbers.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn code_dots(rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
    let mut out = [0; 16];
    for (half, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let mut sums = [_mm256_setzero_si256(); 8];
        for (i, sum) in sums.iter_mut().enumerate() {
            // SAFETY: as the caller says.
            *sum = unsafe { code_dot(rows, 8 * half + i, numbers) };
        }
        // SAFETY: there is room for 8 numbers.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), added_up(sums)) };
    }
    out
}

/// Products of a code and a number are at most 15 x 127, so that 16 bits hold the sum of 17 of them: of two chunks of 64
/// bytes, of which each adds eight to a lane, they hold it.
///
/// # Safety
/// As [`code_dots`].
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn code_dot(rows: &Sixteen, row: usize, numbers: &[Numbers]) -> __m256i {
    let ones = _mm256_set1_epi16(1);
    let mut sum = _mm256_setzero_si256();
    let (pairs, last) = numbers.as_chunks::<2>();
    // SAFETY: as the caller says; a prefetch has no effect that a program can see.
    unsafe {
        for (i, pair) in pairs.iter().enumerate() {
            _mm_prefetch::<_MM_HINT_T0>(rows.next(row, 2 * i).cast());
            _mm_prefetch::<_MM_HINT_T0>(rows.next(row, 2 * i + 1).cast());
            let first = products(rows.chunk(row, 2 * i), &pair[0]);
            let second = products(rows.chunk(row, 2 * i + 1), &pair[1]);
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_add_epi16(first, second), ones));
        }
        if let [last] = last {
            let at = 2 * pairs.len();
            _mm_prefetch::<_MM_HINT_T0>(rows.next(row, at).cast());
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products(rows.chunk(row, at), last), ones));
        }
    }
    sum
}

/// In each lane the sum of eight products.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn products(codes: &[u8; 64], numbers: &Numbers) -> __m256i {
    let nibble = _mm256_set1_epi8(15);
    let mut sum = _mm256_setzero_si256();
    for i in 0..2 {
        // SAFETY: each has 32 bytes from 32 x i on, at any alignment.
        let (codes, low, high) = unsafe {
            (
                _mm256_loadu_si256(codes.as_ptr().cast::<__m256i>().add(i)),
                _mm256_loadu_si256(numbers.low.as_ptr().cast::<__m256i>().add(i)),
                _mm256_loadu_si256(numbers.high.as_ptr().cast::<__m256i>().add(i)),
            )
        };
        let high_codes = _mm256_and_si256(_mm256_srli_epi16::<4>(codes), nibble);
        sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(_mm256_and_si256(codes, nibble), low));
        sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(high_codes, high));
    }
    sum
}

/// The sum of the lanes of each register, in its lane.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn added_up(sums: [__m256i; 8]) -> __m256i {
    let zero = _mm256_setzero_si256();
    let (mut pairs, mut fours) = ([zero; 4], [zero; 2]);
    for i in 0..4 {
        let (a, b) = (sums[2 * i], sums[2 * i + 1]);
        pairs[i] = _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    }
    for i in 0..2 {
        let (a, b) = (pairs[2 * i], pairs[2 * i + 1]);
        fours[i] = _mm256_add_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    }
    let lower = _mm256_permute2x128_si256::<0x20>(fours[0], fours[1]);
    _mm256_add_epi32(lower, _mm256_permute2x128_si256::<0x31>(fours[0], fours[1]))
}
