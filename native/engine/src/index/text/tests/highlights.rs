use proptest::prelude::*;

use super::rows::{Rows, asked};
use super::search::{fields, query, searched};
use crate::index::text::{Compiled, Fragment, Query, Shown};
use crate::schema::Analysis;

const TEXT: &str = "Layers of mud 👍 settle slowly. A refund is paid within thirty days. Refunds of café bills need a policy; the policy on refunds \
    is strict. Nothing else is said of it for a long while, until the end, where the refund policy stands.";

fn highlighted(typed: &str, text: &str, shown: Shown, analysis: &Analysis) -> Vec<Fragment> {
    let rows = Rows::of(&[text, "other words"]);
    let fields = [(7, analysis.clone())];
    asked(&rows, &fields, |corpus| {
        let compiled = Compiled::new(&Query::typed(typed, &|_| None), &searched(&fields), corpus).unwrap();
        compiled.highlight(7, analysis, text, shown)
    })
}

/// Fragments with their marks in brackets.
fn shown(typed: &str, fragments: usize, size: usize) -> Vec<String> {
    let found = highlighted(typed, TEXT, Shown { fragments, size }, &Analysis::default());
    found.iter().map(|fragment| marked(TEXT, fragment)).collect()
}

fn marked(text: &str, fragment: &Fragment) -> String {
    let mut shown = String::new();
    let mut at = fragment.part.bytes.start;
    for mark in &fragment.marks {
        shown += text.get(at..mark.bytes.start).unwrap();
        shown += &format!("[{}]", text.get(mark.bytes.clone()).unwrap());
        at = mark.bytes.end;
    }
    shown + text.get(at..fragment.part.bytes.end).unwrap()
}

#[test]
fn the_best_parts_are_shown_with_their_words() {
    assert_eq!(
        shown("refund policy", 1, 60),
        ["[Refunds] of café bills need a [policy]; the [policy] on [refunds]"]
    );
    assert_eq!(
        shown("refund policy", 3, 40),
        [
            "settle slowly. A [refund] is paid within",
            "a [policy]; the [policy] on [refunds] is",
            "the end, where the [refund] [policy] stands."
        ]
    );
    assert_eq!(
        shown("\"refund policy\"", 3, 40),
        ["the end, where the [refund policy] stands."]
    );
    assert_eq!(
        shown("caf* strct~ -mud", 2, 30),
        ["Refunds of [café] bills need a", "refunds is [strict]. Nothing"]
    );
    assert_eq!(shown("missing", 3, 40), Vec::<String>::new());
    assert_eq!(shown("refund", 0, 40), Vec::<String>::new());
    assert_eq!(shown("mud", 1, 1), ["[mud]"]);
}

#[test]
fn pairs_of_characters_are_marked_as_one() {
    let text = "昨日、東京都に行きました。";
    let analysis = Analysis::default();
    let found = highlighted(
        "東京都",
        text,
        Shown {
            fragments: 1,
            size: 100,
        },
        &analysis,
    );
    assert_eq!(marked(text, &found[0]), "昨日、[東京都]に行きました。");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    /// Parts and marks lie in order, on characters, and say the same in both units.
    #[test]
    fn stretches_lie_in_the_text(
        query in query(),
        words in proptest::collection::vec(prop_oneof![3 => super::rows::word().prop_map(str::to_owned), 1 => r"\PC{0,12}"], 0..60),
        fragments in 0_usize..4,
        size in 0_usize..90,
    ) {
        let text = words.join(" ");
        let rows = Rows::of(&[&text, "refund the cat"]);
        let fields = &fields()[..1];
        let found = asked(&rows, fields, |corpus| {
            let compiled = Compiled::new(&query, &searched(fields), corpus).unwrap();
            compiled.highlight(7, &fields[0].1, &text, Shown { fragments, size })
        });
        prop_assert!(found.len() <= fragments);
        let units = |byte: usize| text.get(..byte).unwrap().encode_utf16().count();
        let mut end = 0;
        for fragment in &found {
            prop_assert!(fragment.part.bytes.start >= end && !fragment.marks.is_empty());
            prop_assert!(fragment.marks.len() == 1 || fragment.part.utf16.len() <= size);
            end = fragment.part.bytes.end;
            let mut at = fragment.part.bytes.start;
            for mark in &fragment.marks {
                prop_assert!(mark.bytes.start >= at && mark.bytes.end <= end && mark.bytes.start < mark.bytes.end);
                at = mark.bytes.end;
            }
            for stretch in fragment.marks.iter().chain([&fragment.part]) {
                prop_assert_eq!(stretch.utf16.clone(), units(stretch.bytes.start)..units(stretch.bytes.end));
            }
        }
    }
}
