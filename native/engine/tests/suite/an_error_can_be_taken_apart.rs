//! The text of an error is its code, its message and its next step.

use varve_engine::{Database, Error, Schema};

fn schema() -> Schema {
    serde_json::from_str(r#"{ "fields": [{ "name": "id", "type": { "kind": "text" } }] }"#).unwrap()
}

#[test]
fn an_error_can_be_taken_apart() {
    let error: Error = Database::connect("memory:")
        .and_then(|database| database.open_table("docs"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{}: {} {}",
            error.code().as_str(),
            error.message(),
            error.next_step().unwrap()
        )
    );
}

#[test]
fn it_keeps_what_the_operating_system_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let path = file.join("database");
    let error = Database::connect(path.to_str().unwrap())
        .and_then(|database| database.create_table("docs", schema()))
        .unwrap_err();
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
    assert_eq!(
        source.map(std::io::Error::kind),
        Some(std::io::ErrorKind::NotADirectory)
    );
    let unknown = Database::connect("memory:")
        .and_then(|database| database.open_table("docs"))
        .unwrap_err();
    assert!(std::error::Error::source(&unknown).is_none(), "{unknown}");
}
