//! The canonical sums.

use crate::lanes::{Simd, Sums};

/// `q * x`.
pub(crate) struct Dot;

impl Sums<1> for Dot {
    fn products(q: f32, x: f32) -> [(f32, f32); 1] {
        [(q, x)]
    }

    #[inline(always)]
    fn wide_products<V: Simd<N>, const N: usize>(
        _: V,
        q: V::Vector,
        x: V::Vector,
    ) -> [(V::Vector, V::Vector); 1] {
        [(q, x)]
    }
}

/// `q * x` and `x * x`.
pub(crate) struct DotAndNorm;

impl Sums<2> for DotAndNorm {
    fn products(q: f32, x: f32) -> [(f32, f32); 2] {
        [(q, x), (x, x)]
    }

    #[inline(always)]
    fn wide_products<V: Simd<N>, const N: usize>(
        _: V,
        q: V::Vector,
        x: V::Vector,
    ) -> [(V::Vector, V::Vector); 2] {
        [(q, x), (x, x)]
    }
}

/// `(q - x) * (q - x)`.
pub(crate) struct L2Squared;

impl Sums<1> for L2Squared {
    fn products(q: f32, x: f32) -> [(f32, f32); 1] {
        [(q - x, q - x)]
    }

    #[inline(always)]
    fn wide_products<V: Simd<N>, const N: usize>(
        simd: V,
        q: V::Vector,
        x: V::Vector,
    ) -> [(V::Vector, V::Vector); 1] {
        let difference = simd.subtract(q, x);
        [(difference, difference)]
    }
}

/// `x`, as `x * 1.0`.
pub(crate) struct Total;

impl Sums<1> for Total {
    fn products(_: f32, x: f32) -> [(f32, f32); 1] {
        [(x, 1.0)]
    }

    #[inline(always)]
    fn wide_products<V: Simd<N>, const N: usize>(
        simd: V,
        _: V::Vector,
        x: V::Vector,
    ) -> [(V::Vector, V::Vector); 1] {
        [(x, simd.splat(1.0))]
    }
}
