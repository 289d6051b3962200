use std::ops::Deref;
use std::sync::Arc;

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
