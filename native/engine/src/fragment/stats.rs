use crate::column::Column;
use crate::error::Result;
use crate::format::{Bound, ColumnStats};
use crate::schema::DataType;

/// Longer texts are no bounds: they would fill the manifest.
const TEXT_MAX: usize = 48;

/// Nulls, least and greatest value of a field, whose columns are given in pieces.
pub(super) fn column_stats(data_type: &DataType, columns: &[&Column]) -> Result<ColumnStats> {
    let mut stats = ColumnStats::default();
    for column in columns {
        stats.nulls += column.null_count()? as u64;
    }
    match data_type {
        DataType::Int | DataType::Timestamp | DataType::Date => {
            let range = range(columns, Column::int, |a, b| a < b)?;
            (stats.min, stats.max) = range.map(|(a, b)| (Bound::Int(a), Bound::Int(b))).unzip();
        }
        DataType::Float { .. } => {
            let range = range(columns, Column::float, |a, b| a < b)?;
            // A NaN has no place in an order, and an infinity none in JSON.
            let range = range.filter(|(a, b)| a.is_finite() && b.is_finite());
            (stats.min, stats.max) = range.map(|(a, b)| (Bound::Float(a), Bound::Float(b))).unzip();
        }
        DataType::Text | DataType::Enum { .. } => {
            let range = range(columns, Column::variable, |a, b| a < b)?;
            let bound = |bytes: &[u8]| Some(Bound::Text(std::str::from_utf8(bytes).ok()?.to_owned()));
            if let Some((min, max)) = range
                && min.len() <= TEXT_MAX
                && max.len() <= TEXT_MAX
            {
                (stats.min, stats.max) = (bound(min), bound(max));
            }
        }
        _ => {}
    }
    Ok(stats)
}

fn range<'a, T: Copy + PartialEq>(
    columns: &[&'a Column],
    get: impl Fn(&'a Column, usize) -> Result<T>,
    less: impl Fn(&T, &T) -> bool,
) -> Result<Option<(T, T)>> {
    let mut range: Option<(T, T)> = None;
    for column in columns {
        for row in 0..column.len() {
            if column.is_null(row)? {
                continue;
            }
            let value = get(column, row)?;
            #[expect(
                clippy::eq_op,
                reason = "only a NaN differs from itself, and a NaN makes every bound wrong"
            )]
            if value != value {
                return Ok(None);
            }
            range = Some(match range {
                None => (value, value),
                Some((min, max)) if less(&value, &min) => (value, max),
                Some((min, max)) if less(&max, &value) => (min, value),
                Some(unchanged) => unchanged,
            });
        }
    }
    Ok(range)
}
