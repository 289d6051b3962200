use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use varve_engine::{AsOf, Code, DataType, Error, Field, Result, Schema, Snapshot, Table, TextSetting};

use super::found::{bad_argument, found};
use super::point::point;
use super::read::{bind, snapshot};
use crate::request::parse;

/// What says something of vectors alone.
const OF_VECTORS: [&str; 3] = ["maxDistance", "during", "everyVersion"];
/// What is said of vectors, groups or spans, and not of a search for words.
const NOT_BY_WORDS: [&str; 8] = [
    "column",
    "exact",
    "recall",
    "maxDistance",
    "diversity",
    "groupBy",
    "during",
    "fuse",
];
/// The options that the engine is told as they are.
const SENT: [&str; 8] = [
    "limit",
    "offset",
    "recall",
    "exact",
    "minScore",
    "maxDistance",
    "diversity",
    "candidates",
];

/// What hits show beside their columns; the last three where words and vectors were looked for.
const SCORES: [&str; 5] = ["_score", "_distance", "_textScore", "_textRank", "_vectorRank"];

/// What a search was asked, beside what any read is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    /// A text, or a query for words as data.
    #[serde(default)]
    text: Option<Json>,
    /// How many numbers the vector has that was brought.
    #[serde(default)]
    dimensions: Option<usize>,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    column: Option<String>,
    #[serde(default)]
    fields: Option<Json>,
    #[serde(default)]
    fuse: Option<Json>,
    #[serde(default)]
    group_by: Option<String>,
    #[serde(default)]
    during: Option<Json>,
    #[serde(default)]
    every_version: Option<bool>,
    /// What is known of embedding functions, by their columns: `strength` and `languages`.
    #[serde(default)]
    functions: Map<String, Json>,
}

/// How a search is made, and why.
struct Chosen<'a> {
    mode: &'static str,
    because: Option<String>,
    words: Vec<&'a Field>,
}

/// A search, of what was written: its `request`, its `mode` (`vector`, `text` or `hybrid`), `because`, the `scores` that hits show, and the `column` of vectors that is searched.
/// Where that is not null and no vector was brought, the text is to be embedded as `column` says, and the vector goes beside the request.
///
/// # Errors
/// [`Code::InvalidArgument`], [`Code::InvalidFilter`], [`Code::ColumnNotFound`]; those of [`Table::as_of`].
pub fn plain_search(table: &Table, request: &str) -> Result<String> {
    let mut request: Map<String, Json> = parse(request)?;
    request.retain(|_, value| !value.is_null());
    let wish: Wish = parse(&Json::Object(request.clone()).to_string())?;
    check(table, &wish, &request)?;
    let newest = table.snapshot()?;
    let at = match &wish.during {
        None => snapshot(table, &mut request)?,
        Some(span) => spanned(table, span, &mut request)?,
    };
    let scores = named_scores(&mut request);
    bind(&at, &mut request)?;
    let schema = at.schema();
    if wish.during.is_some() && wish.every_version != Some(true) && schema.primary_key.is_none() {
        return Err(no_key_for_span(table.name()));
    }
    let (field, chosen) = if wish.mode.as_deref() == Some("text") {
        let words = Chosen {
            mode: "text",
            because: None,
            words: Vec::new(),
        };
        (None, words)
    } else {
        let field = column_of(table.name(), schema, &wish)?;
        let chosen = choose(newest.schema(), schema, field, &wish, &request);
        (Some(field), chosen)
    };
    check_words(&wish, &chosen).map_err(|error| error.table(table.name()))?;
    let what = what(schema, field, &wish, &chosen)?;
    let search = told(schema, &wish, what, &mut request)?;
    let kept = ["version", "during", "until", "where", "select"];
    request.retain(|name, _| kept.contains(&name.as_str()));
    request.insert("kind".to_owned(), json!("search"));
    request.insert("search".to_owned(), search);
    let plan = json!({
        "request": request, "mode": chosen.mode, "because": chosen.because,
        "column": field.map(|field| json!(field)), "scores": shown_scores(&chosen, &scores),
    });
    Ok(plan.to_string())
}

/// What is looked for, and how.
fn told(schema: &Schema, wish: &Wish, what: Json, request: &mut Map<String, Json>) -> Result<Json> {
    let mut search = Map::from_iter([("what".to_owned(), what)]);
    for name in SENT {
        search.extend(request.remove(name).map(|value| (name.to_owned(), value)));
    }
    if let Some(every) = wish.every_version {
        search.insert("everyVersion".to_owned(), json!(every));
    }
    if let Some(group) = &wish.group_by {
        search.insert("groupBy".to_owned(), named(schema.field(group)?));
    }
    Ok(Json::Object(search))
}

fn no_key_for_span(table: &str) -> Error {
    let message =
        format!("The table \"{table}\" has no primary key to tell by which rows are versions of one.");
    Error::new(Code::NoPrimaryKey, message)
        .hint("Ask for every version, or declare a primary key.")
        .table(table)
}

/// Refuses what is said of words where none are looked for.
fn check_words(wish: &Wish, chosen: &Chosen<'_>) -> Result<()> {
    if chosen.mode != "vector" {
        return Ok(());
    }
    if wish.fields.is_some() {
        return Err(bad_argument(
            "fields",
            "mode: \"text\" or \"hybrid\" beside it",
            "none",
        ));
    }
    match (&wish.fuse, &chosen.because) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(bad_argument(
            "fuse",
            "mode: \"hybrid\" beside it",
            "mode: \"vector\"",
        )),
        (Some(_), Some(why)) => {
            let found = format!("vectors alone, as {why}");
            Err(bad_argument("fuse", "words and vectors to search for", &found))
        }
    }
}

/// The scores among the columns that are selected, which are none of the table.
fn named_scores(request: &mut Map<String, Json>) -> Vec<String> {
    let mut named = Vec::new();
    if let Some(Json::Array(select)) = request.get_mut("select") {
        select.retain(|name| {
            let score = name.as_str().filter(|name| SCORES.contains(name));
            named.extend(score.map(str::to_owned));
            score.is_none()
        });
    }
    named
}

/// The scores that hits show: those that were named, or all that there are.
fn shown_scores<'a>(chosen: &Chosen<'_>, named: &[String]) -> Vec<&'a str> {
    let count = match chosen.mode {
        "text" => return vec!["_score"],
        "hybrid" => SCORES.len(),
        _ => 2,
    };
    let known = SCORES.into_iter().take(count);
    known
        .filter(|score| named.is_empty() || named.iter().any(|name| name == score))
        .collect()
}

/// Refuses what does not go together.
fn check(table: &Table, wish: &Wish, request: &Map<String, Json>) -> Result<()> {
    let mode = wish.mode.as_deref().unwrap_or("auto");
    let is_pair = wish.text.is_some() && wish.dimensions.is_some();
    let refuse = |name: &str, expected: &str, found: &str| {
        Err(bad_argument(name, expected, found).table(table.name()))
    };
    if !["auto", "vector", "text", "hybrid"].contains(&mode) {
        return refuse(
            "mode",
            "\"auto\", \"vector\", \"text\" or \"hybrid\"",
            &found(&json!(mode)),
        );
    }
    let is_said = |name: &&str| request.get(*name).is_some_and(|value| *value != json!(false));
    if mode == "text" {
        if let Some(name) = NOT_BY_WORDS.into_iter().find(is_said) {
            return refuse(name, "no mode: \"text\" beside it", "one");
        }
        if wish.text.is_none() {
            return refuse("query", "a text for mode: \"text\"", "a vector");
        }
        return Ok(());
    }
    if wish.text.is_none() && wish.dimensions.is_none() {
        return refuse("search", "a text or a vector", "neither");
    }
    if wish.every_version == Some(true) && wish.during.is_none() {
        return refuse("everyVersion", "during beside it", "none");
    }
    if wish.group_by.is_some() && wish.during.is_some() {
        return refuse("groupBy", "no during beside it", "one");
    }
    if wish.text.as_ref().is_some_and(|text| !text.is_string()) {
        return refuse("query", "a text, or mode: \"text\" beside it", "an object");
    }
    if mode == "vector" && is_pair {
        return refuse("query", "a text or a vector for mode: \"vector\"", "both");
    }
    if mode == "hybrid" || (is_pair && mode == "auto") {
        if let Some(name) = OF_VECTORS.into_iter().find(is_said) {
            return refuse(name, "mode: \"vector\" beside it", "mode: \"hybrid\"");
        }
        if wish.text.is_none() {
            return refuse(
                "query",
                "a text, or a text and a vector, for mode: \"hybrid\"",
                "a vector",
            );
        }
    }
    Ok(())
}

/// The last version of a span; its first goes into the request.
fn spanned(table: &Table, span: &Json, request: &mut Map<String, Json>) -> Result<Snapshot> {
    let (Some(from), Some(to)) = (span.get("from"), span.get("to")) else {
        return Err(bad_argument("during", "{ from, to }", &found(span)).table(table.name()));
    };
    let until = match request.get("asOf") {
        None => None,
        Some(_) => Some(snapshot(table, request)?),
    };
    request.insert("during".to_owned(), point("during.from", from)?);
    let last: AsOf = parse(&point("during.to", to)?.to_string())?;
    let end = table.as_of(&last)?;
    let until_version = until.as_ref().map(Snapshot::version);
    request.insert("until".to_owned(), json!(until_version));
    let answers = match until {
        Some(until) if end.version() >= until.version() => until,
        _ => end,
    };
    request.insert("version".to_owned(), json!(answers.version()));
    Ok(answers)
}

fn dimensions(field: &Field) -> Option<usize> {
    match field.data_type {
        DataType::Vector { dimensions, .. } => Some(dimensions as usize),
        _ => None,
    }
}

/// The column that is searched: the one that was named; for a text the first that is computed from text; for a vector the only one with as
/// many dimensions.
fn column_of<'a>(table: &str, schema: &'a Schema, wish: &Wish) -> Result<&'a Field> {
    let vectors: Vec<&Field> = schema
        .fields
        .iter()
        .filter(|field| dimensions(field).is_some())
        .collect();
    if let Some(name) = &wish.column {
        let field = schema.field(name)?;
        let list: Vec<String> = vectors
            .iter()
            .map(|field| format!("\"{}\"", field.name))
            .collect();
        if dimensions(field).is_none() {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("\"{name}\" holds no vectors and cannot be searched."),
            )
            .hint(format!(
                "Search needs a vector column. They are {}.",
                list.join(", ")
            ))
            .table(table)
            .column(name.clone()));
        }
        if wish.dimensions.is_none() && field.embed.is_none() {
            return Err(not_embedded(table, Some(name)));
        }
        return fits(table, field, wish.dimensions);
    }
    let Some(count) = wish.dimensions else {
        let derived = vectors.into_iter().find(|field| field.embed.is_some());
        return derived.ok_or_else(|| not_embedded(table, None));
    };
    let fitting: Vec<&Field> = vectors
        .iter()
        .copied()
        .filter(|field| dimensions(field) == Some(count))
        .collect();
    match fitting.as_slice() {
        [only] => Ok(only),
        several => {
            let how_many = if several.is_empty() {
                "no vector column".to_owned()
            } else {
                format!("{} vector columns", several.len())
            };
            let list: Vec<String> = vectors
                .iter()
                .map(|field| format!("{} ({})", field.name, dimensions(field).unwrap_or(0)))
                .collect();
            let list = if list.is_empty() {
                "It has no vector column.".to_owned()
            } else {
                format!("Its vector columns are {}.", list.join(", "))
            };
            let hint = if several.is_empty() {
                list
            } else {
                format!("Name one with the option column. {list}")
            };
            Err(Error::new(
                Code::InvalidArgument,
                format!("The table \"{table}\" has {how_many} of {count} dimensions."),
            )
            .hint(hint)
            .table(table))
        }
    }
}

fn fits<'a>(table: &str, field: &'a Field, brought: Option<usize>) -> Result<&'a Field> {
    match (brought, dimensions(field)) {
        (Some(brought), Some(wanted)) if brought != wanted => {
            let message = format!(
                "search in \"{}\": expected a vector of {wanted} numbers, found {brought}.",
                field.name
            );
            Err(Error::new(Code::InvalidArgument, message)
                .table(table)
                .column(field.name.clone()))
        }
        _ => Ok(field),
    }
}

fn not_embedded(table: &str, column: Option<&str>) -> Error {
    let message = match column {
        None => format!("The table \"{table}\" has no column that is searched by text."),
        Some(column) => format!("\"{column}\" is not computed from text, so it cannot be searched by text."),
    };
    let error = Error::new(Code::InvalidArgument, message).table(table);
    let error = error.hint("Declare a column with embed(function, source), search with a vector, or by words with mode: \"text\".");
    match column {
        None => error,
        Some(column) => error.column(column),
    }
}

/// By words, by vectors or by both. `newest` says which columns are searched by their words.
fn choose<'a>(
    newest: &Schema,
    schema: &'a Schema,
    field: &Field,
    wish: &Wish,
    request: &Map<String, Json>,
) -> Chosen<'a> {
    let vector = |because: Option<String>| Chosen {
        mode: "vector",
        because,
        words: Vec::new(),
    };
    let is_pair = wish.text.is_some() && wish.dimensions.is_some();
    let mode = wish.mode.as_deref().unwrap_or("auto");
    if mode == "vector" {
        return vector(None);
    }
    let sources = field
        .embed
        .as_ref()
        .and_then(|embed| embed.get("sources")?.as_array());
    let sources = sources
        .into_iter()
        .flatten()
        .filter_map(|name| schema.field(name.as_str()?).ok());
    let words: Vec<&Field> = sources.filter(|source| is_searched(newest, source)).collect();
    if mode == "hybrid" || is_pair {
        let because = (mode != "hybrid").then(|| "the query is a text and a vector".to_owned());
        return Chosen {
            mode: "hybrid",
            because,
            words,
        };
    }
    if wish.text.is_none() {
        return vector(Some("the query is no text".to_owned()));
    }
    let is_said = |name: &&str| request.get(*name).is_some_and(|value| *value != json!(false));
    if let Some(said) = OF_VECTORS.into_iter().find(is_said) {
        return vector(Some(format!("{said} says something of vectors alone")));
    }
    if words.is_empty() && wish.fields.is_none() {
        return vector(Some(format!(
            "no column that \"{}\" is embedded from is searched by its words",
            field.name
        )));
    }
    let names: Vec<String> = words.iter().map(|field| format!("\"{}\"", field.name)).collect();
    let where_ = if wish.fields.is_some() {
        "fields says where words are".to_owned()
    } else {
        format!("{} is searched by its words", names.join(", "))
    };
    Chosen {
        mode: "hybrid",
        because: Some(format!("the query is a text, and {where_}")),
        words,
    }
}

/// Whether a column from which another is embedded is searched by its words.
fn is_searched(newest: &Schema, source: &Field) -> bool {
    let said = newest.fields.iter().find(|field| field.id == source.id);
    let said = said
        .and_then(|field| field.text.as_ref())
        .or(source.text.as_ref());
    match said.map(|setting| &**setting) {
        Some(TextSetting::Known(known)) => known.search,
        Some(TextSetting::Unknown(said)) => said.get("search").and_then(Json::as_bool).unwrap_or(false),
        None => matches!(source.data_type, DataType::Text),
    }
}

fn named(field: &Field) -> Json {
    json!({ "column": field.name, "columnId": field.id })
}

/// What is looked for.
fn what(schema: &Schema, field: Option<&Field>, wish: &Wish, chosen: &Chosen<'_>) -> Result<Json> {
    let Some(field) = field else {
        return Ok(json!({ "text": words(schema, wish, &[])? }));
    };
    if chosen.mode == "vector" {
        return Ok(json!({ "vector": named(field) }));
    }
    let mut fuse = match &wish.fuse {
        None => Map::new(),
        Some(Json::String(method)) => Map::from_iter([("method".to_owned(), json!(method))]),
        Some(Json::Object(said)) => said.clone(),
        Some(other) => {
            return Err(bad_argument(
                "fuse",
                "\"convex\", \"rrf\" or { method, weights, k }",
                &found(other),
            ));
        }
    };
    if let Some(Json::Object(function)) = wish.functions.get(&field.name) {
        fuse.extend(function.clone());
    }
    Ok(
        json!({ "both": { "vector": named(field), "text": words(schema, wish, &chosen.words)?, "fuse": fuse } }),
    )
}

/// The words that are looked for, and where: in the columns that were named, or in these.
fn words(schema: &Schema, wish: &Wish, sources: &[&Field]) -> Result<Json> {
    let weighted = |name: &str, weight: &Json| -> Result<Json> {
        let mut column = named(schema.field(name)?);
        if let Some(column) = column.as_object_mut() {
            column.insert("weight".to_owned(), weight.clone());
        }
        Ok(column)
    };
    let columns: Option<Vec<Json>> = match &wish.fields {
        None if sources.is_empty() => None,
        None => Some(sources.iter().map(|field| named(field)).collect()),
        Some(Json::Array(names)) if !names.is_empty() && names.iter().all(Json::is_string) => {
            let names = names.iter().filter_map(Json::as_str);
            Some(
                names
                    .map(|name| weighted(name, &json!(1)))
                    .collect::<Result<_>>()?,
            )
        }
        Some(Json::Object(weights)) if !weights.is_empty() => Some(
            weights
                .iter()
                .map(|(name, weight)| weighted(name, weight))
                .collect::<Result<_>>()?,
        ),
        Some(other) => {
            return Err(bad_argument(
                "fields",
                "names of columns, or a weight for each",
                &found(other),
            ));
        }
    };
    let mut words = Map::from_iter([("query".to_owned(), wish.text.clone().unwrap_or_default())]);
    if let Some(columns) = columns {
        words.insert("columns".to_owned(), json!(columns));
    }
    Ok(Json::Object(words))
}
