//! What a purge by key reads.

use std::sync::Arc;

use serde_json::json;
use varve_engine::{Code, Database, Filter, MemoryStore, OnKey, Store, Value};

use super::{NOW, none};
use crate::support::everything::replace;
use crate::support::rows::{batch, schema};
use crate::support::world::World;

/// Fragments that hold no row of a key are not read for it.
#[test]
fn a_purge_by_key_reads_no_other_keys() {
    let store = MemoryStore::new();
    let schema = schema(json!({"primaryKey": "n", "fields": [
        {"id": 1, "name": "n", "type": {"kind": "int"}},
    ]}));
    let database = Database::with(Arc::new(store.clone()), World::at(NOW));
    let table = database.create_table("numbers", schema.clone()).unwrap();
    let insert = |first: i64| {
        let rows: Vec<Vec<Value>> = (0..20_000).map(|n| vec![Value::Int(2 * n + first)]).collect();
        table
            .insert(batch(&schema, &rows), &schema, OnKey::Refuse, &none())
            .unwrap();
    };
    insert(0);
    let (path, mut bytes) = {
        let data = store.list("numbers.varve/data").unwrap();
        let path = format!("numbers.varve/data/{}", data[0].name);
        let bytes = store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
        (path, bytes)
    };
    insert(1);
    // In the middle of the keys.
    let place = [20_000_i64, 20_002].map(i64::to_le_bytes).concat();
    let at = bytes.windows(16).position(|part| part == place).unwrap();
    bytes[at] ^= 1;
    replace(&store, &path, &bytes);
    let table = Database::with(Arc::new(store), World::at(NOW))
        .open_table("numbers")
        .unwrap();
    let by = |json: serde_json::Value| Filter::parse(&json, &schema).unwrap();
    let odd = by(json!({"op": "in", "column": ["n"], "values": [20_001, 7, 99_999]}));
    assert_eq!(table.purge(Some(&odd), &none()).unwrap().rows, 2);
    let one = by(json!({"op": "eq", "column": ["n"], "value": 9}));
    assert_eq!(table.purge(Some(&one), &none()).unwrap().rows, 1);
    let range = by(json!({"op": "lt", "column": ["n"], "value": 30_000}));
    assert_eq!(
        table.purge(Some(&range), &none()).unwrap_err().code(),
        Code::Corrupt
    );
}
