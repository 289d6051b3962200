use std::collections::{HashMap, HashSet};

use super::base::Base;
use super::columns::{Line, MergedColumns};
use crate::error::{Error, Result};
use crate::snapshot::{Find, Picked, Snapshot};
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
        let line = if base.is_ours { Line::Ours } else { Line::Theirs };
        let was = rows(&base.rows)?;
        let mut plan = Self::default();
        for (at, value) in keys.iter().enumerate() {
            let three = Three {
                base: row_of(columns, &was, at, line)?,
                ours: row_of(columns, &ours, at, Line::Ours)?,
                theirs: row_of(columns, &theirs, at, Line::Theirs)?,
            };
            plan.settle(value, &three, (columns, key), settling)?;
        }
        Ok(plan)
    }

    /// Whether there is nothing to do, and nothing to decide.
    pub(super) fn is_empty(&self) -> bool {
        self.put.is_empty() && self.gone.is_empty() && self.conflicts.is_empty()
    }

    /// How many of the rows that are put were not there before.
    pub(super) fn new_rows(&self, ours: &Snapshot, key: usize) -> Result<u64> {
        let keys: Vec<Value> = self.put.iter().filter_map(|row| row.get(key).cloned()).collect();
        let (_, found) = ours.get_all(&keys, Vec::new())?;
        Ok(found.iter().filter(|row| row.is_none()).count() as u64)
    }

    fn settle(
        &mut self,
        key: &Value,
        three: &Three,
        (columns, at): (&MergedColumns, usize),
        settling: &Settling<'_>,
    ) -> Result<()> {
        let becomes = match three.meet(settling.by) {
            Met::Row(row) => row,
            Met::Conflict { theirs, differing } => {
                let side = match settling.each.get(&Key::of(key)?) {
                    Some(Resolved::Row(cells)) => {
                        let row = columns.row_with(cells, three.ours.as_ref(), (at, key))?;
                        self.turn_into(key, three, Some(row));
                        return Ok(());
                    }
                    Some(Resolved::As(side)) => Some(side),
                    None => settling.all,
                };
                match side {
                    Some(Side::Ours) => three.ours.clone(),
                    Some(Side::Theirs) => theirs,
                    None => {
                        self.conflicts.push(MergeConflict {
                            key: key.clone(),
                            was_there: three.base.is_some(),
                            in_ours: three.ours.is_some(),
                            in_theirs: three.theirs.is_some(),
                            columns: columns.names(&differing),
                        });
                        return Ok(());
                    }
                }
            }
        };
        self.turn_into(key, three, becomes);
        Ok(())
    }

    fn turn_into(&mut self, key: &Value, three: &Three, row: Option<Vec<Value>>) {
        match row {
            row if row == three.ours => {}
            Some(row) => self.put.push(row),
            None => self.gone.push(key.clone()),
        }
    }
}

/// What becomes of a row.
enum Met {
    Row(Option<Vec<Value>>),
    /// Both changed it: it can be as theirs has it, and these are the cells about which they do not agree.
    Conflict {
        theirs: Option<Vec<Value>>,
        differing: Vec<usize>,
    },
}

impl Three {
    fn meet(&self, by: MergeBy) -> Met {
        let Self { base, ours, theirs } = self;
        if ours == theirs || base == theirs {
            return Met::Row(ours.clone());
        }
        if base == ours {
            return Met::Row(theirs.clone());
        }
        match (base, ours, theirs) {
            (Some(base), Some(ours), Some(theirs)) if by == MergeBy::Column => by_column(base, ours, theirs),
            (_, Some(one), Some(other)) => Met::Conflict {
                theirs: theirs.clone(),
                differing: (0..one.len())
                    .filter(|at| one.get(*at) != other.get(*at))
                    .collect(),
            },
            _ => Met::Conflict {
                theirs: theirs.clone(),
                differing: Vec::new(),
            },
        }
    }
}

/// Takes each cell from the line that changed it. Where both did, theirs stands, and it is a conflict.
fn by_column(base: &[Value], ours: &[Value], theirs: &[Value]) -> Met {
    let mut differing = Vec::new();
    let cells = base.iter().zip(ours).zip(theirs).enumerate();
    let row = cells.map(|(at, ((base, ours), theirs))| {
        if theirs == base {
            return ours.clone();
        }
        if ours != base && ours != theirs {
            differing.push(at);
        }
        theirs.clone()
    });
    let row = Some(row.collect());
    match differing.is_empty() {
        true => Met::Row(row),
        false => Met::Conflict {
            theirs: row,
            differing,
        },
    }
}

type Rows = (Picked, Vec<Option<usize>>);

fn row_of(columns: &MergedColumns, rows: &Rows, at: usize, line: Line) -> Result<Option<Vec<Value>>> {
    let found = rows.1.get(at).copied().flatten();
    found.map(|row| columns.cells(&rows.0, row, line)).transpose()
}

/// The keys of the rows that theirs may have changed, each once.
fn changed_keys(theirs: &Snapshot, base: &Base, columns: &MergedColumns) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for among in &base.among {
        all.append(&mut among.keys()?);
    }
    let key = theirs.key_field()?;
    for field in &columns.new {
        let rows = theirs.find(&Find::default(), vec![key.clone(), field.clone()])?;
        for row in 0..rows.len() {
            if !rows.value(field, row)?.is_null() {
                all.push(rows.value(key, row)?);
            }
        }
    }
    let mut known = HashSet::new();
    let mut keys = Vec::new();
    for key in all {
        if known.insert(Key::of(&key)?) {
            keys.push(key);
        }
    }
    Ok(keys)
}
