use std::borrow::Cow;

use crate::column::{Bits, Buffer, Column, Data};
use crate::error::{Error, Result};
use crate::format::{ColumnPlace, Span};
use crate::schema::DataType;

/// The body of a record batch: what will be written, and what Arrow and the manifest say of it.
#[derive(Default)]
pub(super) struct Body<'a> {
    /// Rows and nulls of each field.
    pub(super) nodes: Vec<(i64, i64)>,
    /// Where each buffer lies in the body, and its length.
    pub(super) spans: Vec<(i64, i64)>,
    parts: Vec<Vec<Cow<'a, [u8]>>>,
    pub(super) length: u64,
}

impl<'a> Body<'a> {
    /// Adds a column, in pieces that stand one behind the other.
    pub(super) fn column(
        &mut self,
        data_type: &DataType,
        pieces: &[&'a Column],
        place: &mut ColumnPlace,
    ) -> Result<()> {
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

    /// The bytes of each buffer, in pieces; what follows a buffer starts at a multiple of 64.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Cow<'a, [u8]>]> {
        self.parts.iter().map(Vec::as_slice)
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
