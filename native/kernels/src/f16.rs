//! IEEE 754 binary16 ("half") values, held as their bits in a `u16`.

/// Converts a half, given as its bits, to `f32`.
///
/// Exact for every half. NaN stays NaN: quiet, with its sign and payload, as the CPU instructions do it.
///
/// ```
/// use varve_kernels::f16_to_f32;
///
/// assert_eq!(f16_to_f32(0x3c00), 1.0);
/// assert_eq!(f16_to_f32(0xc000), -2.0);
/// assert_eq!(f16_to_f32(0x0001), 2.0_f32.powi(-24)); // the smallest half
/// ```
#[inline]
#[must_use]
pub fn f16_to_f32(half: u16) -> f32 {
    const EXPONENT: u32 = 0x7c00 << 13;
    const QUIET: u32 = 1 << 22;
    let sign = u32::from(half & 0x8000) << 16;
    let magnitude = u32::from(half & 0x7fff) << 13;
    let magnitude = if magnitude < EXPONENT {
        // The exponent is 112 too low. A product sets that right for subnormal halves as well.
        (f32::from_bits(magnitude) * two_to(112)).to_bits()
    } else if magnitude == EXPONENT {
        f32::INFINITY.to_bits()
    } else {
        f32::INFINITY.to_bits() | magnitude | QUIET
    };
    f32::from_bits(sign | magnitude)
}

/// Converts an `f32` to the nearest half, as its bits.
///
/// Ties go to the half with an even last bit. Values from 65,520 on become infinity, values up to 2^-25 become
/// zero of the same sign. NaN stays NaN: quiet, with its sign and the upper ten bits of its payload.
///
/// ```
/// use varve_kernels::f32_to_f16;
///
/// assert_eq!(f32_to_f16(1.0), 0x3c00);
/// assert_eq!(f32_to_f16(65_519.0), 0x7bff); // the largest half, 65,504
/// assert_eq!(f32_to_f16(65_520.0), 0x7c00); // infinity
/// ```
#[inline]
#[must_use]
pub fn f32_to_f16(float: f32) -> u16 {
    const SMALLEST_NORMAL: u32 = (127 - 14) << 23;
    const INFINITY: u32 = (127 + 16) << 23;
    let bits = float.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let magnitude = bits & 0x7fff_ffff;
    let half = if f32::from_bits(magnitude).is_nan() {
        0x7e00 | ((magnitude >> 13) as u16 & 0x3ff)
    } else if magnitude < SMALLEST_NORMAL {
        // Adding 0.5 leaves 24 bits after the point: the unit of a subnormal half, rounded as IEEE does.
        ((f32::from_bits(magnitude) + 0.5).to_bits() - 0.5_f32.to_bits()) as u16
    } else {
        // Round the 13 bits that go, to even: the carry may run into the exponent, up to infinity.
        let rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
        ((rounded.min(INFINITY) - (112 << 23)) >> 13) as u16
    };
    sign | half
}

/// Two to the power `exponent`, of a normal `f32`.
const fn two_to(exponent: u32) -> f32 {
    f32::from_bits((127 + exponent) << 23)
}
