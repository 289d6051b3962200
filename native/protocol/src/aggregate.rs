use serde_json::{Value as Json, json};
use varve_engine::{Aggregation, DataType, Group, Measured, Result, Snapshot, Table};

use crate::page::{check_text, integer_json, json_of};
use crate::request::{Aggregate, parse};

/// Numbers about rows, group by group: the values of each group, how many rows it has, and its measures.
///
/// # Errors
/// As [`Snapshot::aggregate`](varve_engine::Snapshot::aggregate); [`varve_engine::Code::InvalidArgument`] for more than a text can hold.
pub fn aggregate(table: &Table, request: &str) -> Result<String> {
    let request: Aggregate = parse(request)?;
    let read = |snapshot: &Snapshot| {
        let asked = request.bind(snapshot)?;
        let groups = snapshot.aggregate(&asked)?;
        let told: Json = groups.iter().map(|group| told(&asked, group)).collect();
        let text = told.to_string();
        check_text(&text)?;
        Ok(text)
    };
    table.read(|table| request.snapshot(table), read)
}

fn told(asked: &Aggregation, group: &Group) -> Json {
    let values = asked.by.iter().zip(&group.values);
    let values = values.map(|(field, value)| json_of(field.data_type.item_or_self(), value));
    let measures = asked
        .measures
        .iter()
        .zip(&group.measures)
        .map(|(measure, computed)| match computed {
            Measured::Null => Json::Null,
            Measured::Whole(sum) => integer_json(*sum),
            Measured::Real(real) => {
                json_of(&DataType::Float { bits: 64 }, &varve_engine::Value::Float(*real))
            }
            Measured::Value(value) => json_of(&measure.field.data_type, value),
        });
    json!([values.collect::<Json>(), group.count, measures.collect::<Json>()])
}
