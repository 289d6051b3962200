//! The manifest after a change: the one place where row ids, versions and dates are given.

use std::sync::Arc;

use super::columns::swap_in;
use super::draft::NextManifest;
use super::fragments::INLINE_BYTES;
use crate::error::{Code, Error, Result};
use crate::format::{Commit, Fragment, InlineRows, LinePoint, Manifest, Operation, Raw, Rows};
use crate::fragment::Segment;
use crate::snapshot::TableState;
use crate::table::change::{Change, NewRows, NewSchemas};
use crate::table::effective::Effective;
use crate::table::handle::Table;
use crate::table::landing::Landing;

impl NextManifest {
    /// The state after a change, by the manifest that follows `state`; or by the one that `state` has already, where that is
    /// `under_way`: not put yet.
    pub(in crate::table) fn build(
        table: &Table,
        state: &TableState,
        change: Change,
        under_way: bool,
    ) -> Result<Landing> {
        let mut next = match under_way {
            true => Self::go_on(table, state),
            false => Self::follow(table, state)?,
        };
        next.apply(table, state, change)?;
        next.finish(&table.home, state)
    }

    fn apply(&mut self, table: &Table, state: &TableState, change: Change) -> Result<()> {
        change.options.check()?;
        let version = self.manifest.version + 1;
        if let Some(schemas) = change.schema {
            self.change_schemas(schemas, state)?;
        }
        let (left, left_now) = match &change.rows {
            NewRows::LeftOut(left_out) => {
                self.leave_out(table, left_out)?;
                (left_out.rows.len() as u64, left_out.current)
            }
            _ => (0, 0),
        };
        let added = self.add_rows(table, state, change.rows)?;
        self.end_rows(table, &change.ended, version)?;
        let now = table.home.environment.now();
        let committed_at = next_date(&state.manifest, now);
        let given = change.options.effective_at;
        let effective = Effective::of(&state.manifest.log, given, change.effective_again, now)?;
        let merged = change.options.merged.map(|taken| (taken.purged, taken.from));
        if merged
            .as_ref()
            .is_some_and(|(purged, _)| *purged != state.manifest.purged_at())
        {
            return Err(
                Error::new(Code::Conflict, "Rows were purged while lines were merged.")
                    .hint("Merge again; no row was changed."),
            );
        }
        let merged = merged.map(|(_, from)| LinePoint {
            here: version,
            ..from
        });
        if let Some(point) = &merged {
            self.manifest.merged.retain(|known| known.line != point.line);
            self.manifest.merged.push(point.clone());
        }
        let commit = Commit {
            version,
            committed_at,
            clock: (now < committed_at).then_some(now),
            effective_at: effective.at,
            takes_back: effective.takes_back,
            operation: match merged.is_some() {
                true => Operation::Merge,
                false => change.operation,
            },
            inserted: added - change.updated.min(added),
            updated: change.updated,
            deleted: (change.ended.len() as u64).saturating_sub(change.updated) + left_now,
            purged: left,
            watermark: self.manifest.watermark,
            schema: self.manifest.schema,
            id: self.manifest.id.clone(),
            merged,
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
        state: &TableState,
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

    fn add_rows(&mut self, table: &Table, state: &TableState, rows: NewRows) -> Result<u64> {
        let first = self.manifest.watermark;
        match rows {
            NewRows::None | NewRows::LeftOut(_) => Ok(0),
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
                    None => self.spill(table)?,
                }
                Ok(count)
            }
            NewRows::Staged(fragments) => {
                if !self.manifest.inline.is_empty() {
                    self.spill(table)?;
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
                        Segment::open(&table.home.store, &table.home.path("data"), &fragment, &fields)?;
                    self.known.segments.push(Arc::new(segment));
                    self.manifest.fragments.push(Raw::new(fragment)?);
                }
                Ok(self.manifest.watermark - first)
            }
        }
    }
}

/// Dates of commits never run backwards, whatever the clock does, and are never ahead of it by more than it was set back.
fn next_date(manifest: &Manifest, now: i64) -> i64 {
    let last = manifest.log.tail.last().map(|last| last.get().committed_at);
    now.max(last.unwrap_or(manifest.created_at))
}
