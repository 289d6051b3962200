use super::estimate::{Formula, Numbers};
use super::{NORMS, Shadow, slack};
use crate::metric::Metric;
use crate::query::Query;

/// A query in whole numbers, to compare shadows with.
///
/// ```
/// use varve_kernels::{Metric, Query, ShadowQuery};
///
/// assert!(ShadowQuery::new(&Query::new(&[0.6, 0.8], Metric::Dot)).is_some());
/// assert!(ShadowQuery::new(&Query::new(&[0.0, 0.0], Metric::Dot)).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct ShadowQuery {
    pub(super) numbers: Vec<Numbers>,
    pub(super) formula: Formula,
}

/// Above it the sums of products of codes are not exact in `f32`.
const DIMENSIONS: usize = 8192;

impl ShadowQuery {
    /// `None` for a query that is too short or too long to bound an error, or zero, or has more than 8,192 dimensions: search without the shadow then.
    #[must_use]
    pub fn new(query: &Query) -> Option<Self> {
        let values = query.values;
        let norm = values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        if !NORMS.contains(&norm) || values.len() > DIMENSIONS {
            return None;
        }
        let greatest = values
            .iter()
            .fold(0.0_f64, |most, &x| most.max(f64::from(x).abs()));
        let step = f64::from((greatest / 127.0) as f32);
        let half = Shadow::code_bytes(values.len());
        let mut numbers = vec![0_i8; 2 * half];
        let (mut sum, mut error) = (0_i32, 0.0_f64);
        for (number, &x) in numbers.iter_mut().zip(values) {
            // The cast saturates.
            *number = ((f64::from(x) / step).round() as i8).max(-127);
            sum += i32::from(*number);
            error += (f64::from(x) - step * f64::from(*number)).powi(2);
        }
        let (error, slack) = (error.sqrt(), slack(values.len()));
        let (low, high) = numbers.split_at(half);
        let chunks = low.as_chunks().0.iter().zip(high.as_chunks().0);
        // The error of a cosine is that of the dot product over both norms.
        let over = if query.metric == Metric::Cosine { norm } else { 1.0 };
        Some(Self {
            numbers: chunks.map(|(&low, &high)| Numbers { low, high }).collect(),
            formula: Formula {
                metric: query.metric,
                offset: 15.0 * sum as f32,
                half_step: (step / 2.0 / over) as f32,
                of_residual: above((norm + error) / over),
                of_norm: above((error + slack * norm) / over),
                norm: above(norm),
                norm_squared: (norm * norm) as f32,
                slack: above(slack),
            },
        })
    }
}

/// The next number above, and a little more.
fn above(x: f64) -> f32 {
    (x * (1.0 + 1e-6)) as f32
}
