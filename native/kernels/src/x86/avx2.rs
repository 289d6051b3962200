//! 8 lanes: AVX2, FMA and F16C.

use std::arch::x86_64::*;

use crate::lanes::{Job, LANES, Simd, padded};
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
    fn prefetch(self, row: &[u8]) {
        for line in row.chunks(64) {
            // SAFETY: SSE is part of x86-64, and a prefetch has no effect that a program can see.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
        }
    }
}
