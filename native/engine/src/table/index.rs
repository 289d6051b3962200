//! Index segments of vector columns: when one is built, and how it becomes part of the layout.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Table;
use super::home::Home;
use super::maintain::Due;
use super::next::Next;
use super::state::State;
use super::stop::Stop;
use crate::column::{Buffer, Column, vector_elements_into};
use crate::error::{Code, Error, Result};
use crate::filter::Columns;
use crate::format::{IndexFile, Manifest, Raw};
use crate::fragment::{CheckedFile, CheckedWriter};
use crate::index::vector::{self, Plan, Space, VectorIndex};
use crate::schema::{DataType, Element, Field};
use crate::store::{DRAFT, FileName};

/// When and how indexes and shadows are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexing {
    /// So many rows of fragments without an index segment get one.
    pub from: usize,
    /// How many lists a segment has; none for a number that suits its rows.
    pub lists: Option<usize>,
    /// A segment ends with the fragment that brings it to so many rows, and none is merged beyond.
    pub most: usize,
    /// Columns of so many elements in a fragment get a 4-bit shadow.
    pub shadow_from: usize,
}

impl Default for Indexing {
    fn default() -> Self {
        Self {
            from: FROM,
            lists: None,
            most: ROWS_MAX,
            shadow_from: SHADOW_FROM,
        }
    }
}

/// Fewer rows than this are scanned as fast as an index is searched.
const FROM: usize = 16 * 1024;
/// Where there is a segment, a part of those rows is worth another: they are scanned by every search.
const FURTHER: usize = 4;
/// Columns of fewer elements are scanned in full in less time than a file takes to open.
const SHADOW_FROM: usize = 1 << 20;
/// So many are not put up with for the sake of a writer in a hurry.
const MANY: usize = 512 * 1024;
/// A new segment takes in one before it that is not so many times its size: beside the work of others, and when all is to be
/// brought into its best shape.
const MERGED: usize = 2;
const MERGED_THOROUGHLY: usize = 10;
/// The most rows of a segment, which bounds the memory that building one takes.
const ROWS_MAX: usize = 4 * 1024 * 1024;
/// The most threads that build.
const WORKERS_MAX: usize = 8;

/// An index segment with its file open.
#[derive(Debug)]
pub(crate) struct OpenIndex {
    pub(super) place: IndexFile,
    /// None where the file is damaged or gone: then its rows are scanned. [`Table::verify`] tells.
    pub(super) index: Option<VectorIndex>,
}

impl OpenIndex {
    /// The segments of a manifest, keeping those that are open already.
    pub(super) fn all(home: &Home, manifest: &Manifest, opened: &[Arc<Self>]) -> Vec<Arc<Self>> {
        let open = |place: &IndexFile| match opened.iter().find(|open| open.place == *place) {
            Some(open) => Arc::clone(open),
            None => Arc::new(Self {
                place: place.clone(),
                index: open(home, place).ok(),
            }),
        };
        manifest.indexes.iter().map(|place| open(place.get())).collect()
    }
}

fn open_file(home: &Home, place: &IndexFile) -> Result<(Buffer, Arc<CheckedFile>)> {
    let directory = home.path("index");
    let path = format!(
        "{directory}/{}",
        FileName::parse(&place.file, &directory)?.as_str()
    );
    let bytes = home
        .store
        .open(&path)?
        .ok_or_else(|| Error::corrupt(&path, "it is missing"))?;
    let checked = CheckedFile::open(&path, bytes.clone(), place.length, place.checksums, &place.seal)?;
    let checked = Arc::new(checked);
    let length = usize::try_from(place.checksums).map_err(Error::internal)?;
    let guard: Arc<dyn crate::column::Guard> = Arc::<CheckedFile>::clone(&checked);
    Ok((Buffer::guarded(bytes, 0, length, guard), checked))
}

fn open(home: &Home, place: &IndexFile) -> Result<VectorIndex> {
    VectorIndex::open(open_file(home, place)?.0)
}

/// Reads every byte of a segment and checks it.
pub(super) fn verify(home: &Home, place: &IndexFile) -> Result<()> {
    let (buffer, checked) = open_file(home, place)?;
    checked.confirm_all()?;
    VectorIndex::open(buffer).map(|_| ())
}

/// A segment to be built.
struct Task {
    field: Field,
    space: Space,
    from: u64,
    until: u64,
    /// The segments that it replaces, the last of their field.
    replaced: Vec<IndexFile>,
}

impl Table {
    /// Changes when and how indexes and shadows are built. For tests and measurements: small tables are as fast without.
    pub fn set_indexing(&self, indexing: Indexing) {
        *Self::lock_indexing(&self.indexing) = indexing;
    }

    pub(super) fn indexing(&self) -> Indexing {
        *Self::lock_indexing(&self.indexing)
    }

    fn lock_indexing(indexing: &Mutex<Indexing>) -> MutexGuard<'_, Indexing> {
        indexing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn index_due(&self, state: &State) -> Due {
        match self.index_tasks(state, MERGED).first() {
            None => Due::Nothing,
            Some(task) if uncovered(state, task.field.id) > MANY => Due::Now,
            Some(_) => Due::InAPause,
        }
    }

    /// Builds one segment, if one is due.
    pub(super) fn index_next(&self, state: &Arc<State>, stop: &Stop) -> Result<bool> {
        self.build_first(state, MERGED, stop)
    }

    fn build_first(&self, state: &Arc<State>, merged: usize, stop: &Stop) -> Result<bool> {
        for task in self.index_tasks(state, merged) {
            if self.build_index(state, &task, stop)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Builds all segments that are due, and merges those that are not much smaller than their neighbours; returns how many
    /// rows the new ones cover.
    pub(super) fn index_all(&self, stop: &Stop) -> Result<u64> {
        let mut rows = 0;
        loop {
            let state = self.refresh()?;
            if !self.build_first(&state, MERGED_THOROUGHLY, stop)? {
                return Ok(rows);
            }
            let now = self.current();
            let new = |open: &&Arc<OpenIndex>| !state.indexes.iter().any(|old| old.place == open.place);
            rows += now
                .indexes
                .iter()
                .filter(new)
                .map(|open| open.place.rows)
                .sum::<u64>();
        }
    }

    /// What is due. Segments are merged as they are built: one takes in those before it that are not `merged` times its size, so
    /// that a row is indexed some log n times, and there are never more than some log n segments.
    fn index_tasks(&self, state: &State, merged: usize) -> Vec<Task> {
        let most = self.indexing().most;
        let mut tasks = Vec::new();
        for field in state
            .fields
            .iter()
            .filter(|field| vector::is_indexable(&field.data_type))
        {
            let DataType::Vector { metric, .. } = field.data_type else {
                continue;
            };
            let mut replaced: Vec<IndexFile> = Vec::new();
            let of_field = state.indexes.iter().filter(|open| open.place.field == field.id);
            let mut before: Vec<&Arc<OpenIndex>> = of_field.collect();
            let mut rows = uncovered(state, field.id);
            let thorough = merged == MERGED_THOROUGHLY;
            let useless = |open: &Arc<OpenIndex>| {
                open.index.is_none() || thorough && outlived(open.place.rows, stored(state, &open.place))
            };
            let damaged = before.iter().position(|open| useless(open));
            let enough = self.enough(before.is_empty());
            let is_due = rows >= enough.max(1) || damaged.is_some();
            if !is_due && merged == MERGED {
                continue;
            }
            while let Some(last) = before.last() {
                let size = last.place.rows as usize;
                // Where nothing is new, the last may take in others.
                let is_last = !is_due && replaced.is_empty();
                let merges =
                    (is_last || size < merged * rows) && holds_all(state, field.id, last.place.from, most);
                if !merges && damaged.is_none_or(|at| at >= before.len()) {
                    break;
                }
                rows += last.place.rows as usize;
                replaced.insert(0, last.place.clone());
                before.pop();
            }
            if !is_due && replaced.len() < 2 {
                continue;
            }
            let from = before.last().map_or(0, |open| open.place.until);
            let Some(until) = end_of(state, field.id, from, most) else {
                continue;
            };
            tasks.push(Task {
                field: field.clone(),
                space: Space::new(metric),
                from,
                until,
                replaced,
            });
        }
        tasks
    }

    fn build_index(&self, state: &Arc<State>, task: &Task, stop: &Stop) -> Result<bool> {
        let rows = Rows::new(state, task)?;
        let count = vector::Vectors::len(&rows);
        let covered: u64 = task.replaced.iter().map(|place| place.rows).sum();
        if count < self.enough(task.from == 0) && outlived(covered, count) {
            return self.leave_out(task);
        }
        if count == 0 {
            return Ok(false);
        }
        let workers = std::thread::available_parallelism().map_or(1, |count| count.get().min(WORKERS_MAX));
        let plan = Plan {
            space: task.space,
            lists: self.indexing().lists,
            workers,
            stop: stop.flag(),
        };
        let bytes = match vector::build(&rows, &plan) {
            Err(error) if error.code() == Code::Closed => return Ok(false),
            Err(_) if self.has_moved(state)? => return Ok(false),
            bytes => bytes?,
        };
        let place = self.or_gone(self.write_index(task, count as u64, &bytes))?;
        drop(bytes);
        let path = self.home.path(&format!("index/{}", place.file));
        let landed = self.change_layout(|_, now, next| {
            let fits = task
                .replaced
                .iter()
                .all(|old| now.indexes.iter().any(|open| open.place == *old))
                && covered_until(now, task.field.id)
                    == task.replaced.last().map_or(task.from, |old| old.until)
                && now.fields.iter().any(|field| field.id == task.field.id)
                && rows.are_all(state, now, task)?;
            if fits {
                next.put_index(&self.home, place.clone(), &task.replaced)?;
            }
            Ok(fits)
        });
        let unknown = matches!(&landed, Err(error) if error.code() == Code::CommitUnknown);
        if !matches!(landed, Ok(true))
            && !unknown
            && !self.current().indexes.iter().any(|open| open.place == place)
        {
            // What stays is removed by optimize().
            let _ = self.home.store.remove(&path);
        }
        landed
    }

    /// So many rows are worth a segment: the first of a column, or a further one.
    fn enough(&self, first: bool) -> usize {
        let from = self.indexing().from;
        if first { from } else { from / FURTHER }
    }

    /// Leaves segments out whose rows are gone, without others in their place.
    fn leave_out(&self, task: &Task) -> Result<bool> {
        self.change_layout(|_, now, next| {
            let is_there = |old: &IndexFile| now.indexes.iter().any(|open| open.place == *old);
            let any = task.replaced.iter().any(is_there);
            next.drop_indexes(|index| task.replaced.contains(index))?;
            Ok(any)
        })
    }

    fn write_index(&self, task: &Task, rows: u64, bytes: &[u8]) -> Result<IndexFile> {
        let name = format!("v{}.index", task.field.id);
        let file = FileName::unique(self.home.environment.uuid()?, &name);
        let path = self.home.path(&format!("index/{}", file.as_str()));
        let written = self.write_index_file(task, rows, bytes, (file.as_str(), &path));
        if written.is_err() {
            // What stays is removed by optimize().
            let _ = self.home.store.remove(&path);
        }
        written
    }

    fn write_index_file(
        &self,
        task: &Task,
        rows: u64,
        bytes: &[u8],
        (file, path): (&str, &str),
    ) -> Result<IndexFile> {
        let store = &self.home.store;
        let mut writer = CheckedWriter::new(match store.create(path) {
            Ok(sink) => sink,
            // A table that was made before there were indexes has no folder for them.
            Err(_) => {
                let draft = format!("{DRAFT}{}", self.home.environment.uuid()?.to_hex());
                store.create_directory(&draft, &self.home.path("index"), &[], ("made", &[]))?;
                store.create(path)?
            }
        });
        writer.write(bytes)?;
        let (sink, checksums, length, seal) = writer.seal(&[])?;
        sink.finish()?;
        store.sync_directory(&self.home.path("index"))?;
        // The folder may be new, where the table was made before there were indexes.
        store.sync_directory(&self.home.directory)?;
        let Task {
            field, from, until, ..
        } = task;
        Ok(IndexFile {
            field: field.id,
            from: *from,
            until: *until,
            rows,
            file: file.to_owned(),
            length,
            checksums,
            seal,
        })
    }
}

impl Next {
    /// Puts a segment in the place of others.
    fn put_index(&mut self, home: &Home, place: IndexFile, replaced: &[IndexFile]) -> Result<()> {
        self.drop_indexes(|old| replaced.contains(old))?;
        self.manifest.indexes.push(Raw::new(place)?);
        self.manifest
            .indexes
            .sort_by_key(|index| (index.get().field, index.get().from));
        let opened = std::mem::take(&mut self.known.indexes);
        self.known.indexes = OpenIndex::all(home, &self.manifest, &opened);
        Ok(())
    }

    /// Leaves segments out, and those of columns that are gone.
    pub(super) fn drop_indexes(&mut self, mut of: impl FnMut(&IndexFile) -> bool) -> Result<()> {
        let fields: Vec<u32> = self.manifest.all_fields().iter().map(|field| field.id).collect();
        let mut gone = |index: &IndexFile| of(index) || !fields.contains(&index.field);
        let (dropped, kept): (Vec<_>, Vec<_>) = self
            .manifest
            .indexes
            .drain(..)
            .partition(|index| gone(index.get()));
        self.manifest.indexes = kept;
        self.known
            .indexes
            .retain(|open| !dropped.iter().any(|index| *index.get() == open.place));
        dropped
            .into_iter()
            .try_for_each(|index| self.retire("index", index.get().file.clone()))
    }
}

/// Whether most of the rows that a segment was made of are gone.
fn outlived(covered: u64, stored: usize) -> bool {
    stored as u64 * 2 < covered
}

/// How many rows of fragments lie where a segment does.
fn stored(state: &State, place: &IndexFile) -> usize {
    let from = |id: u64| {
        fragments(state, place.field, id)
            .map(|(_, rows)| rows)
            .sum::<usize>()
    };
    from(place.from).saturating_sub(from(place.until))
}

/// Where the segments of a field end.
fn covered_until(state: &State, field: u32) -> u64 {
    let of_field = state.indexes.iter().filter(|open| open.place.field == field);
    of_field.map(|open| open.place.until).max().unwrap_or(0)
}

/// The fragments that have a field, each with the number of its rows from an id on.
fn fragments(
    state: &State,
    field: u32,
    from: u64,
) -> impl Iterator<Item = (&crate::fragment::Segment, usize)> {
    let fragments = state.segments.iter().take(state.manifest.fragments.len());
    let with = fragments.filter(move |segment| segment.column(field).is_some());
    with.map(move |segment| (&**segment, segment.len() - segment.rows().count_below(from)))
}

/// How many rows of fragments no segment covers.
fn uncovered(state: &State, field: u32) -> usize {
    fragments(state, field, covered_until(state, field))
        .map(|(_, rows)| rows)
        .sum()
}

/// Where a segment ends that starts at an id: behind the last fragment, or where it is large enough.
fn end_of(state: &State, field: u32, from: u64, most: usize) -> Option<u64> {
    let (mut sum, mut end) = (0, None);
    for (segment, rows) in fragments(state, field, from).filter(|(_, rows)| *rows > 0) {
        sum += rows;
        if sum > most && end.is_some() || segment.rows().last().saturating_sub(from) > u64::from(u32::MAX) {
            break;
        }
        end = Some(segment.rows().last() + 1);
    }
    end
}

/// Whether one segment from an id on takes in all that is there: one that did not would leave rows out that had a segment before,
/// and be merged again and again.
fn holds_all(state: &State, field: u32, from: u64, most: usize) -> bool {
    let all = fragments(state, field, from).filter(|(_, rows)| *rows > 0);
    end_of(state, field, from, most) == all.last().map(|(segment, _)| segment.rows().last() + 1)
}

/// The rows of a task that have a vector.
struct Rows<'a> {
    dimensions: usize,
    element: Element,
    from: u64,
    columns: Vec<&'a Column>,
    /// For each row: the id, counted from the first, the column, and the position in it.
    rows: Vec<(u32, u32, u32)>,
}

impl<'a> Rows<'a> {
    fn new(state: &'a State, task: &Task) -> Result<Self> {
        let DataType::Vector {
            dimensions, element, ..
        } = task.field.data_type
        else {
            return Err(Error::internal("an index of a column that holds no vectors"));
        };
        let mut rows = Self {
            dimensions: dimensions as usize,
            element,
            from: task.from,
            columns: Vec::new(),
            rows: Vec::new(),
        };
        for (segment, count) in fragments(state, task.field.id, task.from) {
            let Some(column) = segment.column(task.field.id).filter(|_| count > 0) else {
                continue;
            };
            let at = rows.columns.len() as u32;
            rows.columns.push(column);
            for (position, id) in segment.rows().ids_from(task.from) {
                if id < task.until && !column.is_null(position)? {
                    let offset = u32::try_from(id - task.from).map_err(Error::internal)?;
                    rows.rows.push((offset, at, position as u32));
                }
            }
        }
        Ok(rows)
    }
}

impl Rows<'_> {
    /// Whether no other row of the task has a vector now: gaps may have been filled since `then`.
    fn are_all(&self, then: &State, now: &State, task: &Task) -> Result<bool> {
        let known =
            |new: &crate::fragment::Segment| then.segments.iter().any(|old| std::ptr::eq(&**old, new));
        for (segment, _) in fragments(now, task.field.id, task.from).filter(|(segment, _)| !known(segment)) {
            let Some(column) = segment.column(task.field.id) else {
                continue;
            };
            for (position, id) in segment.rows().ids_from(task.from) {
                let is_in = |offset: u32| self.rows.binary_search_by_key(&offset, |row| row.0).is_ok();
                let is_in = |id: u64| u32::try_from(id - task.from).is_ok_and(is_in);
                if id < task.until && !is_in(id) && !column.is_null(position)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

impl vector::Vectors for Rows<'_> {
    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.rows
            .get(row)
            .map_or(u64::MAX, |row| self.from + u64::from(row.0))
    }

    fn let_go(&self) {
        self.columns.iter().for_each(|column| column.let_go());
    }

    fn read(&self, row: usize, to: &mut [f32]) -> Result<()> {
        let found = self
            .rows
            .get(row)
            .and_then(|row| Some((self.columns.get(row.1 as usize)?, row.2)));
        let (column, position) = found.ok_or_else(|| Error::internal("a row beyond those to index"))?;
        vector_elements_into(column.fixed(position as usize)?, self.element, to);
        Ok(())
    }
}
