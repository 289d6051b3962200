use serde_json::{Value as Json, json};
use varve_engine::{
    Beside, Error, Field, Fusion, Lifetime, Part, Picked, Result, Score, Snapshot, Table, Took, Way,
};

use crate::page::{Page, is_blob, level};
use crate::request::{Read, ReadKind, parse};

/// At most this many rows are found by their keys where the answer has to be quick.
const KEYS_AT_ONCE: usize = 32;
/// Bytes of each row that a filter or an order reads, about.
const SCANNED_BYTES: usize = 16;
/// What counting the values of a column costs for each row, in bytes that could be read meanwhile.
const COUNTED_BYTES: usize = 500;

/// The rows of any read.
///
/// # Errors
/// Those of [`Snapshot::get`], [`Snapshot::find`] and [`Snapshot::search`]; [`varve_engine::Code::InvalidArgument`] for rows that no page can hold.
pub fn read_page(table: &Table, request: &str, vector: Option<&[f32]>) -> Result<Page> {
    let request: Read = parse(request)?;
    let read = |snapshot: &Snapshot| answer(table, &request, snapshot, request.fields(snapshot)?, vector);
    table.read(|table| request.snapshot(table), read)
}

/// The nanoseconds for which a host's thread may be held.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    /// By a search at one point in the history.
    pub search_ns: u64,
    /// By any other read.
    pub other_ns: u64,
}

/// The rows of a read that is predicted to take no longer than that: for hosts with a thread that must not wait for long.
/// `None` where it may take longer, where the table lies far away, which is then not asked for anything, or where the rows have bytes or
/// vectors; then [`read_page`] answers.
///
/// # Errors
/// As [`read_page`].
pub fn read_within(
    table: &Table,
    request: &str,
    vector: Option<&[f32]>,
    within: Within,
) -> Result<Option<Page>> {
    let request: Read = parse(request)?;
    let Some(snapshot) = request.snapshot_at_once(table)? else {
        return Ok(None);
    };
    let fields = request.fields(&snapshot)?;
    if fields.iter().any(is_blob) {
        return Ok(None);
    }
    let most_ns = if request.kind == ReadKind::Search && request.during.is_none() {
        within.search_ns
    } else {
        within.other_ns
    };
    let scanned = if request.is_filtered() || request.is_ordered() {
        SCANNED_BYTES
    } else {
        0
    };
    let is_quick = match request.kind {
        ReadKind::Get => true,
        ReadKind::GetAll => request.key_count() <= KEYS_AT_ONCE,
        // How many rows a key had is known once they are found.
        ReadKind::HistoryOf => return Ok(None),
        // How long that takes follows from the texts that are found.
        ReadKind::Search if request.asked()?.is_highlighted() => return Ok(None),
        ReadKind::Search => {
            let picked = searched(&request, &snapshot, fields, vector, most_ns)?;
            let Some(picked) = picked else { return Ok(None) };
            return found(table, &request, &snapshot, &picked, vector).map(Some);
        }
        ReadKind::Find | ReadKind::Count | ReadKind::Scan => {
            snapshot.predicted_ns(scanned) <= most_ns
                || indexed_ns(&request, &snapshot)?.is_some_and(|ns| ns <= most_ns)
        }
    };
    is_quick
        .then(|| answer(table, &request, &snapshot, fields, vector))
        .transpose()
}

/// About how long a read takes that indexes of values answer.
fn indexed_ns(request: &Read, snapshot: &Snapshot) -> Result<Option<u64>> {
    match request.kind {
        ReadKind::Find => snapshot.finding_rows_ns(&request.find(snapshot)?),
        ReadKind::Count => match request.filter(snapshot)? {
            Some(filter) => snapshot.counting_ns(&filter),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// The rows of a get, a find, a search, or of what a key had, as an Arrow IPC stream.
///
/// # Errors
/// As [`read_page`].
pub fn read_arrow(table: &Table, request: &str, vector: Option<&[f32]>) -> Result<Vec<u8>> {
    let request: Read = parse(request)?;
    let read = |snapshot: &Snapshot| {
        let fields = request.fields(snapshot)?;
        if request.kind == ReadKind::HistoryOf {
            let history = table.history_of(snapshot, &request.key()?, fields)?;
            let lifetimes = Some(history.lifetimes.as_slice());
            let beside = Beside {
                lifetimes,
                ..Beside::default()
            };
            return history.rows.arrow_stream(beside);
        }
        let picked = pick(&request, snapshot, fields, vector)?;
        let lifetimes = lifetimes(table, &request, &picked)?;
        picked.arrow_stream(Beside {
            scored: request.kind == ReadKind::Search,
            fused: request.is_fused(),
            counted: request.is_counted(),
            lifetimes: lifetimes.as_deref(),
        })
    };
    table.read(|table| request.snapshot(table), read)
}

/// What a search, a find or a count would read.
///
/// # Errors
/// As [`Snapshot::explain`].
pub fn explain(table: &Table, request: &str, vector: Option<&[f32]>) -> Result<String> {
    let request: Read = parse(request)?;
    let read = |snapshot: &Snapshot| explained(&request, snapshot, vector);
    table.read(|table| request.snapshot(table), read)
}

fn explained(request: &Read, snapshot: &Snapshot, vector: Option<&[f32]>) -> Result<String> {
    let took = match request.kind {
        ReadKind::Find => Some(snapshot.explain_find(&request.find(snapshot)?, None)?.1),
        ReadKind::Count => Some(
            snapshot
                .explain_count(request.filter(snapshot)?.as_ref(), None)?
                .1,
        ),
        _ => None,
    };
    if let Some(took) = took {
        let mut json = took_json(snapshot, &took);
        if let Some(json) = json.as_object_mut() {
            json.insert("version".to_owned(), json!(snapshot.version()));
        }
        return Ok(json.to_string());
    }
    let filter = request.filter(snapshot)?;
    let looked_for = request.asked()?.looked_for(snapshot, vector)?;
    let search = request.search(snapshot, (&looked_for, vector), filter.as_ref())?;
    let explained = snapshot.explain(&search)?;
    let mut json = json!({
        "version": explained.version, "exact": explained.exact, "recall": explained.recall,
        "segments": explained.segments, "rows": explained.rows, "candidates": explained.candidates,
        "bytes": explained.bytes, "indexes": explained.indexes, "lists": explained.lists,
        "scanned": explained.scanned, "refined": explained.refined, "uncovered": explained.uncovered,
    });
    if let (Some(from), Some(json)) = (explained.from, json.as_object_mut()) {
        json.insert("from".to_owned(), json!(from));
    }
    if let (Some(took), Some(json)) = (&explained.filtered, json.as_object_mut()) {
        json.insert("filter".to_owned(), took_json(snapshot, took));
    }
    if let (Some(fusion), Some(json)) = (&explained.fusion, json.as_object_mut()) {
        json.insert("fusion".to_owned(), fusion_json(snapshot, fusion));
    }
    if let (Some(confidence), Some(json)) = (explained.confidence, json.as_object_mut()) {
        let told = json!({
            "level": level(confidence.sureness), "text": confidence.words, "vector": confidence.vectors,
        });
        json.insert("confidence".to_owned(), told);
    }
    Ok(json.to_string())
}

/// How rows were found by a filter or in an order.
fn took_json(snapshot: &Snapshot, took: &Took) -> Json {
    let way = match took.way {
        Way::Scan => "scan",
        Way::Index => "index",
        Way::Order => "order",
        Way::Count => "count",
        Way::Known => "known",
    };
    let is_read = |field: &&Field| took.fields.contains(&field.id);
    let columns = snapshot.schema().fields.iter().filter(is_read);
    json!({
        "way": way, "columns": columns.map(|field| &field.name).collect::<Vec<_>>(), "expected": took.expected,
        "found": took.found, "entries": took.entries, "rows": took.rows, "uncovered": took.uncovered,
    })
}

/// How words and vectors became one ranking.
fn fusion_json(snapshot: &Snapshot, fusion: &Fusion) -> Json {
    let name = |id: u32| {
        let mut fields = snapshot.schema().fields.iter();
        fields
            .find(|field| field.id == id)
            .map(|field| field.name.as_str())
    };
    let terms = fusion.terms.iter().map(|term| {
        json!({
            "column": name(term.field), "terms": term.terms, "rowsWithTerm": term.rows_with_term,
            "rows": term.rows, "most": term.most,
        })
    });
    let rank = |part: Option<Part>| part.map(|part| part.rank).filter(|rank| *rank > 0);
    let hits = fusion.hits.iter().map(|Score { score, parts, .. }| {
        json!({
            "score": score, "textScore": parts.text.map_or(0.0, |part| part.value), "textRank": rank(parts.text),
            "cosine": parts.cosine, "vectorRank": rank(parts.vector),
        })
    });
    json!({
        "weights": { "text": fusion.weights.text, "vector": fusion.weights.vector },
        "namesExactly": fusion.names_exactly, "isOtherScript": fusion.is_other_script, "ceiling": fusion.ceiling,
        "terms": terms.collect::<Vec<_>>(), "hits": hits.collect::<Vec<_>>(),
    })
}

fn answer(
    table: &Table,
    request: &Read,
    snapshot: &Snapshot,
    fields: Vec<Field>,
    vector: Option<&[f32]>,
) -> Result<Page> {
    if request.kind == ReadKind::Count {
        let count = snapshot.count(request.filter(snapshot)?.as_ref())?;
        return Ok(Page::of_count(count));
    }
    if request.kind == ReadKind::GetAll {
        let (picked, found) = snapshot.get_all(&request.keys()?, fields)?;
        let mut page = page_of(table, request, &picked)?;
        let numbers = found.iter().map(|row| row.map_or(-1.0, |row| row as f64));
        page.numbers.extend(numbers);
        return Ok(page);
    }
    if request.kind == ReadKind::HistoryOf {
        let history = table.history_of(snapshot, &request.key()?, fields)?;
        let mut page = Page::of(&[&history.rows], history.rows.fields(), &request.bigints)?;
        page.lifetimes(&history.lifetimes);
        return Ok(page);
    }
    let picked = pick(request, snapshot, fields, vector)?;
    if request.kind == ReadKind::Search {
        return found(table, request, snapshot, &picked, vector);
    }
    page_of(table, request, &picked)
}

/// The page of a search.
fn found(
    table: &Table,
    request: &Read,
    snapshot: &Snapshot,
    picked: &Picked,
    vector: Option<&[f32]>,
) -> Result<Page> {
    picked.touch();
    let mut page = page_of(table, request, picked)?;
    let cursor = request.cursor(picked, vector)?;
    page.cursor(cursor.map(|cursor| cursor.to_string()).as_deref());
    let facets = request.asked()?.facets(snapshot)?;
    if !facets.is_empty() {
        let filter = request.filter(snapshot)?;
        let counted = |field: &Field| Ok((field.clone(), snapshot.facets(filter.as_ref(), field)?));
        let counted: Vec<_> = facets.into_iter().map(counted).collect::<Result<_>>()?;
        page.facets(&counted)?;
    }
    if let Some(confidence) = picked.confidence {
        page.confidence(confidence);
    }
    if request.asked()?.is_highlighted() {
        let looked_for = request.asked()?.looked_for(snapshot, vector)?;
        if let Some(highlights) = request.asked()?.highlights(snapshot, &looked_for, picked)? {
            page.highlights(&highlights)?;
        }
    }
    Ok(page)
}

fn page_of(table: &Table, request: &Read, picked: &Picked) -> Result<Page> {
    let mut page = Page::of(&[picked], picked.fields(), &request.bigints)?;
    if request.is_fused() {
        page.parts(&picked.scores);
    }
    if request.is_counted() {
        page.counts(&picked.scores);
    }
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
fn pick(request: &Read, snapshot: &Snapshot, fields: Vec<Field>, vector: Option<&[f32]>) -> Result<Picked> {
    match request.kind {
        ReadKind::Get => snapshot.get(&request.key()?, fields),
        ReadKind::Find => snapshot.find(&request.find(snapshot)?, fields),
        ReadKind::Search => searched(request, snapshot, fields, vector, u64::MAX)?
            .ok_or_else(|| Error::internal("a search that may take for ever")),
        ReadKind::GetAll | ReadKind::HistoryOf | ReadKind::Count | ReadKind::Scan => {
            Err(Error::internal("a read that is no page of rows"))
        }
    }
}

/// The rows that a search finds; `None` where that is predicted to take longer than `most_ns` nanoseconds.
fn searched(
    request: &Read,
    snapshot: &Snapshot,
    fields: Vec<Field>,
    vector: Option<&[f32]>,
    most_ns: u64,
) -> Result<Option<Picked>> {
    let filter = request.filter(snapshot)?;
    let looked_for = request.asked()?.looked_for(snapshot, vector)?;
    let search = request.search(snapshot, (&looked_for, vector), filter.as_ref())?;
    let counted = request.asked()?.facets(snapshot)?.len();
    if counted > 0 && snapshot.predicted_ns(counted * COUNTED_BYTES) > most_ns {
        return Ok(None);
    }
    let Some(planned) = snapshot.plan_within(&search, most_ns)? else {
        return Ok(None);
    };
    planned.answer(fields).map(Some)
}
