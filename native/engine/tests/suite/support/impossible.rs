//! Manifests that no writer makes.

use serde_json::{Value as Json, json};

use super::everything::NOW;

/// Places in a manifest of everything, each with what cannot stand there.
pub(crate) fn impossible_manifests() -> Vec<(String, Json)> {
    let column = "/fragments/0/groups/0/columns/0";
    let changes = [
        ("/format", json!(2)),
        ("/readerFeatures", json!(["teleport"])),
        ("/version", json!(u64::MAX)),
        ("/oldest", json!(50)),
        ("/schema", json!(50)),
        ("/schemas/0/fields/0/name", json!("_")),
        ("/schemas/1/id", json!(0)),
        ("/schemas/1/fields/0/id", json!(0)),
        ("/schemas/0/fields/0/type", json!({"kind": "json"})),
        ("/schemas/2/fields/11/default", json!("x")),
        ("/fragments/0/rows", json!([])),
        ("/fragments/0/groups", json!([])),
        ("/fragments/0/groups/0/file", json!("../x")),
        ("/fragments/0/groups/0/columns", json!([])),
        ("/fragments/0/groups/0/checksums", json!(1 << 30)),
        ("/fragments/0/groups/0/keys", json!([0, 3])),
        (&format!("{column}/buffers"), json!([])),
        (&format!("{column}/buffers/1"), json!([0, 3])),
        (&format!("{column}/buffers/1"), json!([1 << 30, 1 << 30])),
        ("/inline/0/first", json!(0)),
        ("/inline/0/columns", json!([])),
        ("/inline/0/columns/0/1/0", json!(7)),
        ("/log/tail/0/version", json!(1)),
        ("/log/tail/0/schema", json!(70)),
        ("/log/levels/0/0/lastAt", json!(NOW + 1)),
        ("/log/levels/0/0/lastAt", json!(NOW + 100)),
        ("/log/levels/0/0/last", json!(3)),
        ("/purge", json!({"sequence": u64::MAX})),
        (
            "/retired",
            json!([{"directory": "/", "file": "etc", "sequence": 1}]),
        ),
    ];
    changes
        .into_iter()
        .map(|(place, value)| (place.to_owned(), value))
        .collect()
}
