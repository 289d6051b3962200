//! A search through index segments: what they cover is estimated and refined, the rest is scanned.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::cost::{
    BYTES_PER_NS, CODE_NS, EXTRA_REFINED, FILTER_TEST_NS, FILTER_TESTS_PER_ROW, ORDERED_DIMENSION_NS,
    SCATTERED_DIMENSION_NS, SCATTERED_WORD_NS, SEGMENT_NS,
};
use super::exact::{Hit, Nearest};
use super::query::Query;
use super::request::{Explained, Leg};
use crate::column::{Bits, fixed_width};
use crate::error::Result;
use crate::format::{Covers, Rows};
use crate::fragment::Matching;
use crate::index::vector::{Admits, Candidate, Candidates, Probe, Setting, Space, VectorIndex};
use crate::schema::DataType;
use crate::snapshot::{RowPlace, Snapshot};

/// Vectors that are read before the next look at what is still of use.
const AT_ONCE: usize = 16;

/// A search for the nearest vectors, and the segments that answer it.
pub(super) struct Approximate<'a> {
    snapshot: &'a Snapshot,
    leg: Leg<'a>,
    space: Space,
    indexes: Vec<Chosen<'a>>,
    /// For each segment of rows those that the filter matches.
    matching: Option<Vec<Option<Matching>>>,
}

/// How a search is answered.
pub(super) enum Way<'a> {
    /// Through index segments.
    Index(Approximate<'a>),
    /// By reading the vectors. Where the rows that match were counted: the nanoseconds that this is expected to take.
    Exact(Option<u64>),
}

/// An index segment, and how thoroughly to search it.
struct Chosen<'a> {
    ids: Range<u64>,
    index: &'a VectorIndex,
    setting: Setting,
}

impl<'a> Approximate<'a> {
    /// How to answer a search: from index segments, if there are any and an exact search is not as fast.
    pub(super) fn plan(snapshot: &'a Snapshot, leg: Leg<'a>) -> Result<Way<'a>> {
        let DataType::Vector { metric, .. } = leg.column.data_type else {
            return Ok(Way::Exact(None));
        };
        if leg.limit == 0 || open_indexes(snapshot, leg.column.id).next().is_none() {
            return Ok(Way::Exact(None));
        }
        let matching = match leg.filter {
            None => None,
            Some(filter) => {
                let of = |segment: &Arc<crate::fragment::Segment>| {
                    let may = filter.may_match(&|field| segment.stats(field));
                    may.then(|| segment.matching(filter)).transpose()
                };
                Some(born(snapshot).iter().map(of).collect::<Result<Vec<_>>>()?)
            }
        };
        let plan = Self {
            snapshot,
            leg,
            space: Space::new(metric),
            indexes: Vec::new(),
            matching,
        };
        Ok(plan.choose())
    }

    /// Chooses how thoroughly to search, and whether at all.
    fn choose(mut self) -> Way<'a> {
        let stored: usize = born(self.snapshot).iter().map(|segment| segment.len()).sum();
        let of = |matching: &Vec<Option<Matching>>| matching.iter().flatten().map(|rows| rows.count).sum();
        let matches: usize = self.matching.as_ref().map_or(stored, of);
        // To find `limit` rows that count, a segment is searched for more: of all rows only this share matches and lives.
        let alive = stored
            .saturating_sub(self.snapshot.state.deaths.len())
            .max(stored / 50);
        let share = (matches as f64 / stored.max(1) as f64) * (alive as f64 / stored.max(1) as f64);
        let watermark = self.snapshot.watermark();
        let mut cost = 0.0;
        for (ids, index) in open_indexes(self.snapshot, self.leg.column.id) {
            let born = (watermark - ids.start) as f64 / (ids.end - ids.start) as f64;
            let wanted = (self.leg.limit as f64 / (share * born.min(1.0)).max(1e-9)).ceil();
            let setting = index.setting(self.leg.recall, wanted as usize);
            let asked = if self.matching.is_some() {
                wanted * FILTER_TESTS_PER_ROW
            } else {
                0.0
            };
            cost += SEGMENT_NS
                + f64::from(setting.rows) * CODE_NS
                + asked.min(index.rows() as f64) * FILTER_TEST_NS;
            self.indexes.push(Chosen { ids, index, setting });
        }
        cost += self.refine_ns(self.leg.limit);
        let exact = self.exact_ns(matches, stored);
        if self.leg.prefer_index || cost < exact {
            Way::Index(self)
        } else {
            Way::Exact(Some(exact as u64))
        }
    }

    /// About how long an exact search takes.
    fn exact_ns(&self, matches: usize, stored: usize) -> f64 {
        let dimensions = match self.leg.column.data_type {
            DataType::Vector { dimensions, .. } => f64::from(dimensions),
            _ => 0.0,
        };
        let apart = matches as f64 * dimensions * SCATTERED_DIMENSION_NS;
        apart.min(stored as f64 * dimensions * ORDERED_DIMENSION_NS)
    }

    /// About how many nanoseconds it takes to read the vectors in full where this many rows are wanted.
    fn refine_ns(&self, wanted: usize) -> f64 {
        let elements = fixed_width(&self.leg.column.data_type).unwrap_or(0) / 4;
        wanted.saturating_add(EXTRA_REFINED) as f64 * elements as f64 * SCATTERED_WORD_NS
    }

    /// Stored rows of which a plan has to find out first whether the filter matches them.
    pub(super) fn unknown_rows(snapshot: &Snapshot, leg: &Leg<'_>) -> usize {
        let (Some(filter), Some(_)) = (leg.filter, open_indexes(snapshot, leg.column.id).next()) else {
            return 0;
        };
        let unknown = born(snapshot)
            .iter()
            .filter(|segment| segment.known_matching(filter).is_none());
        unknown.map(|segment| segment.len()).sum()
    }

    /// About how long the search will take.
    pub(super) fn predicted_ns(&self) -> u64 {
        let chosen = self
            .indexes
            .iter()
            .map(|chosen| f64::from(chosen.setting.rows) * CODE_NS + SEGMENT_NS);
        let gaps = self.uncovered().flat_map(|(_, gaps)| gaps);
        let uncovered: usize = gaps.map(|gap| gap.len()).sum();
        let width = fixed_width(&self.leg.column.data_type).unwrap_or(0);
        let scanned = (uncovered * width) as f64 / BYTES_PER_NS as f64;
        (chosen.sum::<f64>() + self.refine_ns(self.leg.limit) + scanned) as u64
    }

    /// The hits, and what finding them took; `None` where an exact search must look for rows that are missing.
    pub(super) fn run(&self, query: Query<'_>) -> Result<Option<(Vec<Hit>, Explained)>> {
        let mut explained = Explained {
            recall: 1.0,
            ..Explained::default()
        };
        let stored: usize = born(self.snapshot).iter().map(|segment| segment.len()).sum();
        let limit = self.leg.limit.min(stored);
        let mut nearest = Nearest::new(query, limit);
        let mut found = Candidates::new(limit);
        for chosen in &self.indexes {
            let Some(probe) = Probe::new(chosen.index, self.leg.query) else {
                return Ok(None);
            };
            let searched = probe.search(&chosen.setting, &mut Admitted(self), &mut found)?;
            explained.indexes += 1;
            explained.lists += searched.lists;
            explained.scanned += searched.rows;
            explained.bytes += searched.rows * chosen.index.row_bytes() as u64;
            explained.recall = explained.recall.min(chosen.setting.recall);
        }
        explained.refined = self.refine(&found.finish(), &mut nearest)?;
        let width = fixed_width(&self.leg.column.data_type).unwrap_or(0) as u64;
        explained.uncovered = self.scan_uncovered(&mut nearest)?;
        explained.bytes += (explained.refined + explained.uncovered) * width;
        explained.segments = born(self.snapshot).len() as u64;
        let of = |matching: &Vec<Option<Matching>>| matching.iter().flatten().map(|rows| rows.count).sum();
        explained.candidates = self.matching.as_ref().map_or(stored, of) as u64;
        Ok((nearest.len() == limit).then(|| (nearest.finish(), explained)))
    }

    /// Reads the vectors of candidates, the best first, as long as they are of use.
    fn refine(&self, candidates: &[Candidate], nearest: &mut Nearest<'_>) -> Result<u64> {
        let (first, rest) = candidates.split_at(candidates.len().min(self.leg.limit.saturating_mul(2)));
        let mut refined = 0;
        for group in first.chunks(64) {
            refined += self.refine_group(group.iter(), nearest)?;
        }
        let mut rest = rest.iter();
        loop {
            let threshold = self.space.of_score(nearest.threshold());
            let group: Vec<&Candidate> = rest
                .by_ref()
                .filter(|row| row.bound >= threshold)
                .take(AT_ONCE)
                .collect();
            if group.is_empty() {
                return Ok(refined);
            }
            refined += self.refine_group(group.into_iter(), nearest)?;
        }
    }

    fn refine_group<'c>(
        &self,
        group: impl Iterator<Item = &'c Candidate>,
        nearest: &mut Nearest<'_>,
    ) -> Result<u64> {
        let mut places = Vec::with_capacity(AT_ONCE);
        let mut vectors = Vec::with_capacity(AT_ONCE);
        for candidate in group {
            let Some((segment, row)) = self.snapshot.place(candidate.id) else {
                continue;
            };
            let Some(column) = self.snapshot.column(segment, self.leg.column.id) else {
                continue;
            };
            if !column.is_null(row as usize)? {
                places.push((segment, row));
                vectors.push(column.fixed(row as usize)?);
            }
        }
        nearest.score_each(&places, &vectors);
        Ok(places.len() as u64)
    }

    fn scan_uncovered(&self, nearest: &mut Nearest<'_>) -> Result<u64> {
        let mut scanned = 0;
        for (at, gaps) in self.uncovered() {
            let Some(visible) = self.snapshot.segment(at) else {
                continue;
            };
            let Some(vectors) = visible.segment.vectors(self.leg.column.id) else {
                continue;
            };
            let matching = match &self.matching {
                None => None,
                Some(matching) => match matching.get(at).and_then(Option::as_ref) {
                    Some(rows) => Some(&*rows.bits),
                    None => continue,
                },
            };
            let rows: usize = gaps.iter().map(Range::len).sum();
            if rows == visible.segment.len() {
                nearest.scan(
                    visible.index,
                    vectors,
                    both(visible.mask.as_deref(), matching).as_deref(),
                )?;
            } else {
                let counts = |row: &usize| {
                    visible.mask.as_ref().is_none_or(|bits| bits.get(*row))
                        && matching.is_none_or(|bits| bits.get(*row))
                };
                let rows = gaps.into_iter().flatten().filter(counts);
                let positions: Vec<u32> = rows.map(|row| row as u32).collect();
                nearest.score(visible.index, vectors, &positions)?;
            }
            scanned += rows as u64;
        }
        Ok(scanned)
    }

    /// The segments with rows that the version may see and no index covers: which one, and the positions.
    fn uncovered(&self) -> impl Iterator<Item = (usize, Vec<Range<usize>>)> + '_ {
        let watermark = self.snapshot.watermark();
        let segments = born(self.snapshot).iter().enumerate();
        segments.filter_map(move |(at, segment)| {
            let rows: &Rows = segment.rows();
            let (first, last) = (rows.first(), rows.last());
            let (mut gaps, mut from) = (Vec::new(), 0);
            let touching = |chosen: &&Chosen<'_>| chosen.ids.start <= last && chosen.ids.end > first;
            for chosen in self.indexes.iter().filter(touching) {
                gaps.push(from..rows.count_below(chosen.ids.start));
                from = rows.count_below(chosen.ids.end);
            }
            gaps.push(from..rows.count_below(watermark));
            gaps.retain(|gap| !gap.is_empty());
            (!gaps.is_empty()).then_some((at, gaps))
        })
    }
}

/// The rows of both; `None` for all.
fn both<'b>(mask: Option<&'b Bits>, matching: Option<&'b Bits>) -> Option<Cow<'b, Bits>> {
    match (mask, matching) {
        (Some(mask), Some(matching)) => {
            let mut both = matching.clone();
            both.and(mask);
            Some(Cow::Owned(both))
        }
        (one, other) => one.or(other).map(Cow::Borrowed),
    }
}

/// The rows that a search may return.
struct Admitted<'a, 'b>(&'b Approximate<'a>);

impl Admits for Admitted<'_, '_> {
    fn until(&self) -> u64 {
        self.0.snapshot.watermark()
    }

    #[inline]
    fn admits(&mut self, id: u64) -> Result<bool> {
        let Some((segment, row)): Option<RowPlace> = self.0.snapshot.place(id) else {
            return Ok(false);
        };
        let Some(matching) = &self.0.matching else {
            return Ok(true);
        };
        let of_segment = matching.get(segment as usize).and_then(Option::as_ref);
        Ok(of_segment.is_some_and(|rows| rows.bits.get(row as usize)))
    }
}

/// The segments that have a row which the version sees, or might.
fn born(snapshot: &Snapshot) -> &[Arc<crate::fragment::Segment>] {
    let segments = &snapshot.state.segments;
    let born = segments.partition_point(|segment| segment.rows().first() < snapshot.watermark());
    segments.get(..born).unwrap_or_default()
}

/// The index segments of a field that hold rows of the version.
fn open_indexes(snapshot: &Snapshot, field: u32) -> impl Iterator<Item = (Range<u64>, &VectorIndex)> {
    let watermark = snapshot.watermark();
    let of_field = snapshot
        .state
        .indexes
        .iter()
        .filter(move |open| open.place.covers == Covers::Vector(field));
    of_field
        .filter(move |open| open.place.from < watermark)
        .filter_map(|open| {
            let index = open.vectors()?;
            Some((open.place.from..open.place.until, index))
        })
}
