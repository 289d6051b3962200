//! Random values of every type, from domains so small that they meet again.

use serde_json::json;
use varve_engine::{DataType, Element, Value};

use super::random::Random;

const TEXTS: [&str; 11] = [
    "",
    "a",
    "ab",
    "b",
    "Ö",
    "zzz",
    "a b",
    "\u{1F40C}",
    "\"\\\n",
    "zzz ab zzz",
    "B ab Ö, zzz a",
];
const JSONS: [&str; 4] = ["{\"a\":1}", "[1,\"x\"]", "\"text\"", "1.5e3"];
const INTS: [i64; 8] = [0, 1, 2, 3, -1, 1 << 53, i64::MIN, i64::MAX];
const FLOATS: [f64; 9] = [
    0.0,
    -0.0,
    1.5,
    -2.25,
    0.1,
    1e300,
    f64::INFINITY,
    f64::NEG_INFINITY,
    4e-320,
];
/// Vectors of so many dimensions are long enough for an index.
pub(crate) const WIDE: u32 = 64;
/// Exact in 16 bits.
const ELEMENTS: [f32; 7] = [0.0, 1.0, -1.0, 0.5, 2.0, -3.5, 0.25];

/// A value, or none where that is allowed.
pub(crate) fn value(random: &mut Random, data_type: &DataType, nullable: bool) -> Value {
    if nullable && random.chance(20) {
        return Value::Null;
    }
    match data_type {
        DataType::Text => Value::Text((*random.pick(&TEXTS)).to_owned()),
        DataType::Enum { values } => Value::Text(random.pick(values).clone()),
        DataType::Json => Value::Text((*random.pick(&JSONS)).to_owned()),
        DataType::Int | DataType::Timestamp => Value::Int(*random.pick(&INTS)),
        DataType::Date => Value::Int(*random.pick(&[0, -1, 20_000, i64::from(i32::MAX)])),
        DataType::Float { bits: 32 } =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "what a column of 32 bits holds")]
            Value::Float(f64::from(*random.pick(&FLOATS) as f32))
        }
        DataType::Float { .. } => Value::Float(*random.pick(&FLOATS)),
        DataType::Boolean => Value::Boolean(random.chance(50)),
        DataType::Bytes => Value::Bytes((0..random.below(5)).map(|i| (i * 85) as u8).collect()),
        DataType::Vector {
            dimensions, element, ..
        } => {
            let elements = elements(random, *dimensions).into_iter();
            Value::Bytes(elements.flat_map(|x| encoded(x, *element)).collect())
        }
        DataType::List { item } => {
            let values = (0..random.below(4)).map(|_| value(random, &item.data_type, item.nullable));
            Value::List(values.collect())
        }
        DataType::Struct { fields } => {
            let parts = fields
                .iter()
                .map(|field| value(random, &field.data_type, field.nullable));
            Value::Struct(parts.collect())
        }
    }
}

/// The numbers of a vector: a long one lies in one of some clusters of very different sizes, and now and then where others lie,
/// or nowhere.
pub(crate) fn elements(random: &mut Random, dimensions: u32) -> Vec<f32> {
    if dimensions < WIDE {
        return (0..dimensions).map(|_| *random.pick(&ELEMENTS)).collect();
    }
    let cluster = random.below(40) * random.below(40) / 40;
    let mut centre = Random::new(cluster as u64);
    let (at_zero, spread) = match random.below(50) {
        0 => (0.0, 0.0),
        1..6 => (1.0, 0.0),
        _ => (1.0, 0.4),
    };
    let around = |random: &mut Random| random.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0;
    let centres = (0..dimensions).map(|_| centre.below(1000) as f32 / 500.0 - 0.7);
    centres.map(|x| (x + around(random) * spread) * at_zero).collect()
}

fn encoded(x: f32, element: Element) -> Vec<u8> {
    match element {
        Element::F32 => x.to_le_bytes().to_vec(),
        Element::F16 => varve_kernels::f32_to_f16(x).to_le_bytes().to_vec(),
    }
}

/// The columns of a table with every type.
pub(crate) fn every_type() -> serde_json::Value {
    json!([
        {"name": "title", "type": {"kind": "text"}, "nullable": true},
        {"name": "lang", "type": {"kind": "enum", "values": ["de", "en", "fr"]}, "nullable": true},
        {"name": "data", "type": {"kind": "json"}, "nullable": true},
        {"name": "year", "type": {"kind": "int"}, "nullable": true},
        {"name": "score", "type": {"kind": "float", "bits": 64}},
        {"name": "weight", "type": {"kind": "float", "bits": 32}, "nullable": true},
        {"name": "open", "type": {"kind": "boolean"}, "nullable": true},
        {"name": "at", "type": {"kind": "timestamp"}},
        {"name": "day", "type": {"kind": "date"}, "nullable": true},
        {"name": "raw", "type": {"kind": "bytes"}, "nullable": true},
        {"name": "tags", "type": {"kind": "list", "item": {"type": {"kind": "text"}}}, "nullable": true},
        {"name": "flags", "type": {"kind": "list", "item": {"type": {"kind": "boolean"}, "nullable": true}}},
        {"name": "deep", "type": {"kind": "list", "item": {"type": {"kind": "list", "item": {"type": {
            "kind": "struct", "fields": [{"name": "x", "type": {"kind": "int"}, "nullable": true}]
        }, "nullable": true}}, "nullable": true}}, "nullable": true},
        {"name": "meta", "type": {"kind": "struct", "fields": [
            {"name": "author", "type": {"kind": "text"}, "nullable": true},
            {"name": "pages", "type": {"kind": "int"}},
            {"name": "words", "type": {"kind": "list", "item": {"type": {"kind": "text"}}}, "nullable": true},
        ]}, "nullable": true},
        {"name": "near", "type": {"kind": "vector", "dimensions": 3, "metric": "cosine"}, "nullable": true},
        {"name": "far", "type": {"kind": "vector", "dimensions": 2, "element": "f16", "metric": "l2"}, "nullable": true},
        {"name": "dot", "type": {"kind": "vector", "dimensions": 5, "metric": "dot"}},
    ])
}
