//! What of a filter an index can look up: sets of values of single columns, put together as the filter puts them.

use super::span::Spans;
use crate::filter::leaf::{Leaf, Test};
use crate::filter::{Filter, Node};

/// Rows that an index may be asked for. They are all for which the filter can be true, and others where it is not exact.
#[derive(Clone, Debug)]
pub(crate) enum Sought {
    /// Those that are in each of these.
    All(Vec<Sought>),
    /// Those that are in one of these.
    Any(Vec<Sought>),
    /// Those with some values of a column.
    Of(Accepted),
    /// Nothing is known of them.
    Unknown,
}

/// The values of a column that rows may have.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) field: u32,
    /// Whether rows without a value are among them.
    pub(crate) nulls: bool,
    /// None where no value is.
    pub(crate) spans: Option<Spans>,
    /// Whether all values are accepted, of whatever type.
    pub(crate) any: bool,
    /// Whether every row with such a value is one for which the condition is true.
    pub(crate) exact: bool,
}

impl Accepted {
    /// How many runs of values are looked up for it.
    pub(crate) fn runs(&self) -> usize {
        match &self.spans {
            Some(spans) if !self.any => spans.len(),
            _ => 1,
        }
    }
}

impl Sought {
    /// How many runs of values are looked up for it.
    pub(crate) fn runs(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::runs).sum(),
            Self::Of(accepted) => accepted.runs(),
            Self::Unknown => 0,
        }
    }
}

/// What is wanted of a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    True,
    False,
}

impl Filter {
    /// What indexes of some columns can be asked for.
    pub(crate) fn sought(&self, is_indexed: &dyn Fn(u32) -> bool) -> Sought {
        sought(&self.root, Side::True, is_indexed)
    }
}

fn sought(node: &Node, side: Side, is_indexed: &dyn Fn(u32) -> bool) -> Sought {
    let each = |args: &[Node]| args.iter().map(|arg| sought(arg, side, is_indexed)).collect();
    match (node, side) {
        (Node::And(args), Side::True) | (Node::Or(args), Side::False) => Sought::All(each(args)),
        (Node::Or(args), Side::True) | (Node::And(args), Side::False) => Sought::Any(each(args)),
        (Node::Not(arg), Side::True) => sought(arg, Side::False, is_indexed),
        (Node::Not(arg), Side::False) => sought(arg, Side::True, is_indexed),
        // It is false where its argument is true.
        (Node::NotTrue(arg), Side::False) => sought(arg, Side::True, is_indexed),
        (Node::NotTrue(arg), Side::True) => match &**arg {
            Node::Leaf(leaf) if is_indexed(leaf.field) => others(leaf),
            _ => Sought::Unknown,
        },
        (Node::Leaf(leaf), side) if is_indexed(leaf.field) => of_leaf(leaf, side),
        (Node::Leaf(_), _) => Sought::Unknown,
    }
}

/// Where a condition is false or unknown: all rows but those where it is true, which must be known exactly.
fn others(leaf: &Leaf) -> Sought {
    match of_leaf(leaf, Side::False) {
        Sought::Of(accepted) => Sought::Of(Accepted {
            nulls: accepted.nulls || !matches!(leaf.test, Test::Null),
            ..accepted
        }),
        _ => Sought::Unknown,
    }
}

fn of_leaf(leaf: &Leaf, side: Side) -> Sought {
    if !leaf.parts.is_empty() {
        return Sought::Unknown;
    }
    let (field, is_true) = (leaf.field, side == Side::True);
    let of = |spans: Spans, exact: bool| match (is_true, exact) {
        (true, _) => Sought::Of(Accepted {
            field,
            nulls: false,
            spans: Some(spans),
            any: false,
            exact,
        }),
        (false, true) => Sought::Of(Accepted {
            field,
            nulls: false,
            spans: Some(spans.others()),
            any: false,
            exact,
        }),
        (false, false) => Sought::Unknown,
    };
    match &leaf.test {
        Test::Null => Sought::Of(Accepted {
            field,
            nulls: is_true,
            spans: None,
            any: !is_true,
            exact: true,
        }),
        Test::Items(tests) if is_true && !tests.is_empty() => {
            Sought::All(tests.iter().map(|test| of_item(field, test)).collect())
        }
        Test::Items(_) | Test::Json(_) => Sought::Unknown,
        Test::Like(like) => match like.prefix().filter(|prefix| !prefix.is_empty()) {
            Some(prefix) => of(Spans::of_prefix(prefix), like.is_prefix()),
            None => Sought::Unknown,
        },
        test => spans_of(test).map_or(Sought::Unknown, |spans| of(spans, true)),
    }
}

/// The lists that have an item.
fn of_item(field: u32, test: &Test) -> Sought {
    spans_of(test).map_or(Sought::Unknown, |spans| {
        Sought::Of(Accepted {
            field,
            nulls: false,
            spans: Some(spans),
            any: false,
            exact: true,
        })
    })
}

fn spans_of(test: &Test) -> Option<Spans> {
    match test {
        Test::Ints(set) => Some(Spans::of_ints(set)),
        Test::Floats(set) => Some(Spans::of_floats(set)),
        Test::Booleans(set) => Some(Spans::of_booleans(*set)),
        Test::Texts(set) => Some(Spans::of_texts(set)),
        _ => None,
    }
}
