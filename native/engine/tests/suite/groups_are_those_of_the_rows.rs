//! Numbers of groups, against what a few lines say that hold all rows in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use varve_engine::{
    AggregateFunction, Aggregation, Batch, ColumnBuilder, CommitOptions, Database, Filter, Group, GroupKey,
    GroupOrder, Measure, Measured, OnKey, Schema, Snapshot, Table, Value,
};

/// The values of a row: a language, tags, a number of views, a price and whether it counts.
#[derive(Clone, Debug)]
struct Row {
    lang: Option<&'static str>,
    tags: Option<Vec<&'static str>>,
    views: Option<i64>,
    price: Option<f64>,
    counts: bool,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    use proptest::option::of;
    let lang = of(prop::sample::select(vec!["de", "en", ""]));
    let tags = of(prop::collection::vec(prop::sample::select(vec!["a", "b"]), 0..3));
    let views = of(prop_oneof![any::<i64>(), -3..3_i64]);
    let price = of(prop_oneof![
        Just(-0.0),
        Just(0.0),
        Just(f64::NAN),
        Just(1e16),
        -2.0..2.0
    ]);
    let row = (lang, tags, views, price, any::<bool>());
    let row = row.prop_map(|(lang, tags, views, price, counts)| Row {
        lang,
        tags,
        views,
        price,
        counts,
    });
    prop::collection::vec(row, 0..40)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn or_null<T>(value: Option<T>, own: impl Fn(T) -> Value) -> Value {
    value.map_or(Value::Null, own)
}

fn table(rows: &[Row]) -> Arc<Table> {
    let schema: Schema = serde_json::from_value(json!({ "fields": [
        { "name": "lang", "type": { "kind": "text" }, "nullable": true },
        { "name": "tags", "type": { "kind": "list", "item": { "type": { "kind": "text" }, "nullable": false } }, "nullable": true },
        { "name": "views", "type": { "kind": "int" }, "nullable": true },
        { "name": "price", "type": { "kind": "float", "bits": 64 }, "nullable": true },
        { "name": "counts", "type": { "kind": "boolean" } },
        { "name": "near", "type": { "kind": "vector", "dimensions": 1 }, "nullable": true },
    ] }))
    .unwrap();
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema)
        .unwrap();
    for part in rows.chunks(15) {
        let empty = table.snapshot().unwrap();
        let column = |name: &str, value: &dyn Fn(&Row) -> Value| {
            let field = empty.schema().field(name).unwrap();
            let mut builder = ColumnBuilder::new(&field.data_type);
            part.iter().for_each(|row| builder.push(&value(row)).unwrap());
            (field.id, builder.finish())
        };
        let list = |tags: Vec<&str>| Value::List(tags.into_iter().map(text).collect());
        let columns = vec![
            column("lang", &|row| or_null(row.lang, text)),
            column("tags", &|row| or_null(row.tags.clone(), list)),
            column("views", &|row| or_null(row.views, Value::Int)),
            column("price", &|row| or_null(row.price, Value::Float)),
            column("counts", &|row| Value::Boolean(row.counts)),
            column("near", &|_| Value::Null),
        ];
        let batch = Batch::new(part.len(), columns);
        table
            .insert(batch, empty.schema(), OnKey::Refuse, &CommitOptions::default())
            .unwrap();
    }
    table
}

fn by(snapshot: &Snapshot, names: &[&str]) -> Aggregation {
    let field = |name: &&str| snapshot.schema().field(name).unwrap().clone();
    Aggregation {
        by: names.iter().map(field).collect(),
        ..Aggregation::default()
    }
}

fn measure(snapshot: &Snapshot, function: AggregateFunction, name: &str) -> Measure {
    let field = snapshot.schema().field(name).unwrap().clone();
    Measure { function, field }
}

/// A key that puts null last.
type Key = (bool, String);

fn key(value: Option<&str>) -> Key {
    (value.is_none(), value.unwrap_or_default().to_owned())
}

fn key_of(value: &Value) -> Key {
    match value {
        Value::Text(text) => key(Some(text)),
        _ => key(None),
    }
}

/// As the groups are told: a number that is none equals itself, and zeros are one.
fn shown(group: &Group) -> String {
    format!("{group:?}").replace("-0.0", "0.0")
}

fn totals(rows: &[&Row]) -> Vec<Measured> {
    let views: Vec<i64> = rows.iter().filter_map(|row| row.views).collect();
    let sum: i128 = views.iter().map(|views| i128::from(*views)).sum();
    let prices: Vec<f64> = rows.iter().filter_map(|row| row.price).collect();
    let least = prices
        .iter()
        .copied()
        .min_by(|a, b| (a + 0.0).total_cmp(&(b + 0.0)));
    let greatest = prices
        .iter()
        .copied()
        .max_by(|a, b| (a + 0.0).total_cmp(&(b + 0.0)));
    let value =
        |value: Option<f64>| value.map_or(Measured::Null, |value| Measured::Value(Value::Float(value)));
    vec![
        if views.is_empty() {
            Measured::Null
        } else {
            Measured::Whole(sum)
        },
        if views.is_empty() {
            Measured::Null
        } else {
            Measured::Real(sum as f64 / views.len() as f64)
        },
        value(least),
        value(greatest),
    ]
}

fn measures(snapshot: &Snapshot) -> Vec<Measure> {
    vec![
        measure(snapshot, AggregateFunction::Sum, "views"),
        measure(snapshot, AggregateFunction::Average, "views"),
        measure(snapshot, AggregateFunction::Least, "price"),
        measure(snapshot, AggregateFunction::Greatest, "price"),
    ]
}

proptest! {
    #[test]
    fn each_group_has_the_numbers_of_its_rows(rows in rows(), only in any::<bool>()) {
        let table = table(&rows);
        let snapshot = table.snapshot().unwrap();
        let filter = only.then(|| {
            Filter::parse(&json!({ "op": "eq", "column": ["counts"], "value": true }), snapshot.schema()).unwrap()
        });
        let asked = Aggregation { filter, measures: measures(&snapshot), ..by(&snapshot, &["lang", "tags"]) };
        let mut expected: BTreeMap<(Key, Key), Vec<&Row>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.counts || !only) {
            let mut tags: Vec<Key> = match &row.tags {
                None => vec![key(None)],
                Some(tags) => tags.iter().map(|tag| key(Some(tag))).collect(),
            };
            tags.sort();
            tags.dedup();
            for tag in tags {
                expected.entry((key(row.lang), tag)).or_default().push(row);
            }
        }
        let found = snapshot.aggregate(&asked).unwrap();
        let keys: Vec<(Key, Key)> = found.iter().map(|group| (key_of(&group.values[0]), key_of(&group.values[1]))).collect();
        prop_assert_eq!(keys, expected.keys().cloned().collect::<Vec<_>>(), "by their values, nulls last");
        for (group, rows) in found.iter().zip(expected.values()) {
            let expected = Group { values: group.values.clone(), count: rows.len() as u64, measures: totals(rows) };
            prop_assert_eq!(shown(group), shown(&expected));
        }
    }

    #[test]
    fn an_order_and_a_limit_take_a_part_of_all_groups(rows in rows(), descending in any::<bool>(), offset in 0..3_usize, limit in 0..4_usize) {
        let table = table(&rows);
        let snapshot = table.snapshot().unwrap();
        let all = Aggregation { measures: measures(&snapshot), ..by(&snapshot, &["lang"]) };
        let order = |by| vec![GroupOrder { by, descending }];
        let mut by_count = snapshot.aggregate(&all).unwrap();
        by_count.sort_by_key(|group| if descending { u64::MAX - group.count } else { group.count });
        let part = Aggregation { order: order(GroupKey::Count), limit: Some(limit), offset, ..all.clone() };
        let expected: Vec<String> = by_count.iter().skip(offset).take(limit).map(shown).collect();
        prop_assert_eq!(snapshot.aggregate(&part).unwrap().iter().map(shown).collect::<Vec<_>>(), expected);

        let by_sum = snapshot.aggregate(&Aggregation { order: order(GroupKey::Measure(0)), ..all.clone() }).unwrap();
        let sums: Vec<(bool, i128)> = by_sum.iter().map(|group| match group.measures[0] {
            Measured::Whole(sum) => (false, if descending { -sum } else { sum }),
            _ => (true, 0),
        }).collect();
        prop_assert!(sums.is_sorted(), "nulls last in either direction: {:?}", sums);
        let by_lang = snapshot.aggregate(&Aggregation { order: order(GroupKey::Value(0)), ..all }).unwrap();
        let langs: Vec<Key> = by_lang.iter().map(|group| key_of(&group.values[0])).collect();
        let mut sorted = langs.clone();
        sorted.sort_by(|a, b| a.0.cmp(&b.0).then(if descending { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) }));
        prop_assert_eq!(langs, sorted);
    }
}

#[test]
fn without_columns_all_rows_are_one_group_even_none() {
    let table = table(&[]);
    let snapshot = table.snapshot().unwrap();
    let asked = Aggregation {
        measures: measures(&snapshot),
        ..Aggregation::default()
    };
    let expected = Group {
        values: vec![],
        count: 0,
        measures: vec![Measured::Null; 4],
    };
    assert_eq!(snapshot.aggregate(&asked).unwrap(), [expected]);
}

#[test]
fn sums_lose_nothing() {
    let row = |views, price| Row {
        lang: None,
        tags: None,
        views: Some(views),
        price: Some(price),
        counts: true,
    };
    let rows = [row(i64::MAX, 1e16), row(i64::MAX, 1.0), row(1, -1e16)];
    let table = table(&rows);
    let snapshot = table.snapshot().unwrap();
    let asked = Aggregation {
        measures: vec![
            measure(&snapshot, AggregateFunction::Sum, "views"),
            measure(&snapshot, AggregateFunction::Sum, "price"),
        ],
        ..Aggregation::default()
    };
    let found = snapshot.aggregate(&asked).unwrap();
    let exact = Measured::Whole(i128::from(i64::MAX) * 2 + 1);
    assert_eq!(found[0].measures, [exact, Measured::Real(1.0)]);
}

#[test]
fn what_cannot_be_computed_is_refused() {
    let table = table(&[]);
    let snapshot = table.snapshot().unwrap();
    let refused = |asked: Aggregation| snapshot.aggregate(&asked).unwrap_err().to_string();
    let computed = |function, name| Aggregation {
        measures: vec![measure(&snapshot, function, name)],
        ..Aggregation::default()
    };
    let by_lang = by(&snapshot, &["lang"]);
    insta::assert_snapshot!(refused(by(&snapshot, &["near"])), @r#"INVALID_ARGUMENT: Rows cannot be grouped by the column "near": its type does not allow it. Group by texts, numbers, dates and truth values, and by lists of these."#);
    insta::assert_snapshot!(refused(by(&snapshot, &["tags", "tags"])), @r#"INVALID_ARGUMENT: Rows cannot be grouped by two lists at once: "tags" is the second. Group by one list at a time."#);
    insta::assert_snapshot!(refused(computed(AggregateFunction::Sum, "lang")), @r#"INVALID_ARGUMENT: There is no sum and no mean of the column "lang": its type does not allow it. Ask for those of columns of numbers."#);
    insta::assert_snapshot!(refused(computed(AggregateFunction::Average, "counts")), @r#"INVALID_ARGUMENT: There is no sum and no mean of the column "counts": its type does not allow it. Ask for those of columns of numbers."#);
    insta::assert_snapshot!(refused(computed(AggregateFunction::Least, "tags")), @r#"INVALID_ARGUMENT: There is no smallest and no greatest value of the column "tags": its type does not allow it. Ask for those of columns of text, enum, int, float, boolean, timestamp or date."#);
    let ordered = |by| Aggregation {
        order: vec![GroupOrder {
            by,
            descending: false,
        }],
        ..by_lang.clone()
    };
    insta::assert_snapshot!(refused(ordered(GroupKey::Value(1))), @"INVALID_ARGUMENT: Groups cannot be ordered by what is not asked of them. Order by their number of rows, or by a column or a number that is asked for.");
    insta::assert_snapshot!(refused(ordered(GroupKey::Measure(0))), @"INVALID_ARGUMENT: Groups cannot be ordered by what is not asked of them. Order by their number of rows, or by a column or a number that is asked for.");
}

#[test]
fn what_is_no_number_comes_behind_all_numbers() {
    let row = |lang, price| Row {
        lang: Some(lang),
        tags: None,
        views: None,
        price: Some(price),
        counts: true,
    };
    let rows = [
        row("de", f64::INFINITY),
        row("de", f64::NEG_INFINITY),
        row("en", 1.0),
        row("", f64::NAN),
    ];
    let table = table(&rows);
    let snapshot = table.snapshot().unwrap();
    for function in [AggregateFunction::Sum, AggregateFunction::Average] {
        let asked = Aggregation {
            measures: vec![measure(&snapshot, function, "price")],
            order: vec![GroupOrder {
                by: GroupKey::Measure(0),
                descending: false,
            }],
            ..by(&snapshot, &["lang"])
        };
        let found = snapshot.aggregate(&asked).unwrap();
        let langs: Vec<Key> = found.iter().map(|group| key_of(&group.values[0])).collect();
        assert_eq!(
            langs,
            [key(Some("en")), key(Some("")), key(Some("de"))],
            "of equal ones by their values"
        );
    }
}
