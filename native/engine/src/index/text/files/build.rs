use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::schema::Field;
use tantivy::store::Compressor;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{Index, IndexSettings, SegmentReader, SingleSegmentIndexWriter, TantivyDocument};

use super::layout::{DOCUMENTS_MAX, Described, Header, encode_fields};
use super::write::Written;
use super::{FILES, schema, totals};
use crate::error::{Code, Error, Result};
use crate::index::Built;
use crate::index::text::analysis::{REMEMBERED, Splitter};
use crate::schema::Analysis;

/// The rows that are indexed.
pub trait Texts {
    /// How many rows there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The id of a row. Ids ascend.
    fn id(&self, row: usize) -> u64;
    /// Hands out the texts of a row in one of the fields, by its place in the plan: one, those of a list in their order, or none.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()>;
}

/// How a segment is built.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The columns, each by its id, and how their texts become terms.
    pub fields: &'a [(u32, Analysis)],
    /// About so many bytes may be taken while it is built, beside those of the segment. It ends with the row that exceeds them.
    pub memory: usize,
    /// Set by whoever wants it to end early.
    pub stop: &'a AtomicBool,
}

/// Of the texts of a row in one field, so many bytes are searched; what is behind them is not.
pub(crate) const TEXT_MAX: usize = 1 << 22;
/// Rows between two looks at the memory.
const ROWS_AT_ONCE: usize = 64;

/// The part of a text that is searched, where others of its row came before it.
pub(crate) fn within<'a>(text: &'a str, left: &mut usize) -> &'a str {
    let mut end = text.len().min(*left);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    *left -= end;
    text.get(..end).unwrap_or_default()
}

/// Builds a segment of as many rows as memory allows, at least of one.
///
/// Takes about 40 ns of one core for a byte of text. There must be a row.
///
/// # Errors
/// [`crate::error::Code::Corrupt`]; [`crate::error::Code::Closed`] where it was stopped.
pub fn build(texts: &dyn Texts, plan: &Plan<'_>) -> Result<Built> {
    let files = Written::default();
    let mut writer = writer(&files, plan, texts.len())?;
    let base = texts.id(0);
    let mut ids = Vec::new();
    for row in 0..texts.len().min(DOCUMENTS_MAX as usize) {
        if row % ROWS_AT_ONCE == 0 {
            if plan.stop.load(Ordering::Relaxed) {
                return Err(Error::new(Code::Closed, "Building a text index was stopped."));
            }
            if row > 0 && writer.mem_usage() > plan.memory {
                break;
            }
        }
        let offset = texts
            .id(row)
            .checked_sub(base)
            .and_then(|offset| u32::try_from(offset).ok());
        let Some(offset) = offset else { break };
        writer
            .add_document(document(texts, row, plan.fields.len())?)
            .map_err(failed)?;
        ids.push(offset);
    }
    let index = writer.finalize().map_err(failed)?;
    let totals = totals(&index, plan.fields.len())?;
    // Nothing is stored, so that the store of no documents serves as well as one of empty documents.
    let empty = Written::default();
    self::writer(&empty, plan, 0)?.finalize().map_err(failed)?;
    pieces(&ids, base, plan, totals, |file| match file {
        "store" => empty.take(file),
        _ => files.take(file),
    })
}

fn pieces(
    ids: &[u32],
    base: u64,
    plan: &Plan<'_>,
    totals: Vec<u8>,
    mut take: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Built> {
    let fields: Vec<Described> = plan
        .fields
        .iter()
        .map(|(field, analysis)| Described {
            field: *field,
            analysis: analysis.clone(),
        })
        .collect();
    let described = encode_fields(&fields)?;
    let count = |len: usize| u32::try_from(len).map_err(Error::internal);
    let consecutive = ids.iter().enumerate().all(|(i, offset)| *offset as usize == i);
    let mut sections = vec![described.clone(), totals, Vec::new()];
    if let Some(listed) = sections.last_mut().filter(|_| !consecutive) {
        ids.iter()
            .for_each(|offset| listed.extend_from_slice(&offset.to_le_bytes()));
    }
    let mut files = [0; FILES.len()];
    for (length, file) in files.iter_mut().zip(FILES) {
        let bytes = take(file).ok_or_else(|| Error::internal(format_args!("the library wrote no {file}")))?;
        *length = bytes.len() as u64;
        sections.push(bytes);
    }
    let header = Header {
        base,
        documents: count(ids.len())?,
        fields: count(fields.len())?,
        described: count(described.len())?,
        consecutive,
        files,
    };
    Ok(Built::new(ids.len(), header.encode(), sections))
}

fn document(texts: &dyn Texts, row: usize, fields: usize) -> Result<TantivyDocument> {
    let mut document = TantivyDocument::new();
    for field in 0..fields {
        let mut left = TEXT_MAX;
        let id = Field::from_field_id(field as u32);
        texts.read(row, field, &mut |text| {
            document.add_text(id, within(text, &mut left))
        })?;
    }
    Ok(document)
}

fn totals(index: &Index, fields: usize) -> Result<Vec<u8>> {
    let segments = index.searchable_segments().map_err(failed)?;
    let segment = segments
        .first()
        .ok_or_else(|| Error::internal("the library wrote no segment"))?;
    let reader = SegmentReader::open(segment).map_err(failed)?;
    let mut bytes = Vec::new();
    for field in 0..fields {
        let codes = reader
            .get_fieldnorms_reader(Field::from_field_id(field as u32))
            .map_err(failed)?;
        bytes.extend(totals::encode(
            (0..reader.max_doc()).map(|document| codes.fieldnorm_id(document)),
        ));
    }
    Ok(bytes)
}

/// A writer that starts no thread, takes no lock and keeps all in memory.
fn writer(files: &Written, plan: &Plan<'_>, rows: usize) -> Result<SingleSegmentIndexWriter> {
    /// What the table of terms starts with.
    const TABLE: std::ops::RangeInclusive<usize> = 1 << 18..=1 << 25;
    let tokenizers = TokenizerManager::default();
    for (field, (_, analysis)) in plan.fields.iter().enumerate() {
        let remembered = if rows > ROWS_AT_ONCE { REMEMBERED } else { 0 };
        let adapter = Adapter {
            splitter: Splitter::new(analysis, remembered),
            token: Token {
                position_length: 1,
                ..Token::default()
            },
        };
        tokenizers.register(&field.to_string(), TextAnalyzer::from(adapter));
    }
    let settings = IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    let builder = Index::builder()
        .schema(schema(plan.fields.len()))
        .settings(settings)
        .tokenizers(tokenizers);
    let memory = rows.saturating_mul(4096).clamp(*TABLE.start(), *TABLE.end());
    builder
        .single_segment_index_writer(files.clone(), memory)
        .map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format_args!("a text index cannot be built: {error}"))
}

/// Hands the terms of a text to the library.
#[derive(Clone)]
struct Adapter {
    splitter: Splitter,
    token: Token,
}

struct Stream<'a> {
    adapter: &'a mut Adapter,
    text: &'a str,
}

impl Tokenizer for Adapter {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { adapter: self, text }
    }
}

impl TokenStream for Stream<'_> {
    /// Not called: the library asks for all tokens at once.
    fn advance(&mut self) -> bool {
        false
    }

    fn token(&self) -> &Token {
        &self.adapter.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.adapter.token
    }

    fn process(&mut self, sink: &mut dyn FnMut(&Token)) {
        let Adapter { splitter, token } = &mut *self.adapter;
        splitter.split(self.text, &mut |found| {
            token.text.clear();
            token.text.push_str(found.text);
            token.position = found.position as usize;
            sink(token);
        });
    }
}
