//! Spans of versions: what was visible at any moment from one to another, beside the versions themselves.

use std::sync::Arc;

use crate::support::read::rows_of;
use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use crate::support::world::World;
use serde_json::json;
use varve_engine::{AsOf, CommitOptions, Database, MemoryStore, OnKey, Schema, Snapshot, Table, Value};

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

/// The bodies of a key, with the versions of their lives.
fn lives(table: &Table, at: &Snapshot, key: i64) -> Vec<(String, u64, Option<u64>)> {
    let fields = vec![at.schema().field("body").unwrap().clone()];
    let history = table.history_of(at, &Value::Int(key), fields).unwrap();
    let lived = rows_of(&history.rows).into_iter().zip(&history.lifetimes);
    let told = lived.map(|((_, values), lived)| {
        let Value::Text(body) = &values[0] else {
            panic!("{values:?}")
        };
        (body.clone(), lived.from.version, lived.to.map(|to| to.version))
    });
    told.collect()
}

#[test]
fn a_key_has_all_rows_that_the_retention_keeps() {
    let (schema, table) = notes();
    for (id, body) in [(1, "one"), (2, "other"), (1, "two"), (1, "three")] {
        write(&table, &schema, id, body);
    }
    let all = [
        ("one".to_owned(), 1, Some(3)),
        ("two".to_owned(), 3, Some(4)),
        ("three".to_owned(), 4, None),
    ];
    let newest = table.snapshot().unwrap();
    assert_eq!(lives(&table, &newest, 1), all);
    assert_eq!(lives(&table, &newest, 9), []);
    // What came later, a snapshot does not know.
    let then = table.as_of(&AsOf::Version(3)).unwrap();
    assert_eq!(
        lives(&table, &then, 1),
        [all[0].clone(), ("two".to_owned(), 3, None)]
    );
    // A tag keeps the first, and nothing the second.
    table
        .tag("first", &table.as_of(&AsOf::Version(1)).unwrap())
        .unwrap();
    table.set_retention(Some(0)).unwrap();
    table.optimize().unwrap();
    let newest = table.snapshot().unwrap();
    assert_eq!(lives(&table, &newest, 1), [all[0].clone(), all[2].clone()]);
}

#[test]
fn the_history_of_a_key_costs_by_its_changes() {
    let (schema, table) = notes();
    for from in (0..4_000).step_by(1_000) {
        let rows: Vec<_> = (from..from + 1_000)
            .map(|id| vec![Value::Int(id), Value::Text("as it was".to_owned())])
            .collect();
        let options = CommitOptions::default();
        let rows = batch(&schema, &rows);
        table.insert(rows, &schema, OnKey::Replace, &options).unwrap();
        for body in ["once", "twice"] {
            write(&table, &schema, 7, body);
            write(&table, &schema, from + 8, body);
        }
    }
    for _ in 0..2 {
        let newest = table.snapshot().unwrap();
        for (key, rows) in [(7, 9), (1_008, 3), (9, 1), (-1, 0)] {
            let history = table.history_of(&newest, &Value::Int(key), Vec::new()).unwrap();
            assert_eq!(
                (history.rows.len(), history.compared),
                (rows, rows as u64),
                "{key}"
            );
        }
        table.optimize().unwrap();
    }
}
