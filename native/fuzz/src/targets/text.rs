//! Segments of the text index: bodies, whose checksums are taken for right.

use std::sync::atomic::AtomicBool;

use varve_engine::inside::text::{
    Compiled, Corpus, Counts, Covered, Field, Plan, Query, Shown, Statistics, TextIndex, Texts, build,
};
use varve_engine::inside::{Bits, Buffer};
use varve_engine::{Analysis, Analyzer, Result};

/// Rows with a title and a body.
struct Rows(usize);

impl Texts for Rows {
    fn len(&self) -> usize {
        self.0
    }

    fn id(&self, row: usize) -> u64 {
        3 + row as u64 * 2
    }

    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        let words = ["refund", "policy", "parseHTTP", "東京都", "the", "the"];
        for i in 0..row % 7 {
            take(words[(row * (field + 1) + i) % words.len()]);
            take("the end");
        }
        Ok(())
    }
}

fn segment(rows: usize) -> Vec<u8> {
    let code = Analysis {
        analyzer: Analyzer::Code,
        ..Analysis::default()
    };
    let plan = Plan {
        fields: &[(2, Analysis::default()), (5, code)],
        memory: 1 << 24,
        stop: &AtomicBool::new(false),
    };
    build(&Rows(rows), &plan).unwrap().concat()
}

/// All rows.
struct All;

impl Counts for All {
    fn until(&self) -> u64 {
        u64::MAX
    }

    fn counts(&mut self, _: u64) -> Result<bool> {
        Ok(true)
    }
}

const QUERIES: [&str; 5] = [
    "the refund",
    "+policy +the -end",
    "\"the end\" parse*",
    "refnud~2 東",
    "+\"refund policy\"",
];

fn look(index: &TextIndex) -> Result<()> {
    let documents = index.documents().min(1000);
    for document in 0..documents {
        index.document(index.id(document)?)?;
    }
    let mut mask = Bits::filled(documents as usize, true);
    mask.clear(0);
    let fields: Vec<Field<'_>> = index
        .fields()
        .map(|(field, analysis)| Field {
            field,
            weight: 1.0,
            analysis,
        })
        .collect();
    for visible in [None, Some(&mask)] {
        let (covered, statistics) = ([Covered { index, visible }], Statistics::default());
        let corpus = Corpus::new(&covered, None, &statistics);
        for query in QUERIES {
            let compiled = Compiled::new(&Query::typed(query, &|_| None), &fields, &corpus)?;
            for hit in corpus.search(&compiled, 3, &mut All)? {
                corpus.explain(&compiled, hit.id)?;
            }
        }
    }
    Ok(())
}

/// A text that is typed, over rows that are right.
pub(super) fn typed(input: &[u8]) -> bool {
    let Ok(typed) = std::str::from_utf8(input) else {
        return false;
    };
    let index = TextIndex::open(Buffer::from(segment(30))).unwrap();
    let query = Query::typed(typed, &|name| (name == "title").then_some(2));
    let fields: Vec<Field<'_>> = index
        .fields()
        .map(|(field, analysis)| Field {
            field,
            weight: 1.0,
            analysis,
        })
        .collect();
    let (covered, statistics) = (
        [Covered {
            index: &index,
            visible: None,
        }],
        Statistics::default(),
    );
    let corpus = Corpus::new(&covered, None, &statistics);
    let compiled = Compiled::new(&query, &fields, &corpus).unwrap();
    for hit in corpus.search(&compiled, 5, &mut All).unwrap() {
        assert!(hit.score > 0.0 && corpus.explain(&compiled, hit.id).unwrap().is_some());
    }
    let shown = Shown {
        fragments: 3,
        size: 40,
    };
    for fragment in compiled.highlight(2, fields[0].analysis, typed, shown) {
        assert!(typed.get(fragment.part.bytes).is_some());
    }
    true
}

pub(super) fn typed_seeds() -> Vec<Vec<u8>> {
    let queries = QUERIES
        .iter()
        .chain(&["title:refund~1 +the* \u{201C}open", "1.5 wi-fi c++ 👍 é"]);
    queries.map(|query| query.as_bytes().to_vec()).collect()
}

pub(super) fn run(input: &[u8]) -> bool {
    let opened = TextIndex::open(Buffer::from(input.to_vec()));
    opened.and_then(|index| look(&index)).is_ok()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![segment(3), segment(300)]
}
