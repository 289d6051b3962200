use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use object_store::path::Path;
use object_store::{Error as StoreError, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use varve_engine::{Result, Sink};

use crate::failure::failed;
use crate::io::{Io, Pending};

/// A file of at most so many bytes is one request.
const WHOLE: usize = 16 << 20;
/// A longer one goes up in parts of this size, of which so many are under way.
const PART: usize = 8 << 20;
const UNDER_WAY: usize = 4;

/// A file on its way up. It is there when it is finished, whole; a part of it never is.
pub(crate) struct Upload {
    io: Arc<Io>,
    store: Arc<dyn ObjectStore>,
    path: Path,
    file: String,
    buffer: Vec<u8>,
    parts: Option<Box<dyn MultipartUpload>>,
    under_way: VecDeque<Pending<object_store::Result<()>>>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Upload {
    pub(crate) fn new(io: Arc<Io>, store: Arc<dyn ObjectStore>, path: Path, file: &str) -> Self {
        Self {
            io,
            store,
            path,
            file: file.to_owned(),
            buffer: Vec::new(),
            parts: None,
            under_way: VecDeque::new(),
        }
    }

    fn failed(&self, error: &StoreError) -> varve_engine::Error {
        failed("write", &self.file, error)
    }

    fn begin(&mut self) -> Result<Box<dyn MultipartUpload>> {
        let (store, path) = (Arc::clone(&self.store), self.path.clone());
        let begun = self.io.run(async move { store.put_multipart(&path).await })?;
        begun.map_err(|error| self.failed(&error))
    }

    /// Sends the first bytes of the buffer, once fewer parts are under way.
    fn send(&mut self, length: usize) -> Result<()> {
        while self.under_way.len() >= UNDER_WAY {
            self.wait_for_one()?;
        }
        let rest = self.buffer.split_off(length);
        let part = std::mem::replace(&mut self.buffer, rest);
        let mut parts = match self.parts.take() {
            Some(parts) => parts,
            None => self.begin()?,
        };
        let sent = parts.put_part(PutPayload::from(part));
        self.parts = Some(parts);
        self.under_way.push_back(self.io.begin(sent));
        Ok(())
    }

    fn wait_for_one(&mut self) -> Result<()> {
        let Some(part) = self.under_way.pop_front() else {
            return Ok(());
        };
        part.wait()?.map_err(|error| self.failed(&error))
    }
}

impl Sink for Upload {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        let keep = if self.parts.is_some() { PART } else { WHOLE };
        if self.buffer.len() > keep {
            while self.buffer.len() > PART {
                self.send(PART)?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.parts.is_none() {
            let (store, path) = (Arc::clone(&self.store), self.path.clone());
            let payload = PutPayload::from(std::mem::take(&mut self.buffer));
            let put = self
                .io
                .run(async move { store.put(&path, payload).await.map(drop) })?;
            return put.map_err(|error| self.failed(&error));
        }
        if !self.buffer.is_empty() {
            self.send(self.buffer.len())?;
        }
        while !self.under_way.is_empty() {
            self.wait_for_one()?;
        }
        let Some(mut parts) = self.parts.take() else {
            return Ok(());
        };
        let completed = self.io.run(async move {
            let completed = parts.complete().await.map(drop);
            if completed.is_err() {
                // What is left of it costs money, and a rule of the bucket removes it.
                let _ = parts.abort().await;
            }
            completed
        })?;
        completed.map_err(|error| self.failed(&error))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(mut parts) = self.parts.take() {
            drop(self.io.begin(async move { parts.abort().await }));
        }
    }
}
