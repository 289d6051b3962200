//! Scores in 64 bits, of rows of which sums in 32 bits say nothing.

use crate::lanes::{Encoding, bytes_of};
use crate::metric::Metric;
use crate::query::{Query, has_tiny};

/// The score of a row that is too large, too small, or too near for canonical sums, which made `narrow` of it.
///
/// One sum in the order of the elements: the same bits on every CPU. Squares and products of `f32` are far within the range of
/// `f64`.
#[cold]
#[inline(never)]
pub(crate) fn wide_score<E: Encoding>(query: &Query, row: &[u8], narrow: f32) -> f64 {
    match query.metric {
        // Often a row has nothing in common with the query, and often it is the query.
        Metric::Dot if narrow.abs() < 1.0 && !query.is_tiny && !has_tiny(E::values(row)) => f64::from(narrow),
        Metric::L2 if bytes_of(query.values) == row => -0.0,
        Metric::Cosine if is_zero(row) => 0.0,
        Metric::Dot => pairs::<E>(query, row).map(|(q, x)| q * x).sum(),
        Metric::L2 => -pairs::<E>(query, row)
            .map(|(q, x)| (q - x) * (q - x))
            .sum::<f64>(),
        Metric::Cosine => {
            let (mut dot, mut of_query, mut of_row) = (0.0, 0.0, 0.0);
            for (q, x) in pairs::<E>(query, row) {
                dot += q * x;
                of_query += q * q;
                of_row += x * x;
            }
            let norms = of_query.sqrt() * of_row.sqrt();
            if norms == 0.0 { 0.0 } else { dot / norms }
        }
    }
}

fn pairs<E: Encoding>(query: &Query, row: &[u8]) -> impl Iterator<Item = (f64, f64)> {
    let values = query.values.iter().copied();
    values
        .zip(E::values(row))
        .map(|(q, x)| (f64::from(q), f64::from(x)))
}

fn is_zero(row: &[u8]) -> bool {
    let (words, rest) = row.as_chunks::<8>();
    words.iter().all(|word| *word == [0; 8]) && rest.iter().all(|byte| *byte == 0)
}
