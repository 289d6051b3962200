//! 4 lanes: NEON.
//!
//! The conversions between halves and floats are plain ARMv8.0 instructions, but their intrinsics need a newer
//! compiler than ours: they are written as assembly.

use std::arch::aarch64::*;
use std::arch::asm;

use crate::lanes::{Job, LANES, Simd, padded};
use crate::shadow::{Numbers, Sixteen};
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
    fn multiply(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` proves NEON.
        unsafe { vmulq_f32(a, b) }
    }

    #[inline(always)]
    fn divide(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` proves NEON.
        unsafe { vdivq_f32(a, b) }
    }

    #[inline(always)]
    fn load_sixteen_threes(self, floats: &[u8; 192], i: usize) -> [float32x4_t; 3] {
        let bytes = &floats.as_chunks::<48>().0[i];
        // SAFETY: `self` proves NEON, and the 48 bytes are there, at any alignment.
        let threes = unsafe { vld3q_f32(bytes.as_ptr().cast()) };
        [threes.0, threes.1, threes.2]
    }

    #[inline(always)]
    fn convert_sixteen(self, whole: &[i32; 16], i: usize) -> float32x4_t {
        let whole = &whole.as_chunks::<4>().0[i];
        // SAFETY: `self` proves NEON, and the 4 numbers are there.
        unsafe { vcvtq_f32_s32(vld1q_s32(whole.as_ptr())) }
    }

    #[inline(always)]
    fn store_sixteen(self, lanes: float32x4_t, floats: &mut [f32; 16], i: usize) {
        let to = &mut floats.as_chunks_mut::<4>().0[i];
        // SAFETY: `self` proves NEON, and there is room for 4 floats.
        unsafe { vst1q_f32(to.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn not_less(self, a: float32x4_t, b: float32x4_t) -> u16 {
        // SAFETY: `self` proves NEON.
        let less = unsafe {
            let lanes = vshrq_n_u32::<31>(vcltq_f32(a, b));
            vaddvq_u32(vshlq_u32(lanes, vld1q_s32([0, 1, 2, 3].as_ptr())))
        };
        !less as u16 & 15
    }

    #[inline(always)]
    fn prefetch(self, row: &[u8]) {
        for line in row.chunks(64) {
            fetch(line.as_ptr());
        }
    }

    #[inline(always)]
    unsafe fn code_dots(self, rows: &Sixteen, numbers: &[Numbers]) -> [i32; 16] {
        let mut dots = [0; 16];
        for (i, dot) in dots.iter_mut().enumerate() {
            // SAFETY: `self` proves NEON, and the rows are as the caller says.
            *dot = unsafe { code_dot(rows, i, numbers) };
        }
        dots
    }
}

/// Products of a code and a number are at most 15 x 127, so that 16 bits hold the sum of 17 of them: of a chunk, of which
/// each half byte adds eight to a lane, they hold it.
///
/// # Safety
/// The row has a chunk for each of the numbers.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn code_dot(rows: &Sixteen, row: usize, numbers: &[Numbers]) -> i32 {
    let mut sum = vdupq_n_s32(0);
    for (at, numbers) in numbers.iter().enumerate() {
        fetch(rows.next(row, at));
        // SAFETY: as the caller says.
        let codes = unsafe { rows.chunk(row, at) };
        let mut part = vdupq_n_s16(0);
        for i in 0..4 {
            // SAFETY: each has 64 bytes, at any alignment.
            let (codes, low, high) = unsafe {
                (
                    vld1q_u8(codes.as_ptr().add(16 * i)),
                    vld1q_s8(numbers.low.as_ptr().add(16 * i)),
                    vld1q_s8(numbers.high.as_ptr().add(16 * i)),
                )
            };
            let low_codes = vreinterpretq_s8_u8(vandq_u8(codes, vdupq_n_u8(15)));
            let high_codes = vreinterpretq_s8_u8(vshrq_n_u8::<4>(codes));
            part = vmlal_s8(part, vget_low_s8(low_codes), vget_low_s8(low));
            part = vmlal_high_s8(part, low_codes, low);
            part = vmlal_s8(part, vget_low_s8(high_codes), vget_low_s8(high));
            part = vmlal_high_s8(part, high_codes, high);
        }
        sum = vpadalq_s16(sum, part);
    }
    vaddvq_s32(sum)
}

/// Asks the CPU to fetch what lies there, if anything does.
#[inline(always)]
fn fetch(address: *const u8) {
    // SAFETY: a prefetch has no effect that a program can see, wherever it looks.
    unsafe { asm!("prfm pldl1keep, [{}]", in(reg) address, options(nostack, readonly, preserves_flags)) }
}
