use serde::{Deserialize, Serialize};

/// The ids of a run of rows, ascending: `[[first id, count], ...]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rows(Vec<(u64, u32)>);

impl Rows {
    /// `count` ids from `first` on.
    #[must_use]
    pub fn run(first: u64, count: u32) -> Self {
        Self(vec![(first, count)])
    }

    /// Adds ids behind the last.
    pub fn extend(&mut self, other: &Self) {
        for &(first, count) in &other.0 {
            match self.0.last_mut() {
                Some(last) if last.0 + u64::from(last.1) == first && last.1.checked_add(count).is_some() => {
                    last.1 += count
                }
                _ => self.0.push((first, count)),
            }
        }
    }

    /// How many ids there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|(_, count)| *count as usize).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The least id.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.0.first().map_or(0, |run| run.0)
    }

    /// The greatest id.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0
            .last()
            .map_or(0, |run| run.0 + u64::from(run.1).saturating_sub(1))
    }

    /// The id at a position.
    #[must_use]
    pub fn id(&self, position: usize) -> u64 {
        let mut rest = position as u64;
        for &(first, count) in &self.0 {
            if rest < u64::from(count) {
                return first + rest;
            }
            rest -= u64::from(count);
        }
        u64::MAX
    }

    /// The position of an id.
    #[must_use]
    pub fn position(&self, id: u64) -> Option<usize> {
        let mut before = 0;
        for &(first, count) in &self.0 {
            if id >= first && id - first < u64::from(count) {
                return Some(before + usize::try_from(id - first).ok()?);
            }
            before += count as usize;
        }
        None
    }

    /// The ids from `id` on, each with its position before it.
    pub fn ids_from(&self, id: u64) -> impl Iterator<Item = (usize, u64)> + '_ {
        let mut before = 0;
        self.0.iter().flat_map(move |&(first, count)| {
            let start = before;
            before += count as usize;
            let skipped = u32::try_from(id.saturating_sub(first)).unwrap_or(u32::MAX);
            (skipped.min(count)..count).map(move |i| (start + i as usize, first + u64::from(i)))
        })
    }

    /// How many ids are less than `id`.
    #[must_use]
    pub fn count_below(&self, id: u64) -> usize {
        let below = |&(first, count): &(u64, u32)| id.saturating_sub(first).min(u64::from(count)) as usize;
        self.0.iter().map(below).sum()
    }

    /// Whether the ids ascend and none overflows.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let ends = self
            .0
            .iter()
            .map(|(first, count)| first.checked_add(u64::from(*count)));
        let mut last = 0;
        self.0.iter().zip(ends).all(|((first, count), end)| {
            let sound = *count > 0 && *first >= last && end.is_some();
            last = end.unwrap_or(u64::MAX);
            sound
        })
    }
}
