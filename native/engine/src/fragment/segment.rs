use std::sync::{Arc, Mutex, PoisonError};

use super::checked::CheckedFile;
use super::{KeyIndex, Shadow, Vectors};
use crate::column::{Batch, Bits, Buffer, Column, Data, fixed_width};
use crate::error::{Error, Result};
use crate::filter::{Columns, Filter};
use crate::format::{ColumnPlace, ColumnStats, Fragment, GroupFile, Rows, Span};
use crate::schema::{DataType, Field};
use crate::store::{FileName, Store};

/// Rows that can be read: a fragment's, or those that travel in a manifest.
#[derive(Debug)]
pub(crate) struct Segment {
    rows: Rows,
    len: usize,
    columns: Vec<(u32, Column)>,
    stats: Vec<(u32, ColumnStats)>,
    keys: Option<KeyIndex>,
    shadows: Vec<(u32, Shadow)>,
    files: Vec<Arc<CheckedFile>>,
    /// The rows that filters matched, the last used at the end.
    matched: Mutex<Vec<(Filter, Matching)>>,
}

/// The rows of a segment that a filter matches.
#[derive(Clone, Debug)]
pub(crate) struct Matching {
    /// One bit a row.
    pub bits: Arc<Bits>,
    /// How many bits are set.
    pub count: usize,
}

impl From<Bits> for Matching {
    fn from(bits: Bits) -> Self {
        let count = bits.count();
        let bits = Arc::new(bits);
        Self { bits, count }
    }
}

/// How many filters keep the rows that they matched, and of how many rows a segment must be for that.
const FILTERS: usize = 4;
const FILTERED_FROM: usize = 1024;

impl Segment {
    /// The files of a fragment, open where the store is near; otherwise each is opened when a column in it is read. `fields` are all fields that the table ever had.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], naming the file; also where a file is missing.
    pub(crate) fn open(
        store: &Arc<dyn Store>,
        directory: &str,
        fragment: &Fragment,
        fields: &[Field],
    ) -> Result<Self> {
        let len = fragment.rows.len();
        let mut segment = Self {
            rows: fragment.rows.clone(),
            len,
            columns: Vec::new(),
            stats: Vec::new(),
            keys: None,
            shadows: Vec::new(),
            files: Vec::new(),
            matched: Mutex::default(),
        };
        for group in &fragment.groups {
            segment.open_group(store, directory, group, fields)?;
        }
        // What bounds the number of rows is that every column has bytes for them.
        match fragment.groups.first() {
            Some(group) if segment.columns.is_empty() => Err(Error::corrupt(
                format!("{directory}/{}", group.file),
                "the manifest lists no column of it",
            )),
            _ => Ok(segment),
        }
    }

    /// Rows in memory.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn in_memory(first_id: u64, batch: Batch, key: Option<&Field>) -> Result<Self> {
        let count = u32::try_from(batch.rows()).map_err(|_| Error::internal("too many rows in memory"))?;
        let column = key.and_then(|field| Some((field, batch.column(field.id)?)));
        let keys = column
            .map(|(field, column)| KeyIndex::in_memory(&field.data_type, column))
            .transpose()?;
        let (len, columns) = (batch.rows(), batch.columns().to_vec());
        Ok(Self {
            rows: Rows::run(first_id, count),
            len,
            columns,
            stats: Vec::new(),
            keys,
            shadows: Vec::new(),
            files: Vec::new(),
            matched: Mutex::default(),
        })
    }

    fn open_group(
        &mut self,
        store: &Arc<dyn Store>,
        directory: &str,
        group: &GroupFile,
        fields: &[Field],
    ) -> Result<()> {
        let name = FileName::parse(&group.file, directory)?;
        let path = format!("{directory}/{}", name.as_str());
        let file = CheckedFile::new(store, path.clone(), group.length, group.checksums, &group.seal)?;
        let file = Arc::new(file);
        let mut source = Source {
            path: &path,
            file: &file,
            end: group.checksums,
        };
        for place in &group.columns {
            // A field that nothing knows any more is of no use to anybody.
            let Some(field) = fields.iter().find(|field| field.id == place.field) else {
                continue;
            };
            let column = source.column(&field.data_type, place, self.len)?;
            if let (Some(span), DataType::Vector { dimensions, .. }) = (place.shadow, &field.data_type) {
                let shadow = Shadow::new(self.len, *dimensions as usize, source.buffer(span)?)?;
                self.shadows.push((field.id, shadow));
            }
            self.columns.push((field.id, column));
            self.stats.push((field.id, place.stats.clone()));
        }
        if let Some(keys) = group.keys {
            let hashes = (self.len as u64).saturating_mul(8);
            let split = |span: Span| {
                Some((
                    Span(span.0, hashes),
                    Span(span.0.checked_add(hashes)?, span.1.checked_sub(hashes)?),
                ))
            };
            let (hashes, offsets) =
                split(keys).ok_or_else(|| Error::corrupt(&path, "its key index is too short"))?;
            self.keys = Some(KeyIndex::new(
                self.len,
                source.buffer(hashes)?,
                source.buffer(offsets)?,
            ));
        }
        self.files.push(file);
        Ok(())
    }

    /// The ids of the rows.
    #[must_use]
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The number of rows.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What is known of a column without reading it; nothing for rows in memory.
    #[must_use]
    pub(crate) fn stats(&self, field: u32) -> Option<&ColumnStats> {
        self.stats
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, stats)| stats)
    }

    /// The fields that the rows have.
    pub(crate) fn fields(&self) -> impl Iterator<Item = u32> + '_ {
        self.columns.iter().map(|(id, _)| *id)
    }

    /// The vectors of a field, where the rows have it.
    #[must_use]
    pub(crate) fn vectors(&self, field: u32) -> Option<Vectors<'_>> {
        let shadow = self.shadows.iter().find(|(id, _)| *id == field);
        Some(Vectors {
            column: self.column(field)?,
            shadow: shadow.map(|(_, shadow)| shadow),
        })
    }

    /// The key index, where the table has a key.
    #[must_use]
    pub(crate) fn keys(&self) -> Option<&KeyIndex> {
        self.keys.as_ref()
    }

    /// The rows for which a filter is true. Of a large segment the answers to the last few filters are kept, an eighth of a byte
    /// for a row each: rows do not change.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn matching(&self, filter: &Filter) -> Result<Matching> {
        if !self.keeps_matching() {
            return filter.evaluate(self, self.len).map(Matching::from);
        }
        if let Some(matching) = self.known_matching(filter) {
            return Ok(matching);
        }
        let matching = Matching::from(filter.evaluate(self, self.len)?);
        self.keep_matching(filter, matching.clone());
        Ok(matching)
    }

    /// Whether it is large enough to keep which rows filters matched.
    #[must_use]
    pub(crate) fn keeps_matching(&self) -> bool {
        self.len >= FILTERED_FROM
    }

    /// Keeps which rows a filter matches, however that was found out.
    pub(crate) fn keep_matching(&self, filter: &Filter, matching: Matching) {
        let mut matched = self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        if matched.len() >= FILTERS {
            matched.remove(0);
        }
        matched.push((filter.clone(), matching));
    }

    /// Returns it only if it is already known.
    #[must_use]
    pub(crate) fn known_matching(&self, filter: &Filter) -> Option<Matching> {
        let mut matched = self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        let at = matched.iter().position(|(known, _)| known.is(filter))?;
        let known = matched.remove(at);
        let matching = known.1.clone();
        matched.push(known);
        Some(matching)
    }

    /// Reads every byte of the files and checks it.
    ///
    /// # Errors
    /// The first [`crate::error::Code::Corrupt`].
    pub(crate) fn verify(&self) -> Result<()> {
        self.files.iter().try_for_each(|file| file.confirm_all())
    }
}

impl Columns for Segment {
    fn column(&self, field: u32) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, column)| column)
    }
}

struct Source<'a> {
    path: &'a str,
    file: &'a Arc<CheckedFile>,
    end: u64,
}

impl Source<'_> {
    fn buffer(&self, span: Span) -> Result<Buffer> {
        let Span(start, len) = span;
        if start.checked_add(len).is_none_or(|end| end > self.end) {
            return Err(Error::corrupt(
                self.path,
                "the manifest places a buffer beyond its end",
            ));
        }
        let guard: Arc<dyn crate::column::Guard> = Arc::<CheckedFile>::clone(self.file);
        let place = usize::try_from(start).ok().zip(usize::try_from(len).ok());
        let (start, len) = place.ok_or_else(|| Error::internal("a file larger than memory can be"))?;
        Ok(Buffer::guarded(start, len, guard))
    }

    /// A buffer that has `wanted` bytes, or more.
    fn buffer_of(&self, span: Option<Span>, wanted: Option<usize>) -> Result<Buffer> {
        let span = span.ok_or_else(|| Error::corrupt(self.path, "the manifest lists too few buffers"))?;
        if wanted.is_none_or(|wanted| span.1 < wanted as u64) {
            let what = "the manifest lists more rows than a buffer holds";
            return Err(Error::corrupt(self.path, what));
        }
        self.buffer(span)
    }

    fn column(&mut self, data_type: &DataType, place: &ColumnPlace, len: usize) -> Result<Column> {
        let mut spans = place.buffers.iter().copied();
        let mut items = place.items.iter().copied();
        self.part(data_type, &mut spans, &mut items, len)
    }

    fn part(
        &self,
        data_type: &DataType,
        spans: &mut dyn Iterator<Item = Span>,
        items: &mut dyn Iterator<Item = u64>,
        len: usize,
    ) -> Result<Column> {
        let validity = match spans.next() {
            Some(Span(_, 0)) => None,
            span => Some(self.buffer_of(span, Some(len.div_ceil(8)))?),
        };
        let offsets = len.checked_add(1).and_then(|count| count.checked_mul(4));
        let mut next = |wanted| self.buffer_of(spans.next(), wanted);
        let data = match data_type {
            DataType::Boolean => Data::Bits(next(Some(len.div_ceil(8)))?),
            DataType::List { item } => {
                let offsets = next(offsets)?;
                let count = items
                    .next()
                    .and_then(|count| usize::try_from(count).ok())
                    .ok_or_else(|| Error::corrupt(self.path, "the manifest lists too few lists"))?;
                Data::List {
                    offsets,
                    items: Box::new(self.part(&item.data_type, spans, items, count)?),
                }
            }
            DataType::Struct { fields } => {
                let parts = fields
                    .iter()
                    .map(|field| self.part(&field.data_type, spans, items, len));
                Data::Struct(parts.collect::<Result<_>>()?)
            }
            other => match fixed_width(other) {
                Some(width) => Data::Fixed {
                    width,
                    values: next(len.checked_mul(width))?,
                },
                None => Data::Variable {
                    offsets: next(offsets)?,
                    values: next(Some(0))?,
                },
            },
        };
        Ok(Column::new(len, validity, data))
    }
}
