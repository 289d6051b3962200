//! All that a table shows, as JSON that another language can make as well.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};
use varve_engine::{
    AsOf, Code, DataType, Field, Filter, Find, Search, SearchOptions, Snapshot, Table, Value, Way, What,
    Words, vector_elements,
};

/// Integers beyond these are written in digits.
const SAFE: u64 = (1 << 53) - 1;

/// All versions, the history, the tags, what was in force at dates, and what is nearest to queries.
pub(crate) fn content(table: &Table, effective: &[i64], queries: &[Vec<f32>]) -> Json {
    let newest = table.snapshot().unwrap().version();
    let versions: Vec<Json> = (0..=newest).map(|version| version_of(table, version)).collect();
    let history = table.history(usize::MAX, None).unwrap();
    let history: Vec<Json> = history
        .iter()
        .map(|commit| {
            let commit = commit.get();
            json!({
                "version": commit.version, "committedAt": commit.committed_at, "clock": commit.clock,
                "effectiveAt": commit.effective_at, "operation": commit.operation, "inserted": commit.inserted,
                "updated": commit.updated, "deleted": commit.deleted, "message": commit.message,
                "properties": commit.properties,
            })
        })
        .collect();
    let tags = table.tags().unwrap();
    let tags: Vec<Json> = tags
        .iter()
        .map(|tag| json!({"name": tag.name, "version": tag.version, "createdAt": tag.created_at}))
        .collect();
    let effective: Vec<Json> = effective
        .iter()
        .map(|at| json!({"at": at, "version": table.as_of(&AsOf::Effective(*at)).unwrap().version()}))
        .collect();
    let nearest: Vec<Json> = queries.iter().map(|query| nearest(table, query)).collect();
    json!({"versions": versions, "history": history, "tags": tags, "effective": effective, "nearest": nearest})
}

fn version_of(table: &Table, version: u64) -> Json {
    match table.as_of(&AsOf::Version(version)) {
        Ok(snapshot) => {
            let fields = &snapshot.schema().fields;
            let columns: Vec<Json> = fields.iter().map(column).collect();
            json!({"version": version, "columns": columns, "rows": rows(&snapshot)})
        }
        Err(error) => {
            assert_eq!(error.code(), Code::VersionExpired);
            json!({"version": version, "expired": true})
        }
    }
}

fn column(field: &Field) -> Json {
    let kind = serde_json::to_value(&field.data_type).unwrap()["kind"].clone();
    let kind = if kind == "enum" { json!("text") } else { kind };
    json!([field.name, kind, field.nullable])
}

/// The rows by their keys.
fn rows(snapshot: &Snapshot) -> Json {
    let fields = snapshot.schema().fields.clone();
    let picked = snapshot.find(&Find::default(), fields.clone()).unwrap();
    let mut rows = Map::new();
    for row in 0..picked.len() {
        let cell = |field: &Field| {
            (
                field.name.clone(),
                shown(&picked.value(field, row).unwrap(), &field.data_type),
            )
        };
        let cells: Map<String, Json> = fields.iter().map(cell).collect();
        let key = cells["id"].to_string();
        assert!(rows.insert(key, Json::Object(cells)).is_none());
    }
    Json::Object(rows)
}

/// The keys of the three rows that are nearest to a query in the column `near`, in all versions that show it.
fn nearest(table: &Table, query: &[f32]) -> Json {
    let newest = table.snapshot().unwrap().version();
    let hits = |version: u64| {
        let snapshot = table.as_of(&AsOf::Version(version)).ok()?;
        let key = snapshot.schema().field("id").unwrap().clone();
        let near = snapshot.schema().field("near").unwrap();
        let keys = |search: &Search<'_>| -> Vec<Json> {
            let found = snapshot.search(search, vec![key.clone()]).unwrap();
            (0..found.len())
                .map(|row| shown(&found.value(&key, row).unwrap(), &key.data_type))
                .collect()
        };
        let exact = Search::exact(near, query, None, 3);
        // Whatever way is taken, the answer is that.
        let indexed = exact.with(SearchOptions {
            recall: 0.99,
            exact: false,
            prefer_index: true,
            ..exact.options
        });
        assert_eq!(keys(&indexed), keys(&exact));
        Some(json!({"version": version, "keys": keys(&exact)}))
    };
    let hits: Vec<Json> = (0..=newest).filter_map(hits).collect();
    json!({"query": query, "hits": hits})
}

/// The keys of the five rows that answer a query for words best, in all versions.
pub(crate) fn found(table: &Table, query: &str) -> Json {
    let newest = table.snapshot().unwrap().version();
    let hits = |version: u64| {
        let snapshot = table.as_of(&AsOf::Version(version)).ok()?;
        let key = snapshot.schema().field("id").unwrap().clone();
        let (words, columns) = (Words::typed(query, &|_| None), snapshot.all_texts().unwrap());
        let search = Search {
            what: What::Text {
                query: &words,
                columns: &columns,
            },
            filter: None,
            group: None,
            options: SearchOptions {
                limit: 5,
                ..SearchOptions::default()
            },
        };
        let found = snapshot.search(&search, vec![key.clone()]).unwrap();
        let keys: Vec<Json> = (0..found.len())
            .map(|row| shown(&found.value(&key, row).unwrap(), &key.data_type))
            .collect();
        Some(json!({"version": version, "keys": keys}))
    };
    let hits: Vec<Json> = (0..=newest).filter_map(hits).collect();
    json!({"query": query, "hits": hits})
}

/// The keys of the rows that a filter leaves, in all versions: as indexes find them, which is how reading columns does.
pub(crate) fn filtered(table: &Table, filter: &Json) -> Json {
    let newest = table.snapshot().unwrap().version();
    let hits = |version: u64| {
        let snapshot = table.as_of(&AsOf::Version(version)).ok()?;
        let key = snapshot.schema().field("id").unwrap().clone();
        let find = Find {
            filter: Some(Filter::parse(filter, snapshot.schema()).unwrap()),
            ..Find::default()
        };
        let (indexed, _) = snapshot.explain_find(&find, Some(Way::Index)).unwrap();
        let (found, took) = snapshot.explain_find(&find, Some(Way::Scan)).unwrap();
        assert!(indexed.ids().eq(found.ids()), "{filter}: {took:?}");
        let found = snapshot.find(&find, vec![key.clone()]).unwrap();
        let keys: Vec<Json> = (0..found.len())
            .map(|row| shown(&found.value(&key, row).unwrap(), &key.data_type))
            .collect();
        Some(json!({"version": version, "keys": keys}))
    };
    let hits: Vec<Json> = (0..=newest).filter_map(hits).collect();
    json!({"filter": filter, "hits": hits})
}

/// A value that both JSON and every language can hold.
fn shown(value: &Value, data_type: &DataType) -> Json {
    match (value, data_type) {
        (Value::Null, _) => Json::Null,
        (Value::Boolean(value), _) => json!(value),
        (Value::Int(value), _) if value.unsigned_abs() <= SAFE => json!(value),
        (Value::Int(value), _) => json!({"$int": value.to_string()}),
        (Value::Float(value), _) => number(*value),
        (Value::Text(text), DataType::Json) => serde_json::from_str(text).unwrap(),
        (Value::Text(text), _) => json!(text),
        (Value::Bytes(bytes), DataType::Vector { element, .. }) => {
            let elements = vector_elements(bytes, *element).into_iter();
            elements.map(|x| number(f64::from(x))).collect()
        }
        (Value::Bytes(bytes), _) => json!({"$bytes": STANDARD.encode(bytes)}),
        (Value::List(items), DataType::List { item }) => {
            items.iter().map(|value| shown(value, &item.data_type)).collect()
        }
        (Value::Struct(parts), DataType::Struct { fields }) => {
            let part = |(field, value): (&varve_engine::NamedField, &Value)| {
                (field.name.clone(), shown(value, &field.data_type))
            };
            Json::Object(fields.iter().zip(parts).map(part).collect())
        }
        (value, data_type) => panic!("{value:?} is no {data_type:?}"),
    }
}

fn number(x: f64) -> Json {
    if x == 0.0 && x.is_sign_negative() {
        return json!({"$float": "-0"});
    }
    if x.is_finite() && x.fract() == 0.0 && x.abs() < 1e15 {
        // JavaScript writes whole numbers without a point.
        return json!(x as i64);
    }
    serde_json::Number::from_f64(x).map_or_else(|| json!({"$float": x.to_string()}), Json::Number)
}
