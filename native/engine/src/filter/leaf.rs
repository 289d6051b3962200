//! One condition on one column, bound.

use super::json_path::JsonTest;
use super::like::Like;
use super::set::{Booleans, Numbers, Sides, Texts};

/// A condition on a column.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) field: u32,
    /// The positions of struct fields, from the outermost in.
    pub(super) parts: Vec<usize>,
    pub(super) test: Test,
    /// What holds for rows that are older than the field.
    pub(super) absent: Sides,
}

/// What is asked of a value.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// There is none.
    Null,
    /// It is in the set: int, timestamp, date.
    Ints(Numbers<i64>),
    /// It is in the set.
    Floats(Numbers<f64>),
    /// It is in the set.
    Booleans(Booleans),
    /// It is in the set: text, enum, bytes.
    Texts(Texts),
    /// It matches.
    Like(Like),
    /// It is a list, and each of the tests is passed by one of its items.
    Items(Vec<Test>),
    /// What lies at a path in it is so.
    Json(JsonTest),
}

impl Leaf {
    /// The relative cost for each row.
    pub(super) fn cost(&self) -> u8 {
        match self.test {
            Test::Null => 0,
            Test::Ints(_) | Test::Floats(_) | Test::Booleans(_) => 1,
            Test::Texts(_) => 2,
            Test::Like(_) => 3,
            Test::Items(_) => 4,
            Test::Json(_) => 5,
        }
    }
}
