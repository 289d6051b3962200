use std::collections::HashSet;

use crate::error::{Code, Error, Result};
use crate::format::default_of;
use crate::schema::{DataType, Field, Schema};
use crate::snapshot::{Picked, Snapshot};
use crate::table::Alteration;
use crate::value::Value;

/// A column that rows have after a merge, as each line knows it.
#[derive(Debug)]
pub(super) struct MergedColumn {
    /// Its name afterwards.
    pub(super) name: String,
    /// Of ours, or of theirs where it is new.
    pub(super) field: Field,
    ours: Option<Field>,
    theirs: Option<Field>,
}

/// The columns of two lines.
#[derive(Debug)]
pub(super) struct MergedColumns {
    pub(super) all: Vec<MergedColumn>,
    /// What has to be done to our columns first.
    pub(super) changes: Vec<Alteration>,
    /// The columns of theirs that ours does not have.
    pub(super) new: Vec<Field>,
}

/// Which line a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Ours,
    Theirs,
}

impl MergedColumns {
    /// Columns are the same where they have one name, or where one of them was given another name since the lines parted. `renamed` says that
    /// names of theirs are the newer ones.
    ///
    /// # Errors
    /// [`Code::MergeConflict`] where a column is of another type, or embedded by another function.
    pub(super) fn of(ours: &Schema, theirs: &Schema, shared: &HashSet<u32>, renamed: bool) -> Result<Self> {
        let mut columns = Self {
            all: Vec::new(),
            changes: Vec::new(),
            new: Vec::new(),
        };
        let named = |schema: &Schema, name: &str| schema.fields.iter().any(|field| field.name == name);
        for field in &ours.fields {
            let is_it = |other: &&Field| {
                other.id == field.id && shared.contains(&field.id) && !named(ours, &other.name)
            };
            let same = theirs.fields.iter().find(|other| other.name == field.name);
            let other = same.or_else(|| theirs.fields.iter().find(is_it));
            let mut name = field.name.clone();
            if let Some(other) = other {
                check_alike(field, other)?;
                if other.name != name && renamed {
                    columns.changes.push(Alteration::Rename {
                        from: name,
                        to: other.name.clone(),
                    });
                    name = other.name.clone();
                }
            }
            columns.all.push(MergedColumn {
                name,
                field: field.clone(),
                ours: Some(field.clone()),
                theirs: other.cloned(),
            });
        }
        let is_known = |field: &Field, all: &[MergedColumn]| {
            let mut theirs = all.iter().filter_map(|column| column.theirs.as_ref());
            theirs.any(|known| known.id == field.id)
        };
        for field in &theirs.fields {
            // What both had and ours has no more was dropped here.
            if is_known(field, &columns.all) || shared.contains(&field.id) {
                continue;
            }
            let added = Field {
                id: 0,
                ..field.clone()
            };
            columns.changes.push(Alteration::Add(added));
            columns.new.push(field.clone());
            columns.all.push(MergedColumn {
                name: field.name.clone(),
                field: field.clone(),
                ours: None,
                theirs: Some(field.clone()),
            });
        }
        Ok(columns)
    }

    /// The cells of a row, in the order of the columns.
    pub(super) fn cells(&self, picked: &Picked, row: usize, line: Line) -> Result<Vec<Value>> {
        let cell = |column: &MergedColumn| {
            let known = match line {
                Line::Ours => &column.ours,
                Line::Theirs => &column.theirs,
            };
            known
                .as_ref()
                .map_or_else(|| default_of(&column.field), |field| picked.value(field, row))
        };
        self.all.iter().map(cell).collect()
    }

    /// The names of some columns.
    pub(super) fn names(&self, positions: &[usize]) -> Vec<String> {
        let columns = positions.iter().filter_map(|at| self.all.get(*at));
        columns.map(|column| column.name.clone()).collect()
    }

    /// A row that was made for a conflict: some cells by name, the others as they are in ours, or as in a new row.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`].
    pub(super) fn row_with(
        &self,
        cells: &[(String, Value)],
        ours: Option<&Vec<Value>>,
        (at, key): (usize, &Value),
    ) -> Result<Vec<Value>> {
        let mut row = match ours {
            Some(ours) => ours.clone(),
            None => self
                .all
                .iter()
                .map(|column| default_of(&column.field))
                .collect::<Result<_>>()?,
        };
        for (name, value) in cells {
            let place = self.all.iter().position(|column| column.name == *name);
            let cell = place.and_then(|place| row.get_mut(place)).ok_or_else(|| {
                let message = format!("The table has no column \"{name}\".");
                Error::new(Code::ColumnNotFound, message).column(name.clone())
            })?;
            cell.clone_from(value);
        }
        if let Some(cell) = row.get_mut(at) {
            cell.clone_from(key);
        }
        Ok(row)
    }

    /// The columns that a snapshot has, to be read in [`MergedColumns::cells`].
    pub(super) fn fields(snapshot: &Snapshot) -> Vec<Field> {
        snapshot.schema().fields.clone()
    }

    /// Where the key stands.
    pub(super) fn key(&self, schema: &Schema) -> Result<usize> {
        let key = schema.key().ok_or_else(|| {
            Error::new(Code::NoPrimaryKey, "A merge needs a table with a primary key.")
                .hint("Declare a primary key: by it a row is known in both lines.")
        })?;
        let at = self.all.iter().position(|column| column.field.id == key.id);
        at.ok_or_else(|| Error::internal("a key without a column"))
    }
}

fn check_alike(ours: &Field, theirs: &Field) -> Result<()> {
    let what = if !holds_the_same(&ours.data_type, &theirs.data_type) {
        "is of another type"
    } else if ours.embed != theirs.embed && ours.embed.is_some() && theirs.embed.is_some() {
        "is embedded by another function"
    } else {
        return Ok(());
    };
    let message = format!(
        "The column \"{}\" {what} in the line that is to be merged.",
        ours.name
    );
    Err(Error::new(Code::MergeConflict, message)
        .hint("Make the columns alike first: alter one of them, or embed it again with the function of the other line.")
        .column(ours.name.clone()))
}

fn holds_the_same(one: &DataType, other: &DataType) -> bool {
    one == other
}
