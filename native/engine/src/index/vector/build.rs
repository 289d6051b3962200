use std::sync::atomic::AtomicBool;

use varve_kernels::{BLOCK_ROWS, Kernels, block_bytes, put_signs};

use super::encode::{Encoded, encode};
use super::layout::{HEADER, Header};
use super::parallel::Crew;
use super::train::{Trained, train};
use super::tune::tune;
use super::{Setting, Space, VectorIndex, Vectors};
use crate::column::Buffer;
use crate::error::{Error, Result};

/// How a segment is built.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// What is estimated.
    pub space: Space,
    /// How many lists; none for a number that suits the rows.
    pub lists: Option<usize>,
    /// Threads.
    pub workers: usize,
    /// Set by whoever wants it to end early.
    pub stop: &'a AtomicBool,
}

/// Fewer rows are not worth lists.
const LISTS_FROM: usize = 30_000;
/// The seed of all rotations. It needs to be random, not secret.
const SEED: u64 = 0x7661_7276_6531;

/// About `4 * sqrt(rows)`, in whole tiles of the kernel that assigns rows.
fn lists_for(rows: usize) -> usize {
    if rows < LISTS_FROM {
        return 1;
    }
    ((4.0 * (rows as f64).sqrt()) as usize / 64 * 64).max(64)
}

/// Builds a segment: its bytes.
///
/// Takes about 15 us of one core for a row of 384 dimensions at a million rows, and beside the segment itself twice its
/// bytes of memory. There must be a row, and ids within 2^32 of the first.
///
/// # Errors
/// [`crate::error::Code::Corrupt`]; [`crate::error::Code::Closed`] where it was stopped.
pub fn build(vectors: &dyn Vectors, plan: &Plan<'_>) -> Result<Vec<u8>> {
    let crew = Crew {
        workers: plan.workers.max(1),
        stop: plan.stop,
    };
    let lists = plan
        .lists
        .unwrap_or_else(|| lists_for(vectors.len()))
        .clamp(1, vectors.len().max(1));
    let trained = train(vectors, plan.space, lists, SEED, crew)?;
    let encoded = encode(vectors, plan.space, &trained, crew)?;
    let bytes = Writer {
        vectors,
        plan,
        trained: &trained,
        encoded: &encoded,
    }
    .write(&[])?;
    let untuned = VectorIndex::open(Buffer::from(bytes))?;
    let settings = tune(&untuned, vectors, &encoded.list_of, crew)?;
    vectors.let_go();
    drop(untuned);
    Writer {
        vectors,
        plan,
        trained: &trained,
        encoded: &encoded,
    }
    .write(&settings)
}

struct Writer<'a> {
    vectors: &'a dyn Vectors,
    plan: &'a Plan<'a>,
    trained: &'a Trained,
    encoded: &'a Encoded,
}

impl Writer<'_> {
    fn write(&self, settings: &[Setting]) -> Result<Vec<u8>> {
        let Encoded {
            lists,
            rows,
            blocks,
            zeros,
            strays,
            ..
        } = self.encoded;
        let count = |len: usize| u32::try_from(len).map_err(|_| Error::internal("an index of too many rows"));
        let base = self.vectors.id(0);
        let header = Header {
            dimensions: count(self.vectors.dimensions())?,
            metric: self.plan.space.metric(),
            base,
            seed: SEED,
            rows: count(self.vectors.len() - zeros.len() - strays.len())?,
            lists: count(lists.len())?,
            blocks: count(rows.len() / BLOCK_ROWS)?,
            settings: count(settings.len())?,
            zeros: count(zeros.len())?,
            strays: count(strays.len())?,
        };
        let sections = header.sections();
        let mut bytes = Vec::with_capacity(usize::try_from(sections.end).map_err(Error::internal)?);
        let offsets = |rows: &[u32], bytes: &mut Vec<u8>| {
            for &row in rows {
                let id = if row == u32::MAX {
                    None
                } else {
                    self.vectors.id(row as usize).checked_sub(base)
                };
                let offset = id.and_then(|id| u32::try_from(id).ok()).unwrap_or(u32::MAX);
                bytes.extend_from_slice(&offset.to_le_bytes());
            }
            pad(bytes);
        };
        bytes.extend_from_slice(&header.encode());
        bytes.resize(HEADER, 0);
        self.trained
            .mean
            .iter()
            .for_each(|x| bytes.extend_from_slice(&x.to_le_bytes()));
        pad(&mut bytes);
        settings
            .iter()
            .for_each(|setting| bytes.extend_from_slice(&setting.encode()));
        pad(&mut bytes);
        lists
            .iter()
            .for_each(|list| bytes.extend_from_slice(&list.encode()));
        pad(&mut bytes);
        for list in 0..lists.len() {
            bytes.extend(self.trained.centres.get(list).0.iter().map(|x| x.cast_unsigned()));
        }
        pad(&mut bytes);
        bytes.extend_from_slice(&self.coarse());
        pad(&mut bytes);
        offsets(zeros, &mut bytes);
        offsets(strays, &mut bytes);
        offsets(rows, &mut bytes);
        bytes.extend_from_slice(blocks);
        if bytes.len() as u64 == sections.end {
            Ok(bytes)
        } else {
            Err(Error::internal("an index is not as long as planned"))
        }
    }

    /// The centres, coded as rows are, around the mean.
    fn coarse(&self) -> Vec<u8> {
        let (kernels, padded) = (Kernels::best(), self.trained.rotation.padded());
        let size = block_bytes(padded);
        let lists = self.encoded.lists.len();
        let mut blocks = vec![0; lists.div_ceil(BLOCK_ROWS) * size];
        let mut signs = vec![0; padded / 8];
        let (origin, mut centre) = (vec![0.0; padded], vec![0.0; padded]);
        for (at, block) in blocks.chunks_exact_mut(size).enumerate() {
            for i in 0..BLOCK_ROWS {
                let list = at * BLOCK_ROWS + i;
                let Some(record) = self.encoded.lists.get(list) else {
                    put_signs(block, i, &vec![0; padded / 8], f32::NAN, 0.0);
                    continue;
                };
                let (bytes, scale) = self.trained.centres.get(list);
                centre
                    .iter_mut()
                    .zip(bytes)
                    .for_each(|(x, byte)| *x = f32::from(*byte) * scale);
                let residual = kernels.encode_signs(&centre, &origin, &mut signs);
                let (add, factor) = self.plan.space.factors(&residual, record.lean);
                put_signs(block, i, &signs, add, factor);
            }
        }
        blocks
    }
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(64), 0);
}
