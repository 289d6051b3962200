use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use varve_engine::{Code, Error, Filter, Result, Schema};

/// Reads a request.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| {
        if error.to_string().contains("hex escape") {
            // Texts of JavaScript may hold half of a character; JSON in Rust may not.
            let message = "A text is not well-formed Unicode: it holds one half of a character of two.";
            return Error::new(Code::InvalidArgument, message).hint("Replace halves of characters first.");
        }
        Error::new(
            Code::InvalidArgument,
            format!("A request of the SDK is malformed: {error}."),
        )
    })
}

/// The filter, bound to a schema.
pub(crate) fn filter(json: Option<&Json>, schema: &Schema) -> Result<Option<Filter>> {
    json.filter(|json| !json.is_null())
        .map(|json| Filter::parse(json, schema))
        .transpose()
}
