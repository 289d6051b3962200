//! Lines of a table are merged as plain maps are, three ways: whatever was written to which, in whatever order they were merged before.

use std::collections::BTreeMap;

use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::runs::{Shown, from_environment};
use serde_json::json;
use varve_engine::{
    Alteration, AsOf, Code, CommitOptions, Database, Filter, Find, Merge, MergeBy, OnKey, Operation,
    Resolved, Schema, Side, Value,
};

/// A row by its key: two cells.
type Map = BTreeMap<String, [Value; 2]>;

const KEYS: usize = 12;

/// A line of the table, as it is and as it was when it last met the others.
struct Line {
    name: String,
    rows: Map,
    met: BTreeMap<String, Map>,
}

fn docs() -> Schema {
    schema(json!({ "primaryKey": "id", "fields": [
        { "name": "id", "type": { "kind": "text" } },
        { "name": "a", "type": { "kind": "int" }, "nullable": true },
        { "name": "b", "type": { "kind": "text" }, "nullable": true },
    ] }))
}

struct Merging {
    random: Random,
    database: Database,
    lines: Vec<Line>,
}

impl Merging {
    fn new(seed: u64) -> Self {
        let database = Database::connect("memory:").unwrap();
        database.create_table("docs", docs()).unwrap();
        let line = Line {
            name: "docs".to_owned(),
            rows: Map::new(),
            met: BTreeMap::new(),
        };
        Self {
            random: Random::new(seed),
            database,
            lines: vec![line],
        }
    }

    fn cells(&mut self) -> [Value; 2] {
        let a = self
            .random
            .chance(80)
            .then(|| Value::Int(self.random.below(3) as i64));
        let b = self
            .random
            .chance(80)
            .then(|| Value::Text(self.random.below(3).to_string()));
        [a.unwrap_or(Value::Null), b.unwrap_or(Value::Null)]
    }

    fn rows_of(&self, name: &str, at: Option<u64>) -> Map {
        let table = self.database.open_table(name).unwrap();
        let snapshot = match at {
            Some(version) => table.as_of(&AsOf::Version(version)).unwrap(),
            None => table.snapshot().unwrap(),
        };
        let fields = snapshot.schema().fields.clone();
        let all = snapshot.find(&Find::default(), fields.clone()).unwrap();
        let row = |at: usize| {
            let cell = |field: usize| all.value(&fields[field], at).unwrap();
            let Value::Text(key) = cell(0) else {
                panic!("no text")
            };
            (key, [cell(1), cell(2)])
        };
        (0..all.len()).map(row).collect()
    }

    fn write(&mut self) {
        let at = self.random.below(self.lines.len());
        let key = format!("k{}", self.random.below(KEYS));
        let cells = self.cells();
        let table = self.database.open_table(&self.lines[at].name).unwrap();
        let now = table.snapshot().unwrap();
        let options = CommitOptions::default();
        if self.random.chance(25) {
            let filter = json!({ "op": "eq", "column": ["id"], "value": key });
            table
                .delete(Some(&Filter::parse(&filter, now.schema()).unwrap()), &options)
                .unwrap();
            self.lines[at].rows.remove(&key);
            return;
        }
        let row = vec![Value::Text(key.clone()), cells[0].clone(), cells[1].clone()];
        table
            .insert(
                batch(now.schema(), &[row]),
                now.schema(),
                OnKey::Replace,
                &options,
            )
            .unwrap();
        self.lines[at].rows.insert(key, cells);
    }

    fn fork(&mut self) {
        let at = self.random.below(self.lines.len());
        let name = format!("b{}", self.lines.len());
        let line = self.lines[at].name.clone();
        self.database.create_branch(&line, &name, None).unwrap();
        let rows = self.lines[at].rows.clone();
        let mut met = BTreeMap::new();
        // With a third line it has met where its origin did last, or parted from it.
        for other in &self.lines {
            if other.name == line {
                met.insert(line.clone(), rows.clone());
            }
        }
        self.lines.push(Line {
            name: format!("docs@{name}"),
            rows: rows.clone(),
            met,
        });
        let new = self.lines.last().unwrap().name.clone();
        self.lines[at].met.insert(new, rows);
    }

    /// Two lines of which one began in the other.
    fn pair(&mut self) -> Option<(usize, usize)> {
        let ours = self.random.below(self.lines.len());
        let theirs = self.random.below(self.lines.len());
        let other = &self.lines[theirs].name;
        self.lines[ours].met.contains_key(other).then_some((ours, theirs))
    }

    fn merge(&mut self) {
        let Some((ours, theirs)) = self.pair() else { return };
        let by = *self.random.pick(&[MergeBy::Row, MergeBy::Column]);
        let side = self
            .random
            .pick(&[None, Some(Side::Ours), Some(Side::Theirs)])
            .clone();
        let (to, from) = (self.lines[ours].name.clone(), self.lines[theirs].name.clone());
        let base = self.lines[ours].met[&from].clone();
        let merged = three_ways(
            &base,
            &self.lines[ours].rows,
            &self.lines[theirs].rows,
            by,
            side.as_ref(),
        );
        let options = Merge {
            by,
            on_conflict: side,
            ..Merge::default()
        };
        let dry = Merge {
            dry_run: true,
            ..options.clone()
        };
        let told = self.database.merge(&to, &from, &dry).unwrap();
        let before = self
            .database
            .open_table(&to)
            .unwrap()
            .snapshot()
            .unwrap()
            .version();
        assert_eq!(told.written.version, before);
        let done = self.database.merge(&to, &from, &options);
        let expected = match merged {
            Ok(expected) => expected,
            Err(keys) => {
                assert_eq!(done.unwrap_err().code(), Code::MergeConflict);
                let found: Vec<_> = told.conflicts.into_iter().map(|conflict| conflict.key).collect();
                let mut found: Vec<String> = found.iter().map(|key| format!("{key:?}")).collect();
                found.sort();
                assert_eq!(
                    found,
                    keys.iter()
                        .map(|key| format!("Text({key:?})"))
                        .collect::<Vec<_>>()
                );
                return;
            }
        };
        let done = done.unwrap();
        assert!(told.conflicts.is_empty());
        let counts = |of: varve_engine::Written| [of.inserted, of.updated, of.deleted];
        assert_eq!(counts(done.written), counts(told.written));
        assert_eq!(self.rows_of(&to, None), expected);
        // The version before is what it was.
        assert_eq!(self.rows_of(&to, Some(before)), self.lines[ours].rows);
        if done.written.version > before {
            let last = &self.database.open_table(&to).unwrap().history(1, None).unwrap()[0];
            assert_eq!(last.get().operation, Operation::Merge);
            assert_eq!(last.get().merged.as_ref().unwrap().version, done.taken);
        }
        let again = self.database.merge(&to, &from, &options).unwrap();
        assert_eq!(again.written.version, done.written.version);
        self.lines[ours].rows = expected;
        let met = self.lines[theirs].rows.clone();
        self.lines[ours].met.insert(from, met.clone());
        self.lines[theirs].met.insert(to, met);
    }
}

/// What a merge of three maps is, or the keys that conflict.
fn three_ways(
    base: &Map,
    ours: &Map,
    theirs: &Map,
    by: MergeBy,
    side: Option<&Side>,
) -> Result<Map, Vec<String>> {
    let (mut merged, mut conflicts) = (ours.clone(), Vec::new());
    let keys = (0..KEYS).map(|key| format!("k{key}"));
    for key in keys {
        let (was, our, their) = (base.get(&key), ours.get(&key), theirs.get(&key));
        let mut taken = if our == their || was == their {
            Some(our.cloned())
        } else if was == our {
            Some(their.cloned())
        } else {
            None
        };
        if let (None, MergeBy::Column, Some(was), Some(our), Some(their)) = (&taken, by, was, our, their) {
            let cell = |at: usize| match () {
                () if our[at] == was[at] => Some(their[at].clone()),
                () if their[at] == was[at] || our[at] == their[at] => Some(our[at].clone()),
                () => side.map(|side| {
                    if *side == Side::Ours {
                        our[at].clone()
                    } else {
                        their[at].clone()
                    }
                }),
            };
            // Where some cell is a conflict, ours is the whole row of ours.
            let conflict =
                (0..2).any(|at| our[at] != was[at] && their[at] != was[at] && our[at] != their[at]);
            if !(conflict && side == Some(&Side::Ours)) {
                taken = cell(0).zip(cell(1)).map(|(a, b)| Some([a, b]));
            }
        }
        let taken = taken.or_else(|| {
            side.map(|side| match side {
                Side::Ours => our.cloned(),
                Side::Theirs => their.cloned(),
            })
        });
        match taken {
            Some(Some(cells)) => drop(merged.insert(key, cells)),
            Some(None) => drop(merged.remove(&key)),
            None => conflicts.push(key),
        }
    }
    conflicts.sort();
    if conflicts.is_empty() {
        Ok(merged)
    } else {
        Err(conflicts)
    }
}

#[test]
fn lines_are_merged_as_maps_are() {
    let seeds = from_environment("VARVE_SEED").map_or(0..60, |seed| seed..seed + 1);
    for seed in seeds {
        let mut shown = Shown(seed, 0);
        let mut merging = Merging::new(seed);
        for step in 0..150 {
            shown.1 = step;
            match merging.random.below(10) {
                0 if merging.lines.len() < 4 => merging.fork(),
                0..3 => merging.merge(),
                _ => merging.write(),
            }
        }
        for line in &merging.lines {
            assert_eq!(merging.rows_of(&line.name, None), line.rows);
        }
    }
}

/// A table with one row, a branch in which its text is another one, and the table where it is yet another one.
fn conflicting() -> Database {
    let database = Database::connect("memory:").unwrap();
    let table = database.create_table("docs", docs()).unwrap();
    let put = |line: &str, b: &str| {
        let table = database.open_table(line).unwrap();
        let now = table.snapshot().unwrap();
        let row = vec![
            Value::Text("k".to_owned()),
            Value::Int(1),
            Value::Text(b.to_owned()),
        ];
        let rows = batch(now.schema(), &[row]);
        table
            .insert(rows, now.schema(), OnKey::Replace, &CommitOptions::default())
            .unwrap();
    };
    put("docs", "before");
    database.create_branch("docs", "b", None).unwrap();
    put("docs@b", "there");
    put("docs", "here");
    drop(table);
    database
}

fn text(database: &Database) -> Value {
    let now = database.open_table("docs").unwrap().snapshot().unwrap();
    let fields = now.select(&["b".to_owned()]).unwrap();
    let row = now.get(&Value::Text("k".to_owned()), fields.clone()).unwrap();
    row.value(&fields[0], 0).unwrap()
}

#[test]
fn a_conflict_is_settled_by_a_row_of_its_own() {
    let database = conflicting();
    let resolved = Resolved::Row(vec![("b".to_owned(), Value::Text("both".to_owned()))]);
    let merge = Merge {
        resolved: vec![(Value::Text("k".to_owned()), resolved)],
        ..Merge::default()
    };
    database.merge("docs", "docs@b", &merge).unwrap();
    assert_eq!(text(&database), Value::Text("both".to_owned()));
}

#[test]
fn a_conflict_names_rows_and_changes_nothing() {
    let database = conflicting();
    let error = database.merge("docs", "docs@b", &Merge::default()).unwrap_err();
    assert_eq!(error.code(), Code::MergeConflict);
    assert_eq!(
        error.message(),
        "A row was changed here and in \"b\" since both last met: \"k\"."
    );
    assert_eq!(text(&database), Value::Text("here".to_owned()));
}

#[test]
fn columns_that_were_added_or_renamed_come_along() {
    let database = conflicting();
    let branch = database.open_table("docs@b").unwrap();
    let added =
        serde_json::from_value(json!({ "name": "c", "type": { "kind": "int" }, "nullable": true })).unwrap();
    let renamed = Alteration::Rename {
        from: "a".to_owned(),
        to: "number".to_owned(),
    };
    branch
        .alter(
            &[Alteration::Add(added), renamed],
            None,
            &CommitOptions::default(),
        )
        .unwrap();
    let theirs = Merge {
        on_conflict: Some(Side::Theirs),
        ..Merge::default()
    };
    database.merge("docs", "docs@b", &theirs).unwrap();
    let now = database.open_table("docs").unwrap().snapshot().unwrap();
    let names: Vec<&str> = now
        .schema()
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(names, ["id", "number", "b", "c"]);
    assert_eq!(text(&database), Value::Text("there".to_owned()));
}

#[test]
fn lines_of_different_tables_are_not_merged() {
    let database = conflicting();
    database.create_table("other", docs()).unwrap();
    for from in ["other", "docs"] {
        let error = database.merge("docs", from, &Merge::default()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }
}
