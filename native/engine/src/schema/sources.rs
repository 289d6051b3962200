//! What the engine reads of how a column is derived: the names of the columns that it is computed from, so that they follow
//! a rename. All else in `embed` is the SDK's.

use serde_json::Value as Json;

use super::{Field, Schema};

impl Field {
    /// The names of the columns that it is computed from.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        let sources = self.embed.as_ref().and_then(|embed| embed.get("sources"));
        sources
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
    }

    /// How the sources become one text; none where they are just joined.
    fn template(&self) -> Option<&str> {
        self.embed.as_ref()?.get("template")?.as_str()
    }

    /// Calls a source by its new name.
    fn rename_source(&mut self, from: &str, to: &str) {
        if !self.sources().any(|source| source == from) {
            return;
        }
        let template = self.template().map(|template| renamed(template, from, to));
        let Some(Json::Object(embed)) = &mut self.embed else {
            return;
        };
        if let Some(Json::Array(sources)) = embed.get_mut("sources") {
            let named = sources.iter_mut().filter(|source| source.as_str() == Some(from));
            named.for_each(|source| *source = Json::from(to));
        }
        if let Some(template) = template {
            embed.insert("template".to_owned(), Json::from(template));
        }
    }
}

impl Schema {
    /// The columns that a column is computed from; none where it is not derived.
    pub(crate) fn sources_of(&self, field: &Field) -> Vec<&Field> {
        field.sources().filter_map(|name| self.field(name).ok()).collect()
    }

    /// Whether it has all of a column's sources, which are columns of another schema, under the names that they have there.
    pub(crate) fn has_sources(&self, field: &Field, of: &Self) -> bool {
        field.sources().all(|name| {
            let (mine, theirs) = (self.field(name), of.field(name));
            matches!((mine, theirs), (Ok(mine), Ok(theirs)) if mine.id == theirs.id)
        })
    }

    /// A column that is computed by a template in which a source of that name cannot stand: braces are not part of names there.
    pub(crate) fn template_without(&self, from: &str, to: &str) -> Option<&Field> {
        let uses =
            |field: &&Field| field.template().is_some() && field.sources().any(|source| source == from);
        self.fields.iter().filter(|_| to.contains(['{', '}'])).find(uses)
    }

    /// Calls a column by a new name, also where it is the key or a source. A version in which another column has that name
    /// stays as it is.
    pub(crate) fn rename(&mut self, id: u32, to: &str) {
        if self.fields.iter().any(|field| field.name == to) {
            return;
        }
        let Some(field) = self.fields.iter_mut().find(|field| field.id == id) else {
            return;
        };
        let from = std::mem::replace(&mut field.name, to.to_owned());
        if self.primary_key.as_ref() == Some(&from) {
            self.primary_key = Some(to.to_owned());
        }
        self.fields
            .iter_mut()
            .for_each(|field| field.rename_source(&from, to));
    }
}

/// A template with another name in braces. Two braces stand for one.
fn renamed(template: &str, from: &str, to: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(template.len()), template);
    while let Some(at) = rest.find(['{', '}']) {
        let (text, braced) = rest.split_at(at);
        out.push_str(text);
        let doubled = braced.strip_prefix("{{").map(|after| ("{{", after));
        let doubled = doubled.or_else(|| braced.strip_prefix("}}").map(|after| ("}}", after)));
        let name = braced.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        rest = match (doubled, name.filter(|(name, _)| !name.contains('{'))) {
            (Some((braces, after)), _) => {
                out.push_str(braces);
                after
            }
            (None, Some((name, after))) => {
                out.push('{');
                out.push_str(if name == from { to } else { name });
                out.push('}');
                after
            }
            (None, None) => {
                let mut chars = braced.chars();
                out.extend(chars.next());
                chars.as_str()
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_template_names_the_column_as_it_is_called_now() {
        let cases = [
            ("{title}\n\n{body}", "{headline}\n\n{body}"),
            ("{{title}} {title}", "{{title}} {headline}"),
            ("{{{title}}}", "{{{headline}}}"),
            ("{ti{title}", "{ti{headline}"),
            ("title } {title", "title } {title"),
            ("{titles} é{title}é", "{titles} é{headline}é"),
        ];
        for (template, expected) in cases {
            assert_eq!(renamed(template, "title", "headline"), expected);
        }
    }
}
