//! Random schemas and columns.

use serde_json::{Value as Json, json};
use varve_engine::{DataType, Field, Schema};

use super::random::Random;
use super::rows::schema;
use super::values::every_type;

/// Which columns tables have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of every type, with short vectors.
    Mixed,
    /// With vectors that are long enough for an index and a shadow, and some others.
    Wide,
}

pub(crate) fn random_schema(random: &mut Random, kind: Kind) -> Schema {
    let mut all: Vec<Json> = every_type().as_array().unwrap().clone();
    for field in &mut all {
        if random.chance(70) && holds_text(&field["type"]) {
            field["text"] = searched(random, &field["type"]);
        }
        if random.chance(60) && may_be_indexed(&field["type"]) {
            field["indexed"] = json!(random.chance(90));
        }
    }
    let share = if kind == Kind::Wide { 20 } else { 60 };
    let mut fields: Vec<Json> = all.into_iter().filter(|_| random.chance(share)).collect();
    if kind == Kind::Wide {
        fields.push(json!({"name": "group", "type": {"kind": "enum", "values": ["a", "b", "c", "d"]}}));
        for name in ["wide0", "wide1"] {
            let nullable = random.chance(80);
            fields.push(json!({"name": name, "type": vectors(random, kind), "nullable": nullable}));
        }
    }
    let key = *random.pick(&["int", "text"]);
    fields.insert(
        random.below(fields.len()),
        json!({"name": "key", "type": {"kind": key}}),
    );
    let primary_key = random.chance(80).then_some("key");
    schema(json!({"primaryKey": primary_key, "fields": fields}))
}

fn may_be_indexed(data_type: &Json) -> bool {
    let is_scalar = |data_type: &Json| {
        let kinds = ["text", "enum", "int", "float", "boolean", "timestamp", "date"];
        kinds.iter().any(|kind| data_type["kind"] == *kind)
    };
    is_scalar(data_type) || is_scalar(&data_type["item"]["type"])
}

fn holds_text(data_type: &Json) -> bool {
    let is_text = |data_type: &Json| data_type["kind"] == "text";
    let mut parts = data_type["fields"].as_array().into_iter().flatten();
    is_text(data_type) || is_text(&data_type["item"]["type"]) || parts.any(|part| is_text(&part["type"]))
}

/// What is said of the search by words.
fn searched(random: &mut Random, data_type: &Json) -> Json {
    if random.chance(15) {
        return json!({"search": false});
    }
    let analysis = json!({"language": "fi", "stem": false, "fold": random.chance(50)});
    let parts = match data_type["kind"] == "struct" && random.chance(50) {
        true => json!([["words"]]),
        false => json!([]),
    };
    json!({"search": true, "analysis": analysis, "parts": parts})
}

fn vectors(random: &mut Random, kind: Kind) -> Json {
    let dimensions = match kind {
        Kind::Mixed => random.below(4) + 1,
        Kind::Wide => *random.pick(&[64, 70, 96, 129]),
    };
    let (element, metric) = (
        *random.pick(&["f32", "f16"]),
        *random.pick(&["cosine", "l2", "dot"]),
    );
    json!({"kind": "vector", "dimensions": dimensions, "element": element, "metric": metric})
}

/// A column of vectors of any kind.
pub(crate) fn other_vectors(random: &mut Random, kind: Kind, name: &str) -> Field {
    let data_type = vectors(random, kind);
    let embed = json!({"function": {"name": "other"}});
    let field = json!({"name": name, "type": data_type, "nullable": true, "embed": embed});
    serde_json::from_value(field).unwrap()
}

/// A column of vectors that is computed from some others, by a name that may be taken.
pub(crate) fn derived_vectors(random: &mut Random, kind: Kind, schema: &Schema) -> Field {
    let name = *random.pick(&["wide0", "wide1", "derived0", "derived1"]);
    let mut field = other_vectors(random, kind, name);
    let sources = schema
        .fields
        .iter()
        .filter(|_| random.chance(20))
        .map(|field| field.name.as_str());
    let sources: Vec<&str> = sources.take(2).collect();
    field.embed = Some(json!({"function": {"name": "other"}, "sources": sources}));
    field
}

/// A column that holds all that another one does, and more; of integers one of floats, of the same id.
pub(crate) fn wider(random: &mut Random, field: &Field) -> Field {
    let mut field = field.clone();
    field.nullable |= random.chance(40);
    let data_type = serde_json::to_value(&field.data_type).unwrap();
    if holds_text(&data_type) && random.chance(60) {
        field.text = serde_json::from_value(searched(random, &data_type)).unwrap();
    }
    if may_be_indexed(&data_type) && random.chance(30) {
        field.indexed = Some(random.chance(70));
    }
    match &mut field.data_type {
        DataType::Enum { .. } if random.chance(20) => field.data_type = DataType::Text,
        DataType::Enum { values } if !values.contains(&"more".to_owned()) => {
            values.insert(0, "more".to_owned())
        }
        DataType::Int if random.chance(70) => field.data_type = DataType::Float { bits: 64 },
        DataType::Float { bits } if *bits == 32 && random.chance(60) => {
            *bits = 64;
            // Older rows go on showing the number of 32 bits.
            #[expect(clippy::cast_possible_truncation, reason = "what the column held")]
            let narrow = |json: &Json| json!(f64::from(json.as_f64().unwrap() as f32));
            field.default = field.default.as_ref().map(narrow);
        }
        _ => {}
    }
    field
}

/// A column to add; some of the names are taken, or were.
pub(crate) fn random_column(random: &mut Random, kind: Kind) -> Field {
    let names = ["more0", "more1", "more2", "more3", "near", "wide0", "wide1"];
    let name = *random.pick(&names);
    let is_vectors = kind == Kind::Wide && name.starts_with("wide");
    let (data_type, default) = match random.below(6) {
        _ if is_vectors => (vectors(random, kind), json!(null)),
        0 => (json!({"kind": "int"}), json!(7)),
        1 => (json!({"kind": "float", "bits": 32}), json!(0.1)),
        2 => (json!({"kind": "enum", "values": ["x", "y"]}), json!("y")),
        3 => (json!({"kind": "json"}), json!("{\"a\":2}")),
        4 => (vectors(random, kind), json!(null)),
        _ => (
            json!({"kind": "text"}),
            random.pick(&[json!(null), json!("zzz ab")]).clone(),
        ),
    };
    let nullable = default.is_null() || random.chance(50);
    let mut field = json!({"name": name, "type": data_type, "nullable": nullable, "default": default});
    if holds_text(&field["type"]) && random.chance(70) {
        field["text"] = searched(random, &field["type"]);
    }
    if may_be_indexed(&field["type"]) && random.chance(60) {
        field["indexed"] = json!(true);
    }
    let mut field: Field = serde_json::from_value(field).unwrap();
    if nullable && random.chance(30) || matches!(field.data_type, DataType::Vector { .. }) {
        field.default = None;
    }
    field
}
