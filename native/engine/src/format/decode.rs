use serde::Deserialize;

use super::features::unknown_to_reader;
use super::manifest::FORMAT;
use super::{Manifest, check, open_json};
use crate::error::{Code, Error, Result};

impl Manifest {
    /// Reads a manifest and checks what must hold for every one.
    ///
    /// # Errors
    /// [`Code::Corrupt`] or [`Code::UnsupportedFormat`], naming the file.
    pub fn decode(bytes: &[u8], file: &str) -> Result<Self> {
        /// The part that every format has.
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head {
            format: u32,
            #[serde(default)]
            reader_features: Vec<String>,
        }
        let head: Head = open_json(bytes, file)?;
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
        if let Some(feature) = unknown_to_reader(&head.reader_features) {
            return unsupported(format!(
                "The table uses the feature \"{feature}\", which this build does not know."
            ));
        }
        let manifest: Self = open_json(bytes, file)?;
        check::manifest(&manifest, file)?;
        Ok(manifest)
    }
}
