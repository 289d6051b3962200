use super::cost::SORT_ROW;

/// How the rows of a filter are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The columns are read in order.
    #[default]
    Scan,
    /// Indexes say which rows may match, and these are tested where that is not certain.
    Index,
    /// The rows are tested in the order that is asked for, until there are enough.
    Order,
    /// The rows are counted in indexes, without being looked at.
    Count,
    /// They were found before, and are remembered.
    Known,
}

/// What it took to find rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// How they were found.
    pub way: Way,
    /// The columns whose indexes were read, by their ids.
    pub fields: Vec<u32>,
    /// How many rows were expected, where indexes tell.
    pub expected: Option<u64>,
    /// How many were found, before a limit cut them.
    pub found: u64,
    /// How many ids were read from indexes.
    pub entries: u64,
    /// How many rows were looked at.
    pub rows: u64,
    /// Rows among these that no index covers.
    pub uncovered: u64,
    /// What was done, as plans count it.
    pub cost: u64,
}

impl Took {
    /// Counts that rows were put in order.
    pub(in crate::snapshot) fn sorts(&mut self, rows: usize) {
        self.cost += rows as u64 * SORT_ROW;
    }
}
