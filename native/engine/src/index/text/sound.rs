use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use tantivy::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;

/// So many lists are remembered; then all are checked anew.
const KEPT_MAX: usize = 1 << 16;
/// Rows of one block of the library's lists.
const BLOCK: usize = 128;

/// The lists of a segment that may be walked. The library jumps along a list by what the list says of its own blocks, and would do so for
/// ever where that makes no sense; so each list is walked once from end to end before it is first used, in time linear in its length.
#[derive(Debug, Default)]
pub(super) struct Sound(Mutex<HashSet<(usize, usize)>>);

impl Sound {
    /// Whether a list, of the field at `place`, names rows below `documents` in ascending order, as many as it says, and whether its blocks
    /// end where they say. To be asked where panics are contained.
    pub(super) fn holds(
        &self,
        (place, terms): (usize, &InvertedIndexReader),
        info: &TermInfo,
        documents: u32,
    ) -> tantivy::Result<bool> {
        let key = (place, info.postings_range.start);
        if info.doc_freq == 0 || info.doc_freq > documents {
            return Ok(false);
        }
        if self.lock().contains(&key) {
            return Ok(true);
        }
        let sound = ascends(terms, info, documents)?;
        if sound {
            let mut known = self.lock();
            if known.len() >= KEPT_MAX {
                known.clear();
            }
            known.insert(key);
        }
        Ok(sound)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(usize, usize)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ascends(terms: &InvertedIndexReader, info: &TermInfo, documents: u32) -> tantivy::Result<bool> {
    let mut blocks = terms.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    let (mut until, mut rows) = (0, 0);
    loop {
        let block = blocks.docs();
        let (Some(&first), Some(&last)) = (block.first(), block.last()) else {
            break;
        };
        let length = block.len();
        let ascending = block.is_sorted_by(|before, after| before < after);
        if first < until || last >= documents || !ascending {
            return Ok(false);
        }
        rows += length;
        until = last + 1;
        // A block that says it ends before its last row is passed by when that row is looked for.
        if length == BLOCK && blocks.rank(last) as usize != rows - 1 {
            return Ok(false);
        }
        blocks.advance();
    }
    Ok(rows == info.doc_freq as usize)
}
