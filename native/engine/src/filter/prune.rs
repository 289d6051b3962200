//! Judges from the least and greatest values of columns whether any row can match.

use super::Node;
use super::leaf::{Leaf, Test};
use super::like::Like;
use super::set::Sides;
use crate::format::{Bound, ColumnStats};

/// Whether the node may be true for some row, and whether it may be false for some.
pub(super) fn node<'s>(node: &Node, stats: &dyn Fn(u32) -> Option<&'s ColumnStats>) -> Sides {
    let sides = |args: &[Node]| args.iter().map(|arg| self::node(arg, stats)).collect::<Vec<_>>();
    match node {
        Node::And(args) => {
            let sides = sides(args);
            Sides {
                yes: sides.iter().all(|s| s.yes),
                no: sides.iter().any(|s| s.no),
            }
        }
        Node::Or(args) => {
            let sides = sides(args);
            Sides {
                yes: sides.iter().any(|s| s.yes),
                no: sides.iter().all(|s| s.no),
            }
        }
        Node::Not(arg) => {
            let Sides { yes, no } = self::node(arg, stats);
            Sides { yes: no, no: yes }
        }
        // Where it may be unknown it may also be false, which nothing here tells apart.
        Node::NotTrue(arg) => Sides {
            yes: true,
            no: self::node(arg, stats).yes,
        },
        Node::Leaf(leaf) => stats(leaf.field).map_or(Sides::BOTH, |stats| possible(leaf, stats)),
    }
}

fn possible(leaf: &Leaf, stats: &ColumnStats) -> Sides {
    if !leaf.parts.is_empty() {
        return Sides::BOTH;
    }
    match (&leaf.test, &stats.min, &stats.max) {
        (Test::Null, _, _) => Sides {
            yes: stats.nulls > 0,
            no: true,
        },
        (Test::Ints(set), Some(Bound::Int(min)), Some(Bound::Int(max))) => set.possible(*min, *max),
        (Test::Floats(set), Some(Bound::Float(min)), Some(Bound::Float(max))) => set.possible(*min, *max),
        (Test::Texts(set), Some(Bound::Text(min)), Some(Bound::Text(max))) => {
            set.possible(min.as_bytes(), max.as_bytes())
        }
        (Test::Like(like), Some(Bound::Text(min)), Some(Bound::Text(max))) => Sides {
            yes: starts(like, min, max),
            no: true,
        },
        _ => Sides::BOTH,
    }
}

/// Whether a text with the start of the pattern may lie between the bounds.
fn starts(like: &Like, min: &str, max: &str) -> bool {
    let Some(prefix) = like.prefix() else { return true };
    prefix <= max && (min <= prefix || min.starts_with(prefix))
}
