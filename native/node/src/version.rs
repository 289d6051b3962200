use napi_derive::napi;

/// The version of the package that this module was built for: the package refuses one of another version.
#[napi]
#[cfg_attr(test, expect(dead_code, reason = "only Node asks for it"))]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
