use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64;

use crate::column::Guard;
use crate::error::{Error, Result};
use crate::store::{Bytes, Sink, Store};

/// Bytes under one checksum.
pub(super) const BLOCK: usize = 64 * 1024;

/// A file that is opened when it is first read, and whose blocks are checked against their checksums when they are first touched.
#[derive(Debug)]
pub(crate) struct CheckedFile {
    path: String,
    store: Arc<dyn Store>,
    length: u64,
    /// Where the blocks end and their checksums start.
    checksums: u64,
    seal: String,
    opened: OnceLock<Opened>,
}

#[derive(Debug)]
struct Opened {
    path: String,
    bytes: Bytes,
    end: usize,
    /// One bit a block: its checksum has been found right.
    confirmed: Vec<AtomicU64>,
}

impl CheckedFile {
    /// A file. In a store that is near it is opened now, and stays readable when it is removed; in one that is far when it is first
    /// read. Then its length and seal are checked, and blocks when they are read.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], also where it is missing.
    pub(crate) fn new(
        store: &Arc<dyn Store>,
        path: String,
        length: u64,
        checksums: u64,
        seal: &str,
    ) -> Result<Self> {
        let file = Self {
            path,
            store: Arc::clone(store),
            length,
            checksums,
            seal: seal.to_owned(),
            opened: OnceLock::new(),
        };
        if store.is_near() {
            file.open()?;
        }
        Ok(file)
    }

    #[inline]
    fn opened(&self) -> Result<&Opened> {
        match self.opened.get() {
            Some(opened) => Ok(opened),
            None => self.open(),
        }
    }

    /// Of two threads that open it at once one keeps what it has opened. A failure is not kept: the next read tries again.
    #[cold]
    fn open(&self) -> Result<&Opened> {
        let path = &self.path;
        let blob = self.store.open(path)?;
        let blob = blob.ok_or_else(|| Error::corrupt(path, "it is missing"))?;
        if blob.length() != self.length {
            let (has, says) = (blob.length(), self.length);
            let what = format!("it has {has} bytes where the manifest says {says}");
            return Err(Error::corrupt(path, what));
        }
        let opened = Opened::new(path, blob.map()?, self.checksums, &self.seal)?;
        Ok(self.opened.get_or_init(|| opened))
    }

    /// Checks every block.
    pub(crate) fn confirm_all(&self) -> Result<()> {
        let opened = self.opened()?;
        opened.confirm(0, opened.end).map(drop)
    }
}

impl Opened {
    fn new(path: &str, bytes: Bytes, checksums: u64, seal: &str) -> Result<Self> {
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
}

impl Guard for CheckedFile {
    #[inline]
    fn confirm(&self, start: usize, len: usize) -> Result<usize> {
        if len == 0 {
            return Ok(start);
        }
        self.opened()?.confirm(start, len)
    }

    #[inline]
    fn read(&self, start: usize, len: usize) -> Result<&[u8]> {
        if len == 0 {
            return Ok(&[]);
        }
        let opened = self.opened()?;
        opened.confirm(start, len)?;
        Ok(opened.bytes.get(start..start + len).unwrap_or_default())
    }

    fn bytes(&self) -> Result<&[u8]> {
        Ok(&self.opened()?.bytes)
    }

    fn let_go(&self, start: usize, len: usize) {
        if let Some(opened) = self.opened.get() {
            opened.bytes.let_go(start, len);
        }
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
