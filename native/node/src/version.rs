use napi_derive::napi;

/// The version of the package that this module was built for: the package refuses one of another version.
#[napi]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
