use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

/// Keeps the files that the library writes in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Written(Arc<Mutex<BTreeMap<PathBuf, Vec<u8>>>>);

impl Written {
    /// Takes a file out, by the ending of its name.
    pub(super) fn take(&self, ending: &str) -> Option<Vec<u8>> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = files
            .keys()
            .find(|path| path.extension().is_some_and(|other| other == ending))?
            .clone();
        files.remove(&path)
    }
}

/// A file that is being written.
struct Writing {
    files: Written,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.files.atomic_write(&self.path, &[])?;
        let mut files = self.files.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(std::mem::take(&mut self.path), std::mem::take(&mut self.bytes));
        Ok(())
    }
}

impl Directory for Written {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let bytes = self.atomic_read(path)?;
        Ok(Arc::new(OwnedBytes::new(bytes)))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        Ok(())
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let writing = Writing {
            files: self.clone(),
            path: path.to_owned(),
            bytes: Vec::new(),
        };
        Ok(BufWriter::new(Box::new(writing)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files
            .get(path)
            .cloned()
            .ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))
    }

    fn atomic_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), bytes.to_vec());
        Ok(())
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
