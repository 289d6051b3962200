use napi::bindgen_prelude::{Float64Array, Uint8Array};
use napi_derive::napi;
use varve_protocol::Page;

/// A page as JavaScript receives it.
#[napi(object, object_from_js = false)]
pub struct NativePage {
    /// Counts, null marks, values and offsets.
    pub numbers: Float64Array,
    /// All text.
    pub text: String,
    /// All bytes and vectors.
    pub blob: Uint8Array,
}

impl From<Page> for NativePage {
    fn from(page: Page) -> Self {
        Self {
            numbers: Float64Array::new(page.numbers),
            text: page.text,
            blob: Uint8Array::new(page.blob),
        }
    }
}
