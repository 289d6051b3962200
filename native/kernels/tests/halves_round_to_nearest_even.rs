//! Conversions between `f32` and half precision are those of IEEE 754, alone and in slices, on every instruction
//! set.
//!
//! Otherwise rows stored as halves would depend on the machine that wrote them.

use proptest::prelude::*;
use varve_kernels::{Isa, Kernels, f16_to_f32, f32_to_f16};

fn available() -> impl Iterator<Item = Kernels> {
    Isa::ALL.into_iter().filter_map(Kernels::for_isa)
}

/// The value of a half, from its definition.
fn value(half: u16) -> f64 {
    let sign = if half >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(half >> 10 & 0x1f);
    let fraction = f64::from(half & 0x3ff) / 1024.0;
    match exponent {
        0 => sign * fraction * 2.0_f64.powi(-14),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    }
}

/// The nearest half of a positive `f32`, by search.
fn nearest(x: f32) -> u16 {
    let x = f64::from(x);
    // The first half above x. Infinity counts as the next step after the largest half.
    let steps = |half: u16| if half == 0x7c00 { 65_536.0 } else { value(half) };
    let (mut low, mut high) = (0_u16, 0x7c01_u16);
    while low < high {
        let middle = low.midpoint(high);
        if middle < 0x7c01 && steps(middle) <= x {
            low = middle + 1
        } else {
            high = middle
        }
    }
    let (below, above) = (low - 1, low.min(0x7c00));
    let (down, up) = (x - steps(below), steps(above) - x);
    if down < up || down == up && below.is_multiple_of(2) {
        below
    } else {
        above
    }
}

#[test]
fn every_half_is_widened_exactly_and_narrowed_back() {
    for half in 0..=u16::MAX {
        let float = f16_to_f32(half);
        if value(half).is_nan() {
            assert!(float.is_nan(), "{half:#06x}");
            let quiet = half | 0x200;
            assert_eq!(
                float.to_bits(),
                u32::from(quiet & 0x8000) << 16 | 0x7f80_0000 | u32::from(quiet & 0x3ff) << 13
            );
            assert_eq!(f32_to_f16(float), quiet);
        } else {
            assert_eq!(f64::from(float), value(half), "{half:#06x}");
            assert_eq!(float.is_sign_negative(), half >> 15 == 1, "{half:#06x}");
            assert_eq!(f32_to_f16(float), half);
        }
    }
}

#[test]
fn halfway_values_and_their_neighbours_are_narrowed_to_the_nearest() {
    for half in 0..0x7c00_u16 {
        let next = if half == 0x7bff { 65_536.0 } else { value(half + 1) };
        let halfway = ((value(half) + next) / 2.0) as f32;
        for x in [halfway.next_down(), halfway, halfway.next_up()] {
            assert_eq!(f32_to_f16(x), nearest(x), "{x:e}");
            assert_eq!(f32_to_f16(-x), nearest(x) | 0x8000, "-{x:e}");
        }
    }
}

#[test]
fn slices_are_converted_like_single_values() {
    let halves: Vec<u16> = (0..=u16::MAX).collect();
    let expected: Vec<u32> = halves.iter().map(|&half| f16_to_f32(half).to_bits()).collect();
    // One in 2^8 of all floats, with all exponents, plus the values halfway between halves.
    let floats: Vec<f32> = (0..=u32::MAX).step_by(251).map(f32::from_bits).collect();
    let narrowed: Vec<u16> = floats.iter().map(|&x| f32_to_f16(x)).collect();
    for kernels in available() {
        let mut widened = vec![0.0; halves.len()];
        kernels.f16_to_f32_slice(&halves, &mut widened);
        assert!(
            widened.iter().map(|x| x.to_bits()).eq(expected.iter().copied()),
            "{}",
            kernels.isa()
        );

        let mut back = vec![0; floats.len()];
        kernels.f32_to_f16_slice(&floats, &mut back);
        assert!(back == narrowed, "{}", kernels.isa());
    }
}

#[test]
fn slices_are_converted_up_to_the_end_of_the_shorter() {
    for kernels in available() {
        for (from, to) in [(0, 9), (70, 200), (200, 70), (130, 104), (104, 130), (64, 128)] {
            let mut floats = vec![9.0; to];
            kernels.f16_to_f32_slice(&vec![0x3c00; from], &mut floats);
            assert!(
                floats
                    .iter()
                    .enumerate()
                    .all(|(i, &x)| x == if i < from { 1.0 } else { 9.0 })
            );

            let mut halves = vec![9; to];
            kernels.f32_to_f16_slice(&vec![1.0; from], &mut halves);
            assert!(
                halves
                    .iter()
                    .enumerate()
                    .all(|(i, &x)| x == if i < from { 0x3c00 } else { 9 })
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn any_float_is_narrowed_to_the_nearest(bits in 0_u32..=0x7f80_0000) {
        let x = f32::from_bits(bits);
        assert_eq!(f32_to_f16(x), if x >= 65_536.0 { 0x7c00 } else { nearest(x) });
    }
}
