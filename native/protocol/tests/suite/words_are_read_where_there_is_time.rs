//! Rows whose words have no index are read and split once. Who must not wait gets no answer while that is still to be done, and one
//! afterwards.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{Batch, ColumnBuilder, CommitOptions, Database, OnKey, Schema, Table, Value};
use varve_protocol::Within;

fn insert(table: &Table, ids: std::ops::Range<i64>) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let column = |at: usize, value: &dyn Fn(i64) -> Value| {
        let field = &schema.fields[at];
        let mut builder = ColumnBuilder::new(&field.data_type);
        ids.clone().for_each(|id| builder.push(&value(id)).unwrap());
        (field.id, builder.finish())
    };
    let columns = vec![
        column(0, &Value::Int),
        column(1, &|id| Value::Text(format!("common word{id}"))),
    ];
    let batch = Batch::new(ids.clone().count(), columns);
    table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
}

#[test]
fn a_search_is_quick_once_the_rows_are_read() {
    let fields = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "body", "type": {"kind": "text"}, "text": {"search": true}},
    ]});
    let schema: Schema = serde_json::from_value(fields).unwrap();
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema)
        .unwrap();
    let request =
        json!({"kind": "search", "search": {"what": {"text": {"query": "word7"}}}, "select": ["id"]});
    let request = request.to_string();
    let within = Within {
        search_ns: 300_000,
        other_ns: 300_000,
    };
    let quick = || varve_protocol::read_within(&table, &request, None, within).unwrap();
    insert(&table, 0..2000);
    assert!(quick().is_none());
    assert_eq!(
        varve_protocol::read_page(&table, &request, None).unwrap().numbers[0],
        1.0
    );
    assert!(quick().is_some());
    // A few more are read on the way.
    insert(&table, 2000..2010);
    assert!(quick().is_some());
    insert(&table, 2010..3000);
    assert!(quick().is_none());
}
