//! What changes of columns do to the model.

use std::collections::HashMap;

use varve_engine::{Code, Field, Operation, Schema, Value, Written};

use super::{Model, Version, When, sources};

impl Model {
    pub(crate) fn add_column(&mut self, mut field: Field, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        if next.schema.fields.iter().any(|known| known.name == field.name) {
            return Err(Code::ColumnExists);
        }
        field.id = self.next_field;
        next.schema.fields.push(field);
        next.operation = Operation::AddColumn;
        self.commit_schema(next, when)
    }

    pub(crate) fn drop_column(&mut self, name: &str, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        if !next.schema.fields.iter().any(|field| field.name == name) {
            return Err(Code::ColumnNotFound);
        }
        let source = |field: &Field| field.name != name && sources(field).contains(&name.to_owned());
        if next.schema.primary_key.as_deref() == Some(name) || next.schema.fields.iter().any(source) {
            return Err(Code::InvalidSchema);
        }
        next.schema.fields.retain(|field| field.name != name);
        next.operation = Operation::DropColumn;
        self.commit_schema(next, when)
    }

    /// Calls a column by another name, in every version in which no other column has that.
    pub(crate) fn rename(&mut self, from: &str, to: &str, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        let fields = &next.schema.fields;
        let id = fields
            .iter()
            .find(|field| field.name == from)
            .ok_or(Code::ColumnNotFound)?
            .id;
        if from == to {
            return Ok(self.nothing());
        }
        if fields.iter().any(|field| field.name == to) {
            return Err(Code::ColumnExists);
        }
        next.operation = Operation::RenameColumn;
        self.change_column(next, id, when, &|schema: &mut Schema| rename(schema, id, to))
    }

    /// Lets a column hold more, in every version.
    pub(crate) fn widen(&mut self, wanted: &Field, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        let mut next = self.newest().clone();
        let known = next
            .schema
            .fields
            .iter()
            .find(|field| field.id == wanted.id)
            .unwrap()
            .clone();
        let key = next.schema.primary_key.as_ref() == Some(&known.name);
        // How a key is searched by its words, and whether it is indexed, may be said, and nothing else of it.
        let as_known = Field {
            text: known.text.clone(),
            indexed: known.indexed,
            ..wanted.clone()
        };
        if known.nullable && !wanted.nullable || key && as_known != known {
            return Err(Code::InvalidSchema);
        }
        if known == *wanted {
            return Ok(self.nothing());
        }
        next.operation = Operation::AlterColumn;
        let change = |schema: &mut Schema| {
            for field in schema.fields.iter_mut().filter(|field| field.id == wanted.id) {
                let name = std::mem::take(&mut field.name);
                *field = Field {
                    name,
                    ..wanted.clone()
                };
            }
        };
        self.change_column(next, wanted.id, when, &change)
    }

    /// Makes floats of integers, in every version: another column in the place of the old one.
    pub(crate) fn make_float(&mut self, old: &Field, wanted: &Field, when: When) -> Result<Written, Code> {
        self.check_version(when)?;
        let readable = (0..self.versions.len()).filter(|version| self.readable(*version).is_ok());
        let mut cells = readable
            .flat_map(|version| &self.versions[version].rows)
            .filter_map(|row| row.cell(old));
        let exact = |value: &Value| match value {
            Value::Int(int) => (*int as f64) as i128 == i128::from(*int),
            _ => true,
        };
        if self.newest().schema.primary_key.as_ref() == Some(&old.name) {
            return Err(Code::InvalidSchema);
        }
        let all_exact = cells.all(exact);
        let field = Field {
            id: self.take_field(),
            ..wanted.clone()
        };
        if !all_exact {
            return Err(Code::InvalidSchema);
        }
        let mut next = self.newest().clone();
        next.operation = Operation::AlterColumn;
        let exchange = |schema: &mut Schema| {
            for known in schema.fields.iter_mut().filter(|known| known.id == old.id) {
                let name = std::mem::take(&mut known.name);
                *known = Field {
                    name,
                    ..field.clone()
                };
            }
        };
        let written = self.change_column(next, old.id, when, &exchange)?;
        let rows = self.versions.iter().flat_map(|version| &version.rows);
        let floats = rows.filter_map(|row| Some((row.id, as_float(row.cell(old)?))));
        let floats: HashMap<u64, Value> = floats.collect();
        self.give(&field, &floats);
        Ok(written)
    }

    /// A change of one column in every version.
    fn change_column(
        &mut self,
        mut next: Version,
        id: u32,
        when: When,
        change: &dyn Fn(&mut Schema),
    ) -> Result<Written, Code> {
        change(&mut next.schema);
        let written = self.commit_schema(next, when)?;
        let has = |version: &&mut Version| version.schema.fields.iter().any(|field| field.id == id);
        self.versions
            .iter_mut()
            .filter(has)
            .for_each(|version| change(&mut version.schema));
        Ok(written)
    }

    pub(super) fn commit_schema(&mut self, mut next: Version, when: When) -> Result<Written, Code> {
        next.counts = [0; 3];
        next.schema.id = self.next_schema;
        let written = self.commit(next, when)?;
        self.next_schema += 1;
        let ids = self.newest().schema.fields.iter().map(|field| field.id + 1);
        self.next_field = ids.max().unwrap_or(0).max(self.next_field);
        Ok(written)
    }
}

fn rename(schema: &mut Schema, id: u32, to: &str) {
    if schema.fields.iter().any(|field| field.name == to) {
        return;
    }
    let Some(at) = schema.fields.iter().position(|field| field.id == id) else {
        return;
    };
    let from = std::mem::replace(&mut schema.fields[at].name, to.to_owned());
    if schema.primary_key.as_ref() == Some(&from) {
        schema.primary_key = Some(to.to_owned());
    }
    for field in &mut schema.fields {
        let names: Vec<String> = sources(field);
        if names.contains(&from) {
            let renamed = names.iter().map(|name| if *name == from { to } else { name });
            field.embed.as_mut().unwrap()["sources"] = renamed.collect();
        }
    }
}

fn as_float(value: &Value) -> Value {
    match value {
        Value::Int(int) => Value::Float(*int as f64),
        other => other.clone(),
    }
}
