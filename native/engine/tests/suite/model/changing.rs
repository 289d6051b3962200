//! Updates of the rows that match a filter, to constants and to what is computed from them.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Code, Computed, DataType, Field, Filter, Schema, Update, Value};

use super::{Bench, lets, same};
use crate::support::checks;
use crate::support::filters::filter;
use crate::support::model::{Row, forget_vectors};
use crate::support::rows::batch;

/// What the model computes from a row.
type Computation = Box<dyn Fn(&Row) -> Result<Value, Code>>;

/// A new value of a column, in the engine's words and in the model's.
struct Change {
    target: Field,
    json: Json,
    new: Computation,
}

impl Bench {
    /// Constants for some columns, computed values for others.
    pub(crate) fn update_where(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let meaning = filter(&mut self.random, &schema.fields, 2);
        let parsed = Filter::parse(&meaning.json, &schema).unwrap();
        let key = schema.key().map(|field| field.id);
        let mut constant = schema.clone();
        constant
            .fields
            .retain(|field| Some(field.id) != key && self.random.chance(25));
        let values = checks::new_rows(&mut self.random, &constant.fields, None, (1, 1));
        let changes: Vec<Change> = schema
            .fields
            .iter()
            .filter(|field| Some(field.id) != key && !constant.fields.contains(field))
            .filter_map(|field| self.computed(&schema, field))
            .collect();
        let computed = changes
            .iter()
            .map(|change| Computed::parse(&change.target, &change.json, false, &schema).unwrap());
        let constants = (batch(&constant, &values), Arc::new(schema.clone()));
        let mut update = Update::new(table, Some(parsed), constants, computed.collect()).unwrap();
        let change = |row: &Row| {
            let value = |field: &Field| {
                if let Some(at) = constant.fields.iter().position(|known| known.id == field.id) {
                    return Ok(values[0][at].clone());
                }
                let change = changes.iter().find(|change| change.target.id == field.id);
                change.map_or_else(|| Ok(row.value(field)), |change| (change.new)(row))
            };
            let mut values = schema.fields.iter().map(value).collect::<Result<Vec<_>, _>>()?;
            let is_given = |field: &Field| {
                constant.fields.contains(field) || changes.iter().any(|change| change.target.id == field.id)
            };
            let given: Vec<bool> = schema.fields.iter().map(is_given).collect();
            forget_vectors(&schema, row, &given, &mut values);
            Ok(values)
        };
        let (options, when) = self.when();
        let written = update.commit(&options).map(Option::unwrap);
        let expected = self
            .model
            .update_where(&|row| lets(&meaning, row, &schema), &change, when);
        same(written, expected);
    }

    /// Sometimes a new value for a column: of itself, or of another one of its type.
    fn computed(&mut self, schema: &Schema, target: &Field) -> Option<Change> {
        if !self.random.chance(30) {
            return None;
        }
        let alike: Vec<&Field> = schema
            .fields
            .iter()
            .filter(|field| field.data_type == target.data_type)
            .collect();
        let from = (*self.random.pick(&alike)).clone();
        let column = json!({"column": from.name, "field": from.id});
        let nullable = target.nullable;
        let present = move |value: Value| match value {
            Value::Null if !nullable => Err(Code::InvalidRow),
            value => Ok(value),
        };
        let target = target.clone();
        let (json, new): (Json, Computation) = match target.data_type {
            DataType::Int => {
                let by = self.random.below(5) as i64 - 2;
                let json = json!({"op": "plus", "args": [column, {"value": by}]});
                let new = move |row: &Row| match row.value(&from) {
                    Value::Int(int) => int.checked_add(by).map(Value::Int).ok_or(Code::InvalidRow),
                    value => present(value),
                };
                (json, Box::new(new))
            }
            DataType::Text => {
                let json = json!({"op": "concat", "args": [column, {"value": "+"}]});
                let new = move |row: &Row| match row.value(&from) {
                    Value::Text(text) => Ok(Value::Text(text + "+")),
                    value => present(value),
                };
                (json, Box::new(new))
            }
            DataType::Float { .. } => return None,
            _ => (column, Box::new(move |row: &Row| present(row.value(&from)))),
        };
        Some(Change { target, json, new })
    }
}
