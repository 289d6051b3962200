//! Everything that can be asked of a table, and what it answers.

use serde_json::json;
use varve_engine::{
    AsOf, DataType, Error, Field, Filter, Find, MemoryStore, Order, Picked, Search, Snapshot, Table, Value,
};

use super::everything::{NOW, database};

/// A question with its answer, or its failure.
pub(crate) type Answer = (String, Result<String, Error>);

/// Opens the table and asks everything; or what the newest version is, which takes a tenth of the time.
pub(crate) fn all_reads(store: &MemoryStore, briefly: bool) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    match database(store).open_table("docs") {
        Ok(table) => of_table(&table, briefly, &mut answers),
        Err(error) => answers.push(("open".to_owned(), Err(error))),
    }
    answers
}

fn of_table(table: &Table, briefly: bool, answers: &mut Vec<Answer>) {
    let whole = |snapshot: &Snapshot| {
        let all = snapshot.find(&Find::default(), snapshot.schema().fields.clone());
        all.and_then(|picked| shown(&picked))
    };
    answers.push((
        "newest".to_owned(),
        table.snapshot().and_then(|newest| whole(&newest)),
    ));
    answers.push(("tags".to_owned(), table.tags().map(|tags| format!("{tags:?}"))));
    let history = table.history(1_000, None).map(|commits| {
        let commits = commits.iter().map(|commit| commit.get().clone());
        format!("{:?}", commits.collect::<Vec<_>>())
    });
    answers.push(("history".to_owned(), history));
    if briefly {
        return;
    }
    let mut moments: Vec<AsOf> = [0, 1, 3, 4, 5, 7, 8, 9, 99].map(AsOf::Version).to_vec();
    moments.extend([AsOf::Date(NOW + 2), AsOf::Effective(3), AsOf::Effective(5)]);
    moments.extend(["one", "two", "three"].map(|name| AsOf::Tag(name.to_owned())));
    for moment in &moments {
        let then = table.as_of(moment);
        answers.push((format!("as of {moment:?}"), then.and_then(|then| whole(&then))));
    }
    for (a, b) in [(0, 4), (3, 9), (9, 5)] {
        let difference = || {
            table
                .as_of(&AsOf::Version(a))?
                .diff(&table.as_of(&AsOf::Version(b))?, None, &[])
        };
        let counts =
            difference().map(|d| format!("{} {} {}", d.added.len(), d.removed.len(), d.before.len()));
        answers.push((format!("difference from {a} to {b}"), counts));
    }
    if let Ok(newest) = table.snapshot() {
        for key in 0..12 {
            let key = Value::Text(format!("key {key}"));
            let history = table.history_of(&newest, &key, newest.schema().fields.clone());
            let told = history.and_then(|found| Ok(format!("{} {:?}", shown(&found.rows)?, found.lifetimes)));
            answers.push((format!("history of {key:?}"), told));
        }
        of_snapshot(&newest, answers);
    }
}

fn of_snapshot(snapshot: &Snapshot, answers: &mut Vec<Answer>) {
    let fields = snapshot.schema().fields.clone();
    for key in 0..12 {
        let key = Value::Text(format!("key {key}"));
        let picked = snapshot.get(&key, fields.clone());
        answers.push((format!("{key:?}"), picked.and_then(|picked| shown(&picked))));
    }
    for field in &fields {
        of_field(snapshot, field, answers);
    }
    let mut scan = snapshot.scan(None, fields, 3);
    loop {
        match scan.next_batch() {
            Ok(None) => break,
            Ok(Some(picked)) => answers.push(("scan".to_owned(), shown(&picked))),
            Err(error) => {
                answers.push(("scan".to_owned(), Err(error)));
                break;
            }
        }
    }
}

fn of_field(snapshot: &Snapshot, field: &Field, answers: &mut Vec<Answer>) {
    let mut add = |what: &str, picked: Result<Picked, Error>| {
        answers.push((
            format!("{what} {}", field.name),
            picked.and_then(|picked| shown(&picked)),
        ));
    };
    let is_null = json!({"op": "isNull", "column": [field.name]});
    let filter = json!({"op": "not", "arg": is_null});
    let filter = Filter::parse(&filter, snapshot.schema()).ok();
    let find = Find {
        filter: filter.clone(),
        ..Find::default()
    };
    add("filter", snapshot.find(&find, vec![field.clone()]));
    match field.data_type {
        DataType::Vector { dimensions, .. } => {
            let query = vec![1.0; dimensions as usize];
            add(
                "search",
                snapshot.search(&Search::exact(field, &query, filter.as_ref(), 5), Vec::new()),
            );
            add(
                "search all",
                snapshot.search(&Search::exact(field, &query, None, 100), vec![field.clone()]),
            );
        }
        DataType::Bytes | DataType::List { .. } | DataType::Struct { .. } => {}
        _ => {
            let (column, descending) = (field.name.clone(), true);
            let order = vec![Order { column, descending }];
            add(
                "order",
                snapshot.find(
                    &Find {
                        order,
                        ..Find::default()
                    },
                    vec![field.clone()],
                ),
            );
        }
    }
}

fn shown(picked: &Picked) -> Result<String, Error> {
    let mut shown = format!("{:?}", picked.scores);
    for row in 0..picked.len() {
        for field in picked.fields() {
            shown += &format!(" {}:{:?}", picked.id(row), picked.value(field, row)?);
        }
    }
    Ok(shown)
}
