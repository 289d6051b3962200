use std::borrow::Cow;

use super::checked::CheckedWriter;
use super::stats::column_stats;
use super::{KeyIndex, arrow};
use crate::column::{Bits, Buffer, Column, Data};
use crate::environment::Uuid;
use crate::error::{Error, Result};
use crate::format::{ColumnPlace, Fragment, GroupFile, Rows, Span};
use crate::schema::{DataType, Field};
use crate::store::{FileName, Sink, Store};

/// Writes the files of one fragment.
#[derive(Debug)]
pub struct FragmentWriter<'a> {
    /// Where to.
    pub store: &'a dyn Store,
    /// The directory of the table's data files.
    pub directory: &'a str,
    /// The name that its files share.
    pub uuid: Uuid,
    /// The id of the key column.
    pub key: Option<u32>,
}

/// A column of bytes with rows this large on average lies in a file of its own.
const BLOB_FROM: usize = 4 * 1024;

/// A field with its column, in pieces that stand one behind the other.
pub(crate) type Pieces<'a> = (&'a Field, Vec<&'a Column>);

impl FragmentWriter<'_> {
    /// Writes the columns and syncs the files; their names are durable after the directory is synced.
    ///
    /// # Errors
    /// What the store says, and [`crate::error::Code::Corrupt`] where a column lies in a damaged file.
    pub fn write(&self, rows: usize, columns: &[Pieces<'_>]) -> Result<Fragment> {
        let mut groups = Vec::new();
        let mut sinks = Vec::new();
        for (name, members) in self.groups(rows, columns) {
            let (group, sink) = self.write_group(&name, rows, &members)?;
            groups.push(group);
            sinks.push(sink);
        }
        sinks.into_iter().try_for_each(Sink::finish)?;
        Ok(Fragment {
            rows: Rows::default(),
            groups,
        })
    }

    /// Each vector column alone, large blobs alone, the rest together.
    fn groups<'c, 'f>(&self, rows: usize, columns: &'c [Pieces<'f>]) -> Vec<(String, Vec<&'c Pieces<'f>>)> {
        let mut rest = Vec::new();
        let mut groups = Vec::new();
        for column in columns {
            let (field, pieces) = column;
            let bytes: usize = pieces.iter().map(|piece| piece.byte_size()).sum();
            match field.data_type {
                DataType::Vector { .. } => groups.push((format!("v{}", field.id), vec![column])),
                DataType::Bytes if bytes / rows.max(1) >= BLOB_FROM => {
                    groups.push((format!("b{}", field.id), vec![column]));
                }
                _ => rest.push(column),
            }
        }
        if !rest.is_empty() {
            groups.insert(0, ("rows".to_owned(), rest));
        }
        groups
    }

    fn write_group(
        &self,
        name: &str,
        rows: usize,
        members: &[&Pieces<'_>],
    ) -> Result<(GroupFile, Box<dyn Sink>)> {
        let file = FileName::unique(self.uuid, &format!("{name}.arrow"));
        let path = format!("{}/{}", self.directory, file.as_str());
        let mut body = Body::default();
        let mut places = Vec::new();
        let mut keys = None;
        for (field, pieces) in members {
            let mut place = ColumnPlace {
                field: field.id,
                buffers: Vec::new(),
                items: Vec::new(),
                stats: column_stats(&field.data_type, pieces)?,
            };
            body.column(&field.data_type, pieces, &mut place)?;
            places.push(place);
            if self.key == Some(field.id) {
                keys = Some(KeyIndex::build(&field.data_type, pieces)?);
            }
        }

        let schema = arrow::schema(&members.iter().map(|(field, _)| *field).collect::<Vec<_>>());
        let mut writer = CheckedWriter::new(self.store.create(&path)?);
        writer.write(arrow::MAGIC)?;
        writer.write(&arrow::framed(&arrow::schema_message(&schema), writer.position()))?;
        let start = writer.position();
        let message = arrow::batch_message(rows as i64, &body.nodes, &body.spans, body.length as i64);
        let message = arrow::framed(&message, start);
        let block = arrow_ipc::Block::new(start as i64, message.len() as i32, body.length as i64);
        writer.write(&message)?;
        let body_start = writer.position();
        body.write(&mut writer)?;
        writer.write(arrow::END_OF_STREAM)?;
        writer.pad()?;
        let keys = match keys {
            None => None,
            Some(bytes) => {
                let span = Span(writer.position(), bytes.len() as u64);
                writer.write(&bytes)?;
                writer.pad()?;
                Some(span)
            }
        };
        for span in places.iter_mut().flat_map(|place| &mut place.buffers) {
            span.0 += body_start;
        }
        let (sink, checksums, length, seal) = writer.seal(&arrow::footer(&schema, block))?;
        let group = GroupFile {
            file: file.as_str().to_owned(),
            length,
            checksums,
            seal,
            keys,
            columns: places,
        };
        Ok((group, sink))
    }
}

/// The body of a record batch: what will be written, and what Arrow and the manifest say of it.
#[derive(Default)]
struct Body<'a> {
    nodes: Vec<(i64, i64)>,
    spans: Vec<(i64, i64)>,
    parts: Vec<Vec<Cow<'a, [u8]>>>,
    length: u64,
}

impl<'a> Body<'a> {
    fn column(&mut self, data_type: &DataType, pieces: &[&'a Column], place: &mut ColumnPlace) -> Result<()> {
        let rows: usize = pieces.iter().map(|piece| piece.len()).sum();
        let nulls = pieces
            .iter()
            .map(|piece| piece.null_count())
            .sum::<Result<usize>>()?;
        self.nodes.push((rows as i64, nulls as i64));
        let validity = if nulls == 0 {
            Vec::new()
        } else {
            joined_validity(pieces)?.to_bytes()
        };
        place.buffers.push(self.buffer(vec![Cow::Owned(validity)]));
        let simple = matches!(
            pieces.first().map(|piece| piece.data()),
            Some(Data::Fixed { .. } | Data::Variable { .. })
        );
        if simple {
            return self.streamed(data_type, pieces, place);
        }
        let whole = Column::concat(pieces)?;
        self.nested(data_type, &whole, place)
    }

    /// The buffers of a fixed or variable column, straight from where they lie.
    fn streamed(
        &mut self,
        data_type: &DataType,
        pieces: &[&'a Column],
        place: &mut ColumnPlace,
    ) -> Result<()> {
        let mut values = Vec::new();
        let mut offsets = vec![0; 4];
        let mut base = 0_i64;
        for piece in pieces {
            match piece.data() {
                Data::Fixed { .. } => values.push(Cow::Borrowed(piece.fixed_all()?)),
                Data::Variable {
                    offsets: own,
                    values: bytes,
                } => {
                    let (first, _) = if piece.is_empty() {
                        (0, 0)
                    } else {
                        crate::column::offset_pair(own, 0)?
                    };
                    let mut end = first;
                    for row in 0..piece.len() {
                        (_, end) = crate::column::offset_pair(own, row)?;
                        let shifted = i32::try_from(base + (end - first) as i64);
                        let shifted =
                            shifted.map_err(|_| Error::internal("a fragment's column above 2 GiB"))?;
                        offsets.extend_from_slice(&shifted.to_le_bytes());
                    }
                    values.push(Cow::Borrowed(bytes.get(first, end - first)?));
                    base += (end - first) as i64;
                }
                _ => return Err(Error::internal("pieces of one column in different layouts")),
            }
        }
        if fixed(data_type) {
            if let DataType::Vector { dimensions, .. } = data_type {
                let rows: usize = pieces.iter().map(|piece| piece.len()).sum();
                self.nodes.push((rows as i64 * i64::from(*dimensions), 0));
                self.buffer(Vec::new());
            }
        } else {
            let span = self.buffer(vec![Cow::Owned(offsets)]);
            place.buffers.push(span);
        }
        let span = self.buffer(values);
        place.buffers.push(span);
        Ok(())
    }

    /// The buffers of any other column, copied. Its own node and validity are already there.
    fn nested(&mut self, data_type: &DataType, column: &Column, place: &mut ColumnPlace) -> Result<()> {
        let owned =
            |buffer: &Buffer| -> Result<Vec<Cow<'a, [u8]>>> { Ok(vec![Cow::Owned(buffer.all()?.to_vec())]) };
        match (column.data(), data_type) {
            (Data::Bits(values), _) => {
                let span = self.buffer(owned(values)?);
                place.buffers.push(span);
            }
            (Data::Fixed { .. }, _) => {
                let span = self.buffer(vec![Cow::Owned(column.fixed_all()?.to_vec())]);
                place.buffers.push(span);
            }
            (Data::Variable { offsets, values }, _) => {
                for buffer in [offsets, values] {
                    let span = self.buffer(owned(buffer)?);
                    place.buffers.push(span);
                }
            }
            (Data::List { offsets, items }, DataType::List { item }) => {
                let span = self.buffer(owned(offsets)?);
                place.buffers.push(span);
                place.items.push(items.len() as u64);
                self.child(&item.data_type, items, place)?;
            }
            (Data::Struct(parts), DataType::Struct { fields }) => {
                for (part, field) in parts.iter().zip(fields) {
                    self.child(&field.data_type, part, place)?;
                }
            }
            _ => return Err(Error::internal("a column that is not of its field's type")),
        }
        Ok(())
    }

    fn child(&mut self, data_type: &DataType, column: &Column, place: &mut ColumnPlace) -> Result<()> {
        self.nodes
            .push((column.len() as i64, column.null_count()? as i64));
        let validity = column
            .validity()
            .map(Buffer::all)
            .transpose()?
            .unwrap_or_default()
            .to_vec();
        let span = self.buffer(vec![Cow::Owned(validity)]);
        place.buffers.push(span);
        self.nested(data_type, column, place)
    }

    fn buffer(&mut self, parts: Vec<Cow<'a, [u8]>>) -> Span {
        let length: u64 = parts.iter().map(|part| part.len() as u64).sum();
        let span = Span(self.length, length);
        self.spans.push((span.0 as i64, span.1 as i64));
        self.length += length.next_multiple_of(64);
        self.parts.push(parts);
        span
    }

    fn write(&self, writer: &mut CheckedWriter) -> Result<()> {
        for parts in &self.parts {
            parts.iter().try_for_each(|part| writer.write(part))?;
            writer.pad()?;
        }
        Ok(())
    }
}

fn fixed(data_type: &DataType) -> bool {
    crate::column::fixed_width(data_type).is_some()
}

fn joined_validity(pieces: &[&Column]) -> Result<Bits> {
    let mut bits = Bits::filled(0, false);
    for piece in pieces {
        for row in 0..piece.len() {
            bits.push(!piece.is_null(row)?);
        }
    }
    Ok(bits)
}
