use std::collections::HashMap;

use super::lookup::{RowPlace, key_at};
use super::picked::Picked;
use super::state::Snapshot;
use crate::column::{Bits, CellAt, Column};
use crate::error::Result;
use crate::filter::{Columns, Filter};
use crate::format::default_of;
use crate::fragment::hash_key;
use crate::history::check_kept;
use crate::schema::Field;
use crate::value::Value;

/// A row as it was, and as it is.
type Pair = (RowPlace, RowPlace);

/// What differs between two versions.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Rows that only the later version sees.
    pub added: Picked,
    /// Rows that only the earlier version sees.
    pub removed: Picked,
    /// Rows of a key that both see, as they were.
    pub before: Picked,
    /// The rows of `before`, in the same order, as they are.
    pub after: Picked,
}

impl Snapshot {
    /// What became of the table between this version and another, which may be earlier. The cost grows with the change,
    /// not with the table. Without a primary key a changed row is one removed and one added. With a filter, those rows
    /// that match it; a changed row where it matches before or after.
    ///
    /// A row is changed where it differs in a column of the later version, or in one of `select`, which may name columns
    /// of either version. A version shows a column that it does not have as rows older than the column do.
    ///
    /// # Errors
    /// [`crate::error::Code::VersionExpired`] where the rows of the earlier version were dropped meanwhile;
    /// [`crate::error::Code::Corrupt`].
    pub fn diff(&self, to: &Self, filter: Option<&Filter>, select: &[Field]) -> Result<Difference> {
        if self.version() > to.version() {
            let Difference {
                added,
                removed,
                before,
                after,
            } = to.diff(self, filter, select)?;
            return Ok(Difference {
                added: removed,
                removed: added,
                before: after,
                after: before,
            });
        }
        check_kept(&to.state.manifest, self.version())?;
        let mut added: Vec<RowPlace> = to.born_since(self.watermark()).map(|(_, place)| place).collect();
        let died = to.state.deaths.between(self.version(), to.version());
        // Both versions are read through the files that are open now.
        let then = Self::at(
            to.state.clone(),
            self.version(),
            self.watermark(),
            self.schema().id,
        )?;
        let mut removed: Vec<RowPlace> = died.into_iter().filter_map(|id| then.place(id)).collect();
        let mut changed: Vec<Pair> = Vec::new();
        if let Some(key) = to.schema().key() {
            let selected = select.iter().filter(|field| !to.shows(field));
            let fields: Vec<&Field> = to.schema().fields.iter().chain(selected).collect();
            let pairs = pair_up(to, key, &mut added, &mut removed)?;
            changed = keep(&pairs, &then.differing(to, &pairs, &fields)?);
        }
        if let Some(filter) = filter {
            added = keep(&added, &to.matches(filter, &added)?);
            removed = keep(&removed, &then.matches(filter, &removed)?);
            let (before, after): (Vec<_>, Vec<_>) = changed.iter().copied().unzip();
            let mut matches = then.matches(filter, &before)?;
            matches.or(&to.matches(filter, &after)?);
            changed = keep(&changed, &matches);
        }
        let (before, after) = changed.into_iter().unzip();
        let picked = |snapshot: &Self, rows| Picked::new(snapshot.clone(), select.to_vec(), rows);
        Ok(Difference {
            added: picked(to, added),
            removed: picked(&then, removed),
            before: picked(&then, before),
            after: picked(to, after),
        })
    }

    /// Which of some pairs of rows differ in any of some columns. Cells are compared where they lie.
    fn differing(&self, to: &Self, pairs: &[Pair], fields: &[&Field]) -> Result<Bits> {
        let mut differing = Bits::filled(pairs.len(), false);
        for field in fields {
            let default = Column::constant(&field.data_type, &default_of(field)?, 1)?;
            for (at, (before, after)) in pairs.iter().enumerate() {
                if differing.get(at) {
                    continue;
                }
                let (was, row) = self.shown_cell(field, *before, &default);
                if !was.equals(row, to.shown_cell(field, *after, &default))? {
                    differing.set(at);
                }
            }
        }
        Ok(differing)
    }

    /// The cell that a row shows in a column, which the version need not have.
    fn shown_cell<'s>(&'s self, field: &Field, (segment, row): RowPlace, default: &'s Column) -> CellAt<'s> {
        let column = self.column(segment, field.id).filter(|_| self.shows(field));
        column.map_or((default, 0), |column| (column, row as usize))
    }

    /// What some rows show in a column, which the version need not have.
    fn shown(&self, field: &Field, rows: &[RowPlace]) -> Result<Column> {
        if self.shows(field) {
            return self.gather(field, rows);
        }
        Column::constant(&field.data_type, &default_of(field)?, rows.len())
    }

    /// Which of some rows match.
    pub(super) fn matches(&self, filter: &Filter, rows: &[RowPlace]) -> Result<Bits> {
        let fields = self
            .state
            .fields
            .iter()
            .filter(|field| filter.fields().contains(&field.id));
        let gathered = fields
            .map(|field| Ok((field.id, self.shown(field, rows)?)))
            .collect::<Result<Vec<_>>>()?;
        filter.evaluate(&Gathered(gathered), rows.len())
    }
}

/// Takes rows of one key out of both lists and returns them in pairs.
fn pair_up(
    snapshot: &Snapshot,
    key: &Field,
    added: &mut Vec<RowPlace>,
    removed: &mut Vec<RowPlace>,
) -> Result<Vec<Pair>> {
    let key_of = |place: RowPlace| -> Result<Value> {
        let column = snapshot.column(place.0, key.id);
        column.map_or(Ok(Value::Null), |column| {
            key_at(column, &key.data_type, place.1 as usize)
        })
    };
    let mut gone: HashMap<u64, Vec<(Value, RowPlace)>> = HashMap::new();
    for &place in removed.iter() {
        let value = key_of(place)?;
        gone.entry(hash_key(&value)).or_default().push((value, place));
    }
    let mut changed = Vec::new();
    let mut new = Vec::new();
    for &place in added.iter() {
        let value = key_of(place)?;
        let was = gone.get_mut(&hash_key(&value)).and_then(|same| {
            let at = same.iter().position(|(other, _)| *other == value)?;
            Some(same.swap_remove(at).1)
        });
        match was {
            Some(was) => changed.push((was, place)),
            None => new.push(place),
        }
    }
    *added = new;
    *removed = gone.into_values().flatten().map(|(_, place)| place).collect();
    removed.sort_unstable();
    Ok(changed)
}

fn keep<T: Copy>(rows: &[T], which: &Bits) -> Vec<T> {
    rows.iter()
        .enumerate()
        .filter(|(i, _)| which.get(*i))
        .map(|(_, row)| *row)
        .collect()
}

/// Columns of some rows.
struct Gathered(Vec<(u32, Column)>);

impl Columns for Gathered {
    fn column(&self, field: u32) -> Option<&Column> {
        self.0
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, column)| column)
    }
}
