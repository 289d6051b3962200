//! A column that is embedded again, step by step, while others write.

use std::collections::HashMap;

use varve_engine::{Code, DataType, Field, Picked, Reembed, Schema, Value};

use super::{Bench, same};
use crate::support::columns::{derived_vectors, other_vectors};
use crate::support::model::sources;
use crate::support::values;
use crate::support::wire::encode;

/// How things were when new vectors were begun.
struct Before {
    schema: Schema,
    old: Option<Field>,
    field: Field,
}

impl Bench {
    /// New vectors for a column, or a new column of them, while others write, and change the column, and merge files.
    pub(crate) fn reembed(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let is_vector = |field: &&Field| matches!(field.data_type, DataType::Vector { .. });
        let vectors: Vec<&Field> = schema.fields.iter().filter(is_vector).collect();
        let old =
            (!vectors.is_empty() && self.random.chance(50)).then(|| (*self.random.pick(&vectors)).clone());
        let mut field = match &old {
            Some(old) => other_vectors(&mut self.random, self.kind, &old.name),
            None => derived_vectors(&mut self.random, self.kind, &schema),
        };
        let started = match &old {
            Some(_) => Reembed::new(table, field.clone()),
            None => Reembed::adding(table, field.clone()),
        };
        if old.is_none() && schema.fields.iter().any(|known| known.name == field.name) {
            return assert_eq!(started.unwrap_err().code(), Code::ColumnExists);
        }
        let mut reembed = started.unwrap();
        field.id = self.model.take_field();
        assert_eq!(*reembed.field(), field);
        let before = Before { schema, old, field };
        let mut given = HashMap::new();
        for _ in 0..self.random.below(4) {
            for _ in 0..self.random.below(4) {
                self.change();
            }
            if !self.embed_some(&mut reembed, &before.field, &mut given) {
                return assert!(!self.is_as(&before), "it was refused for no reason");
            }
        }
        let gaps = self.random.chance(40);
        while !gaps && self.embed_some(&mut reembed, &before.field, &mut given) {
            if reembed.waiting().unwrap() == 0 {
                break;
            }
        }
        let (mut options, mut when) = self.when();
        (options.if_version, when.if_version) = (None, None);
        let committed = reembed.commit(&options, gaps);
        if !self.is_as(&before) {
            return assert_eq!(committed.unwrap_err().code(), Code::Conflict);
        }
        let Before { old, field, .. } = before;
        let written = self.model.reembed(old.map(|old| old.id), &field, &given, when);
        match committed {
            Ok(None) => panic!("no row came meanwhile"),
            Ok(Some(committed)) => same(Ok(committed), written),
            Err(error) => return same(Err(error), written),
        }
        if gaps {
            self.fill(reembed, &field);
        }
    }

    /// Whether what a column of vectors is about is what it was: the column that it replaces or its free name, and its sources.
    fn is_as(&self, Before { schema, old, field }: &Before) -> bool {
        let now = self.schema();
        let id_of = |schema: &Schema, name: &str| {
            let known = schema.fields.iter().find(|known| known.name == name);
            known.map(|known| known.id)
        };
        let column = id_of(&now, &field.name) == old.as_ref().map(|old| old.id);
        column
            && sources(field)
                .iter()
                .all(|name| id_of(&now, name) == id_of(schema, name))
    }

    /// The rows that were left without a vector get theirs.
    fn fill(&mut self, mut reembed: Reembed, field: &Field) {
        let now = Before {
            schema: self.schema(),
            old: Some(field.clone()),
            field: field.clone(),
        };
        let mut given = HashMap::new();
        for _ in 0..self.random.below(3) {
            self.change();
        }
        while self.is_as(&now) && reembed.waiting().unwrap() > 0 {
            assert!(self.embed_some(&mut reembed, field, &mut given));
        }
        if self.is_as(&now) {
            reembed.fill().unwrap();
            self.model.give(field, &given);
        }
    }

    /// A step of a reembedding; false where the column is another one now.
    fn embed_some(&mut self, reembed: &mut Reembed, field: &Field, given: &mut HashMap<u64, Value>) -> bool {
        let key: Vec<String> = self
            .schema()
            .fields
            .iter()
            .take(1)
            .map(|field| field.name.clone())
            .collect();
        let limit = self.random.below(30 * self.crowd);
        let picked: Option<Picked> = match reembed.next_rows(&key, limit) {
            Ok(picked) => picked,
            Err(error) => {
                assert_eq!(error.code(), Code::Conflict, "{error}");
                return false;
            }
        };
        let Some(picked) = picked else { return true };
        let random = &mut self.random;
        let vectors: Vec<Vec<Value>> = picked
            .ids()
            .map(|_| vec![values::value(random, &field.data_type, true)])
            .collect();
        let fields = vec![field.clone()];
        let one = Schema {
            id: 0,
            primary_key: None,
            fields,
        };
        reembed.add(&encode(&one, &vectors)).unwrap();
        given.extend(picked.ids().zip(vectors.into_iter().flatten()));
        true
    }
}
