//! On macOS a module of Python names symbols that the interpreter brings, which its linker has to be told.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        for argument in ["-undefined", "dynamic_lookup"] {
            println!("cargo:rustc-cdylib-link-arg={argument}");
        }
    }
}
