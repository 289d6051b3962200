//! The bytes of a segment; `docs/file-format.md` defines them.

use varve_kernels::{BLOCK_ROWS, block_bytes};

use super::{DIMENSIONS_MAX, Setting};
use crate::column::Buffer;
use crate::error::{Error, Result};
use crate::format::Span;
use crate::index::layout::ALIGNED;
use crate::schema::Metric;

const MAGIC: &[u8; 8] = b"varveiv1";
pub(super) const HEADER: usize = 64;
/// The most settings that a segment may list.
const SETTINGS_MAX: u32 = 256;

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) dimensions: u32,
    pub(super) metric: Metric,
    /// What ids are counted from.
    pub(super) base: u64,
    /// Of the rotation.
    pub(super) seed: u64,
    /// Rows in lists.
    pub(super) rows: u32,
    pub(super) lists: u32,
    pub(super) blocks: u32,
    pub(super) settings: u32,
    /// Rows without a direction.
    pub(super) zeros: u32,
    /// Rows that cannot be estimated.
    pub(super) strays: u32,
}

/// Where the sections lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sections {
    pub(super) mean: Span,
    pub(super) settings: Span,
    pub(super) lists: Span,
    pub(super) centres: Span,
    pub(super) coarse: Span,
    pub(super) zeros: Span,
    pub(super) strays: Span,
    pub(super) ids: Span,
    pub(super) blocks: Span,
    pub(super) end: u64,
}

impl Header {
    pub(super) fn padded(&self) -> usize {
        (self.dimensions as usize).next_multiple_of(64)
    }

    pub(super) fn sections(&self) -> Sections {
        // 32-bit numbers of at most a few times 2^16 bytes each: far below 2^64.
        let (padded, block) = (self.padded() as u64, block_bytes(self.padded()) as u64);
        let mut end = HEADER as u64;
        let mut next = |count: u64, size: u64| {
            let start = end.next_multiple_of(ALIGNED);
            end = start + count * size;
            Span(start, count * size)
        };
        let (lists, blocks) = (u64::from(self.lists), u64::from(self.blocks));
        let sections = Sections {
            mean: next(padded, 4),
            settings: next(self.settings.into(), Setting::BYTES as u64),
            lists: next(lists, List::BYTES as u64),
            centres: next(lists, padded),
            coarse: next(lists.div_ceil(BLOCK_ROWS as u64), block),
            zeros: next(self.zeros.into(), 4),
            strays: next(self.strays.into(), 4),
            ids: next(blocks * BLOCK_ROWS as u64, 4),
            blocks: next(blocks, block),
            end: 0,
        };
        Sections { end, ..sections }
    }

    pub(super) fn encode(&self) -> [u8; HEADER] {
        let metric: u32 = match self.metric {
            Metric::Cosine => 0,
            Metric::L2 => 1,
            Metric::Dot => 2,
        };
        let mut bytes = [0; HEADER];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            if let Some(to) = bytes.get_mut(at..at + part.len()) {
                to.copy_from_slice(part);
            }
            at += part.len();
        };
        put(MAGIC);
        put(&self.base.to_le_bytes());
        put(&self.seed.to_le_bytes());
        let numbers = [
            self.dimensions,
            metric,
            self.rows,
            self.lists,
            self.blocks,
            self.settings,
            self.zeros,
            self.strays,
        ];
        numbers.iter().for_each(|number| put(&number.to_le_bytes()));
        bytes
    }

    /// Reads the header of a file and checks that it has room for all that it announces.
    pub(super) fn decode(file: &Buffer) -> Result<Self> {
        let bytes = file.get(0, HEADER)?;
        if bytes.get(..8) != Some(MAGIC) {
            return Err(file.damaged("it is no index segment of this format"));
        }
        let mut longs = bytes.get(8..24).unwrap_or_default().as_chunks::<8>().0.iter();
        let mut long = || longs.next().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mut shorts = bytes.get(24..).unwrap_or_default().as_chunks::<4>().0.iter();
        let mut short = || shorts.next().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let (base, seed, dimensions) = (long(), long(), short());
        let metric = match short() {
            0 => Metric::Cosine,
            1 => Metric::L2,
            2 => Metric::Dot,
            _ => return Err(file.damaged("it is of an unknown metric")),
        };
        let header = Self {
            dimensions,
            metric,
            base,
            seed,
            rows: short(),
            lists: short(),
            blocks: short(),
            settings: short(),
            zeros: short(),
            strays: short(),
        };
        let sound = (1..=DIMENSIONS_MAX).contains(&dimensions)
            && header.lists >= 1
            && header.settings <= SETTINGS_MAX
            && u64::from(header.rows) <= u64::from(header.blocks) * BLOCK_ROWS as u64
            && header.blocks < u32::MAX / BLOCK_ROWS as u32
            && header.sections().end == file.len() as u64;
        if sound {
            Ok(header)
        } else {
            Err(file.damaged("it is not as long as it says"))
        }
    }
}

/// What is kept of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct List {
    /// What a byte of its centre stands for.
    pub(super) scale: f32,
    /// The square of its centre, counted from the mean.
    pub(super) norm_squared: f32,
    /// The product of the centre, counted from the mean, with the mean.
    pub(super) lean: f32,
    /// The mean distance of its rows from the centre.
    pub(super) radius: f32,
    pub(super) first_block: u32,
    pub(super) rows: u32,
}

impl List {
    pub(super) const BYTES: usize = 32;

    pub(super) fn encode(&self) -> [u8; Self::BYTES] {
        let floats = [self.scale, self.norm_squared, self.lean, self.radius].map(f32::to_le_bytes);
        let counts = [self.first_block, self.rows, 0, 0].map(u32::to_le_bytes);
        let mut bytes = [0; Self::BYTES];
        let parts = floats.into_iter().chain(counts);
        bytes
            .chunks_exact_mut(4)
            .zip(parts)
            .for_each(|(to, from)| to.copy_from_slice(&from));
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut parts = bytes.as_chunks::<4>().0.iter().copied();
        let mut next = || parts.next().ok_or_else(|| Error::internal("a list is too short"));
        Ok(Self {
            scale: f32::from_le_bytes(next()?),
            norm_squared: f32::from_le_bytes(next()?),
            lean: f32::from_le_bytes(next()?),
            radius: f32::from_le_bytes(next()?),
            first_block: u32::from_le_bytes(next()?),
            rows: u32::from_le_bytes(next()?),
        })
    }
}
