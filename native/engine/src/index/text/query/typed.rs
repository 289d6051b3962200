use super::clause::{Clause, Form, Occur, Query};

/// So much of what was typed is read.
const TYPED_MAX: usize = 1 << 14;

impl Query {
    /// Reads what a person typed: words, `"phrases"`, `prefix*`, `fuzzy~1`, `+required`, `-excluded`, `column:word`. There is no error: what
    /// is no sign in its place is text, and of very long texts the first 16 KiB and the first 256 parts are read. `resolve` says which
    /// names are columns.
    ///
    /// ```
    /// use varve_engine::inside::text::{Form, Occur, Query};
    ///
    /// let query = Query::typed("refund +\"30 days\" -spam", &|_| None);
    /// let read: Vec<_> = query.clauses.iter().map(|c| (c.occur, c.form, c.text.as_str())).collect();
    /// assert_eq!(read, [
    ///     (Occur::Should, Form::Words, "refund"),
    ///     (Occur::Must, Form::Phrase, "30 days"),
    ///     (Occur::Not, Form::Words, "spam"),
    /// ]);
    /// ```
    #[must_use]
    pub fn typed(text: &str, resolve: &dyn Fn(&str) -> Option<u32>) -> Self {
        let mut end = text.len().min(TYPED_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut query = Self::default();
        let mut rest = text.get(..end).unwrap_or_default();
        while query.clauses.len() < Self::CLAUSES_MAX {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
            if rest.is_empty() {
                break;
            }
            let (clause, after) = part(rest, resolve);
            if (clause.occur, clause.form) == (Occur::Should, Form::Words) {
                query.add_codes(&clause.text, clause.field);
            }
            query.add(clause);
            rest = after;
        }
        query
    }
}

/// Takes one part off a text that does not start with a space.
fn part<'a>(text: &'a str, resolve: &dyn Fn(&str) -> Option<u32>) -> (Clause, &'a str) {
    let (occur, rest) = sign(text);
    let (field, rest) = column(rest, resolve);
    let (content, form, rest) = match opened(rest) {
        Some(inside) => quoted(inside),
        None => word(rest),
    };
    let clause = Clause {
        occur,
        form,
        text: content.to_owned(),
        field,
        times: 1,
    };
    (clause, rest)
}

fn sign(text: &str) -> (Occur, &str) {
    let signed = |sign, occur| {
        let rest = text.strip_prefix(sign)?;
        // A sign alone is none, and two are a dash.
        let next = rest.chars().next()?;
        (!next.is_whitespace() && !matches!(next, '+' | '-')).then_some((occur, rest))
    };
    signed('+', Occur::Must)
        .or_else(|| signed('-', Occur::Not))
        .unwrap_or((Occur::Should, text))
}

fn column<'a>(text: &'a str, resolve: &dyn Fn(&str) -> Option<u32>) -> (Option<u32>, &'a str) {
    let end = text
        .find(|c: char| c.is_whitespace() || is_quote(c))
        .unwrap_or(text.len());
    let head = text.get(..end).unwrap_or_default();
    let colon = head.find(':').map(|at| (at, text.get(..at).unwrap_or_default()));
    let known = colon.and_then(|(at, name)| Some((resolve(name)?, text.get(at + 1..)?)));
    match known.filter(|(_, rest)| rest.chars().next().is_some_and(|c| !c.is_whitespace())) {
        Some((field, rest)) => (Some(field), rest),
        None => (None, text),
    }
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{FF02}'
    )
}

fn opened(text: &str) -> Option<&str> {
    text.strip_prefix(is_quote)
}

/// A phrase, to the next quotation mark or to the end.
fn quoted(inside: &str) -> (&str, Form, &str) {
    match inside.split_once(is_quote) {
        Some((phrase, rest)) => (phrase, Form::Phrase, rest),
        None => (inside, Form::Phrase, ""),
    }
}

/// A word with the sign behind it.
fn word(text: &str) -> (&str, Form, &str) {
    let end = text
        .find(|c: char| c.is_whitespace() || is_quote(c))
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let signs: [(&str, Form); 4] = [
        ("*", Form::Prefix),
        ("~", Form::Fuzzy(1)),
        ("~1", Form::Fuzzy(1)),
        ("~2", Form::Fuzzy(2)),
    ];
    for (sign, form) in signs {
        if let Some(bare) = word
            .strip_suffix(sign)
            .filter(|bare| bare.ends_with(|c: char| c.is_alphanumeric()))
        {
            return (bare, form, rest);
        }
    }
    (word, Form::Words, rest)
}
