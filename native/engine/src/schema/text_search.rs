//! Which columns are searched by their words, and how.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use xxhash_rust::xxh3::xxh3_64;

use super::{Analysis, DataType};

/// The number of what the analyzers do, as `varvetx1` says it of a segment: another one where the same analysis comes to make other
/// terms.
const EDITION: u32 = 1;

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
    /// Whether a text is searched that lies in a column at the end of these names.
    pub(crate) fn takes(&self, path: &[&str]) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|part| part.iter().eq(path))
    }

    /// Tells how texts become terms, and which ones: another mark makes other terms.
    pub(crate) fn mark(&self) -> String {
        let said = (EDITION, &self.analysis, &self.parts);
        // Plain data is always JSON.
        let said = serde_json::to_vec(&said).unwrap_or_default();
        format!("{:016x}", xxh3_64(&said))
    }

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

#[cfg(test)]
mod tests {
    use super::TextSearch;

    /// Segments that are there would be built anew.
    #[test]
    fn marks_stay_what_they_are() {
        let mark = |json: &str| serde_json::from_str::<TextSearch>(json).unwrap().mark();
        assert_eq!(
            mark(r#"{"search":true}"#),
            mark(r#"{"search":true,"analysis":{"stem":true},"parts":[]}"#)
        );
        let other = r#"{"search":true,"analysis":{"analyzer":{"ngrams":{"min":2,"max":3}},"language":"de"},"parts":[["a","b"]]}"#;
        assert_eq!(
            (mark(r#"{"search":true}"#).as_str(), mark(other).as_str()),
            ("f965991d590933f8", "1a1f57eabe4bf20a")
        );
    }
}
