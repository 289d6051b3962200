//! Spans of versions: what was visible at any moment from one to another, beside the versions themselves.

use std::sync::Arc;

use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{AsOf, CommitOptions, Database, MemoryStore, OnKey, Schema, Table, Value};

fn notes() -> (Schema, Arc<Table>) {
    let schema = schema(json!({"primaryKey": "id", "fields": [
        {"id": 1, "name": "id", "type": {"kind": "int"}},
        {"id": 2, "name": "body", "type": {"kind": "text"}},
    ]}));
    let database = Database::with(Arc::new(MemoryStore::new()), World::at(1));
    let table = database.create_table("notes", schema.clone()).unwrap();
    (schema, table)
}

fn write(table: &Table, schema: &Schema, id: i64, body: &str) {
    let rows = [vec![Value::Int(id), Value::Text(body.to_owned())]];
    let (rows, options) = (batch(schema, &rows), CommitOptions::default());
    table.insert(rows, schema, OnKey::Replace, &options).unwrap();
}

#[test]
fn a_span_that_ends_with_another_schema_leaves_its_first_version_as_it_was() {
    let (schema, table) = notes();
    write(&table, &schema, 1, "one");
    table
        .drop_columns(&["body".to_owned()], &CommitOptions::default())
        .unwrap();
    write_id(&table);
    let (one, two) = (AsOf::Version(1), AsOf::Version(2));
    let span = table.during(&one, &two).unwrap();
    assert_eq!(span.schema().fields.len(), 1);
    let first = table.as_of(&one).unwrap();
    assert_eq!(first.schema().fields.len(), 2);
    assert_eq!(
        all_rows(&first),
        [(0, vec![Value::Int(1), Value::Text("one".to_owned())])]
    );
    // And the other way round.
    let span = table.during(&one, &two).unwrap();
    assert_eq!(span.schema().fields.len(), 1);
}

/// A row of the columns that are left.
fn write_id(table: &Table) {
    let schema = Schema::clone(table.snapshot().unwrap().schema());
    let rows = batch(&schema, &[vec![Value::Int(2)]]);
    table
        .insert(rows, &schema, OnKey::Replace, &CommitOptions::default())
        .unwrap();
}
