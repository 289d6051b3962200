//! 16 lanes: AVX-512 F, BW, VL, VBMI and VNNI.

use std::arch::x86_64::*;

use super::avx2::Avx2;
use crate::lanes::{Job, LANES, Simd};
use crate::shadow::{Numbers, Sixteen};
use crate::wide::Wide;

/// Proof that the CPU has AVX-512 F, BW, VL, VBMI and VNNI, and what [`Avx2`] proves.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(Avx2);

/// Runs the job with AVX-512.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni,avx2,fma,f16c")]
pub(crate) fn with_avx512<J: Job>(job: J) -> J::Out {
    job.run(Wide(Avx512(Avx2::proven())))
}

impl Simd<4> for Avx512 {
    type Vector = __m512;
    const REGISTERS: usize = 32;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn subtract(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn multiply_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn fold(self, lanes: __m512) -> f32 {
        // SAFETY: `self` proves AVX-512.
        let eight = unsafe {
            let upper = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(lanes));
            _mm256_add_ps(_mm512_castps512_ps256(lanes), _mm256_castpd_ps(upper))
        };
        self.0.fold(eight)
    }

    #[inline(always)]
    fn load_f32(self, block: &[u8; 4 * LANES], i: usize) -> __m512 {
        let bytes = &block.as_chunks::<64>().0[i];
        // SAFETY: `self` proves AVX-512, and the 64 bytes are there, at any alignment.
        unsafe { _mm512_loadu_ps(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn load_f16(self, block: &[u8; 2 * LANES], i: usize) -> __m512 {
        let bytes = &block.as_chunks::<32>().0[i];
        // SAFETY: `self` proves AVX-512, and the 32 bytes are there, at any alignment.
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(bytes.as_ptr().cast())) }
    }

    #[inline(always)]
    fn load_tail_f32(self, tail: &[u8], i: usize) -> __m512 {
        let from = tail.as_ptr().wrapping_add(64 * i);
        // SAFETY: `self` proves AVX-512, and the mask keeps the load inside `tail`.
        unsafe { _mm512_maskz_loadu_ps(lanes_left(tail.len() / 4, i), from.cast()) }
    }

    #[inline(always)]
    fn load_tail_f16(self, tail: &[u8], i: usize) -> __m512 {
        let from = tail.as_ptr().wrapping_add(32 * i);
        // SAFETY: `self` proves AVX-512, and the mask keeps the load inside `tail`.
        unsafe {
            _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(
                lanes_left(tail.len() / 2, i),
                from.cast(),
            ))
        }
    }

    #[inline(always)]
    fn store_f32(self, lanes: __m512, block: &mut [f32; LANES], i: usize) {
        let to = &mut block.as_chunks_mut::<16>().0[i];
        // SAFETY: `self` proves AVX-512, and there is room for 16 floats.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn store_f16(self, lanes: __m512, block: &mut [u16; LANES], i: usize) {
        let to = &mut block.as_chunks_mut::<16>().0[i];
        // SAFETY: `self` proves AVX-512, and there is room for 16 halves.
        unsafe {
            let halves = _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(lanes);
            _mm256_storeu_si256(to.as_mut_ptr().cast(), halves);
        }
    }

    #[inline(always)]
    fn multiply(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn divide(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_div_ps(a, b) }
    }

    #[inline(always)]
    fn load_sixteen_threes(self, floats: &[u8; 192], _: usize) -> [__m512; 3] {
        let bytes = floats.as_chunks::<64>().0;
        let mut threes = [self.splat(0.0); 3];
        for (three, (early, late)) in threes.iter_mut().zip(&THREES) {
            // SAFETY: `self` proves AVX-512, and each of the arrays has 64 bytes, at any alignment.
            *three = unsafe {
                let a = _mm512_loadu_ps(bytes[0].as_ptr().cast());
                let b = _mm512_loadu_ps(bytes[1].as_ptr().cast());
                let c = _mm512_loadu_ps(bytes[2].as_ptr().cast());
                let early = _mm512_loadu_si512(early.as_ptr().cast());
                let late = _mm512_loadu_si512(late.as_ptr().cast());
                _mm512_permutex2var_ps(_mm512_permutex2var_ps(a, early, b), late, c)
            };
        }
        threes
    }

    #[inline(always)]
    fn convert_sixteen(self, whole: &[i32; 16], _: usize) -> __m512 {
        // SAFETY: `self` proves AVX-512, and the 16 numbers are there.
        unsafe { _mm512_cvtepi32_ps(_mm512_loadu_si512(whole.as_ptr().cast())) }
    }

    #[inline(always)]
    fn store_sixteen(self, lanes: __m512, floats: &mut [f32; 16], _: usize) {
        // SAFETY: `self` proves AVX-512, and there is room for 16 floats.
        unsafe { _mm512_storeu_ps(floats.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn not_less(self, a: __m512, b: __m512) -> u16 {
        // SAFETY: `self` proves AVX-512.
        unsafe { _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(a, b) }
    }

    #[inline(always)]
    fn prefetch(self, row: &[u8]) {
        self.0.prefetch(row);
    }

    #[inline(always)]
    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
        // SAFETY: `self` proves AVX-512, and the rows are as the caller says.
        unsafe { code_dots(rows, numbers) }
    }
}

/// For the first, the second and the third of three numbers that lie side by side, 16 times: which lanes of the first two
/// registers they are in, and then which of these and of the third register, whose lanes count from 16.
const THREES: [([i32; 16], [i32; 16]); 3] = [threes(0), threes(1), threes(2)];

const fn threes(kind: usize) -> ([i32; 16], [i32; 16]) {
    let (mut early, mut late) = ([0; 16], [0; 16]);
    let mut lane = 0;
    while lane < 16 {
        let place = 3 * lane + kind;
        if place < 32 {
            early[lane] = place as i32;
            late[lane] = lane as i32;
        } else {
            late[lane] = place as i32 - 16;
        }
        lane += 1;
    }
    (early, late)
}

/// The sums of a row's products stay apart in the 16 lanes of a register until all 16 rows are added up together.
///
/// # Safety
/// Each row has a chunk for each of the numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni,avx2,fma,f16c")]
unsafe fn code_dots(rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
    let mut out = [0; 16];
    // SAFETY: as the caller says; there is room for 16 numbers.
    unsafe {
        let lower = quarters_added(four_dots::<0>(rows, numbers), four_dots::<4>(rows, numbers));
        let upper = quarters_added(four_dots::<8>(rows, numbers), four_dots::<12>(rows, numbers));
        _mm512_storeu_si512(out.as_mut_ptr().cast(), quarters_added(lower, upper));
    }
    out
}

/// In each quarter of the register a part of the dot products of four rows, which share the numbers in registers.
///
/// # Safety
/// As [`code_dots`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni,avx2,fma,f16c")]
unsafe fn four_dots<const FROM: usize>(rows: &Sixteen, numbers: &[Numbers]) -> __m512i {
    let nibble = _mm512_set1_epi8(15);
    let (mut sums, mut high_sums) = ([_mm512_setzero_si512(); 4], [_mm512_setzero_si512(); 4]);
    for (at, numbers) in numbers.iter().enumerate() {
        // SAFETY: there are 64 bytes of each.
        let (low, high) = unsafe {
            (
                _mm512_load_si512(numbers.low.as_ptr().cast()),
                _mm512_load_si512(numbers.high.as_ptr().cast()),
            )
        };
        for i in 0..4 {
            // SAFETY: as the caller says, at any alignment; a prefetch has no effect that a program can see.
            let codes = unsafe {
                _mm_prefetch::<_MM_HINT_T0>(rows.next(FROM + i, at).cast());
                _mm512_loadu_si512(rows.chunk(FROM + i, at).as_ptr().cast())
            };
            sums[i] = _mm512_dpbusd_epi32(sums[i], _mm512_and_si512(codes, nibble), low);
            // The high halves stand for 16 times their code.
            high_sums[i] = _mm512_dpbusd_epi32(high_sums[i], _mm512_andnot_si512(nibble, codes), high);
        }
    }
    for i in 0..4 {
        sums[i] = _mm512_add_epi32(sums[i], _mm512_srai_epi32::<4>(high_sums[i]));
    }
    let first = _mm512_add_epi32(
        _mm512_unpacklo_epi32(sums[0], sums[1]),
        _mm512_unpackhi_epi32(sums[0], sums[1]),
    );
    let second = _mm512_add_epi32(
        _mm512_unpacklo_epi32(sums[2], sums[3]),
        _mm512_unpackhi_epi32(sums[2], sums[3]),
    );
    _mm512_add_epi32(
        _mm512_unpacklo_epi64(first, second),
        _mm512_unpackhi_epi64(first, second),
    )
}

/// Adds neighbouring quarters: of the first register into the lower half, of the second into the upper one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni,avx2,fma,f16c")]
fn quarters_added(a: __m512i, b: __m512i) -> __m512i {
    let even = _mm512_shuffle_i32x4::<0b10_00_10_00>(a, b);
    _mm512_add_epi32(even, _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b))
}

/// One bit for each of the 16 lanes of register `i` that a tail of `elements` fills.
#[inline(always)]
fn lanes_left(elements: usize, i: usize) -> __mmask16 {
    let left = elements.saturating_sub(16 * i).min(16);
    ((1_u32 << left) - 1) as __mmask16
}
