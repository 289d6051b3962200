use std::sync::Arc;

use serde_json::Value as Json;
use varve_engine::{
    Batch, Code, CommitOptions, Error, OnKey, Result, Schema, Snapshot, Sources, StagedRows, Table, Update,
};

use crate::inputs::{Input, inputs_of};
use crate::page::Page;
use crate::request::{Write, WriteKind, filter, parse};
use crate::write::written;

/// A write that is told more before it is committed: rows in several batches, or an update of the rows that match a filter.
#[derive(Debug)]
pub struct Draft {
    /// None once it was committed or given up.
    kind: Option<Kind>,
    options: CommitOptions,
    /// How derived columns are computed, by their ids.
    embeds: Vec<(u32, Json)>,
}

#[derive(Debug)]
enum Kind {
    Rows(StagedRows),
    Update(Update),
}

/// Starts a write that is told more before it is committed. For an update, a batch of one row has what is set to constants.
///
/// # Errors
/// As [`StagedRows::new`], [`Update::new`] and [`CommitOptions::check_version`].
pub fn stage(table: &Arc<Table>, request: &str, constants: Option<&[u8]>) -> Result<Draft> {
    staged(table, request, |snapshot| {
        snapshot.batch(constants.unwrap_or_default())
    })
}

/// [`stage`], with the constants of an update in Arrow's IPC format.
///
/// # Errors
/// As [`stage`] and [`Batch::from_arrow`].
pub fn stage_arrow(table: &Arc<Table>, request: &str, constants: Option<&[u8]>) -> Result<Draft> {
    staged(table, request, |snapshot| {
        let schema = Arc::clone(snapshot.schema());
        let batches = Batch::from_arrow(constants.unwrap_or_default(), &schema)?;
        let batch = batches.into_iter().next();
        let none = || Error::new(Code::InvalidArgument, "An update says in one row what it sets.");
        Ok((batch.ok_or_else(none)?, schema))
    })
}

/// What an update sets, and the schema that it was read by.
type Constants = (Batch, Arc<Schema>);

fn staged(
    table: &Arc<Table>,
    request: &str,
    constants: impl FnOnce(&Snapshot) -> Result<Constants>,
) -> Result<Draft> {
    let request: Write = parse(request)?;
    let snapshot = table.snapshot()?;
    request.check_names(&snapshot)?;
    let fields = snapshot.schema().fields.iter();
    let embeds = fields.filter_map(|field| Some((field.id, field.embed.clone()?)));
    let embeds = embeds.collect();
    let kind = match request.kind {
        WriteKind::Insert => rows(table, &snapshot, &request, OnKey::Refuse)?,
        WriteKind::Upsert => rows(table, &snapshot, &request, OnKey::Replace)?,
        WriteKind::Update => update(table, &request, constants(&snapshot)?)?,
        WriteKind::Delete => return Err(Error::internal("a delete that is told more")),
    };
    let options: CommitOptions = request.options.into();
    options.check_version(snapshot.version())?;
    Ok(Draft {
        kind: Some(kind),
        options,
        embeds,
    })
}

fn rows(table: &Arc<Table>, snapshot: &Snapshot, request: &Write, on_key: OnKey) -> Result<Kind> {
    let stage = StagedRows::on(Arc::clone(table), snapshot, on_key)?;
    let stage = stage.on_duplicate(request.on_duplicate.into());
    Ok(Kind::Rows(stage.wanted(request.derived.clone())))
}

fn update(table: &Arc<Table>, request: &Write, (batch, schema): Constants) -> Result<Kind> {
    let filter = filter(request.filter.as_ref(), &schema)?;
    let computed = request.compute.iter().map(|one| one.parse(&schema));
    let computed = computed.collect::<Result<_>>()?;
    let update = Update::new(Arc::clone(table), filter, (batch, schema), computed)?;
    Ok(Kind::Update(update.wanted(request.derived.clone())))
}

/// Vectors of one column, as `docs/protocol.md` says what a batch is.
fn batch_of_vectors(field: u32, known: &[bool], vectors: &[u8]) -> Result<Vec<u8>> {
    const MAGIC: u32 = 0x4252_5631;
    const VECTOR: u32 = 5;
    let rows = u32::try_from(known.len()).map_err(Error::internal)?;
    let dimensions = u32::try_from(vectors.len() / 4 / known.len().max(1)).map_err(Error::internal)?;
    if known.len() * dimensions as usize * 4 != vectors.len() {
        return Err(Error::internal("vectors of different lengths"));
    }
    let words = [MAGIC, rows, 1, 0, field, VECTOR, 1, dimensions];
    let mut batch: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    batch.extend(known.iter().map(|known| u8::from(*known)));
    batch.resize(batch.len().next_multiple_of(8), 0);
    batch.extend_from_slice(vectors);
    batch.resize(batch.len().next_multiple_of(8), 0);
    Ok(batch)
}

fn ended() -> Error {
    Error::new(Code::Closed, "The write was committed or aborted already.")
}

impl Draft {
    fn kind(&mut self) -> Result<&mut Kind> {
        self.kind.as_mut().ok_or_else(ended)
    }

    /// Adds rows.
    ///
    /// # Errors
    /// As [`StagedRows::add`]; [`Code::Closed`] where it has ended.
    pub fn add(&mut self, batch: &[u8]) -> Result<()> {
        match self.kind()? {
            Kind::Rows(stage) => stage.add(batch),
            Kind::Update(_) => Err(Error::internal("rows for an update")),
        }
    }

    /// Adds the rows of a stream or a file in Arrow's IPC format.
    ///
    /// # Errors
    /// As [`StagedRows::add_arrow`]; [`Code::Closed`] where it has ended.
    pub fn add_arrow(&mut self, bytes: &[u8]) -> Result<()> {
        match self.kind()? {
            Kind::Rows(stage) => stage.add_arrow(bytes),
            Kind::Update(_) => Err(Error::internal("rows for an update")),
        }
    }

    /// What a derived column, by its id, is to be computed from for some rows that have no vector; none where nothing is missing.
    ///
    /// # Errors
    /// As [`StagedRows::missing`]; [`Code::Closed`] where it has ended.
    pub fn missing(&mut self, field: u32, limit: u32) -> Result<Option<Page>> {
        let sources = self.sources(field, limit)?;
        sources.as_ref().map(Page::of_sources).transpose()
    }

    /// [`Draft::missing`], as what an embedding function is given: for each row one text, or bytes, and none where nothing is to be embedded.
    ///
    /// # Errors
    /// As [`Draft::missing`].
    pub fn inputs(&mut self, field: u32, limit: u32) -> Result<Option<Vec<Option<Input>>>> {
        let sources = self.sources(field, limit)?;
        let embed = self.embeds.iter().find(|(id, _)| *id == field);
        let inputs = |sources: &Sources| inputs_of(embed.map(|(_, embed)| embed), sources);
        sources.as_ref().map(inputs).transpose()
    }

    fn sources(&mut self, field: u32, limit: u32) -> Result<Option<Sources>> {
        match self.kind()? {
            Kind::Rows(stage) => stage.missing(field, limit as usize),
            Kind::Update(update) => update.missing(field, limit as usize),
        }
    }

    /// Takes the vectors for what `missing` gave last.
    ///
    /// # Errors
    /// As [`StagedRows::fill`]; [`Code::Closed`] where it has ended.
    pub fn fill(&mut self, field: u32, batch: &[u8]) -> Result<()> {
        match self.kind()? {
            Kind::Rows(stage) => stage.fill(field, batch),
            Kind::Update(update) => update.fill(field, batch),
        }
    }

    /// [`Draft::fill`] with 32-bit floats, one vector behind the other, and which of them are there.
    ///
    /// # Errors
    /// As [`Draft::fill`].
    pub fn give(&mut self, field: u32, known: &[bool], vectors: &[u8]) -> Result<()> {
        let batch = batch_of_vectors(field, known, vectors)?;
        self.fill(field, &batch)
    }

    /// Makes all rows visible; other rows that match the filter `ending` end in the same commit. `None` where vectors are missing:
    /// then nothing was committed yet. A failure ends the write.
    ///
    /// # Errors
    /// As [`StagedRows::commit`] and [`Update::commit`]; [`Code::Closed`] where it has ended.
    pub fn commit(&mut self, ending: Option<&str>) -> Result<Option<String>> {
        let mut kind = self.kind.take().ok_or_else(ended)?;
        let done = match &mut kind {
            Kind::Rows(stage) => {
                let ending = ending.map(parse::<Json>).transpose()?;
                let ending = filter(ending.as_ref(), stage.table().known()?.schema())?;
                stage.end(ending);
                stage.commit(&self.options)?
            }
            Kind::Update(update) => update.commit(&self.options)?,
        };
        if done.is_none() {
            self.kind = Some(kind);
        }
        Ok(done.map(|done| written(done).to_string()))
    }

    /// Gives up; nothing was written.
    pub fn abort(&mut self) {
        self.kind = None;
    }
}
