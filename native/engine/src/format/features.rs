//! Words for what a table may need of whoever reads or writes it.

/// Manifests may stand in a journal, so that whoever looks for the newest one has to look there too.
pub(crate) const JOURNAL: &str = "journal";

/// A purge may be unfinished, and nothing that was made before it may land after it: a writer that does not know that brings rows back.
pub(crate) const PURGED: &str = "purged";

/// The table is a copy that is not whole yet: only who makes it goes on with it.
pub(crate) const COPYING: &str = "copying";

/// Several lines of a table name its files: a writer that does not know that removes what another line needs. Of a branch also a reader has to
/// know it, because its files lie in the directory of the table.
pub(crate) const BRANCHES: &str = "branches";

/// What this build can read, and what it can write.
const KNOWN_TO_READERS: [&str; 2] = [JOURNAL, BRANCHES];
const KNOWN_TO_WRITERS: [&str; 3] = [JOURNAL, PURGED, BRANCHES];

/// The first word that a reader of this build does not know.
pub(super) fn unknown_to_reader(features: &[String]) -> Option<&str> {
    first_besides(features, &KNOWN_TO_READERS)
}

/// The first word that a writer of this build does not know.
pub(super) fn unknown_to_writer(features: &[String]) -> Option<&str> {
    first_besides(features, &KNOWN_TO_WRITERS)
}

fn first_besides<'a>(features: &'a [String], known: &[&str]) -> Option<&'a str> {
    let mut features = features.iter().map(String::as_str);
    features.find(|feature| !known.contains(feature))
}
