//! Filters that name the values of one column.

use super::leaf::Test;
use super::set::{Numbers, Texts};
use super::{Filter, Node};
use crate::value::Value;

impl Filter {
    /// The values that a column of integers or texts must have one of, where that is all that the filter asks.
    pub(crate) fn names(&self, field: u32) -> Option<Vec<Value>> {
        let Node::Leaf(leaf) = &*self.root else {
            return None;
        };
        if leaf.field != field || !leaf.parts.is_empty() {
            return None;
        }
        let text = |text: &Vec<u8>| String::from_utf8(text.clone()).ok().map(Value::Text);
        match &leaf.test {
            Test::Ints(Numbers::Among(ints)) => Some(ints.iter().copied().map(Value::Int).collect()),
            Test::Ints(Numbers::Range(low, high)) if low == high => Some(vec![Value::Int(*low)]),
            Test::Texts(Texts::Among(texts)) => texts.iter().map(text).collect(),
            Test::Texts(Texts::Equal(only)) => Some(vec![text(only)?]),
            _ => None,
        }
    }
}
