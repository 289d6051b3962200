use std::collections::HashMap;
use std::rc::Rc;

use arrow_ipc::RecordBatch;

use super::kind::{Kind, malformed};
use crate::error::Result;

/// A column of a batch as it lies in the bytes. What it says of its buffers was checked when it was read: offsets ascend and stay inside, and
/// there is a value for each row.
#[derive(Debug)]
pub(super) struct Array<'a> {
    pub(super) kind: &'a Kind,
    pub(super) len: usize,
    validity: Option<&'a [u8]>,
    pub(super) values: Values<'a>,
}

#[derive(Debug)]
pub(super) enum Values<'a> {
    None,
    Bits(&'a [u8]),
    Fixed {
        width: usize,
        bytes: &'a [u8],
    },
    Variable {
        ends: Offsets<'a>,
        bytes: &'a [u8],
    },
    List {
        ends: Offsets<'a>,
        items: Box<Array<'a>>,
    },
    FixedList {
        size: usize,
        items: Box<Array<'a>>,
    },
    Struct(Vec<Array<'a>>),
    Dictionary {
        numbers: Box<Array<'a>>,
        values: Rc<Array<'a>>,
    },
}

/// Where each row starts, and where the last one ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offsets<'a> {
    width: usize,
    bytes: &'a [u8],
}

impl Offsets<'_> {
    fn get(self, at: usize) -> usize {
        let bytes = self.bytes.get(at * self.width..).unwrap_or_default();
        let offset = match self.width {
            4 => bytes
                .first_chunk()
                .map(|four| i64::from(i32::from_le_bytes(*four))),
            _ => bytes.first_chunk().map(|eight| i64::from_le_bytes(*eight)),
        };
        offset
            .and_then(|offset| usize::try_from(offset).ok())
            .unwrap_or(usize::MAX)
    }

    /// From where to where a row goes.
    pub(super) fn range(self, row: usize) -> std::ops::Range<usize> {
        self.get(row)..self.get(row + 1)
    }

    /// Checks that they ascend, and gives the last one.
    fn check(self, rows: usize, most: usize) -> Result<()> {
        let mut last = 0;
        for at in 0..=rows {
            let offset = self.get(at);
            if offset < last || offset > most {
                return Err(malformed("offsets run backwards, or beyond what they point into"));
            }
            last = offset;
        }
        Ok(())
    }
}

impl<'a> Array<'a> {
    /// Whether a row has no value.
    pub(super) fn is_null(&self, row: usize) -> bool {
        matches!(self.kind, Kind::Null) || self.validity.is_some_and(|bits| !bit(bits, row))
    }

    /// Whether no row lacks a value.
    pub(super) fn is_full(&self) -> bool {
        (0..self.len).all(|row| !self.is_null(row))
    }

    /// A boolean.
    pub(super) fn boolean(&self, row: usize) -> Option<bool> {
        match self.values {
            Values::Bits(bits) => Some(bit(bits, row)),
            _ => None,
        }
    }

    /// The bytes of a value of fixed or variable width.
    pub(super) fn bytes(&self, row: usize) -> &'a [u8] {
        let bytes = match self.values {
            Values::Fixed { width, bytes } => bytes.get(row * width..(row + 1) * width),
            Values::Variable { ends, bytes } => bytes.get(ends.range(row)),
            _ => None,
        };
        bytes.unwrap_or_default()
    }

    /// A whole number; `None` for a number that 64 bits with a sign do not hold, and for what is none.
    pub(super) fn int(&self, row: usize) -> Option<i64> {
        let bytes = self.bytes(row);
        let signed = match self.kind {
            Kind::Int { signed, .. } => *signed,
            Kind::Date { .. } | Kind::Timestamp { .. } => true,
            _ => return None,
        };
        let unsigned = little(bytes);
        if !signed {
            return i64::try_from(unsigned).ok();
        }
        let unused = 64 - 8 * u32::try_from(bytes.len()).ok()?.clamp(1, 8);
        Some((unsigned << unused).cast_signed() >> unused)
    }

    /// A float of any width.
    pub(super) fn float(&self, row: usize) -> Option<f64> {
        let Kind::Float { .. } = self.kind else {
            return None;
        };
        match *self.bytes(row) {
            [a, b] => Some(f64::from(varve_kernels::f16_to_f32(u16::from_le_bytes([a, b])))),
            [a, b, c, d] => Some(f64::from(f32::from_le_bytes([a, b, c, d]))),
            ref bytes => bytes.first_chunk().map(|eight| f64::from_le_bytes(*eight)),
        }
    }
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn bit(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// Takes the columns of a batch from its body, in the order in which Arrow lays them out.
pub(super) struct Reader<'a, 'm> {
    batch: RecordBatch<'m>,
    body: &'a [u8],
    node: usize,
    buffer: usize,
    dictionaries: &'m HashMap<i64, Rc<Array<'a>>>,
}

impl<'a, 'm> Reader<'a, 'm> {
    pub(super) fn new(
        batch: RecordBatch<'m>,
        body: &'a [u8],
        dictionaries: &'m HashMap<i64, Rc<Array<'a>>>,
    ) -> Result<Self> {
        if batch.compression().is_some() {
            return Err(malformed(
                "its batches are compressed; write it without compression",
            ));
        }
        Ok(Self {
            batch,
            body,
            node: 0,
            buffer: 0,
            dictionaries,
        })
    }

    /// The next column, which must have so many rows.
    pub(super) fn array(&mut self, kind: &'a Kind, rows: usize) -> Result<Array<'a>> {
        let nodes = self.batch.nodes();
        let node = nodes
            .filter(|nodes| self.node < nodes.len())
            .map(|nodes| *nodes.get(self.node));
        let node = node.ok_or_else(|| malformed("a batch has fewer columns than the schema"))?;
        self.node += 1;
        if usize::try_from(node.length()) != Ok(rows) {
            return Err(malformed("a column has another number of rows than its batch"));
        }
        let validity = match kind {
            Kind::Null => None,
            _ => {
                let bits = self.bytes()?;
                (node.null_count() != 0).then_some(bits)
            }
        };
        if validity.is_some_and(|bits| bits.len() < rows.div_ceil(8)) {
            return Err(malformed("a column marks fewer rows than it has"));
        }
        let values = self.values(kind, rows)?;
        Ok(Array {
            kind,
            len: rows,
            validity,
            values,
        })
    }

    fn values(&mut self, kind: &'a Kind, rows: usize) -> Result<Values<'a>> {
        Ok(match kind {
            Kind::Null => Values::None,
            Kind::Boolean => {
                let bits = self.bytes()?;
                if bits.len() < rows.div_ceil(8) {
                    return Err(malformed("a column has fewer values than rows"));
                }
                Values::Bits(bits)
            }
            Kind::Int { width, .. }
            | Kind::Float { width }
            | Kind::Date { width }
            | Kind::FixedBytes { width } => self.fixed(*width, rows)?,
            Kind::Timestamp { .. } => self.fixed(8, rows)?,
            Kind::Text { offset, .. } | Kind::Bytes { offset } => {
                let ends = self.offsets(*offset, rows)?;
                let bytes = self.bytes()?;
                ends.check(rows, bytes.len())?;
                Values::Variable { ends, bytes }
            }
            Kind::List { offset, item } => {
                let ends = self.offsets(*offset, rows)?;
                ends.check(rows, usize::MAX - 1)?;
                let items = self.items(item, ends.get(rows))?;
                Values::List { ends, items }
            }
            Kind::FixedList { size, item } => {
                let most = rows.checked_mul(*size).filter(|most| self.is_backed(*most));
                let most = most.ok_or_else(|| malformed("a list has more items than there are bits"))?;
                let items = Box::new(self.array(item, most)?);
                Values::FixedList { size: *size, items }
            }
            Kind::Struct(parts) => {
                let part = |(_, part): &'a (String, Kind)| self.array(part, rows);
                Values::Struct(parts.iter().map(part).collect::<Result<_>>()?)
            }
            Kind::Dictionary {
                id, width, signed, ..
            } => {
                let Values::Fixed { width, bytes } = self.fixed(*width, rows)? else {
                    return Ok(Values::None);
                };
                let missing = || malformed("a dictionary is named that did not come before");
                let values = self.dictionaries.get(id).ok_or_else(missing)?;
                let numbers = Array {
                    kind: numbers_of(width, *signed),
                    len: rows,
                    validity: None,
                    values: Values::Fixed { width, bytes },
                };
                Values::Dictionary {
                    numbers: Box::new(numbers),
                    values: Rc::clone(values),
                }
            }
        })
    }

    /// The items of a list, of which there may be more than its rows have.
    fn items(&mut self, item: &'a Kind, least: usize) -> Result<Box<Array<'a>>> {
        let nodes = self.batch.nodes();
        let node = nodes
            .filter(|nodes| self.node < nodes.len())
            .map(|nodes| *nodes.get(self.node));
        let count = node
            .and_then(|node| usize::try_from(node.length()).ok())
            .unwrap_or(0);
        if count < least || !self.is_backed(count) {
            return Err(malformed(
                "a list has fewer items than its rows, or more than there are bits",
            ));
        }
        Ok(Box::new(self.array(item, count)?))
    }

    /// Whether a bit stands for each of so many items: those of nothing have no bytes, and must not stand for more than there is.
    fn is_backed(&self, items: usize) -> bool {
        items <= self.body.len().saturating_mul(8)
    }

    fn fixed(&mut self, width: usize, rows: usize) -> Result<Values<'a>> {
        let bytes = self.bytes()?;
        if rows.checked_mul(width).is_none_or(|needed| needed > bytes.len()) {
            return Err(malformed("a column has fewer values than rows"));
        }
        Ok(Values::Fixed { width, bytes })
    }

    fn offsets(&mut self, width: usize, rows: usize) -> Result<Offsets<'a>> {
        let bytes = self.bytes()?;
        // A column without rows may have no offsets at all.
        if rows == 0 && bytes.is_empty() {
            return Ok(Offsets {
                width,
                bytes: &[0; 8],
            });
        }
        if rows
            .checked_add(1)
            .and_then(|all| all.checked_mul(width))
            .is_none_or(|needed| needed > bytes.len())
        {
            return Err(malformed("a column has fewer offsets than rows"));
        }
        Ok(Offsets { width, bytes })
    }

    fn bytes(&mut self) -> Result<&'a [u8]> {
        let buffers = self.batch.buffers();
        let buffer = buffers
            .filter(|all| self.buffer < all.len())
            .map(|all| *all.get(self.buffer));
        let buffer = buffer.ok_or_else(|| malformed("a batch has fewer buffers than its columns need"))?;
        self.buffer += 1;
        let start = usize::try_from(buffer.offset()).ok();
        let end = start.zip(usize::try_from(buffer.length()).ok());
        let range = end.and_then(|(start, len)| Some(start..start.checked_add(len)?));
        let bytes = range.and_then(|range| self.body.get(range));
        bytes.ok_or_else(|| malformed("a buffer lies outside of its batch"))
    }
}

/// The type of the numbers of a dictionary.
fn numbers_of(width: usize, signed: bool) -> &'static Kind {
    const fn int(width: usize, signed: bool) -> Kind {
        Kind::Int { width, signed }
    }
    static KINDS: [Kind; 8] = [
        int(1, true),
        int(2, true),
        int(4, true),
        int(8, true),
        int(1, false),
        int(2, false),
        int(4, false),
        int(8, false),
    ];
    let is_it =
        |kind: &&Kind| matches!(kind, Kind::Int { width: w, signed: s } if *w == width && *s == signed);
    KINDS.iter().find(is_it).unwrap_or(&Kind::Null)
}
