use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Database, Error, Result, Table, Verified, Warning};

use crate::request::parse;

/// Creates a table; the schema is JSON.
///
/// # Errors
/// As [`Database::create_table`].
pub fn create_table(database: &Database, name: &str, schema: &str) -> Result<Arc<Table>> {
    database.create_table(name, parse(schema)?)
}

/// Checks every byte of a table, as JSON; it need not open.
///
/// # Errors
/// As [`Database::verify_table`].
pub fn verify_table(database: &Database, name: &str) -> Result<String> {
    Ok(verified(&database.verify_table(name)?).to_string())
}

/// What a check of all files found, as JSON.
pub(crate) fn verified(verified: &Verified) -> Json {
    let problem = |error: &Error| json!({ "file": error.place().file, "message": error.message() });
    let problems: Vec<Json> = verified.problems.iter().map(problem).collect();
    let warning = |warning: &Warning| json!({ "message": warning.message, "hint": warning.hint });
    let warnings: Vec<Json> = verified.warnings.iter().map(warning).collect();
    json!({
        "ok": problems.is_empty(), "files": verified.files, "bytes": verified.bytes, "problems": problems,
        "warnings": warnings,
    })
}
