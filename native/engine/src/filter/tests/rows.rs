//! Small tables, and the rows of them that filters find.

use serde_json::Value as Json;

use super::schema;
use crate::column::{Column, ColumnBuilder};
use crate::error::Result;
use crate::filter::{Columns, Filter};
use crate::value::Value;

/// Columns by the names of their fields.
struct Named(Vec<(u32, Column)>);

impl Columns for Named {
    fn column(&self, field: u32) -> Option<&Column> {
        self.0
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, column)| column)
    }
}

pub(super) fn id(name: &str) -> u32 {
    schema().field(name).unwrap().id
}

pub(super) fn column(name: &str, values: &[Value]) -> (u32, Column) {
    let mut builder = ColumnBuilder::new(&schema().field(name).unwrap().data_type);
    values.iter().for_each(|value| builder.push(value).unwrap());
    (id(name), builder.finish())
}

pub(super) fn texts(name: &str, values: &[&str]) -> (u32, Column) {
    column(
        name,
        &values
            .iter()
            .map(|text| Value::Text((*text).to_owned()))
            .collect::<Vec<_>>(),
    )
}

pub(super) fn ints(name: &str, values: &[i64]) -> (u32, Column) {
    column(
        name,
        &values.iter().map(|int| Value::Int(*int)).collect::<Vec<_>>(),
    )
}

pub(super) fn found(columns: &[(u32, Column)], filter: &Json) -> Result<Vec<usize>> {
    let rows = columns.iter().map(|(_, column)| column.len()).max().unwrap();
    let filter = Filter::parse(filter, &schema())?;
    Ok(filter.evaluate(&Named(columns.to_vec()), rows)?.ones().collect())
}

pub(super) fn finds(columns: &[(u32, Column)], filter: Json) -> Vec<usize> {
    found(columns, &filter).unwrap()
}
