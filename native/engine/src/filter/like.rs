//! Patterns: `%` stands for any run of characters, `_` for one, `\` takes the next character as it is.
//!
//! A pattern is cut at its `%`. The first run must start the text, the last must end it, and each run between them is
//! looked for where the one before ended; the first place found is as good as any, so nothing is ever tried twice.

use std::collections::HashMap;

/// A pattern, read.
#[derive(Clone, Debug)]
pub(super) struct Like {
    first: Run,
    middle: Vec<Run>,
    /// None where the pattern has no `%`: then `first` is all of it.
    last: Option<Run>,
    fold: bool,
}

/// Characters without a `%` among them.
#[derive(Clone, Debug)]
enum Run {
    Literal(String),
    Wild(Wild),
}

/// Characters of which some are `_`.
#[derive(Clone, Debug)]
struct Wild {
    chars: Vec<Option<char>>,
    /// For each character the places where it may stand, one bit each; those of `_` are in all of them.
    places: HashMap<char, Vec<u64>>,
    /// The places of `_`.
    any: Vec<u64>,
}

impl Like {
    /// Reads a pattern; `None` where it ends in a lone `\`.
    pub(super) fn parse(pattern: &str, fold: bool) -> Option<Self> {
        let mut runs = vec![Vec::new()];
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let item = match c {
                '%' => {
                    runs.push(Vec::new());
                    continue;
                }
                '_' => None,
                '\\' => Some(chars.next()?),
                c => Some(c),
            };
            runs.last_mut()?
                .push(item.map(|c| if fold { folded(c) } else { c }));
        }
        let last = if runs.len() > 1 {
            runs.pop().map(Run::new)
        } else {
            None
        };
        let mut runs = runs.into_iter();
        let first = Run::new(runs.next()?);
        let middle = runs.filter(|run| !run.is_empty()).map(Run::new).collect();
        Some(Self {
            first,
            middle,
            last,
            fold,
        })
    }

    /// The pattern of all texts with a part, in which nothing has a meaning of its own.
    pub(super) fn part(text: &str) -> Self {
        let nothing = || Run::Literal(String::new());
        Self {
            first: nothing(),
            middle: vec![Run::Literal(text.to_owned())],
            last: Some(nothing()),
            fold: false,
        }
    }

    /// The one text that matches, where there is only one.
    pub(super) fn only(&self) -> Option<&str> {
        match &self.last {
            None => self.prefix(),
            Some(_) => None,
        }
    }

    /// What every text that matches starts with.
    pub(super) fn prefix(&self) -> Option<&str> {
        match &self.first {
            Run::Literal(text) if !self.fold => Some(text),
            _ => None,
        }
    }

    /// Whether all texts that start with the prefix match.
    pub(super) fn is_prefix(&self) -> bool {
        let ends = matches!(&self.last, Some(Run::Literal(text)) if text.is_empty());
        self.prefix().is_some() && self.middle.is_empty() && ends
    }

    /// Whether the text matches. `scratch` is overwritten.
    pub(super) fn matches(&self, text: &str, scratch: &mut String) -> bool {
        if !self.fold {
            return self.runs_match(text).is_some();
        }
        scratch.clear();
        if text.is_ascii() {
            scratch.push_str(text);
            scratch.make_ascii_lowercase();
        } else {
            scratch.extend(text.chars().map(folded));
        }
        self.runs_match(scratch).is_some()
    }

    fn runs_match(&self, text: &str) -> Option<()> {
        let mut rest = self.first.after_start(text)?;
        match &self.last {
            None => return rest.is_empty().then_some(()),
            Some(last) => rest = last.before_end(rest)?,
        }
        for run in &self.middle {
            rest = run.after_first(rest)?;
        }
        Some(())
    }
}

/// The lower case of one character, as one character. A Greek sigma has two of them, of which one is taken.
fn folded(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c.to_lowercase().next().unwrap_or(c) {
        'ς' => 'σ',
        lower => lower,
    }
}

impl Run {
    fn new(chars: Vec<Option<char>>) -> Self {
        match chars.iter().copied().collect() {
            Some(text) => Self::Literal(text),
            None => Self::Wild(Wild::new(chars)),
        }
    }

    /// What follows the run at the start of the text.
    fn after_start<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Literal(literal) => text.strip_prefix(literal.as_str()),
            Self::Wild(wild) => {
                let mut chars = text.chars();
                wild.chars
                    .iter()
                    .all(|wanted| fits(*wanted, chars.next()))
                    .then_some(chars.as_str())
            }
        }
    }

    /// What precedes the run at the end of the text.
    fn before_end<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Literal(literal) => text.strip_suffix(literal.as_str()),
            Self::Wild(wild) => {
                let mut chars = text.chars();
                wild.chars
                    .iter()
                    .rev()
                    .all(|wanted| fits(*wanted, chars.next_back()))
                    .then_some(chars.as_str())
            }
        }
    }

    /// What follows the first place in the text where the run stands.
    fn after_first<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Literal(literal) => text.split_once(literal.as_str()).map(|(_, rest)| rest),
            Self::Wild(wild) => wild.after_first(text),
        }
    }
}

fn fits(wanted: Option<char>, given: Option<char>) -> bool {
    given.is_some_and(|given| wanted.is_none_or(|wanted| wanted == given))
}

impl Wild {
    fn new(chars: Vec<Option<char>>) -> Self {
        let mark = |words: &mut Vec<u64>, place: usize| {
            if let Some(word) = words.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        };
        let mut any = vec![0; chars.len().div_ceil(64)];
        chars
            .iter()
            .enumerate()
            .filter(|(_, c)| c.is_none())
            .for_each(|(place, _)| mark(&mut any, place));
        let mut places = HashMap::new();
        for (place, c) in chars.iter().enumerate() {
            if let Some(c) = c {
                mark(places.entry(*c).or_insert_with(|| any.clone()), place);
            }
        }
        Self { chars, places, any }
    }

    /// Keeps, one bit each, how many characters of the run the text so far ends with (the shift-and method): the time
    /// is that of reading the text, whatever the text and the run are.
    fn after_first<'a>(&self, text: &'a str) -> Option<&'a str> {
        let end = self.chars.len().checked_sub(1)?;
        let mut seen = vec![0_u64; self.any.len()];
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let mut carry = 1;
            for (word, place) in seen.iter_mut().zip(self.places.get(&c).unwrap_or(&self.any)) {
                let out = *word >> 63;
                *word = (*word << 1 | carry) & place;
                carry = out;
            }
            if crate::column::bit(&seen, end) {
                return Some(rest.as_str());
            }
        }
        None
    }
}
