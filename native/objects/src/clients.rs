use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, AwsCredential};
use object_store::azure::{MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder};
use object_store::{ObjectStore, RetryConfig};
use varve_engine::{Code, Error, Result};

use crate::address::{Address, Provider};
use crate::keys::Keys;
use crate::listing::Listing;
use crate::options::{Credentials, Options};

/// A request that may be repeated is, for so long.
const PATIENCE: Duration = Duration::from_secs(60);
const RETRIES: usize = 8;

/// The ways to a bucket.
#[derive(Debug)]
pub(crate) struct Clients {
    /// Repeats a request that failed.
    pub(crate) store: Arc<dyn ObjectStore>,
    /// Sends each request once: what commits must not be repeated before it is known what became of it.
    pub(crate) once: Arc<dyn ObjectStore>,
    pub(crate) listing: Listing,
    /// The keys that were given, which may be renewed.
    pub(crate) keys: Option<Arc<Keys>>,
}

impl Clients {
    pub(crate) fn new(address: &Address, options: &Options) -> Result<Self> {
        // Who came first may have chosen another one, which does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let patient = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let never = RetryConfig {
            max_retries: 0,
            ..RetryConfig::default()
        };
        match address.provider {
            Provider::S3 => {
                let keys = options.credentials.as_ref().and_then(aws_keys);
                let keys = keys.map(|keys| Arc::new(Keys::new(keys)));
                let clients = Self::of(|retry| s3(address, options, keys.as_ref(), retry), patient, never)?;
                Ok(Self { keys, ..clients })
            }
            Provider::Google => Self::of(|retry| google(address, options, retry), patient, never),
            Provider::Azure => Self::of(|retry| azure(address, options, retry), patient, never),
        }
    }

    fn of<S: ObjectStore + object_store::list::PaginatedListStore>(
        make: impl Fn(RetryConfig) -> Result<S>,
        patient: RetryConfig,
        never: RetryConfig,
    ) -> Result<Self> {
        let store = Arc::new(make(patient)?);
        Ok(Self {
            once: Arc::new(make(never)?),
            listing: Listing::Pages(Arc::<S>::clone(&store)),
            store,
            keys: None,
        })
    }
}

/// The keys of S3 among what may be given.
pub(crate) fn aws_keys(credentials: &Credentials) -> Option<AwsCredential> {
    match credentials {
        Credentials::Keys {
            access_key_id,
            secret_access_key,
            session_token,
        } => Some(AwsCredential {
            key_id: access_key_id.clone(),
            secret_key: secret_access_key.clone(),
            token: session_token.clone(),
        }),
        _ => None,
    }
}

fn s3(
    address: &Address,
    options: &Options,
    keys: Option<&Arc<Keys>>,
    retry: RetryConfig,
) -> Result<AmazonS3> {
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(&address.bucket)
        .with_retry(retry)
        // One request for each name: not everybody who speaks the protocol knows how to remove many.
        .with_disable_bulk_delete(true);
    if let Some(region) = &options.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(path_style) = options.force_path_style {
        builder = builder.with_virtual_hosted_style_request(!path_style);
    }
    if options.allow_http {
        builder = builder.with_allow_http(true);
    }
    if options.request_payer {
        builder = builder.with_request_payer(true);
    }
    let built = match (&options.credentials, keys) {
        (None, _) => builder,
        // A token of the environment belongs to the key of the environment.
        (_, Some(keys)) => builder.with_credentials(Arc::<Keys>::clone(keys)),
        (Some(Credentials::Nobody { anonymous: true }), _) => builder.with_skip_signature(true),
        (Some(_), _) => return Err(other_credentials("s3://", "accessKeyId and secretAccessKey")),
    };
    built.build().map_err(|error| unfit(&error))
}

fn google(address: &Address, options: &Options, retry: RetryConfig) -> Result<GoogleCloudStorage> {
    let mut builder = GoogleCloudStorageBuilder::from_env()
        .with_bucket_name(&address.bucket)
        .with_retry(retry);
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_base_url(endpoint);
    }
    if options.allow_http {
        builder = builder.with_client_options(object_store::ClientOptions::new().with_allow_http(true));
    }
    let built = match &options.credentials {
        None => builder,
        Some(Credentials::ServiceAccount { service_account_key }) => {
            builder.with_service_account_key(service_account_key)
        }
        Some(Credentials::Nobody { anonymous: true }) => builder.with_skip_signature(true),
        Some(_) => return Err(other_credentials("gs://", "serviceAccountKey")),
    };
    built.build().map_err(|error| unfit(&error))
}

fn azure(address: &Address, options: &Options, retry: RetryConfig) -> Result<MicrosoftAzure> {
    let mut builder = MicrosoftAzureBuilder::from_env()
        .with_container_name(&address.bucket)
        .with_retry(retry);
    if let Some(account) = &options.account {
        builder = builder.with_account(account);
    }
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_endpoint(endpoint.clone());
    }
    if options.allow_http {
        builder = builder.with_allow_http(true);
    }
    let built = match &options.credentials {
        None => builder,
        Some(Credentials::Account { account_key }) => builder.with_access_key(account_key),
        Some(Credentials::Signature { sas_token }) => {
            let pairs = object_store::azure::split_sas(sas_token).map_err(|error| unfit(&error))?;
            builder.with_sas_authorization(pairs)
        }
        Some(Credentials::Nobody { anonymous: true }) => builder.with_skip_signature(true),
        Some(_) => return Err(other_credentials("az://", "accountKey or sasToken")),
    };
    built.build().map_err(|error| unfit(&error))
}

fn other_credentials(scheme: &str, wanted: &str) -> Error {
    let message = format!("The credentials are not those of a bucket at {scheme}, which are {wanted}.");
    Error::new(Code::InvalidArgument, message)
}

/// What the crate says of an option may quote it, and it may be a key.
fn unfit(error: &object_store::Error) -> Error {
    let said = error.to_string();
    let missing = said.contains("must be specified") || said.contains("Missing");
    let what = match missing {
        true => "something is missing that neither the options nor the environment say",
        false => "an option, or a variable of the environment, does not fit",
    };
    Error::new(Code::InvalidArgument, format!("The bucket cannot be reached: {what}."))
        .hint("Check region, endpoint, account and credentials; an endpoint starts with https://, or http:// with allowHttp.")
}
