//! Tables whose files have something special.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use varve_engine::{Indexing, LocalStore, Value};

use super::{Maker, numbers};
use crate::support::random::Random;

const DIMENSIONS: u32 = 64;

fn bytes(elements: &[f32]) -> Value {
    Value::Bytes(elements.iter().flat_map(|x| x.to_le_bytes()).collect())
}

/// A column of every type, in a file and in the manifest, with and without values.
pub(crate) fn every_type() -> Maker {
    let maker = Maker::new(json!([
        {"name": "id", "type": {"kind": "text"}},
        {"name": "word", "type": {"kind": "text"}, "nullable": true},
        {"name": "lang", "type": {"kind": "enum", "values": ["de", "en", "fr"]}, "nullable": true},
        {"name": "data", "type": {"kind": "json"}, "nullable": true},
        {"name": "whole", "type": {"kind": "int"}, "nullable": true},
        {"name": "real", "type": {"kind": "float", "bits": 64}, "nullable": true},
        {"name": "short", "type": {"kind": "float", "bits": 32}, "nullable": true},
        {"name": "open", "type": {"kind": "boolean"}, "nullable": true},
        {"name": "at", "type": {"kind": "timestamp"}, "nullable": true},
        {"name": "day", "type": {"kind": "date"}, "nullable": true},
        {"name": "raw", "type": {"kind": "bytes"}, "nullable": true},
        {"name": "near", "type": {"kind": "vector", "dimensions": 3, "metric": "cosine"}, "nullable": true},
        {"name": "half", "type": {"kind": "vector", "dimensions": 2, "element": "f16", "metric": "dot"}, "nullable": true},
        {"name": "tags", "type": {"kind": "list", "item": {"type": {"kind": "text"}, "nullable": true}}, "nullable": true},
        {"name": "meta", "type": {"kind": "struct", "fields": [
            {"name": "author", "type": {"kind": "text"}, "nullable": true},
            {"name": "pages", "type": {"kind": "list", "item": {"type": {"kind": "int"}}}},
        ]}, "nullable": true},
    ]));
    let text = |text: &str| Value::Text(text.to_owned());
    let row = |id: &str, n: i64| {
        let (x, half) = (n as f32, if n % 2 == 0 { 0x3c00_u16 } else { 0xc500 });
        let halves = [half, 0x0001].iter().flat_map(|x| x.to_le_bytes()).collect();
        vec![
            text(id),
            text(&"Größe 😀\u{0}\"".repeat(n as usize)),
            text("de"),
            text(r#"{"a":[1,null,{"b":"é"}],"":-1.5}"#),
            Value::Int((1 << 53) - 1 - n),
            Value::Float(0.1 * n as f64),
            Value::Float(f64::from(x / 4.0)),
            Value::Boolean(n % 2 == 0),
            Value::Int(-n),
            Value::Int(20_000 + n),
            Value::Bytes(vec![0, 255, n as u8]),
            bytes(&[x, -0.5, 0.25]),
            Value::Bytes(halves),
            Value::List(vec![text("x"), Value::Null, text("")]),
            Value::Struct(vec![
                Value::Null,
                Value::List(vec![Value::Int(n), Value::Int(-n)]),
            ]),
        ]
    };
    let empty = |id: &str| {
        std::iter::once(text(id))
            .chain(vec![Value::Null; 14])
            .collect::<Vec<_>>()
    };
    let mut odd = row("odd", 0);
    odd[1..4].clone_from_slice(&[text(""), text("fr"), text("[]")]);
    odd[5..7].clone_from_slice(&[Value::Float(-0.0), Value::Float(f64::INFINITY)]);
    odd[10] = Value::Bytes(Vec::new());
    odd[13] = Value::List(Vec::new());
    maker.upsert(&[row("a", 1), empty("b"), odd, row("c", 4)]);
    maker.table.optimize().unwrap();
    maker.upsert(&[row("d", 3), empty("e")]);
    maker
}

/// Integers that JavaScript's numbers do not hold.
pub(crate) fn large_integers() -> Maker {
    let maker = Maker::new(numbers());
    let row = |(id, n)| vec![Value::Int(id), Value::Int(n)];
    maker.upsert(&[(1, i64::MIN), (2, i64::MAX), (3, (1 << 53) + 1)].map(row));
    maker.table.optimize().unwrap();
    maker.upsert(&[(4, i64::MAX - 1), (5, -5)].map(row));
    maker
}

/// Deaths in a file and in the manifest, of rows in fragments.
pub(crate) fn deaths() -> Maker {
    let maker = Maker::new(numbers());
    maker.numbers(0..700, 0);
    maker.table.optimize().unwrap();
    maker.delete_below(600);
    maker.numbers(650..660, 1);
    maker.delete_below(610);
    maker
}

/// Rows that are in the manifest alone.
pub(crate) fn inline_rows() -> Maker {
    let maker = Maker::new(numbers());
    (0..8).for_each(|n| maker.numbers(n..n + 3, n * n));
    maker.delete_below(2);
    maker
}

/// Fragments that were merged, dead rows among them.
pub(crate) fn merged() -> Maker {
    let maker = Maker::new(numbers());
    for n in 0..5 {
        maker.numbers(n * 10..n * 10 + 15, n);
        maker.table.optimize().unwrap();
    }
    maker.delete_below(7);
    maker.numbers(100..104, 100);
    maker
}

/// Vectors with a shadow and an index, and some beside it.
pub(crate) fn vectors() -> Maker {
    let vector = json!({"kind": "vector", "dimensions": DIMENSIONS, "metric": "cosine"});
    let maker = Maker::new(json!([
        {"name": "id", "type": {"kind": "int"}},
        {"name": "near", "type": vector, "nullable": true},
    ]));
    maker.table.set_indexing(Indexing {
        from: 64,
        lists: Some(4),
        shadow_from: 1,
        ..Indexing::default()
    });
    let mut random = Random::new(11);
    let mut row = |id: i64| {
        vec![
            Value::Int(id),
            if id % 17 == 5 {
                Value::Null
            } else {
                bytes(&point(&mut random))
            },
        ]
    };
    let rows: Vec<_> = (0..120).map(&mut row).collect();
    maker.upsert(&rows);
    maker.table.optimize().unwrap();
    maker.delete_below(20);
    let rows: Vec<_> = (110..125).map(&mut row).collect();
    maker.upsert(&rows);
    maker
}

/// What is asked of the table of words.
pub(crate) const ASKED: &[&str] = &[
    "häuser alt",
    "\"alte brücke\"",
    "brück* -haus",
    "+getUserName",
    "fluß~1 ver",
];

/// Texts in several languages, with an index, and some beside it.
pub(crate) fn words() -> Maker {
    let german = json!({"search": true, "analysis": {"language": "de", "stopWords": true}});
    let code = json!({"search": true, "analysis": {"analyzer": "code"}, "parts": [["name"]]});
    let note = json!({"kind": "struct", "fields": [
        {"name": "name", "type": {"kind": "text"}}, {"name": "by", "type": {"kind": "text"}}
    ]});
    let list = json!({"kind": "list", "item": {"type": note}});
    let grams =
        json!({"search": true, "analysis": {"analyzer": {"ngrams": {"min": 2, "max": 3}}, "fold": false}});
    let maker = Maker::new(json!([
        {"name": "id", "type": {"kind": "int"}},
        {"name": "body", "type": {"kind": "text"}, "nullable": true, "text": german},
        {"name": "notes", "type": list, "nullable": true, "text": code},
        {"name": "short", "type": {"kind": "text"}, "nullable": true, "text": grams},
        {"name": "silent", "type": {"kind": "text"}, "nullable": true, "text": {"search": false}},
    ]));
    maker.table.set_indexing(Indexing {
        text_from: 64,
        ..Indexing::default()
    });
    let mut random = Random::new(13);
    let words = [
        "Häuser",
        "Haus",
        "alte",
        "Brücke",
        "Brücken",
        "Fluss",
        "am",
        "der",
        "und",
        "Berg",
        "ver",
        "新しい橋",
    ];
    let names = ["getUserName", "user_name", "put.user", "HTTPServer2"];
    let mut row = |id: i64| {
        let text = |random: &mut Random, most: usize| {
            let count = random.below(most) + 1;
            let picked: Vec<&str> = (0..count).map(|_| *random.pick(&words)).collect();
            Value::Text(picked.join(" "))
        };
        let body = if id % 9 == 4 {
            Value::Null
        } else {
            text(&mut random, 14)
        };
        let name = Value::Text((*random.pick(&names)).to_owned());
        let note = Value::Struct(vec![name, Value::Text("getUserName".to_owned())]);
        let notes = Value::List(vec![note; random.below(3)]);
        vec![
            Value::Int(id),
            body,
            notes,
            text(&mut random, 2),
            text(&mut random, 3),
        ]
    };
    let rows: Vec<_> = (0..150).map(&mut row).collect();
    maker.upsert(&rows);
    maker.table.optimize().unwrap();
    maker.delete_below(20);
    let rows: Vec<_> = (140..160).map(&mut row).collect();
    maker.upsert(&rows);
    maker
}

/// What is asked of the table of values.
pub(crate) fn asked_values() -> Vec<Json> {
    vec![
        json!({"op": "lt", "column": ["price"], "value": 2.5}),
        json!({"op": "eq", "column": ["price"], "value": 0}),
        json!({"op": "ne", "column": ["price"], "value": 1.5}),
        json!({"op": "isNull", "column": ["price"]}),
        json!({"op": "in", "column": ["kind"], "values": ["b", "c"]}),
        json!({"op": "like", "column": ["title"], "pattern": "ti%"}),
        json!({"op": "gte", "column": ["title"], "value": format!("{}m", "long ".repeat(60))}),
        json!({"op": "between", "column": ["at"], "low": -5, "high": 40}),
        json!({"op": "contains", "column": ["tags"], "value": "y"}),
        json!({"op": "eq", "column": ["live"], "value": true}),
    ]
}

/// Values of several types with their indexes, and rows beside them.
pub(crate) fn values() -> Maker {
    let tags = json!({"kind": "list", "item": {"type": {"kind": "text"}, "nullable": true}});
    let maker = Maker::new(json!([
        {"name": "id", "type": {"kind": "int"}},
        {"name": "price", "type": {"kind": "float", "bits": 64}, "nullable": true, "indexed": true},
        {"name": "kind", "type": {"kind": "enum", "values": ["a", "b", "c"]}, "nullable": true, "indexed": true},
        {"name": "title", "type": {"kind": "text"}, "nullable": true, "indexed": true},
        {"name": "at", "type": {"kind": "timestamp"}, "nullable": true, "indexed": true},
        {"name": "live", "type": {"kind": "boolean"}, "nullable": true, "indexed": true},
        {"name": "tags", "type": tags, "nullable": true, "indexed": true},
    ]));
    maker.table.set_indexing(Indexing {
        scalar_from: 64,
        ..Indexing::default()
    });
    let mut random = Random::new(17);
    let mut row = |id: i64| {
        let floats = [
            -0.0,
            0.0,
            1.5,
            2.5,
            -3.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        let text = |text: &str| Value::Text(text.to_owned());
        let price = Value::Float(*random.pick(&floats));
        let long = "long ".repeat(random.below(2) * 60);
        let tag = text(["x", "y", "z"][random.below(3)]);
        vec![
            Value::Int(id),
            if id % 9 == 4 { Value::Null } else { price },
            text(["a", "b", "c"][random.below(3)]),
            text(&format!("{long}title {}", random.below(20))),
            Value::Int(id - 20),
            Value::Boolean(random.chance(50)),
            Value::List(vec![tag, Value::Null, text("x")].split_off(random.below(3))),
        ]
    };
    let rows: Vec<_> = (0..150).map(&mut row).collect();
    maker.upsert(&rows);
    maker.table.optimize().unwrap();
    maker.delete_below(20);
    let rows: Vec<_> = (140..160).map(&mut row).collect();
    maker.upsert(&rows);
    maker
}

/// Eighths, so that every machine comes to the bits that any other comes to.
fn point(random: &mut Random) -> Vec<f32> {
    (0..DIMENSIONS)
        .map(|_| random.below(33) as f32 / 8.0 - 2.0)
        .collect()
}

pub(crate) fn queries() -> Vec<Vec<f32>> {
    let mut random = Random::new(12);
    (0..3).map(|_| point(&mut random)).collect()
}

/// Manifests in a journal that has come round.
pub(crate) fn journal(folder: &Path) -> Maker {
    let maker = Maker::on(Arc::new(LocalStore::new(folder).journal(2, 32 * 1024)), numbers());
    (0..20).for_each(|n| maker.numbers(n..n + 2, n));
    maker
}

/// What a newer version may write: an index of another kind, an operation, keys.
pub(crate) fn newer() -> Maker {
    let maker = Maker::new(numbers());
    maker.numbers(0..6, 1);
    maker.numbers(3..8, 2);
    let file = "00000000000000000000000000000000.words.index";
    maker.put_file(&format!("docs.varve/index/{file}"), b"not for you");
    maker.put(|manifest| {
        let mut commit = manifest["log"]["tail"][1].clone();
        commit["version"] = json!(3);
        commit["operation"] = json!("compactText");
        commit["id"] = manifest["id"].clone();
        commit["because"] = json!({"it": "can"});
        manifest["log"]["tail"].as_array_mut().unwrap().push(commit);
        manifest["version"] = json!(3);
        manifest["indexes"] =
            json!([{"kind": "words", "fields": [2], "file": file, "length": 11, "stems": "none"}]);
        manifest["schemas"][0]["fields"][1]["note"] = json!("a key of a newer version");
        manifest["mood"] = json!("good");
    });
    maker.numbers(20..21, 3);
    maker
}
