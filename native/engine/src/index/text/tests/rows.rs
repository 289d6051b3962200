use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use crate::column::Buffer;
use crate::error::Result;
use crate::index::Built;
use crate::index::text::{Corpus, Covered, Plan, Statistics, TextIndex, Texts, build};
use crate::schema::Analysis;

/// Rows of a few fields, each with no text, one or several.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) ids: Vec<u64>,
    /// For each row the texts of each field.
    pub(super) texts: Vec<Vec<Vec<String>>>,
}

impl Rows {
    pub(super) fn part(&self, from: usize, until: usize) -> Self {
        Self {
            ids: self.ids[from..until].to_vec(),
            texts: self.texts[from..until].to_vec(),
        }
    }

    /// One field, of which each row has the text that is made for it.
    pub(super) fn of_generated(rows: usize, text: impl Fn(usize) -> String) -> Self {
        let texts: Vec<String> = (0..rows).map(text).collect();
        Self::of(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// One field, a text each, ids without gaps.
    pub(super) fn of(texts: &[&str]) -> Self {
        Self {
            ids: (0..texts.len() as u64).collect(),
            texts: texts.iter().map(|text| vec![vec![(*text).to_owned()]]).collect(),
        }
    }
}

impl Texts for Rows {
    fn len(&self) -> usize {
        self.ids.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.ids[row]
    }

    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        self.texts[row][field].iter().for_each(|text| take(text));
        Ok(())
    }
}

pub(super) fn plan<'a>(fields: &'a [(u32, Analysis)], stop: &'a AtomicBool) -> Plan<'a> {
    Plan {
        fields,
        memory: 1 << 30,
        stop,
    }
}

pub(super) fn built(rows: &Rows, fields: &[(u32, Analysis)]) -> Built {
    build(rows, &plan(fields, &AtomicBool::new(false))).unwrap()
}

pub(super) fn segment(rows: &Rows, fields: &[(u32, Analysis)]) -> TextIndex {
    TextIndex::open(Buffer::from(built(rows, fields).concat())).unwrap()
}

/// Asks rows that lie in one segment, of which all are seen.
pub(super) fn asked<T>(rows: &Rows, fields: &[(u32, Analysis)], ask: impl FnOnce(&Corpus<'_>) -> T) -> T {
    let index = segment(rows, fields);
    let (covered, statistics) = (
        [Covered {
            index: &index,
            visible: None,
        }],
        Statistics::default(),
    );
    ask(&Corpus::new(&covered, None, &statistics))
}

/// Words of which some are common, some rare and some alike.
const WORDS: [&str; 24] = [
    "the",
    "the",
    "the",
    "the",
    "of",
    "of",
    "refund",
    "refunds",
    "policy",
    "policies",
    "money",
    "back",
    "4242",
    "wi-fi",
    "Straße",
    "東京都",
    "京都",
    "Москва",
    "parseHTTP",
    "refnud",
    "cat",
    "cats",
    "dog",
    "éclair",
];

pub(super) fn word() -> impl Strategy<Value = &'static str> {
    (0..WORDS.len()).prop_map(|at| WORDS[at])
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(word(), 0..30).prop_map(|words| words.join(" "))
}

pub(super) fn rows(most: usize, fields: usize) -> impl Strategy<Value = Rows> {
    let texts = prop_oneof![
        1 => Just(Vec::new()),
        4 => text().prop_map(|text| vec![text]),
        1 => proptest::collection::vec(text(), 2..4),
    ];
    let row = (1_u64..4, proptest::collection::vec(texts, fields));
    (0_u64..1000, proptest::collection::vec(row, 1..most)).prop_map(|(first, rows)| {
        let mut made = Rows::default();
        let mut id = first;
        for (step, texts) in rows {
            made.ids.push(id);
            made.texts.push(texts);
            id += step.saturating_sub(1).max(1);
        }
        made
    })
}
