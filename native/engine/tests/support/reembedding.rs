//! A column that is embedded again, step by step, while others write.

use std::collections::HashMap;

use varve_engine::error::Code;
use varve_engine::schema::{DataType, Field, Schema};
use varve_engine::table::{Picked, Reembed};
use varve_engine::value::Value;

use super::columns::other_vectors;
use super::values;
use super::wire::encode;
use crate::{Bench, same};

impl Bench {
    /// New vectors for a column, while others write, and change the column, and merge files.
    pub(crate) fn reembed(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let is_vector = |field: &&Field| matches!(field.data_type, DataType::Vector { .. });
        let vectors: Vec<&Field> = schema.fields.iter().filter(is_vector).collect();
        if vectors.is_empty() {
            return;
        }
        let old = (*self.random.pick(&vectors)).clone();
        let mut field = other_vectors(&mut self.random, self.kind, &old.name);
        let mut reembed = Reembed::new(table, field.clone()).unwrap();
        field.id = self.model.take_field();
        assert_eq!(*reembed.field(), field);
        let mut given = HashMap::new();
        for _ in 0..self.random.below(4) {
            for _ in 0..self.random.below(4) {
                self.change();
            }
            if !self.embed_some(&mut reembed, &field, &mut given) {
                return assert!(!self.has(&old), "it was refused for no reason");
            }
        }
        let gaps = self.random.chance(40);
        while !gaps && self.embed_some(&mut reembed, &field, &mut given) {
            if reembed.waiting().unwrap() == 0 {
                break;
            }
        }
        let (mut options, mut when) = self.when();
        (options.if_version, when.if_version) = (None, None);
        let committed = reembed.commit(&options, gaps);
        if !self.has(&old) {
            return assert_eq!(committed.unwrap_err().code(), Code::Conflict);
        }
        let written = self.model.reembed(old.id, &field, &given, when);
        match committed {
            Ok(None) => panic!("no row came meanwhile"),
            Ok(Some(committed)) => same(Ok(committed), written),
            Err(error) => return same(Err(error), written),
        }
        if gaps {
            self.fill(reembed, &field);
        }
    }

    /// The rows that were left without a vector get theirs.
    fn fill(&mut self, mut reembed: Reembed, field: &Field) {
        for _ in 0..self.random.below(3) {
            self.change();
        }
        let mut given = HashMap::new();
        while self.has(field) && reembed.waiting().unwrap() > 0 {
            assert!(self.embed_some(&mut reembed, field, &mut given));
        }
        if self.has(field) {
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
