//! 4 lanes: NEON.
//!
//! The conversions between halves and floats are plain ARMv8.0 instructions, but their intrinsics need a newer
//! compiler than ours: they are written as assembly.

use std::arch::aarch64::*;
use std::arch::asm;

use crate::lanes::{Job, LANES, Simd, padded};
use crate::wide::Wide;

/// Proof that the CPU has NEON.
#[derive(Clone, Copy)]
pub(crate) struct Neon(());

/// Runs the job with NEON.
#[target_feature(enable = "neon")]
pub(crate) fn with_neon<J: Job>(job: J) -> J::Out {
    job.run(Wide(Neon(())))
}

impl Neon {
    /// Four halves as floats.
    #[inline(always)]
    fn widen(self, bytes: &[u8; 8]) -> float32x4_t {
        // SAFETY: `self` proves NEON, and the 8 bytes are there, at any alignment.
        unsafe {
            let halves = vld1_u8(bytes.as_ptr());
            let lanes: float32x4_t;
            asm!(
                "fcvtl {lanes:v}.4s, {halves:v}.4h",
                lanes = lateout(vreg) lanes,
                halves = in(vreg) halves,
                options(pure, nomem, nostack, preserves_flags),
            );
            lanes
        }
    }
}

impl Simd<16> for Neon {
    type Vector = float32x4_t;
    const REGISTERS: usize = 32;

    #[inline(always)]
    fn splat(self, value: f32) -> float32x4_t {
        // SAFETY: `self` proves NEON.
        unsafe { vdupq_n_f32(value) }
    }

    #[inline(always)]
    fn add(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` proves NEON.
        unsafe { vaddq_f32(a, b) }
    }

    #[inline(always)]
    fn subtract(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` proves NEON.
        unsafe { vsubq_f32(a, b) }
    }

    #[inline(always)]
    fn multiply_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        // SAFETY: `self` proves NEON.
        unsafe { vfmaq_f32(c, a, b) }
    }

    #[inline(always)]
    fn fold(self, lanes: float32x4_t) -> f32 {
        // SAFETY: `self` proves NEON.
        unsafe {
            let two = vadd_f32(vget_low_f32(lanes), vget_high_f32(lanes));
            vget_lane_f32::<0>(two) + vget_lane_f32::<1>(two)
        }
    }

    #[inline(always)]
    fn load_f32(self, block: &[u8; 4 * LANES], i: usize) -> float32x4_t {
        let bytes = &block.as_chunks::<16>().0[i];
        // SAFETY: `self` proves NEON, and the 16 bytes are there, at any alignment.
        unsafe { vreinterpretq_f32_u8(vld1q_u8(bytes.as_ptr())) }
    }

    #[inline(always)]
    fn load_f16(self, block: &[u8; 2 * LANES], i: usize) -> float32x4_t {
        self.widen(&block.as_chunks::<8>().0[i])
    }

    #[inline(always)]
    fn load_tail_f32(self, tail: &[u8], i: usize) -> float32x4_t {
        let bytes: [u8; 16] = padded(tail, i);
        // SAFETY: `self` proves NEON, and the 16 bytes are there, at any alignment.
        unsafe { vreinterpretq_f32_u8(vld1q_u8(bytes.as_ptr())) }
    }

    #[inline(always)]
    fn load_tail_f16(self, tail: &[u8], i: usize) -> float32x4_t {
        self.widen(&padded(tail, i))
    }

    #[inline(always)]
    fn store_f32(self, lanes: float32x4_t, block: &mut [f32; LANES], i: usize) {
        let to = &mut block.as_chunks_mut::<4>().0[i];
        // SAFETY: `self` proves NEON, and there is room for 4 floats.
        unsafe { vst1q_f32(to.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn store_f16(self, lanes: float32x4_t, block: &mut [u16; LANES], i: usize) {
        let to = &mut block.as_chunks_mut::<4>().0[i];
        // SAFETY: `self` proves NEON, and there is room for 4 halves.
        unsafe {
            let halves: uint16x4_t;
            asm!(
                "fcvtn {halves:v}.4h, {lanes:v}.4s",
                halves = lateout(vreg) halves,
                lanes = in(vreg) lanes,
                options(pure, nomem, nostack, preserves_flags),
            );
            vst1_u16(to.as_mut_ptr(), halves);
        }
    }

    #[inline(always)]
    fn prefetch(self, row: &[u8]) {
        for line in row.chunks(64) {
            // SAFETY: a prefetch has no effect that a program can see.
            unsafe {
                asm!("prfm pldl1keep, [{}]", in(reg) line.as_ptr(), options(nostack, readonly, preserves_flags));
            }
        }
    }
}
