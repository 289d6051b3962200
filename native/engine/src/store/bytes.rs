use std::ops::Deref;
use std::sync::Arc;

use super::Blob;
use crate::error::Result;

/// Shared, immutable bytes: a mapped file or a buffer. Cloning copies a pointer.
#[derive(Clone, Debug)]
pub struct Bytes(Arc<Owner>);

#[derive(Debug)]
enum Owner {
    Buffer(Vec<u8>),
    Map(memmap2::Mmap),
}

impl Bytes {
    pub(crate) fn mapped(map: memmap2::Mmap) -> Self {
        Self(Arc::new(Owner::Map(map)))
    }

    /// Says that a part of a mapped file will not be read soon: its pages stay in the cache of the system and count for this
    /// process no longer. Reading them again is as right as before, and costs a fault for every 64 KiB or so.
    pub(crate) fn let_go(&self, start: usize, len: usize) {
        #[cfg(not(unix))]
        let _ = (start, len);
        #[cfg(unix)]
        if let Owner::Map(map) = &*self.0
            && start.checked_add(len).is_some_and(|end| end <= map.len())
        {
            // SAFETY: the map is read-only and of a file that is never changed, so that pages that are dropped come back
            // with the same bytes.
            let done = unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, len) };
            // It is advice: without it the pages stay.
            drop(done);
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(buffer: Vec<u8>) -> Self {
        Self(Arc::new(Owner::Buffer(buffer)))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &*self.0 {
            Owner::Buffer(buffer) => buffer,
            Owner::Map(map) => map,
        }
    }
}

/// A file whose bytes are all here.
impl Blob for Bytes {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn map(&self) -> Result<Bytes> {
        Ok(self.clone())
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// A mapped file of some pages.
    fn mapped(name: &str, content: &[u8]) -> Bytes {
        let path = std::env::temp_dir().join(format!("varve-{name}-{}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        // SAFETY: nobody else knows the file.
        Bytes::mapped(unsafe { memmap2::Mmap::map(&file).unwrap() })
    }

    #[test]
    fn what_was_let_go_reads_as_before() {
        let content: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
        let bytes = mapped("let-go", &content);
        for (start, len) in [(0, 300_000), (5, 1), (4095, 100_000), (299_999, 1), (300_000, 0)] {
            bytes.let_go(start, len);
            assert_eq!(&*bytes, &content[..]);
        }
    }

    #[test]
    fn what_lies_beyond_the_end_or_in_no_file_is_left_alone() {
        let bytes = mapped("left-alone", &[7; 10_000]);
        bytes.let_go(9_000, 1_001);
        bytes.let_go(usize::MAX, 2);
        assert_eq!(&*bytes, &[7; 10_000]);
        let buffer = Bytes::from(vec![1, 2, 3]);
        buffer.let_go(0, 3);
        assert_eq!(&*buffer, &[1, 2, 3]);
    }
}
