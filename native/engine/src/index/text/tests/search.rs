use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::oracle::Oracle;
use super::rows::{Rows, rows, segment, word};
use crate::column::Bits;
use crate::error::Result;
use crate::index::text::{
    Clause, Compiled, Corpus, Counts, Covered, Field, Form, Hit, Occur, Query, Rest, Statistics, Tail,
    TextIndex,
};
use crate::schema::{Analysis, Analyzer};

pub(super) fn fields() -> Vec<(u32, Analysis)> {
    let code = Analysis {
        analyzer: Analyzer::Code,
        ..Analysis::default()
    };
    vec![(7, Analysis::default()), (3, code)]
}

const WEIGHTS: [f64; 2] = [2.5, 1.0];

pub(super) fn searched(fields: &[(u32, Analysis)]) -> Vec<Field<'_>> {
    let weighed = fields.iter().zip(WEIGHTS);
    weighed
        .map(|((field, analysis), weight)| Field {
            field: *field,
            weight,
            analysis,
        })
        .collect()
}

/// The ids that count: a filter, known as a list where there are few.
pub(super) struct Filter {
    ids: Vec<u64>,
    until: u64,
    is_list: bool,
}

impl Filter {
    pub(super) fn of(ids: Vec<u64>) -> Self {
        Self {
            ids,
            until: u64::MAX,
            is_list: false,
        }
    }
}

impl Counts for Filter {
    fn until(&self) -> u64 {
        self.until
    }

    fn counts(&mut self, id: u64) -> Result<bool> {
        assert!(id < self.until);
        Ok(self.ids.binary_search(&id).is_ok())
    }

    fn few(&self) -> Option<&[u64]> {
        self.is_list.then_some(self.ids.as_slice())
    }
}

/// Rows as they may lie: cut into segments, the rest in a tail, each with what a version sees of it.
pub(super) struct Laid {
    segments: Vec<(TextIndex, Option<Bits>)>,
    tail: Tail,
    seen_of_tail: Option<Bits>,
    from: u64,
    statistics: Statistics,
}

fn bits(visible: &[bool]) -> Option<Bits> {
    if visible.iter().all(|seen| *seen) {
        return None;
    }
    let mut bits = Bits::filled(visible.len(), false);
    (0..visible.len())
        .filter(|row| visible[*row])
        .for_each(|row| bits.set(row));
    Some(bits)
}

impl Laid {
    /// Cuts at some places; what is behind the last cut is the tail, which holds some rows before as well.
    pub(super) fn new(rows: &Rows, fields: &[(u32, Analysis)], visible: &[bool], cuts: &[usize]) -> Self {
        let mut from = 0;
        let mut segments = Vec::new();
        for &cut in cuts {
            if cut > from {
                let index = segment(&rows.part(from, cut), fields);
                segments.push((index, bits(&visible[from..cut])));
                from = cut;
            }
        }
        let tail = Tail::new(fields);
        let early = from.saturating_sub(3);
        let middle = from.midpoint(rows.ids.len());
        tail.append(&rows.part(early, middle)).unwrap();
        tail.append(&rows.part(early, rows.ids.len())).unwrap();
        Self {
            segments,
            tail,
            seen_of_tail: bits(&visible[early..]),
            from: rows.ids.get(from).copied().unwrap_or(u64::MAX),
            statistics: Statistics::default(),
        }
    }

    fn with<T>(&self, ask: impl FnOnce(&Corpus<'_>) -> T) -> T {
        let covered: Vec<Covered<'_>> = self
            .segments
            .iter()
            .map(|(index, visible)| Covered {
                index,
                visible: visible.as_ref(),
            })
            .collect();
        let rest = Rest {
            tail: &self.tail,
            ids: self.from..u64::MAX,
            visible: self.seen_of_tail.as_ref(),
        };
        ask(&Corpus::new(&covered, Some(rest), &self.statistics))
    }

    pub(super) fn search(
        &self,
        query: &Query,
        fields: &[(u32, Analysis)],
        most: usize,
        counts: &mut dyn Counts,
    ) -> Vec<Hit> {
        self.with(|corpus| {
            let compiled = Compiled::new(query, &searched(fields), corpus).unwrap();
            let hits = corpus.search(&compiled, most, counts).unwrap();
            for hit in hits.iter().take(3) {
                let explained = corpus.explain(&compiled, hit.id).unwrap().unwrap();
                assert_eq!(explained.score.to_bits(), hit.score.to_bits());
                let sum: f64 = explained.shares.iter().map(|share| share.score).sum();
                assert!((sum - hit.score).abs() <= 1e-12 * sum);
            }
            hits
        })
    }
}

fn clause() -> impl Strategy<Value = Clause> {
    let occur = prop_oneof![6 => Just(Occur::Should), 2 => Just(Occur::Must), 1 => Just(Occur::Not)];
    let form = prop_oneof![6 => Just(Form::Words), 2 => Just(Form::Phrase), 1 => Just(Form::Prefix), 1 => (1_u8..3).prop_map(Form::Fuzzy)];
    let text = prop_oneof![
        4 => word().prop_map(str::to_owned),
        2 => proptest::collection::vec(word(), 2..4).prop_map(|words| words.join(" ")),
        1 => Just("re".to_owned()),
        1 => Just("東".to_owned()),
        1 => Just("?!".to_owned()),
    ];
    let field = prop_oneof![6 => Just(None), 1 => Just(Some(7)), 1 => Just(Some(3)), 1 => Just(Some(99))];
    (occur, form, text, field, 1_u8..3).prop_map(|(occur, form, text, field, times)| Clause {
        occur,
        form,
        text,
        field,
        times,
    })
}

/// Mostly words, as people ask; sometimes anything.
pub(super) fn query() -> impl Strategy<Value = Query> {
    let words =
        proptest::collection::vec(word(), 1..5).prop_map(|words| Query::typed(&words.join(" "), &|_| None));
    let required = proptest::collection::vec(word(), 1..4)
        .prop_map(|words| Query::typed(&format!("+{}", words.join(" +")), &|_| None));
    let any = proptest::collection::vec(clause(), 0..5).prop_map(|clauses| Query { clauses });
    prop_oneof![2 => words, 1 => required, 3 => any]
}

/// How far a score may be from that of the books, in parts of it: both round, each in its own order.
const ROUNDING: f64 = 1e-9;

/// Whether hits are the `most` best of what the books found: with their scores, and in their order but for rows whose scores are nearer to
/// each other than rounding. In what order those are is up to the last bits of the scores of the engine, and equal ones are in that of ids.
fn same(hits: &[Hit], wanted: &[(u64, f64)], most: usize) -> Result<(), TestCaseError> {
    let is_near = |score: f64, of: f64| (score - of).abs() <= ROUNDING * of;
    let scores: BTreeMap<u64, f64> = wanted.iter().copied().collect();
    prop_assert_eq!(hits.len(), wanted.len().min(most));
    prop_assert!(hits.is_sorted_by(|before, after| before < after), "{hits:?}");
    for (hit, (id, at_place)) in hits.iter().zip(wanted) {
        let Some(score) = scores.get(&hit.id) else {
            return Err(TestCaseError::fail(format!(
                "{} is not found by the books",
                hit.id
            )));
        };
        prop_assert!(is_near(hit.score, *score), "{} for {score}", hit.score);
        let is_there = hit.id == *id || is_near(*score, *at_place);
        prop_assert!(is_there, "{} of {score} for {id} of {at_place}", hit.id);
    }
    Ok(())
}

/// Searches the same rows as they lie in several ways, and as the oracle does.
fn check(
    rows: &Rows,
    queries: &[Query],
    visible: &[bool],
    passes: &[bool],
    cuts: &[Index],
    most: usize,
) -> Result<(), TestCaseError> {
    let fields = fields();
    let count = rows.ids.len();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(count + 1)).collect();
    cuts.sort_unstable();
    let ways = [cuts, vec![count], vec![]];
    let laid: Vec<Laid> = ways
        .iter()
        .map(|cuts| Laid::new(rows, &fields, visible, cuts))
        .collect();
    let oracle = Oracle::new(rows, &fields, WEIGHTS.to_vec(), visible.to_vec());
    let until = rows.ids[count * 4 / 5];
    for query in queries {
        for (few, until) in [(false, u64::MAX), (true, u64::MAX), (false, until)] {
            let row_counts = |row: usize| {
                visible[row] && rows.ids[row] < until && if few { row % 61 == 7 } else { passes[row] }
            };
            let wanted = oracle.search(query, row_counts);
            let mut before: Option<Vec<Hit>> = None;
            for laid in &laid {
                let ids = (0..count).filter(|row| row_counts(*row)).map(|row| rows.ids[row]);
                let mut filter = Filter {
                    ids: ids.collect(),
                    until,
                    is_list: few,
                };
                let hits = laid.search(query, &fields, most, &mut filter);
                same(&hits, &wanted, most)?;
                // Not nearly: to the last bit.
                prop_assert!(before.is_none_or(|before| before == hits));
                before = Some(hits);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// However rows are cut, hidden and filtered, the answer is that of plain BM25 over what a version sees.
    #[test]
    fn the_answer_is_that_of_the_books(
        rows in rows(120, 2),
        queries in proptest::collection::vec(query(), 1..8),
        visible in proptest::collection::vec(proptest::bool::weighted(0.8), 120),
        passes in proptest::collection::vec(proptest::bool::weighted(0.7), 120),
        all in any::<[bool; 2]>(),
        cuts in proptest::collection::vec(any::<Index>(), 0..4),
        most in prop_oneof![Just(1_usize), Just(10), Just(1000)],
    ) {
        let count = rows.ids.len();
        let visible = if all[0] { vec![true; count] } else { visible[..count].to_vec() };
        let passes = if all[1] { vec![true; count] } else { passes[..count].to_vec() };
        check(&rows, &queries, &visible, &passes, &cuts, most)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    /// Lists of many blocks, so that blocks are left out.
    #[test]
    fn pruning_loses_nothing(
        rows in rows(1500, 2),
        queries in proptest::collection::vec(query(), 4),
        cuts in proptest::collection::vec(any::<Index>(), 0..3),
        seen in 1_usize..5,
    ) {
        let visible: Vec<bool> = (0..rows.ids.len()).map(|row| row % 5 < seen).collect();
        let passes: Vec<bool> = (0..rows.ids.len()).map(|row| row % 3 > 0).collect();
        check(&rows, &queries, &visible, &passes, &cuts, 10)?;
    }
}

/// The mean length of what a version sees may be quite another than that of the segment, for which its block maxima were chosen.
#[test]
fn pruning_loses_nothing_where_the_version_sees_other_lengths() {
    let rows = Rows::of_generated(3000, |row| {
        let words = if row % 4 == 0 { 3 + row % 5 } else { 60 + row % 200 };
        let text = (0..words).map(|i| ["refund", "policy", "the", "of", "cat"][(row * 7 + i * i) % 5]);
        text.collect::<Vec<_>>().join(" ")
    });
    let fields = &fields()[..1];
    let visible: Vec<bool> = (0..3000).map(|row| row % 4 == 0 || row % 400 == 1).collect();
    let laid = Laid::new(&rows, fields, &visible, &[3000]);
    let oracle = Oracle::new(&rows, fields, vec![WEIGHTS[0]], visible.clone());
    for text in ["refund policy", "cat", "+refund +cat", "the of refund -policy"] {
        let query = Query::typed(text, &|_| None);
        let wanted = oracle.search(&query, |row| visible[row]);
        let mut filter = Filter::of(rows.ids.clone());
        let hits = laid.search(&query, fields, 20, &mut filter);
        same(&hits, &wanted, 20).unwrap();
    }
}

/// The block maximum of a list stands for the row that is best under the mean length of the segment. Where the version sees short rows
/// alone, it is not the best any more, and says too little of the others.
#[test]
fn a_block_is_not_left_out_for_a_maximum_of_other_lengths() {
    let rows = Rows::of_generated(2000, |row| match row {
        0..128 => "mud a b c d".to_owned(),
        200 => "mud ".repeat(4) + &"long ".repeat(96),
        128..256 => "mud a".to_owned(),
        _ => "long ".repeat(400),
    });
    let fields = &fields()[..1];
    let visible: Vec<bool> = (0..2000).map(|row| row < 256 && row != 200).collect();
    let laid = Laid::new(&rows, fields, &visible, &[2000]);
    let hits = laid.search(
        &Query::typed("mud", &|_| None),
        fields,
        5,
        &mut Filter::of(rows.ids.clone()),
    );
    assert_eq!(
        hits.iter().map(|hit| hit.id).collect::<Vec<_>>(),
        [128, 129, 130, 131, 132]
    );
}

/// Each of five words once to five times, in all ways.
fn of_five_words(row: usize) -> String {
    let mut left = vec![1, 2, 3, 4, 5];
    let words = ["mud", "silt", "clay", "sand", "loam"];
    let counted = words.iter().enumerate().map(|(i, word)| {
        let count = left.remove(row * 7919 / (i * i + 1) % left.len());
        format!("{word} ").repeat(count)
    });
    counted.collect()
}

/// Scores that differ in the last bits only, which 32 bits put in another order.
#[test]
fn what_is_nearly_equal_is_scored_to_the_last_bit() {
    let rows = Rows::of_generated(1500, of_five_words);
    let fields = &fields()[..1];
    let visible = vec![true; 1500];
    let (covered, tail) = (
        Laid::new(&rows, fields, &visible, &[1500]),
        Laid::new(&rows, fields, &visible, &[]),
    );
    for typed in [
        "mud silt clay sand loam",
        "loam sand clay",
        "+silt +mud +loam",
        "mud silt -nothing",
    ] {
        for most in [1, 3, 10] {
            let query = Query::typed(typed, &|_| None);
            let mut all = Filter::of(rows.ids.clone());
            let hits = covered.search(&query, fields, most, &mut all);
            assert_eq!(hits, tail.search(&query, fields, most, &mut all), "{typed}");
        }
    }
}

/// More terms begin so than are taken, and rows that are not seen hold others more often.
#[test]
fn a_beginning_stands_for_what_the_version_sees_most() {
    let rows = Rows::of_generated(1200, |row| {
        let term = if row < 600 { row * row % 150 } else { row % 97 };
        format!("re{term:03} re{:03} other", row * 31 % 150)
    });
    let fields = &fields()[..1];
    let visible: Vec<bool> = (0..1200).map(|row| row < 600 || row % 50 == 0).collect();
    let oracle = Oracle::new(&rows, fields, vec![WEIGHTS[0]], visible.clone());
    let query = Query::typed("re*", &|_| None);
    let wanted = oracle.search(&query, |row| visible[row]);
    for cuts in [vec![1200], vec![300, 700], vec![]] {
        let laid = Laid::new(&rows, fields, &visible, &cuts);
        let hits = laid.search(&query, fields, 2000, &mut Filter::of(rows.ids.clone()));
        same(&hits, &wanted, 2000).unwrap();
    }
}

/// Five words in each row, once to five times in all ways: equal scores, of which rounding makes an order. It is another than that of the
/// books, and one however the rows lie.
#[test]
fn scores_that_are_equal_but_for_rounding_have_one_order() {
    let rows = Rows::of_generated(240, of_five_words);
    let fields = &fields()[..1];
    let seen = vec![true; 240];
    let oracle = Oracle::new(&rows, fields, vec![WEIGHTS[0]], seen.clone());
    let query = Query::typed("mud silt clay sand loam", &|_| None);
    let wanted = oracle.search(&query, |_| true);
    let found = [vec![240], vec![31, 100], vec![]].map(|cuts| {
        let laid = Laid::new(&rows, fields, &seen, &cuts);
        laid.search(&query, fields, 100, &mut Filter::of(rows.ids.clone()))
    });
    same(&found[0], &wanted, 100).unwrap();
    assert!(found.iter().all(|hits| *hits == found[0]));
    let is_other = |(hit, wanted): (&Hit, &(u64, f64))| hit.id != wanted.0;
    assert!(found[0].iter().zip(&wanted).any(is_other));
}

/// All rows alike: the first ids are the best, whatever is pruned.
#[test]
fn equal_scores_are_in_the_order_of_ids() {
    let texts = vec!["the same words"; 3000];
    let rows = Rows::of(&texts);
    let fields = &fields()[..1];
    let laid = Laid::new(&rows, fields, &vec![true; 3000], &[1000, 2900]);
    let mut filter = Filter::of((500..3000).collect());
    let hits = laid.search(&Query::typed("the same", &|_| None), fields, 5, &mut filter);
    assert_eq!(
        hits.iter().map(|hit| hit.id).collect::<Vec<_>>(),
        [500, 501, 502, 503, 504]
    );
}

#[test]
fn a_word_in_all_rows_still_ranks_them() {
    let rows = Rows::of_generated(2000, |row| "the ".repeat(1 + row % 3) + &"of ".repeat(row % 7));
    let fields = &fields()[..1];
    let visible = vec![true; 2000];
    let laid = Laid::new(&rows, fields, &visible, &[2000]);
    let oracle = Oracle::new(&rows, fields, vec![WEIGHTS[0]], visible);
    let query = Query::typed("the", &|_| None);
    let hits = laid.search(&query, fields, 10, &mut Filter::of(rows.ids.clone()));
    same(&hits, &oracle.search(&query, |_| true), 10).unwrap();
}

#[test]
fn a_filter_that_fails_ends_the_search() {
    struct Failing;
    impl Counts for Failing {
        fn until(&self) -> u64 {
            u64::MAX
        }
        fn counts(&mut self, _: u64) -> Result<bool> {
            Err(crate::error::Error::corrupt("x.arrow", "gone"))
        }
    }
    let rows = Rows::of(&["cat", "cat"]);
    let fields = &fields()[..1];
    for cuts in [vec![2], vec![]] {
        let laid = Laid::new(&rows, fields, &[true, true], &cuts);
        laid.with(|corpus| {
            let compiled = Compiled::new(&Query::typed("cat", &|_| None), &searched(fields), corpus).unwrap();
            assert!(corpus.search(&compiled, 3, &mut Failing).is_err());
        });
    }
}

#[test]
fn a_weight_is_a_positive_number() {
    let laid = Laid::new(&Rows::of(&["cat"]), &fields()[..1], &[true], &[1]);
    let fields = fields();
    let mut searched = searched(&fields[..1]);
    searched[0].weight = -1.0;
    let error = laid.with(|corpus| Compiled::new(&Query::default(), &searched, corpus).unwrap_err());
    insta::assert_snapshot!(error, @"INVALID_ARGUMENT: A column cannot count for -1. Take a weight above 0; 1 is usual.");
}

#[test]
fn a_tail_is_small_and_grows_while_it_is_read() {
    let text = "Layers of mud, and what the river leaves behind: refunds within thirty days of a purchase. "
        .repeat(10);
    let rows = Rows::of(&vec![text.as_str(); 500]);
    let fields = &fields()[..1];
    let tail = Tail::new(fields);
    std::thread::scope(|scope| {
        scope.spawn(|| tail.append(&rows).unwrap());
        for _ in 0..20 {
            let rest = Rest {
                tail: &tail,
                ids: 0..250,
                visible: None,
            };
            let statistics = Statistics::default();
            let corpus = Corpus::new(&[], Some(rest), &statistics);
            let compiled =
                Compiled::new(&Query::typed("refund", &|_| None), &searched(fields), &corpus).unwrap();
            let hits = corpus
                .search(&compiled, 1000, &mut Filter::of((0..500).collect()))
                .unwrap();
            assert!(hits.len() <= 250);
        }
    });
    assert_eq!((tail.rows(), tail.ids().len()), (500, 500));
    assert!(tail.bytes() < text.len() * 500 * 5 / 2, "{}", tail.bytes());
}
