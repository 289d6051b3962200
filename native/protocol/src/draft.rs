use std::sync::Arc;

use serde_json::Value as Json;
use varve_engine::{Code, CommitOptions, Error, OnKey, Result, StagedRows, Table, Update};

use crate::page::Page;
use crate::request::{Write, WriteKind, filter, parse};
use crate::write::written;

/// A write that is told more before it is committed: rows in several batches, or an update of the rows that match a filter.
#[derive(Debug)]
pub struct Draft {
    /// None once it was committed or given up.
    kind: Option<Kind>,
    options: CommitOptions,
}

#[derive(Debug)]
enum Kind {
    Rows(StagedRows),
    Update(Update),
}

/// Starts a write that is told more before it is committed. For an update, a batch of one row has what is set to constants.
///
/// # Errors
/// As [`StagedRows::new`], [`Update::new`] and [`Table::check_version`].
pub fn stage(table: &Arc<Table>, request: &str, constants: Option<&[u8]>) -> Result<Draft> {
    let request: Write = parse(request)?;
    request.check_names(&table.snapshot()?)?;
    let kind = match request.kind {
        WriteKind::Insert => rows(table, &request, OnKey::Refuse)?,
        WriteKind::Upsert => rows(table, &request, OnKey::Replace)?,
        WriteKind::Update => update(table, &request, constants)?,
        WriteKind::Delete => return Err(Error::internal("a delete that is told more")),
    };
    let options = request.options.into();
    table.check_version(&options)?;
    Ok(Draft {
        kind: Some(kind),
        options,
    })
}

fn rows(table: &Arc<Table>, request: &Write, on_key: OnKey) -> Result<Kind> {
    let stage = StagedRows::new(Arc::clone(table), on_key)?;
    let stage = stage.on_duplicate(request.on_duplicate.into());
    Ok(Kind::Rows(stage.wanted(request.derived.clone())))
}

fn update(table: &Arc<Table>, request: &Write, constants: Option<&[u8]>) -> Result<Kind> {
    let (batch, schema) = table.batch(constants.unwrap_or_default())?;
    let filter = filter(request.filter.as_ref(), &schema)?;
    let computed = request.compute.iter().map(|one| one.parse(&schema));
    let computed = computed.collect::<Result<_>>()?;
    let update = Update::new(Arc::clone(table), filter, (batch, schema), computed)?;
    Ok(Kind::Update(update.wanted(request.derived.clone())))
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
        let sources = match self.kind()? {
            Kind::Rows(stage) => stage.missing(field, limit as usize)?,
            Kind::Update(update) => update.missing(field, limit as usize)?,
        };
        sources.as_ref().map(Page::of_sources).transpose()
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
                let ending = filter(ending.as_ref(), stage.table().snapshot()?.schema())?;
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
