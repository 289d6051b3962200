//! A table as a list of versions, each with all of its rows: what the engine must look like from outside.

mod altered;
mod branched;
mod purged;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use varve_engine::{AsOf, Code, DataType, Field, Operation, Pin, Schema, Value, Written};

use super::partial::Cells;

/// A row of some version. It never changes; a changed row is another one.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: u64,
    cells: HashMap<u32, Value>,
}

/// A version with all of its rows, ascending by id.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) schema: Schema,
    pub(crate) rows: Vec<Arc<Row>>,
    pub(crate) committed_at: i64,
    /// What the clock showed.
    pub(crate) clock: i64,
    /// What the commit says.
    pub(crate) effective_at: Option<i64>,
    /// The effective date in force: that of the commit, or of one before it.
    in_force: Option<i64>,
    pub(crate) operation: Operation,
    pub(crate) counts: [u64; 3],
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Version 0 is empty.
    pub(crate) versions: Vec<Version>,
    pub(crate) tags: BTreeMap<String, usize>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) retention: Option<i64>,
    /// What the next commit brings back of effective dates, where it is a restore.
    again: Option<Option<i64>>,
    /// Keys are drawn from so many.
    pub(crate) keys: usize,
    oldest: usize,
    kept: Vec<usize>,
    next_id: u64,
    /// The first id that no version has been given, also if none shows the last ones any more.
    given: u64,
    next_field: u32,
    next_schema: u32,
}

/// Clocks differ by so much.
pub(crate) const MINUTE: i64 = 60_000;

/// When a commit happens, and what it says of that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub(crate) now: i64,
    pub(crate) effective_at: Option<i64>,
    /// The newest version that there must be.
    pub(crate) if_version: Option<u64>,
}

impl Row {
    /// The value that the row shows in a column, which may be younger.
    pub(crate) fn value(&self, field: &Field) -> Value {
        self.cells
            .get(&field.id)
            .cloned()
            .unwrap_or_else(|| default_of(field))
    }

    /// The value that was written; none where the column is younger.
    pub(crate) fn cell(&self, field: &Field) -> Option<&Value> {
        self.cells.get(&field.id)
    }

    pub(crate) fn values(&self, fields: &[Field]) -> Vec<Value> {
        fields.iter().map(|field| self.value(field)).collect()
    }
}

impl Version {
    /// The row of an id.
    pub(crate) fn row(&self, id: u64) -> Option<&Arc<Row>> {
        let at = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        self.rows.get(at)
    }
}

/// The values of a row once it is written.
fn merged(schema: &Schema, cells: &Cells, old: Option<&Row>) -> Result<Vec<Value>, Code> {
    let values = schema.fields.iter().zip(cells).map(|(field, cell)| {
        let kept = || old.map_or_else(|| default_of(field), |old| old.value(field));
        let value = cell.clone().unwrap_or_else(kept);
        if value.is_null() && !field.nullable {
            return Err(Code::InvalidRow);
        }
        Ok(value)
    });
    let mut values = values.collect::<Result<Vec<_>, _>>()?;
    if let Some(old) = old {
        let given: Vec<bool> = cells.iter().map(Option::is_some).collect();
        forget_vectors(schema, old, &given, &mut values);
    }
    Ok(values)
}

/// Takes the vectors of other sources from a row that replaces another, where nobody gave it new ones.
pub(crate) fn forget_vectors(schema: &Schema, old: &Row, given: &[bool], values: &mut [Value]) {
    for (at, field) in schema.fields.iter().enumerate() {
        let changed = sources(field).iter().any(|source| {
            let found = schema.fields.iter().position(|known| known.name == *source);
            found.is_some_and(|at| {
                let was = old.value(&schema.fields[at]);
                key_text_of(std::slice::from_ref(&was)) != key_text_of(&values[at..=at])
            })
        });
        if changed && !given[at] {
            values[at] = Value::Null;
        }
    }
}

/// Tells values apart bit for bit, also the two zeros.
fn key_text_of(values: &[Value]) -> String {
    format!("{values:?}")
}

/// A key, to look others up by.
pub(crate) fn key_text(key: &Value) -> String {
    format!("{key:?}")
}

/// Columns are added with defaults of these types only.
pub(crate) fn default_of(field: &Field) -> Value {
    match (&field.data_type, &field.default) {
        (_, None) => Value::Null,
        (DataType::Int, Some(json)) => Value::Int(json.as_i64().unwrap()),
        #[expect(clippy::cast_possible_truncation, reason = "what a column of 32 bits holds")]
        (DataType::Float { bits: 32 }, Some(json)) => Value::Float(f64::from(json.as_f64().unwrap() as f32)),
        (DataType::Float { .. }, Some(json)) => Value::Float(json.as_f64().unwrap()),
        (_, Some(json)) => Value::Text(json.as_str().unwrap().to_owned()),
    }
}

/// The columns that a column is computed from.
pub(crate) fn sources(field: &Field) -> Vec<String> {
    let sources = field.embed.as_ref().and_then(|embed| embed["sources"].as_array());
    let names = sources
        .into_iter()
        .flatten()
        .map(|name| name.as_str().unwrap().to_owned());
    names.collect()
}

impl Model {
    pub(crate) fn new(schema: Schema, created_at: i64, keys: usize) -> Self {
        let (next_field, next_schema) = (schema.fields.len() as u32 + 1, 1);
        let empty = Version {
            schema,
            rows: Vec::new(),
            committed_at: created_at,
            clock: created_at,
            effective_at: None,
            in_force: None,
            operation: Operation::Insert,
            counts: [0; 3],
        };
        let versions = vec![empty];
        let (tags, retention, oldest, kept, next_id) = (BTreeMap::new(), None, 0, Vec::new(), 0);
        Self {
            versions,
            tags,
            pins: Vec::new(),
            retention,
            again: None,
            keys,
            oldest,
            kept,
            next_id,
            given: 0,
            next_field,
            next_schema,
        }
    }

    pub(crate) fn newest(&self) -> &Version {
        self.versions.last().unwrap()
    }

    /// Compare and set.
    fn check_version(&self, when: When) -> Result<(), Code> {
        let newest = self.versions.len() as u64 - 1;
        match when.if_version {
            Some(wanted) if wanted != newest => Err(Code::Conflict),
            _ => Ok(()),
        }
    }

    /// The row of a key.
    pub(crate) fn find(version: &Version, key: &Value) -> Option<Arc<Row>> {
        let field = version.schema.key()?;
        version.rows.iter().find(|row| row.value(field) == *key).cloned()
    }

    /// Adds rows, given in the order of the schema, or replaces those of the same key; and ends those that `ending` says. A cell that
    /// a row does not bring is that of the row which it replaces, or the default.
    pub(crate) fn insert(
        &mut self,
        rows: &[Cells],
        replace: bool,
        ending: &dyn Fn(&Row) -> bool,
        when: When,
    ) -> Result<Written, Code> {
        if rows.is_empty() {
            self.check_version(when)?;
            return self.delete(ending, when);
        }
        let mut next = self.newest().clone();
        let schema = next.schema.clone();
        let key = schema
            .fields
            .iter()
            .position(|field| schema.key().is_some_and(|key| key.id == field.id));
        if key.is_none() && replace {
            return Err(Code::NoPrimaryKey);
        }
        let mut replaced: HashMap<String, Arc<Row>> = HashMap::new();
        if let Some(at) = key {
            let keys: HashSet<String> = rows
                .iter()
                .map(|row| key_text(row[at].as_ref().unwrap()))
                .collect();
            let known = next
                .rows
                .iter()
                .map(|row| (key_text(&row.value(&schema.fields[at])), row));
            replaced.extend(
                known
                    .filter(|(key, _)| keys.contains(key))
                    .map(|(key, row)| (key, Arc::clone(row))),
            );
            if keys.len() < rows.len() {
                return Err(Code::DuplicateKey);
            }
        }
        self.check_version(when)?;
        if !replaced.is_empty() && !replace {
            return Err(Code::DuplicateKey);
        }
        let (mut new, mut ended, mut unchanged) = (Vec::new(), HashSet::new(), HashSet::new());
        for row in rows {
            let old = key.and_then(|at| replaced.get(&key_text(row[at].as_ref().unwrap())));
            let values = merged(&schema, row, old.map(|old| &**old))?;
            match old {
                Some(old) if key_text_of(&old.values(&schema.fields)) == key_text_of(&values) => {
                    unchanged.insert(old.id);
                    continue;
                }
                Some(old) => {
                    ended.insert(old.id);
                }
                None => {}
            }
            new.push(values);
        }
        let before = next.rows.len();
        next.rows.retain(|row| !ended.contains(&row.id));
        next.rows
            .retain(|row| unchanged.contains(&row.id) || !ending(row));
        let (updated, gone) = (ended.len(), before - next.rows.len());
        let unchanged = unchanged.len() as u64;
        if new.is_empty() && gone == 0 {
            return Ok(Written {
                unchanged,
                ..self.nothing()
            });
        }
        next.operation = if replace {
            Operation::Upsert
        } else {
            Operation::Insert
        };
        next.counts = [new.len() - updated, updated, gone - updated].map(|count| count as u64);
        next.rows.extend(
            new.into_iter()
                .map(|values| self.row(&schema, values))
                .collect::<Vec<_>>(),
        );
        let written = self.commit(next, when)?;
        Ok(Written { unchanged, ..written })
    }

    fn row(&mut self, schema: &Schema, values: Vec<Value>) -> Arc<Row> {
        let cells = schema.fields.iter().map(|field| field.id).zip(values).collect();
        self.next_id += 1;
        Arc::new(Row {
            id: self.next_id - 1,
            cells,
        })
    }

    /// Replaces rows by copies with some other values, each in the order of `fields`.
    pub(crate) fn update(
        &mut self,
        ids: &[u64],
        fields: &[Field],
        rows: &[Vec<Value>],
        when: When,
    ) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        let schema = next.schema.clone();
        let mut new = Vec::new();
        for (id, row) in ids.iter().zip(rows) {
            let old = next.row(*id).ok_or(Code::Conflict)?;
            let mut values = old.values(&schema.fields);
            for (field, value) in fields.iter().zip(row) {
                let at = schema
                    .fields
                    .iter()
                    .position(|known| known.id == field.id)
                    .unwrap();
                values[at] = value.clone();
            }
            new.push(values);
        }
        if ids.is_empty() {
            return Ok(self.nothing());
        }
        let replaced: HashSet<u64> = ids.iter().copied().collect();
        next.rows.retain(|row| !replaced.contains(&row.id));
        next.rows
            .extend(new.into_iter().map(|values| self.row(&schema, values)));
        (next.operation, next.counts) = (Operation::Update, [0, ids.len() as u64, 0]);
        self.commit(next, when)
    }

    /// Changes the rows that match, each to the values that `change` makes of it.
    pub(crate) fn update_where(
        &mut self,
        matches: &dyn Fn(&Row) -> bool,
        change: &dyn Fn(&Row) -> Result<Vec<Value>, Code>,
        when: When,
    ) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        let schema = next.schema.clone();
        let (found, others): (Vec<_>, Vec<_>) = next.rows.drain(..).partition(|row| matches(row));
        if found.is_empty() {
            return Ok(self.nothing());
        }
        let new: Vec<Vec<Value>> = found.iter().map(|row| change(row)).collect::<Result<_, _>>()?;
        next.rows = others;
        (next.operation, next.counts) = (Operation::Update, [0, new.len() as u64, 0]);
        next.rows
            .extend(new.into_iter().map(|values| self.row(&schema, values)));
        self.commit(next, when)
    }

    pub(crate) fn delete(&mut self, matches: &dyn Fn(&Row) -> bool, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        next.rows.retain(|row| !matches(row));
        let deleted = self.newest().rows.len() - next.rows.len();
        if deleted == 0 {
            return Ok(self.nothing());
        }
        (next.operation, next.counts) = (Operation::Delete, [0, 0, deleted as u64]);
        self.commit(next, when)
    }

    /// Puts a field of vectors in the place of another, in every version, or beside the others where it is computed from some
    /// of them; rows without a vector have none.
    pub(crate) fn reembed(
        &mut self,
        old: Option<u32>,
        field: &Field,
        vectors: &HashMap<u64, Value>,
        when: When,
    ) -> Result<Written, Code> {
        let mut next = self.newest().clone();
        next.operation = if old.is_some() {
            Operation::Reembed
        } else {
            Operation::AddColumn
        };
        let id_of = |schema: &Schema, name: &String| {
            let known = schema.fields.iter().find(|known| known.name == *name);
            known.map(|known| known.id)
        };
        let current = next.schema.clone();
        let exchange = |schema: &mut Schema| {
            for known in schema.fields.iter_mut().filter(|known| Some(known.id) == old) {
                let name = std::mem::take(&mut known.name);
                *known = Field {
                    name,
                    ..field.clone()
                };
            }
            let fits = sources(field)
                .iter()
                .all(|name| id_of(schema, name).is_some() && id_of(schema, name) == id_of(&current, name));
            if old.is_none() && fits && id_of(schema, &field.name).is_none() {
                schema.fields.push(field.clone());
            }
        };
        exchange(&mut next.schema);
        let written = self.commit_schema(next, when)?;
        for version in &mut self.versions {
            exchange(&mut version.schema);
        }
        self.give(field, vectors);
        Ok(written)
    }

    /// Gives rows their vectors, in every version that has them.
    pub(crate) fn give(&mut self, field: &Field, vectors: &HashMap<u64, Value>) {
        let mut given: HashMap<u64, Arc<Row>> = HashMap::new();
        for row in self.versions.iter_mut().flat_map(|version| &mut version.rows) {
            let Some(vector) = vectors.get(&row.id) else {
                continue;
            };
            let with = given.entry(row.id).or_insert_with(|| {
                let (id, mut cells) = (row.id, row.cells.clone());
                cells.insert(field.id, vector.clone());
                Arc::new(Row { id, cells })
            });
            *row = Arc::clone(with);
        }
    }

    /// A field id that is given to nobody else.
    pub(crate) fn take_field(&mut self) -> u32 {
        self.next_field += 1;
        self.next_field - 1
    }

    pub(crate) fn restore(&mut self, version: usize, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        self.readable(version)?;
        let then = self.versions[version].clone();
        let mut next = self.newest().clone();
        let lost = then.rows.iter().filter(|row| next.row(row.id).is_none());
        let lost: Vec<Arc<Row>> = lost.cloned().collect();
        let before = next.rows.len();
        next.rows.retain(|row| then.row(row.id).is_some());
        let deleted = (before - next.rows.len()) as u64;
        let same_schema = then.schema.fields == next.schema.fields;
        let takes_back = when.effective_at.is_none() && then.in_force < next.in_force;
        if lost.is_empty() && deleted == 0 && same_schema && !takes_back {
            return Ok(self.nothing());
        }
        self.again = Some(then.in_force);
        let again = lost
            .iter()
            .map(|row| self.row(&then.schema, row.values(&then.schema.fields)));
        next.rows.extend(again.collect::<Vec<_>>());
        next.operation = Operation::Restore;
        let counts = [lost.len() as u64, 0, deleted];
        if same_schema {
            next.counts = counts;
            return self.commit(next, when);
        }
        next.schema = then.schema;
        let written = self.commit_schema(next, when)?;
        self.versions.last_mut().unwrap().counts = counts;
        let [inserted, updated, deleted] = counts;
        Ok(Written {
            inserted,
            updated,
            deleted,
            ..written
        })
    }

    fn commit(&mut self, mut next: Version, when: When) -> Result<Written, Code> {
        let last = self.newest().in_force;
        let again = self.again.take().unwrap_or(last);
        if when.effective_at.is_some_and(|at| Some(at) < last.min(again)) {
            self.next_id = self.given;
            return Err(Code::EffectiveDateBackwards);
        }
        self.given = self.next_id;
        next.in_force = when.effective_at.or(again);
        let says = when.effective_at.is_some() || again != last;
        next.effective_at = next.in_force.filter(|_| says);
        next.committed_at = when.now.max(self.newest().committed_at);
        next.clock = when.now;
        self.versions.push(next);
        let [inserted, updated, deleted] = self.newest().counts;
        Ok(Written {
            inserted,
            updated,
            deleted,
            ..self.nothing()
        })
    }

    fn nothing(&self) -> Written {
        let version = self.versions.len() - 1;
        Written {
            version: version as u64,
            committed_at: (version > 0).then(|| self.newest().committed_at),
            inserted: 0,
            updated: 0,
            deleted: 0,
            unchanged: 0,
            deferred: 0,
        }
    }

    /// What upkeep does to the history: with a retention, versions expire.
    pub(crate) fn optimize(&mut self, now: i64) {
        // By the clocks of all.
        self.pins.retain(|pin| pin.until + MINUTE > now);
        let Some(retention) = self.retention else { return };
        let horizon = now.saturating_sub(retention);
        let oldest = self.oldest.max(self.dated(horizon, now));
        let pinned = self.pins.iter().map(|pin| pin.version as usize);
        let mut kept: Vec<usize> = self.tags.values().copied().chain(pinned).collect();
        kept.retain(|version| *version < oldest && self.readable(*version).is_ok());
        (self.oldest, self.kept) = (oldest, kept);
    }

    pub(crate) fn tag(&mut self, name: &str, version: usize) -> Result<(), Code> {
        self.readable(version)?;
        if self.tags.contains_key(name) {
            return Err(Code::TagExists);
        }
        self.tags.insert(name.to_owned(), version);
        Ok(())
    }

    /// The version that a moment means.
    pub(crate) fn resolve(&self, moment: &AsOf, now: i64) -> Result<usize, Code> {
        let given = |version: &Version| version.effective_at.is_some();
        let version = match moment {
            AsOf::Version(version) => usize::try_from(*version).unwrap_or(usize::MAX),
            AsOf::Date(at) if *at > now.max(self.last_date()) + MINUTE => {
                return Err(Code::VersionNotFound);
            }
            AsOf::Date(at) => self.dated(*at, now),
            AsOf::Effective(_) if !self.versions.iter().any(given) => {
                return Err(Code::VersionNotFound);
            }
            AsOf::Effective(at) => {
                let is_true = |version: &Version| version.in_force.is_none_or(|date| date <= *at);
                self.versions.iter().rposition(is_true).unwrap_or(0)
            }
            AsOf::Tag(name) => *self.tags.get(name).ok_or(Code::TagNotFound)?,
        };
        self.readable(version)?;
        Ok(version)
    }

    /// The date of the newest commit; none before the first.
    fn last_date(&self) -> i64 {
        let last = self.versions.iter().skip(1).next_back();
        last.map_or(i64::MIN + MINUTE, |version| version.committed_at)
    }

    /// The version that a date means: in the order of the versions, each with the date at which it counts.
    fn dated(&self, at: i64, now: i64) -> usize {
        let newest = self.versions.len() - 1;
        if at >= now {
            return newest;
        }
        let dates = self.versions.iter().skip(1).map(|version| version.committed_at);
        let right = dates
            .clone()
            .take_while(|date| *date <= now)
            .last()
            .unwrap_or(i64::MIN);
        // Dates after now cannot be right: there the clocks count that can be.
        let counts = self
            .versions
            .iter()
            .skip(1)
            .map(|version| match version.committed_at {
                date if date <= now => Some(date),
                _ => (right..=now).contains(&version.clock).then_some(version.clock),
            });
        let mut counts: Vec<Option<i64>> = counts.collect();
        // The others were made before the next one, the last of them just now.
        let mut next = now - MINUTE;
        let mut latest = i64::MIN;
        for date in &mut counts {
            latest = latest.max(date.unwrap_or(latest));
            *date = date.map(|_| latest);
        }
        for date in counts.iter_mut().rev() {
            next = date.unwrap_or(next);
            *date = Some(next);
        }
        counts
            .iter()
            .take_while(|date| date.is_some_and(|date| date <= at))
            .count()
    }

    /// The first and the last version of a span.
    pub(crate) fn span(&self, from: &AsOf, to: &AsOf, now: i64) -> Result<(usize, usize), Code> {
        let (from, to) = (self.resolve(from, now)?, self.resolve(to, now)?);
        match from < to {
            _ if from > to => Err(Code::InvalidArgument),
            true if from < self.oldest => Err(Code::VersionExpired),
            _ => Ok((from, to)),
        }
    }

    /// The first version that has a row, and the first after it that has it no more.
    pub(crate) fn lifetime(&self, id: u64) -> (usize, Option<usize>) {
        let mut versions = self.versions.iter();
        let born = versions.position(|version| version.row(id).is_some()).unwrap();
        let lived = versions.position(|version| version.row(id).is_none());
        (born, lived.map(|versions| born + 1 + versions))
    }

    /// The rows that had a key by a version, of which any version can be read, ascending by id.
    pub(crate) fn rows_of_key(&self, field: &Field, key: &Value, last: usize) -> Vec<&Row> {
        let until = self.versions[..=last].iter().flat_map(|version| &version.rows);
        let born: HashSet<u64> = until.map(|row| row.id).collect();
        let readable = (0..self.versions.len()).filter(|version| self.readable(*version).is_ok());
        let rows = readable.flat_map(|version| &self.versions[version].rows);
        let own = rows.filter(|row| born.contains(&row.id) && row.value(field) == *key);
        let rows: BTreeMap<u64, &Row> = own.map(|row| (row.id, &**row)).collect();
        rows.into_values().collect()
    }

    pub(crate) fn readable(&self, version: usize) -> Result<(), Code> {
        if version >= self.versions.len() {
            return Err(Code::VersionNotFound);
        }
        let readable = version >= self.oldest || self.kept.contains(&version);
        readable.then_some(()).ok_or(Code::VersionExpired)
    }
}
