use serde_json::{Value as Json, json};
use varve_engine::{OnKey, Result, Table, Written};

use crate::request::{Write, WriteKind, filter, parse};

/// One commit: rows that are inserted, upserted or updated stand in the batch, rows that are deleted match a filter.
///
/// # Errors
/// As [`Table::insert`], [`Table::replace`], [`Table::update`] and [`Table::delete`]; [`varve_engine::Code::Conflict`] where a column is
/// called otherwise now.
pub fn write(table: &Table, request: &str, batch: Option<&[u8]>) -> Result<String> {
    let request: Write = parse(request)?;
    request.check_names(table)?;
    let options = request.options.into();
    let rows = batch.unwrap_or_default();
    let done = match request.kind {
        WriteKind::Insert => {
            let (batch, schema) = table.batch(rows)?;
            table.insert(batch, &schema, OnKey::Refuse, &options)?
        }
        WriteKind::Upsert => {
            let (batch, schema) = table.batch(rows)?;
            match filter(request.ending.as_ref(), &schema)? {
                Some(ending) => table.replace(batch, &schema, &ending, &options)?,
                None => table.insert(batch, &schema, OnKey::Replace, &options)?,
            }
        }
        WriteKind::Update => {
            let (batch, schema) = table.batch(rows)?;
            table.update(&request.row_ids, &batch, &schema, &options)?
        }
        WriteKind::Delete => {
            let filter = filter(request.filter.as_ref(), table.snapshot()?.schema())?;
            table.delete(filter.as_ref(), &options)?
        }
    };
    Ok(written(done).to_string())
}

/// What a write did, as JSON.
pub(crate) fn written(written: Written) -> Json {
    json!({
        "version": written.version, "committedAt": written.committed_at, "inserted": written.inserted,
        "updated": written.updated, "deleted": written.deleted, "unchanged": written.unchanged,
        "deferred": written.deferred,
    })
}
