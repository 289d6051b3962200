//! Filters find the rows that a naive reading of them finds, and prune nothing that they would find.

mod errors;
mod examples;
mod generate;
mod inside;
mod naive;
mod reading;
mod rows;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::Filter;
use crate::column::{Column, ColumnBuilder};
use crate::format::{Bound, ColumnStats};
use crate::schema::{DataType, Schema};
use crate::value::Value;
use generate::{Table, filter, table};

/// A column of every type, and some that rows may be older than.
pub(super) fn schema() -> Schema {
    let types = [
        ("title", json!({"kind": "text"})),
        ("lang", json!({"kind": "enum", "values": ["de", "en", "fr"]})),
        ("year", json!({"kind": "int"})),
        ("score", json!({"kind": "float", "bits": 64})),
        ("weight", json!({"kind": "float", "bits": 32})),
        ("open", json!({"kind": "boolean"})),
        ("at", json!({"kind": "timestamp"})),
        ("day", json!({"kind": "date"})),
        ("raw", json!({"kind": "bytes"})),
        (
            "tags",
            json!({"kind": "list", "item": {"type": {"kind": "text"}}}),
        ),
        (
            "counts",
            json!({"kind": "list", "item": {"type": {"kind": "int"}, "nullable": true}}),
        ),
        (
            "flags",
            json!({"kind": "list", "item": {"type": {"kind": "boolean"}, "nullable": true}}),
        ),
        ("data", json!({"kind": "json"})),
        (
            "meta",
            json!({"kind": "struct", "fields": [
                {"name": "author", "type": {"kind": "text"}, "nullable": true},
                {"name": "pages", "type": {"kind": "int"}},
                {"name": "extra", "type": {"kind": "json"}, "nullable": true},
                {"name": "inner", "type": {"kind": "struct", "fields": [{"name": "ok", "type": {"kind": "boolean"}}]}},
            ]}),
        ),
        ("vector", json!({"kind": "vector", "dimensions": 2})),
        ("added", json!({"kind": "int"})),
        ("note", json!({"kind": "text"})),
        ("late", json!({"kind": "json"})),
    ];
    let field = |(id, (name, data_type)): (usize, (&str, Json))| {
        json!({"id": id + 1, "name": name, "type": data_type, "nullable": true, "default": match name {
            "added" => json!(7),
            "late" => json!("{\"a\":3,\"b\":[1,\"x\"]}"),
            _ => Json::Null,
        }})
    };
    let fields: Vec<Json> = types.into_iter().enumerate().map(field).collect();
    let schema: Schema = serde_json::from_value(json!({"fields": fields})).unwrap();
    schema.check().unwrap();
    schema
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_a_naive_reading_finds(table in table(), json in filter()) {
        let schema = schema();
        let found = Filter::parse(&json, &schema).unwrap().evaluate(&table, table.rows).unwrap();
        prop_assert_eq!(found.len(), table.rows);
        for row in 0..table.rows {
            let values = table.row(&schema, row);
            prop_assert_eq!(found.get(row), naive::holds(&json, &schema, &values) == Some(true), "{:?}", values);
        }
    }

    #[test]
    fn finds_the_same_where_few_rows_are_asked_for(
        table in table(),
        picked in proptest::collection::vec(0_usize..200, 1..8),
        json in filter(),
    ) {
        let schema = schema();
        let mut table = table;
        let mut numbers = ColumnBuilder::new(&DataType::Int);
        (0..table.rows).for_each(|row| numbers.push(&Value::Int(row as i64)).unwrap());
        table.columns[2] = Some(numbers.finish());
        let few = json!({"op": "in", "column": ["year"], "values": picked});
        let both = Filter::parse(&json!({"op": "and", "args": [few, json]}), &schema).unwrap();
        let found = both.evaluate(&table, table.rows).unwrap();
        for row in 0..table.rows {
            let holds = || naive::holds(&json, &schema, &table.row(&schema, row)) == Some(true);
            prop_assert_eq!(found.get(row), picked.contains(&row) && holds(), "row {}", row);
        }
    }

    #[test]
    fn prunes_no_row_that_matches(table in table(), json in filter()) {
        let schema = schema();
        let filter = Filter::parse(&json, &schema).unwrap();
        let stats = table.stats(&schema);
        let may = filter.may_match(&|field| stats.get(field as usize - 1)?.as_ref());
        prop_assert!(may || filter.evaluate(&table, table.rows).unwrap().count() == 0);
        prop_assert!(filter.may_match(&|_| None) || !may);
    }
}

impl Table {
    /// What a fragment says of the columns.
    fn stats(&self, schema: &Schema) -> Vec<Option<ColumnStats>> {
        let stats = |field: &crate::schema::Field| {
            let column = super::Columns::column(self, field.id)?;
            Some(stats_of(&field.data_type, column))
        };
        schema.fields.iter().map(stats).collect()
    }
}

fn stats_of(data_type: &DataType, column: &Column) -> ColumnStats {
    let values: Vec<Value> = (0..column.len())
        .map(|row| column.value(data_type, row).unwrap())
        .collect();
    let mut stats = ColumnStats {
        nulls: values.iter().filter(|value| value.is_null()).count() as u64,
        ..Default::default()
    };
    let bounds = values.iter().filter_map(|value| match (data_type, value) {
        (_, Value::Int(x)) => Some(Bound::Int(*x)),
        (_, Value::Float(x)) => Some(Bound::Float(*x)),
        (DataType::Text | DataType::Enum { .. }, Value::Text(text)) => Some(Bound::Text(text.clone())),
        _ => None,
    });
    for bound in bounds {
        let less = |a: &Bound, b: &Bound| match (a, b) {
            (Bound::Int(a), Bound::Int(b)) => a < b,
            (Bound::Float(a), Bound::Float(b)) => a < b,
            (Bound::Text(a), Bound::Text(b)) => a < b,
            _ => unreachable!("one column, one type"),
        };
        if matches!(bound, Bound::Float(x) if !x.is_finite()) {
            return ColumnStats {
                nulls: stats.nulls,
                min: None,
                max: None,
            };
        }
        if stats.min.as_ref().is_none_or(|min| less(&bound, min)) {
            stats.min = Some(bound.clone());
        }
        if stats.max.as_ref().is_none_or(|max| less(max, &bound)) {
            stats.max = Some(bound);
        }
    }
    stats
}
