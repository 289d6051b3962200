use std::sync::Arc;

use super::index_rows::IndexRows;
use super::index_tasks::Task;
use super::index_tasks::{MERGED, MERGED_THOROUGHLY, covered_until, outlived};
use crate::environment::Stop;
use crate::error::{Code, Result};
use crate::format::IndexFile;
use crate::fragment::CheckedWriter;
use crate::index::vector::{self, Plan};
use crate::snapshot::{OpenIndex, State};
use crate::store::FileName;
use crate::table::Table;

/// The most threads that build.
const WORKERS_MAX: usize = 8;

impl Table {
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

    fn build_index(&self, state: &Arc<State>, task: &Task, stop: &Stop) -> Result<bool> {
        let rows = IndexRows::new(state, task)?;
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

    /// Leaves segments out whose rows are gone, without others in their place.
    fn leave_out(&self, task: &Task) -> Result<bool> {
        self.change_layout(|_, now, next| {
            let is_there = |old: &IndexFile| now.indexes.iter().any(|open| open.place == *old);
            let any = task.replaced.iter().any(is_there);
            next.drop_indexes(|index| index.vector().is_some_and(|index| task.replaced.contains(index)))?;
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
        let mut writer = CheckedWriter::new(self.home.store.create(path)?);
        writer.write(bytes)?;
        let (sink, checksums, length, seal) = writer.seal(&[])?;
        sink.finish()?;
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
