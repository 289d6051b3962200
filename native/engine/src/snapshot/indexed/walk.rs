//! The first rows of an order, by walking an index of the column from the least value on, or the greatest, and testing row after row.
//!
//! How many rows are tested until there are enough is not known before. So a walk is given up where it has cost as much as the other way
//! would: whichever is better, the whole takes at most twice as long.

use std::collections::VecDeque;
use std::ops::Range;

use super::asked::Looked;
use super::serving::Serving;
use crate::error::Result;
use crate::index::scalar::{Key, ScalarIndex};
use crate::snapshot::distinct::turned;

/// The rows of an index in the order of its values; those without a value last.
pub(super) struct Walk<'s> {
    parts: Vec<Walked<'s>>,
    descending: bool,
    /// Whether rows without a value are wanted.
    nulls: bool,
    /// What is left of the rows of the value that was come to: the segment, the value, and a mark.
    rest: VecDeque<(usize, Option<u32>, u32)>,
    /// Whether their value may stand for several.
    is_cut: bool,
}

/// A segment, and what of its values is still to come.
struct Walked<'s> {
    index: &'s ScalarIndex,
    values: Vec<Range<u32>>,
}

impl<'s> Walk<'s> {
    /// All values of a column, or those that were looked up.
    pub(super) fn new(serving: &Serving<'s>, looked: Option<&Looked<'s>>, descending: bool) -> Self {
        let parts = match looked {
            Some(looked) => looked
                .parts
                .iter()
                .map(|part| Walked {
                    index: part.index,
                    values: part.found.values.clone(),
                })
                .collect(),
            None => serving
                .segments
                .iter()
                .map(|(_, index)| Walked {
                    index,
                    values: std::iter::once(0..index.values())
                        .filter(|values| values.end > 0)
                        .collect(),
                })
                .collect(),
        };
        let nulls = looked.is_none_or(|looked| looked.parts.iter().any(|part| part.found.nulls));
        Self {
            parts,
            descending,
            nulls,
            rest: VecDeque::new(),
            is_cut: false,
        }
    }

    /// The next ids: so many where there are, or where the rows of a value are to be completed, at most those that are left of it.
    /// `None` at the end.
    pub(super) fn next(&mut self, most: usize, completes: bool) -> Result<Option<Vec<u64>>> {
        let mut ids = Vec::with_capacity(most);
        while ids.len() < most && !(completes && self.rest.is_empty() && !ids.is_empty()) {
            let Some((at, value, mark)) = self.rest.pop_front() else {
                if self.advance()? {
                    continue;
                }
                break;
            };
            let Some(part) = self.parts.get(at) else { continue };
            let left = (most - ids.len()) as u32;
            let next = part.index.some(value, mark, left, &mut |id| {
                ids.push(id);
                Ok(())
            })?;
            if let Some(mark) = next {
                self.rest.push_front((at, value, mark));
            }
        }
        Ok((!ids.is_empty()).then_some(ids))
    }

    /// Whether all rows were handed out that have the value of the last one.
    pub(super) fn is_between_values(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether rows of the value of the last one may differ in it.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Comes to the next value. Returns whether there is one.
    fn advance(&mut self) -> Result<bool> {
        let mut next: Option<(Key<'s>, Vec<usize>)> = None;
        for (at, part) in self.parts.iter().enumerate() {
            let Some(value) = part.next(self.descending) else {
                continue;
            };
            let key = part.index.key(value)?;
            match &mut next {
                Some((known, parts)) if *known == key => parts.push(at),
                Some((known, _)) if turned(key.cmp(known), self.descending).is_gt() => {}
                _ => next = Some((key, vec![at])),
            }
        }
        if let Some((key, parts)) = next {
            self.is_cut = key.is_cut();
            for at in parts {
                let value = self.parts.get_mut(at).and_then(|part| part.take(self.descending));
                self.rest.push_back((at, value, 0));
            }
            return Ok(true);
        }
        if std::mem::take(&mut self.nulls) {
            self.is_cut = false;
            self.rest.extend((0..self.parts.len()).map(|at| (at, None, 0)));
            return Ok(true);
        }
        Ok(false)
    }
}

impl Walked<'_> {
    fn next(&self, descending: bool) -> Option<u32> {
        if descending {
            self.values.last().and_then(|range| range.end.checked_sub(1))
        } else {
            self.values.first().map(|range| range.start)
        }
    }

    fn take(&mut self, descending: bool) -> Option<u32> {
        let value = self.next(descending);
        let at = if descending {
            self.values.len().checked_sub(1)?
        } else {
            0
        };
        let range = self.values.get_mut(at)?;
        if descending {
            range.end -= 1;
        } else {
            range.start += 1;
        }
        if range.start >= range.end {
            self.values.remove(at);
        }
        value
    }
}
