use std::sync::Mutex;

use varve_kernels::{Centres, Kernels, Rotation};

use super::Vectors;
use super::parallel::Crew;
use super::space::{Kind, Space};
use crate::error::Result;

/// Rows that a list is trained on.
const SAMPLE_PER_LIST: usize = 24;
/// Rows that the mean is taken over, at least.
const SAMPLE_MIN: usize = 4096;
/// Rounds of Lloyd's algorithm: more find nothing better.
const ROUNDS: usize = 5;
/// Rows that a thread takes at a time.
pub(super) const AT_ONCE: usize = 512;
/// After this many parts, the pages that were read are released.
pub(super) const LET_GO: usize = 8;

/// What rows are coded against, in the rotated space.
pub(super) struct Trained {
    pub(super) rotation: Rotation,
    pub(super) mean: Vec<f32>,
    /// Counted from the mean.
    pub(super) centres: Centres,
}

/// Rows read, prepared and rotated.
pub(super) struct Reader<'a> {
    pub(super) vectors: &'a dyn Vectors,
    pub(super) space: Space,
    pub(super) rotation: &'a Rotation,
    pub(super) kernels: Kernels,
}

impl Reader<'_> {
    /// Reads a row, counted from `mean` where there is one.
    pub(super) fn read(&self, row: usize, raw: &mut [f32], mean: &[f32], to: &mut [f32]) -> Result<Kind> {
        self.vectors.read(row, raw)?;
        let kind = self.space.prepare(raw);
        if kind == Kind::Usual {
            self.rotation.apply(self.kernels, raw, to);
            to.iter_mut().zip(mean).for_each(|(x, mean)| *x -= mean);
        }
        Ok(kind)
    }
}

/// Finds centres for rows.
pub(super) fn train(
    vectors: &dyn Vectors,
    space: Space,
    lists: usize,
    seed: u64,
    crew: Crew<'_>,
) -> Result<Trained> {
    let kernels = Kernels::best();
    let rotation = Rotation::new(vectors.dimensions(), seed);
    let padded = rotation.padded();
    let reader = Reader {
        vectors,
        space,
        rotation: &rotation,
        kernels,
    };
    let wanted = (lists * SAMPLE_PER_LIST).max(SAMPLE_MIN);
    let mut sample = read_sample(&reader, wanted, padded, crew)?;
    let mean = mean_of(&sample, padded);
    for row in sample.chunks_exact_mut(padded) {
        row.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean);
    }
    let centres = if lists <= 1 || sample.len() / padded < lists {
        Centres::new(kernels, &vec![0.0; padded], padded)
    } else {
        cluster(kernels, &sample, padded, lists, crew)?
    };
    Ok(Trained {
        rotation,
        mean,
        centres,
    })
}

/// Rows from all over, in no order that a user could have given them.
fn read_sample(reader: &Reader<'_>, wanted: usize, padded: usize, crew: Crew<'_>) -> Result<Vec<f32>> {
    let count = reader.vectors.len();
    let wanted = wanted.min(count);
    let mut sample = vec![0.0; wanted * padded];
    let kept = Mutex::new(vec![true; wanted]);
    let chunks = sample.chunks_mut(AT_ONCE * padded).enumerate();
    crew.each(chunks, |(chunk, rows)| {
        if chunk % LET_GO == 0 {
            reader.vectors.let_go();
        }
        let mut raw = vec![0.0; reader.vectors.dimensions()];
        for (i, to) in rows.chunks_exact_mut(padded).enumerate() {
            let at = chunk * AT_ONCE + i;
            // One row of each of `wanted` equal parts.
            let (start, end) = (at * count / wanted, (at + 1) * count / wanted);
            let row = start + scatter(at as u64) as usize % (end - start).max(1);
            if reader.read(row, &mut raw, &[], to)? != Kind::Usual
                && let Some(kept) = kept
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .get_mut(at)
            {
                *kept = false;
            }
        }
        Ok(())
    })?;
    let kept = kept
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if kept.iter().all(|kept| *kept) {
        return Ok(sample);
    }
    let rows = sample.chunks_exact(padded).zip(kept).filter(|(_, kept)| *kept);
    Ok(rows.flat_map(|(row, _)| row.iter().copied()).collect())
}

/// A number without any order, made of one with an order.
pub(super) fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) >> 1
}

fn mean_of(rows: &[f32], padded: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; padded];
    for row in rows.chunks_exact(padded) {
        sums.iter_mut()
            .zip(row)
            .for_each(|(sum, x)| *sum += f64::from(*x));
    }
    let count = (rows.len() / padded).max(1) as f64;
    sums.into_iter().map(|sum| (sum / count) as f32).collect()
}

/// Lloyd's algorithm. Rows are assigned as bytes, centres are means of the rows themselves.
fn cluster(kernels: Kernels, sample: &[f32], padded: usize, lists: usize, crew: Crew<'_>) -> Result<Centres> {
    let count = sample.len() / padded;
    let mut bytes = vec![0_i8; sample.len()];
    let mut scales = vec![0.0_f32; count];
    let chunks = sample
        .chunks(AT_ONCE * padded)
        .zip(bytes.chunks_mut(AT_ONCE * padded));
    crew.each(
        chunks.zip(scales.chunks_mut(AT_ONCE)),
        |((rows, bytes), scales)| {
            let rows = rows
                .chunks_exact(padded)
                .zip(bytes.chunks_exact_mut(padded))
                .zip(scales);
            rows.for_each(|((row, bytes), scale)| *scale = kernels.to_bytes(row, bytes));
            Ok(())
        },
    )?;
    // The sample is in the order of the rows: every so manieth row is as good as a random one.
    let mut means = Vec::with_capacity(lists * padded);
    for list in 0..lists {
        let row = list * count / lists;
        means.extend_from_slice(sample.get(row * padded..(row + 1) * padded).unwrap_or_default());
    }
    let mut nearest = vec![0_u32; count];
    let mut centres = Centres::new(kernels, &means, padded);
    for _ in 0..ROUNDS {
        let chunks = bytes.chunks(AT_ONCE * padded).zip(scales.chunks(AT_ONCE));
        crew.each(
            chunks.zip(nearest.chunks_mut(AT_ONCE)),
            |((rows, scales), nearest)| {
                kernels.nearest_centres(&centres, rows, scales, nearest);
                Ok(())
            },
        )?;
        move_centres(sample, padded, &nearest, &mut means);
        centres = Centres::new(kernels, &means, padded);
    }
    Ok(centres)
}

/// Moves each centre to the mean of its rows; one without rows goes to a row of the largest list.
fn move_centres(sample: &[f32], padded: usize, nearest: &[u32], means: &mut [f32]) {
    let mut sizes = vec![0_u32; means.len() / padded];
    means.fill(0.0);
    for (row, &list) in sample.chunks_exact(padded).zip(nearest) {
        let start = list as usize * padded;
        let sum = means.get_mut(start..start + padded).unwrap_or_default();
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        if let Some(size) = sizes.get_mut(list as usize) {
            *size += 1;
        }
    }
    for (mean, &size) in means.chunks_exact_mut(padded).zip(&sizes) {
        mean.iter_mut().for_each(|x| *x /= size.max(1) as f32);
    }
    let largest = (0..sizes.len())
        .max_by_key(|&list| sizes.get(list).copied())
        .unwrap_or(0) as u32;
    let mut spare = sample
        .chunks_exact(padded)
        .zip(nearest)
        .filter(|(_, list)| **list == largest);
    for (mean, _) in means
        .chunks_exact_mut(padded)
        .zip(&sizes)
        .filter(|(_, size)| **size == 0)
    {
        if let Some((row, _)) = spare.next() {
            mean.copy_from_slice(row);
        }
    }
}
