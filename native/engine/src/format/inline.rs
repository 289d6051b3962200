//! Rows as JSON values: those that travel inside a manifest, and the defaults of columns.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::column::{Batch, Column, ColumnBuilder};
use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Field};
use crate::value::Value;

/// The rows of one small commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InlineRows {
    /// The id of the first row; the others follow.
    pub first: u64,
    /// How many rows.
    pub rows: u32,
    /// For each field its id and its values, one a row.
    pub columns: Vec<(u32, Vec<Json>)>,
}

impl InlineRows {
    /// Writes rows as JSON.
    ///
    /// # Errors
    /// [`crate::error::Code::Internal`]: a column is of no field.
    pub fn encode(first: u64, batch: &Batch, fields: &[Field]) -> Result<Self> {
        let rows = u32::try_from(batch.rows()).map_err(Error::internal)?;
        let column = |(id, column): &(u32, Column)| {
            let data_type = &field(fields, *id)?.data_type;
            let values = (0..batch.rows()).map(|row| Ok(json_of(data_type, &column.value(data_type, row)?)));
            Ok((*id, values.collect::<Result<Vec<_>>>()?))
        };
        Ok(Self {
            first,
            rows,
            columns: batch.columns().iter().map(column).collect::<Result<_>>()?,
        })
    }

    /// Reads the rows back.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], naming the file.
    pub fn decode(&self, fields: &[Field], file: &str) -> Result<Batch> {
        let damaged = || Error::corrupt(file, "the rows in it do not fit the schema");
        let column = |(id, values): &(u32, Vec<Json>)| {
            let data_type = &field(fields, *id).map_err(|_| damaged())?.data_type;
            if values.len() != self.rows as usize {
                return Err(damaged());
            }
            let mut builder = ColumnBuilder::new(data_type);
            for value in values {
                let value = value_of(data_type, value).ok_or_else(damaged)?;
                builder.push(&value).map_err(|_| damaged())?;
            }
            Ok((*id, builder.finish()))
        };
        Ok(Batch::new(
            self.rows as usize,
            self.columns.iter().map(column).collect::<Result<_>>()?,
        ))
    }
}

fn field(fields: &[Field], id: u32) -> Result<&Field> {
    fields
        .iter()
        .find(|field| field.id == id)
        .ok_or_else(|| Error::internal("a column of no field"))
}

/// A value as JSON. Bytes and vectors are base64, of little-endian elements; a float that JSON lacks is its name.
pub(crate) fn json_of(data_type: &DataType, value: &Value) -> Json {
    match (data_type, value) {
        (_, Value::Null) => Json::Null,
        (_, Value::Boolean(b)) => Json::Bool(*b),
        (_, Value::Int(i)) => Json::from(*i),
        (_, Value::Float(x)) if x.is_finite() => Json::from(*x),
        (_, Value::Float(x)) => Json::from(if x.is_nan() {
            "NaN"
        } else if *x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }),
        (_, Value::Text(text)) => Json::from(text.as_str()),
        (_, Value::Bytes(bytes)) => Json::from(BASE64.encode(bytes)),
        (DataType::List { item }, Value::List(values)) => values
            .iter()
            .map(|value| json_of(&item.data_type, value))
            .collect(),
        (DataType::Struct { fields }, Value::Struct(values)) => fields
            .iter()
            .zip(values)
            .map(|(field, value)| json_of(&field.data_type, value))
            .collect(),
        (_, Value::List(_) | Value::Struct(_)) => Json::Null,
    }
}

/// The value that rows show which are older than a field: its default, as the column would hold it.
///
/// # Errors
/// [`crate::error::Code::InvalidSchema`]: the default is not a value of the field's type.
pub(crate) fn default_of(field: &Field) -> Result<Value> {
    let Some(json) = &field.default else {
        return Ok(Value::Null);
    };
    let misfit = || {
        let message = format!(
            "The default of the column \"{}\" is not a value of its type.",
            field.name
        );
        Error::new(Code::InvalidSchema, message).column(field.name.clone())
    };
    if !fits(&field.data_type, field.nullable, json) {
        return Err(misfit());
    }
    let value = value_of(&field.data_type, json).ok_or_else(misfit)?;
    // A column may round, as one of 32-bit floats does.
    Column::constant(&field.data_type, &value, 1)
        .map_err(|_| misfit())?
        .value(&field.data_type, 0)
}

/// Whether JSON keeps the rules of a type that a column's layout does not keep by itself.
fn fits(data_type: &DataType, nullable: bool, json: &Json) -> bool {
    match (data_type, json) {
        (_, Json::Null) => nullable,
        (DataType::Enum { values }, Json::String(text)) => values.contains(text),
        (DataType::Json, Json::String(text)) => serde_json::from_str::<IgnoredAny>(text).is_ok(),
        (DataType::List { item }, Json::Array(values)) => values
            .iter()
            .all(|value| fits(&item.data_type, item.nullable, value)),
        (DataType::Struct { fields }, Json::Array(values)) => fields
            .iter()
            .zip(values)
            .all(|(field, value)| fits(&field.data_type, field.nullable, value)),
        _ => true,
    }
}

/// The value of JSON that [`json_of`] wrote; `None` where it is of another type.
pub(crate) fn value_of(data_type: &DataType, json: &Json) -> Option<Value> {
    Some(match (data_type, json) {
        (_, Json::Null) => Value::Null,
        (DataType::Boolean, Json::Bool(b)) => Value::Boolean(*b),
        // A default may have been written by JavaScript, whose numbers end before those of 64 bits do.
        (DataType::Int, Json::Object(tagged)) => Value::Int(tagged.get("$int")?.as_str()?.parse().ok()?),
        (DataType::Int | DataType::Timestamp | DataType::Date, json) => Value::Int(json.as_i64()?),
        (DataType::Float { .. }, Json::Number(number)) => Value::Float(number.as_f64()?),
        (DataType::Float { .. }, Json::String(name)) => Value::Float(match name.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => return None,
        }),
        (DataType::Text | DataType::Enum { .. } | DataType::Json, Json::String(text)) => {
            Value::Text(text.clone())
        }
        (DataType::Bytes, Json::String(text)) => Value::Bytes(BASE64.decode(text).ok()?),
        (DataType::Vector { .. }, Json::String(text)) => {
            let bytes = BASE64.decode(text).ok()?;
            Value::Bytes(bytes).of_width(crate::column::fixed_width(data_type)?)?
        }
        (DataType::List { item }, Json::Array(values)) => Value::List(
            values
                .iter()
                .map(|value| value_of(&item.data_type, value))
                .collect::<Option<_>>()?,
        ),
        (DataType::Struct { fields }, Json::Array(values)) if fields.len() == values.len() => {
            let parts = fields
                .iter()
                .zip(values)
                .map(|(field, value)| value_of(&field.data_type, value));
            Value::Struct(parts.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
