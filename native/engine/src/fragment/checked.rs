use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_64;

use crate::column::Guard;
use crate::error::{Error, Result};
use crate::store::{Bytes, Sink};

/// Bytes under one checksum.
const BLOCK: usize = 64 * 1024;

/// A file whose blocks are checked against their checksums when they are first touched.
#[derive(Debug)]
pub(crate) struct CheckedFile {
    path: String,
    bytes: Bytes,
    /// Where the blocks end and their checksums start.
    end: usize,
    /// One bit a block: its checksum has been found right.
    confirmed: Vec<AtomicU64>,
}

impl CheckedFile {
    /// Opens a file: length and seal are checked now, the blocks when they are read.
    pub(crate) fn open(path: &str, bytes: Bytes, length: u64, checksums: u64, seal: &str) -> Result<Self> {
        if bytes.len() as u64 != length {
            let what = format!("it has {} bytes where the manifest says {length}", bytes.len());
            return Err(Error::corrupt(path, what));
        }
        let end = usize::try_from(checksums).ok().filter(|end| *end <= bytes.len());
        let Some(end) = end else {
            return Err(Error::corrupt(path, "its checksums lie beyond its end"));
        };
        let blocks = end.div_ceil(BLOCK);
        let sealed = bytes.get(end..).unwrap_or_default();
        if sealed.len() < blocks * 8 || format!("{:016x}", xxh3_64(sealed)) != seal {
            return Err(Error::corrupt(path, "the checksum of its end is wrong"));
        }
        let confirmed = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self {
            path: path.to_owned(),
            bytes,
            end,
            confirmed,
        })
    }

    /// Checks every block.
    pub(crate) fn confirm_all(&self) -> Result<()> {
        self.confirm(0, self.end).map(drop)
    }

    #[cold]
    fn check_block(&self, block: usize) -> Result<()> {
        let start = block * BLOCK;
        let content = self
            .bytes
            .get(start..self.end.min(start + BLOCK))
            .unwrap_or_default();
        let at = self.end + block * 8;
        let expected = self.bytes.get(at..at + 8).unwrap_or_default();
        if xxh3_64(content).to_le_bytes() != expected {
            return Err(Error::corrupt(
                &self.path,
                format_args!("the checksum of the bytes from {start} on is wrong"),
            ));
        }
        if let Some(word) = self.confirmed.get(block / 64) {
            word.fetch_or(1 << (block % 64), Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Guard for CheckedFile {
    #[inline]
    fn confirm(&self, start: usize, len: usize) -> Result<usize> {
        if len == 0 {
            return Ok(start);
        }
        let last = (start + len - 1) / BLOCK;
        for block in start / BLOCK..=last {
            let word = self
                .confirmed
                .get(block / 64)
                .map_or(0, |word| word.load(Ordering::Relaxed));
            if word >> (block % 64) & 1 == 0 {
                self.check_block(block)?;
            }
        }
        Ok((last + 1) * BLOCK)
    }

    fn file(&self) -> &str {
        &self.path
    }
}

/// Writes a file and keeps the checksum of every block.
pub(crate) struct CheckedWriter {
    sink: Box<dyn Sink>,
    block: Vec<u8>,
    checksums: Vec<u8>,
    written: u64,
}

impl CheckedWriter {
    pub(crate) fn new(sink: Box<dyn Sink>) -> Self {
        Self {
            sink,
            block: Vec::with_capacity(BLOCK),
            checksums: Vec::new(),
            written: 0,
        }
    }

    /// How many bytes were written.
    pub(crate) fn position(&self) -> u64 {
        self.written
    }

    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.written += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.block.is_empty() && bytes.len() >= BLOCK {
                let whole = bytes.len() - bytes.len() % BLOCK;
                let (blocks, rest) = bytes.split_at(whole);
                for block in blocks.chunks(BLOCK) {
                    self.checksums.extend_from_slice(&xxh3_64(block).to_le_bytes());
                }
                self.sink.write(blocks)?;
                bytes = rest;
                continue;
            }
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Zeros up to the next multiple of 64.
    pub(crate) fn pad(&mut self) -> Result<()> {
        let missing = self.written.next_multiple_of(64) - self.written;
        self.write([0; 64].get(..missing as usize).unwrap_or_default())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.block.is_empty() {
            self.checksums
                .extend_from_slice(&xxh3_64(&self.block).to_le_bytes());
            self.sink.write(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }

    /// Writes the checksums and what stands behind them; returns where they start and their seal.
    pub(crate) fn seal(mut self, end: &[u8]) -> Result<(Box<dyn Sink>, u64, u64, String)> {
        self.flush()?;
        let start = self.written;
        let mut sealed = std::mem::take(&mut self.checksums);
        sealed.extend_from_slice(end);
        self.sink.write(&sealed)?;
        let length = start + sealed.len() as u64;
        Ok((self.sink, start, length, format!("{:016x}", xxh3_64(&sealed))))
    }
}
