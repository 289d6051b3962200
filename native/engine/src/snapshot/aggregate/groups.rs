use std::cmp::Ordering;
use std::collections::HashMap;

use super::super::distinct::{Distinct, turned};
use super::accumulator::Accumulator;
use super::asked::{Aggregation, Group, GroupKey, Measure};
use super::cells::Cells;

use crate::error::{Code, Error, Result};

/// More groups than these are refused: each takes about 200 bytes, and 50 for each of its measures.
const GROUPS_MAX: usize = 1_000_000;
/// More measures than these are refused, over all groups.
const MEASURES_MAX: usize = 4_000_000;

/// The groups that were met so far.
pub(super) struct Groups<'a> {
    measures: Vec<Measure>,
    columns: Vec<Values<'a>>,
    /// The groups by the numbers of their values.
    known: HashMap<Box<[u32]>, usize>,
    groups: Vec<Counted<'a>>,
    /// How many rows were taken.
    rows: u64,
    key: Vec<u32>,
}

/// The values that were met in a column, by numbers.
#[derive(Default)]
struct Values<'a> {
    numbers: HashMap<Distinct<'a>, u32>,
    /// Each value, and the last row that had it.
    met: Vec<(Distinct<'a>, u64)>,
    /// The numbers of those in the row at hand.
    row: Vec<u32>,
}

struct Counted<'a> {
    count: u64,
    measures: Vec<Accumulator<'a>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(asked: &Aggregation) -> Self {
        let mut groups = Self {
            measures: asked.measures.clone(),
            columns: asked.by.iter().map(|_| Values::default()).collect(),
            known: HashMap::new(),
            groups: Vec::new(),
            rows: 0,
            key: Vec::new(),
        };
        if asked.by.is_empty() {
            // All rows are one group, also where there is none.
            groups.known.insert(Box::default(), 0);
            groups.groups.push(groups.empty());
        }
        groups
    }

    fn empty(&self) -> Counted<'a> {
        Counted {
            count: 0,
            measures: self.measures.iter().map(Accumulator::of).collect(),
        }
    }

    /// Adds a row to each group that it is in.
    pub(super) fn take(&mut self, keys: &[Cells<'a>], cells: &[Cells<'a>], row: usize) -> Result<()> {
        self.rows += 1;
        for (cells, values) in keys.iter().zip(&mut self.columns) {
            values.of_row(cells, row, self.rows)?;
        }
        // Only one of them is a list, so each number of it is one group.
        let memberships = self.columns.iter().map(|values| values.row.len()).product();
        for at in 0..memberships {
            self.key.clear();
            for Values { row, .. } in &self.columns {
                self.key.extend(row.get(at.min(row.len() - 1)));
            }
            let group = self.group()?;
            group.count += 1;
            for (accumulator, cells) in group.measures.iter_mut().zip(cells) {
                accumulator.take(cells.value(row)?);
            }
        }
        Ok(())
    }

    fn group(&mut self) -> Result<&mut Counted<'a>> {
        let at = match self.known.get(self.key.as_slice()) {
            Some(at) => *at,
            None => {
                let most = GROUPS_MAX.min(MEASURES_MAX / self.measures.len().max(1));
                if self.groups.len() >= most {
                    return Err(too_many(most));
                }
                self.known.insert(self.key.as_slice().into(), self.groups.len());
                self.groups.push(self.empty());
                self.groups.len() - 1
            }
        };
        self.groups
            .get_mut(at)
            .ok_or_else(|| Error::internal("a group that is not there"))
    }
}

impl<'a> Values<'a> {
    /// Numbers the values of a row, each once.
    fn of_row(&mut self, cells: &Cells<'a>, row: usize, rows: u64) -> Result<()> {
        let Self {
            numbers,
            met,
            row: own,
        } = self;
        own.clear();
        let mut is_full = false;
        cells.each(row, |value| {
            let next = met.len() as u32;
            // Values may be of no group: those beside an empty list.
            if met.len() > GROUPS_MAX {
                is_full = true;
                return;
            }
            let number = *numbers.entry(value).or_insert(next);
            if number == next {
                met.push((value, 0));
            }
            if let Some((_, last)) = met.get_mut(number as usize)
                && *last != rows
            {
                *last = rows;
                own.push(number);
            }
        })?;
        if is_full {
            Err(too_many(GROUPS_MAX))
        } else {
            Ok(())
        }
    }
}

impl<'a> Groups<'a> {
    /// Those that were asked for, in order.
    pub(super) fn ordered(self, asked: &Aggregation) -> Vec<Group> {
        let Self {
            columns,
            known,
            groups,
            measures,
            ..
        } = self;
        let value = |key: &[u32], column: usize| {
            let number = key.get(column).copied().unwrap_or_default();
            let met = columns
                .get(column)
                .and_then(|values| values.met.get(number as usize));
            met.map_or(Distinct::Null, |(value, _)| *value)
        };
        let compare = |(a, one): &(Box<[u32]>, usize), (b, other): &(Box<[u32]>, usize)| {
            let (Some(one), Some(other)) = (groups.get(*one), groups.get(*other)) else {
                return Ordering::Equal;
            };
            let by_order = asked.order.iter().map(|order| match order.by {
                GroupKey::Value(column) => value(a, column).placed(value(b, column), order.descending),
                GroupKey::Count => turned(one.count.cmp(&other.count), order.descending),
                GroupKey::Measure(at) => {
                    let computed = one.measures.get(at).zip(other.measures.get(at));
                    let asked = measures.get(at).zip(computed);
                    asked.map_or(Ordering::Equal, |(asked, (one, other))| {
                        one.placed(other, asked.function, order.descending)
                    })
                }
            });
            let by_values = (0..columns.len()).map(|column| value(a, column).placed(value(b, column), false));
            let mut all = by_order.chain(by_values);
            all.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut known: Vec<(Box<[u32]>, usize)> = known.into_iter().collect();
        known.sort_unstable_by(compare);
        let told = known
            .into_iter()
            .skip(asked.offset)
            .take(asked.limit.unwrap_or(usize::MAX));
        told.filter_map(|(key, at)| {
            let group = groups.get(at)?;
            let computed = measures.iter().zip(&group.measures);
            Some(Group {
                values: (0..columns.len())
                    .map(|column| value(&key, column).value())
                    .collect(),
                count: group.count,
                measures: computed
                    .map(|(asked, computed)| computed.told(asked.function))
                    .collect(),
            })
        })
        .collect()
    }
}

fn too_many(most: usize) -> Error {
    let message = format!("The rows are of more than {most} groups.");
    Error::new(Code::InvalidArgument, message)
        .hint("Narrow the rows with a filter, group by columns of fewer values, or ask for fewer numbers of each group.")
}
