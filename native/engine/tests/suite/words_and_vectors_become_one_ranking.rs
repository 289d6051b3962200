//! What vectors count for depends on the query; what is required holds for rows that only vectors find; bounds and pages are true.

use std::collections::HashSet;
use std::sync::Arc;

use varve_engine::{
    After, Batch, ColumnBuilder, CommitOptions, Database, Explained, Fuse, FuseMethod, FuseWeights, OnKey,
    Picked, Schema, Search, SearchOptions, Snapshot, Table, Value, WantedText, What, Words,
};

const ROWS: usize = 400;

/// What the rows say. Each has a number of its own, and every eighth has the word `common`.
fn text_of(row: usize) -> Value {
    match row {
        7 => Value::Null,
        row if row % 8 == 0 => Value::Text(format!("common text of code AB-{row}-K")),
        row => Value::Text(format!("text of code AB-{row}-K")),
    }
}

/// Rows lie on a circle; each eleventh has no vector.
fn vector_of(row: usize) -> Value {
    if row % 11 == 3 {
        return Value::Null;
    }
    let angle = row as f32 / ROWS as f32 * std::f32::consts::PI;
    Value::Bytes(
        [angle.cos(), angle.sin()]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect(),
    )
}

fn table() -> Arc<Table> {
    let schema: Schema = serde_json::from_str(
        r#"{ "fields": [
            { "name": "body", "type": { "kind": "text" }, "nullable": true, "text": { "search": true } },
            { "name": "near", "type": { "kind": "vector", "dimensions": 2 }, "nullable": true }
        ] }"#,
    )
    .unwrap();
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema)
        .unwrap();
    let empty = table.snapshot().unwrap();
    let column = |name: &str, value: &dyn Fn(usize) -> Value| {
        let field = empty.schema().field(name).unwrap();
        let mut builder = ColumnBuilder::new(&field.data_type);
        (0..ROWS).for_each(|row| builder.push(&value(row)).unwrap());
        (field.id, builder.finish())
    };
    let batch = Batch::new(ROWS, vec![column("body", &text_of), column("near", &vector_of)]);
    table
        .insert(batch, empty.schema(), OnKey::Refuse, &CommitOptions::default())
        .unwrap();
    table
}

fn ask<T>(
    snapshot: &Snapshot,
    typed: &str,
    fuse: &Fuse,
    options: SearchOptions,
    ask: impl FnOnce(&Search<'_>) -> T,
) -> T {
    let words = Words::typed(typed, &|_| None);
    let columns = snapshot.all_texts().unwrap();
    let what = What::Both {
        words: WantedText {
            query: &words,
            columns: &columns,
        },
        column: snapshot.schema().field("near").unwrap(),
        query: &[1.0, 0.0],
        fuse,
    };
    ask(&Search {
        what,
        filter: None,
        group: None,
        options,
    })
}

fn find(snapshot: &Snapshot, typed: &str, fuse: &Fuse, options: SearchOptions) -> Picked {
    ask(snapshot, typed, fuse, options, |search| {
        snapshot.search(search, Vec::new()).unwrap()
    })
}

fn explain(snapshot: &Snapshot, typed: &str, fuse: &Fuse) -> Explained {
    ask(snapshot, typed, fuse, SearchOptions::default(), |search| {
        snapshot.explain(search).unwrap()
    })
}

#[test]
fn vectors_count_for_what_the_function_and_the_query_say() {
    let snapshot = table().snapshot().unwrap();
    let vector = |typed: &str, fuse: &Fuse| explain(&snapshot, typed, fuse).fusion.unwrap().weights.vector;
    let fuse = Fuse {
        strength: 0.4,
        languages: vec!["en".to_owned()],
        ..Fuse::default()
    };
    assert_eq!(vector("common text", &Fuse::default()), 0.5);
    assert_eq!(vector("common text", &fuse), 0.2);
    // Something that is named exactly: a phrase, or a number that few rows have.
    for typed in ["\"common text\"", "AB-12-K", "what is 123?", "12 common"] {
        assert_eq!(vector(typed, &fuse), 0.1, "{typed}");
    }
    // A number that no row has, one letter, what is excluded, and words that only stand together in a code.
    for typed in ["4711 common", "7", "common -123", "AB-x9x-K"] {
        assert_eq!(vector(typed, &fuse), 0.2, "{typed}");
    }
    assert_eq!(vector("返金ポリシー", &fuse), 0.0);
    let of_any = Fuse {
        languages: Vec::new(),
        ..fuse.clone()
    };
    assert_eq!(vector("返金ポリシー", &of_any), 0.2);
    let said = Fuse {
        weights: Some(FuseWeights {
            text: 1.0,
            vector: 3.0,
        }),
        ..fuse
    };
    assert_eq!(
        vector("AB-12-K 返金ポリシー", &said),
        0.75,
        "what is said is taken as it is"
    );
}

#[test]
fn a_score_is_a_share_of_what_could_be() {
    let snapshot = table().snapshot().unwrap();
    let fuse = Fuse::default();
    let fusion = explain(&snapshot, "common nowhere", &fuse).fusion.unwrap();
    let [common, nowhere] = [0, 1].map(|at| &fusion.terms[at]);
    assert_eq!(
        (common.rows_with_term.as_slice(), common.rows),
        ([50].as_slice(), 399)
    );
    assert_eq!(
        (nowhere.rows_with_term.as_slice(), nowhere.rows),
        ([0].as_slice(), 399)
    );
    assert!((fusion.ceiling - common.most - nowhere.most).abs() < 1e-9);
    assert!(nowhere.most > common.most, "a word that nobody wrote weighs most");
    for hit in &fusion.hits {
        let text = hit.parts.text.map_or(0.0, |part| part.value) / fusion.ceiling;
        let own = 0.5 * text + 0.5 * hit.parts.cosine.unwrap_or(0.0);
        assert!((hit.score - own).abs() < 1e-12);
    }
}

#[test]
fn rows_without_a_vector_or_without_words_are_found() {
    let snapshot = table().snapshot().unwrap();
    let all = SearchOptions {
        limit: 200,
        ..SearchOptions::default()
    };
    let picked = find(&snapshot, "AB-3-K", &Fuse::default(), all);
    let place = |id: u64| picked.ids().position(|other| other == id);
    let without_vector = picked.scores[place(3).unwrap()].parts;
    assert!(without_vector.vector.is_none() && without_vector.text.is_some_and(|part| part.rank == 1));
    let without_text = picked.scores[place(7).unwrap()].parts;
    assert!(without_text.text.is_none() && without_text.vector.is_some_and(|part| part.rank > 0));
}

#[test]
fn what_is_required_holds_for_all_rows() {
    // Where no words are asked for, rows without a vector are not found.
    let snapshot = table().snapshot().unwrap();
    let all = SearchOptions {
        limit: ROWS,
        ..SearchOptions::default()
    };
    let few = SearchOptions {
        limit: 60,
        candidates: Some(5),
        ..SearchOptions::default()
    };
    for (typed, count) in [
        ("+common text", 50),
        ("text -common", 350),
        ("-common", 317),
        ("+nowhere", 0),
    ] {
        let found = find(&snapshot, typed, &Fuse::default(), all);
        assert_eq!(found.len(), count, "{typed}");
        let common = |id: u64| id.is_multiple_of(8);
        assert!(
            found.ids().all(|id| common(id) == typed.starts_with('+')),
            "{typed}"
        );
        assert_eq!(
            find(&snapshot, typed, &Fuse::default(), few).len(),
            count.min(60),
            "{typed}"
        );
    }
}

#[test]
fn no_row_within_the_bounds_is_missing() {
    let snapshot = table().snapshot().unwrap();
    for method in [FuseMethod::Convex, FuseMethod::Rrf] {
        for typed in ["common", "common 12", "-common", "!"] {
            let fuse = Fuse {
                method,
                ..Fuse::default()
            };
            let every = SearchOptions {
                limit: ROWS,
                candidates: Some(ROWS),
                ..SearchOptions::default()
            };
            let all = find(&snapshot, typed, &fuse, every);
            for least in [0.05, 0.3, 0.45, 0.9] {
                let bounded = SearchOptions {
                    limit: ROWS,
                    candidates: Some(4),
                    min_score: Some(least),
                    ..SearchOptions::default()
                };
                let found = find(&snapshot, typed, &fuse, bounded);
                assert!(found.scores.iter().all(|score| score.score >= least));
                // Depth decides which ranks there are, and nothing else.
                if method == FuseMethod::Convex {
                    let within = all.scores.iter().filter(|score| score.score >= least).count();
                    assert_eq!(found.len(), within, "{typed}, {least}");
                }
            }
        }
    }
}

#[test]
fn pages_go_on_beyond_the_candidates() {
    let snapshot = table().snapshot().unwrap();
    for method in [FuseMethod::Convex, FuseMethod::Rrf] {
        let fuse = Fuse {
            method,
            ..Fuse::default()
        };
        let (mut after, mut seen, mut sizes) = (None, Vec::new(), Vec::new());
        loop {
            let options = SearchOptions {
                limit: 9,
                candidates: Some(10),
                after,
                ..SearchOptions::default()
            };
            let picked = find(&snapshot, "common text", &fuse, options);
            seen.extend(picked.ids());
            sizes.push(picked.len());
            let Some(last) = picked.scores.last() else { break };
            let id = picked.id(picked.len() - 1);
            after = Some(After {
                seen: seen.len(),
                order: last.order,
                id,
                depth: picked.depth,
            });
        }
        assert!(
            sizes[..sizes.len() - 2].iter().all(|size| *size == 9),
            "{sizes:?}"
        );
        assert_eq!(
            (seen.len(), seen.iter().collect::<HashSet<_>>().len()),
            (ROWS, ROWS)
        );
        // An offset turns to the same pages, however deep it goes.
        for offset in (0..ROWS).step_by(9) {
            let options = SearchOptions {
                limit: 9,
                offset,
                candidates: Some(10),
                ..SearchOptions::default()
            };
            let picked = find(&snapshot, "common text", &fuse, options);
            let page = offset..ROWS.min(offset + 9);
            assert_eq!(picked.ids().collect::<Vec<_>>(), seen[page], "{offset}");
        }
    }
}

#[test]
fn groups_and_rows_that_differ_are_made_of_both() {
    let snapshot = table().snapshot().unwrap();
    let fuse = Fuse::default();
    let varied = SearchOptions {
        diversity: 0.6,
        ..SearchOptions::default()
    };
    let best = find(&snapshot, "common", &fuse, SearchOptions::default());
    let varied = find(&snapshot, "common", &fuse, varied);
    assert_eq!(varied.len(), best.len());
    assert_eq!(varied.id(0), best.id(0));
    assert_ne!(varied.ids().collect::<Vec<_>>(), best.ids().collect::<Vec<_>>());
    let grouped = ask(&snapshot, "common", &fuse, SearchOptions::default(), |search| {
        let group = snapshot.schema().field("body").ok();
        snapshot.search(&Search { group, ..*search }, Vec::new()).unwrap()
    });
    assert!(grouped.scores.iter().all(|score| score.count == 1));
    assert_eq!(grouped.ids().collect::<Vec<_>>(), best.ids().collect::<Vec<_>>());
}
