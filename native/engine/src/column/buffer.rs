use std::fmt::Debug;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::store::Bytes;

/// Says whether bytes of a file may be trusted: what a checksum has confirmed, it confirms once.
pub trait Guard: Send + Sync + Debug {
    /// Confirms the bytes of a range of the file, and returns where those end that were confirmed with them.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], naming the file.
    fn confirm(&self, start: usize, len: usize) -> Result<usize>;
    /// The file, for errors.
    fn file(&self) -> &str;
}

/// A run of bytes: of its own, or a part of a file that a [`Guard`] watches.
#[derive(Clone, Debug)]
pub struct Buffer {
    bytes: Bytes,
    start: usize,
    len: usize,
    guard: Option<Arc<dyn Guard>>,
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        let len = bytes.len();
        Self {
            bytes: Bytes::from(bytes),
            start: 0,
            len,
            guard: None,
        }
    }
}

impl Buffer {
    /// A part of a file. A part that reaches beyond the end reads as damaged.
    #[must_use]
    pub fn guarded(bytes: Bytes, start: usize, len: usize, guard: Arc<dyn Guard>) -> Self {
        Self {
            bytes,
            start,
            len,
            guard: Some(guard),
        }
    }

    /// A part of the buffer, without a copy. One that reaches beyond the end is empty, and reads as too short.
    #[must_use]
    pub fn part(&self, start: usize, len: usize) -> Self {
        let inside = start.checked_add(len).is_some_and(|end| end <= self.len);
        let (start, len) = if inside { (self.start + start, len) } else { (0, 0) };
        Self {
            start,
            len,
            ..self.clone()
        }
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// `len` bytes from `start`.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]: they reach beyond the end, or the checksum of their block is wrong.
    #[inline]
    pub fn get(&self, start: usize, len: usize) -> Result<&[u8]> {
        if start.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(self.short(start.saturating_add(len)));
        }
        let from = self.start + start;
        if let Some(guard) = &self.guard {
            guard.confirm(from, len)?;
        }
        self.bytes
            .get(from..from + len)
            .ok_or_else(|| self.short(start + len))
    }

    /// All bytes.
    ///
    /// # Errors
    /// As [`Buffer::get`].
    pub fn all(&self) -> Result<&[u8]> {
        self.get(0, self.len)
    }

    /// All bytes, of which only ranges are confirmed: `(start, len)`, by ascending start; where they are not ascending it takes
    /// longer.
    ///
    /// # Errors
    /// As [`Buffer::get`].
    pub fn at(&self, ranges: impl Iterator<Item = (usize, usize)>) -> Result<&[u8]> {
        let mut confirmed = 0..0;
        for (start, len) in ranges {
            let end = start.checked_add(len).filter(|end| *end <= self.len);
            let end = end.ok_or_else(|| self.short(start.saturating_add(len)))?;
            if let Some(guard) = &self.guard
                && !(confirmed.start <= start && end <= confirmed.end)
            {
                let until = guard.confirm(self.start + start, len)?;
                confirmed = start..until.saturating_sub(self.start);
            }
        }
        self.bytes
            .get(self.start..self.start + self.len)
            .ok_or_else(|| self.short(self.len))
    }

    /// Says that it will not be read soon: see [`Bytes`].
    pub(crate) fn let_go(&self) {
        self.bytes.let_go(self.start, self.len);
    }

    /// The error of a buffer that is too short.
    #[must_use]
    pub fn short(&self, wanted: usize) -> Error {
        self.damaged(&format!(
            "a buffer has {} bytes where {wanted} are needed",
            self.len
        ))
    }

    /// The error of a buffer that holds nonsense.
    #[must_use]
    pub fn damaged(&self, what: &str) -> Error {
        match &self.guard {
            Some(guard) => Error::corrupt(guard.file(), what),
            None => Error::internal(format_args!("a buffer in memory is damaged: {what}")),
        }
    }
}
