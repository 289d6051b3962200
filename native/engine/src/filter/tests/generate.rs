//! Random tables and random filters on them, out of few values, so that they meet.

use base64::Engine as _;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::column::{Column, ColumnBuilder};
use crate::filter::Columns;
use crate::filter::tests::schema;
use crate::schema::{DataType, Schema};
use crate::value::Value;

/// Some rows; a column may be younger than they are.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: usize,
    pub(super) columns: Vec<Option<Column>>,
}

impl Columns for Table {
    fn column(&self, field: u32) -> Option<&Column> {
        self.columns.get(field as usize - 1)?.as_ref()
    }
}

impl Table {
    /// The values of a row, defaults included.
    pub(super) fn row(&self, schema: &Schema, row: usize) -> Vec<Value> {
        let value = |(field, column): (&crate::schema::Field, &Option<Column>)| match (column, &field.default)
        {
            (Some(column), _) => column.value(&field.data_type, row).unwrap(),
            (None, Some(default)) => crate::format::value_of(&field.data_type, default).unwrap(),
            (None, None) => Value::Null,
        };
        schema.fields.iter().zip(&self.columns).map(value).collect()
    }
}

const INTS: [i64; 11] = [
    0,
    1,
    3,
    4,
    -2,
    -4,
    1 << 53,
    (1 << 53) + 1,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
];
const FLOATS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    3.0,
    3.5,
    -2.25,
    0.1,
    0.1_f32 as f64,
    1e300,
    9_007_199_254_740_992.0,
    9_223_372_036_854_775_808.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];
const TEXTS: [&str; 11] = ["", "a", "ab", "abc", "aab", "Äb", "äB", "b%", "a_b", "ΑΣ", "ας"];
const BYTES: [&[u8]; 4] = [&[], &[0], &[1, 2], &[255]];

pub(super) fn table() -> impl Strategy<Value = Table> {
    prop_oneof![0_usize..20, 60_usize..70, 100_usize..200].prop_flat_map(|rows| {
        let columns: Vec<_> = schema()
            .fields
            .into_iter()
            .map(|field| {
                let nulls = select(vec![0, 1, 5, 10]);
                let young = select(vec![false, false, field.id > 12]);
                (nulls, young).prop_flat_map(move |(nulls, young)| {
                    let data_type = field.data_type.clone();
                    let value = or_null(nulls, value(&data_type));
                    vec(value, if young { 0 } else { rows }).prop_map(move |values| {
                        let mut builder = ColumnBuilder::new(&data_type);
                        values.into_iter().for_each(|value| builder.push(&value).unwrap());
                        (!young).then(|| builder.finish())
                    })
                })
            })
            .collect();
        columns.prop_map(move |columns| Table { rows, columns })
    })
}

/// A null in so many of ten cases.
fn or_null(nulls: u8, value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (0_u8..10, value).prop_map(move |(dice, value)| if dice < nulls { Value::Null } else { value })
}

fn value(data_type: &DataType) -> BoxedStrategy<Value> {
    match data_type {
        DataType::Text => select(TEXTS.as_slice())
            .prop_map(|text| Value::Text(text.to_owned()))
            .boxed(),
        DataType::Enum { values } => select(values.clone()).prop_map(Value::Text).boxed(),
        DataType::Json => document().prop_map(|json| Value::Text(json.to_string())).boxed(),
        DataType::Int | DataType::Timestamp => select(INTS.as_slice()).prop_map(Value::Int).boxed(),
        DataType::Date => (-4_i64..5).prop_map(Value::Int).boxed(),
        DataType::Float { .. } => select(FLOATS.as_slice()).prop_map(Value::Float).boxed(),
        DataType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        DataType::Bytes => select(BYTES.as_slice())
            .prop_map(|bytes| Value::Bytes(bytes.to_vec()))
            .boxed(),
        DataType::Vector { .. } => Just(Value::Bytes(vec![0; 8])).boxed(),
        DataType::List { item } => {
            let item = or_null(if item.nullable { 2 } else { 0 }, value(&item.data_type));
            vec(item, 0..4).prop_map(Value::List).boxed()
        }
        DataType::Struct { fields } => {
            let part = |field: &crate::schema::NamedField| {
                or_null(if field.nullable { 3 } else { 0 }, value(&field.data_type)).boxed()
            };
            fields
                .iter()
                .map(part)
                .collect::<Vec<_>>()
                .prop_map(Value::Struct)
                .boxed()
        }
    }
}

fn document() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        select(INTS.as_slice()).prop_map(Json::from),
        select(FLOATS.as_slice()).prop_map(Json::from),
        select(TEXTS.as_slice()).prop_map(Json::from),
    ];
    let key = || select(vec!["a", "b", "0", "\"\n"]).prop_map(str::to_owned);
    let nested = scalar.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((key(), inner), 0..4).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    });
    prop_oneof![
        1 => nested.clone(),
        3 => vec((key(), nested), 1..4).prop_map(|entries| Json::Object(entries.into_iter().collect())),
    ]
}

pub(super) fn filter() -> impl Strategy<Value = Json> {
    let leaf = || select(paths()).prop_flat_map(|(path, data_type)| condition(&path, &data_type));
    let not = leaf().prop_map(|arg| json!({"op": "not", "arg": arg}));
    let tree = leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|args| json!({"op": "and", "args": args})),
            vec(inner.clone(), 0..4).prop_map(|args| json!({"op": "or", "args": args})),
            (select(vec!["not", "isNotTrue"]), inner).prop_map(|(op, arg)| json!({"op": op, "arg": arg})),
        ]
    });
    prop_oneof![2 => leaf(), 2 => not, 6 => tree]
}

fn paths() -> Vec<(Json, DataType)> {
    let mut paths: Vec<(Json, DataType)> = schema()
        .fields
        .into_iter()
        .map(|field| (json!([field.name]), field.data_type))
        .collect();
    paths.extend([
        (json!(["meta", "author"]), DataType::Text),
        (json!(["meta", "pages"]), DataType::Int),
        (json!(["meta", "inner"]), DataType::Struct { fields: Vec::new() }),
        (json!(["meta", "inner", "ok"]), DataType::Boolean),
    ]);
    let inside = [
        json!(["data", "a"]),
        json!(["data", "a", "0"]),
        json!(["data", "b", "a", "b"]),
        json!(["data", "0"]),
        json!(["data", "\"\n"]),
        json!(["meta", "extra", "a"]),
        json!(["late", "a"]),
        json!(["late", "b", "1"]),
        json!(["late", "b"]),
    ];
    paths.extend(inside.into_iter().map(|path| (path, DataType::Json)));
    paths
}

fn condition(path: &Json, data_type: &DataType) -> BoxedStrategy<Json> {
    let path = path.clone();
    let is_null = Just(json!({"op": "isNull", "column": path.clone()})).boxed();
    let bare = path.as_array().unwrap().len() == 1;
    match data_type {
        DataType::Vector { .. } | DataType::Struct { .. } => is_null,
        DataType::List { item } => {
            prop_oneof![1 => is_null, 5 => contains(path, constant(&item.data_type))].boxed()
        }
        DataType::Json if bare => {
            prop_oneof![1 => is_null, 5 => contains(path, constant(&DataType::Json))].boxed()
        }
        DataType::Json => {
            let conditions = prop_oneof![
                1 => is_null,
                2 => contains(path.clone(), constant(data_type)),
                2 => like(path.clone()),
                6 => comparison(path, select(vec![DataType::Text, DataType::Int, DataType::Boolean]).prop_flat_map(|t| constant(&t)), true),
            ];
            (conditions, any::<bool>())
                .prop_map(|(mut condition, any_item)| {
                    condition["anyItem"] = json!(any_item);
                    condition
                })
                .boxed()
        }
        DataType::Text | DataType::Enum { .. } => {
            let part = select(vec!["", "a", "b%", "_", "Σ", "\\"]);
            let column = path.clone();
            let part = part.prop_map(move |part| json!({"op": "contains", "column": column, "value": part}));
            prop_oneof![1 => is_null, 3 => like(path.clone()), 1 => part, 4 => comparison(path, constant(data_type), true)]
                .boxed()
        }
        DataType::Bytes | DataType::Boolean => {
            prop_oneof![1 => is_null, 4 => comparison(path, constant(data_type), false)].boxed()
        }
        _ => prop_oneof![1 => is_null, 9 => comparison(path, constant(data_type), true)].boxed(),
    }
}

fn comparison(
    path: Json,
    constant: impl Strategy<Value = Json> + Clone + 'static,
    ordered: bool,
) -> BoxedStrategy<Json> {
    let column = path.clone();
    let ops = if ordered {
        vec!["eq", "ne", "lt", "lte", "gt", "gte"]
    } else {
        vec!["eq", "ne"]
    };
    let single = (select(ops), constant.clone())
        .prop_map(move |(op, value)| json!({"op": op, "column": column, "value": value}))
        .boxed();
    let column = path.clone();
    let within = vec(constant.clone(), 0..4)
        .prop_map(move |values| json!({"op": "in", "column": column, "values": values}));
    let same_type = |low: &Json, high: &Json| {
        let kind = |json: &Json| (json.is_string(), json.is_boolean());
        kind(low) == kind(high)
    };
    let between = (constant.clone(), constant).prop_map(move |(low, high)| {
        let high = if same_type(&low, &high) { high } else { low.clone() };
        json!({"op": "between", "column": path, "low": low, "high": high})
    });
    if ordered {
        prop_oneof![3 => single, 1 => within, 1 => between].boxed()
    } else {
        prop_oneof![single, within].boxed()
    }
}

fn contains(path: Json, constant: impl Strategy<Value = Json> + Clone + 'static) -> BoxedStrategy<Json> {
    let column = path.clone();
    let one = constant
        .clone()
        .prop_map(move |value| json!({"op": "contains", "column": column, "value": value}));
    let several = (select(vec!["containsAny", "containsAll"]), vec(constant, 0..3))
        .prop_map(move |(op, values)| json!({"op": op, "column": path, "values": values}));
    prop_oneof![one, several].boxed()
}

fn like(path: Json) -> BoxedStrategy<Json> {
    let piece = select(vec!["a", "b", "A", "ä", "Σ", "%", "%", "_", "\\%", "\\a"]);
    (vec(piece, 0..6), any::<bool>())
        .prop_map(move |(pattern, fold)| {
            json!({"op": "like", "column": path, "pattern": pattern.concat(), "caseInsensitive": fold})
        })
        .boxed()
}

fn constant(data_type: &DataType) -> BoxedStrategy<Json> {
    match data_type {
        DataType::Text => select(TEXTS.as_slice()).prop_map(Json::from).boxed(),
        DataType::Enum { values } => select(values.clone()).prop_map(Json::from).boxed(),
        DataType::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        DataType::Bytes => select(BYTES.as_slice())
            .prop_map(|bytes| json!({"$base64": base64::engine::general_purpose::STANDARD.encode(bytes)}))
            .boxed(),
        DataType::Json => prop_oneof![
            select(TEXTS.as_slice()).prop_map(Json::from),
            any::<bool>().prop_map(Json::from),
            numbers(),
        ]
        .boxed(),
        _ => numbers(),
    }
}

fn numbers() -> BoxedStrategy<Json> {
    let finite: Vec<f64> = FLOATS
        .into_iter()
        .filter(|x| x.is_finite())
        .chain([-1e300, 3.25, -2.5])
        .collect();
    prop_oneof![
        select(finite).prop_map(Json::from),
        select(INTS.as_slice()).prop_map(|int| json!({"$int": int.to_string()})),
        (-4_i64..5).prop_map(Json::from),
        Just(json!(9_007_199_254_740_993_i64)),
    ]
    .boxed()
}
