use crate::error::Result;
use crate::format::Raw;
use crate::home::TableHome;
use crate::table::Table;

/// Ends a branch: its manifests and tags go, and then the files that only it needed. `table` is any other line. Where this is cut short in between,
/// [`Table::optimize`] of another line removes them a day later.
///
/// # Errors
/// What the store says.
pub(crate) fn remove_branch(branch: &TableHome, table: &Table) -> Result<()> {
    let newest = branch.newest_manifest()?.1;
    branch.remove()?;
    let Some(manifest) = newest else {
        return Ok(());
    };
    let state = table.refresh()?;
    let mut named = table.home.elsewhere(&state.manifest, true)?;
    named.add_all_of(&state.manifest);
    let retired = manifest.retired.iter().map(Raw::get);
    let retired = retired.map(|retired| (retired.directory.as_str(), retired.file.as_str()));
    for (directory, file) in manifest.files().chain(retired) {
        if !named.has(file) {
            branch
                .store
                .remove(&branch.path(&format!("{directory}/{file}")))?;
        }
    }
    Ok(())
}
