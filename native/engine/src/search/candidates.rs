use varve_kernels::Candidate;

/// Rows that a shadow could not rule out: those that are likely to be among the nearest, and those that wait for a higher
/// threshold, which rules most of them out.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Of the last step; then the likely ones of them, the best at the end.
    found: Vec<Candidate>,
    waiting: Vec<Candidate>,
    /// How many waited before the last step.
    before: usize,
}

/// Rows that are scored at once: enough to fetch ahead, few enough for the threshold to follow.
const GROUP: usize = 32;
/// The most rows that wait to be scored.
const WAITING: usize = 4096;

impl Candidates {
    /// Where the rows of the next step go.
    pub(super) fn next(&mut self) -> &mut Vec<Candidate> {
        self.found.clear();
        self.before = self.waiting.len();
        &mut self.found
    }

    /// Puts the likely ones in order, by what is known before any of them is scored.
    pub(super) fn sort(&mut self, threshold: f32) {
        let waiting = &mut self.waiting;
        self.found.retain(|candidate| {
            let likely = candidate.estimate >= threshold;
            if !likely {
                waiting.push(*candidate);
            }
            likely
        });
        self.found
            .sort_unstable_by(|a, b| a.estimate.total_cmp(&b.estimate));
    }

    /// The next rows that are likely to be among the nearest; `None` where there are no more.
    pub(super) fn likely(&mut self, threshold: f32) -> Option<Vec<u32>> {
        let from = self.found.len().saturating_sub(GROUP);
        let group = self.found.get(from..)?;
        let likely = group.partition_point(|candidate| candidate.estimate < threshold);
        let rows: Vec<u32> = group
            .iter()
            .skip(likely)
            .rev()
            .map(|candidate| candidate.position)
            .collect();
        self.found.truncate(from + likely);
        (!rows.is_empty()).then_some(rows)
    }

    /// Lets those wait that are not likely any more; returns how many of the step do.
    pub(super) fn postpone(&mut self, threshold: f32) -> usize {
        self.waiting.append(&mut self.found);
        let of_step = self.waiting.iter().skip(self.before);
        let count = of_step.filter(|candidate| reaches(candidate, threshold)).count();
        self.waiting.retain(|candidate| reaches(candidate, threshold));
        count
    }

    /// Whether enough rows wait that they should be scored now.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() > WAITING
    }

    /// The next of the waiting rows that the threshold does not rule out; `None` where there are no more.
    pub(super) fn waiting(&mut self, threshold: f32) -> Option<Vec<u32>> {
        let mut rows = Vec::with_capacity(GROUP);
        while rows.len() < GROUP
            && let Some(candidate) = self.waiting.pop()
        {
            if reaches(&candidate, threshold) {
                rows.push(candidate.position);
            }
        }
        (!rows.is_empty()).then_some(rows)
    }
}

/// Whether the row may be as near as the threshold; equally near rows are, by their ids.
fn reaches(candidate: &Candidate, threshold: f32) -> bool {
    candidate.bound >= threshold || candidate.bound.is_nan()
}
