use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// A structure together with its JSON text.
///
/// A manifest repeats nearly all of the manifest before it. What was written once is copied as text, so that a commit
/// costs the bytes it writes and not the structures it keeps.
#[derive(Debug)]
pub struct Raw<T>(Arc<(T, Box<RawValue>)>);

impl<T> Clone for Raw<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Serialize> Raw<T> {
    /// Writes the JSON once.
    ///
    /// # Errors
    /// [`crate::error::Code::Internal`]: the structure is no JSON.
    pub fn new(value: T) -> Result<Self> {
        let text = serde_json::value::to_raw_value(&value).map_err(Error::internal)?;
        Ok(Self(Arc::new((value, text))))
    }
}

impl<T> Raw<T> {
    /// The structure.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0.0
    }

    /// Whether it is a copy of another one.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The length of the JSON text in bytes.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.0.1.get().len()
    }
}

impl<T> Serialize for Raw<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.1.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let value = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        Ok(Self(Arc::new((value, text))))
    }
}
