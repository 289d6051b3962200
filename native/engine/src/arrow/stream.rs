use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use arrow_ipc::{DictionaryBatch, Endianness, Message, MessageHeader, MetadataVersion, RecordBatch};

use super::array::{Array, Reader};
use super::cast::{Cast, REPEATED_MAX};
use super::kind::{Kind, malformed};
use crate::column::Batch;
use crate::error::Result;
use crate::schema::Schema;

/// The most rows, of all batches together, for which no byte stands: nothing else bounds the memory that they take.
const UNBACKED_ROWS: usize = 1 << 16;
/// What a file begins with; a stream follows.
const FILE: &[u8] = b"ARROW1\0\0";
const CONTINUED: [u8; 4] = [0xff; 4];

impl Batch {
    /// Reads a stream or a file in Arrow's IPC format: a batch of rows for each of its own. Columns are found by their names, and cast without
    /// loss; those whose names begin with `_` are what a search adds, and are left out.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`] for bytes that are none, and for types that no table holds; [`crate::error::Code::ColumnNotFound`];
    /// [`crate::error::Code::InvalidRow`], naming the row and the column, for a value that the column does not take.
    pub fn from_arrow(bytes: &[u8], schema: &Schema) -> Result<Vec<Self>> {
        let mut rest = bytes;
        if let Some(mut inside) = bytes.strip_prefix(FILE) {
            // The first message stands where its writer likes it.
            while let Some(after) = inside.strip_prefix(&[0; 8]) {
                inside = after;
            }
            rest = inside;
        }
        let (header, body) = message(&mut rest)?.ok_or_else(|| malformed("there is no schema"))?;
        let read = read(&header)?;
        let Some(of_stream) = read.header_as_schema().filter(|_| body.is_empty()) else {
            return Err(malformed("it does not begin with a schema"));
        };
        if of_stream.endianness() != Endianness::Little {
            return Err(malformed("its numbers begin with the largest byte"));
        }
        let mut kinds = Vec::new();
        for field in of_stream.fields().into_iter().flatten() {
            kinds.push((field.name().unwrap_or_default().to_owned(), Kind::of(field)?));
        }
        let mut stream = Stream {
            kinds: &kinds,
            schema,
            dictionaries: HashMap::new(),
            unbacked: UNBACKED_ROWS,
            rows: 0,
            repeated: Cell::new(REPEATED_MAX),
        };
        stream.check_names()?;
        let mut batches = Vec::new();
        while let Some((header, body)) = message(&mut rest)? {
            let read = self::read(&header)?;
            match read.header_type() {
                MessageHeader::RecordBatch => batches.extend(
                    read.header_as_record_batch()
                        .map(|batch| stream.batch(batch, body))
                        .transpose()?,
                ),
                MessageHeader::DictionaryBatch => {
                    read.header_as_dictionary_batch()
                        .map(|batch| stream.dictionary(batch, body))
                        .transpose()?;
                }
                _ => return Err(malformed("a message is neither a batch nor a dictionary")),
            }
        }
        Ok(batches)
    }
}

/// The next message and its body; none at the end. What describes a message is copied, so that it is aligned.
fn message<'a>(rest: &mut &'a [u8]) -> Result<Option<(Vec<u8>, &'a [u8])>> {
    let mut take = |count: usize| {
        let (taken, left) = rest.split_at_checked(count)?;
        *rest = left;
        Some(taken)
    };
    let cut = || malformed("it is cut short");
    let Some(mut length) = take(4) else {
        return Ok(None);
    };
    if length == CONTINUED {
        length = take(4).ok_or_else(cut)?;
    }
    let length = length.first_chunk().map_or(0, |four| i32::from_le_bytes(*four));
    if length == 0 {
        return Ok(None);
    }
    let length = usize::try_from(length).map_err(|_| malformed("a message has a negative length"))?;
    let header = take(length).ok_or_else(cut)?.to_vec();
    let body = usize::try_from(read(&header)?.bodyLength())
        .map_err(|_| malformed("a body has a negative length"))?;
    let body = take(body).ok_or_else(cut)?;
    Ok(Some((header, body)))
}

fn read(header: &[u8]) -> Result<Message<'_>> {
    let message = arrow_ipc::root_as_message(header).map_err(|error| malformed(&error.to_string()))?;
    if message.version() < MetadataVersion::V4 {
        return Err(malformed("it was written before version 0.8 of Arrow"));
    }
    Ok(message)
}

struct Stream<'a, 's> {
    kinds: &'a [(String, Kind)],
    schema: &'s Schema,
    dictionaries: HashMap<i64, Rc<Array<'a>>>,
    unbacked: usize,
    /// Rows of the batches before.
    rows: usize,
    /// Bytes that may still come out of dictionaries.
    repeated: Cell<usize>,
}

impl<'a> Stream<'a, '_> {
    fn check_names(&self) -> Result<()> {
        for (at, (name, _)) in self.kinds.iter().enumerate() {
            if is_added(name) {
                continue;
            }
            self.schema.field(name)?;
            if self.kinds.iter().skip(at + 1).any(|(other, _)| other == name) {
                return Err(malformed(&format!("it has two columns \"{name}\"")));
            }
        }
        Ok(())
    }

    fn count(&mut self, batch: RecordBatch<'_>, body: &[u8]) -> Result<usize> {
        let rows = usize::try_from(batch.length())
            .map_err(|_| malformed("a batch has a negative number of rows"))?;
        let beyond = rows.saturating_sub(body.len().saturating_mul(8));
        let left = self.unbacked.checked_sub(beyond);
        self.unbacked = left.ok_or_else(|| malformed("it says that it has more rows than there are bits"))?;
        Ok(rows)
    }

    fn batch(&mut self, batch: RecordBatch<'_>, body: &'a [u8]) -> Result<Batch> {
        let rows = self.count(batch, body)?;
        let mut reader = Reader::new(batch, body, &self.dictionaries)?;
        let mut columns = Vec::new();
        for (name, kind) in self.kinds {
            let array = reader.array(kind, rows)?;
            if is_added(name) {
                continue;
            }
            let field = self.schema.field(name)?;
            let cast = Cast {
                field,
                base: self.rows,
                repeated: &self.repeated,
            };
            columns.push((field.id, cast.column(&array)?));
        }
        self.rows += rows;
        Ok(Batch::new(rows, columns))
    }

    fn dictionary(&mut self, dictionary: DictionaryBatch<'_>, body: &'a [u8]) -> Result<()> {
        if dictionary.isDelta() {
            return Err(malformed("its dictionaries grow; write them whole"));
        }
        let id = dictionary.id();
        let kind = self.kinds.iter().find_map(|(_, kind)| values_of(kind, id));
        let kind = kind.ok_or_else(|| malformed("a dictionary comes that no column has"))?;
        let batch = dictionary
            .data()
            .ok_or_else(|| malformed("a dictionary is empty"))?;
        let rows = self.count(batch, body)?;
        let values = Reader::new(batch, body, &self.dictionaries)?.array(kind, rows)?;
        self.dictionaries.insert(id, Rc::new(values));
        Ok(())
    }
}

/// Whether a column is what a search adds.
fn is_added(name: &str) -> bool {
    name.starts_with('_')
}

/// The type of the values of a dictionary, wherever it stands.
fn values_of(kind: &Kind, wanted: i64) -> Option<&Kind> {
    match kind {
        Kind::Dictionary { id, values, .. } if *id == wanted => Some(values),
        Kind::Dictionary { values: item, .. } | Kind::List { item, .. } | Kind::FixedList { item, .. } => {
            values_of(item, wanted)
        }
        Kind::Struct(parts) => parts.iter().find_map(|(_, part)| values_of(part, wanted)),
        _ => None,
    }
}
