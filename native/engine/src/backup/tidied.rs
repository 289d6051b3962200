use std::collections::HashSet;
use std::sync::Arc;

use super::manifest::Listed;
use crate::error::{Code, Result};
use crate::format::{Manifest, Raw};
use crate::history::{Tag, Tags};
use crate::home::TableHome;
use crate::table::Table;

fn tags_of(home: &TableHome) -> Tags {
    Tags::new(Arc::clone(&home.store), home.path("_tags"))
}

/// The tags of a table whose versions a manifest has. Asked after the manifest was read: what was taken away before is not among them.
pub(super) fn tags_in(source: &TableHome, manifest: &Manifest) -> Result<Vec<Tag>> {
    let mut tags = tags_of(source).all()?;
    let is_whole = |version| version >= manifest.oldest || manifest.kept.contains(&version);
    tags.retain(|tag| tag.version <= manifest.version && is_whole(tag.version));
    Ok(tags)
}

/// Makes the tags of a copy that are missing, before its manifest: so upkeep there ends no version that one of them keeps. One that is damaged, or
/// names another version, is made anew.
pub(super) fn add_tags(target: &TableHome, wanted: &[Tag]) -> Result<()> {
    let tags = tags_of(target);
    let mut there = Vec::new();
    for tag in tags.each()? {
        match tag {
            Ok((tag, _)) if wanted.contains(&tag) => there.push(tag),
            Ok((tag, _)) if wanted.iter().any(|wanted| wanted.name == tag.name) => tags.delete(&tag.name)?,
            Ok(_) => {}
            Err(error) => match &error.place().file {
                Some(file) if error.code() == Code::Corrupt => target.store.remove(file)?,
                _ => return Err(error),
            },
        }
    }
    wanted
        .iter()
        .filter(|tag| !there.contains(tag))
        .try_for_each(|tag| tags.create(tag))
}

/// Removes the tags of a copy that the table does not have any more.
pub(super) fn remove_tags(target: &TableHome, wanted: &[Tag]) -> Result<()> {
    let tags = tags_of(target);
    for tag in tags.all()? {
        if !wanted.contains(&tag) {
            tags.delete(&tag.name)?;
        }
    }
    Ok(())
}

/// Removes files of a copy that it does not name any more. Where rows were purged since the last copy, or `purged` says so, nothing that may hold
/// them is left.
pub(super) fn tidy(target: &TableHome, purged: bool, listed: &Listed) -> Result<()> {
    let table = Table::open(target.clone())?;
    if purged {
        let state = target.newest_of_copy()?;
        state.map_or(Ok(()), |manifest| remove_unnamed(target, &manifest, listed))?;
    }
    // Only when nothing else holds what was purged may it be called done.
    table.finish_purge()?;
    table.remove_orphans()?;
    Ok(())
}

/// Removes what was there before the copy began and nothing names, however young it is: a copy that was cut short may have left it.
fn remove_unnamed(target: &TableHome, manifest: &Manifest, listed: &Listed) -> Result<()> {
    let retired = manifest.retired.iter().map(Raw::get);
    let retired = retired.map(|retired| (retired.directory.as_str(), retired.file.as_str()));
    let named: HashSet<(&str, &str)> = manifest.files().chain(retired).collect();
    let elsewhere = target.elsewhere(manifest, true)?;
    for folder in ["data", "deaths", "index"] {
        let names = listed.get(folder).into_iter().flatten();
        let is_named = |name: &str| named.contains(&(folder, name)) || elsewhere.has(name);
        for name in names.filter(|name| !is_named(name)) {
            target.store.remove(&target.path(&format!("{folder}/{name}")))?;
        }
        target.store.confirm(&target.path(&format!("{folder}/")))?;
    }
    Ok(())
}
