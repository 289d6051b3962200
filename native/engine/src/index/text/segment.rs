use std::fmt;
use std::sync::{Arc, OnceLock};

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::SegmentPostings;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, Searcher, TERMINATED, TantivyError};

use super::files::{self, Described, Header, Sections, Totals};
use super::sound::Sound;
use crate::column::{Bits, Buffer};
use crate::error::{Error, Result};
use crate::format::Span;
use crate::schema::Analysis;

/// A segment that can be searched.
pub struct TextIndex {
    file: Buffer,
    header: Header,
    sections: Sections,
    described: Vec<Described>,
    searcher: Searcher,
    lists: Vec<OnceLock<Lists>>,
    sound: Sound,
}

/// The lists of one field.
#[derive(Clone)]
pub(super) struct Lists {
    pub(super) terms: Arc<InvertedIndexReader>,
    pub(super) lengths: FieldNormReader,
}

impl fmt::Debug for TextIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextIndex")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

impl TextIndex {
    /// Opens a segment. What is read of it is confirmed before; its lists are opened when they are first searched.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn open(file: Buffer) -> Result<Self> {
        let (header, sections, described, searcher) = files::open(&file)?;
        let lists = described.iter().map(|_| OnceLock::new()).collect();
        Ok(Self {
            file,
            header,
            sections,
            described,
            searcher,
            lists,
            sound: Sound::default(),
        })
    }

    /// The columns that it covers, by their ids, and how their texts became terms.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &Analysis)> {
        self.described.iter().map(|field| (field.field, &field.analysis))
    }

    /// How many rows it holds.
    #[must_use]
    pub fn documents(&self) -> u32 {
        self.header.documents
    }

    /// The id of a row, by its place in the segment. Ids ascend.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn id(&self, document: u32) -> Result<u64> {
        if self.header.consecutive {
            return Ok(self.header.base + u64::from(document));
        }
        let Span(start, _) = self.sections.ids;
        let bytes = self.file.get(start as usize + document as usize * 4, 4)?;
        let offset = bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        Ok(self.header.base + u64::from(offset))
    }

    /// The place of the first row that has this id or a later one.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn document_from(&self, id: u64) -> Result<u32> {
        let (mut low, mut high) = (0, self.header.documents);
        while low < high {
            let middle = low.midpoint(high);
            if self.id(middle)? < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The place of a row, where it is covered.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn document(&self, id: u64) -> Result<Option<u32>> {
        let document = self.document_from(id)?;
        let found = document < self.header.documents && self.id(document)? == id;
        Ok(found.then_some(document))
    }

    /// How many rows have a term in a field, and how long they are together: of those of a mask by places, or of all. Nothing where it
    /// does not cover the field.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn lengths(&self, field: u32, mask: Option<&Bits>) -> Result<Totals> {
        let Some(place) = self.place(field) else {
            return Ok(Totals::default());
        };
        let lists = self.lists(place)?;
        files::under(
            &self.file,
            (&self.header, &self.sections),
            place,
            mask,
            &lists.lengths,
        )
    }

    /// The place of a field among those that it covers.
    pub(super) fn place(&self, field: u32) -> Option<usize> {
        self.described
            .iter()
            .position(|described| described.field == field)
    }

    /// The lists of a field, by its place.
    pub(super) fn lists(&self, place: usize) -> Result<&Lists> {
        let slot = self
            .lists
            .get(place)
            .ok_or_else(|| self.file.damaged("it has no such field"))?;
        if let Some(lists) = slot.get() {
            return Ok(lists);
        }
        let lists = self.ask(|| {
            let field = Field::from_field_id(place as u32);
            let reader = self.searcher.segment_reader(0);
            let lengths = reader.get_fieldnorms_reader(field)?;
            if lengths.num_docs() != self.header.documents {
                return Err(TantivyError::InternalError(
                    "lengths of other documents".to_owned(),
                ));
            }
            Ok(Lists {
                terms: reader.inverted_index(field)?,
                lengths,
            })
        })?;
        Ok(slot.get_or_init(|| lists))
    }

    /// In how many rows a field holds a term: of those of a mask by places, or of all. With a mask it walks the list of the term, or asks
    /// for each row that is hidden, whichever is shorter.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn frequency(&self, field: u32, term: &str, mask: Option<&Bits>) -> Result<u64> {
        let Some(place) = self.place(field) else {
            return Ok(0);
        };
        let Some(info) = self.info(place, term)? else {
            return Ok(0);
        };
        let Some(mask) = mask else {
            return Ok(info.doc_freq.into());
        };
        self.contain(|| {
            let mut list = self.postings(place, &info, IndexRecordOption::Basic)?;
            let hidden = self.header.documents as usize - mask.count().min(self.header.documents as usize);
            let seeking = hidden.saturating_mul(SEEK_PRICE) < info.doc_freq as usize;
            let mut count = 0;
            if seeking {
                count = u64::from(info.doc_freq);
                for document in zeros(mask, self.header.documents) {
                    if list.doc() > document {
                        continue;
                    }
                    if list.seek(document) == document {
                        count -= 1;
                    }
                }
            } else {
                while list.doc() != TERMINATED {
                    count += u64::from(mask.get(list.doc() as usize));
                    list.advance();
                }
            }
            Ok(count)
        })
    }

    /// Where the list of a term lies, which may be walked.
    pub(super) fn info(&self, place: usize, term: &str) -> Result<Option<TermInfo>> {
        let lists = self.lists(place)?;
        let info = self.ask(|| Ok(lists.terms.terms().get(term)?))?;
        if let Some(info) = &info {
            self.contain(|| self.check(place, info))?;
        }
        Ok(info)
    }

    /// The list of a term. To be asked where panics are contained.
    pub(super) fn postings(
        &self,
        place: usize,
        info: &TermInfo,
        option: IndexRecordOption,
    ) -> Result<SegmentPostings> {
        self.check(place, info)?;
        let lists = self.lists(place)?;
        let list = lists.terms.read_postings_from_terminfo(info, option);
        list.map_err(|error| files::foreign(&self.file, &error.into()))
    }

    fn check(&self, place: usize, info: &TermInfo) -> Result<()> {
        let terms = &self.lists(place)?.terms;
        match self.sound.holds((place, terms), info, self.header.documents) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.damaged("the rows of a list do not ascend")),
            Err(error) => Err(files::foreign(&self.file, &error)),
        }
    }

    /// How long all lists are together.
    pub(super) fn lists_bytes(&self) -> u64 {
        self.sections.lists_bytes()
    }

    /// What the library searches.
    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The error of a segment that holds nonsense.
    pub(super) fn damaged(&self, what: &str) -> Error {
        self.file.damaged(what)
    }

    /// Asks the library.
    pub(super) fn ask<T>(&self, ask: impl FnOnce() -> tantivy::Result<T>) -> Result<T> {
        files::refused(&self.file, ask)
    }

    /// Does what reads lists, so that a panic of the library ends here.
    pub(super) fn contain<T>(&self, ask: impl FnOnce() -> Result<T>) -> Result<T> {
        files::contained(&self.file, ask)
    }
}

/// What looking for one row in a list costs, in rows that are walked over.
const SEEK_PRICE: usize = 8;

/// The places that are not in a mask, ascending.
fn zeros(mask: &Bits, documents: u32) -> impl Iterator<Item = u32> + '_ {
    let words =
        (0..documents.div_ceil(64)).map(|at| (at, mask.words().get(at as usize).copied().unwrap_or(0)));
    words.flat_map(move |(at, word)| {
        let mut rest = !word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros();
            rest &= rest.checked_sub(1)?;
            Some(at * 64 + bit)
        })
        .filter(move |document| *document < documents)
    })
}
