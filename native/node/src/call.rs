//! The edge between JavaScript and the engine: failures become errors whose message is JSON.

use serde_json::json;
use varve_engine::Error;

/// A failure as JavaScript sees it.
pub(crate) fn thrown(error: &Error) -> napi::Error {
    let place = error.place();
    let message = json!({
        "code": error.code().as_str(),
        "message": error.message(),
        "hint": error.next_step(),
        "where": { "table": place.table, "column": place.column, "row": place.row, "file": place.file },
    });
    napi::Error::from_reason(message.to_string())
}
