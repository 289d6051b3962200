use serde_json::Value as Json;
use varve_engine::{DataType, Error, Field, Result, Sources};

/// What an embedding function is given for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A text.
    Text(String),
    /// Bytes, such as those of an image.
    Bytes(Vec<u8>),
}

/// What is embedded for each row: none where all sources are null or empty. Several texts become one by the template of the column, or are
/// joined by an empty line.
pub(crate) fn inputs_of(embed: Option<&Json>, sources: &Sources) -> Result<Vec<Option<Input>>> {
    let template = embed.and_then(|embed| embed.get("template")?.as_str());
    let template = template.map(parts);
    let count = sources.rows().len();
    let mut columns = Vec::new();
    for field in sources.fields() {
        let cells = cells(field, sources)?;
        if cells.len() != count {
            return Err(Error::internal("a source of another length than its rows"));
        }
        columns.push((field.name.as_str(), cells));
    }
    let mut columns: Vec<_> = columns
        .into_iter()
        .map(|(name, cells)| (name, cells.into_iter()))
        .collect();
    let row = |_| {
        let values: Vec<(&str, Option<Input>)> = columns
            .iter_mut()
            .map(|(name, cells)| (*name, cells.next().flatten()))
            .collect();
        input(template.as_deref(), values)
    };
    Ok((0..count).map(row).collect())
}

fn cells(field: &Field, sources: &Sources) -> Result<Vec<Option<Input>>> {
    let mut cells = Vec::new();
    for column in sources.column(field) {
        for row in 0..column.len() {
            cells.push(if column.is_null(row)? {
                None
            } else if field.data_type == DataType::Bytes {
                Some(Input::Bytes(column.variable(row)?.to_vec()))
            } else {
                Some(Input::Text(column.text(row)?.to_owned()))
            });
        }
    }
    Ok(cells)
}

fn input(template: Option<&[String]>, values: Vec<(&str, Option<Input>)>) -> Option<Input> {
    let is_something = |input: &Input| match input {
        Input::Text(text) => !text.trim().is_empty(),
        Input::Bytes(_) => true,
    };
    if !values
        .iter()
        .any(|(_, value)| value.as_ref().is_some_and(is_something))
    {
        return None;
    }
    let text_of = |name: &str| {
        let value = values.iter().find(|(known, _)| *known == name);
        match value.and_then(|(_, value)| value.as_ref()) {
            Some(Input::Text(text)) => text.as_str(),
            _ => "",
        }
    };
    if let Some(parts) = template {
        let filled = parts
            .iter()
            .enumerate()
            .map(|(at, part)| if at % 2 == 0 { part } else { text_of(part) });
        return Some(Input::Text(filled.collect()));
    }
    let mut present: Vec<Input> = values
        .into_iter()
        .filter_map(|(_, value)| value.filter(is_something))
        .collect();
    if present.len() == 1 {
        return present.pop();
    }
    let texts: Vec<&str> = present
        .iter()
        .filter_map(|value| match value {
            Input::Text(text) => Some(text.as_str()),
            Input::Bytes(_) => None,
        })
        .collect();
    Some(Input::Text(texts.join("\n\n")))
}

/// A template cut into text, name, text, name, ..., text. Two braces stand for one.
fn parts(template: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut last = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        last.push_str(before);
        if let Some(after) = behind.strip_prefix("{{").or_else(|| behind.strip_prefix("}}")) {
            last.push_str(behind.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let name = behind
            .strip_prefix('{')
            .and_then(|inner| inner.split_once(['{', '}']));
        let closed = name.filter(|(name, _)| {
            behind
                .get(name.len() + 1..)
                .is_some_and(|end| end.starts_with('}'))
        });
        if let Some((name, after)) = closed {
            parts.push(std::mem::take(&mut last));
            parts.push(name.to_owned());
            rest = after;
        } else {
            last.push_str(behind.get(..1).unwrap_or_default());
            rest = behind.get(1..).unwrap_or_default();
        }
    }
    last.push_str(rest);
    parts.push(last);
    parts
}

#[cfg(test)]
mod tests {
    use super::{Input, input, parts};

    #[test]
    fn a_template_is_cut_where_names_are() {
        assert_eq!(parts("{a}\n\n{b}"), ["", "a", "\n\n", "b", ""]);
        assert_eq!(parts("{{a}} {a"), ["{a} {a"]);
        assert_eq!(parts("a } b {c}"), ["a } b ", "c", ""]);
    }

    #[test]
    fn sources_become_one_text() {
        let text = |text: &str| Some(Input::Text(text.to_owned()));
        assert_eq!(input(None, vec![("a", text("x")), ("b", None)]), text("x"));
        assert_eq!(
            input(None, vec![("a", text("x")), ("b", text("y"))]),
            text("x\n\ny")
        );
        assert_eq!(input(None, vec![("a", text(" ")), ("b", None)]), None);
        let template = parts("<{a}|{b}>");
        assert_eq!(
            input(Some(&template), vec![("a", text("x")), ("b", None)]),
            text("<x|>")
        );
        let bytes = Some(Input::Bytes(vec![1]));
        assert_eq!(input(None, vec![("a", bytes.clone())]), bytes);
    }
}
