//! Writes `src/unicode_tables.rs` from the Unicode data of the oracle's two crates.
//!
//! ```sh
//! cargo run -p varve-embedder --example compile_unicode && cargo fmt
//! ```

use std::{fmt::Write, fs, io};

use unicode_categories::UnicodeCategories;
use unicode_normalization_alignments::char::{canonical_combining_class, decompose_canonical};

const LINE_CHARACTERS_MAX: usize = 110;

/// Dropped after decomposition without any effect on its neighbours.
fn is_accent(c: char) -> bool {
    c.is_mark_nonspacing() && canonical_combining_class(c) != 0
}

fn decomposition(c: char) -> Vec<char> {
    let mut parts = Vec::new();
    decompose_canonical(c, |part| parts.push(part));
    parts.retain(|&part| !is_accent(part));
    parts
}

/// The number that `unicode::class` reads.
fn class(c: char) -> u32 {
    let parts = decomposition(c);
    match c {
        '\u{fffd}' => 1,
        _ if c.is_other() || parts.is_empty() => 1,
        _ if c.is_whitespace() => 3,
        '\u{ac00}'..='\u{d7a3}' => 5,
        _ if parts != [c] && parts.len() == 1 => 6,
        _ if parts != [c] => 7,
        _ if c.is_mark_nonspacing() => 2,
        _ if canonical_combining_class(c) != 0 => 0x100 | u32::from(canonical_combining_class(c)),
        _ if c.is_punctuation() => 4,
        _ => 0,
    }
}

fn literal(c: char) -> String {
    if c.is_ascii_graphic() {
        format!("{c:?}")
    } else {
        format!("'{}'", c.escape_unicode())
    }
}

fn table(out: &mut String, head: &str, items: impl Iterator<Item = String>) {
    let _ = writeln!(out, "\n{head} = &[");
    let mut line = String::from("   ");
    for item in items {
        if line.len() + item.len() + 2 > LINE_CHARACTERS_MAX {
            let _ = writeln!(out, "{line}");
            line.truncate(3);
        }
        let _ = write!(line, " {item},");
    }
    let _ = writeln!(out, "{line}\n];");
}

fn tables() -> String {
    let of_class = |wanted| ('\u{80}'..=char::MAX).filter(move |&c| class(c) == wanted);
    let mut runs: Vec<(char, u32)> = ('\u{80}'..=char::MAX).map(|c| (c, class(c))).collect();
    runs.dedup_by_key(|&mut (_, class)| class);

    let mut out = String::from(
        "//! Unicode data for `unicode`, written by `examples/compile_unicode.rs` and not edited by hand.\n",
    );
    table(
        &mut out,
        "/// Runs of characters of one class: the first character `<< 11`, and the class.\n\
         #[rustfmt::skip]\npub(crate) static RUNS: &[u32]",
        runs.iter()
            .map(|&(c, class)| format!("{:#x}", (u32::from(c) << 11) | class)),
    );
    table(
        &mut out,
        "/// Characters that stand for one other, accents left out: the character `<< 21`, and the other.\n\
         #[rustfmt::skip]\npub(crate) static DECOMPOSED: &[u64]",
        of_class(6).map(|c| format!("{:#x}", (u64::from(c) << 21) | u64::from(decomposition(c)[0]))),
    );
    table(
        &mut out,
        "/// Characters that stand for several others, accents left out.\n\
         #[rustfmt::skip]\npub(crate) static DECOMPOSED_FURTHER: &[(char, &[char])]",
        of_class(7).map(|c| {
            let parts: Vec<String> = decomposition(c).into_iter().map(literal).collect();
            format!("({}, &[{}])", literal(c), parts.join(", "))
        }),
    );
    out
}

fn main() -> io::Result<()> {
    fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/src/unicode_tables.rs"),
        tables(),
    )
}
