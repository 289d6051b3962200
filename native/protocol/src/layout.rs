use serde_json::{Value as Json, json};
use varve_engine::{Leaving, Result, Schema, Stop, Table};

use crate::database::verified;
use crate::request::{self, parse};
use crate::write::written;

/// Changes the columns.
///
/// # Errors
/// As [`Table::alter`].
pub fn alter(table: &Table, request: &str) -> Result<String> {
    let request: request::Alter = parse(request)?;
    let done = table.alter(&request.steps, request.schema, &request.options.clone().into())?;
    Ok(written(done).to_string())
}

/// Rows, files and bytes.
///
/// # Errors
/// As [`Table::stats`].
pub fn stats(table: &Table) -> Result<String> {
    let stats = table.stats()?;
    let stats = json!({
        "version": stats.version, "oldestVersion": stats.oldest_version, "rows": stats.rows, "deadRows": stats.dead_rows,
        "fragments": stats.fragments, "inlineCommits": stats.inline_commits, "indexes": stats.indexes, "files": stats.files,
        "bytes": stats.bytes, "retentionMs": stats.retention_ms,
    });
    Ok(stats.to_string())
}

/// Checks every byte.
///
/// # Errors
/// As [`Table::verify`].
pub fn verify(table: &Table) -> Result<String> {
    Ok(verified(&table.verify()?).to_string())
}

/// Brings the layout into its best shape, unless it is to stop before.
///
/// # Errors
/// As [`Table::optimize_until`].
pub fn optimize(table: &Table, stop: &Stop) -> Result<String> {
    let done = table.optimize_until(stop)?;
    let done = json!({
        "merged": done.merged, "droppedRows": done.dropped_rows, "indexedRows": done.indexed_rows,
        "removedFiles": done.removed_files,
    });
    Ok(done.to_string())
}

/// What [`optimize`] would remove, and what the retention would end.
///
/// # Errors
/// As [`Table::would_optimize`].
pub fn would_optimize(table: &Table) -> Result<String> {
    let cleanup = table.would_optimize()?;
    let file = |file: &Leaving| {
        json!({
            "folder": file.folder, "name": file.name, "bytes": file.bytes, "why": file.why.as_str(), "afterMs": file.after_ms,
        })
    };
    let files: Vec<Json> = cleanup.files.iter().map(file).collect();
    let bytes: u64 = cleanup.files.iter().map(|file| file.bytes).sum();
    let cleanup = json!({
        "files": files, "bytes": bytes, "rows": cleanup.rows, "versions": cleanup.versions, "oldestVersion": cleanup.oldest,
    });
    Ok(cleanup.to_string())
}

/// Removes rows from every version, and what held them from all files; or says what that would remove.
///
/// # Errors
/// As [`Table::purge`].
pub fn purge(table: &Table, request: &str) -> Result<String> {
    let request: request::Purge = parse(request)?;
    let done = match request.dry_run {
        true => table.would_purge(Some(&request.filter(table.snapshot()?.schema())?))?,
        false => {
            let filter = |schema: &Schema| request.filter(schema);
            table.purge_in_all_lines(&filter, &request.options.clone().into())?
        }
    };
    let done = json!({
        "version": done.version, "committedAt": done.committed_at, "rows": done.rows, "current": done.current,
        "files": done.files, "bytes": done.bytes, "filesLeft": done.left,
    });
    Ok(done.to_string())
}

/// Says how long dead rows are kept.
///
/// # Errors
/// As [`Table::set_retention`].
pub fn set_retention(table: &Table, request: &str) -> Result<String> {
    let request: request::Retention = parse(request)?;
    table.set_retention(request.retention_ms)?;
    Ok(Json::Null.to_string())
}
