use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use super::analysis::Splitter;
use super::files::{TEXT_MAX, within};
use super::query::{Compiled, Leaf, Occur};
use crate::schema::Analysis;

/// A stretch of a text, in bytes and in the units of UTF-16.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// In bytes of the text as it was written.
    pub bytes: Range<usize>,
    /// In units of UTF-16, as JavaScript counts.
    pub utf16: Range<usize>,
}

/// A part of a text that shows what was found in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fragment {
    /// The part.
    pub part: Stretch,
    /// The words in it that were looked for, from the first to the last. None overlaps another.
    pub marks: Vec<Stretch>,
}

/// The most parts of a text that are shown.
const FRAGMENTS_MAX: usize = 100;

/// What is shown of a text.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// At most so many parts, and at most 100.
    pub fragments: usize,
    /// Each of about so many units of UTF-16, and of no more but for a word that is longer.
    pub size: usize,
}

/// A word that was looked for.
#[derive(Clone, Debug)]
struct Mark {
    stretch: Stretch,
    /// Which of what was looked for it is: its place among the terms and phrases.
    of: usize,
}

impl Compiled {
    /// The parts of a text that show best what the query finds in a column: those with the rarest and the most different words, in the order
    /// of the text. Phrases are marked only where they stand as such. None where there is nothing of it.
    #[must_use]
    pub fn highlight(&self, field: u32, analysis: &Analysis, text: &str, shown: Shown) -> Vec<Fragment> {
        let text = within(text, &mut TEXT_MAX.clone());
        let leaves: Vec<&Leaf> = self.leaves_of(field).collect();
        let mut marks = marks(&leaves, analysis, text);
        measure(text, &mut marks);
        let (mut chosen, mut taken) = (Vec::new(), vec![false; marks.len()]);
        while chosen.len() < shown.fragments.min(FRAGMENTS_MAX) {
            let Some(next) = best(&marks, &leaves, shown.size, &taken) else {
                break;
            };
            taken.get_mut(next.clone()).unwrap_or_default().fill(true);
            chosen.push(next);
        }
        chosen.sort_unstable_by_key(|range: &Range<usize>| range.start);
        let mut fragments: Vec<Fragment> = Vec::new();
        for (i, range) in chosen.iter().enumerate() {
            let inside = marks.get(range.clone()).unwrap_or_default();
            let after = fragments.last().map_or(0, |before| before.part.bytes.end);
            let next = chosen.get(i + 1).and_then(|next| marks.get(next.start));
            let before = next.map_or(text.len(), |mark| mark.stretch.bytes.start);
            fragments.extend(fragment(text, inside, after..before, shown.size));
        }
        fragments
    }

    fn leaves_of(&self, field: u32) -> impl Iterator<Item = &Leaf> {
        let place = self.fields.iter().position(|weighed| weighed.field == field);
        let scored = self.clauses.iter().filter(|clause| clause.occur != Occur::Not);
        scored
            .flat_map(|clause| &clause.leaves)
            .filter(move |leaf| Some(leaf.place) == place)
    }
}

/// All words that were looked for, from the first to the last.
fn marks(leaves: &[&Leaf], analysis: &Analysis, text: &str) -> Vec<Mark> {
    let mut terms: HashMap<&str, Vec<(usize, u32)>> = HashMap::new();
    for (of, leaf) in leaves.iter().enumerate() {
        for (place, term) in &leaf.terms {
            terms.entry(term).or_default().push((of, *place));
        }
    }
    // Of each phrase where it may start: how many of its terms are there, and from where to where.
    let mut begun: HashMap<(usize, u32), (usize, Range<usize>)> = HashMap::new();
    let mut found = Vec::new();
    Splitter::new(analysis, 0).split(text, &mut |token| {
        for &(of, place) in terms.get(token.text).into_iter().flatten() {
            let wanted = leaves.get(of).map_or(0, |leaf| leaf.terms.len());
            let Some(start) = token.position.checked_sub(place) else {
                continue;
            };
            let (count, bytes) = begun.entry((of, start)).or_insert((0, token.start..token.end));
            *count += 1;
            bytes.end = bytes.end.max(token.end);
            if *count == wanted {
                found.push((bytes.clone(), of));
            }
        }
    });
    found.sort_unstable_by_key(|(bytes, of)| (bytes.start, bytes.end, *of));
    let mut marks: Vec<Mark> = Vec::new();
    for (bytes, of) in found {
        match marks.last_mut() {
            Some(last) if bytes.start < last.stretch.bytes.end => {
                last.stretch.bytes.end = last.stretch.bytes.end.max(bytes.end);
            }
            _ => marks.push(Mark {
                stretch: Stretch { bytes, utf16: 0..0 },
                of,
            }),
        }
    }
    marks
}

/// Counts the units of UTF-16 before marks, in one pass.
fn measure(text: &str, marks: &mut [Mark]) {
    let (mut at, mut units) = (0, 0);
    let mut until = |byte: usize| {
        units += text.get(at..byte).map_or(0, |part| part.encode_utf16().count());
        at = byte;
        units
    };
    for mark in marks {
        let Range { start, end } = mark.stretch.bytes;
        mark.stretch.utf16 = until(start)..until(end);
    }
}

/// The marks of the best part that has none of those which were chosen.
fn best(marks: &[Mark], leaves: &[&Leaf], size: usize, taken: &[bool]) -> Option<Range<usize>> {
    let weight = |mark: &Mark| leaves.get(mark.of).map_or(0.0, |leaf| leaf.factor);
    let is_taken = |i: usize| taken.get(i).copied().unwrap_or(true);
    let mut best: Option<(f64, Range<usize>)> = None;
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let (mut end, mut sum) = (0, 0.0);
    for (start, first) in marks.iter().enumerate() {
        if end < start {
            (end, sum) = (start, 0.0);
            counts.clear();
        }
        while let Some(mark) = marks
            .get(end)
            .filter(|mark| !is_taken(end) && (end == start || fits(first, mark, size)))
        {
            let count = counts.entry(mark.of).or_default();
            // A word that is there already says less.
            sum += weight(mark) * if *count == 0 { 1.0 } else { 0.01 };
            *count += 1;
            end += 1;
        }
        if end > start && best.as_ref().is_none_or(|(most, _)| sum > *most * (1.0 + 1e-9)) {
            best = Some((sum, start..end));
        }
        if let Some(count) = counts.get_mut(&first.of).filter(|_| end > start) {
            *count -= 1;
            sum -= weight(first) * if *count == 0 { 1.0 } else { 0.01 };
        }
    }
    best.map(|(_, range)| range)
}

fn fits(first: &Mark, last: &Mark, size: usize) -> bool {
    last.stretch.utf16.end - first.stretch.utf16.start <= size
}

/// The text around some marks, inside of what is free.
fn fragment(text: &str, marks: &[Mark], free: Range<usize>, size: usize) -> Option<Fragment> {
    let (first, last) = (&marks.first()?.stretch, &marks.last()?.stretch);
    let room = size.saturating_sub(last.utf16.end - first.utf16.start);
    let before = text.get(free.start..first.bytes.start)?;
    let after = text.get(last.bytes.end..free.end)?;
    let (left, right) = (before.encode_utf16().count(), after.encode_utf16().count());
    // A half each, and more on one side where the other has too little.
    let lead = left.min((room / 2).max(room.saturating_sub(right)));
    let tail = right.min(room - lead);
    let start = first.bytes.start - back(before, lead);
    let end = last.bytes.end + forth(after, tail);
    let (start, end) = (
        trim_start(text, start, first.bytes.start),
        trim_end(text, last.bytes.end, end),
    );
    let lead = text.get(start..first.bytes.start)?.encode_utf16().count();
    let tail = text.get(last.bytes.end..end)?.encode_utf16().count();
    Some(Fragment {
        part: Stretch {
            bytes: start..end,
            utf16: first.utf16.start - lead..last.utf16.end + tail,
        },
        marks: marks.iter().map(|mark| mark.stretch.clone()).collect(),
    })
}

/// The bytes of the characters at the end that have at most so many units.
fn back(text: &str, units: usize) -> usize {
    taken(text.chars().rev(), units)
}

/// Those at the start.
fn forth(text: &str, units: usize) -> usize {
    taken(text.chars(), units)
}

fn taken(chars: impl Iterator<Item = char>, units: usize) -> usize {
    let mut left = units;
    let mut bytes = 0;
    for c in chars {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => break,
        }
        bytes += c.len_utf8();
    }
    bytes
}

/// Begins with a whole word where there is one.
fn trim_start(text: &str, start: usize, mark: usize) -> usize {
    let cut_through = text
        .get(..start)
        .is_some_and(|before| before.ends_with(|c: char| !c.is_whitespace()));
    let lead = text.get(start..mark).unwrap_or_default();
    let space = if cut_through {
        lead.find(char::is_whitespace).unwrap_or(0)
    } else {
        0
    };
    let rest = lead.get(space..).unwrap_or_default();
    start + space + (rest.len() - rest.trim_start().len())
}

/// Ends with a whole word where there is one.
fn trim_end(text: &str, mark: usize, end: usize) -> usize {
    let cut_through = text
        .get(end..)
        .is_some_and(|after| after.starts_with(|c: char| !c.is_whitespace()));
    let tail = text.get(mark..end).unwrap_or_default();
    let space = if cut_through {
        tail.rfind(char::is_whitespace).unwrap_or(tail.len())
    } else {
        tail.len()
    };
    mark + tail.get(..space).unwrap_or_default().trim_end().len()
}
