use varve_kernels::TopK;

/// A row that may be among the nearest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its estimated score.
    pub estimate: f32,
    /// What its score hardly exceeds.
    pub bound: f32,
    /// Its id.
    pub id: u64,
}

/// The rows that may be among the `k` nearest, of any number of segments.
#[derive(Debug)]
pub struct Candidates {
    rows: Vec<Candidate>,
    best: TopK,
}

impl Candidates {
    /// None yet, of `k` wanted.
    #[must_use]
    pub fn new(k: usize) -> Self {
        Self {
            rows: Vec::new(),
            best: TopK::new(k),
        }
    }

    /// How many are wanted.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.best.k()
    }

    /// A row with a bound below this is of no use.
    #[inline]
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.best.threshold()
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, candidate: Candidate) {
        self.best.push(f64::from(candidate.estimate), candidate.id);
        self.rows.push(candidate);
    }

    /// How many there are, of use or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Those that are of use, by estimate, the best first.
    #[must_use]
    pub fn finish(mut self) -> Vec<Candidate> {
        // For a large k the threshold lags behind.
        let kth = self.best.sorted().last().map(|hit| hit.score as f32);
        if let Some(kth) = kth.filter(|_| self.best.len() == self.best.k()) {
            self.rows.retain(|row| row.bound >= kth);
        }
        self.rows
            .sort_unstable_by(|a, b| b.estimate.total_cmp(&a.estimate).then(a.id.cmp(&b.id)));
        self.rows
    }
}
