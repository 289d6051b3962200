use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{Code, CommitOptions, Computed, Error, OnDuplicate, Result, Schema, Snapshot};

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum WriteKind {
    Insert,
    Upsert,
    Update,
    Delete,
}

/// What happens to rows that bring the same key.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Duplicates {
    #[default]
    Error,
    First,
    Last,
}

impl From<Duplicates> for OnDuplicate {
    fn from(duplicates: Duplicates) -> Self {
        match duplicates {
            Duplicates::Error => Self::Refuse,
            Duplicates::First => Self::First,
            Duplicates::Last => Self::Last,
        }
    }
}

/// What every write may say about its commit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    effective_at: Option<i64>,
    #[serde(default)]
    properties: Option<Json>,
    #[serde(default)]
    if_version: Option<u64>,
}

impl From<Options> for CommitOptions {
    fn from(options: Options) -> Self {
        Self {
            message: options.message,
            effective_at: options.effective_at,
            properties: options.properties,
            if_version: options.if_version,
            merged: None,
        }
    }
}

/// A write of any kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Write {
    pub(crate) kind: WriteKind,
    /// The columns that are written, with the names that the caller knows them by.
    #[serde(default)]
    columns: Vec<(u32, String)>,
    #[serde(default)]
    pub(crate) row_ids: Vec<u64>,
    #[serde(default, rename = "where")]
    pub(crate) filter: Option<Json>,
    /// Rows that end with an upsert.
    #[serde(default)]
    pub(crate) ending: Option<Json>,
    /// What happens to rows that bring the same key.
    #[serde(default)]
    pub(crate) on_duplicate: Duplicates,
    /// The derived columns of which the writer gives every vector.
    #[serde(default)]
    pub(crate) derived: Vec<u32>,
    /// What an update computes.
    #[serde(default)]
    pub(crate) compute: Vec<Compute>,
    #[serde(flatten)]
    pub(crate) options: Options,
}

impl Write {
    /// Whether it adds the rows that it brings, and looks for no others but those of their keys.
    pub(crate) fn only_adds(&self) -> bool {
        match self.kind {
            WriteKind::Insert => true,
            WriteKind::Upsert => self.ending.is_none(),
            WriteKind::Update | WriteKind::Delete => false,
        }
    }

    /// Refuses columns that are called otherwise than the caller knows.
    pub(crate) fn check_names(&self, snapshot: &Snapshot) -> Result<()> {
        for field in &snapshot.schema().fields {
            let known = self.columns.iter().find(|(id, _)| *id == field.id);
            if let Some((_, name)) = known.filter(|(_, name)| *name != field.name) {
                let message = format!("The column \"{name}\" is called \"{}\" now.", field.name);
                return Err(Error::new(Code::Conflict, message)
                    .hint("Open the table again.")
                    .column(name.clone()));
            }
        }
        Ok(())
    }
}

/// A value that an update computes.
#[derive(Debug, Deserialize)]
pub(crate) struct Compute {
    /// The id of the column that gets it.
    field: u32,
    value: Json,
    /// Whole numbers that a JavaScript number cannot hold are refused.
    #[serde(default)]
    safe: bool,
}

impl Compute {
    pub(crate) fn parse(&self, schema: &Schema) -> Result<Computed> {
        let target = schema.fields.iter().find(|field| field.id == self.field);
        let target = target.ok_or_else(|| {
            let message = "The table no longer has a column that was to be set.";
            Error::new(Code::Conflict, message).hint("Open the table again and repeat the update.")
        })?;
        Computed::parse(target, &self.value, self.safe, schema)
    }
}
