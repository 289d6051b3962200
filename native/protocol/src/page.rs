//! Rows on their way out: numbers in one array, all text in one string, all bytes in one buffer.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};
use varve_engine::{
    Cell, Code, Confidence, DataType, Element, Error, Field, Highlight, Lifetime, Part, Picked, Result,
    Score, Sources, Sureness, Value, ValueCount, fixed_width, vector_elements,
};

/// The greatest integer of which a 64-bit float knows all neighbours.
const SAFE: u64 = 9_007_199_254_740_991;

/// The most text of a page: a string of V8 ends at 512 MiB.
const TEXT_MAX: usize = 400 << 20;

/// Rows whose cells can be visited column by column.
pub(crate) trait Cells {
    fn each_cell(&self, field: &Field, visit: impl FnMut(Cell<'_>) -> Result<()>) -> Result<()>;
}

impl Cells for Picked {
    fn each_cell(&self, field: &Field, visit: impl FnMut(Cell<'_>) -> Result<()>) -> Result<()> {
        Picked::each_cell(self, field, visit)
    }
}

impl Cells for Sources {
    fn each_cell(&self, field: &Field, mut visit: impl FnMut(Cell<'_>) -> Result<()>) -> Result<()> {
        for column in self.column(field) {
            (0..column.len()).try_for_each(|row| visit(Cell { column, row }))?;
        }
        Ok(())
    }
}

/// Rows, column by column. `docs/protocol.md` says what stands where.
#[derive(Debug, Default)]
pub struct Page {
    /// Counts, null marks, values and offsets.
    pub numbers: Vec<f64>,
    /// All text.
    pub text: String,
    /// All bytes and vectors.
    pub blob: Vec<u8>,
    /// The length of the text in UTF-16 units, which is how JavaScript counts.
    units: usize,
}

/// Whether a column's values go into the blob.
pub(crate) fn is_blob(field: &Field) -> bool {
    matches!(field.data_type, DataType::Bytes | DataType::Vector { .. })
}

impl Page {
    /// A page of one number.
    pub(crate) fn of_count(count: u64) -> Self {
        Self {
            numbers: vec![count as f64],
            ..Self::default()
        }
    }

    /// Writes rows; integers of the columns in `bigints` go as decimal digits.
    pub(crate) fn of(parts: &[&Picked], fields: &[Field], bigints: &[String]) -> Result<Self> {
        let mut page = Self::default();
        let rows: usize = parts.iter().map(|part| part.len()).sum();
        page.numbers.reserve(1 + fields.len() * (rows + 1) + rows * 2);
        page.numbers.push(rows as f64);
        for field in fields {
            if field.id == 0 {
                page.numbers.push(0.0);
                parts
                    .iter()
                    .for_each(|part| page.numbers.extend(part.ids().map(|id| id as f64)));
                continue;
            }
            page.nulls(parts, field, rows)?;
            page.column(parts, field, rows, bigints.contains(&field.name))?;
            page.check_size()?;
        }
        for part in parts {
            page.numbers.extend(part.scores.iter().map(Score::distance));
            page.numbers.extend(part.scores.iter().map(|score| score.score));
        }
        Ok(page)
    }

    /// Writes what vectors are to be made of, and behind it the number of each row within its write; -1 where rows have none.
    pub(crate) fn of_sources(sources: &Sources) -> Result<Self> {
        let mut page = Self::default();
        let rows = sources.rows();
        page.numbers.push(rows.len() as f64);
        for field in sources.fields() {
            page.nulls(&[sources], field, rows.len())?;
            page.column(&[sources], field, rows.len(), false)?;
            page.check_size()?;
        }
        page.numbers
            .extend(rows.iter().map(|row| row.map_or(-1.0, |row| row as f64)));
        Ok(page)
    }

    /// Writes when each row began and when it ended: version and date of each; -1 for the version of an end that has not come.
    pub(crate) fn lifetimes(&mut self, lifetimes: &[Lifetime]) {
        for Lifetime { from, to } in lifetimes {
            let (ended, at) = to.map_or((-1.0, 0.0), |to| (to.version as f64, to.committed_at as f64));
            self.numbers
                .extend([from.version as f64, from.committed_at as f64, ended, at]);
        }
    }

    /// Writes what words and vectors say of each row: its score by words, and its places in both rankings; 0 where there is none.
    pub(crate) fn parts(&mut self, scores: &[Score]) {
        let value = |score: &Score| score.parts.text.map_or(0.0, |part| part.value);
        let rank = |part: Option<Part>| part.map_or(0.0, |part| f64::from(part.rank));
        self.numbers.extend(scores.iter().map(value));
        self.numbers
            .extend(scores.iter().map(|score| rank(score.parts.text)));
        self.numbers
            .extend(scores.iter().map(|score| rank(score.parts.vector)));
    }

    /// Writes how many rows are in the group of each.
    pub(crate) fn counts(&mut self, scores: &[Score]) {
        self.numbers.extend(scores.iter().map(|score| score.count as f64));
    }

    /// Writes where the page ends, for the next one; nothing where there is none.
    pub(crate) fn cursor(&mut self, cursor: Option<&str>) {
        self.text(cursor.unwrap_or_default());
    }

    /// Writes how often values stand in columns: JSON behind all other text.
    pub(crate) fn facets(&mut self, counted: &[(Field, Vec<ValueCount>)]) -> Result<()> {
        let values = |(field, values): &(Field, Vec<ValueCount>)| -> Json {
            let item = field.data_type.item_or_self();
            let told = |one: &ValueCount| json!([json_of(item, &one.value), one.count]);
            values.iter().map(told).collect()
        };
        let all: Json = counted.iter().map(values).collect();
        self.text(&all.to_string());
        self.check_size()
    }

    /// Writes how sure a search is.
    pub(crate) fn confidence(&mut self, confidence: Confidence) {
        self.text(level(confidence.sureness));
    }

    /// Writes the parts of a text that show what was found: JSON behind all other text.
    pub(crate) fn highlights(&mut self, highlights: &[Vec<Highlight>]) -> Result<()> {
        let range = |stretch: &Range<usize>| json!([stretch.start, stretch.end]);
        let part = |one: &Highlight| {
            let marks: Vec<Json> = one.fragment.marks.iter().map(|mark| range(&mark.utf16)).collect();
            json!([one.text, range(&one.fragment.part.utf16), marks])
        };
        let of_row = |parts: &Vec<Highlight>| -> Json { parts.iter().map(part).collect() };
        let all: Json = highlights.iter().map(of_row).collect();
        self.text(&all.to_string());
        self.check_size()
    }

    fn nulls<P: Cells>(&mut self, parts: &[&P], field: &Field, rows: usize) -> Result<()> {
        let mode = self.numbers.len();
        self.numbers.push(0.0);
        let mut any = false;
        for part in parts {
            part.each_cell(field, |cell| {
                let null = cell.column.is_null(cell.row)?;
                any |= null;
                self.numbers.push(f64::from(u8::from(null)));
                Ok(())
            })?;
        }
        if any {
            if let Some(mode) = self.numbers.get_mut(mode) {
                *mode = 1.0;
            }
        } else {
            self.numbers.truncate(self.numbers.len() - rows);
        }
        Ok(())
    }

    fn column<P: Cells>(&mut self, parts: &[&P], field: &Field, rows: usize, bigint: bool) -> Result<()> {
        if let DataType::Vector { element, .. } = field.data_type {
            self.blob.resize(self.blob.len().next_multiple_of(4), 0);
            self.numbers.push(self.blob.len() as f64);
            let width = fixed_width(&field.data_type).unwrap_or(0) / element.size() * 4;
            self.blob.reserve(rows * width);
        }
        for part in parts {
            part.each_cell(field, |cell| self.cell(field, cell, bigint))?;
        }
        Ok(())
    }

    fn cell(&mut self, field: &Field, cell: Cell<'_>, bigint: bool) -> Result<()> {
        let Cell { column, row } = cell;
        let null = column.is_null(row)?;
        match &field.data_type {
            DataType::Int if bigint => {
                let digits = if null {
                    String::new()
                } else {
                    column.int(row)?.to_string()
                };
                self.text(&digits);
            }
            DataType::Int | DataType::Timestamp | DataType::Date => {
                let int = if null { 0 } else { column.int(row)? };
                if int.unsigned_abs() > SAFE {
                    return Err(unsafe_integer(field, int));
                }
                self.numbers.push(int as f64);
            }
            DataType::Float { .. } => self.numbers.push(if null { 0.0 } else { column.float(row)? }),
            DataType::Boolean => self
                .numbers
                .push(f64::from(u8::from(!null && column.boolean(row)?))),
            DataType::Text | DataType::Enum { .. } | DataType::Json => {
                self.text(if null { "" } else { column.text(row)? })
            }
            DataType::Bytes => {
                self.blob
                    .extend_from_slice(if null { &[] } else { column.variable(row)? });
                self.numbers.push(self.blob.len() as f64);
            }
            DataType::Vector {
                element: Element::F32,
                ..
            } => self.blob.extend_from_slice(column.fixed(row)?),
            DataType::Vector { element, .. } => {
                let floats = vector_elements(column.fixed(row)?, *element);
                floats
                    .iter()
                    .for_each(|x| self.blob.extend_from_slice(&x.to_le_bytes()));
            }
            nested @ (DataType::List { .. } | DataType::Struct { .. }) => {
                let text = if null {
                    String::new()
                } else {
                    json_of(nested, &column.value(nested, row)?).to_string()
                };
                self.text(&text);
            }
        }
        Ok(())
    }

    fn check_size(&self) -> Result<()> {
        check_text(&self.text)
    }

    fn text(&mut self, text: &str) {
        self.units += if text.is_ascii() {
            text.len()
        } else {
            text.encode_utf16().count()
        };
        self.text.push_str(text);
        self.numbers.push(self.units as f64);
    }
}

fn unsafe_integer(field: &Field, int: i64) -> Error {
    let message = format!(
        "The column \"{}\" holds {int}, which a JavaScript number cannot hold exactly.",
        field.name
    );
    Error::new(Code::UnsafeInteger, message)
        .hint("Read the column as integers of 64 bits.")
        .column(field.name.clone())
}

/// How sure a search is, in a word.
pub(crate) fn level(sureness: Sureness) -> &'static str {
    match sureness {
        Sureness::Strong => "strong",
        Sureness::Weak => "weak",
        Sureness::None => "none",
    }
}

/// An integer: as a text in an object where a number of JavaScript does not hold it.
pub(crate) fn integer_json(int: i128) -> Json {
    i64::try_from(int)
        .ok()
        .filter(|int| int.unsigned_abs() <= SAFE)
        .map_or_else(|| json!({ "$int": int.to_string() }), |int| json!(int))
}

/// Refuses a text that JavaScript cannot hold as one string.
pub(crate) fn check_text(text: &str) -> Result<()> {
    if text.len() <= TEXT_MAX {
        return Ok(());
    }
    let message = format!(
        "The rows that were asked for hold more than {} MiB of text at once.",
        TEXT_MAX >> 20
    );
    Err(Error::new(Code::InvalidArgument, message)
        .hint("Ask for fewer rows, for fewer columns, or scan the table."))
}

/// A nested value as JSON that JavaScript reads: numbers that JSON does not have are objects.
pub(crate) fn json_of(data_type: &DataType, value: &Value) -> Json {
    match (data_type, value) {
        (_, Value::Null) => Json::Null,
        (_, Value::Boolean(b)) => json!(b),
        (_, Value::Int(int)) => integer_json((*int).into()),
        (_, Value::Float(x)) if x.is_nan() => json!({ "$float": "NaN" }),
        (_, Value::Float(x)) if x.is_infinite() => {
            json!({ "$float": if *x > 0.0 { "Infinity" } else { "-Infinity" } })
        }
        (_, Value::Float(x)) => json!(x),
        (DataType::Json, Value::Text(text)) => serde_json::from_str(text).unwrap_or(Json::Null),
        (_, Value::Text(text)) => json!(text),
        (_, Value::Bytes(bytes)) => json!(BASE64.encode(bytes)),
        (DataType::List { item }, Value::List(values)) => values
            .iter()
            .map(|value| json_of(&item.data_type, value))
            .collect(),
        (DataType::Struct { fields }, Value::Struct(values)) => {
            let parts = fields.iter().zip(values);
            Json::Object(
                parts
                    .map(|(field, value)| (field.name.clone(), json_of(&field.data_type, value)))
                    .collect::<Map<_, _>>(),
            )
        }
        (_, Value::List(_) | Value::Struct(_)) => Json::Null,
    }
}
