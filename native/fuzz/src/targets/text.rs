//! Segments of the text index: bodies, whose checksums are taken for right.

use std::sync::atomic::AtomicBool;

use varve_engine::Result;
use varve_engine::inside::text::{Analysis, Analyzer, Plan, TextIndex, Texts, build};
use varve_engine::inside::{Bits, Buffer};

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

fn look(index: &TextIndex) -> Result<()> {
    let documents = index.documents().min(1000);
    for document in 0..documents {
        index.document(index.id(document)?)?;
    }
    let mask = Bits::filled(documents as usize, true);
    for (field, _) in index.fields() {
        index.lengths(field, None)?;
        index.lengths(field, Some(&mask))?;
    }
    Ok(())
}

pub(super) fn run(input: &[u8]) -> bool {
    let opened = TextIndex::open(Buffer::from(input.to_vec()));
    opened.and_then(|index| look(&index)).is_ok()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![segment(3), segment(300)]
}
