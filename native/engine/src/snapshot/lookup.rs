use std::sync::Arc;

use super::state::{Snapshot, Visible};
use crate::column::{Bits, Column};
use crate::error::{Code, Error, Result};
use crate::filter::{Columns, Filter};
use crate::format::{Bound, default_of};
use crate::fragment::{Segment, hash_key};
use crate::schema::{DataType, Field};
use crate::value::Value;

/// A segment with its matching rows; `None` where all match.
pub(super) type Matched<'a> = (Visible<'a>, Option<Arc<Bits>>);

/// Where a row lies: the segment, and the position in it.
pub(crate) type RowPlace = (u32, u32);

impl Snapshot {
    /// The key column.
    ///
    /// # Errors
    /// [`Code::NoPrimaryKey`].
    pub fn key_field(&self) -> Result<&Field> {
        self.schema().key().ok_or_else(|| {
            Error::new(Code::NoPrimaryKey, "The table has no primary key.")
                .hint("Declare a primary key, or find rows by a filter.")
        })
    }

    /// The row that has a key. At any version at most one does: rows of one key live one after the other, so the newest
    /// that was born by then decides.
    pub(crate) fn lookup(&self, field: &Field, key: &Value) -> Result<Option<RowPlace>> {
        let hash = hash_key(key);
        let watermark = self.watermark();
        let born = self
            .state
            .segments
            .partition_point(|segment| segment.rows().first() < watermark);
        for (index, segment) in self.state.segments.iter().enumerate().take(born).rev() {
            let (Some(keys), Some(column)) = (segment.keys(), segment.column(field.id)) else {
                continue;
            };
            if !may_hold(segment, field.id, key) {
                continue;
            }
            let found = keys.find(hash, |row| {
                let row = row as usize;
                let is_born = row < segment.len() && segment.rows().id(row) < watermark;
                Ok(is_born && equals(column, row, key)? && !self.state.is_foreign(segment.rows().id(row)))
            })?;
            if let Some(row) = found {
                let alive = self.sees(segment.rows().id(row as usize));
                return Ok(alive.then_some((u32::try_from(index).unwrap_or(u32::MAX), row)));
            }
        }
        Ok(None)
    }

    /// All rows that had a key by this version, as far as they are stored, ascending by row id; and how many were compared.
    pub(crate) fn rows_of_key(&self, field: &Field, key: &Value) -> Result<(Vec<RowPlace>, u64)> {
        let (hash, watermark) = (hash_key(key), self.watermark());
        let (mut rows, mut compared) = (Vec::new(), 0);
        let born = |segment: &&Arc<Segment>| segment.rows().first() < watermark;
        for (index, segment) in self.state.segments.iter().take_while(born).enumerate() {
            let (Some(keys), Some(column)) = (segment.keys(), segment.column(field.id)) else {
                continue;
            };
            if !may_hold(segment, field.id, key) {
                continue;
            }
            let first = rows.len();
            keys.find(hash, |row| {
                compared += 1;
                let at = row as usize;
                let is_born = at < segment.len() && segment.rows().id(at) < watermark;
                if is_born && equals(column, at, key)? && !self.state.is_foreign(segment.rows().id(at)) {
                    rows.push((u32::try_from(index).unwrap_or(u32::MAX), row));
                }
                Ok(false)
            })?;
            // The newest came first.
            rows.get_mut(first..).unwrap_or_default().reverse();
        }
        Ok((rows, compared))
    }

    /// The place of a visible row, by its id.
    pub(crate) fn place(&self, id: u64) -> Option<RowPlace> {
        let seen = |(segment, row): &RowPlace| self.sees_at(*segment as usize, *row as usize, id);
        self.stored_place(id).filter(seen)
    }

    /// The place of a stored row, by its id, whether it is visible or not.
    pub(super) fn stored_place(&self, id: u64) -> Option<RowPlace> {
        let segments = &self.state.segments;
        let after = segments.partition_point(|segment| segment.rows().first() <= id);
        let index = after.checked_sub(1)?;
        let row = segments.get(index)?.rows().position(id)?;
        Some((u32::try_from(index).ok()?, u32::try_from(row).ok()?))
    }

    /// The visible rows from an id on, ascending by it.
    pub(crate) fn born_since(&self, id: u64) -> impl Iterator<Item = (u64, RowPlace)> + '_ {
        let segments = self.state.segments.iter().enumerate();
        let born = segments.skip_while(move |(_, segment)| segment.rows().last() < id);
        let rows = born.flat_map(move |(index, segment)| {
            let rows = segment.rows().ids_from(id);
            rows.filter_map(move |(row, id)| {
                Some((id, (u32::try_from(index).ok()?, u32::try_from(row).ok()?)))
            })
        });
        rows.take_while(|(id, _)| *id < self.watermark())
            .filter(|(id, _)| self.sees(*id))
    }

    /// The id of a row.
    pub(crate) fn id_of(&self, (segment, row): RowPlace) -> u64 {
        self.state
            .segments
            .get(segment as usize)
            .map_or(u64::MAX, |segment| segment.rows().id(row as usize))
    }

    /// The column of a field in a segment; none where the rows are older than the field.
    #[must_use]
    pub fn column(&self, segment: u32, field: u32) -> Option<&Column> {
        self.state.segments.get(segment as usize)?.column(field)
    }

    /// Whether the version has a column.
    pub(super) fn shows(&self, field: &Field) -> bool {
        self.schema().fields.iter().any(|known| known.id == field.id)
    }

    /// The values of a field in the given rows, in their order.
    pub(crate) fn gather(&self, field: &Field, rows: &[RowPlace]) -> Result<Column> {
        let mut pieces = Vec::new();
        for run in rows.chunk_by(|a, b| a.0 == b.0) {
            let Some(segment) = run.first().map(|place| place.0) else {
                continue;
            };
            let positions: Vec<u32> = run.iter().map(|place| place.1).collect();
            pieces.push(match self.column(segment, field.id) {
                Some(column) => column.take(&positions)?,
                None => Column::constant(&field.data_type, &default_of(field)?, positions.len())?,
            });
        }
        match pieces.len() {
            0 => Column::constant(&field.data_type, &Value::Null, 0),
            1 => pieces.pop().ok_or_else(|| Error::internal("one piece and none")),
            _ => Column::concat(&pieces.iter().collect::<Vec<_>>()),
        }
    }

    /// The segments in which rows match, each with the matching rows; `None` where all of the segment's do.
    pub(crate) fn matching<'a>(
        &'a self,
        filter: Option<&'a Filter>,
    ) -> impl DoubleEndedIterator<Item = Result<Matched<'a>>> + 'a {
        self.segments()
            .filter_map(move |visible| matches_of(visible, filter).transpose())
    }

    /// The places of the matching rows of one segment; `None` beyond the last.
    pub(super) fn matching_in(&self, index: usize, filter: Option<&Filter>) -> Result<Option<Vec<RowPlace>>> {
        let Some(visible) = self.segment(index) else {
            return Ok(None);
        };
        Ok(Some(places_of(visible, filter, usize::MAX)?.unwrap_or_default()))
    }
}

impl Snapshot {
    /// How many rows match, by reading columns; and how many lie where any may.
    pub(super) fn read_count(&self, filter: Option<&Filter>) -> Result<(u64, u64)> {
        let (mut count, mut read) = (0, 0);
        for matched in self.matching(filter) {
            let (visible, bits) = matched?;
            read += visible.segment.len() as u64;
            count += bits.map_or(visible.segment.len(), |bits| bits.count()) as u64;
        }
        Ok((count, read))
    }

    /// The first rows by row id, of whatever values.
    pub(super) fn first_places(&self, enough: usize) -> Result<Vec<RowPlace>> {
        let mut places = Vec::new();
        for visible in self.segments() {
            if places.len() >= enough {
                break;
            }
            places.extend(places_of(visible, None, enough - places.len())?.unwrap_or_default());
        }
        Ok(places)
    }
}

/// The visible rows of a segment that match; `None` where none can.
fn matches_of<'a>(visible: Visible<'a>, filter: Option<&Filter>) -> Result<Option<Matched<'a>>> {
    let segment = visible.segment;
    let Some(filter) = filter else {
        let mask = visible.mask.clone();
        return Ok(Some((visible, mask)));
    };
    if !filter.may_match(&|field| segment.stats(field)) {
        return Ok(None);
    }
    let mut bits = segment.matching(filter)?.bits;
    if let Some(mask) = &visible.mask {
        Arc::make_mut(&mut bits).and(mask);
    }
    Ok(Some((visible, Some(bits))))
}

/// The places of the first visible rows of a segment that match; `None` where none can.
pub(super) fn places_of(
    visible: Visible<'_>,
    filter: Option<&Filter>,
    most: usize,
) -> Result<Option<Vec<RowPlace>>> {
    let Some((visible, bits)) = matches_of(visible, filter)? else {
        return Ok(None);
    };
    let place = |row: usize| (visible.index, u32::try_from(row).unwrap_or(u32::MAX));
    Ok(Some(match bits {
        None => (0..visible.segment.len()).take(most).map(place).collect(),
        Some(bits) => bits.ones().take(most).map(place).collect(),
    }))
}

/// Whether the bounds of a segment's keys allow a key.
fn may_hold(segment: &Segment, field: u32, key: &Value) -> bool {
    let Some(stats) = segment.stats(field) else {
        return true;
    };
    match (&stats.min, &stats.max, key) {
        (Some(Bound::Int(min)), Some(Bound::Int(max)), Value::Int(key)) => min <= key && key <= max,
        (Some(Bound::Text(min)), Some(Bound::Text(max)), Value::Text(key)) => min <= key && key <= max,
        _ => true,
    }
}

/// The rows of a segment that have one of some keys, ascending; `None` where it has no index of them.
pub(crate) fn with_keys(segment: &Segment, field: u32, wanted: &[Value]) -> Result<Option<Vec<usize>>> {
    let (Some(keys), Some(column)) = (segment.keys(), segment.column(field)) else {
        return Ok(None);
    };
    let mut rows = Vec::new();
    for key in wanted.iter().filter(|key| may_hold(segment, field, key)) {
        keys.find(hash_key(key), |row| {
            let row = row as usize;
            if row < segment.len() && equals(column, row, key)? {
                rows.push(row);
            }
            Ok(false)
        })?;
    }
    rows.sort_unstable();
    rows.dedup();
    Ok(Some(rows))
}

fn equals(column: &Column, row: usize, key: &Value) -> Result<bool> {
    match key {
        Value::Int(key) => Ok(column.int(row)? == *key),
        Value::Text(key) => Ok(column.variable(row)? == key.as_bytes()),
        _ => Ok(false),
    }
}

/// The key in a row of a key column.
pub(crate) fn key_at(column: &Column, data_type: &DataType, row: usize) -> Result<Value> {
    column.value(data_type, row)
}
