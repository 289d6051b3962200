//! Rows on their way in from another language: one byte string, column by column. `docs/protocol.md` describes it, and
//! `docs/file-format.md` does not, as it never reaches a disk.

use super::{Bits, Buffer, Column, Data};
use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Element, Field, NamedField, Schema};
use crate::value::Value;

/// Rows that are not yet in a table: one column for each field that is written.
///
/// A cell may be *kept*: a row that replaces another takes its value from there, and only a new row takes the one in the
/// batch. The cells of a field that the batch lacks are kept too.
#[derive(Clone, Debug)]
pub struct Batch {
    rows: usize,
    columns: Vec<(u32, Column)>,
    /// For some of the fields the rows whose cells are kept.
    kept: Vec<(u32, Bits)>,
}

const MAGIC: u32 = 0x4252_5631;

impl Batch {
    /// Puts a batch together. Every column has `rows` rows.
    #[must_use]
    pub fn new(rows: usize, columns: Vec<(u32, Column)>) -> Self {
        let kept = Vec::new();
        Self { rows, columns, kept }
    }

    /// Adds a column, some of whose cells are kept.
    pub fn push(&mut self, field: u32, column: Column, kept: Option<Bits>) {
        self.columns.push((field, column));
        self.kept
            .extend(kept.filter(|kept| kept.count() > 0).map(|kept| (field, kept)));
    }

    /// All columns but one.
    #[must_use]
    pub(crate) fn without(mut self, field: u32) -> Self {
        self.columns.retain(|(id, _)| *id != field);
        self.kept.retain(|(id, _)| *id != field);
        self
    }

    /// Whether any cell is kept.
    pub(crate) fn has_kept_cells(&self) -> bool {
        self.kept.iter().any(|(_, kept)| kept.count() > 0)
    }

    /// The rows whose cells of a field are kept; none where no row of the column's is.
    #[must_use]
    pub fn kept(&self, field: u32) -> Option<&Bits> {
        self.kept
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, kept)| kept)
    }

    /// Some of the rows, in that order.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn take(&self, rows: &[u32]) -> Result<Self> {
        let column = |(id, column): &(u32, Column)| Ok((*id, column.take(rows)?));
        let kept = |(id, kept): &(u32, Bits)| {
            let mut taken = Bits::filled(0, false);
            rows.iter().for_each(|row| taken.push(kept.get(*row as usize)));
            (*id, taken)
        };
        Ok(Self {
            rows: rows.len(),
            columns: self.columns.iter().map(column).collect::<Result<_>>()?,
            kept: self.kept.iter().map(kept).collect(),
        })
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns with the ids of their fields.
    #[must_use]
    pub fn columns(&self) -> &[(u32, Column)] {
        &self.columns
    }

    /// The column of a field.
    #[must_use]
    pub fn column(&self, field: u32) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, column)| column)
    }

    /// About how many bytes the rows take.
    #[must_use]
    pub fn byte_size(&self) -> usize {
        self.columns.iter().map(|(_, column)| column.byte_size()).sum()
    }

    /// Reads a batch and checks every value against the schema.
    ///
    /// # Errors
    /// [`Code::InvalidRow`], naming the row and the column; [`Code::Conflict`] where a column is not in the schema, or of
    /// another type there.
    pub fn decode(bytes: &[u8], schema: &Schema) -> Result<Self> {
        Self::decode_known(bytes, schema, &[])
    }

    /// [`Batch::decode`], where errors name columns that are not in the schema, but among the `known` ones.
    ///
    /// # Errors
    /// Those of [`Batch::decode`].
    pub fn decode_known(bytes: &[u8], schema: &Schema, known: &[Field]) -> Result<Self> {
        let mut reader = Reader { rest: bytes };
        let [magic, rows, count, _] = reader.header()?;
        if magic != MAGIC {
            return Err(malformed("it does not start as one"));
        }
        let rows = rows as usize;
        // Columns may be null throughout, or left out, and then no byte stands for a row.
        if rows > UNBACKED_ROWS.max(bytes.len().saturating_mul(8)) {
            return Err(malformed("it says that it has more rows than there are bits"));
        }
        let mut batch = Self::new(rows, Vec::new());
        for _ in 0..count {
            let header = reader.header()?;
            let [id, _, nulls, _] = header;
            let field = match field_of(schema, id, known) {
                // Who does not use a column need not know that it is gone.
                Err(_) if nulls == ALL_NULL => continue,
                field => field?,
            };
            if batch.column(id).is_some() {
                return Err(malformed(&format!(
                    "the column \"{}\" stands in it twice",
                    field.name
                )));
            }
            let mut context = Context {
                reader: &mut reader,
                field,
            };
            let (column, kept) = context.top(header, rows)?;
            batch.push(id, column, kept);
        }
        Ok(batch)
    }

    /// Adds a column of nulls for every field that the batch lacks.
    ///
    /// # Errors
    /// [`Code::InvalidRow`]: such a field cannot be null.
    pub fn completed(mut self, schema: &Schema) -> Result<Self> {
        for field in &schema.fields {
            if self.column(field.id).is_some() {
                continue;
            }
            if !field.nullable {
                let message = format!(
                    "The column \"{}\" needs a value in every row, and none was given.",
                    field.name
                );
                return Err(Error::new(Code::InvalidRow, message).column(field.name.clone()));
            }
            let nulls = Column::constant(&field.data_type, &Value::Null, self.rows)?;
            self.columns.push((field.id, nulls));
        }
        Ok(self)
    }
}

/// The most rows of a batch in which no byte stands for them: nothing else bounds the memory that they take.
const UNBACKED_ROWS: usize = 1 << 16;
/// What the third word of a column's head says: every row is null, and nothing follows.
const ALL_NULL: u32 = 2;
/// Marks of cells, one byte a row. A kept cell has a value for rows that replace none, or not.
const NULL: u8 = 0;
const VALUE: u8 = 1;
const KEPT: u8 = 2;

/// The column of an id. `known` has those that are no longer in the schema, so that the error names it.
pub(crate) fn field_of<'s>(schema: &'s Schema, id: u32, known: &[Field]) -> Result<&'s Field> {
    let found = schema.fields.iter().find(|field| field.id == id);
    found.ok_or_else(|| gone(id, known))
}

fn gone(id: u32, known: &[Field]) -> Error {
    let field = known.iter().find(|field| field.id == id);
    let name = field.map_or_else(
        || format!("that was to be written (its id is {id})"),
        |field| format!("\"{}\"", field.name),
    );
    let message = format!("The table no longer has the column {name}.");
    let error = Error::new(Code::Conflict, message).hint(
        "It was dropped or made anew since the table was opened. Open the table again and repeat the write.",
    );
    match field {
        Some(field) => error.column(field.name.clone()),
        None => error,
    }
}

/// The error for a column whose type is another one now.
pub(crate) fn retyped(field: &Field) -> Error {
    let message = format!(
        "The column \"{}\" has another type than when the table was opened.",
        field.name
    );
    Error::new(Code::Conflict, message)
        .hint("Open the table again and repeat the write.")
        .column(field.name.clone())
}

fn malformed(what: &str) -> Error {
    Error::new(Code::InvalidRow, format!("A batch of rows is malformed: {what}."))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        let padded = len.next_multiple_of(8).min(self.rest.len());
        let (taken, rest) = self
            .rest
            .split_at_checked(padded)
            .ok_or_else(|| malformed("it is cut short"))?;
        self.rest = rest;
        taken.get(..len).ok_or_else(|| malformed("it is cut short"))
    }

    fn rows_of(&mut self, rows: usize, width: usize) -> Result<&'a [u8]> {
        self.bytes(
            rows.checked_mul(width)
                .ok_or_else(|| malformed("it is too large"))?,
        )
    }

    fn header(&mut self) -> Result<[u32; 4]> {
        let bytes = self.bytes(16)?;
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes(super::array(chunk)?);
        }
        Ok(words)
    }

    fn offsets(&mut self, rows: usize) -> Result<(Vec<u8>, usize)> {
        let bytes = self.rows_of(rows + 1, 4)?;
        let mut last = 0;
        for (i, chunk) in bytes.chunks_exact(4).enumerate() {
            let offset = u32::from_le_bytes(super::array(chunk)?);
            if offset < last || (i == 0 && offset != 0) || offset > i32::MAX as u32 {
                return Err(malformed("its offsets run backwards"));
            }
            last = offset;
        }
        Ok((bytes.to_vec(), last as usize))
    }
}

/// One column being read, for errors.
struct Context<'r, 'a, 'f> {
    reader: &'r mut Reader<'a>,
    field: &'f Field,
}

impl Context<'_, '_, '_> {
    fn misfit(&self, row: usize, what: &str) -> Error {
        super::misfit(self.field, row, what)
    }

    /// A whole column of the batch, some of whose cells may be kept.
    fn top(&mut self, header: [u32; 4], rows: usize) -> Result<(Column, Option<Bits>)> {
        let [_, _, nulls, _] = header;
        let (data_type, nullable) = (&self.field.data_type, self.field.nullable);
        if nulls == ALL_NULL {
            if !nullable && rows > 0 {
                return Err(self.misfit(0, "it has no value, and the column is not nullable"));
            }
            return Ok((Column::constant(data_type, &Value::Null, rows)?, None));
        }
        let (validity, kept) = self.marks(nulls != 0, nullable, rows)?;
        let data = self.data(header, data_type, validity.as_ref(), rows)?;
        let validity = validity.map(|bits| Buffer::from(bits.to_bytes()));
        Ok((Column::new(rows, validity, data), kept))
    }

    fn marks(
        &mut self,
        has_marks: bool,
        nullable: bool,
        rows: usize,
    ) -> Result<(Option<Bits>, Option<Bits>)> {
        if !has_marks {
            return Ok((None, None));
        }
        let bytes = self.reader.bytes(rows)?;
        let (mut valid, mut kept) = (Bits::filled(rows, false), Bits::filled(rows, false));
        for (row, byte) in bytes.iter().enumerate() {
            if *byte == NULL && !nullable {
                return Err(self.misfit(row, "it has no value, and the column is not nullable"));
            }
            if byte & VALUE != 0 {
                valid.set(row);
            }
            if byte & KEPT != 0 {
                kept.set(row);
            }
        }
        let valid = (valid.count() < rows).then_some(valid);
        Ok((valid, (kept.count() > 0).then_some(kept)))
    }

    fn column(
        &mut self,
        header: [u32; 4],
        data_type: &DataType,
        nullable: bool,
        rows: usize,
    ) -> Result<Column> {
        let [_, _, has_nulls, _] = header;
        let validity = self.validity(has_nulls != 0, nullable, rows)?;
        let data = self.data(header, data_type, validity.as_ref(), rows)?;
        Ok(Column::new(
            rows,
            validity.map(|bits| Buffer::from(bits.to_bytes())),
            data,
        ))
    }

    fn data(
        &mut self,
        header: [u32; 4],
        data_type: &DataType,
        validity: Option<&Bits>,
        rows: usize,
    ) -> Result<Data> {
        let [_, encoding, _, extra] = header;
        match (data_type, encoding) {
            (DataType::Int | DataType::Timestamp | DataType::Date | DataType::Float { .. }, 1) => {
                self.numbers(data_type, rows)
            }
            (DataType::Int | DataType::Timestamp, 2) => {
                let values = Buffer::from(self.reader.rows_of(rows, 8)?.to_vec());
                Ok(Data::Fixed { width: 8, values })
            }
            (DataType::Boolean, 3) => self.booleans(rows),
            (DataType::Text | DataType::Enum { .. } | DataType::Json | DataType::Bytes, 4) => {
                let present = |row: usize| validity.is_none_or(|bits| bits.get(row));
                self.variable(data_type, rows, present)
            }
            (
                DataType::Vector {
                    dimensions, element, ..
                },
                5,
            ) => {
                if extra != *dimensions {
                    return Err(self.misfit(0, &format!("expected {dimensions} dimensions, got {extra}")));
                }
                self.vectors(*dimensions as usize, *element, rows)
            }
            (DataType::List { item }, 6) => {
                let (offsets, count) = self.reader.offsets(rows)?;
                let header = self.reader.header()?;
                let items = Box::new(self.column(header, &item.data_type, item.nullable, count)?);
                Ok(Data::List {
                    offsets: Buffer::from(offsets),
                    items,
                })
            }
            (DataType::Struct { fields }, 7) if extra as usize == fields.len() => {
                // A null struct has null parts, so nulls are allowed where the struct itself may be null.
                let nulls = validity.is_some();
                let part = |part: &NamedField| {
                    let header = self.reader.header()?;
                    self.column(header, &part.data_type, part.nullable || nulls, rows)
                };
                Ok(Data::Struct(fields.iter().map(part).collect::<Result<_>>()?))
            }
            _ => Err(retyped(self.field)),
        }
    }

    fn booleans(&mut self, rows: usize) -> Result<Data> {
        let bytes = self.reader.bytes(rows)?;
        let mut bits = Bits::filled(rows, false);
        bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte != 0)
            .for_each(|(row, _)| bits.set(row));
        Ok(Data::Bits(Buffer::from(bits.to_bytes())))
    }

    fn validity(&mut self, has_nulls: bool, nullable: bool, rows: usize) -> Result<Option<Bits>> {
        if !has_nulls {
            return Ok(None);
        }
        let bytes = self.reader.bytes(rows)?;
        let mut bits = Bits::filled(rows, false);
        for (row, byte) in bytes.iter().enumerate() {
            match byte {
                0 if !nullable => {
                    return Err(self.misfit(row, "it has no value, and the column is not nullable"));
                }
                0 => {}
                _ => bits.set(row),
            }
        }
        Ok((bits.count() < rows).then_some(bits))
    }

    fn numbers(&mut self, data_type: &DataType, rows: usize) -> Result<Data> {
        let bytes = self.reader.rows_of(rows, 8)?;
        let width = super::fixed_width(data_type).unwrap_or(8);
        let mut values = Vec::with_capacity(rows * width);
        for (row, chunk) in bytes.chunks_exact(8).enumerate() {
            let number = f64::from_le_bytes(super::array(chunk)?);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole numbers in range, checked; f32 rounds by design"
            )]
            match data_type {
                DataType::Float { bits: 32 } => values.extend_from_slice(&(number as f32).to_le_bytes()),
                DataType::Float { .. } => values.extend_from_slice(&number.to_le_bytes()),
                _ if number.fract() != 0.0 || number.abs() > 9_007_199_254_740_992.0 => {
                    return Err(self.misfit(row, &format!("expected a whole number, got {number}")));
                }
                DataType::Date if number.abs() > f64::from(i32::MAX) => {
                    return Err(self.misfit(row, "the date is out of range"));
                }
                DataType::Date => values.extend_from_slice(&(number as i32).to_le_bytes()),
                _ => values.extend_from_slice(&(number as i64).to_le_bytes()),
            }
        }
        Ok(Data::Fixed {
            width,
            values: Buffer::from(values),
        })
    }

    fn variable(
        &mut self,
        data_type: &DataType,
        rows: usize,
        present: impl Fn(usize) -> bool,
    ) -> Result<Data> {
        let (offsets, len) = self.reader.offsets(rows)?;
        let values = self.reader.bytes(len)?.to_vec();
        let data = Data::Variable {
            offsets: Buffer::from(offsets),
            values: Buffer::from(values),
        };
        if *data_type != DataType::Bytes {
            // Valid as a whole and cut between characters everywhere means that every text is valid.
            let column = Column::new(rows, None, data.clone());
            for row in 0..rows {
                let text = std::str::from_utf8(column.variable(row)?);
                let text = text.map_err(|_| self.misfit(row, "the text is not UTF-8"))?;
                match data_type {
                    DataType::Enum { values } if present(row) && !values.iter().any(|v| v == text) => {
                        let what = format!("expected one of {}, got \"{text}\"", values.join(", "));
                        return Err(self.misfit(row, &what));
                    }
                    DataType::Json
                        if present(row) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() =>
                    {
                        return Err(self.misfit(row, "the text is not JSON"));
                    }
                    _ => {}
                }
            }
        }
        Ok(data)
    }

    fn vectors(&mut self, dimensions: usize, element: Element, rows: usize) -> Result<Data> {
        let bytes = self.reader.rows_of(rows, dimensions.saturating_mul(4))?;
        let floats = super::as_f32s(bytes);
        if let Some(bad) = floats.iter().position(|x| !x.is_finite()) {
            let what = format!(
                "element {} of the vector is {}",
                bad % dimensions,
                floats.get(bad).unwrap_or(&f32::NAN)
            );
            return Err(self.misfit(bad / dimensions, &what));
        }
        let values = match element {
            Element::F32 => bytes.to_vec(),
            Element::F16 => {
                let mut values = Vec::with_capacity(bytes.len() / 2);
                for (i, &x) in floats.iter().enumerate() {
                    if x.abs() > 65_504.0 {
                        let what = format!("{x} does not fit into a 16-bit float");
                        return Err(self.misfit(i / dimensions, &what));
                    }
                    values.extend_from_slice(&varve_kernels::f32_to_f16(x).to_le_bytes());
                }
                values
            }
        };
        Ok(Data::Fixed {
            width: dimensions * element.size(),
            values: Buffer::from(values),
        })
    }
}
