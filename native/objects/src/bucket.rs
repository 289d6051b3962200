use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use object_store::path::Path;
use object_store::{Error as StoreError, GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use varve_engine::{
    Blob, Bytes, Catalog, Code, ConditionalLog, ConditionalTables, Entry, Error, ManifestLog, PutOutcome,
    Result, Sink, Store,
};

use crate::address::Address;
use crate::cache::{BUDGET, Cache};
use crate::clients::{Clients, aws_keys};
use crate::failure::{Meaning, failed, is_beyond_end};
use crate::io::{Io, Pending};
use crate::listing::Listing;
use crate::options::{Credentials, Options};
use crate::put::put_if_absent;
use crate::upload::Upload;

/// So many bytes of a file are one request, of which so many are under way.
const RANGE: u64 = 8 << 20;
const UNDER_WAY: usize = 4;
/// Smaller files are not worth a file in the cache.
const CACHE_FROM: u64 = 32 << 10;
/// For so long what a manifest names stays after another one came.
const KEPT_MS: u64 = 60 * 60 * 1000;
/// What a database has beside its tables.
const MARK: &str = ".varve.json";

/// A database in a bucket. Clones share it.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

struct Inner {
    io: Arc<Io>,
    clients: Clients,
    /// What all keys begin with, without a `/` at its end; may be empty.
    prefix: String,
    /// The address: what a copy in the cache is a copy of begins with it.
    shown: String,
    cache: Option<Cache>,
    /// Whether the store was seen to refuse a name that is taken.
    is_conditional: AtomicBool,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.0.shown).finish()
    }
}

/// Bytes of a file, with its length.
type Part = (u64, Vec<u8>);

impl Bucket {
    pub(crate) fn new(clients: Clients, address: &Address, options: &Options) -> Result<Self> {
        let folder = options.cache_dir.clone();
        let budget = options.cache_bytes.unwrap_or(BUDGET);
        let endpoint = options.endpoint.as_deref().unwrap_or_default();
        Ok(Self(Arc::new(Inner {
            io: Arc::new(Io::start()?),
            clients,
            prefix: address.prefix.clone(),
            shown: format!("{} {endpoint}", address.shown()),
            cache: folder.map(|folder| Cache::new(folder, budget)),
            is_conditional: AtomicBool::new(false),
        })))
    }

    /// A database in any object store, with keys that begin with a prefix.
    ///
    /// `once` leads to the same objects as `store` and must send each request once.
    ///
    /// # Errors
    /// `IO` where there is no thread for its requests.
    pub fn over(
        store: Arc<dyn ObjectStore>,
        once: Arc<dyn ObjectStore>,
        prefix: &str,
        options: &Options,
    ) -> Result<Self> {
        let clients = Clients {
            listing: Listing::Whole(Arc::clone(&store)),
            store,
            once,
            keys: None,
        };
        let address = Address::parse(&format!("s3://objects/{prefix}"))?;
        Self::new(clients, &address, options)
    }

    /// Signs later requests with other keys: those of S3 that were given to [`crate::connect`] may hold for a while only.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` where these are none, or none were given before.
    pub fn renew(&self, credentials: &str) -> Result<()> {
        let given = Credentials::parse(credentials)?;
        match (&self.0.clients.keys, aws_keys(&given)) {
            (Some(keys), Some(later)) => {
                keys.renew(later);
                Ok(())
            }
            _ => {
                let message = "Only keys of S3 that were given can be followed by others.";
                Err(Error::new(Code::InvalidArgument, message))
            }
        }
    }

    fn key(&self, path: &str) -> Result<Path> {
        let key = match self.0.prefix.as_str() {
            "" => path.to_owned(),
            prefix => format!("{prefix}/{path}"),
        };
        Path::parse(key).map_err(|_| {
            Error::new(Code::InvalidName, format!("No key of a bucket can be {path}.")).file(path)
        })
    }

    /// A folder as the keys in it begin.
    fn folder(&self, directory: &str) -> String {
        let parts = [self.0.prefix.as_str(), directory];
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.map(|part| format!("{part}/")).collect()
    }

    fn listing(&self) -> Listing {
        self.0.clients.listing.clone()
    }

    /// Asks for a part of a file.
    fn fetch(&self, key: &Path, range: Option<(u64, u64)>) -> Pending<Result<Part, StoreError>> {
        let (store, key) = (Arc::clone(&self.0.clients.store), key.clone());
        self.0.io.begin(async move {
            let options = GetOptions {
                range: range.map(|(from, to)| GetRange::Bounded(from..to)),
                ..GetOptions::default()
            };
            let found = store.get_opts(&key, options).await?;
            let length = found.meta.size;
            Ok((length, found.bytes().await?.to_vec()))
        })
    }

    fn look_up(&self, path: &str) -> Result<Pending<Result<(), StoreError>>> {
        let (store, key) = (Arc::clone(&self.0.clients.store), self.key(path)?);
        Ok(self.0.io.begin(async move { store.head(&key).await.map(drop) }))
    }

    /// A file that may change, which is then another one: never from the cache.
    fn read_now(&self, path: &str) -> Result<Option<Bytes>> {
        match self.fetch(&self.key(path)?, None).wait()? {
            Ok((_, bytes)) => Ok(Some(Bytes::from(bytes))),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("read", path, &error)),
        }
    }

    /// What a copy in the cache is a copy of.
    fn copied(&self, path: &str) -> String {
        format!("{}\n{path}", self.0.shown)
    }

    /// A file that never changes.
    fn read_fixed(&self, path: &str) -> Result<Option<Bytes>> {
        let of = self.copied(path);
        if let Some(bytes) = self.0.cache.as_ref().and_then(|cache| cache.open(&of)) {
            return Ok(Some(bytes));
        }
        let key = self.key(path)?;
        let copy = self.0.cache.as_ref().map(|cache| cache.copy(&of));
        let (length, first) = match self.fetch(&key, Some((0, RANGE))).wait()? {
            Ok(first) => first,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) if is_beyond_end(&error) => return Ok(Some(Bytes::from(Vec::new()))),
            Err(error) => return Err(failed("read", path, &error)),
        };
        check_length(path, length.min(RANGE), &first)?;
        match copy.filter(|_| length >= CACHE_FROM) {
            None => {
                let mut bytes = first;
                // A length that a store declares is not believed before its bytes are there.
                self.fetch_rest(path, &key, length, |part| {
                    bytes.extend_from_slice(part);
                    Ok(())
                })?;
                Ok(Some(Bytes::from(bytes)))
            }
            Some(mut copy) => {
                copy.write(&first)?;
                self.fetch_rest(path, &key, length, |part| copy.write(part))?;
                copy.finish().map(Some)
            }
        }
    }

    /// What stands behind the first bytes of a file, in order.
    fn fetch_rest(
        &self,
        path: &str,
        key: &Path,
        length: u64,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut starts = (RANGE..length).step_by(RANGE as usize);
        let mut under_way = std::collections::VecDeque::new();
        loop {
            while under_way.len() < UNDER_WAY
                && let Some(start) = starts.next()
            {
                let end = length.min(start + RANGE);
                under_way.push_back((end - start, self.fetch(key, Some((start, end)))));
            }
            let Some((wanted, part)) = under_way.pop_front() else {
                return Ok(());
            };
            let (_, bytes) = part.wait()?.map_err(|error| failed("read", path, &error))?;
            check_length(path, wanted, &bytes)?;
            take(&bytes)?;
        }
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        let (once, store) = (
            Arc::clone(&self.0.clients.once),
            Arc::clone(&self.0.clients.store),
        );
        let put = put_if_absent(once, store, self.key(path)?, bytes.to_vec());
        self.0.io.run(put)?.map_err(|error| failed("write", path, &error))
    }

    /// Refuses a store that does not refuse a name that is taken: of two writers there one would lose its rows.
    fn check_conditions(&self) -> Result<()> {
        if self.0.is_conditional.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Each has bytes of its own: the same ones would count as put twice.
        for _ in 0..2 {
            if self.put(MARK, &mark()?)? == PutOutcome::Exists {
                self.0.is_conditional.store(true, Ordering::Relaxed);
                return Ok(());
            }
        }
        self.remove(MARK)?;
        let message = "The store writes over an object that is there although it is told not to (If-None-Match), \
                       so that of two writers one would lose its rows.";
        Err(Error::new(Code::UnsupportedStore, message)
            .hint("Use a store that honours conditional writes; docs/deploy/object-stores.md names some. Nothing was written."))
    }
}

fn found(path: &str, answer: Result<(), StoreError>) -> Result<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(failed("look up", path, &error)),
    }
}

/// Whether a range has all of its bytes.
fn check_length(path: &str, wanted: u64, bytes: &[u8]) -> Result<()> {
    match bytes.len() as u64 == wanted {
        true => Ok(()),
        false => Err(Error::corrupt(
            path,
            "the store does not give as many bytes of it as it says there are",
        )),
    }
}

/// What stands in the mark of a database.
fn mark() -> Result<Vec<u8>> {
    let id = getrandom::u64().map_err(|_| Error::internal("the system has no randomness"))?;
    Ok(format!("{{\"format\":1,\"id\":\"{id:016x}\"}}\n").into_bytes())
}

/// Whether what a file is called never changes what it holds.
fn is_fixed(path: &str) -> bool {
    let folder = path.split('/').nth(1);
    matches!(folder, Some("data" | "index" | "deaths" | "_log"))
}

impl Store for Bucket {
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
        self.check_conditions()?;
        self.put(path, bytes)
    }

    fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
        let (io, store) = (Arc::clone(&self.0.io), Arc::clone(&self.0.clients.store));
        Ok(Box::new(Upload::new(io, store, self.key(path)?, path)))
    }

    /// As with every file here: it is there when its upload ends.
    fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>> {
        self.create(path)
    }

    /// Past the cache, whose files it would push out.
    fn read_parts(&self, path: &str, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        let key = self.key(path)?;
        let (length, first) = match self.fetch(&key, Some((0, RANGE))).wait()? {
            Ok(first) => first,
            Err(StoreError::NotFound { .. }) => return Ok(false),
            Err(error) if is_beyond_end(&error) => return Ok(true),
            Err(error) => return Err(failed("read", path, &error)),
        };
        check_length(path, length.min(RANGE), &first)?;
        take(&first)?;
        drop(first);
        self.fetch_rest(path, &key, length, take)?;
        Ok(true)
    }

    fn length(&self, path: &str) -> Result<Option<u64>> {
        let (store, key) = (Arc::clone(&self.0.clients.store), self.key(path)?);
        match self.0.io.run(async move { store.head(&key).await })? {
            Ok(found) => Ok(Some(found.size)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("look up", path, &error)),
        }
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>> {
        let bytes = match is_fixed(path) {
            true => self.read_fixed(path)?,
            false => self.read_now(path)?,
        };
        Ok(bytes.map(|bytes| Box::new(bytes) as Box<dyn Blob>))
    }

    fn exists(&self, path: &str) -> Result<bool> {
        let looked = self.look_up(path)?;
        found(path, looked.wait()?)
    }

    /// Both are asked at once: a read waits for one round trip to know that it has the newest. Whatever came between the two answers was
    /// under way when the read began.
    fn is_last(&self, path: &str, next: &str) -> Result<bool> {
        let (own, later) = (self.look_up(path)?, self.look_up(next)?);
        let own = found(path, own.wait()?)?;
        Ok(own && !found(next, later.wait()?)?)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>> {
        let names = self.listing().names(self.folder(directory));
        let names = self.0.io.run(names)?;
        names.map_err(|error| failed("list", directory, &error))
    }

    fn first(&self, directory: &str) -> Result<Option<String>> {
        let first = self.listing().first(self.folder(directory));
        let first = self.0.io.run(first)?;
        first.map_err(|error| failed("list", directory, &error))
    }

    fn remove(&self, path: &str) -> Result<()> {
        let (store, key) = (Arc::clone(&self.0.clients.store), self.key(path)?);
        match self.0.io.run(async move { store.delete(&key).await })? {
            Err(error) if Meaning::of(&error) != Meaning::Missing => {
                return Err(failed("remove", path, &error));
            }
            _ => {}
        }
        // Last: from here on nobody makes a copy who did not begin before.
        if let Some(cache) = self.0.cache.as_ref().filter(|_| is_fixed(path)) {
            cache.remove(&self.copied(path));
        }
        Ok(())
    }

    fn forget_copies(&self) -> Result<u64> {
        self.0.cache.as_ref().map_or(Ok(0), Cache::drop_all)
    }

    fn tries_again(&self) -> bool {
        true
    }

    fn kept_ms(&self) -> u64 {
        KEPT_MS
    }
}

impl Catalog for Bucket {
    fn tables(&self) -> Result<Vec<String>> {
        Ok(self.list("")?.into_iter().map(|entry| entry.name).collect())
    }

    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog> {
        Arc::new(ConditionalLog::new(Arc::new(self.clone()), table))
    }

    fn first_sequence(&self, table: &str, _proposed: u64) -> Result<u64> {
        ConditionalTables::new(Arc::new(self.clone())).first_sequence(table)
    }

    fn create_table(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome> {
        ConditionalTables::new(Arc::new(self.clone())).create(table, sequence, manifest)
    }

    fn rename_table(&self, from: &str, _to: &str) -> Result<PutOutcome> {
        let message = "A table in a bucket cannot be renamed: a bucket gives nothing another name.";
        Err(Error::new(Code::UnsupportedStore, message)
            .hint("Create a table of the other name and write the rows into it.")
            .file(from))
    }

    fn drop_table(&self, table: &str) -> Result<()> {
        ConditionalTables::new(Arc::new(self.clone())).drop(table)
    }
}
