use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::format::{open_json, seal_json};
use crate::store::{PutOutcome, Store, check_tag_name, in_other_case};

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
        if let Some(other) = self.in_other_case(&tag.name)? {
            return Err(exists_as(&tag.name, &other));
        }
        let put = self.store.put_if_absent(&self.path(&tag.name), &seal_json(tag)?);
        match put {
            Ok(PutOutcome::Created) => self.keep_first(&tag.name),
            Ok(PutOutcome::Exists) => Err(Error::new(
                Code::TagExists,
                format!("There already is a tag \"{}\".", tag.name),
            )
            .hint("Delete it first to move it.")),
            // Only the answer was lost where the tag is there.
            Err(_) if self.read(&tag.name)?.is_some_and(|found| found.0 == *tag) => {
                self.store.confirm(&self.path(&tag.name))
            }
            Err(error) => Err(error),
        }
    }

    /// The tag of that name.
    ///
    /// # Errors
    /// [`Code::TagNotFound`], [`Code::InvalidName`], [`Code::Corrupt`].
    pub fn get(&self, name: &str) -> Result<Tag> {
        check_tag_name(name)?;
        match self.read(name)? {
            Some((tag, _)) => Ok(tag),
            None => Err(self.missing(name)?),
        }
    }

    /// All tags, by version.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn all(&self) -> Result<Vec<Tag>> {
        let mut tags = Vec::new();
        for tag in self.each()? {
            tags.push(tag?.0);
        }
        tags.sort_by(|a, b| (a.version, &a.name).cmp(&(b.version, &b.name)));
        Ok(tags)
    }

    /// All tags, each with the length of its file, or with what is wrong with it; in no order.
    ///
    /// # Errors
    /// What the store says.
    pub fn each(&self) -> Result<Vec<Result<(Tag, u64)>>> {
        let entries = self.store.list(&self.directory)?;
        let names = entries
            .iter()
            .filter_map(|entry| entry.name.strip_suffix(".json"));
        let tags = names.filter(|name| check_tag_name(name).is_ok());
        Ok(tags.filter_map(|name| self.read(name).transpose()).collect())
    }

    /// Removes a tag; the version stays.
    ///
    /// # Errors
    /// [`Code::TagNotFound`], [`Code::InvalidName`].
    pub fn delete(&self, name: &str) -> Result<()> {
        check_tag_name(name)?;
        let path = self.path(name);
        // A damaged file may be removed.
        if !self.store.exists(&path)? || matches!(self.read(name), Ok(None)) {
            return Err(self.missing(name)?);
        }
        self.store.remove(&path)?;
        self.store.confirm(&path)
    }

    /// Removes a tag that was made in vain, unless it is another's by now.
    pub(crate) fn retract(&self, tag: &Tag) -> Result<()> {
        match self.read(&tag.name)? {
            Some((found, _)) if found == *tag => self.delete(&tag.name),
            _ => Ok(()),
        }
    }

    fn read(&self, name: &str) -> Result<Option<(Tag, u64)>> {
        let path = self.path(name);
        let Some(blob) = self.store.open(&path)? else {
            return Ok(None);
        };
        let bytes = blob.map()?;
        let tag: Tag = open_json(&bytes, &path)?;
        if in_other_case(name, [tag.name.as_str()].into_iter()).is_some() {
            // Some systems do not tell cases apart.
            return Ok(None);
        }
        if tag.name != name {
            return Err(Error::corrupt(path, "it is the file of another tag"));
        }
        Ok(Some((tag, bytes.len() as u64)))
    }

    /// The tag whose name differs from a name only in case, if there is one.
    fn in_other_case(&self, name: &str) -> Result<Option<String>> {
        let entries = self.store.list(&self.directory)?;
        let names = entries
            .iter()
            .filter_map(|entry| entry.name.strip_suffix(".json"));
        Ok(in_other_case(name, names))
    }

    /// Of two tags that were made at once and differ only in case, one stays.
    fn keep_first(&self, name: &str) -> Result<()> {
        match self.in_other_case(name)?.filter(|other| other.as_str() < name) {
            Some(other) => {
                self.store.remove(&self.path(name))?;
                Err(exists_as(name, &other))
            }
            None => Ok(()),
        }
    }

    fn missing(&self, name: &str) -> Result<Error> {
        let error = Error::new(Code::TagNotFound, format!("There is no tag \"{name}\"."));
        Ok(match self.in_other_case(name)? {
            Some(other) => error.hint(format!("There is one that is called \"{other}\".")),
            None => error.hint("Look at the tags of the table."),
        })
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}.json", self.directory)
    }
}

fn exists_as(name: &str, other: &str) -> Error {
    let message = format!("There already is a tag \"{other}\", which differs from \"{name}\" only in case.");
    Error::new(Code::TagExists, message).hint("Delete it first to move it, or choose another name.")
}
