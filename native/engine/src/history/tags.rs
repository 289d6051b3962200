use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::format::{open_json, seal_json};
use crate::store::{PutOutcome, Store, check_tag_name};

/// A name for a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// The name.
    pub name: String,
    /// The version.
    pub version: u64,
    /// When the tag was made, in milliseconds.
    pub created_at: i64,
}

/// The tags of a table, one file each.
#[derive(Debug)]
pub struct Tags {
    store: Arc<dyn Store>,
    directory: String,
}

impl Tags {
    /// The tags in a directory.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, directory: String) -> Self {
        Self { store, directory }
    }

    /// Makes a tag.
    ///
    /// # Errors
    /// [`Code::TagExists`], [`Code::InvalidName`].
    pub fn create(&self, tag: &Tag) -> Result<()> {
        check_tag_name(&tag.name)?;
        match self
            .store
            .put_if_absent(&self.path(&tag.name), &seal_json(tag)?)?
        {
            PutOutcome::Created => Ok(()),
            PutOutcome::Exists => Err(Error::new(
                Code::TagExists,
                format!("There already is a tag \"{}\".", tag.name),
            )
            .hint("Delete it first to move it.")),
        }
    }

    /// The tag of that name.
    ///
    /// # Errors
    /// [`Code::TagNotFound`], [`Code::InvalidName`], [`Code::Corrupt`].
    pub fn get(&self, name: &str) -> Result<Tag> {
        check_tag_name(name)?;
        self.read(name)?.ok_or_else(|| missing(name))
    }

    /// All tags, by version.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn all(&self) -> Result<Vec<Tag>> {
        let mut tags = Vec::new();
        for entry in self.store.list(&self.directory)? {
            let Some(name) = entry
                .name
                .strip_suffix(".json")
                .filter(|name| check_tag_name(name).is_ok())
            else {
                continue;
            };
            tags.extend(self.read(name)?);
        }
        tags.sort_by(|a, b| (a.version, &a.name).cmp(&(b.version, &b.name)));
        Ok(tags)
    }

    /// Removes a tag; the version stays.
    ///
    /// # Errors
    /// [`Code::TagNotFound`], [`Code::InvalidName`].
    pub fn delete(&self, name: &str) -> Result<()> {
        check_tag_name(name)?;
        let path = self.path(name);
        if !self.store.exists(&path)? {
            return Err(missing(name));
        }
        self.store.remove(&path)?;
        self.store.sync_directory(&self.directory)
    }

    fn read(&self, name: &str) -> Result<Option<Tag>> {
        let path = self.path(name);
        let Some(bytes) = self.store.open(&path)? else {
            return Ok(None);
        };
        let tag: Tag = open_json(&bytes, &path)?;
        if tag.name != name {
            return Err(Error::corrupt(path, "it is the file of another tag"));
        }
        Ok(Some(tag))
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}.json", self.directory)
    }
}

fn missing(name: &str) -> Error {
    Error::new(Code::TagNotFound, format!("There is no tag \"{name}\"."))
        .hint("tags() lists those that there are.")
}
