use serde::Deserialize;

use super::dates::CLOCKS_DIFFER_MS;
use super::{Log, Tags};
use crate::environment::iso_date;
use crate::error::{Code, Error, Result};
use crate::format::Manifest;

/// Which moment is meant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AsOf {
    /// A version.
    Version(u64),
    /// What was committed at or before a date, in milliseconds.
    Date(i64),
    /// What was true at or before a date, by `effectiveAt`.
    Effective(i64),
    /// A tagged version.
    Tag(String),
}

impl AsOf {
    /// The version that is meant.
    ///
    /// # Errors
    /// [`Code::VersionNotFound`], [`Code::VersionExpired`], [`Code::TagNotFound`], [`Code::Corrupt`].
    pub fn resolve(&self, manifest: &Manifest, log: &Log, tags: &Tags, now: i64) -> Result<u64> {
        let newest = manifest.version;
        let version = match self {
            Self::Version(version) if *version <= newest => *version,
            Self::Version(version) => {
                let message = format!("The table has no version {version}; its newest is {newest}.");
                return Err(Error::new(Code::VersionNotFound, message));
            }
            Self::Date(at) if *at > settled(manifest, now) => return Err(future(*at, now)),
            Self::Date(at) => log.version_at(&manifest.log, newest, *at, now)?,
            Self::Effective(at) if has_effective(manifest) => log.version_effective(&manifest.log, *at)?,
            Self::Effective(_) => {
                let message = "No commit of this table has an effective date.";
                let hint = "Ask by the date of commit, or give commits an effective date.";
                return Err(Error::new(Code::VersionNotFound, message).hint(hint));
            }
            Self::Tag(name) => tags.get(name)?.version,
        };
        check_kept(manifest, version)?;
        Ok(version)
    }
}

/// The latest date that may be asked for. Later than now is what a program noted before its clock was set back, or what
/// another machine noted whose clock is ahead.
fn settled(manifest: &Manifest, now: i64) -> i64 {
    let newest = manifest.log.tail.last().map(|commit| commit.get().committed_at);
    now.max(newest.unwrap_or(i64::MIN))
        .saturating_add(CLOCKS_DIFFER_MS)
}

/// Whether any commit was given an `effectiveAt`.
fn has_effective(manifest: &Manifest) -> bool {
    let log = &manifest.log;
    let mut closed = log.levels.iter().flatten();
    closed.any(|part| part.last_effective.is_some() || part.takes_back)
        || log.tail.iter().any(|commit| commit.get().effective_at.is_some())
}

fn future(at: i64, now: i64) -> Error {
    let message = format!(
        "{} lies in the future: what will be true then can still change. The clock of this machine shows {}.",
        iso_date(at),
        iso_date(now)
    );
    Error::new(Code::VersionNotFound, message).hint("Read the newest version instead.")
}

/// Refuses a version whose rows the retention may have dropped.
///
/// # Errors
/// [`Code::VersionExpired`].
pub(crate) fn check_kept(manifest: &Manifest, version: u64) -> Result<()> {
    if version >= manifest.oldest || manifest.kept.contains(&version) {
        return Ok(());
    }
    let message = format!(
        "Version {version} is older than the retention keeps; the oldest is {}.",
        manifest.oldest
    );
    Err(Error::new(Code::VersionExpired, message).hint("Tag a version to keep it beyond the retention."))
}
