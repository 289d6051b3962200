use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use varve_engine::{Code, Error, Result};

/// What `connect` is told of a bucket beside its address.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// The region of S3; otherwise that of the environment, or `us-east-1`.
    pub region: Option<String>,
    /// Where the service is, if it is not the provider's own.
    pub endpoint: Option<String>,
    /// Who asks; otherwise the environment says it, or the machine.
    pub credentials: Option<Credentials>,
    /// Whether requests may go unencrypted.
    pub allow_http: bool,
    /// Whether the bucket stands in the path of a request and not in its host.
    pub force_path_style: Option<bool>,
    /// Whether whoever asks pays for requests of a bucket that is another's.
    pub request_payer: bool,
    /// The storage account of Azure.
    pub account: Option<String>,
    /// The folder in which files are kept that were fetched; in memory where there is none.
    pub cache_dir: Option<PathBuf>,
    /// How many bytes that folder may hold.
    pub cache_bytes: Option<u64>,
}

/// Who asks.
#[derive(Clone, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Credentials {
    /// Keys of S3 or of what speaks its protocol.
    Keys {
        /// The name of the key.
        access_key_id: String,
        /// The key.
        secret_access_key: String,
        /// What a key that lasts for a while has beside it.
        session_token: Option<String>,
    },
    /// The key of a storage account of Azure.
    Account {
        /// The key.
        account_key: String,
    },
    /// A shared access signature of Azure.
    Signature {
        /// The signature: what stands behind the `?` of an address.
        sas_token: String,
    },
    /// A service account of Google Cloud.
    ServiceAccount {
        /// The JSON of its key.
        service_account_key: String,
    },
    /// Nobody: the bucket is open to all.
    Nobody {
        /// Always `true`.
        anonymous: bool,
    },
}

/// What serde says of JSON that does not fit may quote a value.
fn parsed<'a, T: Deserialize<'a>>(json: &'a str, what: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| {
        let message = format!("The {what} of the bucket do not fit, at byte {}.", error.column());
        Error::new(Code::InvalidArgument, message)
    })
}

impl Credentials {
    pub(crate) fn parse(json: &str) -> Result<Self> {
        parsed(json, "credentials")
    }
}

impl Options {
    pub(crate) fn parse(json: &str) -> Result<Self> {
        let options: Self = parsed(json, "options")?;
        options.check_endpoint()?;
        Ok(options)
    }

    /// An endpoint is not shown where it is none: it may hold a password.
    fn check_endpoint(&self) -> Result<()> {
        let Some(endpoint) = &self.endpoint else {
            return Ok(());
        };
        let plain = endpoint.strip_prefix("http://").filter(|_| self.allow_http);
        let host = endpoint.strip_prefix("https://").or(plain);
        let odd = |c: char| matches!(c, '@' | '?' | '#') || c.is_whitespace() || c.is_control();
        if host.is_some_and(|host| !host.is_empty() && !host.contains(odd)) {
            return Ok(());
        }
        let message = "The endpoint of the bucket is no address that can be used.";
        Err(Error::new(Code::InvalidArgument, message)
            .hint("It starts with https://, or with http:// where allowHttp is true, and holds no key."))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("region", &self.region)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(credentials)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_never_shown() {
        let json = r#"{"credentials":{"accessKeyId":"hidden1","secretAccessKey":"hidden2","sessionToken":"hidden3"}}"#;
        let options = Options::parse(json).unwrap();
        assert!(matches!(options.credentials, Some(Credentials::Keys { .. })));
        assert!(!format!("{options:?}").contains("hidden"));
        let error = Options::parse(r#"{"credentials":"hidden4"}"#).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hidden"));
    }
}
