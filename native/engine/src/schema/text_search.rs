//! Which columns are searched by their words, and how.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Analysis, DataType};

/// What a column says of the search by its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TextSetting {
    /// What this build knows.
    Known(TextSearch),
    /// What a newer version says. This build keeps it and does not search the column by words.
    Unknown(Json),
}

/// Whether and how a column is searched by its words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextSearch {
    /// Whether it is.
    pub search: bool,
    /// How its texts become terms.
    #[serde(default, skip_serializing_if = "is_default")]
    pub analysis: Analysis,
    /// The texts inside of structs that are searched, each by the names on the way to it; all of the column where there are none.
    /// Lists on the way have no name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Vec<String>>,
}

fn is_default(analysis: &Analysis) -> bool {
    *analysis == Analysis::default()
}

impl TextSearch {
    /// Why a column of a type cannot say so, if it cannot.
    pub(super) fn fault(&self, data_type: &DataType) -> Option<String> {
        let mut texts = Vec::new();
        texts_of(data_type, &mut Vec::new(), &mut texts);
        if texts.is_empty() {
            return Some("only text, and text in lists and structs, is searched by its words".to_owned());
        }
        let stray = self.parts.iter().find(|part| !texts.contains(part));
        if let Some(stray) = stray {
            return Some(format!("it holds no text at {}", stray.join(".")));
        }
        let fault = self.analysis.check().err()?;
        Some(fault.message().trim_end_matches('.').to_owned())
    }
}

/// The names on the way to each text of a type.
fn texts_of(data_type: &DataType, path: &mut Vec<String>, texts: &mut Vec<Vec<String>>) {
    match data_type {
        DataType::Text => texts.push(path.clone()),
        DataType::List { item } => texts_of(&item.data_type, path, texts),
        DataType::Struct { fields } => {
            for field in fields {
                path.push(field.name.clone());
                texts_of(&field.data_type, path, texts);
                path.pop();
            }
        }
        _ => {}
    }
}
