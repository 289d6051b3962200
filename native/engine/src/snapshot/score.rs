/// How well a row fits what was searched for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Higher is better.
    pub score: f64,
    /// What rows are in order by, the highest first; of equal ones that which was born first.
    pub order: f64,
    /// How many of the rows that were looked at are in the group of this one; 0 where there are no groups.
    pub count: u64,
    /// What that was made of.
    pub parts: Parts,
}

/// What a score is made of: a part for each way to look for rows, where it found the row. They are numbers alone: hits are copied and
/// never allocate, whichever parts they have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// Among the rows that hold the words; its value is the score by words.
    pub text: Option<Part>,
    /// Among the nearest vectors; its value is the distance, as the metric says it.
    pub vector: Option<Part>,
    /// Of a search for both: the cosine of its vector and the query, whatever the metric.
    pub cosine: Option<f64>,
}

/// How a row stood among those that were found in one way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its place; 1 for the best. 0 where it was not found in this way, and only its value was computed.
    pub rank: u32,
    /// What it was ranked by.
    pub value: f64,
}

impl Score {
    /// How far away the vector of the row is; not a number where the row was not found by its vector.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.parts.vector.map_or(f64::NAN, |part| part.value)
    }
}
