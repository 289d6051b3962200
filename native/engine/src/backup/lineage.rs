use std::sync::Arc;

use crate::error::{Code, Error, Result};
use crate::format::Manifest;
use crate::history::Log;
use crate::home::TableHome;

/// What to do with what is there and is not to be written over.
const HINT: &str = "Copy to another place, or drop the table there first. Nothing was changed.";

/// The log of a table.
pub(super) fn log_of(home: &TableHome) -> Log {
    Log::new(Arc::clone(&home.store), home.path("_log"))
}

/// Refuses to make a table the copy of another one, or of itself as it was. What is there must be an earlier state of it: the commit of
/// its newest version must be in the history of the source, by its unique name.
///
/// # Errors
/// [`Code::TableExists`], [`Code::Conflict`].
pub(super) fn check_lineage(
    (source, newest): (&TableHome, &Manifest),
    (target, copy): (&TableHome, &Manifest),
) -> Result<()> {
    let name = &source.name;
    if copy.incarnation != newest.incarnation {
        let message = format!(
            "There is another table \"{name}\" at the target: not a copy of this one, or a copy of one that was dropped and created anew since."
        );
        return Err(Error::new(Code::TableExists, message).hint(HINT));
    }
    if copy.version > newest.version {
        let message = format!(
            "The table \"{name}\" is at version {} at the target, and at version {} here.",
            copy.version, newest.version
        );
        return Err(Error::new(Code::Conflict, message).hint(format!(
            "If the target is the one to go on with, copy it the other way. If not: {}",
            HINT.replacen('C', "c", 1)
        )));
    }
    if copy.version == 0 {
        return Ok(());
    }
    let version = copy.version;
    let copied = log_of(target)
        .commit(&copy.log, version)
        .map_err(|e| unreadable(&e))?;
    match log_of(source).commit(&newest.log, version) {
        Ok(own) if own.get().id == copied.get().id => Ok(()),
        Err(error) if error.code() != Code::VersionNotFound => Err(error),
        _ => {
            let message = format!(
                "Version {version} of the table \"{name}\" is another commit at the target than here: both were written to since the last copy."
            );
            Err(Error::new(Code::Conflict, message).hint(HINT))
        }
    }
}

/// That a copy is damaged, and not the table that is copied: their files have the same names.
pub(super) fn unreadable(error: &Error) -> Error {
    if error.code() != Code::Corrupt {
        return error.clone();
    }
    let message = format!("What is at the target cannot be read. {}", error.message());
    let file = error.place().file.clone().unwrap_or_default();
    Error::new(Code::Corrupt, message)
        .hint("Drop the table at the target, or copy to another place.")
        .file(file)
}
