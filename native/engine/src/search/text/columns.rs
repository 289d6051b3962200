use crate::error::{Code, Error, Result};
use crate::index::text::Query;
use crate::schema::Field;
use crate::snapshot::Snapshot;

/// A column that is searched by its words.
#[derive(Clone, Copy, Debug)]
pub struct WeightedText<'a> {
    /// The column.
    pub column: &'a Field,
    /// What it counts for beside others; 1 is usual.
    pub weight: f64,
}

/// Words that are looked for, and in which columns.
#[derive(Clone, Copy, Debug)]
pub struct WantedText<'a> {
    /// What is asked.
    pub query: &'a Query,
    /// The columns, each as [`Snapshot::text`] gives it.
    pub columns: &'a [WeightedText<'a>],
}

impl Snapshot {
    /// A column that shall be searched by its words.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] where it is not.
    pub fn text<'a>(&'a self, column: &'a Field, weight: f64) -> Result<WeightedText<'a>> {
        if self.searched(column).is_some() {
            return Ok(WeightedText { column, weight });
        }
        let message = format!("The column \"{}\" is not searched by its words.", column.name);
        let names: Vec<&str> = self.texts().iter().map(|field| field.name.as_str()).collect();
        let others = match names.as_slice() {
            [] => "No column is; say so of a text column in its declaration.".to_owned(),
            names => format!(
                "Those that are: {}. Say so of a text column in its declaration.",
                names.join(", ")
            ),
        };
        Err(Error::new(Code::InvalidArgument, message)
            .hint(others)
            .column(column.name.clone()))
    }

    /// All columns that are searched by their words, each counting for as much.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] where there are none.
    pub fn all_texts(&self) -> Result<Vec<WeightedText<'_>>> {
        let texts = self.texts();
        if texts.is_empty() {
            let message = "The table has no column that is searched by its words.";
            return Err(Error::new(Code::InvalidArgument, message)
                .hint("Say so of a text column in its declaration, or embed a text column."));
        }
        Ok(texts
            .into_iter()
            .map(|column| WeightedText { column, weight: 1.0 })
            .collect())
    }
}
