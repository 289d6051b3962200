//! An object store in memory that does what real ones do: it loses answers, it is slow, it says no; and counts what it is asked.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    UploadPart,
};
use varve_objects::{Bucket, Options};

/// What becomes of a conditional put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not arrive, and nobody says so.
    Lost,
    /// It arrives, and its answer does not.
    AnswerLost,
    /// 409: another request for the name is under way.
    Conflict,
    /// 503: slow down.
    Busy,
    /// 403.
    Denied,
}

/// What is done at each conditional put, by its number.
type Plan = dyn Fn(u64) -> Option<Fault> + Send + Sync;

#[derive(Clone)]
pub(crate) struct TestStore {
    inner: Arc<InMemory>,
    asked: Arc<Mutex<Vec<String>>>,
    puts: Arc<AtomicU64>,
    /// The most memory that a part of an upload held.
    largest: Arc<AtomicU64>,
    plan: Arc<Plan>,
    pub(crate) ignores_conditions: bool,
    pub(crate) tears_uploads: bool,
    /// Whether the bytes of a range end before it does.
    pub(crate) cuts_ranges: bool,
    /// Whether nothing can be removed.
    pub(crate) keeps_all: bool,
    /// Whether nothing can be listed.
    pub(crate) is_out_of_reach: bool,
    pub(crate) slow: Duration,
}

impl TestStore {
    pub(crate) fn new() -> Self {
        Self::failing(|_| None)
    }

    pub(crate) fn failing(plan: impl Fn(u64) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            inner: Arc::default(),
            asked: Arc::default(),
            puts: Arc::default(),
            largest: Arc::default(),
            plan: Arc::new(plan),
            ignores_conditions: false,
            tears_uploads: false,
            cuts_ranges: false,
            keeps_all: false,
            is_out_of_reach: false,
            slow: Duration::ZERO,
        }
    }

    /// Of every seven conditional puts four go wrong, each in its way.
    pub(crate) fn faulty() -> Self {
        Self::failing(|number| match number % 7 {
            1 => Some(Fault::Lost),
            3 => Some(Fault::AnswerLost),
            4 => Some(Fault::Conflict),
            6 => Some(Fault::Busy),
            _ => None,
        })
    }

    pub(crate) fn bucket(&self, options: &Options) -> Bucket {
        let store: Arc<dyn ObjectStore> = Arc::new(self.clone());
        Bucket::over(Arc::clone(&store), store, "a/b", options).unwrap()
    }

    /// What it was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// The most memory that a part of an upload held.
    pub(crate) fn largest_part(&self) -> u64 {
        self.largest.load(Ordering::Relaxed)
    }

    fn ask(&self, what: &str, path: &str) {
        self.asked.lock().unwrap().push(format!("{what} {path}"));
    }

    async fn create(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fault = (self.plan)(self.puts.fetch_add(1, Ordering::Relaxed));
        match fault {
            None => self.inner.put_opts(path, payload, options).await,
            Some(Fault::Lost) => Err(generic("error sending request")),
            Some(Fault::AnswerLost) => {
                self.inner.put_opts(path, payload, options).await?;
                Err(generic("connection closed before message completed"))
            }
            Some(Fault::Conflict) => Err(Error::AlreadyExists {
                path: path.to_string(),
                source: "Server returned non-2xx status code: 409 Conflict: <Code>ConditionalRequestConflict</Code>".into(),
            }),
            Some(Fault::Busy) => Err(generic("Server returned non-2xx status code: 503 Slow Down: ")),
            Some(Fault::Denied) => Err(Error::PermissionDenied {
                path: path.to_string(),
                source: "Server returned non-2xx status code: 403 Forbidden: <Code>AccessDenied</Code><Key>secret</Key>".into(),
            }),
        }
    }
}

fn generic(text: &'static str) -> Error {
    Error::Generic {
        store: "test",
        source: text.into(),
    }
}

impl fmt::Debug for TestStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestStore")
    }
}

impl fmt::Display for TestStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestStore")
    }
}

#[async_trait]
impl ObjectStore for TestStore {
    async fn put_opts(&self, path: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        if options.mode != PutMode::Create {
            self.ask("PUT", path.as_ref());
            return self.inner.put_opts(path, payload, options).await;
        }
        self.ask("CREATE", path.as_ref());
        if self.ignores_conditions {
            options.mode = PutMode::Overwrite;
        }
        tokio::time::sleep(self.slow).await;
        self.create(path, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.ask("BEGIN", path.as_ref());
        let upload = self.inner.put_multipart_opts(path, options).await?;
        Ok(Box::new(TestUpload {
            store: self.clone(),
            path: path.to_string(),
            upload,
        }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.ask(if options.head { "HEAD" } else { "GET" }, path.as_ref());
        tokio::time::sleep(self.slow).await;
        let is_cut = self.cuts_ranges && options.range.is_some();
        let found = self.inner.get_opts(path, options).await?;
        if !is_cut {
            return Ok(found);
        }
        let (meta, range, attributes) = (found.meta.clone(), found.range.clone(), found.attributes.clone());
        let extensions = found.extensions.clone();
        let bytes = found.bytes().await?;
        let bytes = bytes.slice(..bytes.len() / 2);
        Ok(GetResult {
            payload: GetResultPayload::Stream(futures_util::stream::once(async { Ok(bytes) }).boxed()),
            meta,
            range,
            attributes,
            extensions,
        })
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        if self.keeps_all {
            return futures_util::stream::once(async { Err(generic("error sending request")) }).boxed();
        }
        let paths = paths.inspect(move |path| store.ask("DELETE", path.as_ref().unwrap().as_ref()));
        self.inner.delete_stream(paths.boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.ask("LIST", prefix.map_or("", |prefix| prefix.as_ref()));
        tokio::time::sleep(self.slow).await;
        if self.is_out_of_reach {
            return Err(generic("error sending request"));
        }
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct TestUpload {
    store: TestStore,
    path: String,
    upload: Box<dyn MultipartUpload>,
}

#[async_trait]
impl MultipartUpload for TestUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.store.ask("PART", &self.path);
        let pieces: Vec<_> = data.into_iter().collect();
        let held = pieces.into_iter().map(|piece| match piece.try_into_mut() {
            Ok(own) => {
                self.store
                    .largest
                    .fetch_max(own.capacity() as u64, Ordering::Relaxed);
                own.freeze()
            }
            Err(shared) => shared,
        });
        let data = held.collect();
        self.upload.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.store.ask("COMPLETE", &self.path);
        if self.store.tears_uploads {
            return Err(generic("Server returned non-2xx status code: 500 Internal: "));
        }
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.store.ask("ABORT", &self.path);
        self.upload.abort().await
    }
}

/// All keys.
pub(crate) fn keys(store: &TestStore) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let listed = store
        .inner
        .list(None)
        .map(|object| object.unwrap().location.to_string());
    let mut keys: Vec<String> = runtime.block_on(listed.collect());
    keys.sort();
    keys
}

/// Removes an object.
pub(crate) fn lose(store: &TestStore, key: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.inner.delete(&Path::from(key))).unwrap();
}
