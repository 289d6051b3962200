use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Copied, CopyProgress, Database, Error, Result, Stop, Table, Verified, Warning};

use crate::failure::failed;
use crate::request::{self, parse};

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

/// Copies tables to another database, unless it is to stop before; `report` is told how far it has come.
///
/// # Errors
/// As [`Database::backup`]; why single tables were not copied stands in the answer.
pub fn backup(
    database: &Database,
    target: &Database,
    request: &str,
    stop: &Stop,
    report: &dyn Fn(&CopyProgress),
) -> Result<String> {
    let request: request::Backup = parse(request)?;
    let backup = database.backup(target, request.tables.as_deref(), stop, report)?;
    let table = |table: &Copied| {
        json!({
            "name": table.name, "version": table.version, "files": table.files, "bytes": table.bytes,
            "copiedFiles": table.copied_files, "copiedBytes": table.copied_bytes,
        })
    };
    let tables: Vec<Json> = backup.tables.iter().map(table).collect();
    let failures: Vec<Json> = backup.failed.iter().map(failed).collect();
    Ok(json!({ "tables": tables, "failed": failures }).to_string())
}

/// How far a copy has come, as JSON.
#[must_use]
pub fn copy_progress(progress: &CopyProgress) -> String {
    let progress = json!({
        "table": progress.table, "files": progress.files, "totalFiles": progress.total_files,
        "bytes": progress.bytes, "totalBytes": progress.total_bytes,
    });
    progress.to_string()
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
