use varve_kernels::{BLOCK_ROWS, Rotation, block_bytes};

use super::layout::{Header, List, Sections};
use super::{Setting, Space};
use crate::column::{Buffer, as_f32s};
use crate::error::Result;

/// An index segment that can be searched. Its bytes are checked when they are touched, not when it is opened.
#[derive(Debug)]
pub struct VectorIndex {
    file: Buffer,
    pub(super) header: Header,
    pub(super) sections: Sections,
    pub(super) rotation: Rotation,
    pub(super) mean: Vec<f32>,
    settings: Vec<Setting>,
}

impl VectorIndex {
    /// Opens the bytes of a segment.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn open(file: Buffer) -> Result<Self> {
        let header = Header::decode(&file)?;
        let sections = header.sections();
        let part = |span: crate::format::Span| file.get(span.0 as usize, span.1 as usize);
        let mean = as_f32s(part(sections.mean)?).into_owned();
        let settings = part(sections.settings)?.chunks_exact(Setting::BYTES);
        let settings: Vec<Setting> = settings.map(Setting::decode).collect::<Result<_>>()?;
        let numbers = |setting: &Setting| [setting.recall, setting.angle, setting.deviations, setting.rows];
        if settings.iter().flat_map(numbers).any(f32::is_nan) {
            return Err(file.damaged("a setting in it is no number"));
        }
        Ok(Self {
            rotation: Rotation::new(header.dimensions as usize, header.seed),
            header,
            sections,
            mean,
            settings,
            file,
        })
    }

    /// What its scores are.
    #[must_use]
    pub fn space(&self) -> Space {
        Space::new(self.header.metric)
    }

    /// The dimensions of its vectors.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.header.dimensions as usize
    }

    /// Its rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        (self.header.rows + self.header.zeros + self.header.strays) as usize
    }

    /// Its lists.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.header.lists as usize
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.file.len()
    }

    /// The bytes of a row in a list.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        block_bytes(self.header.padded()) / BLOCK_ROWS + 4
    }

    /// How thoroughly to search for this recall and this number of nearest rows.
    #[must_use]
    pub fn setting(&self, recall: f32, nearest: usize) -> Setting {
        Setting::choose(&self.settings, recall, nearest, self.flat())
    }

    /// The most thorough search.
    #[must_use]
    pub fn flat(&self) -> Setting {
        Setting::flat(self.header.lists, self.header.rows)
    }

    /// What was measured when it was built.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    pub(super) fn list(&self, list: usize) -> Result<List> {
        let start = self.sections.lists.0 as usize + list * List::BYTES;
        let list = List::decode(self.file.get(start, List::BYTES)?)?;
        let blocks = u64::from(list.rows).div_ceil(BLOCK_ROWS as u64);
        if u64::from(list.first_block) + blocks > u64::from(self.header.blocks) {
            return Err(self.file.damaged("a list in it has more rows than there are"));
        }
        Ok(list)
    }

    /// The bytes of a list's centre.
    pub(super) fn centre(&self, list: usize) -> Result<&[u8]> {
        let padded = self.header.padded();
        self.file
            .get(self.sections.centres.0 as usize + list * padded, padded)
    }

    pub(super) fn coarse(&self) -> Result<&[u8]> {
        self.file
            .get(self.sections.coarse.0 as usize, self.sections.coarse.1 as usize)
    }

    /// Codes of blocks.
    pub(super) fn blocks(&self, first: usize, count: usize) -> Result<&[u8]> {
        let size = block_bytes(self.header.padded());
        let start = self.sections.blocks.0 as usize + first * size;
        self.file.get(start, count * size)
    }

    /// The id at a place in the lists.
    #[inline]
    pub(super) fn id(&self, place: usize) -> Result<u64> {
        self.id_in(self.sections.ids, place)
    }

    /// The ids of the rows without direction, ascending, and of those that cannot be estimated.
    pub(super) fn zeros(&self) -> impl Iterator<Item = Result<u64>> + '_ {
        (0..self.header.zeros as usize).map(|place| self.id_in(self.sections.zeros, place))
    }

    pub(super) fn strays(&self) -> impl Iterator<Item = Result<u64>> + '_ {
        (0..self.header.strays as usize).map(|place| self.id_in(self.sections.strays, place))
    }

    #[inline]
    fn id_in(&self, section: crate::format::Span, place: usize) -> Result<u64> {
        let bytes = self.file.get(section.0 as usize + place * 4, 4)?;
        let offset = bytes
            .first_chunk()
            .map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes));
        Ok(self.header.base.saturating_add(u64::from(offset)))
    }
}
