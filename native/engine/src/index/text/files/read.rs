use std::io;
use std::ops::{Deref, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use stable_deref_trait::StableDeref;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{HasLen, Index, ReloadPolicy, Searcher, TantivyError};

use super::layout::{Described, Header, Sections, decode_fields};
use super::{FILES, schema};
use crate::column::Buffer;
use crate::error::{Error, Result};
use crate::format::Span;

/// The name of the one segment that the library sees.
const SEGMENT: &str = "00000000000000000000000000000000";

/// Opens the lists of a segment. Reads the ends of their files.
pub(crate) fn open(file: &Buffer) -> Result<(Header, Sections, Vec<Described>, Searcher)> {
    let (header, sections) = Header::decode(file)?;
    let fields = decode_fields(file, &header, &sections)?;
    let meta = json!({
        "index_settings": { "docstore_compression": "none", "docstore_blocksize": 16384 },
        "segments": [{ "segment_id": SEGMENT, "max_doc": header.documents, "deletes": null }],
        "schema": schema(fields.len()),
        "opstamp": 0,
    });
    let parts = sections
        .files
        .map(|Span(start, length)| file.part(start as usize, length as usize));
    let files = Files {
        meta: meta.to_string().into_bytes().into(),
        parts: Arc::new(parts),
    };
    let searcher = refused(file, || {
        let index = Index::open(files)?;
        // The usual way of reading again starts a thread.
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(reader.searcher())
    })?;
    Ok((header, sections, fields, searcher))
}

/// Asks the library, which takes what it reads for its own work. Bytes reach it with checksums that are right; where they make no sense
/// nevertheless it gives an error or panics, and its panics end here. It holds nothing that a panic would leave half done: segments are
/// only read.
pub(crate) fn refused<T>(file: &Buffer, ask: impl FnOnce() -> tantivy::Result<T>) -> Result<T> {
    contained(file, || ask().map_err(|error| foreign(file, &error)))
}

/// Does what reads lists, so that a panic of the library ends here.
pub(crate) fn contained<T>(file: &Buffer, ask: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|_| Err(file.damaged("its lists make no sense")))
}

/// What the library says, in our words.
pub(crate) fn foreign(file: &Buffer, error: &TantivyError) -> Error {
    own(error).unwrap_or_else(|| file.damaged(&format!("its lists cannot be read: {error}")))
}

/// An error of our own, such as a wrong checksum, that came back through the library.
fn own(error: &TantivyError) -> Option<Error> {
    let inner = match error {
        TantivyError::IoError(error) => error,
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. }) => io_error,
        _ => return None,
    };
    inner.get_ref()?.downcast_ref::<Error>().cloned()
}

/// The files of the library inside that of a segment, to read only.
#[derive(Clone, Debug)]
struct Files {
    meta: Arc<[u8]>,
    parts: Arc<[Buffer; FILES.len()]>,
}

impl Directory for Files {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        let at = FILES.iter().position(|file| *file == ending);
        let part = at.and_then(|at| self.parts.get(at));
        let part = part.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(Arc::new(Part(part.clone())))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::FileDoesNotExist(path.to_owned()))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(path == Path::new("meta.json"))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::FileAlreadyExists(path.to_owned()))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        match path.to_str() {
            Some("meta.json") => Ok(self.meta.to_vec()),
            _ => Err(OpenReadError::FileDoesNotExist(path.to_owned())),
        }
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

/// One of the files. What is read of it is confirmed first.
#[derive(Clone, Debug)]
struct Part(Buffer);

impl HasLen for Part {
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl FileHandle for Part {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let length = range
            .end
            .checked_sub(range.start)
            .ok_or(io::ErrorKind::InvalidData)?;
        Confirmed::new(self.0.clone(), range.start, length)
            .map(OwnedBytes::new)
            .map_err(io::Error::other)
    }
}

/// Confirmed bytes, with the file that holds them.
struct Confirmed {
    bytes: &'static [u8],
    /// Keeps the bytes where they are.
    _file: Buffer,
}

impl Confirmed {
    fn new(file: Buffer, start: usize, length: usize) -> Result<Self> {
        let bytes: *const [u8] = file.get(start, length)?;
        // SAFETY: what a buffer hands out lies in memory, in a mapping or in what was read of a store, that stays in its place, unchanged
        // and readable, until the last clone of the buffer is gone, and one is kept here. The bytes are lent out for the life of
        // `self` only.
        let bytes = unsafe { &*bytes };
        Ok(Self { bytes, _file: file })
    }
}

impl Deref for Confirmed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

// SAFETY: the bytes do not move with `Confirmed`: see `Confirmed::new`.
unsafe impl StableDeref for Confirmed {}
