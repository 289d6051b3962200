//! 16 lanes: AVX-512 F, BW and VL.

use std::arch::x86_64::*;

use super::avx2::Avx2;
use crate::lanes::{Job, LANES, Simd};
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
    fn prefetch(self, row: &[u8]) {
        self.0.prefetch(row);
    }
}

/// One bit for each of the 16 lanes of register `i` that a tail of `elements` fills.
#[inline(always)]
fn lanes_left(elements: usize, i: usize) -> __mmask16 {
    let left = elements.saturating_sub(16 * i).min(16);
    ((1_u32 << left) - 1) as __mmask16
}
