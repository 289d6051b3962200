//! What can be wrong with a model's files.

use std::{error::Error, fmt, io, path::PathBuf};

/// Why a model could not be opened. Each kind names the file.
///
/// The kind is API, the text is not.
///
/// ```
/// use varve_embedder::{Model, ModelError};
///
/// let error = Model::open("no/such/folder".as_ref()).unwrap_err();
/// assert!(matches!(error, ModelError::Missing { .. }));
/// assert!(error.file().ends_with("model.safetensors"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ModelError {
    /// The file is not there: give the folder that holds it, or install the package again.
    Missing {
        /// The file looked for.
        file: PathBuf,
    },
    /// The file is there and cannot be read: see to the cause (permissions, disk) and try again.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file's content contradicts itself or breaks off: replace it.
    Damaged {
        /// The file.
        file: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The tensors do not have the shapes of a token table that fits the vocabulary: use files of one model.
    WrongShape {
        /// The file.
        file: PathBuf,
        /// Which shape was found and which was expected.
        detail: String,
    },
    /// The file is in order and asks for something this crate does not do: use a model of the built-in's kind.
    Unsupported {
        /// The file.
        file: PathBuf,
        /// What it asks for.
        detail: String,
    },
}

impl ModelError {
    /// The file at fault. From [`Model::from_bytes`](crate::Model::from_bytes) it is the file's usual name.
    pub fn file(&self) -> &std::path::Path {
        match self {
            Self::Missing { file }
            | Self::Unreadable { file, .. }
            | Self::Damaged { file, .. }
            | Self::WrongShape { file, .. }
            | Self::Unsupported { file, .. } => file,
        }
    }

    /// Adds the file: parsers see bytes and do not know where they came from.
    pub(crate) fn in_file(mut self, named: impl Into<PathBuf>) -> Self {
        match &mut self {
            Self::Missing { file }
            | Self::Unreadable { file, .. }
            | Self::Damaged { file, .. }
            | Self::WrongShape { file, .. }
            | Self::Unsupported { file, .. } => *file = named.into(),
        }
        self
    }

    pub(crate) fn from_io(file: impl Into<PathBuf>, source: io::Error) -> Self {
        let file = file.into();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { file },
            _ => Self::Unreadable { file, source },
        }
    }

    pub(crate) fn damaged(detail: impl Into<String>) -> Self {
        Self::Damaged {
            file: PathBuf::new(),
            detail: detail.into(),
        }
    }

    pub(crate) fn wrong_shape(detail: impl Into<String>) -> Self {
        Self::WrongShape {
            file: PathBuf::new(),
            detail: detail.into(),
        }
    }

    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self::Unsupported {
            file: PathBuf::new(),
            detail: detail.into(),
        }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file().display();
        match self {
            Self::Missing { .. } => write!(f, "{file}: no such file"),
            Self::Unreadable { source, .. } => write!(f, "{file}: cannot be read: {source}"),
            Self::Damaged { detail, .. } => write!(f, "{file}: damaged: {detail}"),
            Self::WrongShape { detail, .. } => write!(f, "{file}: wrong shape: {detail}"),
            Self::Unsupported { detail, .. } => write!(f, "{file}: not supported: {detail}"),
        }
    }
}

impl Error for ModelError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}
