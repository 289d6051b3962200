use varve_engine::{Code, Error, Result};

/// Whose protocol a bucket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    S3,
    Google,
    Azure,
}

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) provider: Provider,
    pub(crate) bucket: String,
    /// What all keys of the database begin with, without a `/` at its ends; may be empty.
    pub(crate) prefix: String,
}

const SCHEMES: [(&str, Provider); 3] = [
    ("s3://", Provider::S3),
    ("gs://", Provider::Google),
    ("az://", Provider::Azure),
];
/// What a key of a database adds to its prefix is shorter than this, and a key has at most 1,024 bytes.
const PREFIX_MAX: usize = 700;

/// Whether an address is one of a bucket.
#[must_use]
pub fn is_bucket(address: &str) -> bool {
    SCHEMES.iter().any(|(scheme, _)| address.starts_with(scheme))
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let known = SCHEMES
            .iter()
            .find_map(|(scheme, provider)| text.strip_prefix(scheme).map(|rest| (*provider, rest)));
        let Some((provider, rest)) = known else {
            return Err(refused("it begins with none of s3://, gs:// and az://"));
        };
        if rest.contains(['@', '?', '#']) {
            return Err(refused("it holds more than a bucket and a prefix")
                .hint("Give keys, endpoints and the like as options of connect, never in the address."));
        }
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let well = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if bucket.is_empty() || bucket.len() > 222 || !bucket.chars().all(well) {
            return Err(refused("its bucket has no name that a bucket can have"));
        }
        if bucket.ends_with("--x-s3") {
            let message =
                "Directory buckets of S3 Express list their keys in no order, which a database needs.";
            return Err(Error::new(Code::UnsupportedStore, message).hint("Use a general purpose bucket."));
        }
        let prefix = prefix.trim_matches('/');
        let odd =
            |part: &str| part.is_empty() || part == "." || part == ".." || part.chars().any(char::is_control);
        if prefix.len() > PREFIX_MAX || (!prefix.is_empty() && prefix.split('/').any(odd)) {
            return Err(refused(
                "its prefix is too long, or has an empty part, \".\" or \"..\" in it",
            ));
        }
        Ok(Self {
            provider,
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// The address, as messages and names of cached files have it.
    pub(crate) fn shown(&self) -> String {
        let scheme = match self.provider {
            Provider::S3 => "s3",
            Provider::Google => "gs",
            Provider::Azure => "az",
        };
        format!("{scheme}://{}/{}", self.bucket, self.prefix)
    }
}

/// An address may hold a password by mistake, so it is not shown.
fn refused(why: &str) -> Error {
    Error::new(
        Code::InvalidArgument,
        format!("The address of the bucket cannot be read: {why}."),
    )
    .hint("Give an address such as \"s3://bucket/prefix\".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_and_a_prefix() {
        let of = |text: &str| Address::parse(text).map(|found| (found.bucket, found.prefix));
        for (text, bucket, prefix) in [
            ("s3://b", "b", ""),
            ("gs://b/", "b", ""),
            ("az://data/a/b/", "data", "a/b"),
            ("s3://my.bucket-1/été", "my.bucket-1", "été"),
        ] {
            assert_eq!(of(text), Ok((bucket.to_owned(), prefix.to_owned())), "{text}");
            assert!(is_bucket(text));
        }
        assert!(!is_bucket("./s3"));
    }

    #[test]
    fn what_it_holds_by_mistake_is_not_shown() {
        for text in [
            "s3://key:secret@b/p",
            "s3://b/p?sig=secret",
            "s3:///secret",
            "s3://b/secret//x",
            "s3://b/../secret",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
            assert!(!format!("{error:?} {error}").contains("secret"), "{text}");
        }
    }
}
