use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::base::Base;
use super::columns::MergedColumns;
use super::plan::{Key, MergeBy, MergeConflict, Plan, Resolved, Settling, Side};
use crate::column::{Batch, ColumnBuilder};
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::format::LinePoint;
use crate::schema::{Field, Schema};
use crate::snapshot::Snapshot;
use crate::store::branch_of;
use crate::table::{CommitOptions, OnKey, RowChange, Table, Taken, Written};
use crate::value::Value;

/// How often a merge is planned anew because others wrote meanwhile.
const TRIES: usize = 16;
/// So many conflicts an error names.
const NAMED: usize = 5;

/// How lines are merged.
#[derive(Clone, Debug, Default)]
pub struct Merge {
    /// Whether rows or their columns are compared.
    pub by: MergeBy,
    /// What becomes of rows that both changed; where nothing is said, they are an error.
    pub on_conflict: Option<Side>,
    /// What becomes of single ones, by their keys.
    pub resolved: Vec<(Value, Resolved)>,
    /// Whether it is only said what would be done.
    pub dry_run: bool,
    /// What is said of the commit.
    pub options: CommitOptions,
}

/// What a merge did, or would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The commit; of a dry run the newest version, and the counts as they would be.
    pub written: Written,
    /// The version that was taken over.
    pub taken: u64,
    /// The version that both were compared with, and whether it is one of the line that was merged into, and not of the other.
    pub base: (bool, u64),
    /// The rows that both lines changed and for which nothing was said, by their keys; only of a dry run.
    pub conflicts: Vec<MergeConflict>,
}

/// Takes over what another line changed since both last met: one commit, which says where its rows come from. Nothing is done where there
/// is nothing new. What comes meanwhile is looked at again.
///
/// # Errors
/// [`Code::MergeConflict`] where both changed a row, or a column in ways that do not fit; [`Code::NoPrimaryKey`]; [`Code::VersionExpired`]
/// where the retention let go of the version at which they met; [`Code::InvalidArgument`] for lines of different tables.
pub(crate) fn merge(ours: &Table, theirs: &Table, merge: &Merge) -> Result<Merged> {
    let mut each = HashMap::new();
    for (key, resolved) in &merge.resolved {
        each.insert(Key::of(key)?, resolved.clone());
    }
    for _ in 0..TRIES {
        let merging = Merging::new(ours, theirs, merge, &each)?;
        if merge.dry_run {
            return merging.told();
        }
        if merging.is_done() {
            merging.note()?;
            return merging.told();
        }
        let planned = &merging.ours;
        let before = (planned.version(), planned.state.manifest.purged_at());
        match merging.commit() {
            Err(error) if error.code() == Code::Conflict => {
                let now = ours.snapshot()?;
                if (now.version(), now.state.manifest.purged_at()) == before {
                    return Err(error);
                }
                merge.options.check_version(now.version())?;
            }
            merged => return merged,
        }
    }
    let message = format!("Other writers were faster each of the {TRIES} times that the merge was tried.");
    Err(Error::new(Code::Conflict, message).hint("Try again when fewer others write; no row was changed."))
}

struct Merging<'m> {
    table: &'m Table,
    merge: &'m Merge,
    ours: Snapshot,
    from: LinePoint,
    base: (bool, u64),
    columns: MergedColumns,
    plan: Plan,
}

impl<'m> Merging<'m> {
    fn new(ours: &'m Table, theirs: &Table, merge: &'m Merge, each: &HashMap<Key, Resolved>) -> Result<Self> {
        let (here, there) = (ours.snapshot()?, theirs.snapshot()?);
        merge.options.check_version(here.version())?;
        here.key_field()?;
        let base = Base::of((ours, &here), (theirs, &there))?;
        let columns = MergedColumns::of(here.schema(), there.schema(), &base.shared, base.renamed)?;
        let settling = Settling {
            by: merge.by,
            all: merge.on_conflict.as_ref(),
            each,
        };
        let plan = Plan::of(&here, &there, &base, &columns, &settling)?;
        Ok(Self {
            table: ours,
            merge,
            from: LinePoint {
                line: there.state.manifest.incarnation.clone(),
                branch: branch_of(theirs.name()).map(str::to_owned),
                version: there.version(),
                here: here.version(),
                at: ours.home.environment.now(),
            },
            ours: here,
            base: (base.is_ours, base.rows.version()),
            columns,
            plan,
        })
    }

    /// Whether there is nothing to do.
    fn is_done(&self) -> bool {
        self.columns.changes.is_empty() && self.plan.is_empty()
    }

    /// Notes without a version of its own that both have met: whatever they change from now on is compared with what they have now.
    fn note(&self) -> Result<()> {
        self.table.change_layout(|_, _, next| {
            let merged = &mut next.manifest.merged;
            let is_it =
                |point: &LinePoint| point.line == self.from.line && point.version == self.from.version;
            if merged.iter().any(is_it) {
                return Ok(false);
            }
            merged.retain(|point| point.line != self.from.line);
            merged.push(self.from.clone());
            Ok(true)
        })?;
        Ok(())
    }

    /// What would be done.
    fn told(self) -> Result<Merged> {
        let inserted = self
            .plan
            .new_rows(&self.ours, self.columns.key(self.ours.schema())?)?;
        let last = self.ours.state.manifest.log.tail.last();
        Ok(Merged {
            written: Written {
                version: self.ours.version(),
                committed_at: last.map(|commit| commit.get().committed_at),
                inserted,
                updated: self.plan.put.len() as u64 - inserted,
                deleted: self.plan.gone.len() as u64,
                unchanged: 0,
                deferred: 0,
            },
            taken: self.from.version,
            base: self.base,
            conflicts: self.plan.conflicts,
        })
    }

    fn commit(self) -> Result<Merged> {
        if !self.plan.conflicts.is_empty() {
            return Err(conflicting(&self.plan.conflicts, &self.from));
        }
        let mut version = self.ours.version();
        let mut schema = Arc::clone(self.ours.schema());
        if !self.columns.changes.is_empty() {
            let options = CommitOptions {
                if_version: Some(version),
                ..self.merge.options.clone()
            };
            version = self.table.alter(&self.columns.changes, None, &options)?.version;
            let altered = self.table.snapshot()?;
            if altered.version() != version {
                return Err(Error::new(
                    Code::Conflict,
                    "Somebody else wrote while the columns were merged.",
                ));
            }
            schema = Arc::clone(altered.schema());
        }
        let options = CommitOptions {
            if_version: Some(version),
            merged: Some(Box::new(Taken {
                from: self.from.clone(),
                purged: self.ours.state.manifest.purged_at(),
            })),
            ..self.merge.options.clone()
        };
        if self.plan.is_empty() {
            self.note()?;
        }
        let ending = self.ending(&schema)?;
        let rows = (self.batch(&schema)?, Arc::clone(&schema));
        let written = self
            .table
            .change_rows(RowChange::insert(rows, OnKey::Replace, ending, options)?)?;
        Ok(Merged {
            written,
            taken: self.from.version,
            base: self.base,
            conflicts: Vec::new(),
        })
    }

    /// The rows that come or change, with all of their cells.
    fn batch(&self, schema: &Schema) -> Result<Batch> {
        let mut columns = Vec::new();
        for field in &schema.fields {
            let at = self
                .columns
                .all
                .iter()
                .position(|column| column.name == field.name);
            let at = at.ok_or_else(|| Error::internal("a column that no line has"))?;
            let mut column = ColumnBuilder::new(&field.data_type);
            for row in &self.plan.put {
                column.push(row.get(at).unwrap_or(&Value::Null))?;
            }
            columns.push((field.id, column.finish()));
        }
        Ok(Batch::new(self.plan.put.len(), columns))
    }

    fn ending(&self, schema: &Schema) -> Result<Option<Filter>> {
        if self.plan.gone.is_empty() {
            return Ok(None);
        }
        let key: &Field = schema
            .key()
            .ok_or_else(|| Error::internal("a merge without a key"))?;
        let keys: Vec<Json> = self.plan.gone.iter().map(json_of).collect();
        let filter = json!({ "op": "in", "column": [key.name], "values": keys });
        Filter::parse(&filter, schema).map(Some)
    }
}

fn json_of(key: &Value) -> Json {
    match key {
        Value::Int(key) => json!(key),
        Value::Text(key) => json!(key),
        _ => Json::Null,
    }
}

fn conflicting(conflicts: &[MergeConflict], from: &LinePoint) -> Error {
    let named: Vec<String> = conflicts
        .iter()
        .take(NAMED)
        .map(|conflict| json_of(&conflict.key).to_string())
        .collect();
    let more = match conflicts.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let line = from
        .branch
        .as_ref()
        .map_or("the table".to_owned(), |branch| format!("\"{branch}\""));
    let message = format!(
        "{} changed here and in {line} since both last met: {}{more}.",
        match conflicts.len() {
            1 => "A row was".to_owned(),
            rows => format!("{rows} rows were"),
        },
        named.join(", ")
    );
    Error::new(Code::MergeConflict, message)
        .hint("Say onConflict (\"ours\", \"theirs\" or a function), or look at them first with dryRun; nothing was changed.")
}
