use crate::error::Result;
use crate::format::Manifest;
use crate::home::TableHome;
use crate::store::branch_of;

/// A branch of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// The branch that it began in; none where that was the table itself.
    pub from: Option<String>,
    /// The version at which it began.
    pub from_version: u64,
    /// When it began, in milliseconds.
    pub created_at: i64,
    /// Its newest version.
    pub version: u64,
    /// When that was committed; none for version 0.
    pub committed_at: Option<i64>,
}

impl Branch {
    /// What the newest manifest of a line says of it; `None` where it is no branch.
    pub(super) fn of(home: &TableHome, manifest: &Manifest) -> Option<Self> {
        let origin = manifest.origins.first()?;
        Some(Self {
            name: branch_of(&home.name)?.to_owned(),
            from: origin.branch.clone(),
            from_version: origin.version,
            created_at: origin.at,
            version: manifest.version,
            committed_at: manifest.log.tail.last().map(|commit| commit.get().committed_at),
        })
    }
}

/// The branches of a table, by name.
///
/// # Errors
/// What the store says; [`crate::error::Code::Corrupt`].
pub(crate) fn branches_of(table: &TableHome) -> Result<Vec<Branch>> {
    let mut branches = Vec::new();
    for home in table.branches()? {
        if home.is_there()?
            && let Some(manifest) = home.newest_manifest()?.1
        {
            branches.extend(Branch::of(&home, &manifest));
        }
    }
    Ok(branches)
}
