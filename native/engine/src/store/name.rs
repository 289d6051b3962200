//! Names are refused here and nowhere else: of tables and tags, which people choose, and of files, which manifests hold.

use crate::environment::Uuid;
use crate::error::{Code, Error, Result};

/// What stands between the name of a table and that of a branch. No name of a table has it.
const BRANCH: char = '@';

/// What the table itself is called among its branches.
const MAIN: &str = "main";

/// What the directory of a line ends with.
pub(crate) const DIRECTORY_ENDING: &str = ".varve";

const RULES: &str = "A name has 1 to 100 bytes: letters, digits, '_', '-' and '.', the first a letter, a digit or '_'. \
    Names that an operating system reserves (CON, NUL, ...) are refused.";

/// Checks the name of a table.
///
/// # Errors
/// [`Code::InvalidName`], with the rules.
pub(crate) fn check_table_name(name: &str) -> Result<()> {
    check(name, "a table")
}

/// Checks the name of a line: of a table, or of a branch of one, `table@branch`.
///
/// # Errors
/// [`Code::InvalidName`], with the rules.
pub(crate) fn check_line_name(name: &str) -> Result<()> {
    match name.split_once(BRANCH) {
        Some((table, branch)) => check_table_name(table).and_then(|()| check_branch_name(branch)),
        None => check_table_name(name),
    }
}

/// Checks the name of a branch.
///
/// # Errors
/// [`Code::InvalidName`], with the rules.
pub(crate) fn check_branch_name(name: &str) -> Result<()> {
    if fold_case(name) == MAIN {
        let message = format!(
            "\"{name}\" cannot be the name of a branch: it is what the table itself is called among its branches."
        );
        return Err(Error::new(Code::InvalidName, message).hint("Choose another name."));
    }
    check(name, "a branch")
}

/// The table of a line: what stands before the name of the branch, where it is one.
pub(crate) fn table_of(line: &str) -> &str {
    line.split_once(BRANCH).map_or(line, |(table, _)| table)
}

/// The name of the branch that a line is; none where it is the table itself.
pub(crate) fn branch_of(line: &str) -> Option<&str> {
    line.split_once(BRANCH).map(|(_, branch)| branch)
}

/// The name of a line of a table.
pub(crate) fn line_of(table: &str, branch: Option<&str>) -> String {
    branch.map_or_else(|| table.to_owned(), |branch| format!("{table}{BRANCH}{branch}"))
}

/// The directory with the files of rows, deaths, indexes and the log that a line names: all lines of a table have one.
pub(crate) fn pool_of(directory: &str) -> String {
    match directory.split_once(BRANCH) {
        Some((table, _)) => format!("{table}{DIRECTORY_ENDING}"),
        None => directory.to_owned(),
    }
}

/// Checks the name of a tag.
///
/// # Errors
/// [`Code::InvalidName`], with the rules.
pub(crate) fn check_tag_name(name: &str) -> Result<()> {
    check(name, "a tag")
}

fn check(name: &str, of: &str) -> Result<()> {
    let first = name.chars().next();
    let starts_well = first.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let all_well = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let ends_well = !name.ends_with('.');
    if starts_well && all_well && ends_well && name.len() <= 100 && !is_reserved(name) {
        return Ok(());
    }
    let shown: String = name.chars().take(40).flat_map(char::escape_default).collect();
    Err(Error::new(
        Code::InvalidName,
        format!("\"{shown}\" cannot be the name of {of}."),
    )
    .hint(RULES))
}

/// What two names have in common that differ only in case, in any script: on some systems they are one file.
#[must_use]
pub(crate) fn fold_case(name: &str) -> String {
    let upper = name.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

/// A name with every letter in its other case, where it has one.
pub(crate) fn swap_case(name: &str) -> String {
    let swapped = |c: char| {
        let (mut upper, mut lower) = (c.to_uppercase(), c.to_lowercase());
        match (upper.next(), upper.next(), lower.next(), lower.next()) {
            (Some(upper), None, ..) if upper != c => upper,
            (_, _, Some(lower), None) => lower,
            _ => c,
        }
    };
    name.chars().map(swapped).collect()
}

/// Of some names the one that differs from a name only in case, if there is one.
pub(crate) fn in_other_case<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let folded = fold_case(name);
    let mut others = names.filter(|other| *other != name);
    others.find(|other| fold_case(other) == folded).map(str::to_owned)
}

/// The device names of Windows, with or without an extension: a table must be able to move there.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_uppercase();
    let port = |prefix: &str| {
        let number = stem.strip_prefix(prefix);
        number.is_some_and(|n| n.len() == 1 && n.chars().all(|c| c.is_ascii_digit()))
    };
    matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || port("COM")
        || port("LPT")
}

/// The greatest sequence that a manifest may have. The first of a table is at most half of it.
pub(crate) const SEQUENCE_MAX: u64 = 1 << 63;

/// The name of a manifest: numbers run backwards, so that the newest sorts first.
#[must_use]
pub fn manifest_name(sequence: u64) -> String {
    format!("{:020}.json", u64::MAX - sequence)
}

/// The sequence of a manifest's name; `None` for any other file.
#[must_use]
pub fn manifest_sequence(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json").filter(|digits| digits.len() == 20)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    Some(u64::MAX - digits.parse::<u64>().ok()?)
}

/// The bare name of a file that the engine made: 32 hexadecimal digits or a number, and endings of letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FileName(String);

impl FileName {
    /// A new name with an ending such as `rows.arrow`.
    #[must_use]
    pub(crate) fn unique(uuid: Uuid, ending: &str) -> Self {
        Self(format!("{}.{ending}", uuid.to_hex()))
    }

    /// Accepts a name read from a file, which nobody vouches for.
    ///
    /// # Errors
    /// [`Code::Corrupt`]: the name holds a path, or anything else that the engine never generates.
    pub(crate) fn parse(name: &str, found_in: &str) -> Result<Self> {
        let part_is_plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if name.len() <= 100 && name.split('.').all(part_is_plain) {
            return Ok(Self(name.to_owned()));
        }
        let shown: String = name.chars().take(40).flat_map(char::escape_default).collect();
        Err(Error::corrupt(
            found_in,
            format_args!("it names the file \"{shown}\", which is no generated name"),
        ))
    }

    /// The name.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_refused() {
        let hostile = [
            "", ".", "..", "../x", "a/b", "a\\b", "a\0b", ".hidden", "a.", "con", "NUL.txt", "COM1", "a b",
            "x:y", "-a",
        ];
        for name in hostile {
            assert!(check_table_name(name).is_err(), "{name:?}");
            assert!(check_tag_name(name).is_err(), "{name:?}");
        }
        assert!(check_table_name(&"x".repeat(101)).is_err());
        for name in ["docs", "a.b", "v1.2-rc_3", "été", "Comet", "_x"] {
            assert!(check_table_name(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn names_are_alike_but_for_their_case() {
        for (a, b) in [
            ("docs", "DOCS"),
            ("Été", "éTÉ"),
            ("straße", "STRASSE"),
            ("ΣΟΣ", "σος"),
            ("ſ", "S"),
        ] {
            assert_eq!(in_other_case(a, ["x", b].into_iter()).as_deref(), Some(b));
            assert_eq!(in_other_case(b, [a].into_iter()).as_deref(), Some(a));
        }
        assert_eq!(swap_case("Été_1ß"), "éTÉ_1ß");
        assert_eq!(in_other_case("docs", ["docs", "docs2", "dócs"].into_iter()), None);
    }

    #[test]
    fn file_names_from_a_manifest_are_bare() {
        for name in ["", "..", "a/b", "../data", "A.arrow", "a..b", ".a", "a\\b", "a\0"] {
            assert!(FileName::parse(name, "m").is_err(), "{name:?}");
        }
        assert!(FileName::parse("0123456789abcdef0123456789abcdef.rows.arrow", "m").is_ok());
    }
}
