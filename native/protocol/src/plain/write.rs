use serde_json::{Map, Value as Json, json};
use varve_engine::{Field, Result, Schema, Table};

use super::filter::filter;
use super::point::{instant, point};
use crate::request::parse;

/// A request for a write, a tag or a return, of what was written: `effectiveAt` is an instant, `at` a point in the history, `where` and
/// `ending` plain filters. `changes` names the columns that an update sets, or is null where all are written: `derived` then has the columns that are computed
/// from them.
///
/// # Errors
/// [`varve_engine::Code::InvalidArgument`], [`varve_engine::Code::InvalidFilter`]; those of [`Table::snapshot`].
pub fn plain_write(table: &Table, request: &str) -> Result<String> {
    let mut request: Map<String, Json> = parse(request)?;
    for name in ["where", "ending"] {
        if let Some(written) = request.remove(name).filter(|written| !written.is_null()) {
            let tree = filter(&written, table.snapshot()?.schema())?;
            request.insert(name.to_owned(), tree);
        }
    }
    if let Some(at) = request.remove("at").filter(|at| !at.is_null()) {
        request.insert("at".to_owned(), point("at", &at)?);
    }
    if let Some(Json::String(date)) = request.get("effectiveAt") {
        let date = instant("effectiveAt", date)?;
        request.insert("effectiveAt".to_owned(), json!(date));
    }
    if let Some(changes) = request.remove("changes") {
        let snapshot = table.snapshot()?;
        let derived: Vec<u32> = following(snapshot.schema(), &changes)
            .map(|field| field.id)
            .collect();
        request.insert("derived".to_owned(), json!(derived));
    }
    Ok(Json::Object(request).to_string())
}

/// The columns that are computed from any of these; all that are computed where none are named.
fn following<'a>(schema: &'a Schema, changes: &Json) -> impl Iterator<Item = &'a Field> {
    let changes = changes.as_array().cloned();
    let follows = move |field: &&Field| {
        let sources = field
            .embed
            .as_ref()
            .and_then(|embed| embed.get("sources")?.as_array());
        sources.is_some_and(|sources| match &changes {
            None => true,
            Some(changes) => sources.iter().any(|source| changes.contains(source)),
        })
    };
    schema.fields.iter().filter(follows)
}
