//! Varve's engine: an embedded, versioned, columnar table store that is searched by vectors and by words. Synchronous.
//!
//! A [`Database`] holds [`Table`]s. Every row of a table has an id, given in commit order and never reused, and a lifetime:
//! born by one commit, ended by another or not at all. A version is a *watermark* (the first id not yet given) and the deaths
//! up to it, so that reading the past costs what reading the present costs: the same files, under another mask.
//!
//! This page is all that is public. Behind it, from the ground up; each module uses only what stands before it:
//!
//! - `error`, `environment`: one error type; the door for time and randomness.
//! - `schema`, `value`: what rows look like.
//! - `store`: the one door to storage: local disk or memory, put-if-absent, mapping.
//! - `column`: values in Arrow's layout, every access checked.
//! - `arrow`: rows that come in as Arrow.
//! - `format`: bytes to structures and back: manifest, commit log, deaths.
//! - `filter`: conditions on rows.
//! - `compute`: values that are computed from rows.
//! - `fragment`: immutable runs of rows in Arrow IPC files.
//! - `history`: what was true when.
//! - `home`: where a table lives, with the lines that share its files.
//! - `index`: candidates for an answer, from codes of vectors and from the words of texts.
//! - `snapshot`: a version, to be read: which rows it sees, and what stands in them.
//! - `search`: the nearest rows of a version: planned, then exact or through indexes.
//! - `table`: writing: rows become a change, a change becomes the next version.
//! - `upkeep`: the layout in order: merged, indexed, swept and verified, by a thread where a host starts one.
//! - `backup`: a table is copied to another store.
//! - `branch`: lines of a table that share its files: begun, merged and removed.
//! - `database`: create, open, list, drop.
//!
//! ```
//! use varve_engine::{Batch, ColumnBuilder, CommitOptions, Database, Find, OnKey, Schema, Value};
//!
//! let database = Database::connect("memory:")?;
//! let schema: Schema = serde_json::from_str(r#"{ "fields": [{ "name": "title", "type": { "kind": "text" } }] }"#).unwrap();
//! let table = database.create_table("docs", schema)?;
//! let empty = table.snapshot()?;
//!
//! let title = empty.schema().field("title")?;
//! let mut titles = ColumnBuilder::new(&title.data_type);
//! titles.push(&Value::Text("Layers of mud".to_owned()))?;
//! let batch = Batch::new(1, vec![(title.id, titles.finish())]);
//! let written = table.insert(batch, empty.schema(), OnKey::Refuse, &CommitOptions::default())?;
//! assert_eq!((written.version, written.inserted), (1, 1));
//!
//! let now = table.snapshot()?;
//! let found = now.find(&Find::default(), now.select(&["title".to_owned()])?)?;
//! assert_eq!(found.value(title, 0)?, Value::Text("Layers of mud".to_owned()));
//! assert_eq!(empty.count(None)?, 0);
//! # Ok::<(), varve_engine::Error>(())
//! ```

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod arrow;
mod backup;
mod branch;
mod column;
mod compute;
mod database;
mod environment;
mod error;
mod filter;
mod format;
mod fragment;
mod history;
mod home;
mod index;
mod schema;
mod search;
mod snapshot;
mod store;
mod table;
mod upkeep;
mod value;

// What can go wrong, and what rows look like.
pub use error::{Code, Error, Place, Result};
pub use schema::{
    Analysis, Analyzer, DataType, Element, Field, Language, Metric, NamedField, Schema, TextSearch,
    TextSetting,
};
pub use value::Value;

// Databases, their tables, and what is written.
pub use column::{Batch, ColumnBuilder};
pub use compute::Computed;
pub use database::Database;
pub use table::{
    Alteration, Attendant, CommitOptions, Indexing, Keep, OnDuplicate, OnKey, Pin, Reembed, RowChange,
    Sources, StagedRows, Stats, Table, Taken, Update, Written,
};

// What is read, and what was true when.
pub use column::{Column, fixed_width, vector_elements};
pub use filter::Filter;
pub use format::{Commit, LinePoint, Operation, Raw};
pub use fragment::ArrowStream;
pub use history::{AsOf, Tag};
pub use index::text::{Query as Words, Several, Shown, Term, TextQuery};
pub use search::{
    After, Explained, Fuse, FuseMethod, FuseWeights, Fusion, Highlight, Planned, Search, SearchOptions,
    ValueCount, WantedText, WeightedText, What,
};
pub use snapshot::{
    AggregateFunction, Aggregation, Beside, Cell, Confidence, Difference, Find, Group, GroupKey, GroupOrder,
    KeyHistory, Lifetime, Measure, Measured, Moment, Order, Part, Parts, Picked, Scan, Score, Snapshot,
    Sureness, Took, Way,
};

// How tables are kept in order.
pub use upkeep::{Cleanup, Due, Leaving, Optimized, Purged, Schedule, Verified, Warning, Why};

// How they are copied.
pub use backup::{Copied, CopyProgress};
pub use database::Backup;

// How its lines part and meet.
pub use branch::{Branch, Merge, MergeBy, MergeConflict, Merged, Resolved, Side};

// The doors to time, randomness and storage, for whoever puts others in their place.
pub use environment::{Environment, Stop, SystemEnvironment, Uuid};
pub use store::{
    Blob, BlockFile, Bytes, Catalog, ConditionalLog, ConditionalTables, Disk, DiskFile, Entry, FileId,
    LocalStore, ManifestLog, MemoryStore, OsDisk, PutOutcome, Sink, Store,
};

/// What the tests and measurements of the engine look into: bytes of files and parts of an index. No promise is made of it.
#[doc(hidden)]
pub mod inside {
    pub use crate::column::{Bits, Buffer};
    pub use crate::environment::DATES;
    pub use crate::format::{
        ChunkRef, DeathRun, LogNode, Manifest, manifest_name, manifest_sequence, seal_json,
    };
    pub use crate::history::CHUNK;
    pub use crate::index::vector::{
        Admits, Candidates, Plan, Probe, Setting, Space, VectorIndex, Vectors, build,
    };

    /// The scalar index.
    pub mod scalar {
        pub use crate::index::scalar::{Key, Plan, Scalar, ScalarIndex, Scalars, build};
    }

    /// The text index.
    pub mod text {
        pub use crate::index::text::{
            Clause, Compiled, Corpus, Counts, Covered, Explained, Field, Fit, Form, Fragment, Hit, Occur,
            Plan, Query, Rest, Several, Share, Shown, Statistics, Stretch, Tail, TextIndex, TextQuery, Texts,
            Totals, build,
        };
    }
}
