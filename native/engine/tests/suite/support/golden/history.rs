//! Tables whose history has something special.

use std::sync::atomic::Ordering;

use serde_json::json;
use varve_engine::{Alteration, AsOf, CommitOptions, Field, Value};

use super::{Maker, START, numbers};

const DAY: i64 = 86_400_000;

/// Versions with names, of which one was taken away again.
pub(crate) fn tags() -> Maker {
    let maker = Maker::new(numbers());
    (0..4).for_each(|n| maker.numbers(n..n + 2, n));
    maker.tag("first", 1);
    maker.tag("last", 3);
    maker.tag("gone", 2);
    maker.table.delete_tag("gone").unwrap();
    maker
}

/// Effective dates, some of them taken back, messages, and a clock that ran backwards.
pub(crate) fn effective_dates() -> Maker {
    let maker = Maker::new(numbers());
    let at = |day: i64| CommitOptions {
        effective_at: Some(START - 100 * DAY + day * DAY),
        message: Some(format!("day {day}")),
        properties: Some(json!({"day": day, "more": [null, {"x": "é"}]})),
        ..maker.options()
    };
    for day in [1, 5, 9] {
        maker.upsert_with(&[vec![Value::Int(day), Value::Null]], &at(day));
    }
    let then = maker.table.as_of(&AsOf::Version(1)).unwrap();
    maker.table.restore(&then, &maker.options()).unwrap();
    maker.upsert_with(&[vec![Value::Int(3), Value::Null]], &at(3));
    maker.world.now.fetch_sub(DAY, Ordering::Relaxed);
    maker.numbers(7..8, 7);
    maker
}

pub(crate) fn effective_moments() -> Vec<i64> {
    [1, 2, 3, 4, 9].map(|day| START - 100 * DAY + day * DAY).to_vec()
}

/// Columns that were added with a default, renamed, widened and dropped, and one that came back under its name.
pub(crate) fn columns() -> Maker {
    let maker = Maker::new(json!([
        {"name": "id", "type": {"kind": "int"}},
        {"name": "n", "type": {"kind": "int"}},
        {"name": "lang", "type": {"kind": "enum", "values": ["de", "en"]}, "nullable": true},
    ]));
    let row = |id: i64, lang: &str| vec![Value::Int(id), Value::Int(id * 3), Value::Text(lang.to_owned())];
    maker.upsert(&[row(1, "de"), row(2, "en")]);
    maker.table.optimize().unwrap();
    maker.upsert(&[row(3, "en")]);
    let field = |json: serde_json::Value| serde_json::from_value::<Field>(json).unwrap();
    let alter = |changes: &[Alteration]| {
        let options = maker.options();
        maker.table.alter(changes, None, &options).unwrap();
    };
    alter(&[Alteration::Add(field(
        json!({"name": "size", "type": {"kind": "float", "bits": 64}, "default": 0.5}),
    ))]);
    alter(&[Alteration::Rename {
        from: "lang".to_owned(),
        to: "language".to_owned(),
    }]);
    alter(&[Alteration::Alter(field(
        json!({"name": "n", "type": {"kind": "float", "bits": 64}, "nullable": true}),
    ))]);
    let wider = json!({"kind": "enum", "values": ["de", "en", "fr"]});
    alter(&[Alteration::Alter(field(
        json!({"name": "language", "type": wider, "nullable": true}),
    ))]);
    maker.upsert(&[vec![
        Value::Int(4),
        Value::Null,
        Value::Text("fr".to_owned()),
        Value::Float(1.5),
    ]]);
    alter(&[Alteration::Drop("language".to_owned())]);
    let again = json!({"name": "language", "type": {"kind": "int"}, "nullable": true});
    alter(&[Alteration::Add(field(again)), Alteration::Drop("size".to_owned())]);
    maker.upsert(&[vec![Value::Int(1), Value::Float(-0.25), Value::Int(8)]]);
    maker
}

/// Versions whose rows are gone, but for one that a tag kept.
pub(crate) fn expired() -> Maker {
    let maker = Maker::new(numbers());
    (0..6).for_each(|n| maker.numbers(0..4, n));
    maker.tag("kept", 2);
    maker.world.now.fetch_add(100 * DAY, Ordering::Relaxed);
    maker.numbers(2..3, 9);
    maker.world.now.fetch_add(DAY, Ordering::Relaxed);
    maker.table.set_retention(Some(2 * DAY)).unwrap();
    maker.table.optimize().unwrap();
    maker.numbers(3..4, 10);
    maker
}

/// More commits than a manifest lists.
pub(crate) fn long_log() -> Maker {
    let maker = Maker::new(numbers());
    (0..300).for_each(|n| maker.numbers(n % 3..n % 3 + 1, n));
    maker
}
