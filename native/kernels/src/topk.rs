//! The best `k` of a stream of scores.

use std::cmp::Ordering;

/// Up to this `k`, hits are kept sorted: insertion is cheaper than selection there.
const SORTED_MAX: usize = 64;

/// Above it, hits are collected until there are this many times `k`.
const BUFFER_FACTOR: usize = 4;

/// A score and whose it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The larger, the better.
    pub score: f64,
    /// Among equal scores, the smaller, the better.
    pub id: u64,
}

impl Hit {
    #[inline]
    fn beats(&self, other: &Hit) -> bool {
        self.score > other.score || (self.score == other.score && self.id < other.id)
    }

    /// Best first. A total order, as no score is NaN.
    fn rank(&self, other: &Hit) -> Ordering {
        let by_score = other.score.partial_cmp(&self.score).unwrap_or(Ordering::Equal);
        by_score.then(self.id.cmp(&other.id))
    }
}

/// Collects the `k` best hits of any number of pushes.
///
/// Exact: afterwards it holds the `k` first of all pushed hits in the order "higher score, then lower id",
/// whatever the order of the pushes, so several segments may be scanned into one collector. Zeros of either
/// sign are equal, a NaN score is ignored, and an id pushed twice counts twice. Memory is taken once, in
/// [`TopK::new`].
///
/// ```
/// use varve_kernels::TopK;
///
/// let mut top = TopK::new(2);
/// for (id, score) in [0.5, 0.75, f64::NAN, 0.75, 0.1].into_iter().enumerate() {
///     top.push(score, id as u64);
/// }
/// assert_eq!(top.threshold(), 0.75);
/// assert_eq!(top.sorted().iter().map(|hit| hit.id).collect::<Vec<_>>(), [1, 3]);
/// ```
#[derive(Clone, Debug)]
pub struct TopK {
    k: usize,
    /// For small `k` always sorted and at most `k`; otherwise in any order and at most `BUFFER_FACTOR * k`.
    hits: Vec<Hit>,
    /// A hit that `k` kept ones beat or equal: whatever does not beat it is out.
    floor: Option<Hit>,
    threshold: f32,
}

impl TopK {
    /// A collector of the best `k`.
    ///
    /// Takes 16 bytes per hit for `k` up to 64 and 64 bytes above, at once: cut a `k` of unknown origin to the
    /// number of rows first.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// assert!(TopK::new(10).is_empty());
    /// ```
    #[must_use]
    pub fn new(k: usize) -> Self {
        let capacity = if k <= SORTED_MAX {
            k
        } else {
            k.saturating_mul(BUFFER_FACTOR)
        };
        TopK {
            k,
            hits: Vec::with_capacity(capacity),
            floor: None,
            threshold: unlimited(k),
        }
    }

    /// The `k` it was made for.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// assert_eq!(TopK::new(10).k(), 10);
    /// ```
    #[must_use]
    pub fn k(&self) -> usize {
        self.k
    }

    /// The number of hits that [`TopK::sorted`] would return: pushes that were not NaN, at most `k`.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// let mut top = TopK::new(2);
    /// top.push(0.5, 0);
    /// assert_eq!(top.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.hits.len().min(self.k)
    }

    /// Whether nothing was pushed yet.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// assert!(TopK::new(10).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// A score below this cannot enter; one equal to it still can, by a lower id. The greatest `f32` of which that can be said.
    ///
    /// Never falls while hits are pushed. Minus infinity as long as everything enters, infinity if `k` is 0. For
    /// `k` above 64 it may lag behind the `k`-th best score, as the buffer is sifted only now and then.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// let mut top = TopK::new(1);
    /// assert_eq!(top.threshold(), f32::NEG_INFINITY);
    /// top.push(0.5, 7);
    /// assert_eq!(top.threshold(), 0.5);
    /// ```
    #[inline]
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Offers a hit.
    ///
    /// Does not allocate. Costs little when the hit is not among the best: scans need no check before it, but
    /// gain from comparing with [`TopK::threshold`] in a register.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// let mut top = TopK::new(1);
    /// top.push(0.5, 7);
    /// top.push(0.5, 3);
    /// assert_eq!(top.into_sorted()[0].id, 3);
    /// ```
    pub fn push(&mut self, score: f64, id: u64) {
        let hit = Hit { score, id };
        let beaten = self.floor.is_some_and(|floor| !hit.beats(&floor));
        if beaten || score.is_nan() || self.k == 0 {
            return;
        }
        if self.k <= SORTED_MAX {
            self.insert(hit);
        } else {
            self.hits.push(hit);
            if self.hits.len() == self.k.saturating_mul(BUFFER_FACTOR) {
                self.select();
            }
        }
    }

    /// Forgets all hits and keeps the memory.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// let mut top = TopK::new(1);
    /// top.push(0.5, 7);
    /// top.clear();
    /// assert!(top.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.hits.clear();
        self.floor = None;
        self.threshold = unlimited(self.k);
    }

    /// The best hits so far, best first.
    ///
    /// Does not allocate, and more may be pushed afterwards.
    ///
    /// ```
    /// # use varve_kernels::{Hit, TopK};
    /// let mut top = TopK::new(3);
    /// top.push(0.5, 7);
    /// top.push(0.75, 8);
    /// assert_eq!(top.sorted(), [Hit { score: 0.75, id: 8 }, Hit { score: 0.5, id: 7 }]);
    /// ```
    pub fn sorted(&mut self) -> &[Hit] {
        if self.k > SORTED_MAX {
            self.select();
            self.hits.sort_unstable_by(Hit::rank);
        }
        &self.hits
    }

    /// The best hits, best first.
    ///
    /// ```
    /// # use varve_kernels::TopK;
    /// assert!(TopK::new(3).into_sorted().is_empty());
    /// ```
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Hit> {
        self.sorted();
        self.hits
    }

    /// Puts a hit that beats the floor in its place.
    fn insert(&mut self, hit: Hit) {
        let place = self.hits.partition_point(|kept| kept.beats(&hit));
        if self.hits.len() == self.k {
            self.hits.pop();
        }
        self.hits.insert(place, hit);
        if self.hits.len() == self.k
            && let Some(&floor) = self.hits.last()
        {
            self.raise(floor);
        }
    }

    fn raise(&mut self, floor: Hit) {
        self.floor = Some(floor);
        self.threshold = at_most(floor.score);
    }

    /// Drops all but the best `k`.
    fn select(&mut self) {
        if self.hits.len() >= self.k {
            let (_, &mut floor, _) = self.hits.select_nth_unstable_by(self.k - 1, Hit::rank);
            self.raise(floor);
            self.hits.truncate(self.k);
        }
    }
}

/// The threshold as long as nothing is left out.
fn unlimited(k: usize) -> f32 {
    if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY }
}

/// The greatest `f32` that is not above a number.
fn at_most(x: f64) -> f32 {
    let near = x as f32;
    if f64::from(near) > x {
        near.next_down()
    } else {
        near
    }
}
