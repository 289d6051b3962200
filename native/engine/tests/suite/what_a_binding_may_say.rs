//! What the TypeScript SDK never says, and another binding may: it is refused, and nothing is changed.

use std::sync::Arc;

use crate::support::rows::{batch, schema};
use crate::support::whole::all_rows;
use serde_json::json;
use varve_engine::inside::Bits;
use varve_engine::{
    Alteration, Batch, Code, ColumnBuilder, CommitOptions, DataType, Database, Field, OnKey, RowChange,
    Schema, Table, Update, Value,
};

/// A table with one row.
fn table() -> (Arc<Table>, Arc<Schema>) {
    let database = Database::connect("memory:").unwrap();
    let columns = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "text", "type": {"kind": "text"}},
    ]});
    let table = database.create_table("items", schema(columns)).unwrap();
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let row = vec![Value::Int(1), Value::Text("as it was".to_owned())];
    let rows = batch(&schema, &[row]);
    table
        .insert(rows, &schema, OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    (table, schema)
}

#[test]
fn a_batch_has_no_more_rows_than_there_are_bits() {
    let (_, schema) = table();
    for columns in [0_u32, 1] {
        let mut bytes = b"1VRB".to_vec();
        let words = [u32::MAX, columns, 0];
        words.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        bytes.extend([0; 16]);
        let refused = Batch::decode(&bytes, &schema).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidRow);
    }
}

#[test]
fn an_update_has_no_cells_that_are_kept() {
    let (table, schema) = table();
    let text = &schema.fields[1];
    let mut column = ColumnBuilder::new(&text.data_type);
    column.push(&Value::Null).unwrap();
    let mut batch = Batch::new(1, Vec::new());
    batch.push(text.id, column.finish(), Some(Bits::filled(1, true)));
    let by_id = RowChange::update(
        vec![0],
        (batch.clone(), Arc::clone(&schema)),
        CommitOptions::default(),
    );
    assert_eq!(by_id.unwrap_err().code(), Code::Internal);
    let by_filter = Update::new(Arc::clone(&table), None, (batch, schema), Vec::new());
    assert_eq!(by_filter.unwrap_err().code(), Code::Internal);
    let rows = all_rows(&table.snapshot().unwrap());
    assert_eq!(rows[0].1[1], Value::Text("as it was".to_owned()));
}

#[test]
fn a_column_becomes_one_of_other_numbers_once_in_a_call() {
    let (table, schema) = table();
    let none = CommitOptions::default();
    let number: Field =
        serde_json::from_value(json!({"name": "n", "type": {"kind": "int"}, "nullable": true})).unwrap();
    table.add_columns(std::slice::from_ref(&number), &none).unwrap();
    let float = |bits| {
        let data_type = DataType::Float { bits };
        Alteration::Alter(Field {
            data_type,
            ..number.clone()
        })
    };
    let refused = table.alter(&[float(32), float(64)], None, &none).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidSchema);
    assert_eq!(
        table.snapshot().unwrap().schema().fields.len(),
        schema.fields.len() + 1
    );
    assert_eq!(table.snapshot().unwrap().version(), 2);
}
