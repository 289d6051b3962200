use serde_json::{Map, Value as Json, json};
use varve_engine::{AsOf, DataType, Result, Schema, Snapshot, Table};

use super::filter::filter;
use super::found::{bad_argument, found};
use super::point::point;
use crate::request::parse;

/// A request for any read but a search, of what was written: `asOf` is a point in the history, `where` a plain filter, `orderBy` the name of a
/// column, `{ price: "desc" }`, or a list of these. Without `select` all columns are meant but the vectors.
///
/// # Errors
/// [`varve_engine::Code::InvalidArgument`], [`varve_engine::Code::InvalidFilter`]; those of [`Table::as_of`].
pub fn plain_read(table: &Table, request: &str) -> Result<String> {
    let mut request: Map<String, Json> = parse(request)?;
    let at = snapshot(table, &mut request)?;
    bind(&at, &mut request)?;
    if let Some(order) = request.remove("orderBy").filter(|order| !order.is_null()) {
        request.insert("orderBy".to_owned(), ordered(&order, at.schema())?);
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

/// The steps of an order. The primary key is always the last of them, so that the order is complete.
fn ordered(order: &Json, schema: &Schema) -> Result<Json> {
    let single = [order.clone()];
    let written = order.as_array().map_or(single.as_slice(), Vec::as_slice);
    let mut steps = written.iter().map(step).collect::<Result<Vec<_>>>()?;
    if let Some(key) = &schema.primary_key
        && !steps.is_empty()
        && !steps.iter().any(|(column, _)| column == key)
    {
        steps.push((key.clone(), false));
    }
    let steps = steps.iter();
    Ok(steps
        .map(|(column, descending)| json!({ "column": [column], "descending": descending }))
        .collect())
}

/// One step: a column, and whether it descends.
fn step(step: &Json) -> Result<(String, bool)> {
    let bad = |what: &str| {
        let hint = "Write \"price\", { price: \"desc\" }, or { column: \"price\", descending: true }; for several columns a list of them.";
        bad_argument("orderBy", "columns", what).hint(hint)
    };
    let parts = match step {
        Json::String(column) => return Ok((column.clone(), false)),
        Json::Object(parts) => parts,
        other => return Err(bad(&found(other))),
    };
    let mut others = parts
        .iter()
        .filter(|(name, _)| *name != "column" && *name != "descending");
    if let (Some(Json::String(column)), None) = (parts.get("column"), others.next()) {
        return match parts.get("descending").unwrap_or(&Json::Bool(false)) {
            Json::Bool(descending) => Ok((column.clone(), *descending)),
            other => Err(bad(&format!("{} as descending", found(other)))),
        };
    }
    let mut parts = parts.iter();
    match (parts.next(), parts.next()) {
        (Some((column, way)), None) => match way.as_str() {
            Some("asc") => Ok((column.clone(), false)),
            Some("desc") => Ok((column.clone(), true)),
            _ => Err(bad(&format!("{} as {column}", found(way)))),
        },
        _ => Err(bad("an object that does not name one column")),
    }
}
