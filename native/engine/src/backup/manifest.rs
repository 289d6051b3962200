use std::collections::{HashMap, HashSet};

use super::wanted::FOLDERS;
use crate::error::{Code, Result};
use crate::format::{
    BRANCHES, COPYING, DeathsPlace, JOURNAL, LastPurge, LogPlace, Manifest, PURGED, Raw, Retired,
};
use crate::home::TableHome;
use crate::store::PutOutcome;

/// The names that lie in the folders of a table.
pub(super) type Listed = HashMap<&'static str, HashSet<String>>;

/// Lists the files of a table.
pub(super) fn list(home: &TableHome) -> Result<Listed> {
    let list = |folder: &'static str| {
        let entries = home.store.list(&home.path(folder))?.into_iter();
        Ok((folder, entries.map(|entry| entry.name).collect()))
    };
    FOLDERS.into_iter().map(list).collect()
}

/// The first manifest of a copy: without rows, and not to be opened.
pub(super) fn begun(newest: &Manifest, sequence: u64, id: String, journals: bool) -> Manifest {
    let mut features = vec![COPYING.to_owned()];
    if journals {
        features.push(JOURNAL.to_owned());
    }
    Manifest {
        reader_features: features.clone(),
        writer_features: features,
        sequence,
        id,
        version: 0,
        watermark: 0,
        fragments: Vec::new(),
        inline: Vec::new(),
        indexes: Vec::new(),
        deaths: DeathsPlace::default(),
        log: LogPlace::default(),
        oldest: 0,
        kept: Vec::new(),
        retired: Vec::new(),
        purge: None,
        merged: Vec::new(),
        ..newest.clone()
    }
}

/// The manifest of the copy that follows `before`, and says what `newest` does of the table that is copied.
pub(super) fn following(
    newest: &Manifest,
    before: &Manifest,
    listed: &Listed,
    id: String,
) -> Result<Manifest> {
    let mut next = newest.clone();
    next.id = id;
    next.sequence = before.sequence.saturating_add(1);
    for (features, before) in [
        (&mut next.reader_features, &before.reader_features),
        (&mut next.writer_features, &before.writer_features),
    ] {
        features.retain(|feature| feature != JOURNAL);
        // Of the place, and of what was done there.
        let own = before
            .iter()
            .filter(|feature| [JOURNAL, PURGED, BRANCHES].contains(&feature.as_str()));
        features.extend(own.cloned());
        features.sort();
        features.dedup();
    }
    next.purge = match (newest.purge, before.purge) {
        (Some(theirs), own) if own.and_then(|own| own.copied) != Some(theirs.sequence) => Some(LastPurge {
            sequence: next.sequence,
            pending: true,
            copied: Some(theirs.sequence),
        }),
        (_, own) => own,
    };
    next.retired = retired(&next, before, listed)?;
    Ok(next)
}

/// The files that left with a manifest, and those that left before and are still there.
fn retired(next: &Manifest, before: &Manifest, listed: &Listed) -> Result<Vec<Raw<Retired>>> {
    let named: HashSet<(&str, &str)> = next.files().collect();
    let stays = |retired: &Retired| {
        let is_there = listed
            .get(retired.directory.as_str())
            .is_some_and(|names| names.contains(&retired.file));
        is_there && !named.contains(&(retired.directory.as_str(), retired.file.as_str()))
    };
    let mut all: Vec<Raw<Retired>> = before.retired.clone();
    all.retain(|retired| stays(retired.get()));
    for (directory, file) in before.files().filter(|file| !named.contains(file)) {
        all.push(Raw::new(Retired {
            directory: directory.to_owned(),
            file: file.to_owned(),
            sequence: next.sequence,
        })?);
    }
    Ok(all)
}

/// Whether two manifests say the same, apart from what belongs to the place where they are.
pub(super) fn says_the_same(one: &Manifest, other: &Manifest) -> Result<bool> {
    let said = |manifest: &Manifest| {
        let mut manifest = manifest.clone();
        manifest.sequence = 0;
        manifest.id.clear();
        manifest.retired.clear();
        manifest.purge = None;
        for features in [&mut manifest.reader_features, &mut manifest.writer_features] {
            features.retain(|feature| ![JOURNAL, PURGED, BRANCHES].contains(&feature.as_str()));
            features.sort();
        }
        manifest.encode()
    };
    Ok(said(one)? == said(other)?)
}

/// Puts a manifest behind `before`. `false` where somebody else was faster, or it is not certain.
pub(super) fn put(home: &TableHome, before: &Manifest, next: &Manifest) -> Result<bool> {
    // Files of a copy that was cut short have names that nobody may have made durable.
    for folder in FOLDERS {
        home.store.confirm(&home.path(&format!("{folder}/")))?;
    }
    match home.put(next) {
        Ok(PutOutcome::Created) => {}
        Ok(PutOutcome::Exists) => return Ok(false),
        // It may have landed: the next round finds it.
        Err(error) if error.code() == Code::CommitUnknown => return Ok(false),
        Err(error) => return Err(error),
    }
    // As with any commit: as long as the one before stands, this name was never there.
    if home.manifests.is_behind_own(next.sequence) || home.stands(before)? {
        return Ok(true);
    }
    home.manifests.withdraw(next.sequence)?;
    Ok(false)
}
