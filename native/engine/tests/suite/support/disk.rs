//! A disk in memory that can lose its power.
//!
//! It keeps what was asked of it as a list of effects. From any beginning of that list it makes the disks that could be
//! found after a power cut: what was not synced may be there or not, each name, each content, and of what was written in place
//! each page for itself, and of that each sector.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use varve_engine::{BlockFile, Bytes, Disk, DiskFile, FileId};

/// A file or a directory, by number; the root is 0.
type Node = usize;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Content {
    File(Vec<u8>),
    Directory(BTreeMap<String, Node>),
}

/// What changed, in the order in which it was asked.
#[derive(Clone, Debug)]
enum Effect {
    /// Bytes behind those of a file.
    Append(Node, Vec<u8>),
    /// Bytes at an offset.
    Write(Node, usize, Vec<u8>),
    SyncFile(Node),
    /// Names in a directory lead to a node now, or to none; all of them at once.
    Names(Node, Vec<(String, Option<Node>)>),
    SyncDirectory(Node),
}

#[derive(Debug)]
struct State {
    nodes: Vec<Content>,
    /// What everything was before the first effect; all of that is durable.
    start: Vec<Content>,
    effects: Vec<Effect>,
    /// Bytes that were read in place.
    read: usize,
}

/// A disk. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct SimulatedDisk {
    state: Arc<Mutex<State>>,
    /// What every file's age is said to be.
    age: Duration,
}

/// What a power cut takes of the effects that were not synced, counted from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// Not yet: only the process died.
    Nothing,
    Everything,
    /// Contents half, names not.
    HalfOfContents,
    /// This name, and nothing else.
    OneName(usize),
    /// All names but this.
    AllNamesBut(usize),
    /// Of what was written in place: this page, and nothing else.
    OnePage(usize),
    /// All such pages but this.
    AllPagesBut(usize),
    /// Any such sectors.
    Sectors(u64),
}

/// What a system writes at once, and what a disk does.
const PAGE: usize = 4096;
const SECTOR: usize = 512;
/// How many times any sectors are lost.
const DRAWS: u64 = 2;

impl SimulatedDisk {
    pub(crate) fn new() -> Self {
        Self::with(vec![Content::Directory(BTreeMap::new())], Duration::ZERO)
    }

    /// A disk on which all of that is durable.
    fn with(nodes: Vec<Content>, age: Duration) -> Self {
        let (start, effects) = (nodes.clone(), Vec::new());
        let state = Arc::new(Mutex::new(State {
            nodes,
            start,
            effects,
            read: 0,
        }));
        Self { state, age }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How much happened so far.
    pub(crate) fn effects(&self) -> usize {
        self.state().effects.len()
    }

    /// How many bytes were read in place so far.
    pub(crate) fn read_in_place(&self) -> usize {
        self.state().read
    }

    /// How many syncs were asked of it, of files and of directories.
    pub(crate) fn syncs(&self) -> (usize, usize) {
        let effects = &self.state().effects;
        let count = |of: fn(&Effect) -> bool| effects.iter().filter(|effect| of(effect)).count();
        (
            count(|effect| matches!(effect, Effect::SyncFile(_))),
            count(|effect| matches!(effect, Effect::SyncDirectory(_))),
        )
    }

    /// The disk with everything that happened so far durable; its files say that they are this old.
    pub(crate) fn settled(&self, age: Duration) -> Self {
        Self::with(self.state().nodes.clone(), age)
    }

    /// The disks that could be found if the power went after the first `effects` effects.
    pub(crate) fn after_power_cut(&self, effects: usize, age: Duration) -> Vec<(Lost, Self)> {
        let state = self.state();
        let happened = &state.effects[..effects];
        let names = pending_names(happened).len();
        let single = (0..names).flat_map(|i| [Lost::OneName(i), Lost::AllNamesBut(i)]);
        let pages = pending_pages(happened);
        let in_place = (0..pages).flat_map(|i| [Lost::OnePage(i), Lost::AllPagesBut(i)]);
        let drawn = (0..if pages > 0 { DRAWS } else { 0 }).map(|i| Lost::Sectors(i * 7919 + effects as u64));
        let all = [Lost::Nothing, Lost::Everything, Lost::HalfOfContents].into_iter();
        let disks = all
            .chain(single)
            .chain(in_place)
            .chain(drawn)
            .map(|lost| (lost, remains(&state, happened, lost)));
        let mut different: Vec<(Lost, Vec<Content>)> = Vec::new();
        for (lost, nodes) in disks {
            if different.iter().all(|(_, other)| *other != nodes) {
                different.push((lost, nodes));
            }
        }
        let found = different.into_iter().map(|(lost, nodes)| {
            let disk = Self::with(nodes, age);
            if lost == Lost::Nothing {
                // Only the process died: what it did not sync can still be lost.
                let mut found = disk.state();
                found.start.clone_from(&state.start);
                found.effects = happened.to_vec();
            }
            (lost, disk)
        });
        found.collect()
    }
}

impl SimulatedDisk {
    /// The disk that is found if the power goes now and takes all that it can.
    pub(crate) fn durable(&self) -> Self {
        let state = self.state();
        Self::with(remains(&state, &state.effects, Lost::Everything), self.age)
    }
}

/// The positions of changes of names that no sync of their directory followed.
fn pending_names(effects: &[Effect]) -> Vec<usize> {
    let synced = |directory: Node, rest: &[Effect]| {
        rest.iter()
            .any(|effect| matches!(effect, Effect::SyncDirectory(synced) if *synced == directory))
    };
    let pending = effects.iter().enumerate().filter(|(at, effect)| match effect {
        Effect::Names(directory, _) => !synced(*directory, &effects[at + 1..]),
        _ => false,
    });
    pending.map(|(at, _)| at).collect()
}

/// A page of a file, and the times at which it was written since it was last synced.
type Pages = BTreeMap<(Node, usize), Vec<usize>>;

fn pages_written(effects: &[Effect]) -> Pages {
    let mut pages = Pages::new();
    for (at, effect) in effects.iter().enumerate() {
        match effect {
            Effect::Write(file, offset, bytes) => {
                for page in offset / PAGE..(offset + bytes.len()).div_ceil(PAGE) {
                    pages.entry((*file, page)).or_default().push(at);
                }
            }
            Effect::SyncFile(file) => pages.retain(|(other, _), _| other != file),
            _ => {}
        }
    }
    pages
}

/// Long runs of zeros are one page here: how they tear does not matter one by one.
fn pending_pages(effects: &[Effect]) -> usize {
    pages_written(effects).len().min(8)
}

/// A number that looks like any other.
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ number >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

/// Whether a sector of a page has what was written to it at some time: what reached the disk of a page is all that was
/// written to it up to some time.
fn keeps_sector(lost: Lost, pages: &Pages, (file, sector): (Node, usize), at: usize) -> bool {
    let page = (file, sector * SECTOR / PAGE);
    let Some(times) = pages.get(&page).filter(|times| times.contains(&at)) else {
        return true;
    };
    let number = pages.range(..page).count();
    match lost {
        Lost::Nothing | Lost::HalfOfContents | Lost::OneName(_) => true,
        Lost::Everything | Lost::AllNamesBut(_) => false,
        Lost::OnePage(one) => number != one,
        Lost::AllPagesBut(one) => number == one,
        Lost::Sectors(seed) => {
            let until = mixed(seed + page.1 as u64 * 31) as usize % (times.len() + 1);
            let whole = mixed(seed ^ page.1 as u64).is_multiple_of(2)
                || mixed(seed + sector as u64 * 97).is_multiple_of(2);
            times[..until].contains(&at) && whole
        }
    }
}

/// What is left after some effects and a power cut.
fn remains(state: &State, effects: &[Effect], lost: Lost) -> Vec<Content> {
    let pending = pending_names(effects);
    let pages = pages_written(effects);
    let keeps = |at: usize| match (lost, pending.iter().position(|other| *other == at)) {
        (_, None) => true,
        (Lost::Everything, Some(_)) => false,
        (Lost::OneName(one), Some(i)) => i != one,
        (Lost::AllNamesBut(one), Some(i)) => i == one,
        _ => true,
    };
    let mut nodes = state.start.clone();
    // Nodes that are younger start out empty.
    for node in state.nodes.iter().skip(nodes.len()) {
        nodes.push(match node {
            Content::File(_) => Content::File(Vec::new()),
            Content::Directory(_) => Content::Directory(BTreeMap::new()),
        });
    }
    let mut synced: BTreeMap<Node, usize> = BTreeMap::new();
    for (at, effect) in effects.iter().enumerate() {
        match (effect, &mut nodes) {
            (Effect::Append(file, bytes), nodes) => {
                if let Content::File(content) = &mut nodes[*file] {
                    content.extend_from_slice(bytes);
                    synced.entry(*file).or_insert(0);
                }
            }
            (Effect::Write(file, offset, bytes), nodes) => {
                if let Content::File(content) = &mut nodes[*file] {
                    let kept = |sector| keeps_sector(lost, &pages, (*file, sector), at);
                    write(content, *offset, bytes, kept);
                }
            }
            (Effect::SyncFile(file), nodes) => {
                if let Content::File(content) = &nodes[*file] {
                    synced.insert(*file, content.len());
                }
            }
            (Effect::Names(directory, names), nodes) if keeps(at) => {
                for (name, node) in names {
                    set(nodes, *directory, name, *node);
                }
            }
            _ => {}
        }
    }
    let in_place = |file: Node| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Write(other, ..) if *other == file))
    };
    for (file, durable) in synced {
        if let Content::File(content) = &mut nodes[file]
            && !in_place(file)
        {
            let rest = content.len() - durable;
            content.truncate(match lost {
                Lost::HalfOfContents => durable + rest / 2,
                Lost::Everything | Lost::AllNamesBut(_) => durable,
                _ => durable + rest,
            });
        }
    }
    nodes
}

/// Writes those sectors in place that `kept` says.
fn write(content: &mut Vec<u8>, offset: usize, bytes: &[u8], kept: impl Fn(usize) -> bool) {
    let mut at = offset;
    while at < offset + bytes.len() {
        let end = (at / SECTOR * SECTOR + SECTOR).min(offset + bytes.len());
        if kept(at / SECTOR) {
            content.resize(content.len().max(end), 0);
            content[at..end].copy_from_slice(&bytes[at - offset..end - offset]);
        }
        at = end;
    }
}

fn set(nodes: &mut [Content], directory: Node, name: &str, node: Option<Node>) {
    let Content::Directory(names) = &mut nodes[directory] else {
        return;
    };
    match node {
        Some(node) => names.insert(name.to_owned(), node),
        None => names.remove(name),
    };
}

impl State {
    fn add(&mut self, content: Content) -> Node {
        self.nodes.push(content);
        self.nodes.len() - 1
    }

    fn name(&mut self, directory: Node, name: &str, node: Option<Node>) {
        self.rename(directory, vec![(name.to_owned(), node)]);
    }

    fn rename(&mut self, directory: Node, names: Vec<(String, Option<Node>)>) {
        for (name, node) in &names {
            set(&mut self.nodes, directory, name, *node);
        }
        self.effects.push(Effect::Names(directory, names));
    }

    fn names(&self, directory: Node) -> io::Result<&BTreeMap<String, Node>> {
        match &self.nodes[directory] {
            Content::Directory(names) => Ok(names),
            Content::File(_) => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn find(&self, path: &Path) -> io::Result<Node> {
        let mut node = 0;
        for name in parts(path) {
            node = *self.names(node)?.get(&name).ok_or(ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    /// The directory of a path, and the name in it.
    fn place(&self, path: &Path) -> io::Result<(Node, String)> {
        let name = parts(path).pop().ok_or(ErrorKind::InvalidInput)?;
        Ok((self.find(path.parent().unwrap())?, name))
    }

    fn place_that_is_free(&self, path: &Path) -> io::Result<(Node, String)> {
        let (directory, name) = self.place(path)?;
        if self.names(directory)?.contains_key(&name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        Ok((directory, name))
    }

    fn remove_all(&mut self, directory: Node) -> io::Result<()> {
        for (name, node) in self.names(directory)?.clone() {
            if matches!(self.nodes[node], Content::Directory(_)) {
                self.remove_all(node)?;
            }
            self.name(directory, &name, None);
        }
        Ok(())
    }
}

fn parts(path: &Path) -> Vec<String> {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_str().unwrap().to_owned()),
        _ => None,
    });
    names.collect()
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    node: Node,
}

impl DiskFile for SimulatedFile {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        if let Content::File(content) = &mut state.nodes[self.node] {
            content.extend_from_slice(bytes);
        }
        state.effects.push(Effect::Append(self.node, bytes.to_vec()));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.state().effects.push(Effect::SyncFile(self.node));
        Ok(())
    }

    fn publish(self: Box<Self>, path: &Path) -> io::Result<()> {
        let mut state = self.disk.state();
        let (directory, name) = state.place_that_is_free(path)?;
        state.name(directory, &name, Some(self.node));
        Ok(())
    }
}

#[derive(Debug)]
struct SimulatedBlocks {
    disk: SimulatedDisk,
    node: Node,
}

impl BlockFile for SimulatedBlocks {
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let mut state = self.disk.state();
        let Content::File(content) = &state.nodes[self.node] else {
            return Err(ErrorKind::IsADirectory.into());
        };
        let rest = content.get(offset as usize..).unwrap_or_default();
        let length = rest.len().min(bytes.len());
        bytes[..length].copy_from_slice(&rest[..length]);
        state.read += length;
        Ok(length)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        if let Content::File(content) = &mut state.nodes[self.node] {
            write(content, offset as usize, bytes, |_| true);
        }
        let effect = Effect::Write(self.node, offset as usize, bytes.to_vec());
        state.effects.push(effect);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.state().effects.push(Effect::SyncFile(self.node));
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        match &self.disk.state().nodes[self.node] {
            Content::File(content) => Ok(content.len() as u64),
            Content::Directory(_) => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn identity(&self) -> FileId {
        file_id(self.node)
    }

    /// One writer at a time is all that these tests have.
    fn lock(&self, _: Duration) -> io::Result<bool> {
        Ok(true)
    }

    fn unlock(&self) -> io::Result<()> {
        Ok(())
    }
}

fn file_id(node: Node) -> FileId {
    FileId {
        device: 0,
        number: node as u64,
    }
}

impl Disk for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        let (directory, name) = state.place_that_is_free(path)?;
        let node = state.add(Content::File(Vec::new()));
        state.name(directory, &name, Some(node));
        let disk = self.clone();
        Ok(Box::new(SimulatedFile { disk, node }))
    }

    fn create_unnamed(&self, directory: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.find(directory)?;
        let node = state.add(Content::File(Vec::new()));
        let disk = self.clone();
        Ok(Box::new(SimulatedFile { disk, node }))
    }

    fn open_blocks(&self, path: &Path, _: bool) -> io::Result<Box<dyn BlockFile>> {
        let node = self.state().find(path)?;
        let disk = self.clone();
        Ok(Box::new(SimulatedBlocks { disk, node }))
    }

    fn identity(&self, path: &Path) -> io::Result<FileId> {
        Ok(file_id(self.state().find(path)?))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let node = state.find(path)?;
        state.names(node)?;
        state.effects.push(Effect::SyncDirectory(node));
        Ok(())
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let mut node = 0;
        for name in parts(path) {
            node = match state.names(node)?.get(&name) {
                Some(known) => *known,
                None => {
                    let new = state.add(Content::Directory(BTreeMap::new()));
                    state.name(node, &name, Some(new));
                    new
                }
            };
        }
        state.names(node).map(|_| ())
    }

    fn open(&self, path: &Path) -> io::Result<Bytes> {
        let state = self.state();
        match &state.nodes[state.find(path)?] {
            Content::File(content) => Ok(Bytes::from(content.clone())),
            Content::Directory(_) => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        match self.state().find(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<(String, Duration)>> {
        let state = self.state();
        let names = state.names(state.find(path)?)?;
        Ok(names.keys().map(|name| (name.clone(), self.age)).collect())
    }

    /// Within one directory.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        let node = state.find(from)?;
        let ((directory, old), (other, new)) = (state.place(from)?, state.place_that_is_free(to)?);
        assert_eq!(directory, other);
        state.rename(directory, vec![(old, None), (new, Some(node))]);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.find(path)?;
        let (directory, name) = state.place(path)?;
        state.name(directory, &name, None);
        Ok(())
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let node = state.find(path)?;
        state.remove_all(node)?;
        let (directory, name) = state.place(path)?;
        state.name(directory, &name, None);
        Ok(())
    }
}
