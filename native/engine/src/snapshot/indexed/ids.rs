//! Sets of row ids: a list where they are few, a bit for each row where they are many.

use std::ops::Range;

use crate::column::Bits;

/// Row ids, ascending, each once.
#[derive(Clone, Debug)]
pub(super) enum Ids {
    Listed(Vec<u64>),
    /// One bit an id, from the first on.
    Marked(u64, Bits),
}

/// From one id in so many on a bit for each is made and read as fast as a list is put in order.
const SPARSE: u64 = 512;

impl Ids {
    /// Whether about so many ids of a range are better listed.
    pub(super) fn are_few(range: &Range<u64>, expected: u64) -> bool {
        expected.saturating_mul(SPARSE) < range.end.saturating_sub(range.start)
    }

    /// Ids in any order, and maybe repeated.
    pub(super) fn listed(mut ids: Vec<u64>) -> Self {
        if !ids.is_sorted_by(|a, b| a < b) {
            ids.sort_unstable();
            ids.dedup();
        }
        Self::Listed(ids)
    }

    /// Those that are in both.
    pub(super) fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Marked(first, mut bits), Self::Marked(_, others)) => {
                bits.and(others);
                Self::Marked(first, bits)
            }
            (Self::Listed(mut ids), other) => {
                ids.retain(|id| other.holds(*id));
                Self::Listed(ids)
            }
            (marked, Self::Listed(ids)) => {
                Self::Listed(ids.iter().copied().filter(|id| marked.holds(*id)).collect())
            }
        }
    }

    /// Those that are in one of the two.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Marked(first, mut bits), Self::Marked(_, others)) => {
                bits.or(&others);
                Self::Marked(first, bits)
            }
            (Self::Marked(first, mut bits), Self::Listed(ids))
            | (Self::Listed(ids), Self::Marked(first, mut bits)) => {
                ids.iter()
                    .for_each(|id| bits.set(id.saturating_sub(first) as usize));
                Self::Marked(first, bits)
            }
            (Self::Listed(mut ids), Self::Listed(others)) => {
                ids.extend(others);
                Self::listed(ids)
            }
        }
    }

    /// Those of a range as bits, where all are bits.
    pub(super) fn bits(&self, range: &Range<u64>) -> Option<Bits> {
        match self {
            Self::Marked(first, bits) if *first <= range.start => {
                Some(bits.part((range.start - first) as usize, (range.end - range.start) as usize))
            }
            _ => None,
        }
    }

    pub(super) fn holds(&self, id: u64) -> bool {
        match self {
            Self::Listed(ids) => ids.binary_search(&id).is_ok(),
            Self::Marked(first, bits) => id.checked_sub(*first).is_some_and(|at| bits.get(at as usize)),
        }
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Listed(ids) => ids.len() as u64,
            Self::Marked(_, bits) => bits.count() as u64,
        }
    }

    /// Leaves those of a range out.
    pub(super) fn without(&mut self, range: &Range<u64>) {
        match self {
            Self::Listed(ids) => ids.retain(|id| !range.contains(id)),
            Self::Marked(first, bits) => {
                let end = range.end.saturating_sub(*first).min(bits.len() as u64) as usize;
                let start = (range.start.saturating_sub(*first) as usize).min(end);
                if end == bits.len() {
                    bits.clear_from(start);
                } else {
                    (start..end).for_each(|at| bits.clear(at));
                }
            }
        }
    }

    /// Those of a range, ascending.
    pub(super) fn within(&self, range: &Range<u64>) -> Box<dyn Iterator<Item = u64> + '_> {
        match self {
            Self::Listed(ids) => {
                let start = ids.partition_point(|id| *id < range.start);
                let end = ids.partition_point(|id| *id < range.end);
                Box::new(ids.get(start..end).unwrap_or_default().iter().copied())
            }
            Self::Marked(first, bits) => {
                let (first, end) = (*first, range.end);
                let start = range.start.saturating_sub(first) as usize;
                let ones = bits.ones_from(start).map(move |at| first + at as u64);
                Box::new(ones.take_while(move |id| *id < end))
            }
        }
    }

    /// All of them, ascending.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        match self {
            Self::Listed(ids) => Box::new(ids.iter().copied()),
            Self::Marked(first, bits) => Box::new(bits.ones().map(move |at| first + at as u64)),
        }
    }
}
