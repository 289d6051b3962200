//! What a read gives as Arrow a draft takes as Arrow.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{ArrowStream, Batch, ColumnBuilder, CommitOptions, Database, OnKey, Schema, Table, Value};

fn table(database: &Database, name: &str) -> Arc<Table> {
    let fields = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "title", "type": {"kind": "text"}, "nullable": true},
    ]});
    let schema: Schema = serde_json::from_value(fields).unwrap();
    database.create_table(name, schema).unwrap()
}

#[test]
fn arrow_goes_in_as_it_came_out() {
    let database = Database::connect("memory:").unwrap();
    let (from, to) = (table(&database, "from"), table(&database, "to"));
    let schema = Arc::clone(from.snapshot().unwrap().schema());
    let values = [
        [Value::Int(1), Value::Int(2)],
        [Value::Text("é".to_owned()), Value::Null],
    ];
    let columns = schema.fields.iter().zip(&values).map(|(field, values)| {
        let mut builder = ColumnBuilder::new(&field.data_type);
        values.iter().for_each(|value| builder.push(value).unwrap());
        (field.id, builder.finish())
    });
    let options = CommitOptions::default();
    let batch = Batch::new(2, columns.collect());
    from.insert(batch, &schema, OnKey::Refuse, &options).unwrap();
    let find = r#"{ "kind": "find", "select": ["id", "title"] }"#;
    let mut bytes = varve_protocol::read_arrow(&from, find, None).unwrap();
    bytes.extend_from_slice(ArrowStream::END);

    let mut draft = varve_protocol::stage(&to, r#"{ "kind": "insert" }"#, None).unwrap();
    draft.add_arrow(&bytes).unwrap();
    assert!(draft.commit(None).unwrap().unwrap().contains(r#""inserted":2"#));
    let page = |table: &Table| varve_protocol::read_page(table, find, None).unwrap();
    assert_eq!(page(&to).numbers, page(&from).numbers);
    assert_eq!(page(&to).text, page(&from).text);

    let mut draft = varve_protocol::stage(&to, r#"{ "kind": "insert" }"#, None).unwrap();
    let again = draft
        .add_arrow(&bytes)
        .and_then(|()| draft.commit(None))
        .unwrap_err();
    assert!(again.to_string().starts_with("DUPLICATE_KEY"), "{again}");

    let mut draft = varve_protocol::stage(&to, r#"{ "kind": "insert" }"#, None).unwrap();
    let cut = draft.add_arrow(&bytes[..30]).unwrap_err();
    assert!(cut.to_string().starts_with("INVALID_ARGUMENT"), "{cut}");
}
