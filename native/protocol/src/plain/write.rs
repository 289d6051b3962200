use serde_json::{Map, Value as Json, json};
use varve_engine::{Code, Error, Field, Result, Schema, Table};

use super::filter::filter;
use super::found::bad_argument;
use super::point::{instant, point};
use crate::request::parse;

/// A request for a write, a tag or a return, of what was written: `effectiveAt` is an instant, `at` a point in the history, `where` and
/// `ending` plain filters. `changes` names the columns that an update sets, or is null where all are written: `derived` then has the columns
/// that are computed from them.
///
/// Whoever changes rows by a filter says the name of the call (`call`): a filter that is empty may have come about by accident, so that all rows are meant
/// only with `all`.
///
/// # Errors
/// [`Code::InvalidArgument`], [`Code::InvalidFilter`]; those of [`Table::snapshot`].
pub fn plain_write(table: &Table, request: &str) -> Result<String> {
    let mut request: Map<String, Json> = parse(request)?;
    let schema = table.snapshot()?;
    let schema = schema.schema();
    let mut taken = |name: &str| request.remove(name).filter(|said| !said.is_null());
    let (written, ending, call) = (taken("where"), taken("ending"), taken("call"));
    let (all, at, date) = (taken("all"), taken("at"), taken("effectiveAt"));
    let changes = request.remove("changes");
    let mut put = |name: &str, value: Json| request.insert(name.to_owned(), value);
    match call {
        Some(call) => {
            let call = call.as_str().unwrap_or_default();
            let all = all == Some(json!(true));
            put("where", rows(table, schema, call, written.as_ref(), all)?);
        }
        None => {
            if let Some(written) = written {
                put("where", filter(&written, schema)?);
            }
        }
    }
    if let Some(ending) = ending {
        put("ending", filter(&ending, schema)?);
    }
    if let Some(at) = at {
        put("at", point("at", &at)?);
    }
    match date {
        Some(Json::String(date)) => {
            put("effectiveAt", json!(instant("effectiveAt", &date)?));
        }
        Some(date) => {
            put("effectiveAt", date);
        }
        None => {}
    }
    if let Some(changes) = changes {
        let derived: Vec<u32> = following(schema, &changes).map(|field| field.id).collect();
        put("derived", json!(derived));
    }
    Ok(Json::Object(request).to_string())
}

/// Which rows a call changes.
fn rows(table: &Table, schema: &Schema, call: &str, written: Option<&Json>, all: bool) -> Result<Json> {
    match (written, all) {
        (Some(_), true) => Err(bad_argument(call, "either where or all: true", "both").table(table.name())),
        (None, true) => Ok(json!({ "op": "and", "args": [] })),
        (written, false) => {
            let none = |written: &&Json| *written != &json!([]);
            let tree = written.filter(none).map(|written| filter(written, schema));
            match tree.transpose()? {
                Some(tree) if constant(&tree) != Some(true) => Ok(tree),
                _ => Err(everything_meant(call, table.name())),
            }
        }
    }
}

fn everything_meant(call: &str, table: &str) -> Error {
    let message = format!("{call}: the filter is empty, so it would mean all rows of \"{table}\".");
    Error::new(Code::InvalidArgument, message)
        .hint(format!(
            "To {call} all rows write {{ all: true }} instead of where."
        ))
        .table(table)
}

/// True or false where a filter is that for every row, and none where it depends on the row.
fn constant(tree: &Json) -> Option<bool> {
    if let Some(args) = tree.get("args").and_then(Json::as_array) {
        let args: Vec<Option<bool>> = args.iter().map(constant).collect();
        let decides = tree.get("op") == Some(&json!("or"));
        if args.contains(&Some(decides)) {
            return Some(decides);
        }
        return if args.contains(&None) {
            None
        } else {
            Some(!decides)
        };
    }
    constant(tree.get("arg")?).map(|arg| !arg)
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
