use varve_engine::Error;

/// A failure as JavaScript sees it: an error whose message is JSON.
pub(crate) fn thrown(error: &Error) -> napi::Error {
    napi::Error::from_reason(varve_protocol::failure(error))
}
