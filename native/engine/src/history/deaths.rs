use std::sync::{Arc, OnceLock};

use crate::format::DeathRun;

/// All rows that died, each with the version that ended it.
///
/// A row dies once, so a look-up may stop at the first run that knows it. Deaths are kept by row id and not by fragment:
/// compaction moves rows about and never touches them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deaths {
    runs: Vec<Arc<Run>>,
    /// The newest, ascending by id.
    tail: Arc<Vec<(u64, u64)>>,
}

#[derive(Debug)]
struct Run {
    run: DeathRun,
    /// Positions in the run, ascending by version; made when first asked for.
    by_version: OnceLock<Vec<u32>>,
}

impl Deaths {
    /// Puts runs and tail together. The pairs (id, version) may be in any order.
    #[must_use]
    pub(crate) fn new(runs: Vec<DeathRun>, mut tail: Vec<(u64, u64)>) -> Self {
        tail.sort_unstable();
        let runs = runs
            .into_iter()
            .map(|run| {
                Arc::new(Run {
                    run,
                    by_version: OnceLock::new(),
                })
            })
            .collect();
        Self {
            runs,
            tail: Arc::new(tail),
        }
    }

    /// Keeps the runs, and puts another tail behind them.
    #[must_use]
    pub(crate) fn with_tail(&self, mut tail: Vec<(u64, u64)>) -> Self {
        tail.sort_unstable();
        Self {
            runs: self.runs.clone(),
            tail: Arc::new(tail),
        }
    }

    /// The runs, in the order in which they were given.
    pub(crate) fn runs(&self) -> impl ExactSizeIterator<Item = &DeathRun> + DoubleEndedIterator {
        self.runs.iter().map(|run| &run.run)
    }

    /// How many rows died.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.tail.len() + self.runs.iter().map(|run| run.run.len()).sum::<usize>()
    }

    /// The version that ended a row. O(log n) for each run.
    #[must_use]
    pub(crate) fn died(&self, id: u64) -> Option<u64> {
        if let Ok(at) = self.tail.binary_search_by_key(&id, |(id, _)| *id) {
            return self.tail.get(at).map(|(_, version)| *version);
        }
        self.runs.iter().find_map(|run| {
            let at = run.run.lower_bound(id);
            let (found, version) = (at < run.run.len()).then(|| run.run.get(at))?;
            (found == id).then_some(version)
        })
    }

    /// Visits the deaths of the ids from `first` to `last`.
    pub(crate) fn each_in(&self, first: u64, last: u64, mut visit: impl FnMut(u64, u64)) {
        for run in &self.runs {
            let mut at = run.run.lower_bound(first);
            while at < run.run.len() {
                let (id, version) = run.run.get(at);
                if id > last {
                    break;
                }
                visit(id, version);
                at += 1;
            }
        }
        let start = self.tail.partition_point(|(id, _)| *id < first);
        self.tail
            .iter()
            .skip(start)
            .take_while(|(id, _)| *id <= last)
            .for_each(|(id, version)| visit(*id, *version));
    }

    /// All deaths, ascending by id.
    #[must_use]
    pub(crate) fn all(&self) -> Vec<(u64, u64)> {
        let mut all: Vec<(u64, u64)> = Vec::with_capacity(self.len());
        self.each_in(0, u64::MAX, |id, version| all.push((id, version)));
        all.sort_unstable();
        all
    }

    /// The rows that died after version `after` and not after version `until`, ascending by id. The cost grows with the
    /// answer, once the runs have been put in order.
    #[must_use]
    pub(crate) fn between(&self, after: u64, until: u64) -> Vec<u64> {
        let mut ids = Vec::new();
        for run in &self.runs {
            let order = run.by_version.get_or_init(|| {
                let mut order: Vec<u32> = (0..u32::try_from(run.run.len()).unwrap_or(u32::MAX)).collect();
                order.sort_unstable_by_key(|&at| run.run.get(at as usize).1);
                order
            });
            let start = order.partition_point(|&at| run.run.get(at as usize).1 <= after);
            let deaths = order.iter().skip(start).map(|&at| run.run.get(at as usize));
            ids.extend(
                deaths
                    .take_while(|(_, version)| *version <= until)
                    .map(|(id, _)| id),
            );
        }
        let recent = self
            .tail
            .iter()
            .filter(|(_, version)| *version > after && *version <= until);
        ids.extend(recent.map(|(id, _)| *id));
        ids.sort_unstable();
        ids
    }
}
