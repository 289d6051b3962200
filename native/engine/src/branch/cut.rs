use crate::error::Result;
use crate::format::{ChunkRef, DeathRun, DeathsPlace, IndexEntry, LogNode, LogPlace, Manifest, Raw};
use crate::history::Log;
use crate::snapshot::TableState;
use crate::store::FileName;
use crate::table::{Created, Table};

/// Deaths that stand in the manifest itself, at most.
const DEATHS: usize = 512;

/// The newest manifest of a line as if no commit after `version` had been: the same files, without what came later.
///
/// Rows that came later and share a file with earlier ones count as dead at version 0, which no version and no span sees. Ids go on where the
/// line is by now, so that none of those is given again. Costs 16 bytes for each row that is left out so, and each that had died.
pub(super) fn cut(
    origin: &Table,
    state: &TableState,
    version: u64,
    created: &mut Created,
) -> Result<Manifest> {
    let newest = &state.manifest;
    let mut manifest = newest.clone();
    let (watermark, schema) = match version {
        0 => (0, newest.schemas.first().map_or(0, |schema| schema.get().id)),
        _ => {
            let commit = origin.log.commit(&newest.log, version)?;
            (commit.get().watermark, commit.get().schema)
        }
    };
    manifest.version = version;
    manifest.schema = schema;
    manifest.oldest = manifest.oldest.min(version);
    manifest.merged = Vec::new();
    manifest.log = cut_log(&origin.log, &newest.log, version)?;
    manifest.inline.retain(|rows| rows.get().first < watermark);
    manifest
        .fragments
        .retain(|fragment| fragment.get().rows.first() < watermark);
    let is_of = |index: &IndexEntry| index.known().is_none_or(|index| index.from < watermark);
    manifest.indexes.retain(|index| is_of(index.get()));
    let mut deaths = state.deaths.all();
    deaths.retain(|(id, died)| *id < watermark && *died <= version);
    for fragment in &manifest.fragments {
        let later = fragment.get().rows.ids_from(watermark);
        deaths.extend(later.map(|(_, id)| (id, 0)));
    }
    deaths.sort_unstable();
    manifest.deaths = place_deaths(origin, deaths, created)?;
    Ok(manifest)
}

fn place_deaths(origin: &Table, deaths: Vec<(u64, u64)>, created: &mut Created) -> Result<DeathsPlace> {
    let mut place = DeathsPlace::default();
    if deaths.len() > DEATHS {
        let name = FileName::unique(origin.home.environment.uuid()?, "deaths");
        let bytes = DeathRun::encode(&deaths);
        let path = origin.home.path(&format!("deaths/{}", name.as_str()));
        created.add(path.clone());
        let mut sink = origin.home.store.create(&path)?;
        sink.write(&bytes)?;
        sink.finish()?;
        place
            .runs
            .push(DeathRun::reference(name.as_str().to_owned(), &bytes));
    } else if !deaths.is_empty() {
        place.tail.push(Raw::new(deaths)?);
    }
    Ok(place)
}

/// The log up to a version. The part that holds it is read into the tail, so that the newest commit stands there.
fn cut_log(log: &Log, place: &LogPlace, version: u64) -> Result<LogPlace> {
    let mut cut = place.clone();
    if version == 0 {
        return Ok(LogPlace::default());
    }
    cut.tail.retain(|commit| commit.get().version <= version);
    if !cut.tail.is_empty() {
        return Ok(cut);
    }
    // The first list that goes back far enough; those before it are all later.
    let mut level = 0;
    while let Some(parts) = cut.levels.get_mut(level) {
        let older = place
            .levels
            .iter()
            .skip(level + 1)
            .flatten()
            .map(|part| part.last)
            .max();
        if older.is_none_or(|older| older < version) {
            break;
        }
        parts.clear();
        level += 1;
    }
    while let Some(part) = take_part(&mut cut, level, version) {
        match &*log.read(&part, level)? {
            LogNode::Commits(commits) => {
                let until = commits.iter().filter(|commit| commit.get().version <= version);
                cut.tail = until.cloned().collect();
                break;
            }
            LogNode::Chunks(parts) => {
                let Some(below) = level.checked_sub(1) else { break };
                if let Some(list) = cut.levels.get_mut(below) {
                    list.clone_from(parts);
                }
                level = below;
            }
        }
    }
    Ok(cut)
}

/// Takes the part that holds a version out of a list, and drops what is later.
fn take_part(cut: &mut LogPlace, level: usize, version: u64) -> Option<ChunkRef> {
    let parts = cut.levels.get_mut(level)?;
    let at = parts.partition_point(|part| part.last < version);
    let part = parts.get(at).cloned();
    parts.truncate(at);
    part
}
