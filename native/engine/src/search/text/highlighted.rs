//! Parts of texts that show what a search for words found in them.

use super::columns::WantedText;
use super::plan::TextPlan;
use crate::error::{Code, Error, Result};
use crate::index::text::{Fragment, Shown};
use crate::schema::{DataType, Field};
use crate::snapshot::{Picked, Snapshot};

/// A part of a text, and its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// The part.
    pub text: String,
    /// Where it is, and where the words are.
    pub fragment: Fragment,
}

impl Snapshot {
    /// For each row the parts of a text column that show best what is looked for, in the order of the text; none where it holds nothing of it.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for a column that is no text, or whose words are not looked for; [`Code::Corrupt`].
    pub fn highlights(
        &self,
        words: WantedText<'_>,
        picked: &Picked,
        column: &Field,
        shown: Shown,
    ) -> Result<Vec<Vec<Highlight>>> {
        let refuse = |message: String, hint: &str| {
            let error = Error::new(Code::InvalidArgument, message).hint(hint);
            Err(error.column(column.name.clone()))
        };
        if column.data_type != DataType::Text {
            let message = format!("No parts of the column \"{}\" can be shown.", column.name);
            return refuse(message, "Take a column that holds one text.");
        }
        let is_asked = words.columns.iter().any(|text| text.column.id == column.id);
        let Some(searched) = self.searched(column).filter(|_| is_asked) else {
            let message = format!("Words are not looked for in the column \"{}\".", column.name);
            return refuse(
                message,
                "Take one of the columns that are searched, or search this one too.",
            );
        };
        let analysis = &searched.search.analysis;
        let plan = TextPlan::new(self, words, None, 0);
        let (highlights, _) = plan.ask(|reading| {
            let mut highlights = Vec::with_capacity(picked.len());
            picked.each_cell(column, |cell| {
                let text = match cell.column.is_null(cell.row)? {
                    true => "",
                    false => cell.column.text(cell.row)?,
                };
                let fragments = reading.compiled.highlight(column.id, analysis, text, shown);
                let told = fragments.into_iter().map(|fragment| Highlight {
                    text: text
                        .get(fragment.part.bytes.clone())
                        .unwrap_or_default()
                        .to_owned(),
                    fragment,
                });
                highlights.push(told.collect());
                Ok(())
            })?;
            Ok(highlights)
        })?;
        Ok(highlights)
    }
}
