use std::cell::Cell;

use super::array::{Array, Values};
use super::kind::{Kind, malformed};
use crate::column::{Bits, Buffer, Column, ColumnBuilder, Data, as_f32s, misfit};
use crate::error::{Error, Result};
use crate::schema::{DataType, Element, Field};
use crate::value::Value;

/// The most bytes that come out of the dictionaries of a stream.
pub(super) const REPEATED_MAX: usize = 256 << 20;
const DAY_MS: i64 = 86_400_000;
/// Up to here a 64-bit float knows every whole number.
const EXACT: i64 = 1 << 53;
const F16_MAX: f32 = 65_504.0;

/// Makes a column of a table of one of Arrow.
pub(super) struct Cast<'f> {
    pub(super) field: &'f Field,
    /// The number of the first row in errors.
    pub(super) base: usize,
    /// How many more bytes may come out of dictionaries, whose values stand for any number of rows.
    pub(super) repeated: &'f Cell<usize>,
}

/// Where a value is to go.
#[derive(Clone, Copy)]
struct Place<'t> {
    data_type: &'t DataType,
    nullable: bool,
    /// The row of the table.
    row: usize,
}

impl Cast<'_> {
    pub(super) fn column(&self, array: &Array<'_>) -> Result<Column> {
        let (data_type, nullable) = (&self.field.data_type, self.field.nullable);
        if let Some(column) = self.adjacent(array)? {
            return Ok(column);
        }
        let mut builder = ColumnBuilder::new(data_type);
        for row in 0..array.len {
            let place = Place {
                data_type,
                nullable,
                row,
            };
            builder.push(&self.value(array, row, place)?)?;
        }
        Ok(builder.finish())
    }

    fn misfit(&self, row: usize, what: &str) -> Error {
        misfit(self.field, self.base + row, what)
    }

    fn missing(&self, row: usize) -> Error {
        self.misfit(row, "it has no value, and the column is not nullable")
    }

    /// Vectors of 32-bit floats that lie one behind the other.
    fn adjacent(&self, array: &Array<'_>) -> Result<Option<Column>> {
        let DataType::Vector {
            dimensions,
            element: Element::F32,
            ..
        } = self.field.data_type
        else {
            return Ok(None);
        };
        let Values::FixedList { size, items } = &array.values else {
            return Ok(None);
        };
        let Values::Fixed { width: 4, bytes } = items.values else {
            return Ok(None);
        };
        let width = size.saturating_mul(4);
        if *size != dimensions as usize || !matches!(items.kind, Kind::Float { .. }) || !items.is_full() {
            return Ok(None);
        }
        let all = bytes.get(..array.len.saturating_mul(width)).unwrap_or_default();
        let mut values = all.to_vec();
        let mut valid = Bits::filled(array.len, true);
        for (row, vector) in values.chunks_exact_mut(width.max(1)).enumerate() {
            if array.is_null(row) {
                if !self.field.nullable {
                    return Err(self.missing(row));
                }
                vector.fill(0);
                valid.clear(row);
            } else if let Some(at) = as_f32s(vector).iter().position(|x| !x.is_finite()) {
                return Err(self.misfit(row, &format!("element {at} of the vector is not a finite number")));
            }
        }
        let validity = (valid.count() < array.len).then(|| Buffer::from(valid.to_bytes()));
        let values = Buffer::from(values);
        Ok(Some(Column::new(
            array.len,
            validity,
            Data::Fixed { width, values },
        )))
    }

    fn value(&self, array: &Array<'_>, at: usize, place: Place<'_>) -> Result<Value> {
        if array.is_null(at) {
            return if place.nullable {
                Ok(Value::Null)
            } else {
                Err(self.missing(place.row))
            };
        }
        if let Values::Dictionary { numbers, values } = &array.values {
            let number = numbers.int(at).and_then(|number| usize::try_from(number).ok());
            let known = number.filter(|number| *number < values.len);
            let number =
                known.ok_or_else(|| self.misfit(place.row, "its number is not in the dictionary"))?;
            let value = self.value(values, number, place)?;
            let left = self.repeated.get().checked_sub(weight(&value));
            self.repeated.set(left.ok_or_else(too_much)?);
            return Ok(value);
        }
        let found = match place.data_type {
            DataType::Int => self.int(array, at, place.row)?.map(Value::Int),
            DataType::Float { bits } => self.float(array, at, *bits, place.row)?.map(Value::Float),
            DataType::Boolean => array.boolean(at).map(Value::Boolean),
            DataType::Timestamp => self.instant(array, at, place.row)?.map(Value::Int),
            DataType::Date => self.day(array, at, place.row)?.map(Value::Int),
            DataType::Text | DataType::Enum { .. } | DataType::Json => {
                self.text(array, at, place)?.map(Value::Text)
            }
            DataType::Bytes => matches!(array.kind, Kind::Bytes { .. } | Kind::FixedBytes { .. })
                .then(|| Value::Bytes(array.bytes(at).to_vec())),
            DataType::Vector {
                dimensions, element, ..
            } => {
                let wanted = (*dimensions as usize, *element);
                self.vector(array, at, wanted, place.row)?.map(Value::Bytes)
            }
            DataType::List { item } => {
                let place = Place {
                    data_type: &item.data_type,
                    nullable: item.nullable,
                    row: place.row,
                };
                let Some((items, range)) = items_of(array, at) else {
                    return Err(self.foreign(array, place.row));
                };
                let value = |at| self.value(items, at, place);
                Some(Value::List(range.map(value).collect::<Result<_>>()?))
            }
            DataType::Struct { fields } => self.parts(array, at, fields, place.row)?.map(Value::Struct),
        };
        found.ok_or_else(|| self.foreign(array, place.row))
    }

    fn foreign(&self, array: &Array<'_>, row: usize) -> Error {
        self.misfit(row, &format!("it takes no {} of Arrow", array.kind.name()))
    }

    fn int(&self, array: &Array<'_>, at: usize, row: usize) -> Result<Option<i64>> {
        if let Some(float) = array.float(at) {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range, checked")]
            return match float.fract() == 0.0 && float.abs() < EXACT as f64 {
                true => Ok(Some(float as i64)),
                false => Err(self.misfit(row, &format!("expected a whole number, got {float}"))),
            };
        }
        match (array.kind, array.int(at)) {
            (Kind::Int { .. }, None) => {
                Err(self.misfit(row, "the number does not fit into 64 bits with a sign"))
            }
            (Kind::Int { .. }, int) => Ok(int),
            _ => Ok(None),
        }
    }

    fn float(&self, array: &Array<'_>, at: usize, bits: u8, row: usize) -> Result<Option<f64>> {
        let float = match (array.kind, array.int(at)) {
            (Kind::Int { .. }, Some(int)) if (-EXACT..=EXACT).contains(&int) => Some(int as f64),
            (Kind::Int { .. }, _) => return Err(self.misfit(row, "a float does not hold the number exactly")),
            _ => array.float(at),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a 32-bit float rounds by design")]
        let stored = float.map(|float| {
            if bits == 32 {
                f64::from(float as f32)
            } else {
                float
            }
        });
        match (float, stored) {
            (Some(float), Some(stored)) if !stored.is_finite() => Err(self.misfit(
                row,
                &format!("expected a finite number of {bits} bits, got {float:e}"),
            )),
            _ => Ok(stored),
        }
    }

    fn instant(&self, array: &Array<'_>, at: usize, row: usize) -> Result<Option<i64>> {
        let Kind::Timestamp { per_second } = array.kind else {
            return Ok(None);
        };
        let given = array.int(at).unwrap_or_default();
        let ms = match per_second {
            1 => given.checked_mul(1_000),
            per_second => Some(given.div_euclid(per_second / 1_000)),
        };
        match ms {
            Some(ms) => Ok(Some(ms)),
            None => Err(self.misfit(row, "its milliseconds do not fit into 64 bits")),
        }
    }

    fn day(&self, array: &Array<'_>, at: usize, row: usize) -> Result<Option<i64>> {
        let Kind::Date { width } = array.kind else {
            return Ok(None);
        };
        let given = array.int(at).unwrap_or_default();
        let day = if *width == 4 {
            given
        } else {
            given.div_euclid(DAY_MS)
        };
        match i32::try_from(day) {
            Ok(_) => Ok(Some(day)),
            Err(_) => Err(self.misfit(row, "the date is out of range")),
        }
    }

    fn text(&self, array: &Array<'_>, at: usize, place: Place<'_>) -> Result<Option<String>> {
        let Kind::Text { json, .. } = array.kind else {
            return Ok(None);
        };
        let text = std::str::from_utf8(array.bytes(at));
        let text = text.map_err(|_| self.misfit(place.row, "the text is not UTF-8"))?;
        match place.data_type {
            DataType::Enum { values } if !values.iter().any(|value| value == text) => {
                let what = format!("expected one of {}, got \"{text}\"", values.join(", "));
                Err(self.misfit(place.row, &what))
            }
            DataType::Json if *json => match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                Ok(_) => Ok(Some(text.to_owned())),
                Err(_) => Err(self.misfit(place.row, "the text is not JSON")),
            },
            DataType::Json => serde_json::to_string(text).map(Some).map_err(Error::internal),
            _ => Ok(Some(text.to_owned())),
        }
    }

    fn vector(
        &self,
        array: &Array<'_>,
        at: usize,
        wanted: (usize, Element),
        row: usize,
    ) -> Result<Option<Vec<u8>>> {
        let (dimensions, element) = wanted;
        let Some((items, range)) = items_of(array, at) else {
            return Ok(None);
        };
        if range.len() != dimensions {
            let what = format!("expected {dimensions} dimensions, got {}", range.len());
            return Err(self.misfit(row, &what));
        }
        let mut bytes = Vec::with_capacity(dimensions.saturating_mul(element.size()));
        for (index, item) in range.enumerate() {
            if items.is_null(item) {
                return Err(self.misfit(row, &format!("element {index} of the vector is missing")));
            }
            let Some(x) = items.float(item) else {
                return Ok(None);
            };
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the elements of vectors are 32-bit floats at most"
            )]
            let x = x as f32;
            if !x.is_finite() || element == Element::F16 && x.abs() > F16_MAX {
                let what = format!("element {index} of the vector is not a finite number of its width");
                return Err(self.misfit(row, &what));
            }
            match element {
                Element::F32 => bytes.extend_from_slice(&x.to_le_bytes()),
                Element::F16 => bytes.extend_from_slice(&varve_kernels::f32_to_f16(x).to_le_bytes()),
            }
        }
        Ok(Some(bytes))
    }

    fn parts(
        &self,
        array: &Array<'_>,
        at: usize,
        fields: &[crate::schema::NamedField],
        row: usize,
    ) -> Result<Option<Vec<Value>>> {
        let (Kind::Struct(names), Values::Struct(parts)) = (array.kind, &array.values) else {
            return Ok(None);
        };
        if let Some((stranger, _)) = names
            .iter()
            .find(|(name, _)| !fields.iter().any(|field| field.name == *name))
        {
            return Err(self.misfit(row, &format!("it has no part \"{stranger}\"")));
        }
        let value = |field: &crate::schema::NamedField| {
            let place = Place {
                data_type: &field.data_type,
                nullable: field.nullable,
                row,
            };
            match names.iter().zip(parts).find(|((name, _), _)| *name == field.name) {
                Some((_, part)) => self.value(part, at, place),
                None if field.nullable => Ok(Value::Null),
                None => Err(self.misfit(row, &format!("its part \"{}\" needs a value", field.name))),
            }
        };
        Ok(Some(fields.iter().map(value).collect::<Result<_>>()?))
    }
}

/// About how many bytes a value takes.
fn weight(value: &Value) -> usize {
    let of_all = |values: &[Value]| values.iter().map(weight).sum();
    let bytes = match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(values) | Value::Struct(values) => of_all(values),
        _ => 0,
    };
    bytes + size_of::<Value>()
}

fn too_much() -> Error {
    malformed(&format!(
        "the values of its dictionaries stand for more than {} MiB",
        REPEATED_MAX >> 20
    ))
}

/// The items of a list, and which of them a row has.
fn items_of<'b, 'a>(array: &'b Array<'a>, at: usize) -> Option<(&'b Array<'a>, std::ops::Range<usize>)> {
    match &array.values {
        Values::List { ends, items } => Some((items, ends.range(at))),
        Values::FixedList { size, items } => Some((items, at * size..(at + 1) * size)),
        _ => None,
    }
}
