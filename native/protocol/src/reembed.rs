use std::sync::Arc;

use serde_json::Value as Json;
use varve_engine::{CommitOptions, Reembed, Result, Table};

use crate::page::Page;
use crate::request::{NewVectors, parse};
use crate::write::written;

/// New vectors for a column that become one commit.
#[derive(Debug)]
pub struct Vectors {
    reembed: Reembed,
    sources: Vec<String>,
    options: CommitOptions,
}

/// Starts to put new vectors in the place of a column's, or into a new column.
///
/// # Errors
/// As [`Reembed::new`], [`Reembed::adding`] and [`Table::check_version`].
pub fn reembed(table: &Arc<Table>, request: &str) -> Result<Vectors> {
    let request: NewVectors = parse(request)?;
    let start = if request.adding {
        Reembed::adding
    } else {
        Reembed::new
    };
    let options = request.options.into();
    table.check_version(&options)?;
    Ok(Vectors {
        reembed: start(Arc::clone(table), request.field)?,
        sources: request.sources,
        options,
    })
}

impl Vectors {
    /// The id of the new column.
    #[must_use]
    pub fn field(&self) -> u32 {
        self.reembed.field().id
    }

    /// How many rows wait to be handed out.
    ///
    /// # Errors
    /// As [`Reembed::waiting`].
    pub fn waiting(&mut self) -> Result<String> {
        Ok(self.reembed.waiting()?.to_string())
    }

    /// The next rows, with the sources of the column; none where all were handed out.
    ///
    /// # Errors
    /// As [`Reembed::next_rows`].
    pub fn next(&mut self, limit: u32) -> Result<Option<Page>> {
        let picked = self.reembed.next_rows(&self.sources, limit as usize)?;
        picked
            .map(|picked| Page::of(&[&picked], picked.fields(), &[]))
            .transpose()
    }

    /// Takes the vectors of these rows.
    ///
    /// # Errors
    /// As [`Reembed::add`].
    pub fn add(&mut self, batch: &[u8]) -> Result<()> {
        self.reembed.add(batch)
    }

    /// Makes all vectors visible, in every version. Says `null` where rows came that were not handed out, unless these may stay without
    /// a vector until `fill`.
    ///
    /// # Errors
    /// As [`Reembed::commit`].
    pub fn commit(&mut self, gaps: bool) -> Result<String> {
        let done = self.reembed.commit(&self.options, gaps)?;
        Ok(done.map_or(Json::Null, written).to_string())
    }

    /// Gives the rows that `commit` left without a vector theirs.
    ///
    /// # Errors
    /// As [`Reembed::fill`].
    pub fn fill(&mut self) -> Result<()> {
        self.reembed.fill()
    }
}
