use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::analysis::Splitter;
use super::files::{TEXT_MAX, Texts, Totals, length_of, rounded, within};
use crate::error::{Error, Result};
use crate::schema::Analysis;

/// Rows that no segment covers, in memory. It grows by rows with ascending ids, each read and split once, while others search in it.
///
/// A row takes about 2 bytes for a byte of its text, and up to 4 where few words come again: 12 for each of its different terms in a
/// field, 4 for each word, and each term once with about 64 bytes around it. Nothing is taken out; whoever has a segment for its rows starts another.
pub struct Tail {
    fields: Vec<(u32, Analysis)>,
    /// Held by whoever appends.
    splitters: Mutex<Vec<Splitter>>,
    kept: RwLock<Kept>,
}

/// What is kept of the rows.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    ids: Vec<u64>,
    fields: Vec<Field>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Field {
    /// The number of each term.
    terms: HashMap<Box<str>, u32>,
    /// For each term the rows that hold it, ascending.
    lists: Vec<Vec<Posting>>,
    positions: Vec<u32>,
    /// The length of each row, as it is kept.
    codes: Vec<u8>,
}

/// A row that holds a term.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(super) document: u32,
    /// Where its positions start.
    pub(super) first: u32,
    pub(super) frequency: u32,
}

/// Stems that are remembered from row to row.
const REMEMBERED: usize = 4096;

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tail")
            .field("rows", &self.rows())
            .finish_non_exhaustive()
    }
}

impl Tail {
    /// No rows yet, of some columns by their ids.
    #[must_use]
    pub fn new(fields: &[(u32, Analysis)]) -> Self {
        let kept = Kept {
            fields: fields.iter().map(|_| Field::default()).collect(),
            ..Kept::default()
        };
        let splitters = fields
            .iter()
            .map(|(_, analysis)| Splitter::new(analysis, REMEMBERED));
        Self {
            splitters: Mutex::new(splitters.collect()),
            fields: fields.to_vec(),
            kept: RwLock::new(kept),
        }
    }

    /// The columns that it covers, by their ids, and how their texts become terms.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &Analysis)> {
        self.fields.iter().map(|(field, analysis)| (*field, analysis))
    }

    /// How many rows it holds.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.read().ids.len()
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.read().bytes
    }

    /// The ids of its rows, ascending.
    #[must_use]
    pub fn ids(&self) -> Vec<u64> {
        self.read().ids.clone()
    }

    /// Adds rows. Those up to the last one that it holds are passed over, so that it may be fed with whatever a version sees.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; then the rows before the one that cannot be read are there.
    pub fn append(&self, rows: &dyn Texts) -> Result<()> {
        let mut splitters = self.splitters.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.read().ids.last().copied();
        let mut split = Vec::new();
        for row in 0..rows.len() {
            let id = rows.id(row);
            if last.is_some_and(|last| id <= last) {
                continue;
            }
            split.clear();
            for (field, splitter) in splitters.iter_mut().enumerate() {
                split.push(Words::read(rows, row, field, splitter)?);
            }
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            kept.add(id, &split)?;
        }
        Ok(())
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a field among those that it covers.
    pub(super) fn place(&self, field: u32) -> Option<usize> {
        self.fields.iter().position(|(known, _)| *known == field)
    }
}

/// The words of a row in a field.
#[derive(Default)]
struct Words {
    text: String,
    /// Where each ends in the text, and its position.
    ends: Vec<(usize, u32)>,
}

impl Words {
    /// Reads and splits them. The texts of a list follow each other with a gap of one position, as in a segment.
    fn read(rows: &dyn Texts, row: usize, field: usize, splitter: &mut Splitter) -> Result<Self> {
        let mut words = Self::default();
        let mut left = TEXT_MAX;
        let mut first = 0;
        rows.read(row, field, &mut |text| {
            let mut end = first;
            splitter.split(within(text, &mut left), &mut |token| {
                words.text.push_str(token.text);
                words.ends.push((words.text.len(), first + token.position));
                end = end.max(first + token.position + 1);
            });
            first = end + 1;
        })?;
        Ok(words)
    }

    fn spelled(&self) -> impl Iterator<Item = (&str, u32)> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, position)| {
            let word = self.text.get(start..end).unwrap_or_default();
            start = end;
            (word, position)
        })
    }
}

impl Kept {
    fn add(&mut self, id: u64, words: &[Words]) -> Result<()> {
        let full = || Error::internal("too many rows without an index of their words");
        let document = u32::try_from(self.ids.len()).map_err(|_| full())?;
        for (field, words) in self.fields.iter_mut().zip(words) {
            let before = field.positions.len();
            u32::try_from(before + words.ends.len()).map_err(|_| full())?;
            let mut found: Vec<(u32, u32)> = Vec::with_capacity(words.ends.len());
            for (word, position) in words.spelled() {
                found.push((field.number(word, &mut self.bytes), position));
            }
            found.sort_unstable();
            for same in found.chunk_by(|a, b| a.0 == b.0) {
                let Some((list, _)) = same
                    .first()
                    .and_then(|(term, _)| Some((field.lists.get_mut(*term as usize)?, term)))
                else {
                    continue;
                };
                list.push(Posting {
                    document,
                    first: field.positions.len() as u32,
                    frequency: same.len() as u32,
                });
                field.positions.extend(same.iter().map(|(_, position)| *position));
                self.bytes += size_of::<Posting>() + 4 * same.len();
            }
            field.codes.push(rounded(words.ends.len() as u32));
        }
        self.bytes += 8 + self.fields.len();
        self.ids.push(id);
        Ok(())
    }

    /// How many rows have an id below this one.
    pub(super) fn until(&self, id: u64) -> u32 {
        self.ids.partition_point(|other| *other < id) as u32
    }

    pub(super) fn id(&self, document: u32) -> u64 {
        self.ids.get(document as usize).copied().unwrap_or(u64::MAX)
    }

    /// The list of a term with the positions that it points into.
    pub(super) fn list(&self, place: usize, term: &str) -> Option<(&[Posting], &[u32])> {
        let field = self.fields.get(place)?;
        let list = field.lists.get(*field.terms.get(term)? as usize)?;
        Some((list, &field.positions))
    }

    /// All terms of a field with their lists, in no order.
    pub(super) fn terms(&self, place: usize) -> impl Iterator<Item = (&str, &[Posting])> {
        let field = self.fields.get(place);
        field.into_iter().flat_map(|field| {
            let list = |number: u32| field.lists.get(number as usize).map_or(&[][..], Vec::as_slice);
            field
                .terms
                .iter()
                .map(move |(term, number)| (&**term, list(*number)))
        })
    }

    pub(super) fn codes(&self, place: usize) -> &[u8] {
        self.fields.get(place).map_or(&[], |field| &field.codes)
    }

    /// How many of some rows have a term in a field, and how long they are.
    pub(super) fn lengths(&self, place: usize, counts: impl Fn(u32) -> bool) -> Totals {
        let mut totals = Totals::default();
        for (document, code) in self.codes(place).iter().enumerate() {
            if counts(document as u32) {
                totals.add(length_of(*code));
            }
        }
        totals
    }
}

impl Field {
    fn number(&mut self, word: &str, bytes: &mut usize) -> u32 {
        if let Some(number) = self.terms.get(word) {
            return *number;
        }
        let number = self.lists.len() as u32;
        self.terms.insert(word.into(), number);
        self.lists.push(Vec::new());
        // The text, its number and place in the table, and the list.
        *bytes += word.len() + 64;
        number
    }
}
