//! What must hold for every manifest and every part of a log, whoever wrote it: what reads them later relies on it.

use std::collections::HashSet;

use super::{ChunkRef, Commit, Covers, GroupFile, LogNode, LogPlace, Manifest, Raw, default_of};
use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::store::{FileName, SEQUENCE_MAX};

/// No number of a table comes near this; below it, sums do not overflow.
const NUMBER_MAX: u64 = 1 << 62;
/// The directories that files retire from.
const RETIRING: [&str; 3] = ["data", "deaths", "index"];

/// Checks a manifest.
pub(super) fn manifest(manifest: &Manifest, file: &str) -> Result<()> {
    let numbers = [manifest.version, manifest.watermark];
    let dates = [manifest.created_at, last_date(manifest)];
    let too_large = manifest.sequence > SEQUENCE_MAX
        || numbers.iter().any(|number| *number > NUMBER_MAX)
        || dates.iter().any(|date| date.unsigned_abs() > NUMBER_MAX)
        || manifest.next_field > u32::MAX / 2;
    require(!too_large, file, "a number in it is too large")?;
    let named = (1..=64).contains(&manifest.id.len());
    require(named, file, "it has no name of its own")?;
    require(
        manifest.oldest <= manifest.version,
        file,
        "its oldest version is yet to come",
    )?;
    require(
        manifest.purged_at() <= manifest.sequence,
        file,
        "its last purge is yet to come",
    )?;
    schemas(manifest, file)?;
    rows(manifest, file)?;
    keys(manifest, file)?;
    log(manifest, file)?;
    let groups = manifest
        .fragments
        .iter()
        .flat_map(|fragment| &fragment.get().groups);
    indexes(manifest, file)?;
    let runs = manifest.deaths.runs.iter().map(|run| run.file.as_str());
    let indexes = manifest.indexes.iter().map(|index| index.get().file());
    let parts = manifest
        .log
        .levels
        .iter()
        .flatten()
        .map(|part| part.file.as_str());
    let retired = manifest.retired.iter().map(|retired| retired.get().file.as_str());
    for name in groups
        .map(|group| group.file.as_str())
        .chain(runs)
        .chain(indexes)
        .chain(parts)
        .chain(retired)
    {
        FileName::parse(name, file)?;
    }
    let in_place = |directory: &str| RETIRING.contains(&directory);
    let retired = manifest.retired.iter().map(Raw::get);
    require(
        retired.clone().all(|retired| in_place(&retired.directory)),
        file,
        "a file retired from another directory than the table's",
    )
}

fn require(holds: bool, file: &str, what: &str) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::corrupt(file, what))
    }
}

fn last_date(manifest: &Manifest) -> i64 {
    manifest
        .log
        .tail
        .last()
        .map_or(0, |commit| commit.get().committed_at)
}

fn schemas(manifest: &Manifest, file: &str) -> Result<()> {
    let mut numbers = HashSet::new();
    for schema in manifest.schemas.iter().map(Raw::get) {
        schema.check().map_err(|error| {
            Error::corrupt(
                file,
                format_args!(
                    "a schema in it cannot be: {}",
                    error.message().trim_end_matches('.')
                ),
            )
        })?;
        let ids: HashSet<u32> = schema.fields.iter().map(|field| field.id).collect();
        let known =
            ids.len() == schema.fields.len() && ids.iter().all(|id| (1..manifest.next_field).contains(id));
        require(
            known,
            file,
            "the columns of a schema in it have no ids of their own",
        )?;
        require(
            numbers.insert(schema.id),
            file,
            "two schemas in it have one number",
        )?;
    }
    require(numbers.contains(&manifest.schema), file, "it has no schema")?;
    let mut fields = manifest.schemas.iter().map(|schema| &schema.get().fields);
    let first: HashSet<u32> = fields
        .next()
        .into_iter()
        .flatten()
        .map(|field| field.id)
        .collect();
    let mut later = fields.flatten().filter(|field| !first.contains(&field.id));
    require(
        later.all(|field| default_of(field).is_ok()),
        file,
        "the default of a column in it is not a value of its type",
    )?;
    one_type_a_field(manifest.schemas.iter().map(Raw::get), file)
}

/// A field keeps its type for life: rows are read by it, whatever schema they were written under.
fn one_type_a_field<'a>(schemas: impl Iterator<Item = &'a Schema>, file: &str) -> Result<()> {
    let mut types = std::collections::HashMap::new();
    for field in schemas.flat_map(|schema| &schema.fields) {
        let known = types.entry(field.id).or_insert(&field.data_type);
        require(*known == &field.data_type, file, "a column in it has two types")?;
    }
    Ok(())
}

fn rows(manifest: &Manifest, file: &str) -> Result<()> {
    let mut next = 0;
    for fragment in manifest.fragments.iter().map(Raw::get) {
        let rows = &fragment.rows;
        let sound = rows.is_sound() && !rows.is_empty();
        let fits = sound && rows.first() >= next && rows.last() < manifest.watermark;
        require(fits, file, "its fragments overlap")?;
        let filled = fragment.groups.iter().all(|group| !group.columns.is_empty());
        require(
            filled && !fragment.groups.is_empty(),
            file,
            "a fragment in it has no files, or one without columns",
        )?;
        next = rows.last() + 1;
    }
    for rows in manifest.inline.iter().map(Raw::get) {
        let end = rows.first.checked_add(u64::from(rows.rows));
        let end = end.filter(|end| rows.first >= next && *end <= manifest.watermark);
        next = end.ok_or_else(|| Error::corrupt(file, "the rows in it overlap"))?;
        require(!rows.columns.is_empty(), file, "rows in it have no columns")?;
    }
    Ok(())
}

/// Rows of a table with a key are found by it: a fragment has an index of it, and rows in the manifest have the column.
fn keys(manifest: &Manifest, file: &str) -> Result<()> {
    let Some(key) = manifest.current_schema()?.key().map(|field| field.id) else {
        return Ok(());
    };
    for fragment in manifest.fragments.iter().map(Raw::get) {
        let is_key = |group: &&GroupFile| group.columns.iter().any(|place| place.field == key);
        let indexed = |group: &&GroupFile| is_key(group) && group.keys.is_some();
        if fragment.groups.iter().any(|group| indexed(&group)) {
            continue;
        }
        let group = fragment.groups.iter().find(is_key).or(fragment.groups.first());
        let name = group.map_or("", |group| group.file.as_str());
        let what = format!("the fragment with the file {name} has no index of the primary key");
        return Err(Error::corrupt(file, what));
    }
    let mut rows = manifest.inline.iter().map(Raw::get);
    let keyed = rows.all(|rows| rows.columns.iter().any(|(field, _)| *field == key));
    require(keyed, file, "rows in it have no primary key")
}

fn indexes(manifest: &Manifest, file: &str) -> Result<()> {
    let mut ends = std::collections::HashMap::new();
    for index in manifest.indexes.iter().filter_map(|index| index.get().known()) {
        let line = match index.covers {
            Covers::Vector(field) => (0, field),
            Covers::Text(_) => (1, 0),
            Covers::Scalar(field) => (2, field),
        };
        let end = ends.insert(line, index.until).unwrap_or(0);
        let fits = index.from >= end && index.from < index.until && index.until <= manifest.watermark;
        require(
            fits && index.until - index.from <= u64::from(u32::MAX),
            file,
            "its index segments overlap",
        )?;
    }
    Ok(())
}

fn log(manifest: &Manifest, file: &str) -> Result<()> {
    let LogPlace { levels, tail } = &manifest.log;
    let parts: Vec<&ChunkRef> = levels.iter().rev().flatten().collect();
    let closed = parts.last().map_or(0, |part| part.last.min(NUMBER_MAX));
    require(ascend(&parts), file, "the parts of its log are out of order")?;
    let first = tail.first().map_or(closed + 1, |commit| commit.get().version);
    let last = tail.last().map_or(closed, |commit| commit.get().version);
    let whole = first == closed + 1 && last == manifest.version && follow(tail);
    require(whole, file, "its log has a gap")?;
    let commits = || tail.iter().map(Raw::get);
    let numbers: HashSet<u32> = manifest.schemas.iter().map(|schema| schema.get().id).collect();
    let known =
        commits().all(|commit| commit.watermark <= manifest.watermark && numbers.contains(&commit.schema));
    require(
        known,
        file,
        "a commit in it has a schema or a watermark that the table has not",
    )
}

/// Checks a part of the log against what names it. `level` 0 holds commits, the others hold parts of the level below.
pub(crate) fn log_node(node: &LogNode, part: &ChunkRef, level: usize, file: &str) -> Result<()> {
    let last = match node {
        LogNode::Commits(commits) if level == 0 && follow(commits) => {
            let last = commits.last().map(Raw::get);
            last.map(|commit| (commit.version, commit.committed_at))
        }
        LogNode::Chunks(parts) if level > 0 && ascend(&parts.iter().collect::<Vec<_>>()) => {
            for part in parts {
                FileName::parse(&part.file, file)?;
            }
            parts.last().map(|part| (part.last, part.last_at))
        }
        _ => None,
    };
    let wanted = Some((part.last, part.last_at));
    require(last == wanted, file, "it is another part of the log")
}

fn ascend(parts: &[&ChunkRef]) -> bool {
    parts.is_sorted_by(|a, b| a.last < b.last && a.last_at <= b.last_at)
}

/// Whether versions go by one, and neither dates nor watermarks go down.
fn follow(commits: &[Raw<Commit>]) -> bool {
    let starts = commits.first().is_none_or(|commit| commit.get().version > 0);
    let pairs = commits.iter().zip(commits.iter().skip(1));
    starts
        && pairs.map(|(a, b)| (a.get(), b.get())).all(|(a, b)| {
            a.version.checked_add(1) == Some(b.version)
                && a.committed_at <= b.committed_at
                && a.watermark <= b.watermark
        })
}
