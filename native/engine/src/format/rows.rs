use serde::{Deserialize, Serialize};

/// The ids of a run of rows, ascending: `[[first id, count], ...]`. What is asked of them costs the logarithm of the runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u32)>", into = "Vec<(u64, u32)>")]
pub struct Rows(Vec<Run>);

/// Ids in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    first: u64,
    count: u32,
    /// How many ids there are in the runs before.
    before: u64,
}

impl Run {
    fn end(&self) -> u64 {
        self.before.saturating_add(u64::from(self.count))
    }
}

impl From<Vec<(u64, u32)>> for Rows {
    fn from(runs: Vec<(u64, u32)>) -> Self {
        let mut rows = Self(Vec::with_capacity(runs.len()));
        runs.into_iter()
            .for_each(|(first, count)| rows.push(first, count));
        rows
    }
}

impl From<Rows> for Vec<(u64, u32)> {
    fn from(rows: Rows) -> Self {
        rows.0.iter().map(|run| (run.first, run.count)).collect()
    }
}

impl Rows {
    /// `count` ids from `first` on.
    #[must_use]
    pub fn run(first: u64, count: u32) -> Self {
        Self::from(vec![(first, count)])
    }

    /// Adds ids behind the last.
    pub fn extend(&mut self, other: &Self) {
        for run in &other.0 {
            match self.0.last_mut() {
                Some(last)
                    if last.first + u64::from(last.count) == run.first
                        && last.count.checked_add(run.count).is_some() =>
                {
                    last.count += run.count;
                }
                _ => self.push(run.first, run.count),
            }
        }
    }

    /// Adds an id behind the last.
    pub fn add(&mut self, id: u64) {
        match self.0.last_mut() {
            Some(last) if last.first + u64::from(last.count) == id && last.count.checked_add(1).is_some() => {
                last.count += 1;
            }
            _ => self.push(id, 1),
        }
    }

    fn push(&mut self, first: u64, count: u32) {
        let before = self.0.last().map_or(0, Run::end);
        self.0.push(Run { first, count, before });
    }

    /// How many ids there are.
    #[must_use]
    pub fn len(&self) -> usize {
        to_usize(self.0.last().map_or(0, Run::end))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The least id.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.0.first().map_or(0, |run| run.first)
    }

    /// The greatest id.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0
            .last()
            .map_or(0, |run| run.first + u64::from(run.count).saturating_sub(1))
    }

    /// The id at a position.
    #[must_use]
    pub fn id(&self, position: usize) -> u64 {
        let position = position as u64;
        match self.last_run(|run| run.before <= position) {
            Some(run) if position < run.end() => run.first + (position - run.before),
            _ => u64::MAX,
        }
    }

    /// The position of an id.
    #[must_use]
    pub fn position(&self, id: u64) -> Option<usize> {
        let run = self.last_run(|run| run.first <= id)?;
        (id - run.first < u64::from(run.count)).then(|| to_usize(run.before + (id - run.first)))
    }

    /// The ids from `id` on, each with its position before it.
    pub fn ids_from(&self, id: u64) -> impl Iterator<Item = (usize, u64)> + '_ {
        let below = self.0.partition_point(|run| run.first <= id).saturating_sub(1);
        self.0.iter().skip(below).flat_map(move |run| {
            let skipped = u32::try_from(id.saturating_sub(run.first)).unwrap_or(u32::MAX);
            (skipped.min(run.count)..run.count).map(|i| {
                let i = u64::from(i);
                (to_usize(run.before + i), run.first + i)
            })
        })
    }

    /// How many ids are less than `id`.
    #[must_use]
    pub fn count_below(&self, id: u64) -> usize {
        let below = self.last_run(|run| run.first < id);
        to_usize(below.map_or(0, |run| run.before + (id - run.first).min(u64::from(run.count))))
    }

    /// Whether there is any of the ids from `ids.start` to before `ids.end`.
    #[must_use]
    pub fn any_in(&self, ids: std::ops::Range<u64>) -> bool {
        self.count_below(ids.end) > self.count_below(ids.start)
    }

    /// The last of the runs that something is true of, where it is true of all before one and of none after.
    fn last_run(&self, holds: impl Fn(&Run) -> bool) -> Option<&Run> {
        self.0.get(self.0.partition_point(holds).checked_sub(1)?)
    }

    /// Whether the ids ascend and none overflows.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let mut last = 0;
        self.0.iter().all(|run| {
            let end = run.first.checked_add(u64::from(run.count));
            let sound = run.count > 0 && run.first >= last && end.is_some();
            last = end.unwrap_or(u64::MAX);
            sound
        })
    }
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
