//! The table is copied to another store, and sometimes the copy is gone on with.

use std::sync::Arc;

use super::Bench;
use crate::support::checks;
use varve_engine::{Catalog, Database, Stop};

impl Bench {
    /// From now on it is copied to a store now and then.
    pub(crate) fn copied_to(mut self, store: Arc<dyn Catalog>) -> Self {
        self.copies = Some(store);
        self
    }

    pub(crate) fn copy(&mut self) {
        let Some(store) = self.copies.clone() else { return };
        let open = |store: &Arc<dyn Catalog>| Database::with(Arc::clone(store), Arc::clone(&self.world) as _);
        let (target, which) = (open(&store), self.random.below(2));
        let copied = |target: &Database| {
            let backup = self.databases[which].backup(target, None, &Stop::default(), &|_| ());
            let backup = backup.unwrap();
            assert_eq!(backup.failed, []);
            backup.tables[0].clone()
        };
        let first = copied(&target);
        assert_eq!(first.version, self.model.versions.len() as u64 - 1);
        let again = copied(&target);
        assert_eq!((again.copied_files, again.version), (0, first.version));
        let table = target.open_table("docs").unwrap();
        for _ in 0..4 {
            let now = self.now();
            checks::read(&mut self.random, &mut self.tally, &table, &self.model, now);
        }
        checks::whole(&table.snapshot().unwrap(), self.model.newest());
        assert_eq!(table.verify().unwrap().problems, []);
        if self.random.chance(30) {
            // Whoever goes on with the copy pins anew.
            self.unpin_all();
            let before = std::mem::replace(&mut self.store, Arc::clone(&store));
            self.copies = Some(before);
            self.databases = [
                Database::with(Arc::clone(&store), Arc::clone(&self.world) as _),
                target,
            ];
        }
    }
}
