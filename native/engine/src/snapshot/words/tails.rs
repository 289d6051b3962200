use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::searched::Searched;
use crate::format::TextColumn;
use crate::index::text::Tail;
use crate::schema::Analysis;

/// The words of rows that no segment covers, in memory. It belongs to an open table and goes from state to state.
#[derive(Debug, Default)]
pub(crate) struct Tails(Mutex<Vec<Arc<TailOf>>>);

/// Who reads a state from before a segment was built needs the tail from before.
const TAILS: usize = 2;

/// The words of rows with some ids.
#[derive(Debug)]
pub(crate) struct TailOf {
    columns: Vec<TextColumn>,
    ids: Vec<Range<u64>>,
    pub(crate) tail: Tail,
    /// Rows below this id are in it. Held by whoever adds more.
    pub(super) fed: Mutex<u64>,
}

impl Tails {
    /// The tail of these columns for rows with these ids: the one that there is, or a new one that holds none yet.
    pub(super) fn of(&self, searched: &[Searched], ids: &[Range<u64>]) -> Arc<TailOf> {
        let columns: Vec<TextColumn> = searched.iter().map(Searched::column).collect();
        let mut tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = tails
            .iter()
            .position(|known| known.columns == columns && known.ids == ids)
        {
            let known = tails.remove(at);
            tails.push(Arc::clone(&known));
            return known;
        }
        let fields: Vec<(u32, Analysis)> = searched
            .iter()
            .map(|searched| (searched.field.id, searched.search.analysis.clone()))
            .collect();
        let new = Arc::new(TailOf {
            columns,
            ids: ids.to_vec(),
            tail: Tail::new(&fields),
            fed: Mutex::new(0),
        });
        if tails.len() >= TAILS {
            tails.remove(0);
        }
        tails.push(Arc::clone(&new));
        new
    }
}

impl TailOf {
    /// The ids of the rows that it is for.
    pub(crate) fn ids(&self) -> &[Range<u64>] {
        &self.ids
    }
}
