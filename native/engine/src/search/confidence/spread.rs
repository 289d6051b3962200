use crate::column::vector_elements;
use crate::error::Result;
use crate::fragment::kernel_element;
use crate::schema::{DataType, Field};
use crate::search::near::VectorPlan;
use crate::search::pass::Question;
use crate::search::query::Query;
use crate::search::request::Leg;
use crate::snapshot::{RowPlace, Snapshot, Spread};

/// Rows of the sample.
const SAMPLE: usize = 64;
/// With fewer nothing is told.
const SAMPLE_MIN: usize = 16;
/// Ids that are tried for the sample, of which some are those of dead rows or of rows without a vector.
const TRIES: u64 = 4096;
/// Where rows are no nearer to each other than this, their distances say nothing.
const UNIT_MIN: f64 = 0.01;
/// How many of the rows that are nearest to one it is worth to look for: itself, and another.
const NEAREST: usize = 2;

impl Snapshot {
    /// How far apart the vectors of a column lie, in a sample of 64 rows that follows from the version alone; none where there are fewer than
    /// 16 rows, or where they hardly differ. It is measured when first asked for, which takes 64 searches, and kept with the version.
    pub(super) fn spread(&self, column: &Field) -> Result<Option<Spread>> {
        if let Some(known) = self.known_spread(column.id) {
            return Ok(known);
        }
        let spread = self.measured_spread(column)?;
        self.keep_spread(column.id, spread);
        Ok(spread)
    }

    fn measured_spread(&self, column: &Field) -> Result<Option<Spread>> {
        let DataType::Vector { element, .. } = column.data_type else {
            return Ok(None);
        };
        let rows = self.sample(column)?;
        if rows.len() < SAMPLE_MIN {
            return Ok(None);
        }
        let (mut pairs, mut nearest) = (Vec::new(), Vec::with_capacity(rows.len()));
        for (at, row) in rows.iter().enumerate() {
            let Some(bytes) = self.vector_at(column, *row)? else {
                continue;
            };
            let vector = vector_elements(bytes, element);
            pairs.extend(self.cosines(column, &vector, rows.get(at + 1..).unwrap_or_default())?);
            nearest.extend(self.nearest_other(column, &vector, *row)?);
        }
        nearest.sort_unstable_by(f64::total_cmp);
        let Some(near) = nearest.get(nearest.len() / 2) else {
            return Ok(None);
        };
        let mean = pairs.iter().sum::<f64>() / pairs.len().max(1) as f64;
        let spread = Spread { mean, near: *near };
        Ok((spread.near - spread.mean >= UNIT_MIN).then_some(spread))
    }

    /// Rows with a vector, whose ids are drawn by a rule from all that were handed out.
    fn sample(&self, column: &Field) -> Result<Vec<RowPlace>> {
        let born = self.watermark();
        let mut rows: Vec<RowPlace> = Vec::with_capacity(SAMPLE);
        if born <= TRIES {
            // All of them, so that none is missed where there are few.
            for (_, row) in self.born_since(0) {
                if self.has_direction(column, row)? {
                    rows.push(row);
                }
            }
            let step = rows.len().div_ceil(SAMPLE).max(1);
            return Ok(rows.into_iter().step_by(step).collect());
        }
        for draw in 0..TRIES {
            if rows.len() == SAMPLE {
                break;
            }
            if let Some(row) = self.place(mixed(draw) % born)
                && !rows.contains(&row)
                && self.has_direction(column, row)?
            {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Whether a row has a vector, and not one of zeros.
    fn has_direction(&self, column: &Field, row: RowPlace) -> Result<bool> {
        let bytes = self.vector_at(column, row)?;
        Ok(bytes.is_some_and(|bytes| bytes.iter().any(|byte| *byte & 0x7f != 0)))
    }

    /// The cosine of a vector and that which is nearest to it, but for its own row.
    fn nearest_other(&self, column: &Field, vector: &[f32], own: RowPlace) -> Result<Option<f64>> {
        let leg = Leg {
            column,
            query: vector,
            filter: None,
            limit: NEAREST,
            recall: 0.95,
            prefer_index: false,
        };
        let found = VectorPlan::new(self, leg)?.hits()?;
        let other = found.hits.iter().find(|hit| hit.row != own);
        let rows: Vec<RowPlace> = other.into_iter().map(|hit| hit.row).collect();
        Ok(self.cosines(column, vector, &rows)?.first().copied())
    }

    /// The cosines of a vector and those of rows, whatever the metric of their column; rows without one are left out.
    pub(super) fn cosines(&self, column: &Field, vector: &[f32], rows: &[RowPlace]) -> Result<Vec<f64>> {
        let DataType::Vector { element, .. } = column.data_type else {
            return Ok(Vec::new());
        };
        let mut vectors = Vec::with_capacity(rows.len());
        for row in rows {
            vectors.extend(self.vector_at(column, *row)?);
        }
        let question = Question::new(Query::new(column, vector)?.by_cosine());
        let mut scores = vec![f64::NAN; vectors.len()];
        let (kernels, query) = (question.kernels, &question.kernel_query);
        kernels.score_each(query, kernel_element(element), &vectors, &mut scores);
        scores.retain(|score| !score.is_nan());
        Ok(scores)
    }

    fn vector_at(&self, column: &Field, (segment, row): RowPlace) -> Result<Option<&[u8]>> {
        match self.column(segment, column.id) {
            Some(vectors) if !vectors.is_null(row as usize)? => vectors.fixed(row as usize).map(Some),
            _ => Ok(None),
        }
    }
}

/// A number that looks random and is that of every run (SplitMix64, G. Steele and others, 2014).
fn mixed(draw: u64) -> u64 {
    let mut z = draw.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
