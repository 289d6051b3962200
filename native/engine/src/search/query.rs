use varve_kernels::Metric as KernelMetric;

use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Element, Field, Metric};

/// A vector to find the nearest rows of, checked against its column.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    pub(super) vector: &'a [f32],
    pub(super) element: Element,
    metric: Metric,
}

impl<'a> Query<'a> {
    /// Checks a vector.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`]: the column holds no vectors, or others; an element is not finite.
    pub(crate) fn new(field: &Field, vector: &'a [f32]) -> Result<Self> {
        let refuse =
            |message: String| Err(Error::new(Code::InvalidArgument, message).column(field.name.clone()));
        let DataType::Vector {
            dimensions,
            element,
            metric,
        } = field.data_type
        else {
            return refuse(format!("The column \"{}\" holds no vectors.", field.name));
        };
        if vector.len() != dimensions as usize {
            let (name, given) = (&field.name, vector.len());
            return refuse(format!(
                "The column \"{name}\" has {dimensions} dimensions; the query has {given}."
            ));
        }
        if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
            return refuse(format!("Element {at} of the query is not a finite number."));
        }
        Ok(Self {
            vector,
            element,
            metric,
        })
    }

    /// The metric.
    pub(super) fn metric(&self) -> Metric {
        self.metric
    }

    /// This vector, compared by the cosine.
    pub(super) fn by_cosine(&self) -> Self {
        Self {
            metric: Metric::Cosine,
            ..self.clone()
        }
    }

    /// The metric, as the kernels call it.
    pub(super) fn kernel_metric(&self) -> KernelMetric {
        match self.metric {
            Metric::Cosine => KernelMetric::Cosine,
            Metric::L2 => KernelMetric::L2,
            Metric::Dot => KernelMetric::Dot,
        }
    }

    /// The distance and the score of what a kernel returned. Scores are higher for nearer rows; those of the cosine lie in
    /// [0, 1].
    #[must_use]
    pub(crate) fn distance_and_score(&self, kernel: f64) -> (f64, f64) {
        let narrow = kernel as f32;
        if f64::from(narrow).to_bits() == kernel.to_bits() {
            let (distance, score) = self.narrow_distance_and_score(narrow);
            return (f64::from(distance), f64::from(score));
        }
        match self.metric {
            Metric::Cosine => {
                let cosine = kernel.clamp(-1.0, 1.0);
                (1.0 - cosine, f64::midpoint(1.0, cosine))
            }
            Metric::L2 => {
                let distance = (-kernel).max(0.0).sqrt();
                (distance, 1.0 / (1.0 + distance))
            }
            Metric::Dot => (-kernel, kernel),
        }
    }

    /// In 32 bits, as nearly all scores are.
    fn narrow_distance_and_score(&self, kernel: f32) -> (f32, f32) {
        match self.metric {
            Metric::Cosine => {
                let cosine = kernel.clamp(-1.0, 1.0);
                (1.0 - cosine, f32::midpoint(1.0, cosine))
            }
            Metric::L2 => {
                let distance = (-kernel).max(0.0).sqrt();
                (distance, 1.0 / (1.0 + distance))
            }
            Metric::Dot => (-kernel, kernel),
        }
    }
}
