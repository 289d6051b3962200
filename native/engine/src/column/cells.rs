//! Columns put together from single cells of others, and cells that are compared.

use super::gather::Offsets;
use super::{Bits, Buffer, Column, Data};
use crate::error::{Error, Result};
use crate::schema::DataType;
use crate::value::Value;

/// A column and a position in it.
pub(crate) type CellAt<'a> = (&'a Column, usize);

impl Column {
    /// The values of some cells, one behind the other. Their columns are of the same type and may be different ones.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; [`crate::error::Code::InvalidRow`] where the column would hold more than 2 GiB.
    pub(crate) fn of_cells(data_type: &DataType, cells: &[CellAt<'_>]) -> Result<Self> {
        match cells.first() {
            Some((first, _)) => first.like_these(cells),
            None => Self::constant(data_type, &Value::Null, 0),
        }
    }

    fn like_these(&self, cells: &[CellAt<'_>]) -> Result<Self> {
        let data = match &self.data {
            Data::Bits(_) => {
                let mut bits = Bits::filled(cells.len(), false);
                for (at, (column, row)) in cells.iter().enumerate() {
                    if column.boolean(*row)? {
                        bits.set(at);
                    }
                }
                Data::Bits(Buffer::from(bits.to_bytes()))
            }
            Data::Fixed { width, .. } => {
                let mut values = Vec::with_capacity(cells.len() * width);
                for (column, row) in cells {
                    values.extend_from_slice(column.fixed(*row)?);
                }
                let (width, values) = (*width, Buffer::from(values));
                Data::Fixed { width, values }
            }
            Data::Variable { .. } => {
                let (mut offsets, mut values) = (Offsets::with_capacity(cells.len()), Vec::new());
                for (column, row) in cells {
                    let bytes = column.variable(*row)?;
                    values.extend_from_slice(bytes);
                    offsets.push(bytes.len())?;
                }
                let (offsets, values) = (offsets.finish(), Buffer::from(values));
                Data::Variable { offsets, values }
            }
            Data::List { items, .. } => lists(items, cells)?,
            Data::Struct(parts) => {
                let part = |(at, part): (usize, &Self)| {
                    let cells = cells.iter().map(|(column, row)| {
                        let part = column.parts()?.get(at);
                        let part = part.ok_or_else(|| Error::internal("structs of different shape"))?;
                        Ok((part, *row))
                    });
                    part.like_these(&cells.collect::<Result<Vec<_>>>()?)
                };
                Data::Struct(parts.iter().enumerate().map(part).collect::<Result<_>>()?)
            }
        };
        let (len, validity) = (cells.len(), validity_of(cells)?);
        Ok(Self { len, validity, data })
    }

    /// Whether two cells of one type hold the same value, bit for bit.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn equals(&self, row: usize, (other, at): CellAt<'_>) -> Result<bool> {
        match (self.is_null(row)?, other.is_null(at)?) {
            (false, false) => {}
            (left, right) => return Ok(left && right),
        }
        match (&self.data, &other.data) {
            (Data::Bits(_), Data::Bits(_)) => Ok(self.boolean(row)? == other.boolean(at)?),
            (Data::Fixed { .. }, Data::Fixed { .. }) => Ok(self.fixed(row)? == other.fixed(at)?),
            (Data::Variable { .. }, Data::Variable { .. }) => Ok(self.variable(row)? == other.variable(at)?),
            (Data::List { .. }, Data::List { .. }) => {
                let ((left, ours), (right, theirs)) = (self.list(row)?, other.list(at)?);
                if ours.len() != theirs.len() {
                    return Ok(false);
                }
                all(ours.zip(theirs), |(ours, theirs)| {
                    left.equals(ours, (right, theirs))
                })
            }
            (Data::Struct(left), Data::Struct(right)) if left.len() == right.len() => {
                all(left.iter().zip(right), |(left, right)| {
                    left.equals(row, (right, at))
                })
            }
            _ => Ok(false),
        }
    }
}

fn all<T>(mut items: impl Iterator<Item = T>, test: impl Fn(T) -> Result<bool>) -> Result<bool> {
    items.try_fold(true, |so_far, item| Ok(so_far && test(item)?))
}

fn lists(items: &Column, cells: &[CellAt<'_>]) -> Result<Data> {
    let (mut offsets, mut wanted) = (Offsets::with_capacity(cells.len()), Vec::new());
    for (column, row) in cells {
        let (items, range) = column.list(*row)?;
        offsets.push(range.len())?;
        wanted.extend(range.map(|at| (items, at)));
    }
    let items = match wanted.is_empty() {
        true => items.take(&[])?,
        false => items.like_these(&wanted)?,
    };
    let (offsets, items) = (offsets.finish(), Box::new(items));
    Ok(Data::List { offsets, items })
}

fn validity_of(cells: &[CellAt<'_>]) -> Result<Option<Buffer>> {
    let mut bits = Bits::filled(cells.len(), false);
    let mut present = 0;
    for (at, (column, row)) in cells.iter().enumerate() {
        if !column.is_null(*row)? {
            bits.set(at);
            present += 1;
        }
    }
    Ok((present < cells.len()).then(|| Buffer::from(bits.to_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::ColumnBuilder;

    fn nested() -> DataType {
        serde_json::from_str(
            r#"{"kind": "list", "item": {"nullable": true, "type": {"kind": "struct", "fields": [
                {"name": "a", "type": {"kind": "text"}, "nullable": true}, {"name": "b", "type": {"kind": "boolean"}}
            ]}}}"#,
        )
        .unwrap()
    }

    fn column(values: &[Value]) -> Column {
        let mut builder = ColumnBuilder::new(&nested());
        values.iter().for_each(|value| builder.push(value).unwrap());
        builder.finish()
    }

    fn pair(text: &str, flag: bool) -> Value {
        Value::Struct(vec![Value::Text(text.to_owned()), Value::Boolean(flag)])
    }

    fn values() -> Vec<Value> {
        let list = |items: &[Value]| Value::List(items.to_vec());
        vec![
            list(&[pair("x", true), Value::Null]),
            Value::Null,
            list(&[]),
            list(&[pair("x", false), Value::Null]),
            list(&[pair("", true)]),
        ]
    }

    #[test]
    fn cells_of_several_columns_make_one() {
        let (values, other) = (values(), column(&[Value::List(vec![pair("y", true)])]));
        let one = column(&values);
        let cells = [(&one, 4), (&other, 0), (&one, 1), (&one, 0), (&one, 0), (&one, 2)];
        let made = Column::of_cells(&nested(), &cells).unwrap();
        for (at, (from, row)) in cells.iter().enumerate() {
            assert_eq!(
                made.value(&nested(), at).unwrap(),
                from.value(&nested(), *row).unwrap()
            );
        }
        assert_eq!(Column::of_cells(&nested(), &[]).unwrap().len(), 0);
    }

    #[test]
    fn cells_are_equal_where_their_values_are() {
        let values = values();
        let (left, right) = (column(&values), column(&values));
        for a in 0..values.len() {
            for b in 0..values.len() {
                assert_eq!(left.equals(a, (&right, b)).unwrap(), a == b, "{a} {b}");
            }
        }
    }
}
