use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Code, Error, Result};
use crate::format::{ChunkRef, Commit, LogNode, LogPlace, Raw, log_node, open_json};
use crate::store::{FileName, Store};

/// How many commits, or parts, one file of the log holds.
pub const CHUNK: usize = 256;
/// How many files of the log are kept in memory.
const CACHED: usize = 16;

/// Reads the commit log: the newest commits from the manifest, older ones from its closed parts, O(log n) files a look-up.
#[derive(Debug)]
pub struct Log {
    store: Arc<dyn Store>,
    directory: String,
    cache: Mutex<Vec<(usize, ChunkRef, Arc<LogNode>)>>,
}

/// What a look-up searches for: the first commit that is past some point.
type Past<'a> = dyn Fn(&Commit) -> bool + 'a;

impl Log {
    /// The log of a table.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, directory: String) -> Self {
        Self {
            store,
            directory,
            cache: Mutex::new(Vec::new()),
        }
    }

    /// The commit that made a version, 1 or more.
    ///
    /// # Errors
    /// [`Code::VersionNotFound`]; [`Code::Corrupt`] where a part of the log is damaged.
    pub fn commit(&self, log: &LogPlace, version: u64) -> Result<Raw<Commit>> {
        let found = self.first(log, &|part| part.last >= version, &|commit| {
            commit.version >= version
        })?;
        found
            .filter(|commit| commit.get().version == version)
            .ok_or_else(|| {
                Error::new(
                    Code::VersionNotFound,
                    format!("The table has no version {version}."),
                )
                .hint("Look at the history for the versions of the table.")
            })
    }

    /// Up to `limit` commits before version `before`, the newest first.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn newest(&self, log: &LogPlace, before: u64, limit: usize) -> Result<Vec<Raw<Commit>>> {
        let mut commits = Vec::new();
        let mut next = before;
        while commits.len() < limit && next > 1 {
            let node = self.holding(log, next - 1)?;
            let Some(node) = node else { break };
            for commit in node
                .iter()
                .rev()
                .filter(|commit| commit.get().version < next)
                .take(limit - commits.len())
            {
                commits.push(commit.clone());
            }
            next = node.first().map_or(0, |commit| commit.get().version);
        }
        Ok(commits)
    }

    /// The commits of the file, or of the tail, in which a version stands.
    pub(super) fn holding(&self, log: &LogPlace, version: u64) -> Result<Option<Vec<Raw<Commit>>>> {
        if log
            .tail
            .first()
            .is_some_and(|first| first.get().version <= version)
        {
            return Ok(Some(log.tail.clone()));
        }
        let Some(node) = self.leaf(log, &|part| part.last >= version)? else {
            return Ok(None);
        };
        match &*node {
            LogNode::Commits(commits) => Ok(Some(commits.clone())),
            LogNode::Chunks(_) => Ok(None),
        }
    }

    /// The first commit that is past a point, given that all after it are.
    pub(super) fn first(
        &self,
        log: &LogPlace,
        part_past: &dyn Fn(&ChunkRef) -> bool,
        past: &Past<'_>,
    ) -> Result<Option<Raw<Commit>>> {
        let in_tail = || log.tail.iter().find(|commit| past(commit.get())).cloned();
        match self.leaf(log, part_past)?.as_deref() {
            Some(LogNode::Commits(commits)) => Ok(commits.iter().find(|commit| past(commit.get())).cloned()),
            _ => Ok(in_tail()),
        }
    }

    /// The first file of commits whose end is past a point, from the oldest level down.
    fn leaf(&self, log: &LogPlace, part_past: &dyn Fn(&ChunkRef) -> bool) -> Result<Option<Arc<LogNode>>> {
        let levels = log.levels.iter().enumerate().rev();
        let mut parts = levels.flat_map(|(level, parts)| parts.iter().map(move |part| (level, part)));
        let Some((top, part)) = parts.find(|(_, part)| part_past(part)) else {
            return Ok(None);
        };
        let mut node = self.read(part, top)?;
        for level in (0..top).rev() {
            let LogNode::Chunks(parts) = &*node else { break };
            let Some(part) = parts.iter().find(|part| part_past(part)).cloned() else {
                return Ok(None);
            };
            node = self.read(&part, level)?;
        }
        Ok(Some(node))
    }

    /// Visits every closed part of the log, with what reading it gave.
    pub fn each_part(&self, log: &LogPlace, mut visit: impl FnMut(&ChunkRef, Result<()>)) {
        let levels = log.levels.iter().enumerate();
        let all = levels.flat_map(|(level, parts)| parts.iter().map(move |part| (level, part.clone())));
        let mut parts: Vec<(usize, ChunkRef)> = all.collect();
        while let Some((level, part)) = parts.pop() {
            let node = self.read(&part, level);
            if let Ok(LogNode::Chunks(below)) = node.as_deref() {
                parts.extend(below.iter().map(|part| (level - 1, part.clone())));
            }
            visit(&part, node.map(|_| ()));
        }
    }

    /// Reads a closed part, from memory where it was read before. `level` is the list in which it stands.
    ///
    /// # Errors
    /// [`Code::Corrupt`], naming the file.
    pub(crate) fn read(&self, part: &ChunkRef, level: usize) -> Result<Arc<LogNode>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache.iter().find(|(at, known, _)| *at == level && known == part);
        if let Some((_, _, node)) = known {
            return Ok(Arc::clone(node));
        }
        let name = FileName::parse(&part.file, &self.directory)?;
        let path = format!("{}/{}", self.directory, name.as_str());
        let bytes = self
            .store
            .open(&path)?
            .ok_or_else(|| Error::corrupt(&path, "it is missing"))?
            .map()?;
        if bytes.len() as u64 != part.length {
            let what = format!(
                "it has {} bytes where the manifest says {}",
                bytes.len(),
                part.length
            );
            return Err(Error::corrupt(&path, what));
        }
        let node: Arc<LogNode> = Arc::new(open_json(&bytes, &path)?);
        log_node(&node, part, level, &path)?;
        if cache.len() >= CACHED {
            cache.remove(0);
        }
        cache.push((level, part.clone(), Arc::clone(&node)));
        Ok(node)
    }
}
