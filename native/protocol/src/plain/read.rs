use serde_json::{Map, Value as Json, json};
use varve_engine::{AsOf, DataType, Result, Schema, Snapshot, Table};

use super::filter::filter;
use super::found::{bad_argument, found};
use super::point::point;
use crate::request::parse;

/// A request for any read but a search, of what was written: `asOf` is a point in the history, `where` a plain filter, `orderBy` the name of a
/// column, `{ column: "desc" }`, or a list of these. Without `select` all columns are meant but the vectors.
///
/// # Errors
/// [`varve_engine::Code::InvalidArgument`], [`varve_engine::Code::InvalidFilter`]; those of [`Table::as_of`].
pub fn plain_read(table: &Table, request: &str) -> Result<String> {
    let mut request: Map<String, Json> = parse(request)?;
    let at = snapshot(table, &mut request)?;
    bind(&at, &mut request)?;
    if let Some(order) = request.remove("orderBy").filter(|order| !order.is_null()) {
        request.insert("orderBy".to_owned(), ordered(&order)?);
    }
    Ok(Json::Object(request).to_string())
}

/// A point in the history as requests have it, of what was written; null is now.
///
/// # Errors
/// [`varve_engine::Code::InvalidArgument`].
pub fn plain_point(at: &str) -> Result<String> {
    let at: Json = parse(at)?;
    match at {
        Json::Null => Ok(at.to_string()),
        at => Ok(point("asOf", &at)?.to_string()),
    }
}

/// A request for the difference of two versions, of what was written.
///
/// # Errors
/// As [`plain_read`].
pub fn plain_diff(table: &Table, request: &str) -> Result<String> {
    let mut request: Map<String, Json> = parse(request)?;
    for end in ["from", "to"] {
        match request.get(end) {
            None | Some(Json::Null) => {}
            Some(at) => {
                let at = point(end, at)?;
                request.insert(end.to_owned(), at);
            }
        }
    }
    bind(&table.snapshot()?, &mut request)?;
    Ok(Json::Object(request).to_string())
}

/// What is read: the version goes into the request in the place of the point. Without a point the newest is, and no version is named.
pub(super) fn snapshot(table: &Table, request: &mut Map<String, Json>) -> Result<Snapshot> {
    match request.remove("asOf").filter(|at| !at.is_null()) {
        None => table.snapshot(),
        Some(at) => {
            let at: AsOf = parse(&point("asOf", &at)?.to_string())?;
            let snapshot = table.as_of(&at)?;
            request.insert("version".to_owned(), json!(snapshot.version()));
            Ok(snapshot)
        }
    }
}

/// Columns and filter, as a version has the columns.
pub(super) fn bind(snapshot: &Snapshot, request: &mut Map<String, Json>) -> Result<()> {
    let schema = snapshot.schema();
    if let Some(written) = request.remove("where").filter(|written| !written.is_null()) {
        request.insert("where".to_owned(), filter(&written, schema)?);
    }
    match request.get("select") {
        None | Some(Json::Null) => {
            request.insert("select".to_owned(), json!(plain_names(schema)));
        }
        Some(Json::Array(names)) if names.iter().all(Json::is_string) => {}
        Some(other) => return Err(bad_argument("select", "names of columns", &found(other))),
    }
    Ok(())
}

/// The columns that are shown unless others are named: all but the vectors.
fn plain_names(schema: &Schema) -> Vec<&str> {
    let fields = schema.fields.iter();
    let plain = fields.filter(|field| !matches!(field.data_type, DataType::Vector { .. }));
    plain.map(|field| field.name.as_str()).collect()
}

fn ordered(order: &Json) -> Result<Json> {
    let wanted = "the name of a column, { column: \"desc\" }, or a list of these";
    let step = |column: &str, descending: bool| json!({ "column": [column], "descending": descending });
    match order {
        Json::String(column) => Ok(json!([step(column, false)])),
        Json::Object(columns) => {
            let steps = columns.iter().map(|(column, way)| match way.as_str() {
                Some("asc") => Ok(step(column, false)),
                Some("desc") => Ok(step(column, true)),
                _ => Err(bad_argument(
                    &format!("orderBy.{column}"),
                    "\"asc\" or \"desc\"",
                    &found(way),
                )),
            });
            steps.collect()
        }
        Json::Array(steps) => {
            let mut all = Vec::new();
            for one in steps.iter().filter(|one| !one.is_array()) {
                match ordered(one)? {
                    Json::Array(steps) => all.extend(steps),
                    other => all.push(other),
                }
            }
            match steps.iter().find(|one| one.is_array()) {
                Some(list) => Err(bad_argument("orderBy", wanted, &found(list))),
                None => Ok(json!(all)),
            }
        }
        other => Err(bad_argument("orderBy", wanted, &found(other))),
    }
}
