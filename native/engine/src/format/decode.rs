use serde::Deserialize;

use super::features::{COPYING, unknown_to_reader};
use super::manifest::FORMAT;
use super::{Manifest, check, open_json};
use crate::error::{Code, Error, Result};

impl Manifest {
    /// Reads a manifest and checks what must hold for every one.
    ///
    /// # Errors
    /// [`Code::Corrupt`] or [`Code::UnsupportedFormat`], naming the file. A copy that is not whole yet is refused.
    pub fn decode(bytes: &[u8], file: &str) -> Result<Self> {
        decode(bytes, file, false)
    }

    /// Reads a manifest that may be that of a copy which is not whole yet.
    ///
    /// # Errors
    /// As [`Manifest::decode`].
    pub(crate) fn decode_of_copy(bytes: &[u8], file: &str) -> Result<Self> {
        decode(bytes, file, true)
    }

    /// Whether it says that the table is a copy that is not whole yet.
    pub(crate) fn is_copying(&self) -> bool {
        self.reader_features.iter().any(|feature| feature == COPYING)
    }
}

fn decode(bytes: &[u8], file: &str, copying: bool) -> Result<Manifest> {
    /// The part that every format has.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        format: u32,
        #[serde(default)]
        reader_features: Vec<String>,
    }
    let mut head: Head = open_json(bytes, file)?;
    let unsupported = |message: String| {
        let error = Error::new(Code::UnsupportedFormat, message);
        Err(error.hint("Use a newer version of Varve.").file(file))
    };
    if head.format > FORMAT {
        return unsupported(format!(
            "The table is in format {}; this build reads up to {FORMAT}.",
            head.format
        ));
    }
    let features = head.reader_features.len();
    head.reader_features.retain(|feature| feature != COPYING);
    if let Some(feature) = unknown_to_reader(&head.reader_features) {
        return unsupported(format!(
            "The table uses the feature \"{feature}\", which this build does not know."
        ));
    }
    if features > head.reader_features.len() && !copying {
        let message = "The table is a copy that was not finished, so that it cannot be read.";
        return Err(Error::new(Code::UnsupportedFormat, message)
            .hint("Make the copy again: it goes on where it ended. Or drop the table.")
            .file(file));
    }
    let manifest: Manifest = open_json(bytes, file)?;
    check::manifest(&manifest, file)?;
    Ok(manifest)
}
