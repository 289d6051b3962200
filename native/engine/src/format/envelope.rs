use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Result};

const OPEN: &str = "{\"xxh3\":\"";
const MIDDLE: &str = "\",\"content\":";
/// Where the content starts: behind the checksum of 16 digits.
const START: usize = OPEN.len() + 16 + MIDDLE.len();

/// `{"xxh3":"<16 digits>","content":<the structure>}`: JSON that says itself whether it is whole. The checksum is of the
/// content's bytes as they stand.
///
/// # Errors
/// [`crate::error::Code::Internal`]: the structure is no JSON.
pub fn seal_json<T: Serialize>(content: &T) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(48 * 1024);
    bytes.resize(START, 0);
    serde_json::to_writer(&mut bytes, content).map_err(Error::internal)?;
    let hash = xxh3_64(bytes.get(START..).unwrap_or_default());
    let head = format!("{OPEN}{hash:016x}{MIDDLE}");
    bytes.splice(..START, head.into_bytes());
    bytes.extend_from_slice(b"}\n");
    Ok(bytes)
}

/// Reads what [`seal_json`] wrote.
///
/// # Errors
/// [`crate::error::Code::Corrupt`], naming the file.
pub(crate) fn open_json<T: DeserializeOwned>(bytes: &[u8], file: &str) -> Result<T> {
    let content = bytes.strip_suffix(b"}\n").and_then(|bytes| bytes.get(START..));
    let Some(content) = content else {
        return Err(Error::corrupt(file, "it is cut short"));
    };
    let head = format!("{OPEN}{:016x}{MIDDLE}", xxh3_64(content));
    if bytes.get(..START) != Some(head.as_bytes()) {
        return Err(Error::corrupt(file, "its checksum is wrong"));
    }
    serde_json::from_slice(content)
        .map_err(|error| Error::corrupt(file, format_args!("its JSON does not fit: {error}")))
}
