//! The engine as a module of Python, `varve._native`: one file for each class. It carries texts and bytes between Python and the protocol,
//! without the lock of the interpreter, and decides nothing; `python/src/varve` makes a package of it.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod bytes;
mod database;
mod draft;
mod embedder;
mod failure;
mod floats;
mod opened;
mod scan;
mod table;

use pyo3::prelude::*;

/// What the package uses of the engine.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::bytes::Bytes;
    #[pymodule_export]
    use crate::database::NativeDatabase;
    #[pymodule_export]
    use crate::draft::NativeDraft;
    #[pymodule_export]
    use crate::embedder::NativeEmbedder;
    #[pymodule_export]
    use crate::scan::NativeScan;
    #[pymodule_export]
    use crate::table::NativeTable;
}
