//! Other inputs, made of those of a corpus: the same for the same seed.

/// A generator of random numbers: SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    /// Less than `n`; 0 for 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.word() % n.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// Words that mean something to somebody.
const TOKENS: [&str; 44] = [
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "-1",
    "0",
    "1",
    "255",
    "65536",
    "2147483647",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "4611686018427387904",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e-400",
    "-0.0",
    "0.1",
    "NaN",
    "Infinity",
    "\\",
    "%",
    "_",
    "\\u0000",
    "\u{0}",
    "é",
    "😀",
    "İ",
    "ß",
    "..",
    "/",
    ".",
    "\"kind\"",
    "\"op\"",
    "\"$int\"",
    "\"column\"",
    "\"args\"",
    "[[",
    "]]",
];
/// Numbers at the edges of what fits.
const WORDS: [u64; 14] = [
    0,
    1,
    2,
    7,
    63,
    64,
    255,
    4096,
    65_535,
    1 << 31,
    (1 << 32) - 1,
    1 << 62,
    u64::MAX - 7,
    u64::MAX,
];
/// No input becomes longer.
const LONGEST: usize = 1 << 18;

/// Another input. One of several kinds of changes is made, some times.
pub fn mutate(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = random.pick(corpus).cloned().unwrap_or_default();
    for _ in 0..=random.below(4) * random.below(3) {
        change(&mut input, corpus, random);
    }
    input.truncate(LONGEST);
    input
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let length = 1 + random.below(16) * random.below(16);
    let end = (at + length).min(input.len());
    match random.below(12) {
        0 => flip(input, random),
        1 => {
            let word = *random.pick(&WORDS).unwrap_or(&0);
            let width = 1 << random.below(4);
            let end = (at + width).min(input.len());
            let bytes = word.to_le_bytes();
            input.splice(at..end, bytes.into_iter().take(end - at));
        }
        2 => drop(input.drain(at..end)),
        3 => {
            let part: Vec<u8> = input.iter().skip(at).take(length).copied().collect();
            input.splice(at..at, part);
        }
        4 => {
            let token = random.pick(&TOKENS).copied().unwrap_or_default();
            input.splice(at..at, token.bytes());
        }
        5 => {
            let other = random.pick(corpus).cloned().unwrap_or_default();
            let from = random.below(other.len() + 1);
            let part: Vec<u8> = other.into_iter().skip(from).take(length).collect();
            input.splice(at..end, part);
        }
        6 => replace_value(input, at, random),
        7 => exchange_values(input, at, random),
        8 => input.truncate(at),
        9 => nest(input, at, random),
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte = random.word() as u8;
            }
        }
    }
}

fn flip(input: &mut [u8], random: &mut Random) {
    let at = random.below(input.len());
    if let Some(byte) = input.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

/// The number or word of a JSON text that stands at or behind a place.
fn value_at(input: &[u8], from: usize) -> Option<(usize, usize)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-+.".contains(byte);
    let start = from + input.get(from..)?.iter().position(is_part)?;
    let length = input.get(start..)?.iter().position(|byte| !is_part(byte));
    Some((start, length.map_or(input.len(), |length| start + length)))
}

/// Puts another number or word in the place of one.
fn replace_value(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    if let Some((start, end)) = value_at(input, at) {
        let token = random.pick(&TOKENS).copied().unwrap_or_default();
        input.splice(start..end, token.bytes());
    }
}

/// Puts one number or word of the input in the place of another.
fn exchange_values(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let from = random.below(input.len());
    if let (Some((start, end)), Some((a, b))) = (value_at(input, at), value_at(input, from)) {
        let part: Vec<u8> = input.get(a..b).unwrap_or_default().to_vec();
        input.splice(start..end, part);
    }
}

/// Brackets within brackets.
fn nest(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let (open, close) = *random
        .pick(&[("[", "]"), ("{\"a\":", "}"), ("{\"op\":\"not\",\"arg\":", "}")])
        .unwrap_or(&("", ""));
    let depth = 1 << random.below(12);
    let middle: Vec<u8> = input.drain(at..).collect();
    input.extend(open.repeat(depth).bytes());
    input.extend(middle);
    input.extend(close.repeat(depth).bytes());
}
