use serde::Deserialize;

use super::{Log, Tags};
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

/// How far in the future a date may lie: clocks of two machines differ.
const FUTURE_MS: i64 = 60_000;

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
            Self::Date(at) if *at > settled(manifest, now) => return Err(future("date")),
            Self::Date(at) => log.version_at(&manifest.log, newest, *at)?,
            Self::Effective(at) if has_effective(manifest) => {
                log.version_effective(&manifest.log, newest, *at)?
            }
            Self::Effective(_) => {
                let message = "No commit of this table was given an effectiveAt.";
                let hint = "Ask by the date of commit instead, or write with { effectiveAt }.";
                return Err(Error::new(Code::VersionNotFound, message).hint(hint));
            }
            Self::Tag(name) => tags.get(name)?.version,
        };
        check_kept(manifest, version)?;
        Ok(version)
    }
}

/// The date up to which nothing can change any more: now, or that of the newest commit where the clock was set back since.
fn settled(manifest: &Manifest, now: i64) -> i64 {
    let newest = manifest.log.tail.last().map(|commit| commit.get().committed_at);
    now.saturating_add(FUTURE_MS).max(newest.unwrap_or(i64::MIN))
}

/// Whether any commit was given an `effectiveAt`.
fn has_effective(manifest: &Manifest) -> bool {
    let log = &manifest.log;
    let closed = log
        .levels
        .iter()
        .flatten()
        .any(|part| part.last_effective.is_some());
    closed || log.tail.iter().any(|commit| commit.get().effective_at.is_some())
}

fn future(what: &str) -> Error {
    Error::new(
        Code::VersionNotFound,
        format!("The {what} lies in the future: what will be true then can still change."),
    )
    .hint("Leave asOf() out to read the newest version.")
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
