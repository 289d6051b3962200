use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::error::Result;

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its id.
    pub id: u64,
    /// Its score, above 0.
    pub score: f64,
}

/// Which rows count.
pub trait Counts {
    /// Ids from this on do not.
    fn until(&self) -> u64;
    /// Whether a row does: the version sees it, and the filter passes it.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    fn counts(&mut self, id: u64) -> Result<bool>;
    /// All that do, ascending, where they are few and known. They are looked at one by one then.
    fn few(&self) -> Option<&[u64]> {
        None
    }
}

impl Eq for Hit {}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The worse is the greater.
impl Ord for Hit {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.id.cmp(&other.id))
    }
}

/// The best rows so far: by score, of equal ones those with the smaller ids.
#[derive(Debug)]
pub(crate) struct Best {
    most: usize,
    hits: BinaryHeap<Hit>,
}

impl Best {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            hits: BinaryHeap::new(),
        }
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// What a row must at least reach.
    pub(crate) fn threshold(&self) -> f64 {
        match self.hits.peek() {
            Some(worst) if self.hits.len() >= self.most => worst.score,
            _ => f64::NEG_INFINITY,
        }
    }

    pub(crate) fn push(&mut self, hit: Hit) {
        if self.hits.len() < self.most {
            self.hits.push(hit);
        } else if let Some(mut worst) = self.hits.peek_mut()
            && hit < *worst
        {
            *worst = hit;
        }
    }

    pub(crate) fn finish(self) -> Vec<Hit> {
        self.hits.into_sorted_vec()
    }
}
