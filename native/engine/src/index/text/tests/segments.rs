use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::rows::{Rows, built, plan, rows, segment};
use crate::column::{Bits, Buffer, Guard};
use crate::error::{Code, Error, Result};
use crate::index::text::analysis::Splitter;
use crate::index::text::files::length_of;
use crate::index::text::{TextIndex, Totals, build};
use crate::schema::{Analysis, Analyzer};
use tantivy::fieldnorm::FieldNormReader;

fn fields() -> Vec<(u32, Analysis)> {
    let code = Analysis {
        analyzer: Analyzer::Code,
        ..Analysis::default()
    };
    vec![(7, Analysis::default()), (3, code)]
}

/// The length of a row in a field as it is kept, counted here.
fn length(rows: &Rows, row: usize, field: usize) -> u64 {
    let mut count = 0;
    let mut splitter = Splitter::new(&fields()[field].1, 0);
    for text in &rows.texts[row][field] {
        splitter.split(text, &mut |_| count += 1);
    }
    length_of(FieldNormReader::fieldnorm_to_id(count))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_segment_knows_its_rows_and_their_lengths(rows in rows(150, 2), mask in proptest::collection::vec(any::<bool>(), 150)) {
        let index = segment(&rows, &fields());
        prop_assert_eq!(index.documents() as usize, rows.ids.len());
        for (document, id) in rows.ids.iter().enumerate() {
            prop_assert_eq!(index.id(document as u32)?, *id);
            prop_assert_eq!(index.document(*id)?, Some(document as u32));
        }
        prop_assert_eq!(index.document(rows.ids.last().unwrap() + 1)?, None);
        let described: Vec<(u32, Analysis)> = index.fields().map(|(field, analysis)| (field, analysis.clone())).collect();
        prop_assert_eq!(described, fields());

        let mut bits = Bits::filled(rows.ids.len(), false);
        (0..rows.ids.len()).filter(|row| mask[*row]).for_each(|row| bits.set(row));
        for (at, (field, _)) in fields().iter().enumerate() {
            for mask in [None, Some(&bits)] {
                let mut wanted = Totals::default();
                for row in (0..rows.ids.len()).filter(|row| mask.is_none_or(|mask| mask.get(*row))) {
                    let length = length(&rows, row, at);
                    wanted.rows += u64::from(length > 0);
                    wanted.length += length;
                }
                prop_assert_eq!(index.lengths(*field, mask)?, wanted);
            }
        }
        prop_assert_eq!(index.lengths(99, None)?, Totals::default());
    }

    /// What a file holds comes from the rows alone.
    #[test]
    fn the_same_rows_give_the_same_bytes(rows in rows(40, 2)) {
        prop_assert_eq!(built(&rows, &fields()).concat(), built(&rows, &fields()).concat());
    }

    /// Every checksum is right, and what stands there is nonsense: an error at the most.
    #[test]
    fn nonsense_is_an_error(rows in rows(20, 2), changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = built(&rows, &fields()).concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = look(bytes);
    }
}

fn look(bytes: Vec<u8>) -> Result<()> {
    let index = TextIndex::open(Buffer::from(bytes))?;
    for document in 0..index.documents().min(1000) {
        index.id(document)?;
    }
    for (field, _) in index.fields() {
        index.lengths(field, None)?;
        index.lengths(field, Some(&Bits::filled(70, true)))?;
    }
    Ok(())
}

#[test]
fn totals_of_whole_blocks_are_added() {
    let words: Vec<String> = (0..2500).map(|row| "word ".repeat(row % 7)).collect();
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let rows = Rows::of(&texts);
    let index = segment(&rows, &[(1, Analysis::default())]);
    let mut mask = Bits::filled(2500, true);
    mask.clear_from(2100);
    mask.clear(1030);
    let kept = (0..2100).filter(|row| *row != 1030);
    let wanted = kept.fold(Totals::default(), |mut sum, row| {
        sum.rows += u64::from(row % 7 > 0);
        sum.length += row % 7;
        sum
    });
    assert_eq!(index.lengths(1, Some(&mask)).unwrap(), wanted);
}

#[test]
fn a_segment_ends_where_its_memory_does() {
    let texts = vec!["some words of a row"; 300];
    let rows = Rows::of(&texts);
    let fields = fields()[..1].to_vec();
    let stop = AtomicBool::new(false);
    let small = build(
        &rows,
        &crate::index::text::Plan {
            memory: 0,
            ..plan(&fields, &stop)
        },
    )
    .unwrap();
    assert_eq!(small.rows, 64);
    let rest = segment(&rows.part(small.rows, 300), &fields);
    assert_eq!((rest.documents(), rest.id(0).unwrap()), (236, 64));
    assert_eq!(built(&rows, &fields).rows, 300);
}

#[test]
fn ids_far_apart_are_not_of_one_segment() {
    let mut rows = Rows::of(&["a", "b", "c"]);
    rows.ids[2] = 1 << 33;
    assert_eq!(built(&rows, &fields()[..1]).rows, 2);
}

#[test]
fn building_can_be_stopped() {
    let rows = Rows::of(&["a"]);
    let stopped = build(&rows, &plan(&fields()[..1], &AtomicBool::new(true))).unwrap_err();
    assert_eq!(stopped.code(), Code::Closed);
}

#[test]
fn a_row_is_searched_up_to_a_length() {
    let text = "word ".repeat(1 << 20);
    let rows = Rows::of(&[&text]);
    let index = segment(&rows, &[(1, Analysis::default())]);
    let words = (1_u32 << 22) / 5 + 1;
    let wanted = length_of(FieldNormReader::fieldnorm_to_id(words));
    assert_eq!(index.lengths(1, None).unwrap().length, wanted);
}

/// A file of which no byte can be confirmed from some place on.
#[derive(Debug)]
struct Torn(Vec<u8>, usize);

impl Guard for Torn {
    fn confirm(&self, start: usize, len: usize) -> Result<usize> {
        if start + len > self.1 {
            return Err(Error::corrupt(self.file(), "a block"));
        }
        Ok(start + len)
    }

    fn read(&self, start: usize, len: usize) -> Result<&[u8]> {
        self.confirm(start, len)?;
        Ok(&self.0[start..start + len])
    }

    fn bytes(&self) -> Result<&[u8]> {
        Ok(&self.0)
    }

    fn file(&self) -> &str {
        "t.index"
    }
}

#[test]
fn bytes_that_are_not_confirmed_are_not_read() {
    let bytes = built(&Rows::of(&["some words"]), &fields()[..1]).concat();
    let len = bytes.len();
    let index = TextIndex::open(Buffer::guarded(0, len, Arc::new(Torn(bytes.clone(), len)))).unwrap();
    assert!(index.lengths(7, None).is_ok());
    let torn = |end: usize| {
        let torn = Arc::new(Torn(bytes.clone(), end));
        TextIndex::open(Buffer::guarded(0, len, torn)).unwrap_err()
    };
    for end in [0, 127, 200, len / 2] {
        assert_eq!(torn(end), torn(len - 1));
    }
    insta::assert_snapshot!(torn(len - 1), @"CORRUPT: The file t.index is damaged: a block. Restore the file from a copy; verify the table to find every damaged file.");
}

#[test]
fn what_is_no_segment_is_refused() {
    let whole = built(&Rows::of(&["some words"]), &fields()[..1]).concat();
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        let len = bytes.len();
        let error = TextIndex::open(Buffer::guarded(0, len, Arc::new(Torn(bytes, len)))).unwrap_err();
        error.message().to_owned()
    };
    insta::assert_snapshot!(damaged(&|bytes| bytes[0] = b'x'), @"The file t.index is damaged: it is no text index of this format.");
    insta::assert_snapshot!(damaged(&|bytes| bytes.truncate(1000)), @"The file t.index is damaged: it is not as long as it says.");
    insta::assert_snapshot!(damaged(&|bytes| bytes[16] = 0), @"The file t.index is damaged: it is not as long as it says.");
    insta::assert_snapshot!(damaged(&|bytes| bytes[128] = b'x'), @"The file t.index is damaged: its fields cannot be read: expected value at line 1 column 1.");
    insta::assert_snapshot!(damaged(&|bytes| {
        let at = bytes.windows(7).position(|part| part == b"\"field\"").unwrap();
        bytes[at + 8] = b'x';
    }), @"The file t.index is damaged: its fields cannot be read: expected value at line 1 column 11.");
}

/// The library jumps along lists by what these say of their own blocks; it must not be asked to do so for ever.
#[test]
fn a_list_whose_blocks_end_elsewhere_is_damage() {
    let rows = Rows::of_generated(300, |_| "word".to_owned());
    let whole = built(&rows, &fields()[..1]).concat();
    let masked = Bits::filled(300, true);
    let count = |end_of_block: u32| {
        let mut bytes = whole.clone();
        let skip = 127_u32.to_le_bytes();
        let at: Vec<usize> = (0..bytes.len() - 4)
            .filter(|at| bytes[*at..at + 4] == skip)
            .collect();
        assert_eq!(at.len(), 1, "the end of the first block of the one list");
        bytes[at[0]..at[0] + 4].copy_from_slice(&end_of_block.to_le_bytes());
        let len = bytes.len();
        let index = TextIndex::open(Buffer::guarded(0, len, Arc::new(Torn(bytes, len))))?;
        index.frequency(7, "word", Some(&masked))
    };
    assert_eq!(count(127).unwrap(), 300);
    for wrong in [0, 126, u32::MAX] {
        assert_eq!(count(wrong).unwrap_err().code(), Code::Corrupt);
    }
    insta::assert_snapshot!(count(5).unwrap_err(), @"CORRUPT: The file t.index is damaged: the rows of a list do not ascend. Restore the file from a copy; verify the table to find every damaged file.");
}
