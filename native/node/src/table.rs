use std::sync::Arc;

use napi::bindgen_prelude::{Float64ArraySlice, Uint8Array};
use napi_derive::napi;
use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Beside, Code, Commit, Error, Lifetime, OnKey, Picked, Raw, Reembed, Result, Schema, Snapshot,
    Stage, Table, Tag, Update, Verified, Warning, Written,
};

use crate::call::thrown;
use crate::opened::Opened;
use crate::page::{NativePage, Page, is_blob};
use crate::reembed::NativeReembed;
use crate::request::{self, Read, ReadKind, Write, WriteKind, read};
use crate::scan::NativeScan;
use crate::work::Work;
use crate::writer::{Draft, NativeWriter};

/// Work that settles with text.
pub(crate) type TextWork = Work<String, String>;
/// Work that settles with rows.
pub(crate) type PageWork = Work<Page, NativePage>;

/// A read predicted to take longer does not run on JavaScript's thread.
const INSIDE_CALL_NS: u64 = 300_000;
/// The same for a search beside which no other is under way: a hop to a thread and back was measured to take 65 us, and nobody
/// waits.
const ALONE_NS: u64 = 500_000;
/// So many rows are found by their keys on JavaScript's thread.
const KEYS_INSIDE_CALL: usize = 32;

/// A table.
#[napi]
pub struct NativeTable {
    opened: Arc<Opened>,
}

impl From<Arc<Opened>> for NativeTable {
    /// Called on JavaScript's thread, whose environment ends what is under way when it ends.
    fn from(opened: Arc<Opened>) -> Self {
        opened.end_with_environment();
        Self { opened }
    }
}

impl NativeTable {
    fn later<T: 'static, J>(
        &self,
        call: impl FnOnce(&Arc<Table>) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let opened = Arc::clone(&self.opened);
        Work::new(move || opened.run(call), convert)
    }

    fn text_later(&self, call: impl FnOnce(&Arc<Table>) -> Result<Json> + Send + 'static) -> TextWork {
        self.later(move |table| Ok(call(table)?.to_string()), |text| text)
    }

    /// A write, followed by upkeep where it is due.
    fn write_later(&self, call: impl FnOnce(&Arc<Table>) -> Result<Written> + Send + 'static) -> TextWork {
        let opened = Arc::clone(&self.opened);
        self.text_later(move |table| {
            let done = written(call(table)?);
            opened.committed(table);
            Ok(done)
        })
    }
}

#[napi]
impl NativeTable {
    /// Name, incarnation, version, date and schema of now, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn info(&self) -> TextWork {
        self.text_later(|table| {
            let snapshot = table.snapshot()?;
            let mut info = moment(table, &snapshot)?;
            if let Some(info) = info.as_object_mut() {
                info.insert("name".to_owned(), json!(table.name()));
                info.insert("incarnation".to_owned(), json!(table.incarnation()));
            }
            Ok(info)
        })
    }

    /// The version that a moment means, with its dates and its schema.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn resolve(&self, at: String) -> TextWork {
        self.text_later(move |table| {
            let snapshot = table.as_of(&read::<AsOf>(&at)?)?;
            moment(table, &snapshot)
        })
    }

    /// Answers inside the call: numbers into `scratch`, the text returned. Null: ask `readPage`. `alone`: the caller has no other
    /// search under way.
    #[napi]
    pub fn read_fast(
        &self,
        request: String,
        vector: Option<&[f32]>,
        mut scratch: Float64ArraySlice<'_>,
        alone: bool,
    ) -> napi::Result<Option<String>> {
        let page = self.opened.run(|table| {
            let request: Read = read(&request)?;
            let snapshot = request.snapshot(table)?;
            let most_ns = if alone { ALONE_NS } else { INSIDE_CALL_NS };
            quick_answer(table, &request, &snapshot, vector, most_ns)
        });
        let page = page.map_err(|error| thrown(&error))?;
        let Some((numbers, text)) = page.map(Page::into_parts) else {
            return Ok(None);
        };
        // SAFETY: the array is JavaScript's; nothing else touches it while this call runs on JavaScript's thread.
        let target = unsafe { scratch.as_mut() };
        let Some(target) = target.get_mut(..numbers.len()) else {
            return Ok(None);
        };
        target.copy_from_slice(&numbers);
        Ok(Some(text))
    }

    /// The rows of any read.
    #[napi(ts_return_type = "Promise<NativePage>")]
    pub fn read_page(&self, request: String, vector: Option<&[f32]>) -> PageWork {
        let vector = vector.map(<[f32]>::to_vec);
        self.later(
            move |table| {
                let request: Read = read(&request)?;
                let snapshot = request.snapshot(table)?;
                answer(table, &request, &snapshot, vector.as_deref())
            },
            NativePage::from,
        )
    }

    /// The rows of a find or a search as an Arrow IPC stream.
    #[napi(ts_return_type = "Promise<Uint8Array>")]
    pub fn read_arrow(&self, request: String, vector: Option<&[f32]>) -> Work<Vec<u8>, Uint8Array> {
        let vector = vector.map(<[f32]>::to_vec);
        self.later(
            move |table| {
                let request: Read = read(&request)?;
                let snapshot = request.snapshot(table)?;
                let picked = pick(&request, &snapshot, vector.as_deref())?;
                let lifetimes = lifetimes(table, &request, &picked)?;
                picked.arrow_stream(Beside {
                    scored: request.kind == ReadKind::Search,
                    lifetimes: lifetimes.as_deref(),
                })
            },
            Uint8Array::new,
        )
    }

    /// Starts a scan.
    #[napi(ts_return_type = "Promise<NativeScan>")]
    pub fn scan(&self, request: String) -> Work<NativeScan, NativeScan> {
        let opened = Arc::clone(&self.opened);
        let start = move |table: &Arc<Table>| {
            let request: Read = read(&request)?;
            let snapshot = request.snapshot(table)?;
            let (filter, fields) = (request.filter(&snapshot)?, request.fields(&snapshot)?);
            let scan = snapshot.scan(filter, fields, request.batch_rows.unwrap_or(1024));
            Ok(NativeScan::new(scan, request.bigints, opened))
        };
        self.later(start, |scan| scan)
    }

    /// One commit.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn write(&self, request: String, batch: Option<&[u8]>) -> TextWork {
        let batch = batch.map(<[u8]>::to_vec);
        self.write_later(move |table| {
            let request: Write = read(&request)?;
            request.check_names(table)?;
            let options = request.options.into();
            let rows = batch.as_deref().unwrap_or_default();
            match request.kind {
                WriteKind::Insert => {
                    let (batch, schema) = table.batch(rows)?;
                    table.insert(batch, &schema, OnKey::Refuse, &options)
                }
                WriteKind::Upsert => {
                    let (batch, schema) = table.batch(rows)?;
                    match request::filter(request.ending.as_ref(), &schema)? {
                        Some(ending) => table.replace(batch, &schema, &ending, &options),
                        None => table.insert(batch, &schema, OnKey::Replace, &options),
                    }
                }
                WriteKind::Update => {
                    let (batch, schema) = table.batch(rows)?;
                    table.update(&request.row_ids, &batch, &schema, &options)
                }
                WriteKind::Delete => {
                    let filter = request::filter(request.filter.as_ref(), table.snapshot()?.schema())?;
                    table.delete(filter.as_ref(), &options)
                }
            }
        })
    }

    /// Starts a write that is told more before it is committed: of rows in several batches, or an update of the rows that match a
    /// filter, with a batch of one row for what is set to constants.
    #[napi(ts_return_type = "Promise<NativeWriter>")]
    pub fn stage(&self, request: String, constants: Option<&[u8]>) -> Work<NativeWriter, NativeWriter> {
        let (opened, constants) = (Arc::clone(&self.opened), constants.map(<[u8]>::to_vec));
        let start = move |table: &Arc<Table>| {
            let request: Write = read(&request)?;
            request.check_names(table)?;
            let draft = match request.kind {
                WriteKind::Insert => rows(table, &request, OnKey::Refuse)?,
                WriteKind::Upsert => rows(table, &request, OnKey::Replace)?,
                WriteKind::Update => update(table, &request, constants.as_deref())?,
                WriteKind::Delete => return Err(Error::internal("a delete that is told more")),
            };
            let options = request.options.into();
            table.check_version(&options)?;
            Ok(NativeWriter::new(draft, options, opened))
        };
        self.later(start, |writer| writer)
    }

    /// Starts to put new vectors in the place of a column's, or into a new column.
    #[napi(ts_return_type = "Promise<NativeReembed>")]
    pub fn reembed(&self, request: String) -> Work<NativeReembed, NativeReembed> {
        let opened = Arc::clone(&self.opened);
        let start = move |table: &Arc<Table>| {
            let request: request::NewVectors = read(&request)?;
            let start = if request.adding {
                Reembed::adding
            } else {
                Reembed::new
            };
            let (sources, options) = (request.sources, request.options.into());
            table.check_version(&options)?;
            let reembed = start(Arc::clone(table), request.field)?;
            Ok(NativeReembed::new(reembed, sources, options, opened))
        };
        self.later(start, |reembed| reembed)
    }

    /// Commits, the newest first, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn history(&self, request: String) -> TextWork {
        self.text_later(move |table| {
            let request: request::History = read(&request)?;
            let tags = table.tags()?;
            let commits = table.history(request.limit.unwrap_or(usize::MAX), request.before)?;
            let commits: Vec<Json> = commits.iter().map(|entry| commit(entry, &tags)).collect();
            Ok(json!(commits))
        })
    }

    /// What differs between two versions.
    #[napi(ts_return_type = "Promise<NativePage>")]
    pub fn diff(&self, request: String) -> PageWork {
        self.later(move |table| diff(table, &read(&request)?), NativePage::from)
    }

    /// Gives a version a name.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn tag(&self, request: String) -> TextWork {
        self.text_later(move |table| {
            let request: request::NewTag = read(&request)?;
            let snapshot = request
                .at
                .map_or_else(|| table.snapshot(), |at| table.as_of(&at))?;
            Ok(json!(table.tag(&request.name, &snapshot)?))
        })
    }

    /// All tags, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn tags(&self) -> TextWork {
        self.text_later(|table| Ok(json!(table.tags()?)))
    }

    /// Removes a tag.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn delete_tag(&self, name: String) -> TextWork {
        self.text_later(move |table| table.delete_tag(&name).map(|()| Json::Null))
    }

    /// Makes the table what it was.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn restore(&self, request: String) -> TextWork {
        self.write_later(move |table| {
            let request: request::Restore = read(&request)?;
            table.restore(&table.as_of(&request.at)?, &request.options.into())
        })
    }

    /// Changes the columns.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn alter(&self, request: String) -> TextWork {
        self.write_later(move |table| {
            let request: request::Alter = read(&request)?;
            table.alter(&request.steps, request.schema, &request.options.into())
        })
    }

    /// Rows, files and bytes, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn stats(&self) -> TextWork {
        self.text_later(|table| {
            let stats = table.stats()?;
            Ok(json!({
                "version": stats.version, "oldestVersion": stats.oldest_version, "rows": stats.rows, "deadRows": stats.dead_rows,
                "fragments": stats.fragments, "inlineCommits": stats.inline_commits, "indexes": stats.indexes, "files": stats.files, "bytes": stats.bytes,
                "retentionMs": stats.retention_ms,
            }))
        })
    }

    /// What a search would read, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn explain(&self, request: String, vector: Option<&[f32]>) -> TextWork {
        let vector = vector.map(<[f32]>::to_vec);
        self.text_later(move |table| {
            let request: Read = read(&request)?;
            let snapshot = request.snapshot(table)?;
            let field = request.vector_field(&snapshot)?;
            let filter = request.filter(&snapshot)?;
            let vector = vector.unwrap_or_default();
            let search = request.search(field, &vector, filter.as_ref());
            let explained = if request.finds_keys() {
                snapshot.explain_keys(&search)?
            } else {
                snapshot.explain(&search)?
            };
            let mut json = json!({
                "version": explained.version, "exact": explained.exact, "recall": explained.recall,
                "segments": explained.segments, "rows": explained.rows, "candidates": explained.candidates,
                "bytes": explained.bytes, "indexes": explained.indexes, "lists": explained.lists,
                "scanned": explained.scanned, "refined": explained.refined, "uncovered": explained.uncovered,
            });
            if let (Some(_), Some(last), Some(json)) =
                (&request.during, request.version, json.as_object_mut())
            {
                json.insert("from".to_owned(), json!(explained.version));
                json.insert("version".to_owned(), json!(last));
            }
            Ok(json)
        })
    }

    /// Checks every byte.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn verify(&self) -> TextWork {
        self.text_later(|table| Ok(verified(&table.verify()?)))
    }

    /// Brings the layout into its best shape.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn optimize(&self) -> TextWork {
        let stop = self.opened.stop().clone();
        self.text_later(move |table| {
            let done = table.optimize_until(&stop)?;
            Ok(json!({ "merged": done.merged, "droppedRows": done.dropped_rows, "indexedRows": done.indexed_rows, "removedFiles": done.removed_files }))
        })
    }

    /// How long dead rows are kept.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn set_retention(&self, request: String) -> TextWork {
        self.text_later(move |table| {
            let request: request::Retention = read(&request)?;
            table.set_retention(request.retention_ms)?;
            Ok(Json::Null)
        })
    }

    /// Ends the handle.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn close(&self) -> TextWork {
        let opened = Arc::clone(&self.opened);
        let close = move || {
            opened.close();
            Ok(String::new())
        };
        Work::new(close, |text| text)
    }
}

fn rows(table: &Arc<Table>, request: &Write, on_key: OnKey) -> Result<Draft> {
    let stage = Stage::new(Arc::clone(table), on_key)?;
    let stage = stage.on_duplicate(request.on_duplicate.into());
    Ok(Draft::Rows(stage.wanted(request.derived.clone())))
}

fn update(table: &Arc<Table>, request: &Write, constants: Option<&[u8]>) -> Result<Draft> {
    let (batch, schema) = table.batch(constants.unwrap_or_default())?;
    let filter = request::filter(request.filter.as_ref(), &schema)?;
    let computed = request.compute.iter().map(|one| one.parse(&schema));
    let computed = computed.collect::<Result<_>>()?;
    let update = Update::new(Arc::clone(table), filter, (batch, schema), computed)?;
    Ok(Draft::Update(update.wanted(request.derived.clone())))
}

/// The answer to a read that is predicted to be quick.
fn quick_answer(
    table: &Table,
    request: &Read,
    snapshot: &Snapshot,
    vector: Option<&[f32]>,
    most_ns: u64,
) -> Result<Option<Page>> {
    if request.fields(snapshot)?.iter().any(is_blob) {
        return Ok(None);
    }
    let scanned = if request.is_filtered() || request.is_ordered() {
        16
    } else {
        0
    };
    let is_quick = match request.kind {
        ReadKind::Get => true,
        ReadKind::GetAll => request.key_count() <= KEYS_INSIDE_CALL,
        ReadKind::Search => {
            let picked = searched(request, snapshot, vector, most_ns)?;
            return picked.map(|picked| page_of(table, request, &picked)).transpose();
        }
        ReadKind::Find | ReadKind::Count | ReadKind::Scan => snapshot.predicted_ns(scanned) <= most_ns,
    };
    is_quick
        .then(|| answer(table, request, snapshot, vector))
        .transpose()
}

fn answer(table: &Table, request: &Read, snapshot: &Snapshot, vector: Option<&[f32]>) -> Result<Page> {
    if request.kind == ReadKind::Count {
        let count = snapshot.count(request.filter(snapshot)?.as_ref())?;
        return Ok(Page::of_count(count));
    }
    if request.kind == ReadKind::GetAll {
        let (picked, found) = snapshot.get_all(&request.keys()?, request.fields(snapshot)?)?;
        let mut page = page_of(table, request, &picked)?;
        let numbers = found.iter().map(|row| row.map_or(-1.0, |row| row as f64));
        page.numbers.extend(numbers);
        return Ok(page);
    }
    page_of(table, request, &pick(request, snapshot, vector)?)
}

fn page_of(table: &Table, request: &Read, picked: &Picked) -> Result<Page> {
    if request.kind == ReadKind::Search {
        picked.touch();
    }
    let mut page = Page::of(&[picked], picked.fields(), &request.bigints)?;
    if let Some(lifetimes) = lifetimes(table, request, picked)? {
        page.lifetimes(&lifetimes);
    }
    Ok(page)
}

/// When the rows of a search across time began and ended.
fn lifetimes(table: &Table, request: &Read, picked: &Picked) -> Result<Option<Vec<Lifetime>>> {
    let until = request.until.unwrap_or(u64::MAX);
    let asked = request.during.is_some();
    asked.then(|| table.lifetimes(picked, until)).transpose()
}

/// The rows that a read finds.
fn pick(request: &Read, snapshot: &Snapshot, vector: Option<&[f32]>) -> Result<Picked> {
    match request.kind {
        ReadKind::Get => snapshot.get(&request.key()?, request.fields(snapshot)?),
        ReadKind::Find => snapshot.find(&request.find(snapshot)?, request.fields(snapshot)?),
        ReadKind::Search => searched(request, snapshot, vector, u64::MAX)?
            .ok_or_else(|| Error::internal("a search that may take for ever")),
        ReadKind::GetAll | ReadKind::Count | ReadKind::Scan => {
            Err(Error::internal("a read that is no page of rows"))
        }
    }
}

/// The rows that a search finds, if that is predicted to take at most so long.
fn searched(
    request: &Read,
    snapshot: &Snapshot,
    vector: Option<&[f32]>,
    most_ns: u64,
) -> Result<Option<Picked>> {
    let field = request.vector_field(snapshot)?;
    let vector = vector.ok_or_else(|| Error::new(Code::InvalidArgument, "A search needs a vector."))?;
    let (filter, fields) = (request.filter(snapshot)?, request.fields(snapshot)?);
    let search = request.search(field, vector, filter.as_ref());
    let Some(planned) = snapshot.plan_within(&search, most_ns)? else {
        return Ok(None);
    };
    if request.finds_keys() {
        return snapshot.search_keys(&search, fields).map(Some);
    }
    planned.answer(fields).map(Some)
}

fn diff(table: &Table, request: &request::Diff) -> Result<Page> {
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
    let filter = request::filter(request.filter.as_ref(), later.schema())?;
    let difference = from.diff(&to, filter.as_ref(), &fields)?;
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

fn moment(table: &Table, snapshot: &Snapshot) -> Result<Json> {
    let commit = table.commit_of(snapshot)?;
    let commit = commit.as_ref().map(Raw::get);
    let schema: &Schema = snapshot.schema();
    Ok(json!({
        "version": snapshot.version(),
        "committedAt": commit.map(|commit| commit.committed_at),
        "effectiveAt": commit.and_then(|commit| commit.effective_at),
        "schema": schema,
    }))
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

/// What a write did, as JSON.
pub(crate) fn written(written: Written) -> Json {
    json!({
        "version": written.version, "committedAt": written.committed_at, "inserted": written.inserted,
        "updated": written.updated, "deleted": written.deleted, "unchanged": written.unchanged,
        "deferred": written.deferred,
    })
}

fn commit(entry: &Raw<Commit>, tags: &[Tag]) -> Json {
    let commit = entry.get();
    let tags: Vec<&str> = tags
        .iter()
        .filter(|tag| tag.version == commit.version)
        .map(|tag| tag.name.as_str())
        .collect();
    json!({
        "version": commit.version, "committedAt": commit.committed_at, "clock": commit.clock,
        "effectiveAt": commit.effective_at, "operation": commit.operation,
        "inserted": commit.inserted, "updated": commit.updated, "deleted": commit.deleted,
        "message": commit.message, "properties": commit.properties, "tags": tags,
    })
}
