//! Columns that come and go, get other names, and come to hold more.

use varve_engine::{Alteration, DataType, Field};

use super::{Bench, same};
use crate::support::columns::{random_column, wider};

impl Bench {
    /// A change of the columns.
    pub(crate) fn alter(&mut self) {
        match self.random.below(100) {
            0..40 => self.add_column(),
            40..65 => self.drop_column(),
            65..82 => self.rename_column(),
            _ => self.widen_column(),
        }
    }

    fn add_column(&mut self) {
        let (table, (options, when)) = (self.table(), self.when());
        let field = random_column(&mut self.random, self.kind);
        let written = table.add_columns(std::slice::from_ref(&field), &options);
        same(written, self.model.add_column(field, when));
    }

    fn drop_column(&mut self) {
        let (table, schema, (options, when)) = (self.table(), self.schema(), self.when());
        let name = self.random.pick(&schema.fields).name.clone();
        if schema.fields.len() > 3 {
            let written = table.drop_columns(std::slice::from_ref(&name), &options);
            same(written, self.model.drop_column(&name, when));
        }
    }

    /// A column gets a name that is free, taken, or was that of another.
    fn rename_column(&mut self) {
        let (table, schema, (options, when)) = (self.table(), self.schema(), self.when());
        let from = self.random.pick(&schema.fields).name.clone();
        let names = ["more0", "more1", "renamed0", "renamed1", "key", "wide0"];
        let to = (*self.random.pick(&names)).to_owned();
        let rename = Alteration::Rename {
            from: from.clone(),
            to: to.clone(),
        };
        let written = table.alter(&[rename], None, &options);
        same(written, self.model.rename(&from, &to, when));
    }

    fn widen_column(&mut self) {
        let (table, schema, (options, when)) = (self.table(), self.schema(), self.when());
        let old = self.random.pick(&schema.fields).clone();
        let field = wider(&mut self.random, &old);
        let wanted = Alteration::Alter(Field {
            default: None,
            ..field.clone()
        });
        let written = table.alter(&[wanted], Some(schema.id), &options);
        let was = |data_type: &DataType| !matches!(data_type, DataType::Enum { .. });
        let expected = if was(&old.data_type) && old.data_type != field.data_type {
            self.model.make_float(&old, &field, when)
        } else {
            self.model.widen(&field, when)
        };
        same(written, expected);
    }
}
