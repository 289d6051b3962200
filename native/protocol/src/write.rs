use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Attendant, OnKey, Result, RowChange, Snapshot, Table, Written};

use crate::request::{Write, WriteKind, filter, parse};

/// One commit: rows that are inserted, upserted or updated stand in the batch, rows that are deleted match a filter.
///
/// # Errors
/// As [`Table::insert`], [`Table::replace`], [`Table::update`] and [`Table::delete`]; [`varve_engine::Code::Conflict`] where a column is
/// called otherwise now.
pub fn write(table: &Table, request: &str, batch: Option<&[u8]>) -> Result<String> {
    let change = change(&table.snapshot()?, parse(request)?, batch.unwrap_or_default())?;
    let done = table.change_rows(change)?;
    Ok(written(done).to_string())
}

/// [`write`] without waiting, as [`Table::hand_over_rows`]: who calls must see to it that what is returned attends.
pub fn hand_over(
    table: &Arc<Table>,
    request: String,
    batch: Vec<u8>,
    done: impl FnOnce(Result<String>) + Send + 'static,
) -> Option<Attendant> {
    let request = parse::<Write>(&request);
    let adds = request.as_ref().ok().filter(|request| request.only_adds());
    let adds = adds.map(|_| batch.len());
    let make = move |snapshot: &Snapshot| change(snapshot, request?, &batch);
    table.hand_over_rows(adds, make, move |result| {
        done(result.map(|done| written(done).to_string()))
    })
}

/// What a write changes, as a version has the columns.
fn change(snapshot: &Snapshot, request: Write, batch: &[u8]) -> Result<RowChange> {
    request.check_names(snapshot)?;
    let options = request.options.into();
    match request.kind {
        WriteKind::Insert => RowChange::insert(snapshot.batch(batch)?, OnKey::Refuse, None, options),
        WriteKind::Upsert => {
            let ending = filter(request.ending.as_ref(), snapshot.schema())?;
            RowChange::insert(snapshot.batch(batch)?, OnKey::Replace, ending, options)
        }
        WriteKind::Update => RowChange::update(request.row_ids, snapshot.batch(batch)?, options),
        WriteKind::Delete => {
            let filter = filter(request.filter.as_ref(), snapshot.schema())?;
            Ok(RowChange::delete(filter, options))
        }
    }
}

/// What a write did, as JSON.
pub(crate) fn written(written: Written) -> Json {
    json!({
        "version": written.version, "committedAt": written.committed_at, "inserted": written.inserted,
        "updated": written.updated, "deleted": written.deleted, "unchanged": written.unchanged,
        "deferred": written.deferred,
    })
}
