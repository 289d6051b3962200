//! What a segment finds is what its rows hold.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{Key, Plan, Scalar, ScalarIndex, Scalars, build};
use crate::column::Buffer;
use crate::error::{Code, Result};
use crate::filter::{Accepted, Filter, Sought};
use crate::schema::Schema;

/// Rows with a value each, or none, of which every third id is missing.
struct Rows<V>(Vec<Option<Vec<V>>>);

trait Valued {
    fn scalar(&self) -> Scalar<'_>;
}

impl Valued for i64 {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Int(*self)
    }
}

impl Valued for f64 {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Float(*self)
    }
}

impl Valued for String {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Text(self.as_bytes())
    }
}

fn id(row: usize) -> u64 {
    100 + row as u64 + row as u64 / 2
}

impl<V: Valued> Scalars for Rows<V> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn id(&self, row: usize) -> u64 {
        id(row)
    }

    fn read<'s>(&'s self, row: usize, take: &mut dyn FnMut(Scalar<'s>)) -> Result<bool> {
        let values = self.0[row].as_ref();
        values
            .into_iter()
            .flatten()
            .for_each(|value| take(value.scalar()));
        Ok(values.is_none())
    }
}

fn segment<V: Valued>(rows: &Rows<V>, texts: bool) -> Vec<u8> {
    let plan = Plan {
        texts,
        several: rows.0.iter().flatten().any(|values| values.len() != 1),
        stop: &AtomicBool::new(false),
    };
    let built = build(rows, &plan).unwrap();
    assert_eq!(built.rows, rows.len());
    built.concat()
}

fn open<V: Valued>(rows: &Rows<V>, texts: bool) -> ScalarIndex {
    let index = ScalarIndex::open(Buffer::from(segment(rows, texts))).unwrap();
    index.check().unwrap();
    index
}

fn schema() -> Schema {
    serde_json::from_value(json!({"fields": [
        {"id": 1, "name": "int", "type": {"kind": "int"}, "nullable": true},
        {"id": 2, "name": "float", "type": {"kind": "float", "bits": 64}, "nullable": true},
        {"id": 3, "name": "text", "type": {"kind": "text"}, "nullable": true},
    ]}))
    .unwrap()
}

fn accepted(filter: &serde_json::Value) -> Accepted {
    let filter = Filter::parse(filter, &schema()).unwrap();
    match filter.sought(&|_| true) {
        Sought::Of(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

/// The ids that a segment has for a filter, and whether they are surely those.
fn found(index: &ScalarIndex, filter: &serde_json::Value) -> (Vec<u64>, bool) {
    let found = index.find(&accepted(filter)).unwrap();
    let mut ids = Vec::new();
    let mut take = |id: u64| {
        ids.push(id);
        Ok(())
    };
    for values in &found.values {
        index.each_in(values.clone(), &mut take).unwrap();
    }
    if found.nulls {
        index.each_null(&mut take).unwrap();
    }
    assert_eq!(found.rows, ids.len() as u64);
    ids.sort_unstable();
    (ids, found.exact)
}

fn expected<V>(rows: &Rows<V>, holds: impl Fn(Option<&V>) -> bool) -> Vec<u64> {
    let values = rows.0.iter().enumerate();
    let held = values.filter(|(_, value)| holds(value.as_ref().and_then(|values| values.first())));
    held.map(|(row, _)| id(row)).collect()
}

fn rows<V: std::fmt::Debug + Clone + 'static>(values: Vec<V>) -> impl Strategy<Value = Rows<V>> {
    let value = (0..10, select(values)).prop_map(|(at, value)| (at > 0).then(|| vec![value]));
    vec(value, 1..300).prop_map(Rows)
}

impl<V> std::fmt::Debug for Rows<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows", self.0.len())
    }
}

const FLOATS: [f64; 7] = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, 2.0, f64::INFINITY, f64::NAN];

fn long(tail: &str) -> String {
    format!("{}{tail}", "x".repeat(256))
}

proptest! {
    #[test]
    fn whole_numbers_are_found(rows in rows((-20..20).collect()), low in -22_i64..22, high in -22_i64..22) {
        let index = open(&rows, false);
        let exactly = |ids: Vec<u64>| (ids, true);
        let int = json!(["int"]);
        prop_assert_eq!(
            found(&index, &json!({"op": "between", "column": int, "low": low, "high": high})),
            exactly(expected(&rows, |value| value.is_some_and(|value| low <= *value && *value <= high)))
        );
        prop_assert_eq!(
            found(&index, &json!({"op": "ne", "column": int, "value": low})),
            exactly(expected(&rows, |value| value.is_some_and(|value| *value != low)))
        );
        prop_assert_eq!(
            found(&index, &json!({"op": "in", "column": int, "values": [low, high, low]})),
            exactly(expected(&rows, |value| value.is_some_and(|value| *value == low || *value == high)))
        );
        let less = json!({"op": "lt", "column": int, "value": low});
        prop_assert_eq!(
            found(&index, &json!({"op": "isNotTrue", "arg": less})),
            exactly(expected(&rows, |value| value.is_none_or(|value| *value >= low)))
        );
        prop_assert_eq!(
            found(&index, &json!({"op": "isNull", "column": int})),
            exactly(expected(&rows, |value| value.is_none()))
        );
    }

    #[test]
    fn zeros_are_equal_and_what_is_no_number_is_in_no_range(rows in rows(FLOATS.to_vec()), at in 0_usize..5) {
        let index = open(&rows, false);
        let one = [-1.5, -0.0, 0.0, 2.0, 3.0][at];
        let float = json!(["float"]);
        for (op, holds) in [
            ("eq", (|a, b| a == b) as fn(f64, f64) -> bool),
            ("lte", |a, b| a <= b),
            ("lt", |a, b| a < b),
            ("gt", |a, b| a > b),
            ("gte", |a, b| a >= b),
            // As the filter has it: not equal, also of what is no number.
            ("ne", |a, b| a != b),
        ] {
            let filter = json!({"op": op, "column": float, "value": one});
            let held = expected(&rows, |value| value.is_some_and(|value| holds(*value, one)));
            prop_assert_eq!(found(&index, &filter), (held, true), "{}", op);
        }
    }

    #[test]
    fn texts_are_found_and_of_long_ones_those_that_may_be(
        rows in rows(vec![String::new(), "a".into(), "ab".into(), "b".into(), "\u{10ffff}".into(), "x".repeat(255), long(""), long("a"), long("b")]),
        low in select(vec![String::new(), "a".into(), "ab".into(), "c".into(), "x".repeat(255), long(""), long("a"), long("c")]),
    ) {
        let index = open(&rows, true);
        let text = json!(["text"]);
        for (op, holds) in [
            ("eq", (|a, b| a == b) as fn(&str, &str) -> bool),
            ("lte", |a, b| a <= b),
            ("gt", |a, b| a > b),
            ("ne", |a, b| a != b),
        ] {
            let filter = json!({"op": op, "column": text, "value": low});
            let held = expected(&rows, |value| value.is_some_and(|value| holds(value, &low)));
            let (ids, exact) = found(&index, &filter);
            prop_assert!(held.iter().all(|id| ids.contains(id)), "{} {}", op, low);
            prop_assert!(!exact || ids == held, "{} {}", op, low);
            prop_assert!(exact || low.len() >= 256);
        }
        let starts = json!({"op": "like", "column": text, "pattern": "a%"});
        let held = expected(&rows, |value| value.is_some_and(|value| value.starts_with('a')));
        prop_assert_eq!(found(&index, &starts), (held, true));
    }

    #[test]
    fn rows_come_in_pieces(rows in rows((0..3).collect::<Vec<i64>>()), most in 1_u32..20) {
        let index = open(&rows, false);
        for value in (0..index.values()).map(Some).chain([None]) {
            let (mut ids, mut mark) = (Vec::new(), Some(0));
            while let Some(from) = mark {
                let before = ids.len();
                mark = index.some(value, from, most, &mut |id| { ids.push(id); Ok(()) }).unwrap();
                prop_assert!(ids.len() - before <= most as usize);
            }
            let key = value.map(|value| index.key(value).unwrap());
            let held = expected(&rows, |row| row.map(|row| Key::Number(crate::column::int_key(*row))) == key);
            prop_assert_eq!(ids, held);
        }
    }

    #[test]
    fn lists_are_found_by_their_items(lists in vec(proptest::option::of(vec(0_i64..6, 0..4)), 1..100), one in 0_i64..6) {
        let rows = Rows(lists);
        let index = open(&rows, false);
        let (mut ids, _) = found(&index, &json!({"op": "eq", "column": ["int"], "value": one}));
        ids.dedup();
        let holds = |(_, list): &(usize, &Option<Vec<i64>>)| list.as_ref().is_some_and(|list| list.contains(&one));
        let held: Vec<u64> = rows.0.iter().enumerate().filter(holds).map(|(row, _)| id(row)).collect();
        prop_assert_eq!(ids, held);
    }

    /// Whatever stands in a file: an error, or an end.
    #[test]
    fn bytes_that_were_changed_do_no_harm(at in 0_usize..4000, to: u8, cut in 0_usize..4000, texts: bool) {
        let whole = if texts {
            segment(&Rows((0..200).map(|row| Some(vec![format!("text {}", row % 40)])).collect()), true)
        } else {
            segment(&Rows((0..200_i64).map(|row| (row % 9 > 0).then(|| vec![row % 5])).collect()), false)
        };
        let mut bytes = whole.clone();
        let at = at % bytes.len();
        bytes[at] = to;
        if cut < bytes.len() && cut % 5 == 0 {
            bytes.truncate(cut);
        }
        if let Ok(index) = ScalarIndex::open(Buffer::from(bytes)) {
            let _ = index.check();
            let name = if texts { "text" } else { "int" };
            let value = if texts { json!("text 3") } else { json!(3) };
            let asked = accepted(&json!({"op": "lte", "column": [name], "value": value}));
            if let Ok(found) = index.find(&asked) {
                let all: Range<u32> = 0..index.values();
                for values in found.values.into_iter().chain([all]) {
                    let _ = index.each_in(values, &mut |_| Ok(()));
                }
            }
        }
    }
}

/// A bitmap of 64 rows that says it has four thousand million.
#[test]
fn a_bitmap_counts_no_more_rows_than_it_has_room_for() {
    let mut bytes = segment(&Rows(vec![Some(vec![5_i64]); 40]), false);
    let whole = ScalarIndex::open(Buffer::from(bytes.clone())).unwrap();
    assert_eq!(whole.entries(0..1).unwrap(), 0..40);
    // The pairs of all values, those in bitmaps, and those before the end of the one value.
    for at in [36, 40, 132] {
        assert_eq!(bytes[at..at + 4], 40_u32.to_le_bytes());
        bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    let error = ScalarIndex::open(Buffer::from(bytes)).unwrap_err();
    assert!(
        error.message().contains("more rows than it has room for"),
        "{error}"
    );
}

#[test]
fn building_ends_when_it_is_told_to() {
    let plan = Plan {
        texts: false,
        several: false,
        stop: &AtomicBool::new(true),
    };
    let error = build(&Rows(vec![Some(vec![1_i64])]), &plan).unwrap_err();
    assert_eq!(error.code(), Code::Closed);
}
