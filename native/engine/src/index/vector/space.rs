use varve_kernels::{Kernels, Residual, dot_f32};

use crate::schema::Metric;

/// What an index estimates. Higher is nearer.
///
/// For the distance and the cosine it is the negated squared distance, the cosine's of vectors of length 1; for the dot
/// product it is the product itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    metric: Metric,
}

/// Squares of vectors within these neither vanish nor overflow in 32 bits, sums of them included.
const SQUARES: std::ops::RangeInclusive<f32> = 1e-24..=1e24;

/// What a vector is to an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It can be estimated.
    Usual,
    /// Of no direction, where only directions matter.
    Zero,
    /// Too large or too small to be squared.
    Stray,
}

impl Space {
    /// The space of a metric.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self { metric }
    }

    /// The metric.
    #[must_use]
    pub fn metric(self) -> Metric {
        self.metric
    }

    /// Whether products are estimated, not distances.
    pub(super) fn is_product(self) -> bool {
        self.metric == Metric::Dot
    }

    /// Brings a vector to the form that is indexed: for the cosine, to length 1.
    pub(super) fn prepare(self, vector: &mut [f32]) -> Kind {
        let squares = dot_f32(vector, vector);
        if squares == 0.0 && vector.iter().all(|x| *x == 0.0) {
            return if self.metric == Metric::Cosine {
                Kind::Zero
            } else {
                Kind::Usual
            };
        }
        if !SQUARES.contains(&squares) {
            return Kind::Stray;
        }
        if self.metric == Metric::Cosine {
            let scale = 1.0 / squares.sqrt();
            vector.iter_mut().for_each(|x| *x *= scale);
        }
        Kind::Usual
    }

    /// What a score of the exact kernels is in this space.
    #[must_use]
    pub fn of_score(self, score: f32) -> f32 {
        match self.metric {
            Metric::Cosine => 2.0 * score - 2.0,
            Metric::L2 | Metric::Dot => score,
        }
    }

    /// What stands beside the signs of a row: a summand and a factor. `dot_mean` is the product of residual and mean.
    pub(super) fn factors(self, residual: &Residual, dot_mean: f32) -> (f32, f32) {
        let factor = residual.factor();
        if self.is_product() {
            (
                residual.dot_centre + dot_mean - factor * residual.signs_centre,
                factor,
            )
        } else {
            (
                -residual.norm_squared - 2.0 * factor * residual.signs_centre,
                2.0 * factor,
            )
        }
    }

    /// The kernels' metric for vectors in the form that is indexed.
    pub(super) fn exact(self, kernels: Kernels, a: &[f32], b: &[f32]) -> f32 {
        if self.is_product() {
            kernels.dot_f32(a, b)
        } else {
            -kernels.l2_squared_f32(a, b)
        }
    }
}
