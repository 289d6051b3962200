use std::sync::Arc;

use super::index_rows::IndexRows;
use super::index_tasks::{MERGED, MERGED_THOROUGHLY, Task, outlived};
use super::line::Line;
use super::scalar_rows::ScalarRows;
use super::text_rows::TextRows;
use crate::environment::Stop;
use crate::error::{Code, Result};
use crate::format::{Covers, IndexFile};
use crate::fragment::CheckedWriter;
use crate::index::{Built, scalar, text, vector};
use crate::schema::{Analysis, Field};
use crate::snapshot::{OpenIndex, TableState};
use crate::store::FileName;
use crate::table::{Created, Table};

/// The most threads that build.
const WORKERS_MAX: usize = 8;
/// Bytes that building a segment of words takes at the most, beside the rows: it ends with the row that exceeds them.
const TEXT_MEMORY: usize = 512 * 1024 * 1024;

/// A segment that is built.
struct Made {
    bytes: Bytes,
    rows: u64,
    /// Where it ends: earlier than it should where memory did not last.
    until: u64,
}

/// The bytes of a segment.
enum Bytes {
    Vector(Vec<u8>),
    Sections(Built),
}

impl Bytes {
    fn pieces(&self) -> Box<dyn Iterator<Item = &[u8]> + '_> {
        match self {
            Self::Vector(bytes) => Box::new(std::iter::once(bytes.as_slice())),
            Self::Sections(built) => Box::new(built.pieces()),
        }
    }
}

/// The rows that a segment is made of.
enum Source<'a> {
    Vector(IndexRows<'a>),
    Text(TextRows<'a>),
    Scalar(ScalarRows<'a>),
}

impl<'a> Source<'a> {
    fn new(state: &'a TableState, task: &Task) -> Result<Self> {
        match &task.line {
            Line::Vector { field, .. } => Ok(Self::Vector(IndexRows::new(state, task, field)?)),
            Line::Text(_) => Ok(Self::Text(TextRows::new(state, task))),
            Line::Scalar { field, .. } => Ok(Self::Scalar(ScalarRows::new(state, task, *field)?)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Vector(rows) => vector::Vectors::len(rows),
            Self::Text(rows) => text::Texts::len(rows),
            Self::Scalar(rows) => scalar::Scalars::len(rows),
        }
    }

    /// Whether a segment of these rows, as they were then, is one of those that there are now.
    fn holds(&self, made: &Made, task: &Task, then: &TableState, now: &TableState) -> Result<bool> {
        match self {
            Self::Vector(rows) => rows.are_all(then, now, task),
            // What was dropped meanwhile must not come back.
            Self::Text(_) | Self::Scalar(_) => {
                let covers = task.line.covers();
                let is_wanted = |line: &Line| line.covers() == covers && !line.is_over();
                let wanted = Line::all(now).iter().any(is_wanted);
                Ok(wanted && task.line.stored_in(now, task.from..made.until) as u64 == made.rows)
            }
        }
    }
}

impl Table {
    /// Builds one segment, if one is due.
    pub(super) fn index_next(&self, state: &Arc<TableState>, stop: &Stop) -> Result<bool> {
        self.build_first(state, MERGED, stop)
    }

    fn build_first(&self, state: &Arc<TableState>, merged: usize, stop: &Stop) -> Result<bool> {
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
            // That one is damaged shows when it is opened.
            state
                .indexes
                .iter()
                .for_each(|open| _ = open.texts().is_ok() && open.values().is_ok());
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

    fn build_index(&self, state: &Arc<TableState>, task: &Task, stop: &Stop) -> Result<bool> {
        if task.line.is_over() {
            return self.leave_out(&task.replaced);
        }
        let source = Source::new(state, task)?;
        let covered: u64 = task.replaced.iter().map(|place| place.rows).sum();
        let enough = task.line.enough(&self.indexing(), task.from == 0);
        if source.len() < enough && outlived(covered, source.len()) {
            return self.leave_out(&task.replaced);
        }
        if source.len() == 0 {
            return Ok(false);
        }
        let made = match self.make(state, task, &source, stop) {
            Err(error) if error.code() == Code::Closed => return Ok(false),
            Err(_) if self.has_moved(state)? => return Ok(false),
            made => made?,
        };
        let ended = task.replaced.last().map_or(task.from, |place| place.until);
        if made.until < task.until && !task.renews && made.until <= ended && ended < task.until {
            // It would cover less than those that it replaces: the rest gets a segment of its own.
            let rest = Task {
                line: task.line.clone(),
                from: ended,
                until: task.until,
                replaced: Vec::new(),
                renews: false,
            };
            return self.build_index(state, &rest, stop);
        }
        self.land_index(state, task, &source, &made)
    }

    fn make(&self, state: &TableState, task: &Task, source: &Source<'_>, stop: &Stop) -> Result<Made> {
        match (source, &task.line) {
            (Source::Vector(rows), Line::Vector { space, .. }) => {
                let workers =
                    std::thread::available_parallelism().map_or(1, |count| count.get().min(WORKERS_MAX));
                let plan = vector::Plan {
                    space: *space,
                    lists: self.indexing().lists,
                    workers,
                    stop: stop.flag(),
                };
                Ok(Made {
                    bytes: Bytes::Vector(vector::build(rows, &plan)?),
                    rows: source.len() as u64,
                    until: task.until,
                })
            }
            (Source::Text(rows), _) => {
                let searched = state.searched().iter();
                let fields: Vec<(u32, Analysis)> = searched
                    .map(|searched| (searched.field.id, searched.search.analysis.clone()))
                    .collect();
                let plan = text::Plan {
                    fields: &fields,
                    memory: TEXT_MEMORY,
                    stop: stop.flag(),
                };
                let built = text::build(rows, &plan)?;
                Ok(task.made(built, source, |row| text::Texts::id(rows, row)))
            }
            (Source::Scalar(rows), _) => {
                let built = scalar::build(rows, &rows.plan(stop))?;
                Ok(task.made(built, source, |row| scalar::Scalars::id(rows, row)))
            }
            (Source::Vector(_), _) => Err(crate::error::Error::internal("vectors of another column")),
        }
    }

    /// Writes a segment, and names it in the place of those that it replaces, unless these are others now.
    fn land_index(&self, state: &TableState, task: &Task, source: &Source<'_>, made: &Made) -> Result<bool> {
        let mut created = Created::new(&self.home);
        let place = self.or_gone(self.write_index(task, made, &mut created))?;
        let landed = self.change_layout(|_, now, next| {
            let replaced = replaced(now, task, made);
            let is_there = |old: &IndexFile| now.indexes.iter().any(|open| open.place == *old);
            let ends = task.replaced.last().map_or(task.from, |old| old.until);
            // What was made of rows that were purged since must not come back.
            let fits = now.manifest.purged_at() == state.manifest.purged_at()
                && task.replaced.iter().all(is_there)
                && (task.renews || task.line.covered_until(now) == ends)
                && is_known(now, &task.line)
                && source.holds(made, task, state, now)?;
            if fits {
                next.put_index(&self.home, place.clone(), &replaced)?;
            }
            Ok(fits)
        });
        let is_unknown = matches!(&landed, Err(error) if error.code() == Code::CommitUnknown);
        if matches!(landed, Ok(true)) || is_unknown || created.is_named_in(&self.current().manifest) {
            created.keep();
        }
        landed
    }

    /// Leaves segments out whose rows are gone, without others in their place.
    fn leave_out(&self, replaced: &[IndexFile]) -> Result<bool> {
        self.change_layout(|_, now, next| {
            let is_there = |old: &IndexFile| now.indexes.iter().any(|open| open.place == *old);
            let any = replaced.iter().any(is_there);
            next.drop_indexes(|index| index.known().is_some_and(|index| replaced.contains(index)))?;
            Ok(any)
        })
    }

    /// Leaves the segments out that still hold words or values of rows which were dropped: those that could not be made anew.
    pub(super) fn forget_dropped(&self) -> Result<()> {
        let state = self.refresh()?;
        let lines = Line::all(&state).into_iter().filter(Line::holds_values);
        for line in lines {
            let holds_dropped =
                |open: &&Arc<OpenIndex>| open.place.rows > line.stored(&state, &open.place) as u64;
            let stale = line.places(&state).into_iter().filter(holds_dropped);
            let stale: Vec<IndexFile> = stale.map(|open| open.place.clone()).collect();
            if !stale.is_empty() {
                self.leave_out(&stale)?;
            }
        }
        Ok(())
    }

    fn write_index(&self, task: &Task, made: &Made, created: &mut Created) -> Result<IndexFile> {
        let name = match &task.line {
            Line::Vector { field, .. } => format!("v{}.index", field.id),
            Line::Text(_) => "text.index".to_owned(),
            Line::Scalar { field, .. } => format!("s{field}.index"),
        };
        let file = FileName::unique(self.home.environment.uuid()?, &name);
        let path = self.home.path(&format!("index/{}", file.as_str()));
        created.add(path.clone());
        let mut writer = CheckedWriter::new(self.home.store.create(&path)?);
        made.bytes.pieces().try_for_each(|piece| writer.write(piece))?;
        let (sink, checksums, length, seal) = writer.seal(&[])?;
        sink.finish()?;
        Ok(IndexFile {
            covers: task.line.covers(),
            from: task.from,
            until: made.until,
            rows: made.rows,
            file: file.as_str().to_owned(),
            length,
            checksums,
            seal,
        })
    }
}

impl Task {
    /// What was built of the rows from the first on; it ends where the first of the others begins.
    fn made(&self, built: Built, source: &Source<'_>, id: impl Fn(usize) -> u64) -> Made {
        let is_whole = built.rows >= source.len();
        Made {
            rows: built.rows as u64,
            until: if is_whole { self.until } else { id(built.rows) },
            bytes: Bytes::Sections(built),
        }
    }
}

/// The segments that one replaces: one that ends too early leaves those behind it without their neighbour, so that they go too.
fn replaced(now: &TableState, task: &Task, made: &Made) -> Vec<IndexFile> {
    let all = task.line.places(now).into_iter().map(|open| open.place.clone());
    let ends_early = made.until < task.until;
    all.filter(|place| task.replaced.contains(place) || ends_early && place.from >= task.from)
        .collect()
}

/// Whether a table has the columns of a line.
fn is_known(state: &TableState, line: &Line) -> bool {
    let is_there = |id: &u32| state.fields.iter().any(|field: &Field| field.id == *id);
    match line.covers() {
        Covers::Vector(field) | Covers::Scalar(field) => is_there(&field),
        Covers::Text(columns) => columns.iter().all(|column| is_there(&column.field)),
    }
}
