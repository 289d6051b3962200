//! Groups, rows that differ and counts of values, against what a few lines without an index say.

use std::collections::HashMap;
use std::sync::Arc;

use varve_engine::{
    Batch, ColumnBuilder, CommitOptions, Database, Field, OnKey, Schema, Search, SearchOptions, Snapshot,
    Table, Value, ValueCount,
};

const ROWS: usize = 300;

/// Numbers that look random and are those of every run.
fn noise(seed: usize) -> f32 {
    let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f32 / (1 << 23) as f32 - 1.0
}

fn vector_of(row: usize) -> [f32; 3] {
    [0, 1, 2].map(|at| noise(row * 3 + at))
}

fn doc_of(row: usize) -> Value {
    match row % 7 {
        0 => Value::Null,
        doc => Value::Text(format!("doc {doc}")),
    }
}

fn tags_of(row: usize) -> Value {
    let tag = |name: &str| Value::Text(name.to_owned());
    match row % 4 {
        0 => Value::Null,
        1 => Value::List(vec![]),
        2 => Value::List(vec![tag("a"), tag("a"), tag("b")]),
        _ => Value::List(vec![tag("b"), Value::Null]),
    }
}

fn real_of(row: usize) -> Value {
    Value::Float([-1.5, -0.0, 0.0, 2.0][row % 4])
}

fn table() -> Arc<Table> {
    let schema: Schema = serde_json::from_str(
        r#"{ "fields": [
            { "name": "doc", "type": { "kind": "text" }, "nullable": true },
            { "name": "tags", "nullable": true,
              "type": { "kind": "list", "item": { "type": { "kind": "text" }, "nullable": true } } },
            { "name": "real", "type": { "kind": "float", "bits": 64 } },
            { "name": "near", "type": { "kind": "vector", "dimensions": 3 } }
        ] }"#,
    )
    .unwrap();
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema)
        .unwrap();
    for part in [0..100, 100..ROWS] {
        let empty = table.snapshot().unwrap();
        let column = |name: &str, value: &dyn Fn(usize) -> Value| {
            let field = empty.schema().field(name).unwrap();
            let mut builder = ColumnBuilder::new(&field.data_type);
            part.clone().for_each(|row| builder.push(&value(row)).unwrap());
            (field.id, builder.finish())
        };
        let bytes = |row| Value::Bytes(vector_of(row).iter().flat_map(|x| x.to_le_bytes()).collect());
        let columns = vec![
            column("doc", &doc_of),
            column("tags", &tags_of),
            column("real", &real_of),
            column("near", &bytes),
        ];
        let batch = Batch::new(part.len(), columns);
        table
            .insert(batch, empty.schema(), OnKey::Refuse, &CommitOptions::default())
            .unwrap();
    }
    table
}

fn field<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Field {
    snapshot.schema().field(name).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(x * y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// The rows, the nearest first.
fn ranking(query: &[f32]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..ROWS).collect();
    rows.sort_by(|a, b| cosine(query, &vector_of(*b)).total_cmp(&cosine(query, &vector_of(*a))));
    rows
}

fn rows_of(snapshot: &Snapshot, search: &Search<'_>) -> Vec<usize> {
    let picked = snapshot.search(search, Vec::new()).unwrap();
    picked.ids().map(|id| id as usize).collect()
}

#[test]
fn a_group_shows_its_best_row_and_how_many_of_those_looked_at_are_in_it() {
    let snapshot = table().snapshot().unwrap();
    let query = [0.3, -0.8, 0.5];
    let ranking = ranking(&query);
    let near = field(&snapshot, "near");
    for (limit, offset, candidates) in [
        (3, 0, None),
        (3, 2, None),
        (7, 0, None),
        (20, 0, None),
        (2, 0, Some(10)),
    ] {
        let exact = Search::exact(near, &query, None, limit);
        let search = Search {
            group: Some(field(&snapshot, "doc")),
            ..exact.with(SearchOptions {
                offset,
                candidates,
                ..exact.options
            })
        };
        let depth = if limit > 7 {
            ROWS
        } else {
            candidates.unwrap_or(100)
        };
        let mut groups: Vec<(Value, usize, u64)> = Vec::new();
        for row in &ranking[..depth] {
            match groups.iter_mut().find(|(doc, ..)| *doc == doc_of(*row)) {
                Some((_, _, count)) => *count += 1,
                None => groups.push((doc_of(*row), *row, 1)),
            }
        }
        let picked = snapshot.search(&search, Vec::new()).unwrap();
        let found: Vec<(usize, u64)> = picked
            .ids()
            .map(|id| id as usize)
            .zip(picked.scores.iter().map(|score| score.count))
            .collect();
        let expected: Vec<(usize, u64)> = groups
            .into_iter()
            .map(|(_, row, count)| (row, count))
            .skip(offset)
            .take(limit)
            .collect();
        assert_eq!(found, expected, "limit {limit}, offset {offset}");
    }
}

#[test]
fn rows_that_differ_are_chosen_one_by_one() {
    let snapshot = table().snapshot().unwrap();
    let query = [0.3, -0.8, 0.5];
    let near = field(&snapshot, "near");
    let score = |a: &[f32], b: &[f32]| f64::midpoint(1.0, cosine(a, b));
    for (diversity, candidates) in [(0.2, None), (0.5, None), (0.5, Some(20)), (1.0, Some(40))] {
        let depth = candidates.unwrap_or(100);
        let mut left: Vec<usize> = ranking(&query)[..depth].to_vec();
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < 12 {
            let worth = |row: usize| {
                let like = |other: &usize| score(&vector_of(row), &vector_of(*other));
                let alike = chosen.iter().map(like).fold(0.0, f64::max);
                (1.0 - diversity) * score(&query, &vector_of(row)) - diversity * alike
            };
            let best = left
                .iter()
                .copied()
                .reduce(|a, b| if worth(b) > worth(a) { b } else { a });
            let best = best.unwrap();
            left.retain(|row| *row != best);
            chosen.push(best);
        }
        let exact = Search::exact(near, &query, None, 8);
        let with = |offset| {
            exact.with(SearchOptions {
                diversity,
                candidates,
                offset,
                ..exact.options
            })
        };
        assert_eq!(rows_of(&snapshot, &with(0)), chosen[..8], "{diversity}");
        assert_eq!(rows_of(&snapshot, &with(4)), chosen[4..12], "{diversity}");
        assert_eq!(
            chosen[..8] == ranking(&query)[..8],
            diversity < 0.5,
            "{diversity}"
        );
    }
}

#[test]
fn facets_count_the_values_of_rows() {
    let snapshot = table().snapshot().unwrap();
    let counted = |name: &str| -> Vec<(Value, u64)> {
        let counts = snapshot.facets(None, field(&snapshot, name)).unwrap();
        counts
            .into_iter()
            .map(|ValueCount { value, count }| (value, count))
            .collect()
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let mut docs: HashMap<String, u64> = HashMap::new();
    (0..ROWS).for_each(|row| *docs.entry(format!("{:?}", doc_of(row))).or_default() += 1);
    let found = counted("doc");
    assert!(found.is_sorted_by(|a, b| a.1 >= b.1));
    let found: HashMap<String, u64> = found
        .into_iter()
        .map(|(value, count)| (format!("{value:?}"), count))
        .collect();
    assert_eq!(found, docs);
    // Null of a whole row and null in a list are one; an item that stands twice in a row counts once.
    assert_eq!(
        counted("tags"),
        [(Value::Null, 150), (text("b"), 150), (text("a"), 75)]
    );
    let reals = [
        (Value::Float(0.0), 150),
        (Value::Float(-1.5), 75),
        (Value::Float(2.0), 75),
    ];
    assert_eq!(counted("real"), reals);
    let error = snapshot.facets(None, field(&snapshot, "near")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "INVALID_ARGUMENT: The values of the column \"near\" cannot be counted. Facets are counts of texts, numbers, dates and truth values, and of lists of these."
    );
}
