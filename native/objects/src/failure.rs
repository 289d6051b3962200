//! What a store says, as the engine says it: by what it means, and without anything that was to stay secret. The texts of the crate hold
//! whole addresses, which may be signed, and whole answers, which may repeat what was signed.

use std::error::Error as _;

use object_store::Error as StoreError;
use varve_engine::{Code, Error};

/// What a failure says of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is no such object, or no such bucket.
    Missing,
    /// Something is there already, or another request is under way.
    Taken,
    /// It was not done, and is not by asking again.
    Refused,
    /// It was not allowed.
    Denied,
    /// Nobody knows whether it was done.
    Unknown,
}

impl Meaning {
    pub(crate) fn of(error: &StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::Missing,
            StoreError::AlreadyExists { .. } | StoreError::Precondition { .. } => Self::Taken,
            StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. } => Self::Denied,
            StoreError::Generic { .. } => Self::of_answer(&error.to_string()),
            StoreError::JoinError { .. } => Self::Unknown,
            _ => Self::Refused,
        }
    }

    fn of_answer(text: &str) -> Self {
        match (status(text), code(text)) {
            (Some(400), Some("RequestTimeout" | "SlowDown")) => Self::Unknown,
            (Some(400), Some("ExpiredToken")) | (Some(401 | 403), _) => Self::Denied,
            (Some(404), _) => Self::Missing,
            (Some(408 | 409 | 425 | 429) | None, _) => Self::Unknown,
            (Some(300..500), _) => Self::Refused,
            (Some(_), _) => Self::Unknown,
        }
    }
}

/// Whether a range was asked for that begins behind the end of a file, as that of an empty one does.
pub(crate) fn is_beyond_end(error: &StoreError) -> bool {
    status(&error.to_string()) == Some(416)
}

/// The failure of what was being done with a file of a bucket.
pub(crate) fn failed(action: &str, file: &str, error: &StoreError) -> Error {
    // A listing of everything names no file.
    let file = if file.is_empty() { "the bucket" } else { file };
    let said = said(error);
    match Meaning::of(error) {
        Meaning::Denied => Error::new(
            Code::AccessDenied,
            format!("The store does not allow to {action} {file}: {said}."),
        )
        .hint("Check the credentials, their rights and the region: docs/deploy/object-stores.md lists what is needed."),
        Meaning::Missing => Error::new(Code::InvalidArgument, format!("Could not {action} {file}: {said}."))
            .hint("Check that the bucket is there: it is not created."),
        Meaning::Refused => Error::new(
            Code::InvalidArgument,
            format!("The store refuses to {action} {file}: {said}."),
        )
        .hint("Check the region, the endpoint and the other options of connect."),
        Meaning::Taken | Meaning::Unknown => {
            Error::new(Code::Io, format!("Could not {action} {file}: {said}."))
                .hint("Check the endpoint and the network, then try again.")
        }
    }
    .file(file)
}

/// What was answered, in as many words as are safe.
fn said(error: &StoreError) -> String {
    let text = error.to_string();
    match (status(&text), code(&text)) {
        (Some(status), Some(code)) => format!("{status} {code}"),
        (Some(status), None) => format!("it answers with the status {status}"),
        (None, _) => innermost(error),
    }
}

/// Of a failure without an answer the first cause, which names no address.
fn innermost(error: &StoreError) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(|cause| cause.source()) {
        cause = Some(deeper);
    }
    let text = cause.map(ToString::to_string).unwrap_or_default();
    let is_plain = !text.is_empty() && text.len() <= 200 && !text.contains("://") && !text.contains('?');
    match is_plain {
        true => text,
        false => "it does not answer as an object store does".to_owned(),
    }
}

fn status(text: &str) -> Option<u16> {
    let rest = text.split_once("status code: ").map(|(_, rest)| rest)?;
    rest.get(..3)?.parse().ok()
}

/// What S3 calls a failure.
fn code(text: &str) -> Option<&str> {
    between(text, "<Code>", "</Code>").filter(|code| code.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &'static str) -> StoreError {
        StoreError::Generic {
            store: "S3",
            source: text.into(),
        }
    }

    #[test]
    fn what_a_failure_means_is_read_from_its_status() {
        for (text, meaning) in [
            (
                "Server returned non-2xx status code: 400 Bad Request: ",
                Meaning::Refused,
            ),
            (
                "Server returned non-2xx status code: 400 Bad Request: <Code>RequestTimeout</Code>",
                Meaning::Unknown,
            ),
            (
                "Server returned non-2xx status code: 400 Bad Request: <Code>SlowDown</Code>",
                Meaning::Unknown,
            ),
            (
                "Server returned non-2xx status code: 400 Bad Request: <Code>ExpiredToken</Code>",
                Meaning::Denied,
            ),
            (
                "Server returned non-2xx status code: 400 Bad Request: <Code>InvalidArgument</Code>",
                Meaning::Refused,
            ),
            (
                "Server returned non-2xx status code: 403 Forbidden: ",
                Meaning::Denied,
            ),
            (
                "Server returned non-2xx status code: 404 Not Found: ",
                Meaning::Missing,
            ),
            (
                "Server returned non-2xx status code: 409 Conflict: ",
                Meaning::Unknown,
            ),
            (
                "Server returned non-2xx status code: 429 Too Many: ",
                Meaning::Unknown,
            ),
            (
                "Server returned non-2xx status code: 503 Slow Down: ",
                Meaning::Unknown,
            ),
            ("error sending request", Meaning::Unknown),
        ] {
            assert_eq!(Meaning::of(&generic(text)), meaning, "{text}");
        }
    }

    #[test]
    fn what_is_no_file_is_named() {
        let error = failed(
            "list",
            "",
            &generic("Server returned non-2xx status code: 404 Not Found: <Code>NoSuchBucket</Code>"),
        );
        let said = "Could not list the bucket: 404 NoSuchBucket.";
        assert!(error.to_string().contains(said), "{error}");
    }

    #[test]
    fn nothing_secret_is_said() {
        let texts = [
            "Error performing PUT https://b.s3/x?sig=secret in 1ms - Server returned non-2xx status code: 403 Forbidden: \
             <Error><Code>SignatureDoesNotMatch</Code><StringToSign>secret</StringToSign></Error>",
            "Error performing PUT https://b.s3/x?sig=secret - Server returned non-2xx status code: 503 Slow: <Code>secret!</Code>",
            "https://b.s3/x?sig=secret did not answer",
        ];
        for text in texts {
            let error = failed("write", "t.varve/x", &generic(text));
            assert!(!format!("{error:?} {error}").contains("secret"), "{error}");
        }
        let error = failed("write", "t.varve/x", &generic(texts[0]));
        assert_eq!(error.code(), Code::AccessDenied);
        assert!(error.to_string().contains("403 SignatureDoesNotMatch"), "{error}");
    }
}
