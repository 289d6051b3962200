/// How sure a search is of what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// What was asked for is most likely among the best rows.
    Strong,
    /// It may be.
    Weak,
    /// Nothing that was found stands out from what any query would find.
    None,
}

/// How sure a search is, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// The judgement.
    pub sureness: Sureness,
    /// What words say, from 0 on; none where no words were looked for.
    pub words: Option<f64>,
    /// What vectors say: 0 for a stranger, 1 for a query that is as near to a row as the rows are to each other, and more where one row
    /// stands out. None where no vectors were compared, or their column has too few rows to tell.
    pub vectors: Option<f64>,
}
