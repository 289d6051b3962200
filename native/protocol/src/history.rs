use serde_json::{Value as Json, json};
use varve_engine::{AsOf, Beside, Commit, Difference, Field, Picked, Pin, Raw, Result, Snapshot, Table, Tag};

use crate::page::Page;
use crate::request::{self, filter, parse};
use crate::write::written;

/// Name, incarnation, version, dates and schema of now.
///
/// # Errors
/// As [`Table::snapshot`].
pub fn info(table: &Table) -> Result<String> {
    let snapshot = table.snapshot()?;
    let mut info = moment(table, &snapshot)?;
    if let Some(info) = info.as_object_mut() {
        info.insert("name".to_owned(), json!(table.name()));
        info.insert("incarnation".to_owned(), json!(table.incarnation()));
    }
    Ok(info.to_string())
}

/// The version that a point in the history means, with its dates and its schema; `null` means now.
///
/// # Errors
/// As [`Table::as_of`].
pub fn resolve(table: &Table, at: &str) -> Result<String> {
    let snapshot = match parse::<Option<AsOf>>(at)? {
        Some(at) => table.as_of(&at)?,
        None => table.snapshot()?,
    };
    Ok(moment(table, &snapshot)?.to_string())
}

/// [`resolve`] for hosts with a thread that must not wait: `None` for a tag, whose file has to be read, and where the table lies far away,
/// which is then not asked for anything.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_at_once(table: &Table, at: &str) -> Result<Option<String>> {
    let snapshot = match parse::<Option<AsOf>>(at)? {
        Some(AsOf::Tag(_)) => None,
        Some(at) => table.as_of_at_once(&at)?,
        None => table.snapshot_at_once()?,
    };
    let resolved = snapshot.map(|snapshot| moment(table, &snapshot));
    Ok(resolved.transpose()?.map(|moment| moment.to_string()))
}

/// Commits, the newest first.
///
/// # Errors
/// As [`Table::history`].
pub fn history(table: &Table, request: &str) -> Result<String> {
    let request: request::History = parse(request)?;
    let tags = table.tags()?;
    let commits = table.history(request.limit.unwrap_or(usize::MAX), request.before)?;
    let commits: Vec<Json> = commits.iter().map(|entry| commit(entry, &tags)).collect();
    Ok(json!(commits).to_string())
}

/// What differs between two versions: the rows that were added, those that were removed, those that changed as they were and as they
/// became. Behind the page stands how many of each of the three.
///
/// # Errors
/// As [`Table::as_of`] and [`Snapshot::diff`].
pub fn diff(table: &Table, request: &str) -> Result<Page> {
    let request: request::Diff = parse(request)?;
    let (difference, fields) = difference(table, &request)?;
    let parts = [
        &difference.added,
        &difference.removed,
        &difference.before,
        &difference.after,
    ];
    let mut page = Page::of(&parts, &fields, &request.bigints)?;
    let counts = [&difference.added, &difference.removed, &difference.after];
    page.numbers.extend(counts.iter().map(|part| part.len() as f64));
    Ok(page)
}

/// [`diff`] as four Arrow IPC streams.
///
/// # Errors
/// As [`diff`].
pub fn diff_arrow(table: &Table, request: &str) -> Result<[Vec<u8>; 4]> {
    let (difference, _) = difference(table, &parse(request)?)?;
    let stream = |part: &Picked| part.arrow_stream(Beside::default());
    Ok([
        stream(&difference.added)?,
        stream(&difference.removed)?,
        stream(&difference.before)?,
        stream(&difference.after)?,
    ])
}

fn difference(table: &Table, request: &request::Diff) -> Result<(Difference, Vec<Field>)> {
    let from = table.as_of(&request.from)?;
    let to = request
        .to
        .as_ref()
        .map_or_else(|| table.snapshot(), |at| table.as_of(at))?;
    let (earlier, later) = if from.version() > to.version() {
        (&to, &from)
    } else {
        (&from, &to)
    };
    let fields = request.select.fields_of_either(later, earlier)?;
    let filter = filter(request.filter.as_ref(), later.schema())?;
    let difference = table.or_outdated(&from, from.diff(&to, filter.as_ref(), &fields))?;
    Ok((difference, fields))
}

/// Gives a version a name; says which.
///
/// # Errors
/// As [`Table::tag`].
pub fn tag(table: &Table, request: &str) -> Result<String> {
    let request: request::NewTag = parse(request)?;
    let snapshot = request
        .at
        .map_or_else(|| table.snapshot(), |at| table.as_of(&at))?;
    Ok(json!(table.tag(&request.name, &snapshot)?).to_string())
}

/// All tags.
///
/// # Errors
/// As [`Table::tags`].
pub fn tags(table: &Table) -> Result<String> {
    Ok(json!(table.tags()?).to_string())
}

/// Removes a tag. The name is no JSON.
///
/// # Errors
/// As [`Table::delete_tag`].
pub fn delete_tag(table: &Table, name: &str) -> Result<String> {
    table.delete_tag(name)?;
    Ok(Json::Null.to_string())
}

/// Keeps a version readable for a while, whatever the retention says; says what the pin is renewed and removed by.
///
/// # Errors
/// As [`Table::as_of`] and [`Table::pin`].
pub fn pin(table: &Table, request: &str) -> Result<String> {
    let request: request::NewPin = parse(request)?;
    let snapshot = request
        .at
        .map_or_else(|| table.snapshot(), |at| table.as_of(&at))?;
    Ok(pinned(&table.pin(&snapshot, request.for_ms)?))
}

/// Keeps a pinned version for so long from now. The pin has another id afterwards.
///
/// # Errors
/// As [`Table::renew`].
pub fn renew_pin(table: &Table, request: &str) -> Result<String> {
    let request: request::Renewal = parse(request)?;
    let pin = Pin {
        id: request.id,
        version: request.version,
        until: 0,
    };
    Ok(pinned(&table.renew(&pin, request.for_ms)?))
}

/// Ends a pin. The id is no JSON.
///
/// # Errors
/// As [`Table::unpin`].
pub fn unpin(table: &Table, id: &str) -> Result<String> {
    table.unpin(id)?;
    Ok(Json::Null.to_string())
}

fn pinned(pin: &Pin) -> String {
    json!({ "id": pin.id, "version": pin.version, "until": pin.until }).to_string()
}

/// Makes the table what it was.
///
/// # Errors
/// As [`Table::restore`].
pub fn restore(table: &Table, request: &str) -> Result<String> {
    let request: request::Restore = parse(request)?;
    let done = table.restore(&table.as_of(&request.at)?, &request.options.into())?;
    Ok(written(done).to_string())
}

fn moment(table: &Table, snapshot: &Snapshot) -> Result<Json> {
    let commit = table.commit_of(snapshot)?;
    let commit = commit.as_ref().map(Raw::get);
    Ok(json!({
        "version": snapshot.version(),
        "oldestVersion": snapshot.oldest_version(),
        "committedAt": commit.map(|commit| commit.committed_at),
        "effectiveAt": commit.and_then(|commit| commit.effective_at),
        "schema": **snapshot.schema(),
    }))
}

fn commit(entry: &Raw<Commit>, tags: &[Tag]) -> Json {
    let commit = entry.get();
    let tags: Vec<&str> = tags
        .iter()
        .filter(|tag| tag.version == commit.version)
        .map(|tag| tag.name.as_str())
        .collect();
    let merged = commit
        .merged
        .as_ref()
        .map(|point| json!({ "branch": point.branch, "version": point.version }));
    json!({
        "version": commit.version, "committedAt": commit.committed_at, "clock": commit.clock,
        "effectiveAt": commit.effective_at, "operation": commit.operation,
        "inserted": commit.inserted, "updated": commit.updated, "deleted": commit.deleted,
        "purged": commit.purged, "merged": merged,
        "message": commit.message, "properties": commit.properties, "tags": tags,
    })
}
