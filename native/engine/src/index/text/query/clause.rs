/// What is asked of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Its parts.
    pub clauses: Vec<Clause>,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// Whether a row must have it.
    pub occur: Occur,
    /// How its text is meant.
    pub form: Form,
    /// The text, as it was written.
    pub text: String,
    /// The column in which it is looked for; none for all that are searched.
    pub field: Option<u32>,
    /// How often it was written. Words that are written twice count twice.
    pub times: u8,
}

/// Whether a row must have a part of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occur {
    /// It is better to have it, and of all such parts a row must have one where nothing else is required.
    Should,
    /// It must.
    Must,
    /// It must not.
    Not,
}

/// How a text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Its words. Where they are required, or must not be there, they stand in a row.
    Words,
    /// Its words in a row.
    Phrase,
    /// What begins with it.
    Prefix,
    /// What differs from each of its words by at most so many letters.
    Fuzzy(u8),
}

impl Query {
    /// The most parts; those behind them are dropped.
    pub const CLAUSES_MAX: usize = 256;

    /// Adds a part, unless there are too many. One that is there already counts once more.
    pub(super) fn add(&mut self, clause: Clause) {
        if clause.text.trim().is_empty() {
            return;
        }
        if let Some(known) = self.clauses.iter_mut().find(|known| known.is_alike(&clause)) {
            known.times = known.times.saturating_add(1);
        } else if self.clauses.len() < Self::CLAUSES_MAX {
            self.clauses.push(clause);
        }
    }

    /// Adds what names something exactly, such as `AB-1234-K`, as a phrase too: its pieces alone are in many texts.
    pub(super) fn add_codes(&mut self, text: &str, field: Option<u32>) {
        for code in text.split_whitespace().filter(|word| is_code(word)) {
            self.add(Clause {
                occur: Occur::Should,
                form: Form::Phrase,
                text: code.to_owned(),
                field,
                times: 1,
            });
        }
    }
}

impl Clause {
    fn is_alike(&self, other: &Self) -> bool {
        (self.occur, self.form, self.field) == (other.occur, other.form, other.field)
            && self.text == other.text
    }
}

/// Whether a word consists of letters and digits, one digit at least, in several pieces that signs join.
pub(super) fn is_code(word: &str) -> bool {
    let is_joint = |c: char| matches!(c, '-' | '_' | '.' | '/' | ':' | '#');
    let code = word.trim_matches(|c: char| !c.is_alphanumeric());
    code.contains(is_joint)
        && code.chars().all(|c| c.is_alphanumeric() || is_joint(c))
        && code.contains(|c: char| c.is_ascii_digit())
}
