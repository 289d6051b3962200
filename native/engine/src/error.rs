//! One error type: a code that programs match on, a sentence for people, what to do next, and the place.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

/// What kind of failure it is. The text of [`Code::as_str`] is part of the interface and never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// A table, tag or column name that no store may hold.
    InvalidName,
    /// A schema that cannot exist.
    InvalidSchema,
    /// A row, batch or value that does not fit the schema.
    InvalidRow,
    /// A filter that does not fit the schema, or is too large.
    InvalidFilter,
    /// A request that makes no sense: wrong dimensions, a negative limit.
    InvalidArgument,
    /// There is no table of that name.
    TableNotFound,
    /// There already is a table of that name.
    TableExists,
    /// The table has no column of that name.
    ColumnNotFound,
    /// The table already has a column of that name.
    ColumnExists,
    /// The operation needs a primary key, and the table has none.
    NoPrimaryKey,
    /// A key is in the table already, or twice in one write.
    DuplicateKey,
    /// No such version, or a date that lies in the future.
    VersionNotFound,
    /// The version is older than the retention keeps.
    VersionExpired,
    /// There is no tag of that name.
    TagNotFound,
    /// There already is a tag of that name.
    TagExists,
    /// The table has no branch of that name.
    BranchNotFound,
    /// The table already has a branch of that name.
    BranchExists,
    /// Rows were changed in both lines that are to be merged.
    MergeConflict,
    /// `effectiveAt` runs backwards.
    EffectiveDateBackwards,
    /// Somebody else changed the same rows first.
    Conflict,
    /// The store did not say whether the commit landed.
    CommitUnknown,
    /// A file is damaged.
    Corrupt,
    /// The table was written by a newer version of the software.
    UnsupportedFormat,
    /// An integer that a JavaScript number cannot hold.
    UnsafeInteger,
    /// The store does not know the credentials, or does not allow them what was asked.
    AccessDenied,
    /// The store lacks something without which two writers would lose rows.
    UnsupportedStore,
    /// The operating system or the store refused.
    Io,
    /// The handle was closed, or a failure inside made it unusable.
    Closed,
    /// A bug in Varve.
    Internal,
}

impl Code {
    /// The code as it crosses into other languages, such as `TABLE_NOT_FOUND`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidName => "INVALID_NAME",
            Self::InvalidSchema => "INVALID_SCHEMA",
            Self::InvalidRow => "INVALID_ROW",
            Self::InvalidFilter => "INVALID_FILTER",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::TableNotFound => "TABLE_NOT_FOUND",
            Self::TableExists => "TABLE_EXISTS",
            Self::ColumnNotFound => "COLUMN_NOT_FOUND",
            Self::ColumnExists => "COLUMN_EXISTS",
            Self::NoPrimaryKey => "NO_PRIMARY_KEY",
            Self::DuplicateKey => "DUPLICATE_KEY",
            Self::VersionNotFound => "VERSION_NOT_FOUND",
            Self::VersionExpired => "VERSION_EXPIRED",
            Self::TagNotFound => "TAG_NOT_FOUND",
            Self::TagExists => "TAG_EXISTS",
            Self::BranchNotFound => "BRANCH_NOT_FOUND",
            Self::BranchExists => "BRANCH_EXISTS",
            Self::MergeConflict => "MERGE_CONFLICT",
            Self::EffectiveDateBackwards => "EFFECTIVE_DATE_BACKWARDS",
            Self::Conflict => "CONFLICT",
            Self::CommitUnknown => "COMMIT_UNKNOWN",
            Self::Corrupt => "CORRUPT",
            Self::UnsupportedFormat => "UNSUPPORTED_FORMAT",
            Self::UnsafeInteger => "UNSAFE_INTEGER",
            Self::AccessDenied => "ACCESS_DENIED",
            Self::UnsupportedStore => "UNSUPPORTED_STORE",
            Self::Io => "IO",
            Self::Closed => "CLOSED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Where it happened, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: Option<String>,
    /// The column.
    pub column: Option<String>,
    /// The row of the batch, counted from 0.
    pub row: Option<u64>,
    /// The file, relative to the database.
    pub file: Option<String>,
}

/// A failure: code, message, hint and place.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Parts>);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    code: Code,
    message: String,
    hint: Option<String>,
    place: Place,
    cause: Option<Cause>,
}

/// What the operating system said. Two are equal where it is one refusal.
#[derive(Clone)]
struct Cause(Arc<std::io::Error>);

impl Cause {
    fn of(error: &std::io::Error) -> Self {
        let code = error.raw_os_error();
        Self(Arc::new(code.map_or_else(
            || error.kind().into(),
            std::io::Error::from_raw_os_error,
        )))
    }

    fn is_full_disk(&self) -> bool {
        matches!(self.0.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        (self.0.kind(), self.0.raw_os_error()) == (other.0.kind(), other.0.raw_os_error())
    }
}

impl Eq for Cause {}

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure with a sentence that says what happened.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let place = Place::default();
        Self(Box::new(Parts {
            code,
            message: message.into(),
            hint: None,
            place,
            cause: None,
        }))
    }

    /// A damaged file: what was found in it.
    pub fn corrupt(file: impl Into<String>, what: impl fmt::Display) -> Self {
        let file = file.into();
        Self::new(Code::Corrupt, format!("The file {file} is damaged: {what}."))
            .hint("Restore the file from a copy; verify the table to find every damaged file.")
            .file(file)
    }

    /// The operating system's refusal, with what was being done; [`Code::Corrupt`] for a file that is not what it should be.
    pub fn io(action: &str, file: impl Into<String>, error: &std::io::Error) -> Self {
        let file = file.into();
        if error.kind() == ErrorKind::InvalidData {
            return Self::corrupt(file, error);
        }
        let mut failed = Self::new(Code::Io, format!("Could not {action} {file}: {error}.")).file(file);
        failed.0.cause = Some(Cause::of(error));
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                failed.hint("Make room on the disk, then try again; what was committed before is safe.")
            }
            ErrorKind::ResourceBusy => failed.hint(
                "Another program, or a snapshot of this one, has a file open there. Close it, then try again; nothing was changed.",
            ),
            ErrorKind::Unsupported => failed.hint(
                "Keep the database on a disk of this machine, with ext4, XFS, Btrfs, APFS or NTFS on it.",
            ),
            _ => failed,
        }
    }

    /// A bug in Varve, never the caller's fault.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(
            Code::Internal,
            format!("An invariant of the engine does not hold: {what}."),
        )
        .hint("This is a bug in Varve. Please report it.")
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the table.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.0.place.table = Some(table.into());
        self
    }

    /// Adds the column.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.0.place.column = Some(column.into());
        self
    }

    /// Adds the row of the batch.
    #[must_use]
    pub fn row(mut self, row: usize) -> Self {
        self.0.place.row = Some(row as u64);
        self
    }

    /// Adds the file.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.0.place.file = Some(file.into());
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Whether there was no room on the disk.
    #[must_use]
    pub fn disk_is_full(&self) -> bool {
        self.0.cause.as_ref().is_some_and(Cause::is_full_disk)
    }

    /// The sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do next, where there is something to do.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The place.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.0.place
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, " {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {:?}", self.0.place)
    }
}

impl std::error::Error for Error {
    /// The refusal of the operating system, where there was one.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause = self.0.cause.as_ref()?;
        Some(&*cause.0)
    }
}
