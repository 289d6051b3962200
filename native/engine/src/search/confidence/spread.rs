use crate::column::{Bits, vector_elements};
use crate::error::Result;
use crate::schema::{DataType, Field};
use crate::search::near::VectorPlan;
use crate::search::pass::Question;
use crate::search::query::Query;
use crate::search::request::Leg;
use crate::snapshot::{RowPlace, Snapshot, Spread, Visible};

/// Rows of the sample.
const SAMPLE: usize = 64;
/// With fewer nothing is told.
const SAMPLE_MIN: usize = 16;
/// Rows that are tried for the sample, of which some have no vector.
const TRIES: u64 = 4096;
/// Where rows are no nearer to each other than this, their distances say nothing.
const UNIT_MIN: f64 = 0.01;
/// How many of the rows that are nearest to one it is worth to look for: itself, and another.
const NEAREST: usize = 2;

impl Snapshot {
    /// How far apart the vectors of a column lie, in a sample of 64 rows that follows from the version alone; none where fewer than 16 of them
    /// have a vector, or where these hardly differ. It is measured when first asked for, which takes 64 searches, and kept with the version.
    pub(super) fn spread(&self, column: &Field) -> Result<Option<Spread>> {
        self.spread_of(column.id, || self.measured_spread(column))
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

    /// Rows with a vector, drawn by a rule from those that the version sees, in the order of their ids.
    fn sample(&self, column: &Field) -> Result<Vec<RowPlace>> {
        let segments: Vec<Visible<'_>> = self.segments().collect();
        let count = |visible: &Visible<'_>| {
            let all = visible.segment.len();
            visible.mask.as_ref().map_or(all, |mask| mask.count()) as u64
        };
        let ends: Vec<u64> = segments
            .iter()
            .scan(0, |end, visible| {
                *end += count(visible);
                Some(*end)
            })
            .collect();
        let rows = ends.last().copied().unwrap_or(0);
        let nth = |nth: u64| {
            let at = ends.partition_point(|end| *end <= nth);
            let before = at.checked_sub(1).and_then(|before| ends.get(before)).copied();
            let (visible, within) = (segments.get(at)?, nth - before.unwrap_or(0));
            let row = match &visible.mask {
                Some(mask) => nth_one(mask, within)?,
                None => within,
            };
            Some((visible.index, u32::try_from(row).ok()?))
        };
        // Of few rows each is tried, so that none is missed.
        let (tries, step) = if rows <= TRIES {
            (rows, true)
        } else {
            (TRIES, false)
        };
        let mut sample: Vec<RowPlace> = Vec::with_capacity(SAMPLE);
        for draw in 0..tries {
            if !step && sample.len() == SAMPLE {
                break;
            }
            let row = nth(if step { draw } else { mixed(draw) % rows });
            if let Some(row) = row
                && (step || !sample.contains(&row))
                && self.has_direction(column, row)?
            {
                sample.push(row);
            }
        }
        let step = sample.len().div_ceil(SAMPLE).max(1);
        Ok(sample.into_iter().step_by(step).collect())
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
        let mut vectors = Vec::with_capacity(rows.len());
        for row in rows {
            vectors.extend(self.vector_at(column, *row)?);
        }
        let question = Question::new(Query::new(column, vector)?.by_cosine());
        let mut scores = question.scores(&vectors);
        scores.retain(|score| !score.is_nan());
        Ok(scores)
    }
}

/// The place of the bit that so many set bits stand before.
fn nth_one(bits: &Bits, mut before: u64) -> Option<u64> {
    for (at, word) in (0..).zip(bits.words()) {
        let ones = u64::from(word.count_ones());
        if before < ones {
            let mut rest = *word;
            (0..before).for_each(|_| rest &= rest.wrapping_sub(1));
            return Some(at * 64 + u64::from(rest.trailing_zeros()));
        }
        before -= ones;
    }
    None
}

/// A number that looks random and is that of every run (SplitMix64, G. Steele and others, 2014).
fn mixed(draw: u64) -> u64 {
    let mut z = draw.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
