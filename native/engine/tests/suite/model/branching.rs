//! Another line of the table begins, with a model of its own.

use std::collections::HashSet;
use std::sync::Arc;

use super::Bench;
use crate::support::checks;
use crate::support::columns::Kind;
use crate::support::nearest::Tally;
use crate::support::random::Random;
use crate::support::runs::Shown;
use varve_engine::inside::Manifest;
use varve_engine::{Catalog, Code, Database};

impl Bench {
    fn fresh(&self) -> Database {
        Database::with(Arc::clone(&self.store), Arc::clone(&self.world) as _)
    }

    /// Begins a branch at a random moment; `None` where that is one that cannot be read.
    fn fork(&mut self, name: &str) -> Option<Self> {
        let now = self.now();
        let moment = checks::moment(&mut self.random, &self.model, now);
        let version = match self.random.chance(40) {
            true => Ok(self.model.versions.len() - 1),
            false => self.model.resolve(&moment, now),
        };
        let at = match version {
            Ok(version) if version == self.model.versions.len() - 1 => None,
            _ => Some(&moment),
        };
        let forked = self.databases[0].create_branch(&self.line, name, at);
        let version = match (forked, version) {
            (Ok(_), Ok(version)) => version,
            (forked, version) => {
                assert_eq!(
                    forked.map(|_| ()).map_err(|error| error.code()),
                    version.map(|_| ())
                );
                return None;
            }
        };
        let table = self.line.split('@').next().unwrap_or_default();
        let mut branch = Self {
            random: Random::new(self.random.below(1 << 30) as u64),
            world: Arc::clone(&self.world),
            store: Arc::clone(&self.store),
            copies: None,
            databases: [self.fresh(), self.fresh()],
            line: format!("{table}@{name}"),
            model: self.model.branch(version),
            held: Vec::new(),
            effective: self.effective,
            with_retention: self.with_retention,
            kind: self.kind,
            crowd: self.crowd,
            tally: Tally::default(),
        };
        let (snapshot, is) = (branch.table().snapshot().unwrap(), branch.model.newest().clone());
        checks::whole(&snapshot, &is);
        Some(branch)
    }

    /// Removes the branch.
    fn remove(self) {
        let (table, name) = self.line.split_once('@').unwrap();
        self.databases[0].delete_branch(table, name).unwrap();
        let gone = self.databases[0].open_table(&self.line).unwrap_err();
        assert_eq!(gone.code(), Code::BranchNotFound);
    }

    /// The files that the line names, in the folders that all lines share.
    fn named(&self) -> HashSet<String> {
        let log = self.store.manifests(&format!("{}.varve", self.line));
        let newest = log.newest().unwrap().unwrap();
        let bytes = log.read(newest).unwrap().unwrap();
        let manifest = Manifest::decode(&bytes, "newest").unwrap();
        let is_empty = manifest.retired.is_empty() || self.store.kept_ms() > 0;
        assert!(is_empty, "{:?}", manifest.retired);
        manifest.files().map(|(_, file)| file.to_owned()).collect()
    }
}

/// Writes to several lines in turn, begins new ones and removes others.
pub(crate) fn run_lines(store: Arc<dyn Catalog>, seed: u64, kind: Kind, steps: usize) {
    let mut shown = Shown(seed, 0);
    let mut random = Random::new(seed ^ 0xb4a9c4);
    let mut lines = vec![Bench::new(seed, store, kind, 1..8)];
    let (mut begun, mut past) = (0, 0);
    for step in 0..steps {
        shown.1 = step;
        let at = random.below(lines.len());
        match random.below(12) {
            0 if step > 10 && lines.len() < 5 => {
                let name = format!("b{step}");
                if let Some(branch) = lines[at].fork(&name) {
                    past += usize::from(branch.model.versions.len() < lines[at].model.versions.len());
                    lines.push(branch);
                    begun += 1;
                }
            }
            1 if at > 0 => lines.swap_remove(at).remove(),
            2 => nothing_is_left_over(&mut lines),
            _ => lines[at].step(),
        }
    }
    nothing_is_left_over(&mut lines);
    lines.iter_mut().for_each(Bench::finish);
    eprintln!("{begun} branches, {past} of them from the past");
}

/// After upkeep of all lines there are just the files that any of them names.
fn nothing_is_left_over(lines: &mut [Bench]) {
    for _ in 0..2 {
        for line in &mut *lines {
            let now = line.now();
            // A manifest that makes no version, so that what has retired is not named any more.
            let table = line.table();
            table.set_retention(line.model.retention).unwrap();
            table.optimize().unwrap();
            table.set_retention(line.model.retention).unwrap();
            line.model.optimize(now);
        }
    }
    let named: HashSet<String> = lines.iter().flat_map(|line| line.named()).collect();
    let store = &lines.first().unwrap().store;
    let folders = ["data", "deaths", "index"].map(|folder| format!("docs.varve/{folder}"));
    let there = folders.iter().flat_map(|folder| store.list(folder).unwrap());
    let there: HashSet<String> = there.map(|entry| entry.name).collect();
    if store.kept_ms() > 0 {
        // Files stay there for readers who may yet open them.
        assert!(named.is_subset(&there));
        return;
    }
    assert_eq!(there, named);
}
