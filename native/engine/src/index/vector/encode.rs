use varve_kernels::{BLOCK_ROWS, Kernels, block_bytes, put_signs};

use super::Vectors;
use super::layout::List;
use super::parallel::Crew;
use super::space::{Kind, Space};
use super::train::{AT_ONCE, LET_GO, Reader, Trained};
use crate::error::Result;

/// Where rows without direction, and those that cannot be estimated, go instead of to a list.
const ZERO: u32 = u32::MAX;
const STRAY: u32 = u32::MAX - 1;

/// The rows, coded, in their order.
struct Codes {
    /// An eighth of the dimensions in bytes for each row.
    signs: Vec<u8>,
    factors: Vec<RowFactors>,
}

#[derive(Clone, Copy, Default)]
struct RowFactors {
    list: u32,
    add: f32,
    factor: f32,
    /// The distance from the centre.
    distance: f32,
}

/// The rows in lists.
pub(super) struct Encoded {
    pub(super) lists: Vec<List>,
    /// For each place in the lists the row; `u32::MAX` where there is none.
    pub(super) rows: Vec<u32>,
    pub(super) blocks: Vec<u8>,
    pub(super) zeros: Vec<u32>,
    pub(super) strays: Vec<u32>,
    /// The list of each row.
    pub(super) list_of: Vec<u32>,
}

/// Codes all rows and puts them into lists.
pub(super) fn encode(
    vectors: &dyn Vectors,
    space: Space,
    trained: &Trained,
    crew: Crew<'_>,
) -> Result<Encoded> {
    let codes = code_rows(vectors, space, trained, crew)?;
    let mut lists = list_records(trained);
    let mut distances = vec![0.0_f64; lists.len()];
    let (mut zeros, mut strays) = (Vec::new(), Vec::new());
    for (row, factors) in codes.factors.iter().enumerate() {
        let row = row as u32;
        match factors.list {
            ZERO => zeros.push(row),
            STRAY => strays.push(row),
            list => {
                if let (Some(list), Some(sum)) =
                    (lists.get_mut(list as usize), distances.get_mut(list as usize))
                {
                    list.rows += 1;
                    *sum += f64::from(factors.distance);
                }
            }
        }
    }
    let mut blocks = 0;
    for (list, sum) in lists.iter_mut().zip(distances) {
        list.radius = (sum / f64::from(list.rows.max(1))) as f32;
        list.first_block = blocks;
        blocks += list.rows.div_ceil(BLOCK_ROWS as u32);
    }
    let rows = places(&codes, &lists, blocks as usize);
    let blocks = put_in_blocks(&codes, &rows, trained.rotation.padded(), crew)?;
    let list_of = codes.factors.iter().map(|factors| factors.list).collect();
    Ok(Encoded {
        lists,
        rows,
        blocks,
        zeros,
        strays,
        list_of,
    })
}

fn list_records(trained: &Trained) -> Vec<List> {
    let kernels = Kernels::best();
    let record = |list| {
        let (bytes, scale) = trained.centres.get(list);
        let centre: Vec<f32> = bytes.iter().map(|x| f32::from(*x) * scale).collect();
        List {
            scale,
            norm_squared: kernels.dot_f32(&centre, &centre),
            lean: kernels.dot_f32(&centre, &trained.mean),
            ..List::default()
        }
    };
    (0..trained.centres.len()).map(record).collect()
}

fn code_rows(vectors: &dyn Vectors, space: Space, trained: &Trained, crew: Crew<'_>) -> Result<Codes> {
    let padded = trained.rotation.padded();
    let mut codes = Codes {
        signs: vec![0; vectors.len() * padded / 8],
        factors: vec![RowFactors::default(); vectors.len()],
    };
    let chunks = codes
        .signs
        .chunks_mut(AT_ONCE * padded / 8)
        .zip(codes.factors.chunks_mut(AT_ONCE));
    let coder = Coder {
        vectors,
        space,
        trained,
        kernels: Kernels::best(),
    };
    crew.each(chunks.enumerate(), |(chunk, (signs, factors))| {
        if chunk % LET_GO == 0 {
            vectors.let_go();
        }
        coder.code(chunk * AT_ONCE, signs, factors)
    })?;
    Ok(codes)
}

struct Coder<'a> {
    vectors: &'a dyn Vectors,
    space: Space,
    trained: &'a Trained,
    kernels: Kernels,
}

impl Coder<'_> {
    /// Codes the rows from `first` on.
    fn code(&self, first: usize, signs: &mut [u8], factors: &mut [RowFactors]) -> Result<()> {
        let Trained {
            rotation,
            mean,
            centres,
        } = self.trained;
        let (kernels, padded, count) = (self.kernels, rotation.padded(), factors.len());
        let reader = Reader {
            vectors: self.vectors,
            space: self.space,
            rotation,
            kernels,
        };
        let mut raw = vec![0.0; self.vectors.dimensions()];
        let mut rows = vec![0.0; count * padded];
        let mut kinds = Vec::with_capacity(count);
        for (i, row) in rows.chunks_exact_mut(padded).enumerate() {
            kinds.push(reader.read(first + i, &mut raw, mean, row)?);
        }
        let mut bytes = vec![0; count * padded];
        let pairs = rows.chunks_exact(padded).zip(bytes.chunks_exact_mut(padded));
        let scales: Vec<f32> = pairs.map(|(row, bytes)| kernels.to_bytes(row, bytes)).collect();
        let mut nearest = vec![0; count];
        if centres.len() > 1 {
            kernels.nearest_centres(centres, &bytes, &scales, &mut nearest);
        }
        let mut centre = vec![0.0; padded];
        let coded = rows
            .chunks_exact(padded)
            .zip(signs.chunks_exact_mut(padded / 8))
            .zip(factors);
        for (((row, signs), factors), (kind, list)) in coded.zip(kinds.into_iter().zip(nearest)) {
            let (bytes, scale) = centres.get(list as usize);
            centre
                .iter_mut()
                .zip(bytes)
                .for_each(|(x, byte)| *x = f32::from(*byte) * scale);
            *factors = match kind {
                Kind::Usual => self.code_row(row, &centre, list, signs),
                Kind::Zero => RowFactors {
                    list: ZERO,
                    ..RowFactors::default()
                },
                Kind::Stray => RowFactors {
                    list: STRAY,
                    ..RowFactors::default()
                },
            };
        }
        Ok(())
    }

    fn code_row(&self, row: &[f32], centre: &[f32], list: u32, signs: &mut [u8]) -> RowFactors {
        let residual = self.kernels.encode_signs(row, centre, signs);
        let dot_mean = if self.space.is_product() {
            let mean = &self.trained.mean;
            self.kernels.dot_f32(row, mean) - self.kernels.dot_f32(centre, mean)
        } else {
            0.0
        };
        let (add, factor) = self.space.factors(&residual, dot_mean);
        if !(add.is_finite() && factor.is_finite()) {
            return RowFactors {
                list: STRAY,
                ..RowFactors::default()
            };
        }
        RowFactors {
            list,
            add,
            factor,
            distance: residual.norm_squared.sqrt(),
        }
    }
}

/// The row at each place: rows of a list stand together, in their order.
fn places(codes: &Codes, lists: &[List], blocks: usize) -> Vec<u32> {
    let mut next: Vec<usize> = lists
        .iter()
        .map(|list| list.first_block as usize * BLOCK_ROWS)
        .collect();
    let mut rows = vec![u32::MAX; blocks * BLOCK_ROWS];
    for (row, factors) in codes.factors.iter().enumerate() {
        if let Some(next) = next.get_mut(factors.list as usize) {
            if let Some(place) = rows.get_mut(*next) {
                *place = row as u32;
            }
            *next += 1;
        }
    }
    rows
}

fn put_in_blocks(codes: &Codes, rows: &[u32], padded: usize, crew: Crew<'_>) -> Result<Vec<u8>> {
    const BLOCKS_AT_ONCE: usize = 64;
    let size = block_bytes(padded);
    let mut blocks = vec![0; rows.len() / BLOCK_ROWS * size];
    let empty = vec![0; padded / 8];
    let chunks = blocks
        .chunks_mut(BLOCKS_AT_ONCE * size)
        .zip(rows.chunks(BLOCKS_AT_ONCE * BLOCK_ROWS));
    crew.each(chunks, |(blocks, rows)| {
        for (block, rows) in blocks.chunks_exact_mut(size).zip(rows.chunks(BLOCK_ROWS)) {
            for (at, &row) in rows.iter().enumerate() {
                let start = row as usize * (padded / 8);
                match (
                    codes.signs.get(start..start + padded / 8),
                    codes.factors.get(row as usize),
                ) {
                    (Some(signs), Some(factors)) => put_signs(block, at, signs, factors.add, factors.factor),
                    _ => put_signs(block, at, &empty, f32::NAN, 0.0),
                }
            }
        }
        Ok(())
    })?;
    Ok(blocks)
}
