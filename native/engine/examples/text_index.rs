//! Builds one text index segment and searches it, for measurements of the index alone:
//!
//! ```text
//! cargo run --release -p varve-engine --example text_index -- 100000
//! cargo run --release -p varve-engine --example text_index -- texts.txt
//! ```
//!
//! The first form makes texts of about 1 KB from words whose frequencies fall as those of a language do, with a seed. The second reads texts
//! from a file, a line each.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a measurement"
)]

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use varve_engine::inside::text::{
    Compiled, Corpus, Counts, Covered, Field, Plan, Query, Rest, Statistics, Tail, TextIndex, Texts, build,
};
use varve_engine::inside::{Bits, Buffer};
use varve_engine::{Analysis, Result};

struct Lines(Vec<String>);

impl Texts for Lines {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn id(&self, row: usize) -> u64 {
        row as u64
    }
    fn read(&self, row: usize, _: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        take(&self.0[row]);
        Ok(())
    }
}

/// The rows of a mask, or all.
struct Mask<'a>(Option<&'a Bits>);

impl Counts for Mask<'_> {
    fn until(&self) -> u64 {
        u64::MAX
    }
    fn counts(&mut self, id: u64) -> Result<bool> {
        Ok(self.0.is_none_or(|mask| mask.get(id as usize)))
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The rank of a word: each rank is about as frequent as all that have twice to four times it.
    fn rank(&mut self) -> u64 {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (300_000_f64.powf(uniform) - 1.0) as u64
    }
}

/// A word of a rank, the shorter the more frequent, with an ending that a stemmer takes off from some.
fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ka", "lo", "mi", "ter", "ven", "su", "ran", "del", "po", "ny", "gar", "is", "ul", "fe", "tor", "ash",
    ];
    let mut rest = rank + 1;
    let mut word = String::new();
    while rest > 0 {
        word += SYLLABLES[(rest % 16) as usize];
        rest /= 16;
    }
    word + ["", "s", "ing", "ed"][(rank % 4) as usize]
}

fn texts(argument: &str) -> Vec<String> {
    let Ok(count) = argument.parse::<usize>() else {
        let lines = std::fs::read_to_string(argument).unwrap();
        return lines.lines().map(str::to_owned).collect();
    };
    let mut random = Random(42);
    let mut text = || {
        let mut text = String::new();
        while text.len() < 1000 {
            text += &word(random.rank());
            text.push(' ');
        }
        text
    };
    (0..count).map(|_| text()).collect()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    println!(
        "{what}: p50 {:.1} us, p90 {:.1} us, p99 {:.1} us",
        at(0.5),
        at(0.9),
        at(0.99)
    );
}

fn search(
    what: &str,
    covered: &[Covered<'_>],
    rest: Option<Rest<'_>>,
    queries: &[String],
    mask: Option<&Bits>,
) {
    let analysis = Analysis::default();
    let field = Field {
        field: 1,
        weight: 1.0,
        analysis: &analysis,
    };
    let statistics = Statistics::default();
    for round in ["first", "again"] {
        let mut times = Vec::new();
        for query in queries {
            let started = Instant::now();
            let corpus = Corpus::new(covered, rest.clone(), &statistics);
            let compiled = Compiled::new(&Query::typed(query, &|_| None), &[field], &corpus).unwrap();
            corpus.search(&compiled, 10, &mut Mask(mask)).unwrap();
            times.push(started.elapsed());
        }
        report(&format!("{what}, {round}"), times);
    }
}

fn main() {
    let lines = Lines(texts(
        &std::env::args().nth(1).unwrap_or_else(|| "100000".to_owned()),
    ));
    let megabytes = lines.0.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    let fields = [(1, Analysis::default())];
    let plan = Plan {
        fields: &fields,
        memory: usize::MAX,
        stop: &AtomicBool::new(false),
    };
    let started = Instant::now();
    let built = build(&lines, &plan).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let bytes = built.concat();
    println!("{} texts, {megabytes:.1} MB", lines.0.len());
    println!(
        "build: {:.1} MB/s, index {:.1} % of the texts",
        megabytes / seconds,
        bytes.len() as f64 / megabytes / 1e4
    );

    let tail = Tail::new(&fields);
    let uncovered = Lines(lines.0[..lines.0.len().min(1000)].to_vec());
    let started = Instant::now();
    tail.append(&uncovered).unwrap();
    let size: usize = uncovered.0.iter().map(String::len).sum();
    let each = tail.bytes() as f64 / size as f64;
    println!(
        "tail of {} rows: {:.1} ms, {each:.2} bytes for a byte of text",
        tail.rows(),
        started.elapsed().as_secs_f64() * 1e3
    );

    let index = TextIndex::open(Buffer::from(bytes)).unwrap();
    searches(&index, &tail, &queries(&lines.0));
}

/// Two to four words of a text.
fn queries(lines: &[String]) -> Vec<String> {
    let mut random = Random(7);
    let query = |_| {
        let row = &lines[(random.next() % lines.len() as u64) as usize];
        let words: Vec<&str> = row.split_whitespace().collect();
        let chosen = (0..2 + random.next() % 3).map(|_| words[(random.next() % words.len() as u64) as usize]);
        chosen.collect::<Vec<_>>().join(" ")
    };
    (0..300).map(query).collect()
}

fn searches(index: &TextIndex, tail: &Tail, queries: &[String]) {
    let rows = index.documents() as usize;
    let mut mask = Bits::filled(rows, true);
    (0..rows)
        .filter(|row| row % 10 == 3)
        .for_each(|row| mask.clear(row));
    let all = [Covered { index, visible: None }];
    search("warm-up", &all, None, queries, None);
    search("all rows", &all, None, queries, None);
    let seen = [Covered {
        index,
        visible: Some(&mask),
    }];
    search("90 % seen", &seen, None, queries, Some(&mask));
    search("a filter of 90 %", &all, None, queries, Some(&mask));
    let rest = Rest {
        tail,
        ids: 0..u64::MAX,
        visible: None,
    };
    search("with the tail", &all, Some(rest), queries, None);
    let phrases: Vec<String> = queries.iter().map(|query| format!("\"{query}\"")).collect();
    search("phrases", &all, None, &phrases, None);
    let prefixes: Vec<String> = queries
        .iter()
        .map(|query| query.chars().take(3).collect::<String>() + "*")
        .collect();
    search("beginnings", &all, None, &prefixes, None);
    let fuzzy: Vec<String> = queries
        .iter()
        .map(|query| query.split(' ').next().unwrap_or("").to_owned() + "~")
        .collect();
    search("likenesses", &all, None, &fuzzy, None);
}
