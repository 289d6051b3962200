use std::fmt::Debug;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::store::Bytes;

/// A file whose bytes are trusted when a checksum has confirmed them, which happens once. It may be opened when it is first read.
pub trait Guard: Send + Sync + Debug {
    /// Confirms the bytes of a range of the file, and returns where those end that were confirmed with them.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], naming the file.
    fn confirm(&self, start: usize, len: usize) -> Result<usize>;
    /// Bytes of the file, confirmed; fewer where it ends before.
    ///
    /// # Errors
    /// As [`Guard::confirm`].
    fn read(&self, start: usize, len: usize) -> Result<&[u8]>;
    /// All bytes of the file, unconfirmed.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], naming the file; what the store says.
    fn bytes(&self) -> Result<&[u8]>;
    /// Says that bytes will not be read soon: see [`Bytes`].
    fn let_go(&self, _start: usize, _len: usize) {}
    /// The file, for errors.
    fn file(&self) -> &str;
}

/// A run of bytes: of its own, or a part of a file that a `Guard` watches.
#[derive(Clone, Debug)]
pub struct Buffer {
    source: Source,
    start: usize,
    len: usize,
}

#[derive(Clone, Debug)]
enum Source {
    Memory(Bytes),
    File(Arc<dyn Guard>),
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        let len = bytes.len();
        Self {
            source: Source::Memory(Bytes::from(bytes)),
            start: 0,
            len,
        }
    }
}

impl Buffer {
    /// A part of a file. A part that reaches beyond the end reads as damaged.
    #[must_use]
    pub fn guarded(start: usize, len: usize, guard: Arc<dyn Guard>) -> Self {
        Self {
            source: Source::File(guard),
            start,
            len,
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
        let bytes = match &self.source {
            Source::Memory(bytes) => bytes.get(from..from + len).unwrap_or_default(),
            Source::File(guard) => guard.read(from, len)?,
        };
        if bytes.len() < len {
            return Err(self.short(start + len));
        }
        Ok(bytes)
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
            if let Source::File(guard) = &self.source
                && !(confirmed.start <= start && end <= confirmed.end)
            {
                let until = guard.confirm(self.start + start, len)?;
                confirmed = start..until.saturating_sub(self.start);
            }
        }
        let bytes = match &self.source {
            Source::Memory(bytes) => bytes,
            Source::File(guard) => guard.bytes()?,
        };
        bytes
            .get(self.start..self.start + self.len)
            .ok_or_else(|| self.short(self.len))
    }

    /// Says that it will not be read soon: see [`Bytes`].
    pub(crate) fn let_go(&self) {
        match &self.source {
            Source::Memory(bytes) => bytes.let_go(self.start, self.len),
            Source::File(guard) => guard.let_go(self.start, self.len),
        }
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
        match &self.source {
            Source::File(guard) => Error::corrupt(guard.file(), what),
            Source::Memory(_) => Error::internal(format_args!("a buffer in memory is damaged: {what}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::error::Code;

    const BLOCK: usize = 64;

    /// Confirms blocks of 64 bytes, all but one, and remembers which were asked for.
    #[derive(Debug)]
    struct Blocks {
        content: Vec<u8>,
        damaged: usize,
        asked: Mutex<Vec<usize>>,
    }

    impl Guard for Blocks {
        fn confirm(&self, start: usize, len: usize) -> Result<usize> {
            let last = (start + len - 1) / BLOCK;
            for block in start / BLOCK..=last {
                self.asked.lock().unwrap().push(block);
                if block == self.damaged {
                    return Err(Error::corrupt(self.file(), "a block"));
                }
            }
            Ok((last + 1) * BLOCK)
        }

        fn read(&self, start: usize, len: usize) -> Result<&[u8]> {
            self.confirm(start, len)?;
            Ok(self.content.get(start..start + len).unwrap_or_default())
        }

        fn bytes(&self) -> Result<&[u8]> {
            Ok(&self.content)
        }

        fn file(&self) -> &str {
            "a file"
        }
    }

    /// A buffer from byte 100 of a file on, whose block 5 is damaged: its bytes 220 to 283.
    fn buffer() -> (Arc<Blocks>, Buffer) {
        let asked = Mutex::new(Vec::new());
        let content = vec![7; 1000];
        let guard = Arc::new(Blocks {
            content,
            damaged: 5,
            asked,
        });
        let watched: Arc<dyn Guard> = Arc::clone(&guard) as _;
        (guard, Buffer::guarded(100, 500, watched))
    }

    fn asked(ranges: &[(usize, usize)]) -> (Vec<usize>, Option<Code>) {
        let (guard, buffer) = buffer();
        let outcome = buffer.at(ranges.iter().copied()).map(<[u8]>::len);
        let code = outcome.as_ref().err().map(Error::code);
        assert!(code.is_some() || outcome.unwrap() == 500);
        let asked = guard.asked.lock().unwrap().clone();
        (asked, code)
    }

    #[test]
    fn ranges_of_one_block_are_confirmed_once() {
        assert_eq!(asked(&[(0, 8), (8, 8), (20, 8)]), (vec![1], None));
    }

    #[test]
    fn a_range_that_reaches_into_the_next_block_confirms_both() {
        assert_eq!(asked(&[(0, 8), (24, 8)]), (vec![1, 1, 2], None));
    }

    #[test]
    fn ranges_in_any_order_are_confirmed() {
        assert_eq!(asked(&[(300, 8), (0, 8), (300, 8)]), (vec![6, 1, 6], None));
    }

    #[test]
    fn a_start_before_what_was_confirmed_is_confirmed_too() {
        assert_eq!(asked(&[(10, 8), (2, 8)]), (vec![1, 1], None));
    }

    #[test]
    fn damage_is_found_wherever_it_lies() {
        let corrupt = Some(Code::Corrupt);
        assert_eq!(asked(&[(0, 8), (219, 2)]), (vec![1, 4, 5], corrupt));
        assert_eq!(asked(&[(283, 1)]), (vec![5], corrupt));
    }

    #[test]
    fn a_range_beyond_the_end_is_an_error() {
        let corrupt = Some(Code::Corrupt);
        assert_eq!(asked(&[(495, 6)]), (vec![], corrupt));
        assert_eq!(asked(&[(usize::MAX, 6)]), (vec![], corrupt));
    }
}
