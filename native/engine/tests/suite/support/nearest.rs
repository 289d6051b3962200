//! Searches compared with the model: an exact one is equal to it, id for id and bit for bit; one through an index finds as many of the
//! rows that match, no other, in the right order, and on average as many of the nearest as was asked for.

use std::collections::{HashMap, HashSet};

use varve_engine::{
    After, DataType, Element, Explained, Field, Filter, Metric, Picked, Schema, Score, Search, SearchOptions,
    Snapshot, Value,
};
use varve_kernels as kernels;

use super::filters::{Meaning, filter};
use super::model::{Row, key_text};
use super::random::Random;
use super::values;

/// What a snapshot must show.
pub(crate) struct Shown<'m> {
    pub(crate) schema: &'m Schema,
    pub(crate) rows: Vec<&'m Row>,
}

/// What searches were made, and how much those through an index found.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) steps: usize,
    pub(crate) versions: usize,
    pub(crate) exact: usize,
    /// Exact ones that read shadows.
    pub(crate) shadows: usize,
    pub(crate) spans: usize,
    /// Histories of keys that had several rows.
    pub(crate) changed_keys: usize,
    /// For words, and those of them that asked segments.
    pub(crate) words: usize,
    pub(crate) word_segments: usize,
    /// For words and vectors, and those of them that had rows of which only one knew.
    pub(crate) fused: usize,
    pub(crate) fused_apart: usize,
    /// Finds through indexes of values, walks in the order of one, and counts in them.
    pub(crate) by_index: usize,
    pub(crate) in_order: usize,
    pub(crate) counted: usize,
    /// By the recall that was asked for, in percent.
    recalls: HashMap<u32, Mean>,
}

/// Of the shares of the nearest rows that were found.
#[derive(Debug, Default)]
struct Mean {
    count: f64,
    sum: f64,
    squares: f64,
}

const RECALLS: [f32; 4] = [0.5, 0.9, 0.95, 0.99];

impl Tally {
    fn recall(&mut self, asked: f32, found: f64) {
        let mean = self.recalls.entry((asked * 100.0).round() as u32).or_default();
        mean.count += 1.0;
        mean.sum += found;
        mean.squares += found * found;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.versions += other.versions;
        self.exact += other.exact;
        self.shadows += other.shadows;
        self.spans += other.spans;
        self.changed_keys += other.changed_keys;
        self.words += other.words;
        self.word_segments += other.word_segments;
        self.fused += other.fused;
        self.fused_apart += other.fused_apart;
        self.by_index += other.by_index;
        self.in_order += other.in_order;
        self.counted += other.counted;
        for (asked, mean) in &other.recalls {
            let sum = self.recalls.entry(*asked).or_default();
            sum.count += mean.count;
            sum.sum += mean.sum;
            sum.squares += mean.squares;
        }
    }

    /// How many searches went through an index.
    pub(crate) fn approximate(&self) -> usize {
        self.recalls.values().map(|mean| mean.count as usize).sum()
    }

    /// On average as much was found as was asked for, within three standard errors of that average.
    pub(crate) fn check(&self) {
        for (asked, Mean { count, sum, squares }) in &self.recalls {
            let mean = sum / count;
            let error = ((squares / count - mean * mean).max(0.0) / count).sqrt();
            assert!(
                mean + 3.0 * error >= f64::from(*asked) / 100.0,
                "asked {asked} %: found {mean} ± {error} in {count} searches"
            );
        }
    }
}

/// A search to make, and all rows that it may find, the nearest first, each with its similarity.
struct Asked<'m> {
    field: &'m Field,
    query: Vec<f32>,
    filter: Option<Filter>,
    limit: usize,
    recall: f32,
    prefer_index: bool,
    ranking: Vec<(&'m Row, f64)>,
}

impl<'m> Asked<'m> {
    /// None where there is no column of vectors.
    fn draw(random: &mut Random, shown: &Shown<'m>) -> Option<Self> {
        let is_vector = |field: &&Field| matches!(field.data_type, DataType::Vector { .. });
        let vectors: Vec<&Field> = shown.schema.fields.iter().filter(is_vector).collect();
        if vectors.is_empty() {
            return None;
        }
        let wide = |field: &&&Field| is_wide(&field.data_type);
        let field = match vectors.iter().rfind(wide) {
            Some(last) if random.chance(50) => *last,
            _ => *random.pick(&vectors),
        };
        let query = query(random, field, &shown.rows);
        let meaning = random.chance(60).then(|| filter(random, &shown.schema.fields, 2));
        let parsed = |meaning: &Meaning| Filter::parse(&meaning.json, shown.schema).unwrap();
        Some(Self {
            field,
            filter: meaning.as_ref().map(parsed),
            limit: *random.pick(&[0, 1, 3, 10, 10, 25, 90, usize::MAX]),
            recall: if random.chance(25) {
                1.0
            } else {
                *random.pick(&RECALLS)
            },
            prefer_index: random.chance(85),
            ranking: ranking(&query, field, &shown.matching(meaning.as_ref())),
            query,
        })
    }

    fn search(&self) -> Search<'_> {
        let filter = self.filter.as_ref();
        Search::exact(self.field, &self.query, filter, self.limit).with(SearchOptions {
            limit: self.limit,
            recall: self.recall,
            prefer_index: self.prefer_index,
            ..SearchOptions::default()
        })
    }

    /// The places of what was found in the ranking; their scores are those of the ranking.
    fn places(&self, picked: &Picked) -> Vec<usize> {
        let ranks = self.ranking.iter().enumerate();
        let ranks: HashMap<u64, usize> = ranks.map(|(rank, (row, _))| (row.id, rank)).collect();
        let found = picked.ids().zip(&picked.scores);
        let place = |(id, score): (u64, &Score)| {
            let place = *ranks
                .get(&id)
                .unwrap_or_else(|| panic!("row {id} should not be found"));
            let (near, is) = as_shown(self.ranking[place].1, self.field);
            assert_eq!(
                (score.distance().to_bits(), score.score.to_bits()),
                (near.to_bits(), is.to_bits())
            );
            place
        };
        found.map(place).collect()
    }

    /// The places of the nearest row of each key.
    fn nearest_of_keys(&self, key: &Field) -> Vec<usize> {
        let mut known = HashSet::new();
        let places = 0..self.ranking.len();
        places
            .filter(|place| known.insert(key_text(&self.ranking[*place].0.value(key))))
            .collect()
    }
}

/// A random search of all rows, or of the nearest of each key where there is one.
pub(crate) fn search(
    random: &mut Random,
    tally: &mut Tally,
    snapshot: &Snapshot,
    shown: &Shown<'_>,
) -> Option<Picked> {
    let asked = Asked::draw(random, shown)?;
    let select: Vec<Field> = shown
        .schema
        .fields
        .iter()
        .filter(|_| random.chance(50))
        .cloned()
        .collect();
    let picked = snapshot.search(&asked.search(), select).unwrap();
    super::checks::values_of(&picked, shown);
    let explained = snapshot.explain(&asked.search()).unwrap();
    assert_eq!(explained.rows, shown.rows.len() as u64);
    let places = asked.places(&picked);
    let wanted = asked.limit.min(asked.ranking.len());
    assert_eq!(places.len(), wanted, "{explained:?}");
    if explained.exact {
        assert!(places.into_iter().eq(0..wanted), "{explained:?}");
        tally.exact += 1;
        pages(random, snapshot, &asked);
        bounds(random, snapshot, &asked);
        tally.shadows += usize::from(read_shadows(&explained, asked.field));
        return Some(picked);
    }
    assert!(places.is_sorted_by(|a, b| a < b), "the nearest first, none twice");
    assert!(explained.recall >= asked.recall && explained.recall <= 1.0);
    if let Some((_, last)) = wanted.checked_sub(1).map(|last| asked.ranking[last]) {
        let near = places.iter().filter(|place| asked.ranking[**place].1 >= last);
        tally.recall(asked.recall, near.count() as f64 / wanted as f64);
    }
    Some(picked)
}

/// Pages, each behind the one before, are the ranking; what is left out at the start of one is missing.
fn pages(random: &mut Random, snapshot: &Snapshot, asked: &Asked<'_>) {
    let ids: Vec<u64> = asked.ranking.iter().map(|(row, _)| row.id).collect();
    let search = asked.search();
    let (mut seen, mut after) = (0, None);
    for _ in 0..4 {
        let (limit, offset) = (1 + random.below(12), random.below(3));
        let picked = snapshot.search(
            &search.with(SearchOptions {
                limit,
                offset,
                after,
                recall: 1.0,
                ..search.options
            }),
            Vec::new(),
        );
        let picked = picked.unwrap();
        let (from, to) = (
            (seen + offset).min(ids.len()),
            (seen + offset + limit).min(ids.len()),
        );
        assert!(picked.ids().eq(ids[from..to].iter().copied()), "{from} to {to}");
        let Some(last) = picked.scores.last() else { return };
        seen = to;
        after = Some(After {
            seen,
            order: last.order,
            id: picked.id(picked.len() - 1),
            depth: 0,
        });
    }
}

/// Bounds leave the rows that are within them.
fn bounds(random: &mut Random, snapshot: &Snapshot, asked: &Asked<'_>) {
    if asked.ranking.is_empty() {
        return;
    }
    let (most, least) = (random.pick(&asked.ranking).1, random.pick(&asked.ranking).1);
    let (max_distance, _) = as_shown(most, asked.field);
    let (_, min_score) = as_shown(least, asked.field);
    let search = asked.search();
    let bounded = search.with(SearchOptions {
        recall: 1.0,
        max_distance: Some(max_distance),
        min_score: Some(min_score),
        ..search.options
    });
    let picked = snapshot.search(&bounded, Vec::new()).unwrap();
    let within = asked.ranking.iter().filter(|(_, similarity)| {
        let (distance, score) = as_shown(*similarity, asked.field);
        distance <= max_distance && score >= min_score
    });
    let within = within.map(|(row, _)| row.id).take(asked.limit);
    assert!(picked.ids().eq(within));
}

/// A random search that finds of all rows with one key the nearest.
pub(crate) fn search_keys(random: &mut Random, snapshot: &Snapshot, shown: &Shown<'_>) -> Option<Picked> {
    let asked = Asked::draw(random, shown)?;
    let Some(key) = shown.schema.key() else {
        let error = snapshot.key_field().unwrap_err();
        assert_eq!(error.code(), varve_engine::Code::NoPrimaryKey);
        return None;
    };
    let search = Search {
        group: Some(key),
        ..asked.search()
    };
    let search = search.with(SearchOptions {
        candidates: random.chance(70).then(|| random.below(50)),
        ..search.options
    });
    let picked = snapshot.search(&search, Vec::new()).unwrap();
    let (places, nearest) = (asked.places(&picked), asked.nearest_of_keys(key));
    let wanted = asked.limit.min(nearest.len());
    assert_eq!(places.len(), wanted);
    if asked.recall < 1.0 {
        assert!(places.is_sorted_by(|a, b| a < b), "the nearest first, none twice");
        let keys = places
            .iter()
            .map(|place| key_text(&asked.ranking[*place].0.value(key)));
        assert_eq!(keys.collect::<HashSet<_>>().len(), wanted, "no key twice");
    } else {
        assert_eq!(places, nearest[..wanted]);
        let of_key = |place: usize| key_text(&asked.ranking[place].0.value(key));
        for (place, score) in places.iter().zip(&picked.scores) {
            let all = (0..asked.ranking.len()).filter(|other| of_key(*other) == of_key(*place));
            let all = all.count() as u64;
            assert!((1..=all).contains(&score.count), "{} of {all}", score.count);
            assert!(
                score.count == all || wanted < nearest.len(),
                "all rows were looked at"
            );
        }
    }
    Some(picked)
}

impl<'m> Shown<'m> {
    pub(crate) fn matching(&self, meaning: Option<&Meaning>) -> Vec<&'m Row> {
        let fields = &self.schema.fields;
        let matches =
            |row: &&&Row| meaning.is_none_or(|meaning| meaning.matches(&|column| row.value(&fields[column])));
        self.rows.iter().filter(matches).copied().collect()
    }
}

/// Whether a column holds vectors that are long enough for an index.
fn is_wide(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Vector { dimensions, .. } if *dimensions >= values::WIDE)
}

/// A query where rows may be, or where one is, or nowhere.
pub(crate) fn query(random: &mut Random, field: &Field, rows: &[&Row]) -> Vec<f32> {
    let DataType::Vector {
        dimensions, element, ..
    } = field.data_type
    else {
        panic!("no vectors");
    };
    let kind = random.below(10);
    match kind {
        _ if kind == 0 || !is_wide(&field.data_type) => (0..dimensions)
            .map(|_| random.below(9) as f32 / 2.0 - 2.0)
            .collect(),
        1..3 if !rows.is_empty() => match (random.pick(rows).value(field), element) {
            (Value::Bytes(bytes), Element::F32) => {
                let elements = bytes.chunks_exact(4);
                elements
                    .map(|x| f32::from_le_bytes(x.try_into().unwrap()))
                    .collect()
            }
            _ => vec![0.0; dimensions as usize],
        },
        _ => values::elements(random, dimensions),
    }
}

pub(crate) fn ranking<'m>(query: &[f32], field: &Field, rows: &[&'m Row]) -> Vec<(&'m Row, f64)> {
    let DataType::Vector { metric, .. } = field.data_type else {
        panic!("no vectors");
    };
    let mut ranking: Vec<(&Row, f64)> = Vec::new();
    for row in rows {
        if let Some(similarity) = similarity(query, field, metric, row) {
            ranking.push((*row, similarity));
        }
    }
    ranking.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap().then(a.0.id.cmp(&b.0.id)));
    ranking
}

/// How near the vector of a row is; none where it has none.
pub(crate) fn similarity(query: &[f32], field: &Field, metric: Metric, row: &Row) -> Option<f64> {
    let DataType::Vector { element, .. } = field.data_type else {
        panic!("no vectors");
    };
    let metric = match metric {
        Metric::Cosine => kernels::Metric::Cosine,
        Metric::L2 => kernels::Metric::L2,
        Metric::Dot => kernels::Metric::Dot,
    };
    let scalar = kernels::Kernels::for_isa(kernels::Isa::Scalar).unwrap();
    let (query, element) = (kernels::Query::new(query, metric), kernel_element(element));
    let Some(Value::Bytes(bytes)) = row.cell(field) else {
        return None;
    };
    Some(
        scalar
            .score(&query, kernels::Rows::new(bytes, element), 0)
            .unwrap(),
    )
}

fn kernel_element(element: Element) -> kernels::Element {
    match element {
        Element::F32 => kernels::Element::F32,
        Element::F16 => kernels::Element::F16,
    }
}

/// Distance and score: in 32 bits, as all vectors of the model are of usual size.
fn as_shown(similarity: f64, field: &Field) -> (f64, f64) {
    let similarity = similarity as f32;
    let DataType::Vector { metric, .. } = field.data_type else {
        panic!("no vectors");
    };
    let (distance, score) = match metric {
        Metric::Cosine => (
            1.0 - similarity.clamp(-1.0, 1.0),
            f32::midpoint(1.0, similarity.clamp(-1.0, 1.0)),
        ),
        Metric::L2 => ((-similarity).sqrt(), 1.0 / (1.0 + (-similarity).sqrt())),
        Metric::Dot => (-similarity, similarity),
    };
    (f64::from(distance), f64::from(score))
}

/// Whether less was read than the vectors in full.
fn read_shadows(explained: &Explained, field: &Field) -> bool {
    let width = varve_engine::fixed_width(&field.data_type).unwrap();
    explained.bytes < explained.candidates * width as u64
}
