//! Evaluates filters on columns.

use super::leaf::{Leaf, Test};
use super::set::{Booleans, Numbers, Scale, Sides, among};
use super::{Columns, Node};
use crate::column::{Bits, Column, Data};
use crate::error::{Error, Result};

/// Rows are picked out first where fewer than one in this many is asked for.
const SPARSE: usize = 16;

/// The rows for which a condition is true, and those for which it is false.
struct Truth {
    yes: Bits,
    no: Bits,
}

impl Truth {
    fn nowhere(rows: usize) -> Self {
        Self {
            yes: Bits::filled(rows, false),
            no: Bits::filled(rows, false),
        }
    }

    fn swapped(self) -> Self {
        Self {
            yes: self.no,
            no: self.yes,
        }
    }
}

/// The rows for which the node is true.
pub(super) fn rows(root: &Node, columns: &dyn Columns, rows: usize) -> Result<Bits> {
    let wanted = Bits::filled(rows, true);
    Ok(root.truth(columns, &wanted)?.yes)
}

impl Node {
    /// What holds for the wanted rows; for the others the result says nothing.
    fn truth(&self, columns: &dyn Columns, wanted: &Bits) -> Result<Truth> {
        match self {
            Self::And(args) => all(args, columns, wanted, |truth| truth),
            // `or` is `and` with the sides swapped.
            Self::Or(args) => all(args, columns, wanted, Truth::swapped).map(Truth::swapped),
            Self::Not(arg) => arg.truth(columns, wanted).map(Truth::swapped),
            Self::NotTrue(arg) => arg.truth(columns, wanted).map(|Truth { yes: no, .. }| {
                let mut yes = no.clone();
                yes.not();
                Truth { yes, no }
            }),
            Self::Leaf(leaf) => match columns.column(leaf.field) {
                Some(column) => leaf.truth(column, wanted),
                None => {
                    let everywhere = |value| Bits::filled(wanted.len(), value);
                    Ok(Truth {
                        yes: everywhere(leaf.absent.yes),
                        no: everywhere(leaf.absent.no),
                    })
                }
            },
        }
    }
}

/// True where all are, false where one is. What one argument has found false the next are not asked for.
fn all(args: &[Node], columns: &dyn Columns, wanted: &Bits, turn: fn(Truth) -> Truth) -> Result<Truth> {
    let mut truth = Truth {
        yes: Bits::filled(wanted.len(), true),
        no: Bits::filled(wanted.len(), false),
    };
    let mut open = wanted.clone();
    for arg in args {
        if none(&open) {
            break;
        }
        let next = turn(arg.truth(columns, &open)?);
        truth.yes.and(&next.yes);
        truth.no.or(&next.no);
        open = minus(&open, &next.no);
    }
    Ok(truth)
}

impl Leaf {
    /// What holds for a row that is older than the field, given a column of its default.
    pub(super) fn of_absent(&self, default: &Column) -> Result<Sides> {
        let truth = self.truth(default, &Bits::filled(1, true))?;
        Ok(Sides {
            yes: truth.yes.get(0),
            no: truth.no.get(0),
        })
    }

    fn truth(&self, column: &Column, wanted: &Bits) -> Result<Truth> {
        let (column, valid) = part(column, &self.parts, wanted.len())?;
        let mut nulls = valid.clone();
        nulls.not();
        if matches!(self.test, Test::Null) {
            return Ok(Truth {
                yes: nulls,
                no: valid,
            });
        }
        let mut open = valid;
        open.and(wanted);
        let mut truth = self.test.sparse(column, &open)?;
        if matches!(&self.test, Test::Json(json) if json.asks_null()) {
            truth.yes.or(&nulls);
        }
        Ok(truth)
    }
}

/// A part of a struct column, and where it has values: a null struct has null parts.
fn part<'a>(column: &'a Column, parts: &[usize], rows: usize) -> Result<(&'a Column, Bits)> {
    let mut column = column;
    let mut valid = validity(column, rows)?;
    for part in parts {
        let next = column.parts()?.get(*part);
        column = next.ok_or_else(|| Error::internal("a struct column lacks a part"))?;
        valid.and(&validity(column, rows)?);
    }
    Ok((column, valid))
}

fn validity(column: &Column, rows: usize) -> Result<Bits> {
    if column.len() < rows {
        return Err(Error::internal(format_args!(
            "a column has {} rows where {rows} are needed",
            column.len()
        )));
    }
    match column.validity() {
        Some(validity) => Ok(Bits::from_bytes(validity.get(0, rows.div_ceil(8))?, rows)),
        None => Ok(Bits::filled(rows, true)),
    }
}

impl Test {
    /// What holds for the open rows, which all have a value. The sides are false for the others.
    fn sparse(&self, column: &Column, open: &Bits) -> Result<Truth> {
        let mut truth = Truth::nowhere(open.len());
        let count = open.count();
        if count == 0 {
            return Ok(truth);
        }
        if count.saturating_mul(SPARSE) > open.len() || u32::try_from(open.len()).is_err() {
            return self.dense(column, open);
        }
        let picked: Vec<u32> = open.ones().filter_map(|row| u32::try_from(row).ok()).collect();
        let found = self.dense(&column.take(&picked)?, &Bits::filled(count, true))?;
        for (from, to) in [(&found.yes, &mut truth.yes), (&found.no, &mut truth.no)] {
            open.ones()
                .enumerate()
                .filter(|(i, _)| from.get(*i))
                .for_each(|(_, row)| to.set(row));
        }
        Ok(truth)
    }

    fn dense(&self, column: &Column, open: &Bits) -> Result<Truth> {
        if let Self::Json(_) = self {
            return self.json(column, open);
        }
        let mut yes = self.passed(column, open)?;
        yes.and(open);
        let no = minus(open, &yes);
        Ok(Truth { yes, no })
    }

    /// The rows that pass; those that are not open may.
    fn passed(&self, column: &Column, open: &Bits) -> Result<Bits> {
        let rows = open.len();
        match self {
            Self::Null | Self::Json(_) => {
                Err(Error::internal("a test that yields both sides was asked for one"))
            }
            Self::Ints(set) => ints(column, set, rows),
            Self::Floats(set) => floats(column, set, rows),
            Self::Booleans(set) => booleans(column, *set, rows),
            Self::Texts(set) => texts(column, rows, |text| set.holds(text)),
            Self::Like(like) => {
                let (mut yes, mut scratch) = (Bits::filled(rows, false), String::new());
                for row in open.ones() {
                    if like.matches(column.text(row)?, &mut scratch) {
                        yes.set(row);
                    }
                }
                Ok(yes)
            }
            Self::Items(tests) => lists(column, tests, open),
        }
    }

    fn json(&self, column: &Column, open: &Bits) -> Result<Truth> {
        let mut truth = Truth::nowhere(open.len());
        let mut scratch = String::new();
        let Self::Json(test) = self else { return Ok(truth) };
        for row in open.ones() {
            let holds = test.holds(column.text(row)?, &mut scratch);
            match holds
                .map_err(|error| damaged(column, &format!("a text in a json column is not JSON ({error})")))?
            {
                Some(true) => truth.yes.set(row),
                Some(false) => truth.no.set(row),
                None => {}
            }
        }
        Ok(truth)
    }
}

fn none(bits: &Bits) -> bool {
    bits.words().iter().all(|word| *word == 0)
}

fn minus(bits: &Bits, others: &Bits) -> Bits {
    let mut rest = others.clone();
    rest.not();
    rest.and(bits);
    rest
}

fn damaged(column: &Column, what: &str) -> Error {
    match column.data() {
        Data::Variable { values, .. } => values.damaged(what),
        _ => Error::internal(what),
    }
}

fn layout() -> Error {
    Error::internal("a column is of another layout than its type")
}

fn ints(column: &Column, set: &Numbers<i64>, rows: usize) -> Result<Bits> {
    let bytes = column.fixed_all()?;
    match column.data() {
        Data::Fixed { width: 8, .. } => Ok(numbers(bytes, rows, set, i64::from_le_bytes)),
        Data::Fixed { width: 4, .. } => Ok(numbers(bytes, rows, set, |bytes| {
            i64::from(i32::from_le_bytes(bytes))
        })),
        _ => Err(layout()),
    }
}

fn floats(column: &Column, set: &Numbers<f64>, rows: usize) -> Result<Bits> {
    let bytes = column.fixed_all()?;
    match column.data() {
        Data::Fixed { width: 8, .. } => Ok(numbers(bytes, rows, set, f64::from_le_bytes)),
        Data::Fixed { width: 4, .. } => Ok(numbers(bytes, rows, set, |bytes| {
            f64::from(f32::from_le_bytes(bytes))
        })),
        _ => Err(layout()),
    }
}

/// One loop for each type and each kind of set.
fn numbers<T: Scale, const WIDTH: usize>(
    bytes: &[u8],
    rows: usize,
    set: &Numbers<T>,
    read: impl Fn([u8; WIDTH]) -> T,
) -> Bits {
    let (values, _) = bytes.as_chunks::<WIDTH>();
    match set {
        Numbers::Range(low, high) => packed(values, rows, |bytes| {
            let value = read(*bytes);
            (*low <= value) & (value <= *high)
        }),
        Numbers::Among(wanted) => packed(values, rows, |bytes| among(wanted, read(*bytes))),
    }
}

/// A bit for each value.
#[inline]
fn packed<T>(values: &[T], rows: usize, test: impl Fn(&T) -> bool) -> Bits {
    let (groups, rest) = values.as_chunks::<8>();
    let byte = |group: &[T]| {
        group
            .iter()
            .rev()
            .fold(0_u8, |byte, value| byte << 1 | u8::from(test(value)))
    };
    let mut bytes = Vec::with_capacity(groups.len() + 1);
    bytes.extend(groups.iter().map(|group| byte(group)));
    bytes.push(byte(rest));
    Bits::from_bytes(&bytes, rows)
}

fn booleans(column: &Column, set: Booleans, rows: usize) -> Result<Bits> {
    let Data::Bits(values) = column.data() else {
        return Err(layout());
    };
    let mut yes = match (set.with_false, set.with_true) {
        (true, true) => return Ok(Bits::filled(rows, true)),
        (false, false) => return Ok(Bits::filled(rows, false)),
        _ => Bits::from_bytes(values.get(0, rows.div_ceil(8))?, rows),
    };
    if set.with_false {
        yes.not();
    }
    Ok(yes)
}

fn texts(column: &Column, rows: usize, test: impl Fn(&[u8]) -> bool) -> Result<Bits> {
    let Data::Variable { offsets, values } = column.data() else {
        return Err(layout());
    };
    let (ends, _) = offsets.get(0, (rows + 1) * 4)?.as_chunks::<4>();
    let all = values.all()?;
    // A negative offset becomes a large one, which lies outside.
    let at = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) as usize;
    let mut whole = true;
    let mut yes = Bits::filled(rows, false);
    for (row, (start, end)) in ends.iter().zip(ends.iter().skip(1)).enumerate() {
        match all.get(at(start)..at(end)) {
            Some(text) if test(text) => yes.set(row),
            Some(_) => {}
            None => whole = false,
        }
    }
    if whole {
        Ok(yes)
    } else {
        Err(damaged(column, "its offsets run backwards or beyond the end"))
    }
}

fn lists(column: &Column, tests: &[Test], open: &Bits) -> Result<Bits> {
    let Data::List { items, .. } = column.data() else {
        return Err(layout());
    };
    let valid = validity(items, items.len())?;
    let mut yes = open.clone();
    for test in tests {
        let found = test.sparse(items, &valid)?.yes;
        for row in open.ones() {
            let (_, mut range) = column.list(row)?;
            if !range.any(|item| found.get(item)) {
                yes.clear(row);
            }
        }
    }
    Ok(yes)
}
