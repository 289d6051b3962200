use std::collections::HashSet;
use std::sync::Arc;

use super::manifest::{Listed, named};
use crate::error::{Code, Result};
use crate::format::{Manifest, Raw};
use crate::history::{Tag, Tags};
use crate::snapshot::TableHome;
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

/// Makes the tags of a copy these. One that is damaged is made anew.
pub(super) fn set_tags(target: &TableHome, wanted: &[Tag]) -> Result<()> {
    let tags = tags_of(target);
    let mut there = Vec::new();
    for tag in tags.each()? {
        match tag {
            Ok((tag, _)) if wanted.contains(&tag) => there.push(tag),
            Ok((tag, _)) => tags.delete(&tag.name)?,
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

/// Removes files of a copy that it does not name any more. Where rows were purged since the last copy, or `purged` says so, nothing that may hold
/// them is left.
pub(super) fn tidy(target: &TableHome, purged: bool, listed: &Listed) -> Result<()> {
    let table = Table::open(target.clone())?;
    table.finish_purge()?;
    table.remove_orphans()?;
    if purged {
        let state = target.newest_of_copy()?;
        state.map_or(Ok(()), |manifest| remove_unnamed(target, &manifest, listed))?;
    }
    Ok(())
}

/// Removes what was there before the copy began and nothing names, however young it is: a copy that was cut short may have left it.
fn remove_unnamed(target: &TableHome, manifest: &Manifest, listed: &Listed) -> Result<()> {
    let retired = manifest.retired.iter().map(Raw::get);
    let retired = retired.map(|retired| (retired.directory.as_str(), retired.file.as_str()));
    let named: HashSet<(&str, &str)> = named(manifest).chain(retired).collect();
    for folder in ["data", "deaths", "index"] {
        let names = listed.get(folder).into_iter().flatten();
        for name in names.filter(|name| !named.contains(&(folder, name.as_str()))) {
            target.store.remove(&target.path(&format!("{folder}/{name}")))?;
        }
        target.store.confirm(&target.path(&format!("{folder}/")))?;
    }
    Ok(())
}
