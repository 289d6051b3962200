use std::cmp::Ordering;

use super::indexed::{First, Took, Way};
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
        self.lookup(self.field_of_key(key)?, key)
    }

    /// The key column, where its type is that of a key.
    pub(crate) fn field_of_key(&self, key: &Value) -> Result<&Field> {
        let field = self.key_field()?;
        match (&field.data_type, key) {
            (DataType::Int, Value::Int(_)) | (DataType::Text, Value::Text(_)) => Ok(field),
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
        let (rows, _) = self.rows_in_page(find, None)?;
        Ok(Picked::new(self.clone(), select, rows))
    }

    /// What finding rows takes: they are found as [`Snapshot::find`] finds them, or in another way where one is given.
    ///
    /// # Errors
    /// As of [`Snapshot::find`].
    pub fn explain_find(&self, find: &Find, way: Option<Way>) -> Result<(Picked, Took)> {
        let (rows, took) = self.rows_in_page(find, way)?;
        Ok((Picked::new(self.clone(), Vec::new(), rows), took))
    }

    /// The rows that match, in order, without those that are left out before and behind.
    fn rows_in_page(&self, find: &Find, way: Option<Way>) -> Result<(Vec<RowPlace>, Took)> {
        let end = find
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_add(find.offset));
        let (mut rows, took) = self.rows_of(find, end, way)?;
        rows.drain(..find.offset.min(rows.len()));
        Ok((rows, took))
    }

    /// About how many nanoseconds finding these rows takes, where indexes lead to them; none where they do not.
    ///
    /// # Errors
    /// As of [`Snapshot::find`].
    pub fn finding_rows_ns(&self, find: &Find) -> Result<Option<u64>> {
        let end = find.limit.map(|limit| limit.saturating_add(find.offset));
        let first = match (find.order.first(), end) {
            (Some(by), Some(end)) => Some(self.first_key(find, by, end)?),
            _ => None,
        };
        if find.order.is_empty() || first.is_some() {
            return self.finding_ns(find.filter.as_ref(), first.as_ref());
        }
        Ok(None)
    }

    /// The first rows that match, in order, and what finding them took.
    fn rows_of(&self, find: &Find, end: usize, way: Option<Way>) -> Result<(Vec<RowPlace>, Took)> {
        let filter = find.filter.as_ref();
        let tried = match (find.order.first(), filter) {
            _ if end == usize::MAX => (None, Took::default()),
            (Some(by), _) => self.first_of(filter, &self.first_key(find, by, end)?, way)?,
            (None, Some(filter)) => self.first_by_id(filter, end, way)?,
            (None, None) => (Some(self.first_places(end)?), Took::default()),
        };
        let (mut rows, mut took) = match tried {
            (Some(rows), took) => (rows, took),
            (None, wasted) => {
                let (rows, mut took) = match filter {
                    Some(filter) if find.order.is_empty() => self.found(filter, end, way)?,
                    filter => self.all_of(filter, way)?,
                };
                took.cost += wasted.cost;
                (rows, took)
            }
        };
        if !find.order.is_empty() {
            took.sorts(rows.len());
            self.sort(&mut rows, &find.order, end)?;
        }
        rows.truncate(end);
        Ok((rows, took))
    }

    /// The first column of an order.
    fn first_key(&self, find: &Find, by: &Order, count: usize) -> Result<First> {
        let field = self.schema().field(&by.column)?;
        Ok(First {
            field: field.id,
            descending: by.descending,
            has_more: find.order.len() > 1,
            count,
        })
    }

    /// The places of all rows that match, ascending by row id.
    pub(crate) fn places(&self, filter: Option<&Filter>) -> Result<Vec<RowPlace>> {
        Ok(self.all_of(filter, None)?.0)
    }

    fn all_of(&self, filter: Option<&Filter>, way: Option<Way>) -> Result<(Vec<RowPlace>, Took)> {
        let Some(filter) = filter else {
            let rows = self.first_places(usize::MAX)?;
            let found = rows.len() as u64;
            return Ok((
                rows,
                Took {
                    found,
                    rows: found,
                    ..Took::default()
                },
            ));
        };
        self.found(filter, usize::MAX, way)
    }

    /// How many rows match.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn count(&self, filter: Option<&Filter>) -> Result<u64> {
        Ok(self.explain_count(filter, None)?.0)
    }

    /// How many rows match, and what counting them takes, in this way or in another where one is given.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn explain_count(&self, filter: Option<&Filter>, way: Option<Way>) -> Result<(u64, Took)> {
        let Some(filter) = filter else {
            let (found, _) = self.read_count(None)?;
            return Ok((
                found,
                Took {
                    found,
                    ..Took::default()
                },
            ));
        };
        self.counted(filter, way)
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
