//! Several writes that become one manifest.

use std::sync::Arc;

use varve_engine::{Code, Filter, OnKey, RowChange, Written};

use super::{Bench, lets, same};
use crate::support::filters::filter;
use crate::support::model::Row;
use crate::support::partial;
use crate::support::together::{Make, together};

impl Bench {
    /// To the model they come one after the other.
    pub(crate) fn write_together(&mut self) {
        let (table, schema) = (self.table(), Arc::new(self.schema()));
        let (mut changes, mut expected): (Vec<Make>, Vec<Result<Written, Code>>) = Default::default();
        for _ in 0..self.random.below(8) {
            let (options, when) = self.when();
            if self.random.chance(20) {
                let meaning = filter(&mut self.random, &schema.fields, 2);
                let matches = |row: &Row| lets(&meaning, row, &schema);
                let rows = self.model.newest().rows.iter();
                if rows.filter(|row| matches(row)).count() > 12 * self.crowd {
                    continue;
                }
                expected.push(self.model.delete(&matches, when));
                let filter = Filter::parse(&meaning.json, &schema).unwrap();
                changes.push(Box::new(move |_| Ok(RowChange::delete(Some(filter), options))));
                continue;
            }
            let on_key = *self.random.pick(&[OnKey::Replace, OnKey::Refuse]);
            let count = self.random.below(4 * self.crowd);
            let rows = self.rows(count);
            let rows = self.cells(&rows);
            let replace = on_key == OnKey::Replace;
            expected.push(self.model.insert(&rows, replace, &|_| false, when));
            let rows = (partial::batch_of(&schema, &rows), Arc::clone(&schema));
            changes.push(Box::new(move |_| RowChange::insert(rows, on_key, None, options)));
        }
        let found = together(&table, changes);
        assert_eq!(found.len(), expected.len());
        found
            .into_iter()
            .zip(expected)
            .for_each(|(found, expected)| same(found, expected));
    }
}
