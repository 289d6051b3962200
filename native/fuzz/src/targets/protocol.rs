//! Requests of a binding: each input is asked of everything that takes one.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use varve_engine::{
    Batch, ColumnBuilder, CommitOptions, Database, OnKey, Result, Schema, Stop, Table, Value,
};
use varve_protocol as protocol;

/// The table of the page about the protocol, with two rows.
fn table() -> Result<(Database, Arc<Table>)> {
    let schema = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "text"}},
        {"name": "title", "type": {"kind": "text"}, "nullable": true},
        {"name": "views", "type": {"kind": "int"}, "nullable": true},
        {"name": "near", "type": {"kind": "vector", "dimensions": 2}, "nullable": true, "embed": {"sources": ["title"]}},
    ]});
    let schema: Schema = serde_json::from_value(schema).unwrap();
    let database = Database::connect("memory:")?;
    let table = database.create_table("docs", schema)?;
    let schema = Arc::clone(table.snapshot()?.schema());
    for (key, views) in [("a", 1), ("b", i64::MAX)] {
        let near = [1.0_f32, 0.5].iter().flat_map(|x| x.to_le_bytes()).collect();
        let text = |text: &str| Value::Text(text.to_owned());
        let row = [text(key), text("é b"), Value::Int(views), Value::Bytes(near)];
        let mut columns = Vec::new();
        for (field, value) in schema.fields.iter().zip(&row) {
            let mut builder = ColumnBuilder::new(&field.data_type);
            builder.push(value)?;
            columns.push((field.id, builder.finish()));
        }
        let batch = Batch::new(1, columns);
        table.insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())?;
    }
    Ok((database, table))
}

/// A request. Where one fails, the failure is told as JSON.
pub(super) fn run(input: &[u8]) -> bool {
    let Ok(request) = std::str::from_utf8(input) else {
        return false;
    };
    let (database, table) = table().unwrap();
    let vector = [0.5_f32, -1.0];
    let mut taken = false;
    let mut told = |failure: Option<varve_engine::Error>| match failure {
        None => taken = true,
        Some(error) => {
            let told: serde_json::Value = serde_json::from_str(&protocol::failure(&error)).unwrap();
            assert!(told["code"].is_string());
        }
    };
    told(protocol::read_page(&table, request, None).err());
    told(protocol::read_page(&table, request, Some(&vector)).err());
    told(protocol::read_arrow(&table, request, Some(&vector)).err());
    told(protocol::explain(&table, request, Some(&vector)).err());
    told(protocol::aggregate(&table, request).err());
    told(protocol::resolve(&table, request).err());
    told(protocol::history(&table, request).err());
    told(protocol::diff(&table, request).err());
    told(
        protocol::scan(&table, request)
            .and_then(|mut pages| pages.next_page(&table).map(|_| ()))
            .err(),
    );
    plain(&table, request, &vector, &mut told);
    told(protocol::create_table(&database, "other", request).err());
    told(
        protocol::stage(&table, request, None)
            .and_then(|mut draft| draft.commit(None).map(|_| ()))
            .err(),
    );
    told(
        protocol::reembed(&table, request)
            .and_then(|mut vectors| vectors.next(9).map(|_| ()))
            .err(),
    );
    told(protocol::write(&table, request, None).err());
    told(protocol::tag(&table, request).err());
    told(protocol::delete_tag(&table, request).err());
    told(protocol::alter(&table, request).err());
    told(protocol::restore(&table, request).err());
    told(protocol::set_retention(&table, request).err());
    protocol::info(&table).unwrap();
    protocol::tags(&table).unwrap();
    protocol::optimize(&table, &Stop::default()).unwrap();
    let verified: serde_json::Value = serde_json::from_str(&protocol::verify(&table).unwrap()).unwrap();
    assert!(
        verified["problems"].as_array().is_some_and(Vec::is_empty),
        "{verified}"
    );
    taken
}

/// What people write: what it becomes is asked.
fn plain(table: &Table, request: &str, vector: &[f32], told: &mut impl FnMut(Option<varve_engine::Error>)) {
    told(protocol::plain_point(request).err());
    let read = protocol::plain_read(table, request);
    told(
        read.and_then(|request| protocol::read_arrow(table, &request, None))
            .err(),
    );
    let diff = protocol::plain_diff(table, request);
    told(
        diff.and_then(|request| protocol::diff_arrow(table, &request))
            .err(),
    );
    told(protocol::plain_write(table, request).err());
    let planned = protocol::plain_search(table, request).map(|planned| {
        let planned: serde_json::Value = serde_json::from_str(&planned).unwrap();
        planned["request"].to_string()
    });
    told(
        planned
            .and_then(|request| protocol::read_arrow(table, &request, Some(vector)))
            .err(),
    );
}

/// The requests of the page about the protocol.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("```json request\n").skip(1);
    let requests = blocks.filter_map(|block| block.split("```").next());
    requests
        .map(|request| request.trim().as_bytes().to_vec())
        .collect()
}
