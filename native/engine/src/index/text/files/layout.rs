//! What a segment says of itself; `docs/file-format.md` defines it.

use serde::{Deserialize, Serialize};

use super::FILES;
use crate::column::Buffer;
use crate::error::{Error, Result};
use crate::format::Span;
use crate::index::layout::{Numbers, Placing};
use crate::schema::Analysis;

const MAGIC: &[u8; 8] = b"varvetx1";
pub(super) const HEADER: usize = 128;
/// One entry of the totals covers so many documents.
pub(super) const TOTALS_ROWS: usize = 1024;
/// The most fields of a segment.
const FIELDS_MAX: usize = 1024;
/// The most documents: the library counts them in 31 bits.
pub(super) const DOCUMENTS_MAX: u32 = 1 << 30;

/// A field of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Described {
    /// The id of the column.
    pub(crate) field: u32,
    /// How its texts became terms.
    pub(crate) analysis: Analysis,
}

/// The numbers at the start of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The id of the first document.
    pub(crate) base: u64,
    pub(crate) documents: u32,
    pub(crate) fields: u32,
    /// Bytes of the description of the fields.
    pub(super) described: u32,
    /// Whether each document has the id after that of the one before, so that ids are not listed.
    pub(crate) consecutive: bool,
    /// Bytes of the files of the library.
    pub(super) files: [u64; FILES.len()],
}

/// Where the sections lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sections {
    pub(super) described: Span,
    pub(super) totals: Span,
    pub(crate) ids: Span,
    pub(super) files: [Span; FILES.len()],
    pub(super) end: u64,
}

impl Sections {
    /// How long the file of the library is in which all lists of rows lie.
    pub(crate) fn lists_bytes(&self) -> u64 {
        let at = FILES.iter().position(|name| *name == "idx");
        at.and_then(|at| self.files.get(at)).map_or(0, |span| span.1)
    }
}

impl Header {
    /// Where the sections lie; none where that cannot be.
    pub(crate) fn sections(&self) -> Option<Sections> {
        let mut placing = Placing::behind(HEADER);
        let mut next = |length| placing.next(length);
        let blocks = u64::from(self.documents).div_ceil(TOTALS_ROWS as u64);
        let described = next(self.described.into())?;
        let totals = next(blocks * u64::from(self.fields) * 16)?;
        let ids = next(if self.consecutive {
            0
        } else {
            u64::from(self.documents) * 4
        })?;
        let mut files = [Span(0, 0); FILES.len()];
        for (file, length) in files.iter_mut().zip(self.files) {
            *file = next(length)?;
        }
        Some(Sections {
            described,
            totals,
            ids,
            files,
            end: placing.end,
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.base.to_le_bytes());
        let numbers = [
            self.documents,
            self.fields,
            self.described,
            u32::from(self.consecutive),
        ];
        numbers
            .iter()
            .for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        self.files
            .iter()
            .for_each(|length| bytes.extend_from_slice(&length.to_le_bytes()));
        bytes.resize(HEADER, 0);
        bytes
    }

    /// Reads the header of a file and checks that it has room for all that it announces.
    pub(crate) fn decode(file: &Buffer) -> Result<(Self, Sections)> {
        let bytes = file.get(0, HEADER)?;
        if bytes.get(..8) != Some(MAGIC) {
            return Err(file.damaged("it is no text index of this format"));
        }
        let numbers = Numbers(bytes);
        let header = Self {
            base: numbers.long(8),
            documents: numbers.short(16),
            fields: numbers.short(20),
            described: numbers.short(24),
            consecutive: numbers.short(28) == 1,
            files: std::array::from_fn(|i| numbers.long(32 + 8 * i)),
        };
        let sections = header
            .sections()
            .filter(|sections| sections.end == file.len() as u64);
        let sound = (1..=DOCUMENTS_MAX).contains(&header.documents)
            && (1..=FIELDS_MAX).contains(&(header.fields as usize))
            && numbers.short(28) <= 1
            && header.base.checked_add(u64::from(u32::MAX)).is_some();
        match sections.filter(|_| sound) {
            Some(sections) => Ok((header, sections)),
            None => Err(file.damaged("it is not as long as it says")),
        }
    }
}

/// The fields of a segment as it describes them.
pub(super) fn encode_fields(fields: &[Described]) -> Result<Vec<u8>> {
    if fields.is_empty() || fields.len() > FIELDS_MAX {
        return Err(Error::internal("a text index of no fields, or too many"));
    }
    serde_json::to_vec(fields).map_err(Error::internal)
}

pub(super) fn decode_fields(file: &Buffer, header: &Header, sections: &Sections) -> Result<Vec<Described>> {
    let Span(start, length) = sections.described;
    let bytes = file.get(start as usize, length as usize)?;
    let fields: Vec<Described> = serde_json::from_slice(bytes)
        .map_err(|error| file.damaged(&format!("its fields cannot be read: {error}")))?;
    let sound =
        fields.len() == header.fields as usize && fields.iter().all(|field| field.analysis.check().is_ok());
    if sound {
        Ok(fields)
    } else {
        Err(file.damaged("its fields are not those that it counts"))
    }
}
