//! Which columns are searched by their words: those that say so, and those that others are embedded from.

use std::collections::HashSet;

use super::{DataType, Field, Schema, TextSearch, TextSetting};
use crate::error::{Code, Error, Result};

impl Field {
    /// Refuses what it cannot say of the search by its words. Not asked of what is stored: a newer version may know more.
    ///
    /// # Errors
    /// [`Code::InvalidSchema`].
    pub(crate) fn check_text(&self) -> Result<()> {
        let why = match self.text.as_deref() {
            None => return Ok(()),
            Some(TextSetting::Known(search)) => search.fault(&self.data_type),
            Some(TextSetting::Unknown(_)) => Some("this build does not know what is said of it".to_owned()),
        };
        let Some(why) = why else { return Ok(()) };
        let message = format!(
            "The column \"{}\" cannot be searched by its words as it says: {why}.",
            self.name
        );
        Err(Error::new(Code::InvalidSchema, message).column(self.name.clone()))
    }

    /// How it is searched by its words, where it says so; `is_source` where another column is embedded from it.
    fn text_search(&self, is_source: bool) -> Option<TextSearch> {
        match self.text.as_deref() {
            Some(TextSetting::Known(search)) => {
                let holds = search.search && search.fault(&self.data_type).is_none();
                holds.then(|| search.clone())
            }
            Some(TextSetting::Unknown(_)) => None,
            None => (is_source && self.data_type == DataType::Text).then(|| TextSearch {
                search: true,
                ..TextSearch::default()
            }),
        }
    }
}

/// The columns of these schemas whose values have an index, each as the last schema that has it says, ascending.
pub(crate) fn indexed_fields<'a>(schemas: impl DoubleEndedIterator<Item = &'a Schema>) -> Vec<u32> {
    let mut seen = HashSet::new();
    let fields = schemas.rev().flat_map(|schema| &schema.fields);
    let mut indexed: Vec<u32> = fields
        .filter(|field| {
            seen.insert(field.id) && field.indexed == Some(true) && field.data_type.is_indexable()
        })
        .map(|field| field.id)
        .collect();
    indexed.sort_unstable();
    indexed
}

/// The columns of these schemas that are searched by their words, each once and as the last schema that has it says. A text column
/// that says nothing is searched where another one is embedded from it.
pub(crate) fn searched_texts<'a>(
    schemas: impl DoubleEndedIterator<Item = &'a Schema> + Clone,
) -> Vec<(u32, TextSearch)> {
    let mut sources = HashSet::new();
    for schema in schemas.clone() {
        let of_schema = schema.fields.iter().flat_map(|field| schema.sources_of(field));
        sources.extend(of_schema.map(|field| field.id));
    }
    let (mut seen, mut searched) = (HashSet::new(), Vec::new());
    for field in schemas.rev().flat_map(|schema| &schema.fields) {
        if seen.insert(field.id) {
            let search = field.text_search(sources.contains(&field.id));
            searched.extend(search.map(|search| (field.id, search)));
        }
    }
    searched.sort_by_key(|(field, _)| *field);
    searched
}
