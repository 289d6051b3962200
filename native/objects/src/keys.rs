use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;

/// The keys of S3 that are in force: whoever has them for a while gives later ones.
pub(crate) struct Keys(Mutex<Arc<AwsCredential>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(keys)")
    }
}

impl Keys {
    pub(crate) fn new(keys: AwsCredential) -> Self {
        Self(Mutex::new(Arc::new(keys)))
    }

    /// Later requests are signed with these.
    pub(crate) fn renew(&self, keys: AwsCredential) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
}

#[async_trait]
impl CredentialProvider for Keys {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        Ok(Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
