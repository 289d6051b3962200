//! 16 lanes: AVX-512 F, BW and VL.

use std::arch::x86_64::*;

use super::avx2::Avx2;
use crate::lanes::{Job, LANES, Numbers, Simd};
use crate::wide::Wide;

/// Proof that the CPU has AVX-512 F, BW and VL, and what [`Avx2`] proves.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(Avx2);

/// Runs the job with AVX-512.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,fma,f16c")]
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
    fn load_sixteen(self, floats: &[u8; 64], _: usize) -> __m512 {
        // SAFETY: `self` proves AVX-512, and the 64 bytes are there, at any alignment.
        unsafe { _mm512_loadu_ps(floats.as_ptr().cast()) }
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
    fn code_dots(self, rows: &[&[u8]; 16], low: &[Numbers], high: &[Numbers]) -> [i32; 16] {
        if is_x86_feature_detected!("avx512vnni") {
            // SAFETY: `self` proves the rest.
            unsafe { code_dots(rows, low, high) }
        } else {
            self.0.code_dots(rows, low, high)
        }
    }
}

/// The sums of a row's products stay apart in the 16 lanes of a register until all 16 rows are added up together.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
fn code_dots(rows: &[&[u8]; 16], low: &[Numbers], high: &[Numbers]) -> [i32; 16] {
    let mut sums = [_mm512_setzero_si512(); 16];
    for i in 0..16 {
        sums[i] = code_dot(rows[i].as_chunks().0, low, high);
    }
    let dots = added_up(sums);
    let mut out = [0; 16];
    // SAFETY: there is room for 16 numbers.
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), dots) };
    out
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
fn code_dot(row: &[[u8; 64]], low: &[Numbers], high: &[Numbers]) -> __m512i {
    let nibble = _mm512_set1_epi8(15);
    let (mut sum, mut high_sum) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (codes, (low, high)) in row.iter().zip(low.iter().zip(high)) {
        // SAFETY: each has 64 bytes, at any alignment.
        let (codes, low, high) = unsafe {
            (
                _mm512_loadu_si512(codes.as_ptr().cast()),
                _mm512_loadu_si512(low.as_ptr().cast()),
                _mm512_loadu_si512(high.as_ptr().cast()),
            )
        };
        sum = _mm512_dpbusd_epi32(sum, _mm512_and_si512(codes, nibble), low);
        // The high halves stand for 16 times their code.
        high_sum = _mm512_dpbusd_epi32(high_sum, _mm512_andnot_si512(nibble, codes), high);
    }
    _mm512_add_epi32(sum, _mm512_srai_epi32::<4>(high_sum))
}

/// The sum of the lanes of each register, in its lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
fn added_up(sums: [__m512i; 16]) -> __m512i {
    let zero = _mm512_setzero_si512();
    let (mut pairs, mut fours, mut eights) = ([zero; 8], [zero; 4], [zero; 2]);
    for i in 0..8 {
        let (a, b) = (sums[2 * i], sums[2 * i + 1]);
        pairs[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    }
    for i in 0..4 {
        let (a, b) = (pairs[2 * i], pairs[2 * i + 1]);
        fours[i] = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    }
    for i in 0..2 {
        eights[i] = quarters_added(fours[2 * i], fours[2 * i + 1]);
    }
    quarters_added(eights[0], eights[1])
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
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
