//! A host whose thread must not wait asks for an answer within some time. Where the table lies far away there is none, and nothing was
//! asked of the store to find that out.

use std::sync::Arc;

use crate::far::FarStore;
use serde_json::json;
use varve_engine::{Catalog, Database, MemoryStore, Schema, SystemEnvironment, Table};
use varve_protocol::Within;

fn table(store: Arc<dyn Catalog>) -> Arc<Table> {
    let fields = json!({"primaryKey": "id", "fields": [
        {"name": "id", "type": {"kind": "int"}},
        {"name": "body", "type": {"kind": "text"}, "text": {"search": true}},
    ]});
    let schema: Schema = serde_json::from_value(fields).unwrap();
    let database = Database::with(store, Arc::new(SystemEnvironment));
    database.create_table("t", schema).unwrap()
}

#[test]
fn a_read_within_a_time_touches_no_store_that_is_far() {
    let requests = [
        json!({"kind": "count"}),
        json!({"kind": "find", "limit": 1}),
        json!({"kind": "find", "limit": 1, "version": 0}),
        json!({"kind": "search", "search": {"what": {"text": {"query": "words"}}}, "select": ["id"]}),
        json!({"kind": "find", "limit": 1, "version": 0, "during": {"version": 0}}),
    ];
    let store = FarStore::new();
    let (far, near) = (
        table(Arc::new(store.clone())),
        table(Arc::new(MemoryStore::new())),
    );
    store.asked();
    for request in requests {
        let within = Within {
            search_ns: u64::MAX,
            other_ns: u64::MAX,
        };
        let answer = |table: &Table| varve_protocol::read_within(table, &request.to_string(), None, within);
        assert!(answer(&far).unwrap().is_none(), "{request}");
        assert_eq!(store.asked(), [""; 0], "{request}");
        assert!(answer(&near).unwrap().is_some(), "{request}");
    }
}

#[test]
fn a_moment_is_looked_up_at_once_only_where_that_touches_no_store_that_is_far() {
    let store = FarStore::new();
    let (far, near) = (
        table(Arc::new(store.clone())),
        table(Arc::new(MemoryStore::new())),
    );
    store.asked();
    for at in ["null", r#"{"version":0}"#] {
        assert_eq!(varve_protocol::resolve_at_once(&far, at).unwrap(), None, "{at}");
        assert_eq!(store.asked(), [""; 0], "{at}");
        let now = varve_protocol::resolve(&near, at).unwrap();
        assert_eq!(
            varve_protocol::resolve_at_once(&near, at).unwrap(),
            Some(now),
            "{at}"
        );
    }
    let tag = varve_protocol::resolve_at_once(&near, r#"{"tag":"launch"}"#);
    assert_eq!(tag.unwrap(), None, "the file of tags is not read at once");
}
