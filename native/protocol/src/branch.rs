use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Branch, Database, MergeConflict, Result, Table, Value};

use crate::request::{self, parse};
use crate::write::written;

/// Begins a branch of a line, a table or a branch of it, and opens it.
///
/// # Errors
/// As [`Database::create_branch`].
pub fn create_branch(database: &Database, request: &str) -> Result<Arc<Table>> {
    let request: request::NewBranch = parse(request)?;
    database.create_branch(&request.line, &request.name, request.at.as_ref())
}

/// The branches of a table, by name.
///
/// # Errors
/// As [`Database::branches`].
pub fn branches(database: &Database, table: &str) -> Result<String> {
    let branch = |branch: &Branch| {
        json!({
            "name": branch.name, "from": branch.from, "fromVersion": branch.from_version, "createdAt": branch.created_at,
            "version": branch.version, "committedAt": branch.committed_at,
        })
    };
    let branches: Vec<Json> = database.branches(table)?.iter().map(branch).collect();
    Ok(json!(branches).to_string())
}

/// Removes a branch.
///
/// # Errors
/// As [`Database::delete_branch`].
pub fn delete_branch(database: &Database, request: &str) -> Result<String> {
    let request: request::BranchName = parse(request)?;
    database.delete_branch(&request.line, &request.name)?;
    Ok(Json::Null.to_string())
}

/// Takes over into a line what another one changed since both last met; or says what that would do.
///
/// # Errors
/// As [`Database::merge`].
pub fn merge(database: &Database, request: &str) -> Result<String> {
    let request: request::Merge = parse(request)?;
    let (into, from) = (request.into.clone(), request.from.clone());
    let merged = database.merge(&into, &from, &request.merge()?)?;
    let mut done = written(merged.written);
    if let Some(done) = done.as_object_mut() {
        done.insert("taken".to_owned(), json!(merged.taken));
        let base = json!({ "line": if merged.base.0 { &into } else { &from }, "version": merged.base.1 });
        done.insert("base".to_owned(), base);
        let conflicts: Vec<Json> = merged.conflicts.iter().map(conflict).collect();
        done.insert("conflicts".to_owned(), json!(conflicts));
    }
    Ok(done.to_string())
}

fn conflict(conflict: &MergeConflict) -> Json {
    let key = match &conflict.key {
        Value::Int(key) => json!({ "$int": key.to_string() }),
        Value::Text(key) => json!(key),
        _ => Json::Null,
    };
    json!({
        "key": key, "inBase": conflict.was_there, "inOurs": conflict.in_ours, "inTheirs": conflict.in_theirs,
        "columns": conflict.columns,
    })
}
