/// What is asked of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Its parts.
    pub clauses: Vec<Clause>,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// Whether a row must have it.
    pub occur: Occur,
    /// How its text is meant.
    pub form: Form,
    /// The text, as it was written.
    pub text: String,
    /// The column in which it is looked for; none for all that are searched.
    pub field: Option<u32>,
}

/// Whether a row must have a part of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occur {
    /// It is better to have it, and of all such parts a row must have one where nothing else is required.
    Should,
    /// It must.
    Must,
    /// It must not.
    Not,
}

/// How a text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Its words. Where they are required, or must not be there, they stand in a row.
    Words,
    /// Its words in a row.
    Phrase,
    /// What begins with it.
    Prefix,
    /// What differs from each of its words by at most so many letters.
    Fuzzy(u8),
}

impl Query {
    /// The most parts; those behind them are dropped.
    pub const CLAUSES_MAX: usize = 256;

    /// Adds a part, unless it is there or there are too many.
    pub(super) fn add(&mut self, clause: Clause) {
        if self.clauses.len() < Self::CLAUSES_MAX
            && !clause.text.trim().is_empty()
            && !self.clauses.contains(&clause)
        {
            self.clauses.push(clause);
        }
    }
}
