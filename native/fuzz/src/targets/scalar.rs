//! Segments of the scalar index: bodies, whose checksums are taken for right.

use std::sync::atomic::AtomicBool;

use varve_engine::Result;
use varve_engine::inside::Buffer;
use varve_engine::inside::scalar::{Plan, Scalar, ScalarIndex, Scalars, build};

/// Rows with a number or a text each, some with none.
struct Rows {
    count: usize,
    texts: Vec<String>,
}

impl Rows {
    fn new(count: usize, with_texts: bool) -> Self {
        let text = |row: usize| format!("{}text {}", "x".repeat(row % 3 * 130), row % 40);
        let texts = (0..if with_texts { count } else { 0 }).map(text).collect();
        Self { count, texts }
    }
}

impl Scalars for Rows {
    fn len(&self) -> usize {
        self.count
    }

    fn id(&self, row: usize) -> u64 {
        3 + row as u64 * 2
    }

    fn read<'s>(&'s self, row: usize, take: &mut dyn FnMut(Scalar<'s>)) -> Result<bool> {
        if row % 7 == 3 {
            return Ok(true);
        }
        take(match self.texts.get(row) {
            Some(text) => Scalar::Text(text.as_bytes()),
            // Few values, so that some have a bitmap.
            None => Scalar::Int((row % 5 * (row % 2)) as i64),
        });
        Ok(false)
    }
}

fn segment(count: usize, with_texts: bool) -> Vec<u8> {
    let plan = Plan {
        texts: with_texts,
        several: false,
        stop: &AtomicBool::new(false),
    };
    build(&Rows::new(count, with_texts), &plan).unwrap().concat()
}

fn look(index: &ScalarIndex) -> Result<()> {
    index.check()?;
    index.each_in(0..index.values(), &mut |_| Ok(()))?;
    for value in (0..index.values().min(100)).map(Some).chain([None]) {
        let mut mark = Some(0);
        while let Some(from) = mark {
            mark = index.some(value, from, 50, &mut |_| Ok(()))?;
        }
    }
    Ok(())
}

pub(super) fn run(input: &[u8]) -> bool {
    let opened = ScalarIndex::open(Buffer::from(input.to_vec()));
    if let Ok(index) = &opened
        && let Ok(pairs) = index.entries(0..index.values())
    {
        // Who asks for them makes room for so many.
        assert!(pairs.len() <= input.len() * 8, "more pairs than bits");
    }
    opened.and_then(|index| look(&index)).is_ok()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![segment(300, false), segment(60, true)]
}
