//! Errors as a reader sees them, one below the other.

use varve_engine::{Place, Result};

/// Errors with a heading.
#[derive(Default)]
pub(crate) struct Report(pub(crate) String);

impl Report {
    pub(crate) fn heading(&mut self, heading: &str) {
        self.0 += &format!("\n# {heading}\n");
    }

    /// What must fail, and where it says that it did.
    pub(crate) fn add<T>(&mut self, result: Result<T>) {
        let error = result.err().unwrap();
        let Place {
            table,
            column,
            row,
            file,
        } = error.place();
        let row = row.map(|row| row.to_string());
        let places = [
            ("table", table),
            ("column", column),
            ("row", &row),
            ("file", file),
        ];
        let known = places
            .iter()
            .filter_map(|(what, place)| Some(format!("{what} {}", place.as_ref()?)));
        let known: Vec<String> = known.collect();
        let mut line = format!("{error}\n");
        if !known.is_empty() {
            line += &format!("    [{}]\n", known.join(", "));
        }
        self.0 += &without_names(&line);
    }
}

/// Generated names say nothing to a reader.
fn without_names(text: &str) -> String {
    let mut short = String::new();
    for part in text.split_inclusive(['/', '.', ' ', ']', '"']) {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (name, rest) = part.split_at(digits);
        short += match digits {
            32 => "<uuid>",
            20 => "<sequence>",
            _ => name,
        };
        short += rest;
    }
    short
}
