use arrow_ipc::{DateUnit, Field, Precision, TimeUnit, Type};

use crate::error::{Code, Error, Result};

/// A type of Arrow, as far as a table can take something of it.
#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Boolean,
    Int {
        width: usize,
        signed: bool,
    },
    Float {
        width: usize,
    },
    /// Days, or milliseconds of whole days.
    Date {
        width: usize,
    },
    /// Of how many of its unit a second has.
    Timestamp {
        per_second: i64,
    },
    /// With offsets of so many bytes. Texts of JSON are marked as such by reads of Varve.
    Text {
        offset: usize,
        json: bool,
    },
    Bytes {
        offset: usize,
    },
    FixedBytes {
        width: usize,
    },
    List {
        offset: usize,
        item: Box<Kind>,
    },
    FixedList {
        size: usize,
        item: Box<Kind>,
    },
    Struct(Vec<(String, Kind)>),
    /// Numbers of values that come apart, under an id.
    Dictionary {
        id: i64,
        width: usize,
        signed: bool,
        values: Box<Kind>,
    },
}

impl Kind {
    /// The type of a field.
    pub(super) fn of(field: Field<'_>) -> Result<Self> {
        let values = Self::plain(field)?;
        let Some(dictionary) = field.dictionary() else {
            return Ok(values);
        };
        let (width, signed) = match dictionary.indexType() {
            None => (4, true),
            Some(int) => (
                int_width(int.bitWidth()).ok_or_else(|| foreign(field))?,
                int.is_signed(),
            ),
        };
        Ok(Self::Dictionary {
            id: dictionary.id(),
            width,
            signed,
            values: Box::new(values),
        })
    }

    fn plain(field: Field<'_>) -> Result<Self> {
        let kind = match field.type_type() {
            Type::Null => Some(Self::Null),
            Type::Bool => Some(Self::Boolean),
            Type::Int => field.type_as_int().and_then(|int| {
                let (width, signed) = (int_width(int.bitWidth())?, int.is_signed());
                Some(Self::Int { width, signed })
            }),
            Type::FloatingPoint => field.type_as_floating_point().and_then(|float| {
                let width = match float.precision() {
                    Precision::HALF => 2,
                    Precision::SINGLE => 4,
                    Precision::DOUBLE => 8,
                    _ => return None,
                };
                Some(Self::Float { width })
            }),
            Type::Date => field.type_as_date().and_then(|date| {
                let width = match date.unit() {
                    DateUnit::DAY => 4,
                    DateUnit::MILLISECOND => 8,
                    _ => return None,
                };
                Some(Self::Date { width })
            }),
            Type::Timestamp => field.type_as_timestamp().and_then(|timestamp| {
                let per_second = match timestamp.unit() {
                    TimeUnit::SECOND => 1,
                    TimeUnit::MILLISECOND => 1_000,
                    TimeUnit::MICROSECOND => 1_000_000,
                    TimeUnit::NANOSECOND => 1_000_000_000,
                    _ => return None,
                };
                Some(Self::Timestamp { per_second })
            }),
            Type::Utf8 => Some(text(field, 4)),
            Type::LargeUtf8 => Some(text(field, 8)),
            Type::Binary => Some(Self::Bytes { offset: 4 }),
            Type::LargeBinary => Some(Self::Bytes { offset: 8 }),
            Type::FixedSizeBinary => field.type_as_fixed_size_binary().and_then(|bytes| {
                let width = usize::try_from(bytes.byteWidth()).ok()?;
                Some(Self::FixedBytes { width })
            }),
            Type::List => return Self::list(field, 4),
            Type::LargeList => return Self::list(field, 8),
            Type::FixedSizeList => {
                let size = field.type_as_fixed_size_list().map(|list| list.listSize());
                let size = size.and_then(|size| usize::try_from(size).ok());
                let item = Box::new(Self::item(field)?);
                size.map(|size| Self::FixedList { size, item })
            }
            Type::Struct_ => {
                let parts = field.children().into_iter().flatten();
                let part =
                    |part: Field<'_>| Ok((part.name().unwrap_or_default().to_owned(), Self::of(part)?));
                Some(Self::Struct(parts.map(part).collect::<Result<_>>()?))
            }
            _ => None,
        };
        kind.ok_or_else(|| foreign(field))
    }

    fn list(field: Field<'_>, offset: usize) -> Result<Self> {
        let item = Box::new(Self::item(field)?);
        Ok(Self::List { offset, item })
    }

    fn item(field: Field<'_>) -> Result<Self> {
        let item = field.children().and_then(|children| children.iter().next());
        Self::of(item.ok_or_else(|| foreign(field))?)
    }

    /// What it is called in errors.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "bool",
            Self::Int { .. } => "integers",
            Self::Float { .. } => "floats",
            Self::Date { .. } => "dates",
            Self::Timestamp { .. } => "timestamps",
            Self::Text { .. } => "text",
            Self::Bytes { .. } | Self::FixedBytes { .. } => "binary",
            Self::List { .. } | Self::FixedList { .. } => "lists",
            Self::Struct(_) => "structs",
            Self::Dictionary { values, .. } => values.name(),
        }
    }
}

/// The error for bytes that are none of Arrow, or of a form that is not read.
pub(super) fn malformed(why: &str) -> Error {
    let message = format!("The bytes are not what Arrow's IPC format allows: {why}.");
    Error::new(Code::InvalidArgument, message)
        .hint("Give a whole stream or file in Arrow's IPC format; Feather files of version 1 and Parquet files are others.")
}

fn text(field: Field<'_>, offset: usize) -> Kind {
    let mut metadata = field.custom_metadata().into_iter().flatten();
    let json = metadata.any(|pair| {
        let value = pair.value().unwrap_or_default();
        pair.key() == Some("varve.type") && value.starts_with("{\"kind\":\"json\"")
    });
    Kind::Text { offset, json }
}

fn int_width(bits: i32) -> Option<usize> {
    match bits {
        8 => Some(1),
        16 => Some(2),
        32 => Some(4),
        64 => Some(8),
        _ => None,
    }
}

fn foreign(field: Field<'_>) -> Error {
    let name = field.name().unwrap_or_default();
    let kind = field.type_type().variant_name().unwrap_or("unknown");
    let message = format!("The column \"{name}\" is of an Arrow type that no table holds: {kind}.");
    Error::new(Code::InvalidArgument, message)
        .hint(
            "Cast it to an integer, a float, a text, a timestamp or a list of these first, or leave it out.",
        )
        .column(name)
}
