use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use object_store::path::Path;
use object_store::{Error as StoreError, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use varve_engine::{Result, Sink};

use crate::failure::failed;
use crate::io::{Io, Pending};

/// A file of at most two of these is one request. A longer one goes up in parts of this size, of which so many are under way.
const PART: usize = 8 << 20;
const UNDER_WAY: usize = 4;

/// A file on its way up. It is there when it is finished, whole; a part of it never is.
pub(crate) struct Upload {
    io: Arc<Io>,
    store: Arc<dyn ObjectStore>,
    path: Path,
    file: String,
    /// The first part, as long as the file may still be one request.
    first: Option<Vec<u8>>,
    /// What was written behind what was sent: at most a part.
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
            first: None,
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

    /// Sends a part, once fewer are under way.
    fn send(&mut self, part: Vec<u8>) -> Result<()> {
        while self.under_way.len() >= UNDER_WAY {
            self.wait_for_one()?;
        }
        let mut parts = match self.parts.take() {
            Some(parts) => parts,
            None => self.begin()?,
        };
        let sent = parts.put_part(PutPayload::from(part));
        self.parts = Some(parts);
        self.under_way.push_back(self.io.begin(sent));
        Ok(())
    }

    /// Makes room where a part is full and more follows.
    fn turn(&mut self) -> Result<()> {
        let full = std::mem::take(&mut self.buffer);
        if self.parts.is_none() && self.first.is_none() {
            self.first = Some(full);
            return Ok(());
        }
        if let Some(first) = self.first.take() {
            self.send(first)?;
        }
        self.send(full)
    }

    fn wait_for_one(&mut self) -> Result<()> {
        let Some(part) = self.under_way.pop_front() else {
            return Ok(());
        };
        part.wait()?.map_err(|error| self.failed(&error))
    }
}

impl Sink for Upload {
    fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            if self.buffer.len() == PART {
                self.turn()?;
            }
            let room = PART - self.buffer.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            if self.buffer.capacity() - self.buffer.len() < now.len() {
                // Twice as much as there is, but never more than a part.
                self.buffer
                    .reserve_exact(now.len().max(self.buffer.len()).min(room));
            }
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.parts.is_none() {
            let (store, path) = (Arc::clone(&self.store), self.path.clone());
            let all = self
                .first
                .take()
                .into_iter()
                .chain([std::mem::take(&mut self.buffer)]);
            let payload: PutPayload = all.flat_map(PutPayload::from).collect();
            let put = self
                .io
                .run(async move { store.put(&path, payload).await.map(drop) })?;
            return put.map_err(|error| self.failed(&error));
        }
        let last = std::mem::take(&mut self.buffer);
        self.send(last)?;
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
