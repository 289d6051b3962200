//! Which columns are searched by their words: those that say so, and those that others are embedded from.

use super::{Field, TextSetting};
use crate::error::{Code, Error, Result};

impl Field {
    /// Refuses what it cannot say of the search by its words. Not asked of what is stored: a newer version may know more.
    ///
    /// # Errors
    /// [`Code::InvalidSchema`].
    pub(crate) fn check_text(&self) -> Result<()> {
        let why = match self.text.as_deref() {
            None => return Ok(()),
            Some(TextSetting::Known(search)) => search.fault(&self.data_type),
            Some(TextSetting::Unknown(_)) => Some("this build does not know what is said of it".to_owned()),
        };
        let Some(why) = why else { return Ok(()) };
        let message = format!(
            "The column \"{}\" cannot be searched by its words as it says: {why}.",
            self.name
        );
        Err(Error::new(Code::InvalidSchema, message).column(self.name.clone()))
    }
}
