use std::sync::Arc;

use serde_json::json;
use varve_engine::{Code, CommitOptions, Database, OnKey, Schema, Value};
use varve_objects::{Bucket, connect};

use crate::store::{Fault, TestStore, keys};
use crate::support::rows::{batch, schema};
use crate::support::world::World;

fn numbers() -> Schema {
    schema(json!({"fields": [{"id": 1, "name": "n", "type": {"kind": "int"}}]}))
}

fn database(bucket: Bucket) -> Database {
    Database::with(Arc::new(bucket), World::at(1))
}

#[test]
fn a_store_that_ignores_conditions_is_refused() {
    let mut store = TestStore::new();
    store.ignores_conditions = true;
    let error = database(store.bucket(&Default::default()))
        .create_table("t", numbers())
        .unwrap_err();
    assert_eq!(error.code(), Code::UnsupportedStore);
    assert!(error.message().contains("If-None-Match"), "{error}");
    assert_eq!(keys(&store), [""; 0]);
}

#[test]
fn what_is_not_allowed_has_written_nothing_and_shows_no_secret() {
    let store = TestStore::failing(|number| (number >= 3).then_some(Fault::Denied));
    let table = database(store.bucket(&Default::default()))
        .create_table("t", numbers())
        .unwrap();
    let error = table
        .insert(
            batch(&numbers(), &[vec![Value::Int(1)]]),
            &numbers(),
            OnKey::Refuse,
            &CommitOptions::default(),
        )
        .unwrap_err();
    assert_eq!(error.code(), Code::AccessDenied);
    assert!(error.message().ends_with("403 AccessDenied."), "{error}");
    assert!(!format!("{error:?} {error}").contains("secret"));
}

#[test]
fn a_bucket_that_cannot_be_reached_is_told_of_the_name_that_was_asked_for() {
    let mut store = TestStore::new();
    store.is_out_of_reach = true;
    let database = database(store.bucket(&Default::default()));
    let errors = [
        database.open_table("docs").map(drop).unwrap_err(),
        database.drop_table("docs").unwrap_err(),
        database.rename_table("docs", "others").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(
            error.message(),
            "Could not list docs.varve/_manifests: error sending request."
        );
    }
}

#[test]
fn an_endpoint_is_an_address_without_a_key() {
    let endpoints = [
        "",
        "x",
        "http://h",
        "https://",
        "https://key:hidden@h",
        "https://h?hidden",
        "https://h/ hidden",
    ];
    for endpoint in endpoints {
        let options = json!({"endpoint": endpoint}).to_string();
        let error = connect("s3://bucket", &options).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(!format!("{error:?} {error}").contains("hidden"));
    }
}

#[test]
fn nothing_secret_is_shown_of_a_bucket() {
    let options = json!({
        "region": "eu-west-1",
        "endpoint": "http://127.0.0.1:1",
        "allowHttp": true,
        "credentials": {"accessKeyId": "hidden-id", "secretAccessKey": "hidden-key", "sessionToken": "hidden-token"},
    });
    let bucket = connect("s3://bucket/prefix", &options.to_string()).unwrap();
    assert_eq!(
        format!("{bucket:?}"),
        "Bucket(\"s3://bucket/prefix http://127.0.0.1:1\")"
    );
    // Whoever gives another provider's keys is told which are wanted, and not what was given.
    for (address, wanted) in [
        ("gs://bucket", "serviceAccountKey"),
        ("az://bucket", "accountKey or sasToken"),
    ] {
        let error = connect(address, &options.to_string()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains(wanted), "{error}");
        assert!(!format!("{error:?} {error}").contains("hidden"));
    }
}
