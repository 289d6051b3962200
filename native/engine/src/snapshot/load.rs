//! Opens the files of a table, and finds its newest state while others change it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::open_index::OpenIndex;
use super::state::{Known, TableState};
use crate::error::{Code, Error, Result};
use crate::format::{DeathRun, Fragment, InlineRows, Manifest};
use crate::fragment::Segment;
use crate::history::Deaths;
use crate::home::TableHome;
use crate::store::FileName;

/// How often a reader starts anew because the files it wants were replaced under it.
const TRIES: usize = 20;
/// How often files must be found wanting before that is believed.
const CERTAIN: usize = 3;

impl TableState {
    /// Opens the newest manifest and what it names, keeping what an earlier state has open.
    pub(crate) fn load(home: &TableHome, before: Option<&Self>) -> Result<Self> {
        let mut failure: Option<(u64, Error)> = None;
        let mut again = 0;
        for _ in 0..TRIES {
            let (sequence, manifest) = home.newest_manifest()?;
            if let Some((failed, error)) = &failure
                && *failed == sequence
            {
                // Nothing moved since. If it stays so, the files really are like that.
                again += 1;
                if again == CERTAIN {
                    return Err(error.clone().table(home.name.clone()));
                }
                home.environment.pause(Duration::from_millis(1));
            }
            let Some(manifest) = manifest else {
                continue;
            };
            match Self::open(home, manifest, before) {
                Ok(state) => return Ok(state),
                // Upkeep may have removed files of this sequence while they were being opened.
                Err(error) => failure = Some((sequence, error)),
            }
        }
        let busy = || {
            Error::new(
                Code::Conflict,
                format!("The table \"{}\" changes too fast to be read.", home.name),
            )
        };
        Err(failure
            .map_or_else(busy, |(_, error)| error)
            .table(home.name.clone()))
    }

    /// Opens what a manifest names, keeping what an earlier state has open already.
    fn open(home: &TableHome, manifest: Manifest, before: Option<&Self>) -> Result<Self> {
        let fields = manifest.all_fields();
        let before = before.filter(|before| before.manifest.incarnation == manifest.incarnation);
        let mut opened: HashMap<SegmentName, Arc<Segment>> = HashMap::new();
        if let Some(before) = before {
            opened.extend(SegmentName::all(&before.manifest).zip(before.segments.iter().cloned()));
        }
        let mut segments = Vec::with_capacity(manifest.fragments.len() + manifest.inline.len());
        for fragment in &manifest.fragments {
            let segment = match opened.remove(&SegmentName::of_fragment(fragment.get())) {
                Some(segment) => segment,
                None => Arc::new(Segment::open(
                    &home.store,
                    &home.path("data"),
                    fragment.get(),
                    &fields,
                )?),
            };
            segments.push(segment);
        }
        let key = manifest.current_schema()?.key().cloned();
        for rows in &manifest.inline {
            let segment = match opened.remove(&SegmentName::of_rows(rows.get())) {
                Some(segment) => segment,
                None => {
                    let batch = rows
                        .get()
                        .decode(&fields, &home.manifest_path(manifest.sequence))?;
                    Arc::new(Segment::in_memory(rows.get().first, batch, key.as_ref())?)
                }
            };
            segments.push(segment);
        }
        let deaths = open_deaths(home, &manifest)?;
        // Words in memory are those of rows that the table had then.
        let tails = before
            .filter(|before| before.manifest.purged_at() == manifest.purged_at())
            .map_or_else(Arc::default, |before| Arc::clone(&before.tails));
        let opened = before.map_or(&[][..], |before| &before.indexes);
        let indexes = OpenIndex::all(home, &manifest, opened);
        Self::assemble(
            home,
            manifest,
            Known {
                segments,
                deaths,
                indexes,
                ended: Vec::new(),
                tails,
            },
            None,
        )
    }
}

/// What tells one segment from another.
#[derive(PartialEq, Eq, Hash)]
enum SegmentName {
    Files(Vec<String>),
    Rows(u64),
}

impl SegmentName {
    fn of_fragment(fragment: &Fragment) -> Self {
        Self::Files(fragment.files().map(str::to_owned).collect())
    }

    fn of_rows(rows: &InlineRows) -> Self {
        Self::Rows(rows.first)
    }

    fn all(manifest: &Manifest) -> impl Iterator<Item = Self> + '_ {
        let fragments = manifest
            .fragments
            .iter()
            .map(|fragment| Self::of_fragment(fragment.get()));
        fragments.chain(manifest.inline.iter().map(|rows| Self::of_rows(rows.get())))
    }
}

fn open_deaths(home: &TableHome, manifest: &Manifest) -> Result<Deaths> {
    let mut runs = Vec::new();
    for reference in &manifest.deaths.runs {
        let directory = home.path("deaths");
        let path = format!(
            "{directory}/{}",
            FileName::parse(&reference.file, &directory)?.as_str()
        );
        let bytes = home
            .store
            .open(&path)?
            .ok_or_else(|| Error::corrupt(&path, "it is missing"))?
            .map()?;
        runs.push(DeathRun::open(bytes, reference, &path)?);
    }
    let tail = manifest
        .deaths
        .tail
        .iter()
        .flat_map(|entry| entry.get().iter().copied());
    Ok(Deaths::new(runs, tail.collect()))
}
