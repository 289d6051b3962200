use std::borrow::Cow;

use varve_kernels::{Kernels, Rows, TopK};

use crate::column::{Bits, Column};
use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Element, Field, Metric};

/// A vector to find the nearest rows of, checked against its column.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    vector: &'a [f32],
    element: Element,
    metric: Metric,
}

impl<'a> Query<'a> {
    /// Checks a vector.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`]: the column holds no vectors, or others; an element is not finite.
    pub fn new(field: &Field, vector: &'a [f32]) -> Result<Self> {
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

    /// The distance and the score of what a kernel returned. Scores are higher for nearer rows; those of the cosine lie in
    /// [0, 1].
    #[must_use]
    pub fn distance_and_score(&self, kernel: f32) -> (f32, f32) {
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

/// Collects the nearest rows of any number of segments, exactly; of rows equally near those come first that were born
/// first.
///
/// The cost is that of reading every row's vector once: at 384 dimensions of 32 bits 1,536 bytes a row, at the speed of
/// the memory.
#[derive(Debug)]
pub struct Nearest<'a> {
    query: Query<'a>,
    kernel_query: varve_kernels::Query<'a>,
    kernels: Kernels,
    top: TopK,
}

/// From so few matching rows of a segment on, they are fetched one by one.
const FEW: usize = 64;

impl<'a> Nearest<'a> {
    /// Collects up to `limit` rows.
    #[must_use]
    pub fn new(query: Query<'a>, limit: usize) -> Self {
        let metric = match query.metric {
            Metric::Cosine => varve_kernels::Metric::Cosine,
            Metric::L2 => varve_kernels::Metric::L2,
            Metric::Dot => varve_kernels::Metric::Dot,
        };
        let kernel_query = varve_kernels::Query::new(query.vector, metric);
        Self {
            query,
            kernel_query,
            kernels: Kernels::best(),
            top: TopK::new(limit),
        }
    }

    /// Scans the vectors of a segment, or those of the rows in `mask`.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn scan(&mut self, segment: u32, vectors: &Column, mask: Option<&Bits>) -> Result<()> {
        let first_id = u64::from(segment) << 32;
        let element = match self.query.element {
            Element::F32 => varve_kernels::Element::F32,
            Element::F16 => varve_kernels::Element::F16,
        };
        let present = match (mask, vectors.validity()) {
            (mask, None) => mask.map(Cow::Borrowed),
            (mask, Some(validity)) => {
                let mut present = Bits::from_bytes(validity.all()?, vectors.len());
                if let Some(mask) = mask {
                    present.and(mask);
                }
                Some(Cow::Owned(present))
            }
        };
        match present.map(|bits| (bits.count(), bits)) {
            None => {
                let rows = Rows::new(vectors.fixed_all()?, element);
                self.kernels
                    .scan(&self.kernel_query, rows, first_id, None, &mut self.top);
            }
            Some((0, _)) => {}
            Some((count, bits)) if count <= FEW => {
                for row in bits.ones() {
                    let rows = Rows::new(vectors.fixed(row)?, element);
                    self.kernels.scan(
                        &self.kernel_query,
                        rows,
                        first_id + row as u64,
                        None,
                        &mut self.top,
                    );
                }
            }
            Some((_, bits)) => {
                let rows = Rows::new(vectors.fixed_all()?, element);
                self.kernels.scan(
                    &self.kernel_query,
                    rows,
                    first_id,
                    Some(bits.words()),
                    &mut self.top,
                );
            }
        }
        Ok(())
    }

    /// The score that a row must reach to be of use, as the kernels say it.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.top.threshold()
    }

    /// How many rows were found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.top.len()
    }

    /// Whether no row was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.top.is_empty()
    }

    /// Looks at rows that lie anywhere: the segment and the position of each, and the bytes of its vector.
    pub fn score_each(&mut self, places: &[(u32, u32)], vectors: &[&[u8]]) {
        let element = match self.query.element {
            Element::F32 => varve_kernels::Element::F32,
            Element::F16 => varve_kernels::Element::F16,
        };
        let mut scores = vec![f32::NAN; vectors.len()];
        self.kernels
            .score_each(&self.kernel_query, element, vectors, &mut scores);
        for (&(segment, row), score) in places.iter().zip(scores) {
            self.top.push(score, u64::from(segment) << 32 | u64::from(row));
        }
    }

    /// The rows found, the nearest first: segment, position, distance, score.
    #[must_use]
    pub fn finish(self) -> Vec<(u32, u32, f32, f32)> {
        let Self { query, top, .. } = self;
        let hits = top.into_sorted().into_iter().map(|hit| {
            let (distance, score) = query.distance_and_score(hit.score);
            (
                (hit.id >> 32) as u32,
                (hit.id & u64::from(u32::MAX)) as u32,
                distance,
                score,
            )
        });
        hits.collect()
    }
}
