use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::checked::BLOCK;
use crate::error::{Error, Result};

/// Checks a file whose bytes pass in order, in parts of any length, against its checksums at its end. It keeps 8 bytes for each block.
pub(crate) struct PassingFile<'a> {
    /// As errors name it.
    path: &'a str,
    length: u64,
    /// Where the blocks end and their checksums start.
    checksums: u64,
    seal: &'a str,
    position: u64,
    block: Vec<u8>,
    /// The checksums of the blocks that have passed.
    found: Vec<u8>,
    sealed: Box<Xxh3>,
}

impl<'a> PassingFile<'a> {
    pub(crate) fn new(path: &'a str, length: u64, checksums: u64, seal: &'a str) -> Self {
        Self {
            path,
            length,
            checksums,
            seal,
            position: 0,
            block: Vec::new(),
            found: Vec::new(),
            sealed: Box::default(),
        }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn pass(&mut self, mut bytes: &[u8]) -> Result<()> {
        while self.position < self.checksums && !bytes.is_empty() {
            let rest = usize::try_from(self.checksums - self.position).unwrap_or(usize::MAX);
            let room = (BLOCK - self.block.len()).min(rest);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.extend_from_slice(now);
            self.position += now.len() as u64;
            bytes = later;
            if self.block.len() == BLOCK || self.position == self.checksums {
                self.found.extend_from_slice(&xxh3_64(&self.block).to_le_bytes());
                self.block.clear();
            }
        }
        self.pass_end(bytes)
    }

    fn pass_end(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let at = usize::try_from(self.position - self.checksums).unwrap_or(usize::MAX);
        let expected = self.found.get(at..).unwrap_or_default();
        let wrong = expected.iter().zip(bytes).position(|(found, said)| found != said);
        if let Some(wrong) = wrong {
            let start = (at + wrong) / 8 * BLOCK;
            let what = format_args!("the checksum of the bytes from {start} on is wrong");
            return Err(Error::corrupt(self.path, what));
        }
        self.sealed.update(bytes);
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// All bytes have passed.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn end(self) -> Result<()> {
        if self.position != self.length {
            let (has, says) = (self.position, self.length);
            let what = format!("it has {has} bytes where the manifest says {says}");
            return Err(Error::corrupt(self.path, what));
        }
        let has_checksums = self.checksums.saturating_add(self.found.len() as u64) <= self.length;
        if !has_checksums || format!("{:016x}", self.sealed.digest()) != self.seal {
            return Err(Error::corrupt(self.path, "the checksum of its end is wrong"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::checked::CheckedWriter;
    use super::*;
    use crate::store::{MemoryStore, Store};

    /// A file of some blocks: its bytes, where its checksums start, and its seal.
    fn file(length: usize) -> (Vec<u8>, u64, String) {
        let store = MemoryStore::new();
        crate::store::Catalog::create_table(&store, "t", 1, b"").unwrap();
        let mut writer = CheckedWriter::new(store.create("t/data/x").unwrap());
        let content: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        writer.write(&content).unwrap();
        let (sink, checksums, _, seal) = writer.seal(b"what stands behind").unwrap();
        sink.finish().unwrap();
        let bytes = store.open("t/data/x").unwrap().unwrap().map().unwrap();
        (bytes.to_vec(), checksums, seal)
    }

    fn passes(bytes: &[u8], part: usize, (length, checksums, seal): (usize, u64, &str)) -> Result<()> {
        let mut passing = PassingFile::new("x", length as u64, checksums, seal);
        bytes.chunks(part).try_for_each(|part| passing.pass(part))?;
        passing.end()
    }

    #[test]
    fn a_whole_file_passes_in_parts_of_any_length() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77] {
            let (bytes, checksums, seal) = file(length);
            for part in [1, 100, BLOCK, 1 << 20] {
                passes(&bytes, part, (bytes.len(), checksums, &seal)).unwrap();
            }
        }
    }

    #[test]
    fn any_flipped_byte_and_any_other_length_is_found() {
        let (bytes, checksums, seal) = file(2 * BLOCK + 77);
        let said = (bytes.len(), checksums, seal.as_str());
        for at in (0..bytes.len())
            .step_by(499)
            .chain(checksums as usize..bytes.len())
        {
            let mut other = bytes.clone();
            other[at] ^= 4;
            assert!(passes(&other, 5000, said).is_err(), "byte {at}");
        }
        for length in [0, 1, BLOCK, bytes.len() - 1] {
            assert!(passes(&bytes[..length], 5000, said).is_err(), "{length}");
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert!(passes(&longer, 5000, said).is_err());
        // Numbers from a manifest are not believed.
        assert!(passes(&bytes, 5000, (bytes.len(), u64::MAX, &seal)).is_err());
    }
}
