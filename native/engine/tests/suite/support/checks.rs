//! Every read of a table at a random moment, compared with the model.

use std::collections::HashMap;

use serde_json::json;
use varve_engine::{
    AsOf, Code, DataType, Difference, Field, Filter, Find, Order, Picked, Snapshot, Table, Value, Way,
};

use super::filters::{Meaning, filter};
use super::model::{Model, Row, Version, default_of, key_text};
use super::nearest::{self, Shown, Tally};
use super::random::Random;
use super::read::rows_of;
use super::{by_words, fused, spans, values};

/// A moment that may not exist.
pub(crate) fn moment(random: &mut Random, model: &Model, now: i64) -> AsOf {
    let version = random.below(model.versions.len() + 1);
    let near = model.versions.get(version);
    let about = |date: i64, random: &mut Random| AsOf::Date(date + random.below(3) as i64 - 1);
    match random.below(10) {
        0 => about(near.map_or(now + 10_000_000, |near| near.committed_at), random),
        8 => about(near.map_or(now, |near| near.clock), random),
        9 => about(now - *random.pick(&[0, 1_000, 60_000]), random),
        1 => AsOf::Effective(
            near.and_then(|near| near.effective_at).unwrap_or(now) + random.below(3) as i64 - 1,
        ),
        2 => AsOf::Tag(format!("tag{}", random.below(6))),
        3 => AsOf::Version(model.versions.len() as u64 - 1),
        _ => AsOf::Version(version as u64),
    }
}

/// The snapshot at a moment and the version of the model that it must equal; none where both refuse alike.
pub(crate) fn at<'m>(
    table: &Table,
    model: &'m Model,
    moment: &AsOf,
    now: i64,
) -> Option<(Snapshot, &'m Version)> {
    match (table.as_of(moment), model.resolve(moment, now)) {
        (Ok(snapshot), Ok(version)) => {
            assert_eq!(snapshot.version(), version as u64, "{moment:?}");
            Some((snapshot, &model.versions[version]))
        }
        (Err(error), Err(code)) => {
            assert_eq!(error.code(), code, "{moment:?}: {error}");
            None
        }
        (found, expected) => panic!(
            "{moment:?}: {:?} and {expected:?}",
            found.map(|snapshot| snapshot.version())
        ),
    }
}

/// One random read.
pub(crate) fn read(random: &mut Random, tally: &mut Tally, table: &Table, model: &Model, now: i64) {
    if random.chance(10) {
        return spans::read(random, tally, table, model, now);
    }
    let moment = moment(random, model, now);
    let Some((snapshot, version)) = at(table, model, &moment, now) else {
        return;
    };
    match random.below(8) {
        0 if random.chance(50) => key_history(random, tally, table, model, &snapshot),
        0 => key(random, &snapshot, version, model.keys),
        1 | 2 => find(random, tally, &snapshot, version),
        3 => scan(random, &snapshot, version),
        4 if random.chance(50) => {
            by_words::search(random, tally, &snapshot, &shown(version));
            fused::search(random, tally, &snapshot, &shown(version));
        }
        4 => {
            nearest::search(random, tally, &snapshot, &shown(version));
        }
        5 => {
            let other = super::checks::moment(random, model, now);
            if let Some((to, then)) = at(table, model, &other, now) {
                difference(random, (&snapshot, version), (&to, then));
            }
        }
        6 => history(random, table, model),
        _ => whole(&snapshot, version),
    }
}

/// What a version shows.
pub(crate) fn shown(version: &Version) -> Shown<'_> {
    Shown {
        schema: &version.schema,
        rows: version.rows.iter().map(|row| &**row).collect(),
    }
}

/// Schema, rows and their number.
pub(crate) fn whole(snapshot: &Snapshot, version: &Version) {
    all(snapshot, &shown(version));
}

/// Schema, rows and their number of anything that a snapshot shows.
pub(crate) fn all(snapshot: &Snapshot, shown: &Shown<'_>) {
    assert_eq!(**snapshot.schema(), *shown.schema);
    assert_eq!(snapshot.count(None).unwrap(), shown.rows.len() as u64);
    let fields = shown.schema.fields.clone();
    same(&snapshot.find(&Find::default(), fields).unwrap(), &shown.rows);
}

/// Whether these rows were picked, in this order.
fn same(picked: &Picked, expected: &[&Row]) {
    let found: Vec<u64> = picked.ids().collect();
    let expected_ids: Vec<u64> = expected.iter().map(|row| row.id).collect();
    assert_eq!(found, expected_ids);
    for ((id, found), row) in rows_of(picked).into_iter().zip(expected) {
        assert_eq!(found, row.values(picked.fields()), "row {id}");
    }
}

/// Whether each row that was picked has its values.
pub(crate) fn values_of(picked: &Picked, shown: &Shown<'_>) {
    for (id, found) in rows_of(picked) {
        let at = shown.rows.binary_search_by_key(&id, |row| row.id);
        let row = shown.rows[at.unwrap_or_else(|_| panic!("row {id} should not be seen"))];
        assert_eq!(found, row.values(picked.fields()), "row {id}");
    }
}

fn some_filter(random: &mut Random, version: &Version) -> Option<Meaning> {
    random
        .chance(70)
        .then(|| filter(random, &version.schema.fields, 3))
}

fn parsed(meaning: Option<&Meaning>, version: &Version) -> Option<Filter> {
    meaning.map(|meaning| Filter::parse(&meaning.json, &version.schema).unwrap())
}

fn matching<'v>(version: &'v Version, meaning: Option<&Meaning>) -> Vec<&'v Row> {
    shown(version).matching(meaning)
}

fn some_fields(random: &mut Random, version: &Version) -> Vec<Field> {
    let fields = version.schema.fields.iter();
    fields.filter(|_| random.chance(50)).cloned().collect()
}

fn key(random: &mut Random, snapshot: &Snapshot, version: &Version, keys: usize) {
    let select = some_fields(random, version);
    let Some(field) = version.schema.key() else {
        assert_eq!(
            snapshot.get(&Value::Int(1), select).unwrap_err().code(),
            Code::NoPrimaryKey
        );
        return;
    };
    let key = some_key(random, field, keys);
    let found = Model::find(version, &key);
    same(
        &snapshot.get(&key, select).unwrap(),
        &found.iter().map(|row| &**row).collect::<Vec<_>>(),
    );
}

fn some_key(random: &mut Random, field: &Field, keys: usize) -> Value {
    match field.data_type {
        DataType::Int => Value::Int(random.below(keys) as i64),
        _ => Value::Text(format!("key {}", random.below(keys))),
    }
}

/// All rows that a key had by a version, of which any version can be read.
fn key_history(random: &mut Random, tally: &mut Tally, table: &Table, model: &Model, snapshot: &Snapshot) {
    let last = usize::try_from(snapshot.version()).unwrap();
    let version = &model.versions[last];
    let select = some_fields(random, version);
    let Some(field) = version.schema.key() else {
        let refused = table.history_of(snapshot, &Value::Int(1), select);
        return assert_eq!(refused.unwrap_err().code(), Code::NoPrimaryKey);
    };
    let key = some_key(random, field, model.keys);
    let expected = model.rows_of_key(field, &key, last);
    let history = table.history_of(snapshot, &key, select).unwrap();
    same(&history.rows, &expected);
    spans::check_lifetimes(model, &history.rows, &history.lifetimes, Some(last));
    tally.changed_keys += usize::from(expected.len() > 1);
}

fn find(random: &mut Random, tally: &mut Tally, snapshot: &Snapshot, version: &Version) {
    let meaning = some_filter(random, version);
    let mut expected = matching(version, meaning.as_ref());
    let filter = parsed(meaning.as_ref(), version);
    assert_eq!(
        snapshot.count(filter.as_ref()).unwrap(),
        expected.len() as u64,
        "{:?}",
        meaning.map(|m| m.json)
    );
    for way in WAYS.into_iter().chain([Some(Way::Count)]) {
        let (count, took) = snapshot.explain_count(filter.as_ref(), way).unwrap();
        assert_eq!(count, expected.len() as u64, "{way:?}: {took:?}");
        tally.counted += usize::from(took.way == Way::Count);
    }
    let orderable = version
        .schema
        .fields
        .iter()
        .filter(|field| has_order(&field.data_type));
    let orderable: Vec<&Field> = orderable.collect();
    let mut order = Vec::new();
    if random.chance(60) && !orderable.is_empty() {
        for _ in 0..=random.below(2) {
            order.push((*random.pick(&orderable), random.chance(50)));
        }
    }
    expected.sort_by(|a, b| {
        let by = order
            .iter()
            .map(|(field, descending)| ordering(&a.value(field), &b.value(field), *descending));
        by.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    let limit = random.chance(50).then(|| random.below(20));
    let offset = if random.chance(50) { random.below(20) } else { 0 };
    let expected: Vec<&Row> = expected
        .into_iter()
        .skip(offset)
        .take(limit.unwrap_or(usize::MAX))
        .collect();
    let order = order.iter().map(|(field, descending)| Order {
        column: field.name.clone(),
        descending: *descending,
    });
    let find = Find {
        filter,
        order: order.collect(),
        limit,
        offset,
    };
    let found = snapshot.find(&find, some_fields(random, version)).unwrap();
    same(&found, &expected);
    for way in WAYS {
        let (picked, took) = snapshot.explain_find(&find, way).unwrap();
        assert!(picked.ids().eq(found.ids()), "{way:?} of {find:?}: {took:?}");
        tally.by_index += usize::from(took.way == Way::Index);
        tally.in_order += usize::from(took.way == Way::Order);
    }
}

/// The ways to rows; there may be none but reading them.
const WAYS: [Option<Way>; 4] = [None, Some(Way::Scan), Some(Way::Index), Some(Way::Order)];

fn has_order(data_type: &DataType) -> bool {
    !matches!(
        data_type,
        DataType::Bytes
            | DataType::Json
            | DataType::List { .. }
            | DataType::Struct { .. }
            | DataType::Vector { .. }
    )
}

/// Nulls last in either direction.
fn ordering(a: &Value, b: &Value, descending: bool) -> std::cmp::Ordering {
    let ordering = match (a, b) {
        (Value::Null, _) | (_, Value::Null) => return a.is_null().cmp(&b.is_null()),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => panic!("{a:?} and {b:?} have no order"),
    };
    if descending { ordering.reverse() } else { ordering }
}

fn scan(random: &mut Random, snapshot: &Snapshot, version: &Version) {
    let meaning = some_filter(random, version);
    let expected = matching(version, meaning.as_ref());
    let rows = random.below(40) + 1;
    let mut scan = snapshot.scan(
        parsed(meaning.as_ref(), version),
        some_fields(random, version),
        rows,
    );
    for chunk in expected.chunks(rows) {
        same(&scan.next_batch().unwrap().unwrap(), chunk);
    }
    assert!(scan.next_batch().unwrap().is_none());
    assert!(scan.next_batch().unwrap().is_none());
}

fn difference(random: &mut Random, from: (&Snapshot, &Version), to: (&Snapshot, &Version)) {
    let backwards = from.0.version() > to.0.version();
    let (earlier, later) = if backwards { (to.1, from.1) } else { (from.1, to.1) };
    let asked = &later.schema.fields;
    let meaning = random.chance(50).then(|| filter(random, asked, 2));
    let parsed = meaning
        .as_ref()
        .map(|meaning| Filter::parse(&meaning.json, &later.schema).unwrap());
    // Columns of either; those of the later one are compared in any case.
    let dropped = earlier.schema.fields.iter().filter(|field| !has(later, field));
    let select: Vec<Field> = asked
        .iter()
        .chain(dropped)
        .filter(|_| random.chance(50))
        .cloned()
        .collect();
    let more = select.iter().filter(|field| !has(later, field));
    let compared: Vec<&Field> = asked.iter().chain(more).collect();
    let found: Difference = from.0.diff(to.0, parsed.as_ref(), &select).unwrap();
    let without = |rows: &Version, other: &Version| -> Vec<Shared> {
        let gone = rows.rows.iter().filter(|row| other.row(row.id).is_none());
        gone.cloned().collect()
    };
    let (mut removed, mut added) = (without(from.1, to.1), without(to.1, from.1));
    let mut changed = Vec::new();
    if let Some(key) = later.schema.key() {
        let of_keys = |rows: &[Shared]| -> HashMap<String, Shared> {
            rows.iter()
                .map(|row| (key_text(&row.value(key)), row.clone()))
                .collect()
        };
        let (gone, new) = (of_keys(&removed), of_keys(&added));
        let pairs = removed.iter().filter_map(|old| {
            let new = new.get(&key_text(&old.value(key)))?;
            Some((old.clone(), new.clone()))
        });
        changed = pairs.collect();
        removed.retain(|row| !new.contains_key(&key_text(&row.value(key))));
        added.retain(|row| !gone.contains_key(&key_text(&row.value(key))));
    }
    // A row that was written again as it was is not changed.
    changed.retain(|(old, new)| {
        let shown = |version: &Version, row: &Row, field: &Field| key_text(&shown_by(version, row, field));
        let differs = |field: &&Field| shown(from.1, old, field) != shown(to.1, new, field);
        compared.iter().any(differs)
    });
    let matches = |version: &Version, row: &Shared| {
        let value = |column: usize| shown_by(version, row, &asked[column]);
        meaning.as_ref().is_none_or(|meaning| meaning.matches(&value))
    };
    removed.retain(|row| matches(from.1, row));
    added.retain(|row| matches(to.1, row));
    changed.retain(|(old, new)| matches(from.1, old) || matches(to.1, new));
    // The pairs follow the later of their rows.
    let place = |pair: &(Shared, Shared)| pair.0.id.max(pair.1.id);
    changed.sort_by_key(place);
    let ids = |rows: &[Shared]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let (before, after): (Vec<Shared>, Vec<Shared>) = changed.into_iter().unzip();
    assert_eq!(found.added.ids().collect::<Vec<_>>(), ids(&added));
    assert_eq!(found.removed.ids().collect::<Vec<_>>(), ids(&removed));
    assert_eq!(found.before.ids().collect::<Vec<_>>(), ids(&before));
    assert_eq!(found.after.ids().collect::<Vec<_>>(), ids(&after));
    for field in &compared {
        for (picked, version, rows) in [
            (&found.before, from.1, &before),
            (&found.after, to.1, &after),
            (&found.added, to.1, &added),
            (&found.removed, from.1, &removed),
        ] {
            for (at, row) in rows.iter().enumerate() {
                assert_eq!(picked.value(field, at).unwrap(), shown_by(version, row, field));
            }
        }
    }
}

fn has(version: &Version, field: &Field) -> bool {
    version.schema.fields.iter().any(|known| known.id == field.id)
}

/// What a version shows of a row in a column that it need not have.
fn shown_by(version: &Version, row: &Row, field: &Field) -> Value {
    if has(version, field) {
        row.value(field)
    } else {
        default_of(field)
    }
}

/// A row that both versions may have.
type Shared = std::sync::Arc<Row>;

fn history(random: &mut Random, table: &Table, model: &Model) {
    let limit = random.below(30);
    let before = random
        .chance(50)
        .then(|| random.below(model.versions.len() + 3) as u64);
    let versions = (1..model.versions.len()).rev();
    let expected = versions.filter(|version| before.is_none_or(|before| (*version as u64) < before));
    let expected: Vec<usize> = expected.take(limit).collect();
    let found = table.history(limit, before).unwrap();
    assert_eq!(found.len(), expected.len());
    for (commit, version) in found.iter().zip(expected) {
        let (commit, is) = (commit.get(), &model.versions[version]);
        assert_eq!(commit.version, version as u64);
        assert_eq!([commit.inserted, commit.updated, commit.deleted], is.counts);
        assert_eq!(
            (commit.committed_at, commit.effective_at, commit.clock()),
            (is.committed_at, is.effective_at, is.clock)
        );
        assert_eq!((&commit.operation, commit.schema), (&is.operation, is.schema.id));
        assert_eq!(commit.properties, Some(json!({"version": version})));
    }
}

/// Rows for a write: keys are drawn from a few, so that they meet; those of many rows are a run of neighbours.
pub(crate) fn new_rows(
    random: &mut Random,
    fields: &[Field],
    key: Option<&Field>,
    (keys, count): (usize, usize),
) -> Vec<Vec<Value>> {
    let (long, first) = (random.chance(3) && count < 10, random.below(keys));
    let row = |at| {
        let number = match count {
            10.. if at > 0 || random.chance(90) => first + at,
            _ => random.below(keys),
        };
        let cell = |field: &Field, random: &mut Random| match (
            &field.data_type,
            key.is_some_and(|key| key.id == field.id),
        ) {
            (DataType::Int, true) => Value::Int(number as i64),
            (_, true) => Value::Text(format!("key {number}")),
            (DataType::Text, false) if long => Value::Text("long".repeat(random.below(9_000))),
            (data_type, false) => values::value(random, data_type, field.nullable),
        };
        fields.iter().map(|field| cell(field, random)).collect()
    };
    (0..count).map(row).collect()
}
