//! What builds once wrote stays as it is and is read as it was: small tables in `test/golden`, with what they hold beside them.
//!
//! `VARVE_MAKE_GOLDEN=1 cargo test -p varve-engine --test suite golden::` makes those that are missing, and no other.

use std::fs;
use std::path::Path;

use crate::support::golden::content::{content, filtered, found};
use crate::support::golden::{Maker, copy, folder, history, layout, open};
use crate::support::rows::batch;
use serde_json::Value as Json;
use varve_engine::{CommitOptions, OnKey, Table, Value};

/// A table, and what is asked of it beside its versions.
struct Golden {
    name: &'static str,
    make: fn(&Path) -> Maker,
    effective: fn() -> Vec<i64>,
    queries: fn() -> Vec<Vec<f32>>,
    words: &'static [&'static str],
    filters: fn() -> Vec<Json>,
}

fn golden(name: &'static str, make: fn(&Path) -> Maker) -> Golden {
    Golden {
        name,
        make,
        effective: Vec::new,
        queries: Vec::new,
        words: &[],
        filters: Vec::new,
    }
}

fn all() -> Vec<Golden> {
    vec![
        golden("every-type", |_| layout::every_type()),
        golden("large-integers", |_| layout::large_integers()),
        golden("deaths", |_| layout::deaths()),
        golden("inline-rows", |_| layout::inline_rows()),
        golden("merged", |_| layout::merged()),
        Golden {
            queries: layout::queries,
            ..golden("vectors", |_| layout::vectors())
        },
        Golden {
            words: layout::ASKED,
            ..golden("words", |_| layout::words())
        },
        Golden {
            filters: layout::asked_values,
            ..golden("values", |_| layout::values())
        },
        golden("journal", layout::journal),
        golden("newer", |_| layout::newer()),
        golden("tags", |_| history::tags()),
        Golden {
            effective: history::effective_moments,
            ..golden("effective-dates", |_| history::effective_dates())
        },
        golden("columns", |_| history::columns()),
        golden("expired", |_| history::expired()),
        golden("long-log", |_| history::long_log()),
    ]
}

impl Golden {
    fn content(&self, table: &Table) -> Json {
        let mut content = content(table, &(self.effective)(), &(self.queries)());
        if !self.words.is_empty() {
            content["found"] = self.words.iter().map(|query| found(table, query)).collect();
        }
        let filters = (self.filters)();
        if !filters.is_empty() {
            content["filtered"] = filters.iter().map(|filter| filtered(table, filter)).collect();
        }
        content
    }

    fn expected(&self) -> Json {
        let path = folder().join(format!("{}.json", self.name));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// Writes a table that is not there yet.
    fn write(&self) {
        let to = folder().join(self.name);
        if to.exists() {
            return;
        }
        let scratch = tempfile::tempdir().unwrap();
        let maker = (self.make)(scratch.path());
        let text = serde_json::to_string(&self.content(&maker.table)).unwrap() + "\n";
        fs::write(folder().join(format!("{}.json", self.name)), text).unwrap();
        if scratch.path().join("docs.varve").exists() {
            copy(scratch.path(), &to);
        } else {
            maker.write_to(&to);
        }
    }
}

fn add_a_row(table: &Table) {
    let schema = std::sync::Arc::clone(table.snapshot().unwrap().schema());
    let cell = |field: &varve_engine::Field| match field.name.as_str() {
        "id" if field.data_type == varve_engine::DataType::Text => Value::Text("new".to_owned()),
        "id" => Value::Int(1_000_000),
        _ => Value::Null,
    };
    let row = schema.fields.iter().map(cell).collect();
    let options = CommitOptions::default();
    table
        .insert(batch(&schema, &[row]), &schema, OnKey::Refuse, &options)
        .unwrap();
}

#[test]
fn tables_of_earlier_builds_hold_what_they_held() {
    if std::env::var_os("VARVE_MAKE_GOLDEN").is_some() {
        all().iter().for_each(Golden::write);
    }
    for golden in all() {
        let scratch = tempfile::tempdir().unwrap();
        copy(&folder().join(golden.name), scratch.path());
        let table = open(scratch.path());
        let expected = golden.expected();
        assert!(golden.content(&table) == expected, "{}", golden.name);
        assert!(table.verify().unwrap().problems.is_empty(), "{}", golden.name);
        // It is written to, and brought into order, and every version from before is what it was.
        add_a_row(&table);
        table.optimize().unwrap();
        let again = golden.content(&open(scratch.path()));
        let versions = expected["versions"].as_array().unwrap();
        for (version, now) in versions.iter().zip(again["versions"].as_array().unwrap()) {
            assert!(
                version == now || now["expired"] == true,
                "{}: {version} {now}",
                golden.name
            );
        }
        assert!(
            open(scratch.path()).verify().unwrap().problems.is_empty(),
            "{}",
            golden.name
        );
    }
}

#[test]
fn what_made_them_makes_what_they_hold() {
    for golden in all() {
        let scratch = tempfile::tempdir().unwrap();
        let maker = (golden.make)(scratch.path());
        assert!(
            golden.content(&maker.table) == golden.expected(),
            "{}",
            golden.name
        );
    }
}
