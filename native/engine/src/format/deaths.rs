use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Result};
use crate::store::Bytes;

const MAGIC: &[u8; 8] = b"VARVEDTH";
const HEADER: usize = 16;

/// Names a file of deaths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRef {
    /// The file in `deaths/`.
    pub file: String,
    /// Its length in bytes.
    pub length: u64,
    /// Its xxh3, 16 hexadecimal digits.
    pub xxh3: String,
    /// How many deaths are in it.
    pub count: u64,
}

/// Rows that died, ascending by id, each with the version that ended it: an immutable run.
///
/// The file: `VARVEDTH`, the count (u64), all ids (u64), all versions (u64), little-endian.
#[derive(Clone, Debug)]
pub struct DeathRun {
    bytes: Bytes,
    count: usize,
}

impl DeathRun {
    /// The bytes of a run. The pairs (id, version) ascend by id.
    #[must_use]
    pub fn encode(deaths: &[(u64, u64)]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + deaths.len() * 16);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(deaths.len() as u64).to_le_bytes());
        deaths
            .iter()
            .for_each(|(id, _)| bytes.extend_from_slice(&id.to_le_bytes()));
        deaths
            .iter()
            .for_each(|(_, version)| bytes.extend_from_slice(&version.to_le_bytes()));
        bytes
    }

    /// Names the bytes of a run.
    #[must_use]
    pub fn reference(file: String, bytes: &[u8]) -> RunRef {
        let count = (bytes.len().saturating_sub(HEADER) / 16) as u64;
        RunRef {
            file,
            length: bytes.len() as u64,
            xxh3: format!("{:016x}", xxh3_64(bytes)),
            count,
        }
    }

    /// Checks a file against its reference.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], naming the file.
    pub fn open(bytes: Bytes, reference: &RunRef, path: &str) -> Result<Self> {
        let count = usize::try_from(reference.count).unwrap_or(usize::MAX);
        let wanted = count.checked_mul(16).and_then(|n| n.checked_add(HEADER));
        if bytes.len() as u64 != reference.length || wanted != Some(bytes.len()) {
            let what = format!(
                "it has {} bytes where the manifest says {}",
                bytes.len(),
                reference.length
            );
            return Err(Error::corrupt(path, what));
        }
        if format!("{:016x}", xxh3_64(&bytes)) != reference.xxh3 || !bytes.starts_with(MAGIC) {
            return Err(Error::corrupt(path, "its checksum is wrong"));
        }
        Ok(Self { bytes, count })
    }

    /// How many deaths there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The id and the version at a position.
    #[inline]
    #[must_use]
    pub fn get(&self, at: usize) -> (u64, u64) {
        (self.word(at), self.word(self.count + at))
    }

    #[inline]
    fn word(&self, at: usize) -> u64 {
        let start = HEADER + at * 8;
        let bytes = self
            .bytes
            .get(start..start + 8)
            .and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(u64::MAX, u64::from_le_bytes)
    }

    /// The first position whose id is not less than `id`.
    #[must_use]
    pub fn lower_bound(&self, id: u64) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.word(middle) < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
