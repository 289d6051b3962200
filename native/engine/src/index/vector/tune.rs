//! How thoroughly a segment must be searched for a recall, measured on its own rows.
//!
//! The nearest rows of some rows are found by looking into every list. For each of them it is known at which place of
//! the order its list comes and at which angle it would be left out, so that the recall and the cost of every setting
//! follow without searching. What looks cheapest is then tried.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use varve_kernels::Kernels;

use super::parallel::Crew;
use super::probe::{Admits, LISTS_MIN, Probe, USELESS_MAX};
use super::space::Kind;
use super::train::{AT_ONCE, LET_GO};
use super::{Candidate, Candidates, Setting, VectorIndex, Vectors};
use crate::column::Bits;
use crate::error::Result;

/// Numbers of nearest rows that settings are measured for, ascending, and of rows that serve as queries: the more are wanted of
/// each, the fewer queries say as much.
const NEAREST: [(usize, usize); 3] = [(10, 256), (100, 96), (1000, 24)];
/// Recalls, each with the deviations that cost little of it.
const TARGETS: [(f32, f32); 7] = [
    (0.8, 1.9),
    (0.9, 1.9),
    (0.95, 2.2),
    (0.97, 2.2),
    (0.98, 2.7),
    (0.99, 2.7),
    (0.995, 4.0),
];
/// Queries that are asked before it is looked how many candidates they have, at most.
const ASKED_AT_ONCE: usize = 16;
/// Candidates that are scored in one pass, about: 24 bytes each. Where all rows are alike, each is a candidate of each query, and
/// there are as many as rows and threads.
const CANDIDATES_AT_ONCE: usize = 1 << 21;
/// The safety margin: the share of the allowed misses that is not used, because real queries miss more than measured ones.
const MARGIN: f32 = 0.35;
/// How often a cheaper setting than the most thorough one is tried for.
const TRIES: usize = 4;
/// Cosines of the angle rule; the last leaves nothing out.
const ANGLES: [f32; 8] = [0.45, 0.5, 0.55, 0.6, 0.65, 0.75, 0.9, f32::INFINITY];
/// What looking into a list costs, in rows.
const LIST_COST: f64 = 40.0;
/// What a list costs that is put in order only.
const ORDER_COST: f64 = 12.0;
/// What each number of a vector costs that is read in full, in rows, as in `search/cost`.
const REFINED_COST: f32 = 0.2;
/// Queries that say what it costs to look into every list.
const ASKED_FLAT: usize = 16;

/// Measures the settings of a segment. `list_of` is the list of each row.
pub(super) fn tune(
    index: &VectorIndex,
    vectors: &dyn Vectors,
    list_of: &[u32],
    crew: Crew<'_>,
) -> Result<Vec<Setting>> {
    let mut settings = Vec::new();
    let tuner = Tuner {
        index,
        vectors,
        list_of,
        kernels: Kernels::best(),
    };
    let worth = |(nearest, _): &(usize, usize)| nearest * 20 <= vectors.len();
    let groups: Vec<_> = NEAREST.into_iter().filter(worth).collect();
    let traces = tuner.traces(&groups, crew)?;
    for (nearest, queries) in groups {
        let traces = traces.get(..queries).unwrap_or(&traces);
        settings.extend(tuner.settings(traces, nearest, crew)?);
    }
    Ok(settings)
}

struct Tuner<'a> {
    index: &'a VectorIndex,
    vectors: &'a dyn Vectors,
    list_of: &'a [u32],
    kernels: Kernels,
}

/// A row as query, and where its nearest rows are.
struct Trace {
    row: usize,
    vector: Vec<f32>,
    /// The nearest rows, the nearest first: score and place of their list in the order.
    nearest: Vec<(f32, usize)>,
    /// Their ids and scores, ascending by id.
    scores: Vec<(u64, f32)>,
    /// The rows that are as near as the last of them, where there are more of these.
    ties: Option<Bits>,
    /// For each list in the order: rows, score of the centre, distance and radius.
    lists: Vec<super::probe::Place>,
}

/// A row as query, and the rows of which some are its nearest.
struct Asked {
    row: usize,
    vector: Vec<f32>,
    /// How many of the nearest are of use.
    most: usize,
    candidates: Vec<u32>,
    /// For each list its place in the order.
    place_of: Vec<usize>,
    lists: Vec<super::probe::Place>,
}

/// Every row but one.
struct Others(u64);

impl Admits for Others {
    fn until(&self) -> u64 {
        u64::MAX
    }

    fn admits(&mut self, id: u64) -> Result<bool> {
        Ok(id != self.0)
    }
}

impl Tuner<'_> {
    /// What is known of some queries. The first of them know as many nearest rows as any group wants.
    fn traces(&self, groups: &[(usize, usize)], crew: Crew<'_>) -> Result<Vec<Trace>> {
        let queries = groups
            .first()
            .map_or(0, |group| group.1.min(self.vectors.len() / 8));
        let at_once = (CANDIDATES_AT_ONCE / self.vectors.len().max(1)).clamp(1, ASKED_AT_ONCE);
        let at_once = at_once.max(crew.workers);
        let (mut traces, mut asked) = (Vec::new(), Vec::new());
        for first in (0..queries).step_by(at_once) {
            let until = queries.min(first + at_once);
            asked.extend(self.ask_all(first..until, groups, crew)?);
            let candidates: usize = asked.iter().map(|one: &Asked| one.candidates.len()).sum();
            if until == queries || candidates >= CANDIDATES_AT_ONCE {
                let exact = self.score(&asked, crew)?;
                let both = asked.drain(..).zip(exact);
                traces.extend(both.map(|(asked, exact)| self.trace(asked, exact)));
            }
        }
        Ok(traces)
    }

    fn ask_all(
        &self,
        queries: Range<usize>,
        groups: &[(usize, usize)],
        crew: Crew<'_>,
    ) -> Result<Vec<Asked>> {
        let asked = Mutex::new(Vec::new());
        crew.each(queries, |query| {
            let row = super::train::scatter(query as u64 ^ 0x5eed) as usize % self.vectors.len();
            let wanting = groups.iter().filter(|group| query < group.1);
            let most = wanting.map(|group| group.0).max().unwrap_or(0);
            if let Some(one) = self.ask(row, most)? {
                let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                asked.push((query, one));
            }
            Ok(())
        })?;
        let mut asked = asked.into_inner().unwrap_or_else(PoisonError::into_inner);
        asked.sort_unstable_by_key(|(query, _)| *query);
        Ok(asked.into_iter().map(|(_, one)| one).collect())
    }

    /// The cheapest settings for each recall.
    fn settings(&self, traces: &[Trace], nearest: usize, crew: Crew<'_>) -> Result<Vec<Setting>> {
        let mut settings: Vec<Setting> = Vec::new();
        let grid = Grid::new(self.index, traces, nearest);
        for (target, deviations) in TARGETS {
            // What is measured on few rows is not quite what others will see.
            let margin = MARGIN * (1.0 - target);
            if settings.last().is_some_and(|before| before.recall >= target) {
                continue;
            }
            let mut aim = target + margin;
            for _ in 0..TRIES {
                let Some(setting) = grid.cheapest(aim, deviations) else {
                    break;
                };
                let measured = self.measure(traces, setting, crew)?;
                if measured.recall >= target + margin {
                    let recall = target.max(measured.recall - margin);
                    settings.push(Setting { recall, ..measured });
                    break;
                }
                aim = (aim + (target + margin - measured.recall).max(0.002) * 1.25).min(1.0);
            }
        }
        // It finds all; where rows are alike it costs more than reading them in their order, and a plan must know.
        let flat = self.index.flat();
        let some = traces.get(..ASKED_FLAT).unwrap_or(traces);
        let nearest = nearest as u32;
        let measured = self.measure(some, Setting { nearest, ..flat }, crew)?;
        settings.push(Setting {
            recall: flat.recall,
            ..measured
        });
        Ok(settings)
    }

    /// Looks for the nearest rows of a row in all lists; `None` where it cannot be searched for.
    fn ask(&self, row: usize, most: usize) -> Result<Option<Asked>> {
        let mut vector = vec![0.0; self.vectors.dimensions()];
        self.vectors.read(row, &mut vector)?;
        let Some(probe) = Probe::new(self.index, &vector) else {
            return Ok(None);
        };
        let mut found = Candidates::new(most);
        let mut others = Others(self.vectors.id(row));
        probe.search(&self.index.flat(), &mut others, &mut found)?;
        let candidates = found.finish();
        let rows = candidates.iter().filter_map(|row| self.row_of(row.id));
        let candidates = rows.map(|row| row as u32).collect();
        let order = probe.order(self.index.lists())?;
        let mut place_of = vec![0; self.index.lists()];
        for (place, &list) in order.iter().enumerate() {
            if let Some(of) = place_of.get_mut(list) {
                *of = place;
            }
        }
        let lists: Vec<_> = order
            .into_iter()
            .map(|list| probe.place(list))
            .collect::<Result<_>>()?;
        Ok(Some(Asked {
            row,
            vector,
            most,
            candidates,
            place_of,
            lists,
        }))
    }

    /// The exact scores of all candidates, for each of those that ask. The rows are read once and in their order, however many ask
    /// for one: anywhere else they would have to stay in memory.
    fn score(&self, asked: &[Asked], crew: Crew<'_>) -> Result<Vec<Vec<(f32, u32)>>> {
        let space = self.index.space();
        let queries = asked.iter().map(|asked| {
            let mut query = asked.vector.clone();
            space.prepare(&mut query);
            query
        });
        let queries: Vec<_> = queries.collect();
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (asker, asked) in asked.iter().enumerate() {
            pairs.extend(asked.candidates.iter().map(|&row| (row, asker as u32)));
        }
        pairs.sort_unstable();
        let mut scores = vec![0.0; pairs.len()];
        let parts = pairs.chunks(AT_ONCE).zip(scores.chunks_mut(AT_ONCE));
        crew.each(parts.enumerate(), |(part, (pairs, scores))| {
            if part % LET_GO == 0 {
                self.vectors.let_go();
            }
            let mut vector = vec![0.0; self.vectors.dimensions()];
            let mut read = None;
            for (&(row, asker), score) in pairs.iter().zip(scores) {
                let kind = match read {
                    Some((before, kind)) if before == row => kind,
                    _ => {
                        self.vectors.read(row as usize, &mut vector)?;
                        space.prepare(&mut vector)
                    }
                };
                read = Some((row, kind));
                *score = match (kind, queries.get(asker as usize)) {
                    (Kind::Zero, _) | (_, None) => space.of_score(0.0),
                    (_, Some(query)) => space.exact(self.kernels, query, &vector),
                };
            }
            Ok(())
        })?;
        let room = |asked: &Asked| Vec::with_capacity(asked.candidates.len());
        let mut exact: Vec<Vec<(f32, u32)>> = asked.iter().map(room).collect();
        for ((row, asker), score) in pairs.into_iter().zip(scores) {
            if let Some(exact) = exact.get_mut(asker as usize) {
                exact.push((score, row));
            }
        }
        Ok(exact)
    }

    /// What is known of a query when its candidates have been scored.
    fn trace(&self, asked: Asked, mut exact: Vec<(f32, u32)>) -> Trace {
        exact.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (nearest, beyond) = exact.split_at(asked.most.min(exact.len()));
        let last = nearest.last().map(|row| row.0);
        let tied = |rows: &[(f32, u32)]| {
            let mut ties = Bits::filled(self.vectors.len(), false);
            rows.iter().for_each(|row| ties.set(row.1 as usize));
            ties
        };
        let as_near = beyond.partition_point(|row| Some(row.0) >= last);
        let ties = beyond.get(..as_near).filter(|rows| !rows.is_empty()).map(tied);
        let id_of = |&(score, row): &(f32, u32)| (self.vectors.id(row as usize), score);
        let mut scores: Vec<(u64, f32)> = nearest.iter().map(id_of).collect();
        scores.sort_unstable_by_key(|(id, _)| *id);
        let place = |row: u32| {
            let list = self.list_of.get(row as usize).copied().unwrap_or(u32::MAX);
            // Rows that are in no list are always found.
            asked.place_of.get(list as usize).copied().unwrap_or(0)
        };
        Trace {
            row: asked.row,
            nearest: nearest.iter().map(|&(score, row)| (score, place(row))).collect(),
            scores,
            ties,
            vector: asked.vector,
            lists: asked.lists,
        }
    }

    /// The score of a row, if it is among the nearest of a query or as near as the last of them.
    fn score_of(&self, trace: &Trace, id: u64) -> Option<f32> {
        if let Ok(at) = trace.scores.binary_search_by_key(&id, |(id, _)| *id) {
            return trace.scores.get(at).map(|(_, score)| *score);
        }
        let is_tied = trace.ties.as_ref()?.get(self.row_of(id)?);
        trace.nearest.last().filter(|_| is_tied).map(|row| row.0)
    }

    fn row_of(&self, id: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.vectors.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.vectors.id(middle) < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low < self.vectors.len() && self.vectors.id(low) == id).then_some(low)
    }

    /// What a setting finds and costs.
    fn measure(&self, traces: &[Trace], setting: Setting, crew: Crew<'_>) -> Result<Setting> {
        let nearest = setting.nearest as usize;
        let sums = Mutex::new((0_usize, 0_usize, 0_u64, 0_usize));
        crew.each(traces.iter(), |trace| {
            let Some(probe) = Probe::new(self.index, &trace.vector) else {
                return Ok(());
            };
            let mut found = Candidates::new(nearest);
            let searched = probe.search(&setting, &mut Others(self.vectors.id(trace.row)), &mut found)?;
            // A row that the bound lets through is read and scored: nothing more needs to be known of it here.
            let wanted = nearest.min(trace.nearest.len());
            let last = trace
                .nearest
                .get(wanted.saturating_sub(1))
                .map_or(f32::INFINITY, |row| row.0);
            let read: Vec<Candidate> = found.finish();
            let read = read.iter().filter(|row| row.bound >= last);
            let is_hit = |row: &&Candidate| self.score_of(trace, row.id).is_some_and(|score| score >= last);
            let hits = read.clone().filter(is_hit).count().min(wanted);
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            *sums = (
                sums.0 + hits,
                sums.1 + wanted,
                sums.2 + searched.rows,
                sums.3 + read.count(),
            );
            Ok(())
        })?;
        let (hits, wanted, rows, read) = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Any search reads those that it returns.
        let read = read.saturating_sub(wanted) as f32 * self.vectors.dimensions() as f32;
        Ok(Setting {
            recall: hits as f32 / wanted.max(1) as f32,
            rows: (rows as f32 + read * REFINED_COST) / traces.len().max(1) as f32,
            ..setting
        })
    }
}

/// Recall and cost of every setting, as far as they follow from where rows lie.
struct Grid {
    nearest: usize,
    points: Vec<Point>,
}

#[derive(Clone, Copy)]
struct Point {
    lists: usize,
    angle: f32,
    recall: f32,
    cost: f64,
}

impl Grid {
    fn new(index: &VectorIndex, traces: &[Trace], nearest: usize) -> Self {
        let caps = caps(index.lists());
        let mut points = Vec::new();
        for angle in ANGLES {
            let mut hits = vec![0_usize; caps.len()];
            let mut costs = vec![0.0_f64; caps.len()];
            let mut wanted = 0;
            for trace in traces {
                wanted += nearest.min(trace.nearest.len());
                follow(trace, nearest, angle, &caps, &mut hits, &mut costs);
            }
            for ((&lists, hits), cost) in caps.iter().zip(hits).zip(costs) {
                points.push(Point {
                    lists,
                    angle,
                    recall: hits as f32 / wanted.max(1) as f32,
                    cost: cost / traces.len().max(1) as f64 + ORDER_COST * lists as f64,
                });
            }
        }
        Self { nearest, points }
    }

    fn cheapest(&self, recall: f32, deviations: f32) -> Option<Setting> {
        let reaching = self.points.iter().filter(|point| point.recall >= recall);
        let point = reaching.min_by(|a, b| a.cost.total_cmp(&b.cost))?;
        Some(Setting {
            nearest: self.nearest as u32,
            recall: point.recall,
            lists: point.lists as u32,
            angle: point.angle,
            deviations,
            rows: point.cost as f32,
        })
    }
}

/// Numbers of lists that are worth trying.
fn caps(lists: usize) -> Vec<usize> {
    let mut caps = Vec::new();
    let mut cap = 4;
    while cap < lists {
        caps.push(cap);
        cap = (cap * 6 / 5).max(cap + 1);
    }
    caps.push(lists);
    caps
}

/// Adds what a query finds and costs under one angle and each number of lists.
fn follow(trace: &Trace, nearest: usize, angle: f32, caps: &[usize], hits: &mut [usize], costs: &mut [f64]) {
    let nearest = trace
        .nearest
        .get(..nearest.min(trace.nearest.len()))
        .unwrap_or_default();
    let threshold = nearest.last().map_or(f32::NEG_INFINITY, |row| row.0);
    let mut in_list = vec![0_usize; trace.lists.len()];
    for (_, place) in nearest {
        if let Some(count) = in_list.get_mut(*place) {
            *count += 1;
        }
    }
    let mut add = |cap: usize, hit: usize, cost: f64| {
        if let (Some(hits), Some(costs)) = (hits.get_mut(cap), costs.get_mut(cap)) {
            (*hits, *costs) = (*hits + hit, *costs + cost);
        }
    };
    let (mut hit, mut cost, mut useless, mut cap) = (0, 0.0, 0, 0);
    for (at, (place, count)) in trace.lists.iter().zip(in_list).enumerate() {
        while caps.get(cap).is_some_and(|cap| *cap <= at) {
            add(cap, hit, cost);
            cap += 1;
        }
        if at > LISTS_MIN && place.is_useless(angle, threshold) {
            useless += 1;
            if useless == USELESS_MAX {
                break;
            }
            continue;
        }
        useless = 0;
        hit += count;
        cost += LIST_COST + f64::from(place.list.rows);
    }
    for cap in cap..caps.len() {
        add(cap, hit, cost);
    }
}
