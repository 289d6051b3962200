use std::collections::{HashMap, HashSet};

use super::base::Base;
use super::columns::{Line, MergedColumns};
use crate::error::{Error, Result};
use crate::snapshot::{Picked, Snapshot};
use crate::value::Value;

/// What a row that was changed in both lines is merged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MergeBy {
    /// A row that both changed is a conflict.
    #[default]
    Row,
    /// Columns that only one of them changed are taken from there; a column that both changed is a conflict.
    Column,
}

/// Whose row it is that stays.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// As it is in the line that is merged into.
    Ours,
    /// As it is in the line that is merged.
    Theirs,
}

/// What becomes of a row that both lines changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// The row of one of the lines.
    As(Side),
    /// A row of its own: the cells of some columns, by their names. The others are ours; where there is no such row, their defaults.
    Row(Vec<(String, Value)>),
}

/// A row that both lines changed, each in its own way.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeConflict {
    /// Its key.
    pub key: Value,
    /// Whether it was there where the lines last met.
    pub was_there: bool,
    /// Whether it is there now: here,
    pub in_ours: bool,
    /// and there.
    pub in_theirs: bool,
    /// The columns in which both differ from what was, and from each other; none where one of them has no such row.
    pub columns: Vec<String>,
}

/// A row in the three states that a merge compares.
struct Three {
    base: Option<Vec<Value>>,
    ours: Option<Vec<Value>>,
    theirs: Option<Vec<Value>>,
}

/// What is to be done with the rows of ours.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Rows that come or change.
    pub(super) put: Vec<Vec<Value>>,
    /// Keys of rows that go.
    pub(super) gone: Vec<Value>,
    pub(super) conflicts: Vec<MergeConflict>,
}

/// A key that can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Int(i64),
    Text(String),
}

impl Key {
    pub(super) fn of(value: &Value) -> Result<Self> {
        match value {
            Value::Int(key) => Ok(Self::Int(*key)),
            Value::Text(key) => Ok(Self::Text(key.clone())),
            _ => Err(Error::internal("a key that is neither a number nor a text")),
        }
    }
}

/// How conflicts are settled: what stands for a key, or else for all.
pub(super) struct Settling<'s> {
    pub(super) by: MergeBy,
    pub(super) all: Option<&'s Side>,
    pub(super) each: &'s HashMap<Key, Resolved>,
}

impl Plan {
    /// Compares the rows that theirs has changed. Costs their number, not that of all rows, unless columns are new: then each row that
    /// has a value there is looked at.
    pub(super) fn of(
        ours: &Snapshot,
        theirs: &Snapshot,
        base: &Base,
        columns: &MergedColumns,
        settling: &Settling<'_>,
    ) -> Result<Self> {
        let key = columns.key(ours.schema())?;
        let keys = changed_keys(theirs, base, columns)?;
        let rows = |snapshot: &Snapshot| snapshot.get_all(&keys, MergedColumns::fields(snapshot));
        let (ours, theirs) = (rows(ours)?, rows(theirs)?);
        // The rows that both knew lie in theirs, or in ours.
        let line = if base.rows.is_of(base.since.incarnation()) { Line::Theirs } else { Line::Ours };
        let was = rows(&base.rows)?;
        let mut plan = Self::default();
        for (at, value) in keys.iter().enumerate() {
            let three = Three {
                base: row_of(columns, &was, at, line)?,
                ours: row_of(columns, &ours, at, Line::Ours)?,
                theirs: row_of(columns, &theirs, at, Line::Theirs)?,
            };
            plan.settle(value, three, (columns, key), settling)?;
        }
        Ok(plan)
    }

    fn settle(
        &mut self,
        key: &Value,
        three: Three,
        (columns, at): (&MergedColumns, usize),
        settling: &Settling<'_>,
    ) -> Result<()> {
        let Three { base, ours, theirs } = &three;
        if ours == theirs || base == theirs {
            return Ok(());
        }
        if base == ours {
            self.take(key, three.theirs);
            return Ok(());
        }
        let mut differing = Vec::new();
        if let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs)
            && settling.by == MergeBy::Column
        {
            let (row, both) = by_column(base, ours, theirs);
            if both.is_empty() {
                self.put.push(row);
                return Ok(());
            }
            differing = both;
        } else if let (Some(ours), Some(theirs)) = (ours, theirs) {
            differing = (0..ours.len()).filter(|at| ours.get(*at) != theirs.get(*at)).collect();
        }
        let each = settling.each.get(&Key::of(key)?);
        let side = match each {
            Some(Resolved::Row(cells)) => {
                let row = columns.row_with(cells, three.ours.as_ref(), (at, key))?;
                self.take(key, Some(row));
                return Ok(());
            }
            Some(Resolved::As(side)) => Some(side),
            None => settling.all,
        };
        match side {
            Some(Side::Ours) => {}
            Some(Side::Theirs) => self.take_theirs(key, three, &differing, settling.by),
            None => self.conflicts.push(MergeConflict {
                key: key.clone(),
                was_there: three.base.is_some(),
                in_ours: three.ours.is_some(),
                in_theirs: three.theirs.is_some(),
                columns: columns.names(&differing),
            }),
        }
        Ok(())
    }

    /// Their row; by columns, ours with their cells where both changed one.
    fn take_theirs(&mut self, key: &Value, three: Three, differing: &[usize], by: MergeBy) {
        let merged = match (&three.base, &three.ours, &three.theirs, by) {
            (Some(base), Some(ours), Some(theirs), MergeBy::Column) => {
                let (mut row, _) = by_column(base, ours, theirs);
                for at in differing {
                    if let (Some(cell), Some(theirs)) = (row.get_mut(*at), theirs.get(*at)) {
                        cell.clone_from(theirs);
                    }
                }
                Some(row)
            }
            _ => three.theirs,
        };
        self.take(key, merged);
    }

    fn take(&mut self, key: &Value, row: Option<Vec<Value>>) {
        match row {
            Some(row) => self.put.push(row),
            None => self.gone.push(key.clone()),
        }
    }
}

/// Each cell from the line that changed it, and the positions of those that both did.
fn by_column(base: &[Value], ours: &[Value], theirs: &[Value]) -> (Vec<Value>, Vec<usize>) {
    let mut both = Vec::new();
    let cells = base.iter().zip(ours).zip(theirs).enumerate();
    let row = cells.map(|(at, ((base, ours), theirs))| {
        if ours == base || ours == theirs {
            return theirs.clone();
        }
        if theirs != base {
            both.push(at);
        }
        ours.clone()
    });
    (row.collect(), both)
}

type Rows = (Picked, Vec<Option<usize>>);

fn row_of(columns: &MergedColumns, rows: &Rows, at: usize, line: Line) -> Result<Option<Vec<Value>>> {
    let found = rows.1.get(at).copied().flatten();
    found.map(|row| columns.cells(&rows.0, row, line)).transpose()
}

/// The keys of the rows that theirs has changed since, each once.
fn changed_keys(theirs: &Snapshot, base: &Base, columns: &MergedColumns) -> Result<Vec<Value>> {
    let key = theirs.key_field()?;
    let difference = base.since.diff(theirs, None, std::slice::from_ref(key))?;
    let mut keys = Vec::new();
    let mut known = HashSet::new();
    let mut add = |picked: &Picked, row: usize| -> Result<()> {
        let value = picked.value(key, row)?;
        if known.insert(Key::of(&value)?) {
            keys.push(value);
        }
        Ok(())
    };
    for picked in [&difference.added, &difference.removed, &difference.after] {
        (0..picked.len()).try_for_each(|row| add(picked, row))?;
    }
    for field in &columns.new {
        let all = theirs.find(&Default::default(), vec![key.clone(), field.clone()])?;
        for row in 0..all.len() {
            if !all.value(field, row)?.is_null() {
                add(&all, row)?;
            }
        }
    }
    Ok(keys)
}
