use serde_json::json;
use varve_engine::Error;

/// A failure as JSON: code, message, hint and place. What is not known is null.
#[must_use]
pub fn failure(error: &Error) -> String {
    let place = error.place();
    let failure = json!({
        "code": error.code().as_str(),
        "message": error.message(),
        "hint": error.next_step(),
        "where": { "table": place.table, "column": place.column, "row": place.row, "file": place.file },
    });
    failure.to_string()
}
