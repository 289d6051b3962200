//! Rows that match a filter leave every version.

use varve_engine::Filter;

use super::{Bench, lets};
use crate::support::checks;
use crate::support::filters::filter;
use crate::support::model::Row;

impl Bench {
    pub(crate) fn purge(&mut self) {
        let (table, schema) = (self.table(), self.schema());
        let meaning = filter(&mut self.random, &schema.fields, 2);
        let filter = Filter::parse(&meaning.json, &schema).unwrap();
        let matches = |row: &Row| lets(&meaning, row, &schema);
        let shown = self.model.shown(&matches);
        // Seldom much at once, or nothing is left.
        if shown > 12 * self.crowd as u64 && self.random.chance(85) {
            return;
        }
        table.set_indexing(self.indexing());
        let (options, when) = self.when();
        let would = table.would_purge(Some(&filter)).unwrap();
        // Rows that no version shows any more may still be there, and those that came later in the line where a branch began.
        assert!(would.rows >= shown, "{would:?} and {shown}");
        assert!(
            self.with_retention || self.line.contains('@') || would.rows == shown,
            "{would:?} and {shown}"
        );
        let expected = self.model.purge(&matches, would.rows > 0, when);
        match (table.purge(Some(&filter), &options), expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!(
                    (found.version, found.committed_at),
                    (expected.version, expected.committed_at)
                );
                assert_eq!((found.rows, found.current), (would.rows, expected.current));
            }
            (Err(error), Err(code)) => return assert_eq!(error.code(), code, "{error}"),
            (found, expected) => panic!("{found:?} and {expected:?}"),
        }
        if !self.store.is_near() {
            // What a snapshot has not read yet is gone where files cannot be held open.
            self.held.clear();
        }
        let last = table.history(1, None).unwrap();
        if would.rows > 0 {
            assert_eq!(last[0].get().purged, would.rows);
        }
        assert_eq!(table.would_purge(Some(&filter)).unwrap().rows, 0);
        let newest = table.snapshot().unwrap();
        checks::whole(&newest, self.model.newest());
        assert!(table.verify().unwrap().problems.is_empty());
    }
}
