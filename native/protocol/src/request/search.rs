use std::hash::Hasher;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use varve_engine::{
    Code, Error, Field, Filter, Fuse, FuseMethod, Highlight, Picked, Result, Search, SearchOptions, Shown,
    Snapshot, TextQuery, WantedText, WeightedText, What, Words,
};

use super::cursor::{Cursor, Mark};

/// A search: what it looks for, and how. The options are those of the engine, which are declared there and nowhere else in Rust.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchRequest {
    what: Wanted,
    /// The cursor of the page before.
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    group_by: Option<Column>,
    /// The columns of which values are counted.
    #[serde(default)]
    facets: Vec<Column>,
    /// Of which column parts are shown that hold what was looked for.
    #[serde(default)]
    highlight: Option<Highlighted>,
    #[serde(flatten)]
    pub(crate) options: SearchOptions,
}

/// A column of which parts are shown.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Highlighted {
    #[serde(flatten)]
    column: Column,
    /// At most so many parts of each text, each of about so many units of UTF-16.
    #[serde(default = "Highlighted::fragments")]
    fragments: usize,
    #[serde(default = "Highlighted::size")]
    size: usize,
}

impl Highlighted {
    fn fragments() -> usize {
        3
    }

    fn size() -> usize {
        160
    }
}

/// What is looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Wanted {
    /// The nearest vectors; the query comes beside the request.
    Vector(Column),
    /// The rows that hold words.
    Text(AskedText),
    /// Both, as one ranking.
    Both(Both),
}

/// Words and vectors that are looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Both {
    vector: Column,
    text: AskedText,
    /// How the two become one.
    #[serde(default)]
    fuse: Fuse,
}

/// Words that are looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AskedText {
    query: Asked,
    /// Where they are looked for; in all columns that are searched by their words where it is left out.
    #[serde(default)]
    columns: Option<Vec<Weighted>>,
}

/// A query as it was typed, or as data.
#[derive(Debug)]
enum Asked {
    Typed(String),
    Data(TextQuery),
}

impl<'de> Deserialize<'de> for Asked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => Ok(Self::Typed(text)),
            data => serde_json::from_value(data)
                .map(Self::Data)
                .map_err(D::Error::custom),
        }
    }
}

/// A column, and what it counts for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Weighted {
    #[serde(flatten)]
    column: Column,
    #[serde(default)]
    weight: Option<f64>,
}

impl AskedText {
    fn bind<'a>(&self, snapshot: &'a Snapshot) -> Result<(Words, Vec<WeightedText<'a>>)> {
        let columns = match &self.columns {
            None => snapshot.all_texts()?,
            Some(columns) => columns
                .iter()
                .map(|weighted| {
                    snapshot.text(weighted.column.bind(snapshot)?, weighted.weight.unwrap_or(1.0))
                })
                .collect::<Result<_>>()?,
        };
        let named = |name: &str| {
            let column = columns.iter().find(|text| text.column.name == name);
            column.map(|text| text.column.id)
        };
        let words = match &self.query {
            Asked::Typed(text) => Words::typed(text, &named),
            Asked::Data(query) => query.query(&named)?,
        };
        Ok((words, columns))
    }

    fn mark(&self, mark: &mut Mark) {
        let query = match &self.query {
            Asked::Typed(text) => text.clone(),
            Asked::Data(query) => serde_json::to_string(query).unwrap_or_default(),
        };
        mark.write(query.as_bytes());
        for weighted in self.columns.iter().flatten() {
            mark.write_u8(0);
            mark.write(weighted.column.column.as_bytes());
            mark.write_u64(weighted.weight.unwrap_or(1.0).to_bits());
        }
    }
}

/// What is looked for, bound to the columns of a version.
pub(crate) enum LookedFor<'a> {
    /// The nearest vectors.
    Vector { column: &'a Field, query: &'a [f32] },
    /// The rows that hold words.
    Text {
        words: Words,
        columns: Vec<WeightedText<'a>>,
    },
    /// Both.
    Both {
        words: Words,
        columns: Vec<WeightedText<'a>>,
        column: &'a Field,
        query: &'a [f32],
        fuse: Fuse,
    },
}

impl LookedFor<'_> {
    fn what(&self) -> What<'_> {
        match self {
            Self::Vector { column, query } => What::Vector { column, query },
            Self::Text { words, columns } => What::Text {
                query: words,
                columns,
            },
            Self::Both {
                words,
                columns,
                column,
                query,
                fuse,
            } => What::Both {
                words: WantedText {
                    query: words,
                    columns,
                },
                column,
                query,
                fuse,
            },
        }
    }
}

/// A column, by its name and by the id that the caller knows it by.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Column {
    column: String,
    #[serde(default)]
    column_id: Option<u32>,
}

impl Column {
    /// The column of a version. It may have been named when another one had its name.
    pub(super) fn bind<'a>(&self, snapshot: &'a Snapshot) -> Result<&'a Field> {
        let column = snapshot.schema().field(&self.column)?;
        match self.column_id {
            Some(id) if id != column.id => Err(column.is_another()),
            _ => Ok(column),
        }
    }
}

/// Marks how two rankings become one, field by field: a mark is the same in every build.
fn mark_fuse(mark: &mut Mark, fuse: &Fuse) {
    mark.write_u8(match fuse.method {
        FuseMethod::Convex => 0,
        FuseMethod::Rrf => 1,
    });
    let weights = fuse.weights.map(|weights| [weights.text, weights.vector]);
    mark.write_u8(u8::from(weights.is_some()));
    let numbers = weights.into_iter().flatten().chain([fuse.k, fuse.strength]);
    numbers.for_each(|number| mark.write(&number.to_bits().to_le_bytes()));
    for language in &fuse.languages {
        mark.write(language.as_bytes());
        mark.write_u8(0);
    }
}

impl SearchRequest {
    /// What is looked for, bound to the columns of a version.
    pub(crate) fn looked_for<'a>(
        &self,
        snapshot: &'a Snapshot,
        vector: Option<&'a [f32]>,
    ) -> Result<LookedFor<'a>> {
        let near = |wanted: &Column| -> Result<(&'a Field, &'a [f32])> {
            let column = wanted.bind(snapshot)?;
            let missing = || Error::new(Code::InvalidArgument, "A search needs a vector.");
            Ok((column, vector.ok_or_else(missing)?))
        };
        Ok(match &self.what {
            Wanted::Vector(wanted) => {
                let (column, query) = near(wanted)?;
                LookedFor::Vector { column, query }
            }
            Wanted::Text(wanted) => {
                let (words, columns) = wanted.bind(snapshot)?;
                LookedFor::Text { words, columns }
            }
            Wanted::Both(Both { vector, text, fuse }) => {
                let (column, query) = near(vector)?;
                let (words, columns) = text.bind(snapshot)?;
                let fuse = fuse.clone();
                LookedFor::Both {
                    words,
                    columns,
                    column,
                    query,
                    fuse,
                }
            }
        })
    }

    /// The search, bound to the columns of a version.
    pub(crate) fn bind<'a>(
        &self,
        snapshot: &'a Snapshot,
        looked_for: &'a LookedFor<'a>,
        filter: Option<&'a Filter>,
    ) -> Result<Search<'a>> {
        self.facets(snapshot)?;
        let group = self.group_by.as_ref().map(|group| group.bind(snapshot));
        Ok(Search {
            what: looked_for.what(),
            filter,
            group: group.transpose()?,
            options: self.options,
        })
    }

    /// The cursor of the page before.
    pub(crate) fn after(&self) -> Result<Option<Cursor>> {
        let cursor = self.after.as_deref().map(Cursor::parse).transpose()?;
        if cursor.is_some() && self.options.diversity > 0.0 {
            let message = "A search for rows that differ goes on after no cursor: which they are depends on all before them.";
            return Err(Error::new(Code::InvalidArgument, message).hint("Say how many to leave out."));
        }
        Ok(cursor)
    }

    /// Whether rows are found of which a cursor says where they end.
    pub(crate) fn has_pages(&self) -> bool {
        self.options.diversity <= 0.0
    }

    /// Whether parts of texts are shown.
    pub(crate) fn is_highlighted(&self) -> bool {
        self.highlight.is_some()
    }

    /// Of each row the parts that hold what was looked for; none where they were not asked for.
    pub(crate) fn highlights(
        &self,
        snapshot: &Snapshot,
        looked_for: &LookedFor<'_>,
        picked: &Picked,
    ) -> Result<Option<Vec<Vec<Highlight>>>> {
        let Some(Highlighted {
            column,
            fragments,
            size,
        }) = &self.highlight
        else {
            return Ok(None);
        };
        let words = match looked_for.what() {
            What::Vector { .. } => {
                let message = "Parts of texts show words, which a search for vectors does not look for.";
                return Err(Error::new(Code::InvalidArgument, message).hint("Search for words too."));
            }
            What::Text { query, columns } => WantedText { query, columns },
            What::Both { words, .. } => words,
        };
        let shown = Shown {
            fragments: *fragments,
            size: *size,
        };
        snapshot
            .highlights(words, picked, column.bind(snapshot)?, shown)
            .map(Some)
    }

    /// Whether words and vectors are looked for, and hits say what either found.
    pub(crate) fn is_fused(&self) -> bool {
        matches!(self.what, Wanted::Both(_))
    }

    /// Whether hits say how many rows are in their group.
    pub(crate) fn is_counted(&self) -> bool {
        self.group_by.is_some()
    }

    /// The columns of which values are counted.
    pub(crate) fn facets<'a>(&self, snapshot: &'a Snapshot) -> Result<Vec<&'a Field>> {
        self.facets.iter().map(|column| column.bind(snapshot)).collect()
    }

    /// What tells the search from others, its pages from theirs: what is looked for and among which rows.
    pub(crate) fn mark(&self, vector: Option<&[f32]>, filter: Option<&Json>) -> u32 {
        let mut mark = Mark::default();
        let column = match &self.what {
            Wanted::Vector(wanted) => wanted.column.as_str(),
            Wanted::Text(wanted) => {
                wanted.mark(&mut mark);
                ""
            }
            Wanted::Both(Both { vector, text, fuse }) => {
                text.mark(&mut mark);
                mark_fuse(&mut mark, fuse);
                vector.column.as_str()
            }
        };
        let group = self.group_by.as_ref().map(|group| group.column.as_str());
        for name in [column, group.unwrap_or_default()] {
            mark.write(name.as_bytes());
            mark.write_u8(0);
        }
        for x in vector.unwrap_or_default() {
            mark.write_u32(x.to_bits());
        }
        if let Some(filter) = filter {
            mark.write(filter.to_string().as_bytes());
        }
        mark.bits()
    }
}
