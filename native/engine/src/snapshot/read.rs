use std::cmp::Ordering;

use super::lookup::RowPlace;
use super::picked::Picked;
use super::state::Snapshot;
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::format::default_of;
use crate::schema::{DataType, Field, Rules};
use crate::value::Value;

/// One key of an order.
#[derive(Clone, Debug)]
pub struct Order {
    /// The column: text, enum, int, float, boolean, timestamp or date.
    pub column: String,
    /// The greatest first.
    pub descending: bool,
}

/// What a find asks for.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// Which rows; all where there is none.
    pub filter: Option<Filter>,
    /// In which order; by row id where none is given, and among equals. Nulls come last.
    pub order: Vec<Order>,
    /// The most rows; all where there is none.
    pub limit: Option<usize>,
    /// How many of the first rows to leave out.
    pub offset: usize,
}

impl Snapshot {
    /// The columns of that name, in that order.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`].
    pub fn select(&self, names: &[String]) -> Result<Vec<Field>> {
        names
            .iter()
            .map(|name| self.schema().field(name).cloned())
            .collect()
    }

    /// The row of a key; none or one.
    ///
    /// # Errors
    /// [`Code::NoPrimaryKey`], [`Code::InvalidArgument`] for a key of another type, [`Code::Corrupt`].
    pub fn get(&self, key: &Value, select: Vec<Field>) -> Result<Picked> {
        let rows = self.place_of(key)?.into_iter().collect();
        Ok(Picked::new(self.clone(), select, rows))
    }

    /// The rows of some keys, and for each key which of the rows is its own, if there is one.
    ///
    /// # Errors
    /// Those of [`Snapshot::get`].
    pub fn get_all(&self, keys: &[Value], select: Vec<Field>) -> Result<(Picked, Vec<Option<usize>>)> {
        let (mut rows, mut found) = (Vec::new(), Vec::with_capacity(keys.len()));
        for key in keys {
            let place = self.place_of(key)?;
            found.push(place.map(|_| rows.len()));
            rows.extend(place);
        }
        Ok((Picked::new(self.clone(), select, rows), found))
    }

    fn place_of(&self, key: &Value) -> Result<Option<RowPlace>> {
        let field = self.key_field()?;
        match (&field.data_type, key) {
            (DataType::Int, Value::Int(_)) | (DataType::Text, Value::Text(_)) => self.lookup(field, key),
            _ => {
                let wanted = if field.data_type == DataType::Int {
                    "an integer"
                } else {
                    "a text"
                };
                let message = format!("The key \"{}\" is {wanted}; another type was given.", field.name);
                Err(Error::new(Code::InvalidArgument, message).column(field.name.clone()))
            }
        }
    }

    /// The rows that match, in order.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`], [`Code::InvalidArgument`] for an order by a column that has none, [`Code::Corrupt`].
    pub fn find(&self, find: &Find, select: Vec<Field>) -> Result<Picked> {
        let end = find
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_add(find.offset));
        let mut rows = if find.order.is_empty() {
            self.first_places(find.filter.as_ref(), end)?
        } else {
            self.places(find.filter.as_ref())?
        };
        if !find.order.is_empty() {
            self.sort(&mut rows, &find.order, end)?;
        }
        rows.truncate(end);
        rows.drain(..find.offset.min(rows.len()));
        Ok(Picked::new(self.clone(), select, rows))
    }

    /// How many rows match.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn count(&self, filter: Option<&Filter>) -> Result<u64> {
        let mut count = 0;
        for matched in self.matching(filter) {
            let (visible, bits) = matched?;
            count += bits.map_or(visible.segment.len(), |bits| bits.count()) as u64;
        }
        Ok(count)
    }

    /// The first matching rows by row id, stopping when there are enough.
    fn first_places(&self, filter: Option<&Filter>, enough: usize) -> Result<Vec<RowPlace>> {
        let mut places = Vec::new();
        for matched in self.matching(filter) {
            if places.len() >= enough {
                break;
            }
            let (visible, bits) = matched?;
            let room = enough - places.len();
            let place = |row: usize| (visible.index, u32::try_from(row).unwrap_or(u32::MAX));
            match bits {
                None => places.extend((0..visible.segment.len()).take(room).map(place)),
                Some(bits) => places.extend(bits.ones().take(room).map(place)),
            }
        }
        Ok(places)
    }

    fn sort(&self, rows: &mut Vec<RowPlace>, order: &[Order], end: usize) -> Result<()> {
        let mut keys: Vec<(Vec<SortKey>, RowPlace)> = rows
            .iter()
            .map(|place| (Vec::with_capacity(order.len()), *place))
            .collect();
        for by in order {
            let field = self.schema().field(&by.column)?;
            if !Rules::of(&field.data_type).ordered {
                return Err(no_order(field));
            }
            let default = default_of(field);
            for (key, place) in &mut keys {
                let value = match self.column(place.0, field.id) {
                    Some(column) => column.value(&field.data_type, place.1 as usize)?,
                    None => default.clone()?,
                };
                key.push(SortKey::of(value).ok_or_else(|| no_order(field))?);
            }
        }
        let compare = |a: &(Vec<SortKey>, RowPlace), b: &(Vec<SortKey>, RowPlace)| {
            let by_keys =
                a.0.iter()
                    .zip(&b.0)
                    .zip(order)
                    .map(|((a, b), by)| a.compare(b, by.descending));
            by_keys
                .into_iter()
                .find(|ordering| ordering.is_ne())
                .unwrap_or_else(|| a.1.cmp(&b.1))
        };
        if end < keys.len() / 4 && end > 0 {
            keys.select_nth_unstable_by(end - 1, compare);
            keys.truncate(end);
        }
        keys.sort_unstable_by(compare);
        *rows = keys.into_iter().map(|(_, place)| place).collect();
        Ok(())
    }
}

fn no_order(field: &Field) -> Error {
    let message = format!(
        "Rows cannot be ordered by the column \"{}\": its type has no order.",
        field.name
    );
    Error::new(Code::InvalidArgument, message)
        .hint(format!("Order by a column of {}.", Rules::with_order()))
        .column(field.name.clone())
}

/// A value to sort by.
#[derive(Debug)]
enum SortKey {
    Null,
    Int(i64),
    Float(f64),
    Text(String),
}

impl SortKey {
    fn of(value: Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Boolean(b) => Self::Int(i64::from(b)),
            Value::Int(i) => Self::Int(i),
            Value::Float(x) => Self::Float(x),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(_) | Value::List(_) | Value::Struct(_) => return None,
        })
    }

    /// Nulls come last in either direction.
    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let ordering = match (self, other) {
            (Self::Null, Self::Null) => return Ordering::Equal,
            (Self::Null, _) => return Ordering::Greater,
            (_, Self::Null) => return Ordering::Less,
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        };
        if descending { ordering.reverse() } else { ordering }
    }
}
