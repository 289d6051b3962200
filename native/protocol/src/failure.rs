use serde_json::{Value as Json, json};
use varve_engine::Error;

/// A failure as JSON: code, message, hint and place. What is not known is null.
#[must_use]
pub fn failure(error: &Error) -> String {
    failed(error).to_string()
}

/// A failure among other things.
pub(crate) fn failed(error: &Error) -> Json {
    let place = error.place();
    json!({
        "code": error.code().as_str(),
        "message": error.message(),
        "hint": error.next_step(),
        "where": { "table": place.table, "column": place.column, "row": place.row, "file": place.file },
    })
}
