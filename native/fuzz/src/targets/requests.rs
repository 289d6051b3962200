//! What callers hand in: rows, filters, patterns, paths, expressions, points in time, schemas, names.

use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};
use varve_engine::{
    AsOf, Batch, ColumnBuilder, CommitOptions, Computed, Database, Field, Filter, Find, OnKey, Schema,
    Snapshot, Table, Update, Value,
};

use super::split;
use crate::golden::{Files, database, manifest_file};

/// A table with a column of every type, which nobody writes to.
pub(super) fn every() -> &'static (Arc<Table>, Snapshot) {
    static TABLE: OnceLock<(Arc<Table>, Snapshot)> = OnceLock::new();
    TABLE.get_or_init(|| {
        let files = Files::of("every-type");
        let store = files.with(("", &[]), &manifest_file(&files.manifest));
        let table = database(&store).open_table("docs").unwrap();
        let snapshot = table.snapshot().unwrap();
        (table, snapshot)
    })
}

/// A table in memory with one row.
fn one(fields: Json, row: &[Value]) -> Option<(Arc<Table>, Snapshot)> {
    let schema: Schema = serde_json::from_value(json!({"fields": fields})).unwrap();
    let table = Database::connect("memory:")
        .unwrap()
        .create_table("t", schema)
        .unwrap();
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let column = |(field, value): (&Field, &Value)| {
        let mut builder = ColumnBuilder::new(&field.data_type);
        builder.push(value).ok()?;
        Some((field.id, builder.finish()))
    };
    let columns = schema
        .fields
        .iter()
        .zip(row)
        .map(column)
        .collect::<Option<Vec<_>>>()?;
    let batch = Batch::new(1, columns);
    table
        .insert(batch, &schema, OnKey::Refuse, &CommitOptions::default())
        .ok()?;
    let snapshot = table.snapshot().unwrap();
    Some((table, snapshot))
}

fn find(snapshot: &Snapshot, filter: &Json) -> Option<Vec<u64>> {
    let filter = Filter::parse(filter, snapshot.schema()).ok()?;
    let found = snapshot
        .find(
            &Find {
                filter: Some(filter),
                ..Find::default()
            },
            Vec::new(),
        )
        .ok()?;
    Some(found.ids().collect())
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Rows as the binding hands them over.
pub(super) fn batch(input: &[u8]) -> bool {
    let (_, snapshot) = every();
    let Ok(batch) = Batch::decode(input, snapshot.schema()) else {
        return false;
    };
    let fits = batch.byte_size() <= 64 * (input.len() + 4096);
    assert!(fits, "it became much larger");
    let Ok(batch) = batch.completed(snapshot.schema()) else {
        return false;
    };
    let database = Database::connect("memory:").unwrap();
    let table = database
        .create_table("t", Schema::clone(snapshot.schema()))
        .unwrap();
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let taken = table
        .insert(batch, &schema, OnKey::Replace, &CommitOptions::default())
        .is_ok();
    let now = table.snapshot().unwrap();
    now.find(&Find::default(), now.schema().fields.clone()).unwrap();
    taken
}

/// Two rows of some columns, whose layout differs.
pub(super) fn batch_seeds() -> Vec<Vec<u8>> {
    let word = |words: &[u32]| {
        words
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let text = |id: u32| {
        [
            word(&[id, 4, 0, 0]),
            word(&[0, 1, 3, 0]),
            b"abc\0\0\0\0\0".to_vec(),
        ]
        .concat()
    };
    let head = |columns: u32| word(&[0x4252_5631, 2, columns, 0]);
    let real = [
        word(&[6, 1, 1, 0]),
        vec![1, 0, 0, 0, 0, 0, 0, 0],
        word(&[0, 0x3ff0_0000, 0, 0]),
    ]
    .concat();
    let list = [word(&[14, 6, 0, 0]), word(&[0, 1, 2, 0]), text(0)].concat();
    let vector = [word(&[12, 5, 0, 3]), word(&[0, 1, 2, 3, 4, 5])].concat();
    let seeds = [
        vec![text(1)],
        vec![text(1), text(2)],
        vec![text(1), real],
        vec![text(1), list],
        vec![text(1), vector],
    ];
    seeds
        .into_iter()
        .map(|columns| [head(columns.len() as u32), columns.concat()].concat())
        .collect()
}

/// A filter, over a column of every type. What is not true of a row makes its opposite true, or neither.
pub(super) fn filter(input: &[u8]) -> bool {
    let (_, snapshot) = every();
    let Ok(json) = serde_json::from_slice::<Json>(input) else {
        return false;
    };
    let Some(found) = find(snapshot, &json) else {
        return false;
    };
    let opposite = json!({"op": "not", "arg": json});
    let others = find(snapshot, &opposite).unwrap_or_default();
    assert!(found.iter().all(|id| !others.contains(id)), "a row is both");
    let rest = find(snapshot, &json!({"op": "isNotTrue", "arg": opposite["arg"]})).unwrap_or_default();
    assert!(
        rest.is_empty() || rest.len() + found.len() == snapshot.count(None).unwrap() as usize,
        "a row is neither"
    );
    true
}

pub(super) fn filter_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"op":"and","args":[{"op":"eq","column":["word"],"value":"a"},{"op":"not","arg":{"op":"isNull","column":["whole"]}}]}"#,
        r#"{"op":"or","args":[{"op":"between","column":["real"],"low":-1,"high":1.5},{"op":"in","column":["id"],"values":["a","b"]}]}"#,
        r#"{"op":"like","column":["word"],"pattern":"Gr%_\\%","caseInsensitive":true}"#,
        r#"{"op":"contains","column":["tags"],"value":"x"}"#,
        r#"{"op":"containsAny","column":["tags"],"values":["x",""]}"#,
        r#"{"op":"gt","column":["data","a","2","b"],"value":"e"}"#,
        r#"{"op":"eq","column":["data","a"],"value":1,"anyItem":true}"#,
        r#"{"op":"lt","column":["at"],"value":1760000000000}"#,
        r#"{"op":"ne","column":["meta","pages"],"value":{"$int":"9007199254740993"}}"#,
        r#"{"op":"gte","column":["day"],"value":20001}"#,
        r#"{"op":"isNotTrue","arg":{"op":"eq","column":["open"],"value":true}}"#,
    ])
}

/// Whether a text is like a pattern, by the plainest of ways.
fn is_like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|at| is_like(&text[at..], rest)),
        ['\\', one, rest @ ..] => text.first() == Some(one) && is_like(&text[1..], rest),
        ['_', rest @ ..] => !text.is_empty() && is_like(&text[1..], rest),
        [one, rest @ ..] => text.first() == Some(one) && is_like(&text[1..], rest),
    }
}

/// A pattern and, behind a zero, a text.
pub(super) fn like(input: &[u8]) -> bool {
    let at = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
    let (pattern, text) = input.split_at(at);
    let (Ok(pattern), Ok(text)) = (
        std::str::from_utf8(pattern),
        std::str::from_utf8(text.get(1..).unwrap_or_default()),
    ) else {
        return false;
    };
    let fields = json!([{"name": "text", "type": {"kind": "text"}}]);
    let (_, snapshot) = one(fields, &[Value::Text(text.to_owned())]).unwrap();
    let ask = |fold: bool| {
        let filter = json!({"op": "like", "column": ["text"], "pattern": pattern, "caseInsensitive": fold});
        find(&snapshot, &filter).map(|found| !found.is_empty())
    };
    let _ = ask(true);
    let chars = |text: &str| text.chars().collect::<Vec<char>>();
    let short = text.len() < 24 && pattern.matches('%').count() < 5;
    let answer = ask(false);
    if let (Some(answer), true) = (answer, short) {
        assert_eq!(
            answer,
            is_like(&chars(text), &chars(pattern)),
            "{pattern:?} {text:?}"
        );
    }
    answer.is_some()
}

pub(super) fn like_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "a%b_c\0axxbyc",
        "%a%a%a%a%a%a%a%a%b\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "50\\%%\x0050% off",
        "Stra_e%\0Straße",
        "%İ%\0xi̇y",
        "\0",
        "_\0😀",
        "%%\\_\0a_",
    ])
}

/// A path in JSON and, behind a line, a JSON text.
pub(super) fn json_path(input: &[u8]) -> bool {
    let at = input
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(input.len());
    let (path, text) = input.split_at(at);
    let Ok(Json::Array(path)) = serde_json::from_slice::<Json>(path) else {
        return false;
    };
    let Ok(text) = std::str::from_utf8(text.get(1..).unwrap_or_default()) else {
        return false;
    };
    let fields = json!([{"name": "data", "type": {"kind": "json"}}]);
    let Some((_, snapshot)) = one(fields, &[Value::Text(text.to_owned())]) else {
        return false;
    };
    let column = Json::Array(std::iter::once(json!("data")).chain(path).collect());
    for (op, value) in [
        ("eq", json!("b")),
        ("lt", json!(3)),
        ("gt", json!(1.5)),
        ("ne", json!(true)),
        ("contains", json!("b")),
    ] {
        let _ = find(&snapshot, &json!({"op": op, "column": column, "value": value}));
        let _ = find(
            &snapshot,
            &json!({"op": op, "column": column, "value": value, "anyItem": true}),
        );
    }
    let _ = find(&snapshot, &json!({"op": "isNull", "column": column}));
    find(
        &snapshot,
        &json!({"op": "like", "column": column, "pattern": "%a_"}),
    )
    .is_some()
}

pub(super) fn json_path_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "[\"a\",\"1\",\"b\"]\n{\"a\":[0,{\"b\":\"b\"}],\"a\":[]}",
        "[]\n[1,2.5e300,-0,\"\\ud83d\\ude00\\u0000\"]",
        "[\"\",\"0\"]\n{\"\":[null,true,\"x\"]}",
        "[\"k\\u0000\"]\n {\"k\\u0000\" : 123456789012345678901234567890 } ",
    ])
}

/// An expression that an update computes.
pub(super) fn computed(input: &[u8]) -> bool {
    let (target, expression) = split(input);
    let Ok(json) = serde_json::from_slice::<Json>(expression) else {
        return false;
    };
    let fields = json!([
        {"name": "n", "type": {"kind": "int"}, "nullable": true},
        {"name": "x", "type": {"kind": "float", "bits": 64}, "nullable": true},
        {"name": "s", "type": {"kind": "text"}, "nullable": true},
        {"name": "e", "type": {"kind": "enum", "values": ["a", "b"]}, "nullable": true},
        {"name": "f", "type": {"kind": "float", "bits": 32}, "nullable": true},
    ]);
    let text = |text: &str| Value::Text(text.to_owned());
    let row = [
        Value::Int(i64::MAX - 1),
        Value::Float(-0.5),
        text("é"),
        text("a"),
        Value::Null,
    ];
    let (table, snapshot) = one(fields, &row).unwrap();
    let schema = snapshot.schema();
    let field = &schema.fields[target % schema.fields.len()];
    if let Ok(computed) = Computed::parse(field, &json, target % 2 == 0, schema) {
        let nothing = (Batch::new(1, Vec::new()), Arc::clone(schema));
        let mut update = Update::new(Arc::clone(&table), None, nothing, vec![computed]).unwrap();
        let taken = update.commit(&CommitOptions::default()).is_ok();
        let now = table.snapshot().unwrap();
        now.find(&Find::default(), schema.fields.clone()).unwrap();
        return taken;
    }
    false
}

pub(super) fn computed_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "\u{0}{\"op\":\"plus\",\"args\":[{\"column\":\"n\"},{\"value\":1}]}",
        "\u{1}{\"op\":\"dividedBy\",\"args\":[{\"column\":\"x\"},{\"op\":\"minus\",\"args\":[{\"column\":\"n\"},{\"column\":\"n\"}]}]}",
        "\u{2}{\"op\":\"concat\",\"args\":[{\"column\":\"s\"},{\"value\":\"!\"},{\"column\":\"e\"}]}",
        "\u{4}{\"op\":\"times\",\"args\":[{\"value\":1e300},{\"value\":{\"$int\":\"9223372036854775807\"}}]}",
        "\u{3}{\"column\":\"e\",\"field\":4}",
    ])
}

/// A point in the history.
pub(super) fn point(input: &[u8]) -> bool {
    let (table, _) = every();
    let Ok(point) = serde_json::from_slice::<AsOf>(input) else {
        return false;
    };
    let _ = table
        .during(&point, &AsOf::Version(2))
        .map(|span| span.count(None));
    let Ok(then) = table.as_of(&point) else {
        return false;
    };
    then.count(None).unwrap();
    let _ = table.snapshot().unwrap().diff(&then, None, &[]);
    true
}

pub(super) fn point_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"version":1}"#,
        r#"{"date":1760000060000}"#,
        r#"{"effective":-1}"#,
        r#"{"tag":"last"}"#,
        r#"{"version":18446744073709551615}"#,
        r#"{"date":-9223372036854775808}"#,
    ])
}

/// A schema: a table that can be made can be opened, and shows the columns.
pub(super) fn schema(input: &[u8]) -> bool {
    let Ok(schema) = serde_json::from_slice::<Schema>(input) else {
        return false;
    };
    let count = schema.fields.len();
    let database = Database::connect("memory:").unwrap();
    let Ok(table) = database.create_table("t", schema) else {
        return false;
    };
    let now = table.snapshot().unwrap();
    assert_eq!(now.schema().fields.len(), count);
    let found = now.find(&Find::default(), now.schema().fields.clone()).unwrap();
    assert!(found.is_empty() && database.verify_table("t").unwrap().problems.is_empty());
    true
}

pub(super) fn schema_seeds() -> Vec<Vec<u8>> {
    let (_, snapshot) = every();
    let whole = serde_json::to_vec(&**snapshot.schema()).unwrap();
    let more = texts(&[
        r#"{"primaryKey":"id","fields":[{"name":"id","type":{"kind":"int"},"default":{"$int":"-9223372036854775808"}}]}"#,
        r#"{"fields":[{"name":"v","nullable":true,"type":{"kind":"vector","dimensions":65536,"element":"f16","metric":"dot"},"embed":{"sources":["t"],"template":"{t}","function":{"name":"f","config":{}}}},{"name":"t","type":{"kind":"text"}}]}"#,
        r#"{"fields":[{"name":"l","type":{"kind":"list","item":{"type":{"kind":"list","item":{"type":{"kind":"struct","fields":[{"name":"x","type":{"kind":"bytes"}}]}}}}}}]}"#,
    ]);
    std::iter::once(whole).chain(more).collect()
}

/// A name of a table and of a tag: who takes it finds it again.
pub(super) fn name(input: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(input) else {
        return false;
    };
    let fields = json!({"fields": [{"name": "n", "type": {"kind": "int"}}]});
    let schema = || serde_json::from_value(fields.clone()).unwrap();
    let database = Database::connect("memory:").unwrap();
    let taken = database.create_table(name, schema()).is_ok();
    assert_eq!(
        database.table_names().unwrap(),
        if taken { vec![name] } else { vec![] }
    );
    let database = Database::connect("memory:").unwrap();
    let table = database.create_table("t", schema()).unwrap();
    let tagged = table.tag(name, &table.snapshot().unwrap()).is_ok();
    if tagged {
        assert_eq!(table.as_of(&AsOf::Tag(name.to_owned())).unwrap().version(), 0);
        table.delete_tag(name).unwrap();
    }
    assert_eq!(table.tags().unwrap(), []);
    taken && tagged
}

pub(super) fn name_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "docs",
        "größte-1.2",
        "CON",
        "a/b",
        "..",
        "\u{0}",
        "_",
        "ﬀ",
        "İstanbul",
        "t",
        "x.varve",
        "nul.txt",
        "日本",
    ])
}
