use serde::{Deserialize, Serialize};

use super::clause::{Clause, Form, Occur, Query};
use crate::error::{Code, Error, Result};

/// A query as data. What is in `must` and `not` is read as it is typed, so that phrases, prefixes and columns may stand there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct TextQuery {
    /// Words, of which a row had better have as many as possible.
    #[serde(rename = "match")]
    pub words: Several,
    /// Words in a row.
    pub phrase: Several,
    /// The beginnings of words.
    pub prefix: Several,
    /// What a row must have.
    pub must: Several,
    /// What it must not have.
    pub not: Several,
    /// By how many letters the words of `match` may differ from those of a row: 0, 1 or 2.
    pub fuzzy: u8,
}

/// A text, or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Several {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Default for Several {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Several {
    fn each(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        };
        texts.iter().map(String::as_str)
    }
}

impl TextQuery {
    /// Its parts. `resolve` says which names are columns.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`]: words may differ by more letters than are looked at.
    pub fn query(&self, resolve: &dyn Fn(&str) -> Option<u32>) -> Result<Query> {
        let form = match self.fuzzy {
            0 => Form::Words,
            distance @ 1..=2 => Form::Fuzzy(distance),
            distance => {
                let message = format!("Words that differ by {distance} letters cannot be looked for.");
                return Err(Error::new(Code::InvalidArgument, message).hint("Take 0, 1 or 2 for `fuzzy`."));
            }
        };
        let mut query = Query::default();
        let required = [(&self.must, Occur::Must), (&self.not, Occur::Not)];
        for (text, occur) in required
            .into_iter()
            .flat_map(|(texts, occur)| texts.each().map(move |text| (text, occur)))
        {
            for mut clause in Query::typed(text, resolve).clauses {
                if clause.occur == Occur::Should {
                    clause.occur = occur;
                }
                query.add(clause);
            }
        }
        let better = [
            (&self.words, form),
            (&self.phrase, Form::Phrase),
            (&self.prefix, Form::Prefix),
        ];
        for (text, form) in better
            .into_iter()
            .flat_map(|(texts, form)| texts.each().map(move |text| (text, form)))
        {
            query.add(Clause {
                occur: Occur::Should,
                form,
                text: text.to_owned(),
                field: None,
                times: 1,
            });
            if form == Form::Words {
                query.add_codes(text, None);
            }
        }
        Ok(query)
    }
}
