//! The kernels of [`Kernels::best`] as functions.

use crate::dispatch::Kernels;

/// The dot product of two vectors, over the shorter length.
///
/// The canonical sum: the same bits on every CPU, unless the result is NaN.
///
/// ```
/// assert_eq!(varve_kernels::dot_f32(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[must_use]
pub fn dot_f32(query: &[f32], row: &[f32]) -> f32 {
    Kernels::best().dot_f32(query, row)
}

/// The dot product of a vector and one of halves, over the shorter length.
///
/// The halves are converted exactly; then as [`dot_f32`].
///
/// ```
/// assert_eq!(varve_kernels::dot_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), 5.0);
/// ```
#[must_use]
pub fn dot_f16(query: &[f32], row: &[u16]) -> f32 {
    Kernels::best().dot_f16(query, row)
}

/// The dot product of two vectors, and that of the second with itself, over the shorter length.
///
/// Gives exactly what two calls of [`dot_f32`] give, in one pass over the row.
///
/// ```
/// assert_eq!(varve_kernels::dot_and_norm_f32(&[1.0, 2.0], &[3.0, 4.0]), (11.0, 25.0));
/// ```
#[must_use]
pub fn dot_and_norm_f32(query: &[f32], row: &[f32]) -> (f32, f32) {
    Kernels::best().dot_and_norm_f32(query, row)
}

/// The dot product of a vector and one of halves, and that of the halves with themselves.
///
/// The halves are converted exactly; then as [`dot_and_norm_f32`].
///
/// ```
/// assert_eq!(varve_kernels::dot_and_norm_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), (5.0, 5.0));
/// ```
#[must_use]
pub fn dot_and_norm_f16(query: &[f32], row: &[u16]) -> (f32, f32) {
    Kernels::best().dot_and_norm_f16(query, row)
}

/// The squared Euclidean distance of two vectors, over the shorter length.
///
/// The canonical sum over the squares of the rounded differences: the same bits on every CPU, unless it is NaN.
///
/// ```
/// assert_eq!(varve_kernels::l2_squared_f32(&[1.0, 2.0], &[4.0, 6.0]), 25.0);
/// ```
#[must_use]
pub fn l2_squared_f32(query: &[f32], row: &[f32]) -> f32 {
    Kernels::best().l2_squared_f32(query, row)
}

/// The squared Euclidean distance of a vector and one of halves, over the shorter length.
///
/// The halves are converted exactly; then as [`l2_squared_f32`].
///
/// ```
/// assert_eq!(varve_kernels::l2_squared_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), 0.0);
/// ```
#[must_use]
pub fn l2_squared_f16(query: &[f32], row: &[u16]) -> f32 {
    Kernels::best().l2_squared_f16(query, row)
}

/// The sum of the `f32` values, little-endian and of any alignment, in `bytes`.
///
/// The least that a scan of the same bytes can cost: a yardstick for benchmarks.
///
/// ```
/// assert_eq!(varve_kernels::sum_f32_bytes(&1.5_f32.to_le_bytes()), 1.5);
/// ```
#[must_use]
pub fn sum_f32_bytes(bytes: &[u8]) -> f32 {
    Kernels::best().sum_f32_bytes(bytes)
}

/// Converts halves to floats, up to the end of the shorter slice.
///
/// Each as [`f16_to_f32`](crate::f16_to_f32) does.
///
/// ```
/// let mut floats = [0.0; 2];
/// varve_kernels::f16_to_f32_slice(&[0x3c00, 0x4000], &mut floats);
/// assert_eq!(floats, [1.0, 2.0]);
/// ```
pub fn f16_to_f32_slice(halves: &[u16], floats: &mut [f32]) {
    Kernels::best().f16_to_f32_slice(halves, floats);
}

/// Converts floats to halves, up to the end of the shorter slice.
///
/// Each as [`f32_to_f16`](crate::f32_to_f16) does.
///
/// ```
/// let mut halves = [0; 2];
/// varve_kernels::f32_to_f16_slice(&[1.0, 2.0], &mut halves);
/// assert_eq!(halves, [0x3c00, 0x4000]);
/// ```
pub fn f32_to_f16_slice(floats: &[f32], halves: &mut [u16]) {
    Kernels::best().f32_to_f16_slice(floats, halves);
}
