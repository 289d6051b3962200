//! The manifest after a change: the one place where row ids, versions and dates are given.

use std::sync::{Arc, PoisonError};

use super::Table;
use super::commit::CommitOptions;
use super::effective::Effective;
use super::new_column::{NewColumn, swap_in};
use super::state::{Known, State};
use crate::column::{Batch, Column};
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::format::{
    ChunkRef, Commit, DeathRun, Fragment, InlineRows, LogNode, Manifest, Operation, Raw, Retired, Rows,
    RunRef, default_of, seal_json,
};
use crate::fragment::{FragmentWriter, Pieces, Segment};
use crate::history::{CHUNK, Deaths, in_force};
use crate::schema::{Field, Schema};
use crate::store::{FileName, PutOutcome, Store};

/// What a commit changes.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) operation: Operation,
    pub(super) options: CommitOptions,
    pub(super) rows: NewRows,
    /// The rows that end.
    pub(super) ended: Vec<u64>,
    /// How many of the new rows replace another.
    pub(super) updated: u64,
    pub(super) schema: Option<NewSchemas>,
    /// Of a restore, the effective date that was in force at the version that it restores, if there was one.
    pub(super) effective_again: Option<Option<i64>>,
}

/// Rows that a commit adds.
#[derive(Clone, Debug)]
pub(super) enum NewRows {
    None,
    /// Rows in memory.
    Batch(Arc<Batch>),
    /// Fragments that are written already, without ids, and their numbers of rows.
    Staged(Arc<Vec<(Fragment, u32)>>),
    /// No rows, but columns for those that there are.
    Columns(Arc<Vec<NewColumn>>),
}

/// What the schemas of a table are after a change.
#[derive(Clone, Debug)]
pub(super) struct NewSchemas {
    /// The one in force from then on; its number is given.
    pub(super) current: Schema,
    /// Those of earlier versions that are different now, by their numbers: what a column is called and may hold is said of
    /// the column, in every version that has it.
    pub(super) earlier: Vec<Schema>,
}

impl NewSchemas {
    /// All as they are.
    pub(super) fn of(manifest: &Manifest) -> Result<Self> {
        let earlier = manifest.schemas.iter().map(|schema| schema.get().clone());
        Ok(Self {
            current: manifest.current_schema()?.clone(),
            earlier: earlier.collect(),
        })
    }

    /// Changes something of a column, in every version.
    pub(super) fn everywhere(&mut self, change: impl Fn(&mut Schema)) {
        change(&mut self.current);
        self.earlier.iter_mut().for_each(change);
    }
}

/// Rows up to this size travel in the manifest, all of them together.
const INLINE_BYTES: usize = 64 * 1024;
/// As many commits at the most.
const INLINE_COMMITS: usize = 64;
/// As many deaths stand in the manifest.
const DEATHS: usize = 512;

/// The next manifest, with what is known of it already, and the files that were written for it.
pub(super) struct Next {
    pub(super) manifest: Manifest,
    pub(super) known: Known,
    /// The paths of files that go again where the manifest does not land.
    pub(super) created: Vec<String>,
}

impl Next {
    /// A manifest that follows `state` and is the same but for its number and name.
    ///
    /// # Errors
    /// [`crate::error::Code::Io`]: there is no name for it.
    pub(super) fn follow(table: &Table, state: &State) -> Result<Self> {
        let mut manifest = state.manifest.clone();
        manifest.sequence += 1;
        manifest.id = table.home.environment.uuid()?.to_hex();
        let swept = table.swept.load(std::sync::atomic::Ordering::Relaxed);
        let stuck = table.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        let stays = |retired: &Retired| retired.sequence > swept || stuck.contains(&retired.file);
        manifest.retired.retain(|retired| stays(retired.get()));
        drop(stuck);
        let known = Known {
            indexes: state.indexes.clone(),
            segments: state.segments.clone(),
            deaths: state.deaths.clone(),
            ended: Vec::new(),
        };
        Ok(Self {
            manifest,
            known,
            created: Vec::new(),
        })
    }

    /// The manifest after a change.
    pub(super) fn build(table: &Table, state: &State, change: Change) -> Result<Self> {
        let mut next = Self::follow(table, state)?;
        let built = next.apply(table, state, change);
        match built {
            Ok(()) => Ok(next),
            Err(error) => {
                next.abandon(&*table.home.store);
                Err(error)
            }
        }
    }

    /// Removes the files that were written for a manifest that did not land.
    pub(super) fn abandon(self, store: &dyn Store) {
        for path in &self.created {
            // What stays is swept by optimize().
            let _ = store.remove(path);
        }
    }

    /// The commit that this manifest makes; none where only the layout changes.
    pub(super) fn commit(&self) -> Option<&Raw<Commit>> {
        let last = self.manifest.log.tail.last();
        last.filter(|commit| commit.get().id == self.manifest.id)
    }

    /// Whether a manifest names a file that was written for this one.
    pub(super) fn is_part_of(&self, manifest: &Manifest) -> bool {
        let groups = manifest
            .fragments
            .iter()
            .flat_map(|fragment| &fragment.get().groups);
        let indexes = manifest.indexes.iter().map(|index| index.get().file.as_str());
        let mut files = groups.map(|group| group.file.as_str()).chain(indexes);
        files.any(|file| self.created.iter().any(|path| path.ends_with(file)))
    }

    fn apply(&mut self, table: &Table, state: &State, change: Change) -> Result<()> {
        change.options.check()?;
        let version = self.manifest.version + 1;
        if let Some(schemas) = change.schema {
            self.change_schemas(schemas, state)?;
        }
        let added = self.add_rows(table, state, change.rows)?;
        self.end_rows(table, &change.ended, version)?;
        let now = table.home.environment.now();
        let committed_at = next_date(&state.manifest, now);
        let given = change.options.effective_at;
        let effective = Effective::of(&state.manifest.log, given, change.effective_again, now)?;
        let commit = Commit {
            version,
            committed_at,
            clock: (now < committed_at).then_some(now),
            effective_at: effective.at,
            takes_back: effective.takes_back,
            operation: change.operation,
            inserted: added - change.updated.min(added),
            updated: change.updated,
            deleted: (change.ended.len() as u64).saturating_sub(change.updated),
            watermark: self.manifest.watermark,
            schema: self.manifest.schema,
            id: self.manifest.id.clone(),
            message: change.options.message,
            properties: change.options.properties,
        };
        self.manifest.version = version;
        self.known.ended = change.ended;
        self.log(table, commit)
    }

    fn change_schemas(
        &mut self,
        NewSchemas { mut current, earlier }: NewSchemas,
        state: &State,
    ) -> Result<()> {
        let manifest = &mut self.manifest;
        for schema in &mut manifest.schemas {
            let changed = earlier.iter().find(|changed| changed.id == schema.get().id);
            if let Some(changed) = changed.filter(|changed| *changed != schema.get()) {
                *schema = Raw::new(changed.clone())?;
            }
        }
        let given = current.assign_ids(manifest.next_field);
        let last = current.fields.iter().map(|field| field.id).max().unwrap_or(0);
        manifest.next_field = given.max(last.saturating_add(1));
        let numbers = manifest.schemas.iter().map(|known| known.get().id);
        let used_up = || Error::corrupt(&state.own_path, "the numbers of schemas are used up");
        current.id = numbers
            .max()
            .map_or(Ok(0), |last| last.checked_add(1).ok_or_else(used_up))?;
        manifest.schema = current.id;
        manifest.schemas.push(Raw::new(current)?);
        Ok(())
    }

    fn add_rows(&mut self, table: &Table, state: &State, rows: NewRows) -> Result<u64> {
        let first = self.manifest.watermark;
        match rows {
            NewRows::None => Ok(0),
            NewRows::Columns(columns) => swap_in(&columns, self, table, state).map(|()| 0),
            NewRows::Batch(batch) => {
                let key = self.manifest.current_schema()?.key().cloned();
                let inline = if batch.byte_size() <= INLINE_BYTES {
                    let fields = self.manifest.all_fields();
                    Some(Raw::new(InlineRows::encode(first, &batch, &fields)?)?)
                } else {
                    None
                };
                let count = batch.rows() as u64;
                self.manifest.watermark += count;
                let segment = Arc::new(Segment::in_memory(first, (*batch).clone(), key.as_ref())?);
                self.known.segments.push(segment);
                match inline.filter(|rows| self.has_room(rows.text_len())) {
                    Some(rows) => self.manifest.inline.push(rows),
                    None => self.spill(table, state)?,
                }
                Ok(count)
            }
            NewRows::Staged(fragments) => {
                if !self.manifest.inline.is_empty() {
                    self.spill(table, state)?;
                }
                let fields = self.manifest.all_fields();
                for (fragment, count) in fragments.iter() {
                    let rows = Rows::run(self.manifest.watermark, *count);
                    let fragment = Fragment {
                        rows,
                        groups: fragment.groups.clone(),
                    };
                    self.manifest.watermark += u64::from(*count);
                    let segment =
                        Segment::open(&*table.home.store, &table.home.path("data"), &fragment, &fields)?;
                    self.known.segments.push(Arc::new(segment));
                    self.manifest.fragments.push(Raw::new(fragment)?);
                }
                Ok(self.manifest.watermark - first)
            }
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        let used: usize = self.manifest.inline.iter().map(Raw::text_len).sum();
        used + bytes <= INLINE_BYTES && self.manifest.inline.len() < INLINE_COMMITS
    }

    /// Writes the rows that are in memory as a fragment.
    pub(super) fn spill(&mut self, table: &Table, _state: &State) -> Result<()> {
        let inline = self.known.segments.split_off(self.manifest.fragments.len());
        let fields = self.manifest.all_fields();
        let sources: Vec<(&Segment, Option<Vec<u32>>)> =
            inline.iter().map(|segment| (&**segment, None)).collect();
        let fragment = self.write(table, &sources, &fields)?;
        let segment = Segment::open(&*table.home.store, &table.home.path("data"), &fragment, &fields)?;
        self.known.segments.push(Arc::new(segment));
        self.manifest.fragments.push(Raw::new(fragment)?);
        self.manifest.inline.clear();
        Ok(())
    }

    /// Writes one fragment from the rows of segments, or from those picked out of them.
    pub(super) fn write(
        &mut self,
        table: &Table,
        sources: &[(&Segment, Option<Vec<u32>>)],
        fields: &[Field],
    ) -> Result<Fragment> {
        let mut rows = Rows::default();
        let mut columns: Vec<(&Field, Vec<Column>)> = Vec::new();
        for field in fields {
            if sources
                .iter()
                .all(|(segment, _)| segment.column(field.id).is_none())
            {
                continue;
            }
            let pieces = sources
                .iter()
                .map(|(segment, picked)| piece(segment, picked.as_deref(), field));
            columns.push((field, pieces.collect::<Result<_>>()?));
        }
        for (segment, picked) in sources {
            match picked {
                None => rows.extend(segment.rows()),
                Some(picked) => picked
                    .iter()
                    .for_each(|&row| rows.extend(&Rows::run(segment.rows().id(row as usize), 1))),
            }
        }
        let pieces: Vec<Pieces<'_>> = columns
            .iter()
            .map(|(field, columns)| (*field, columns.iter().collect()))
            .collect();
        let fragment = table.write_fragment(rows.len(), &pieces)?;
        let files = fragment
            .groups
            .iter()
            .map(|group| table.home.path(&format!("data/{}", group.file)));
        self.created.extend(files);
        table.home.store.sync_directory(&table.home.path("data"))?;
        Ok(Fragment {
            rows,
            groups: fragment.groups,
        })
    }

    fn end_rows(&mut self, table: &Table, ended: &[u64], version: u64) -> Result<()> {
        if ended.is_empty() {
            return Ok(());
        }
        let pairs: Vec<(u64, u64)> = ended.iter().map(|id| (*id, version)).collect();
        self.manifest.deaths.tail.push(Raw::new(pairs)?);
        let tail = self
            .manifest
            .deaths
            .tail
            .iter()
            .flat_map(|entry| entry.get().iter().copied());
        let tail: Vec<(u64, u64)> = tail.collect();
        if tail.len() <= DEATHS {
            self.known.deaths = self.known.deaths.with_tail(tail);
            return Ok(());
        }
        self.write_deaths(table, tail)
    }

    /// Writes the newest deaths to a file, together with as many of the files before it as are not much larger: so there
    /// are never more than some log n of them.
    fn write_deaths(&mut self, table: &Table, mut deaths: Vec<(u64, u64)>) -> Result<()> {
        let mut kept = Vec::new();
        let mut merged = Vec::new();
        let mut size = deaths.len() as u64;
        let references = self.manifest.deaths.runs.iter().cloned();
        for (reference, run) in references.zip(self.known.deaths.runs()).rev() {
            if kept.is_empty() && reference.count <= size * 2 {
                size += reference.count;
                deaths.extend((0..run.len()).map(|at| run.get(at)));
                merged.push(reference);
            } else {
                kept.push((reference, run.clone()));
            }
        }
        kept.reverse();
        for old in merged {
            self.retire("deaths", old.file)?;
        }
        let (references, runs) = kept.into_iter().unzip();
        self.put_deaths(table, deaths, references, runs)
    }

    /// Puts deaths in the place of all that there are.
    pub(super) fn replace_deaths(&mut self, table: &Table, deaths: Vec<(u64, u64)>) -> Result<()> {
        for old in std::mem::take(&mut self.manifest.deaths.runs) {
            self.retire("deaths", old.file)?;
        }
        if deaths.len() > DEATHS {
            return self.put_deaths(table, deaths, Vec::new(), Vec::new());
        }
        self.manifest.deaths.tail.clear();
        if !deaths.is_empty() {
            self.manifest.deaths.tail.push(Raw::new(deaths.clone())?);
        }
        self.known.deaths = Deaths::new(Vec::new(), deaths);
        Ok(())
    }

    /// Writes deaths to a file behind others.
    fn put_deaths(
        &mut self,
        table: &Table,
        mut deaths: Vec<(u64, u64)>,
        mut references: Vec<RunRef>,
        mut runs: Vec<DeathRun>,
    ) -> Result<()> {
        deaths.sort_unstable();
        let name = FileName::unique(table.home.environment.uuid()?, "deaths");
        let bytes = DeathRun::encode(&deaths);
        let reference = DeathRun::reference(name.as_str().to_owned(), &bytes);
        let path = table.home.path(&format!("deaths/{}", name.as_str()));
        self.created.push(path.clone());
        if table.home.store.put_if_absent(&path, &bytes)? == PutOutcome::Exists {
            return Err(Error::internal("two files of deaths of one name"));
        }
        let run = DeathRun::open(bytes.into(), &reference, &path)?;
        references.push(reference);
        runs.push(run);
        self.manifest.deaths.runs = references;
        self.manifest.deaths.tail.clear();
        self.known.deaths = Deaths::new(runs, Vec::new());
        Ok(())
    }

    /// Lists a file that this manifest no longer names.
    pub(super) fn retire(&mut self, directory: &str, file: String) -> Result<()> {
        let sequence = self.manifest.sequence;
        self.manifest.retired.push(Raw::new(Retired {
            directory: directory.to_owned(),
            file,
            sequence,
        })?);
        Ok(())
    }

    fn log(&mut self, table: &Table, commit: Commit) -> Result<()> {
        if self.manifest.log.tail.len() >= CHUNK {
            self.close_log(table)?;
        }
        self.manifest.log.tail.push(Raw::new(commit)?);
        Ok(())
    }

    /// Moves the tail of the log into a file, and full lists of files into files of their own.
    fn close_log(&mut self, table: &Table) -> Result<()> {
        let last_effective = in_force(&self.manifest.log);
        let commits = std::mem::take(&mut self.manifest.log.tail);
        let Some(last) = commits.last().map(Raw::get) else {
            return Ok(());
        };
        let mut part = ChunkRef {
            file: String::new(),
            length: 0,
            last: last.version,
            last_at: last.committed_at,
            last_effective,
            takes_back: commits.iter().any(|commit| commit.get().takes_back),
        };
        self.write_log(table, &mut part, &LogNode::Commits(commits))?;
        for level in 0.. {
            let Some(parts) = self.manifest.log.levels.get_mut(level) else {
                self.manifest.log.levels.push(vec![part]);
                break;
            };
            if parts.len() < CHUNK {
                parts.push(part);
                break;
            }
            let full = std::mem::replace(parts, vec![part]);
            let Some(last) = full.last().cloned() else { break };
            part = ChunkRef {
                takes_back: full.iter().any(|part| part.takes_back),
                ..last
            };
            self.write_log(table, &mut part, &LogNode::Chunks(full))?;
        }
        Ok(())
    }

    fn write_log(&mut self, table: &Table, part: &mut ChunkRef, node: &LogNode) -> Result<()> {
        let name = FileName::unique(table.home.environment.uuid()?, "json");
        let path = table.home.path(&format!("_log/{}", name.as_str()));
        let bytes = seal_json(node)?;
        self.created.push(path.clone());
        table.home.store.put_if_absent(&path, &bytes)?;
        part.file = name.as_str().to_owned();
        part.length = bytes.len() as u64;
        Ok(())
    }
}

impl Table {
    pub(super) fn write_fragment(&self, rows: usize, columns: &[Pieces<'_>]) -> Result<Fragment> {
        let key = self
            .current()
            .manifest
            .current_schema()?
            .key()
            .map(|field| field.id);
        let directory = self.home.path("data");
        let uuid = self.home.environment.uuid()?;
        FragmentWriter {
            store: &*self.home.store,
            directory: &directory,
            uuid,
            key,
            shadow_from: self.indexing().shadow_from,
        }
        .write(rows, columns)
    }
}

/// The column of a field in a segment, or what rows older than the field show.
fn piece(segment: &Segment, picked: Option<&[u32]>, field: &Field) -> Result<Column> {
    match (segment.column(field.id), picked) {
        (Some(column), None) => Ok(column.clone()),
        (Some(column), Some(rows)) => column.take(rows),
        (None, picked) => Column::constant(
            &field.data_type,
            &default_of(field)?,
            picked.map_or(segment.len(), <[u32]>::len),
        ),
    }
}

/// Dates of commits never run backwards, whatever the clock does, and are never ahead of it by more than it was set back.
fn next_date(manifest: &Manifest, now: i64) -> i64 {
    let last = manifest.log.tail.last().map(|last| last.get().committed_at);
    now.max(last.unwrap_or(manifest.created_at))
}
