//! What reads bytes or texts.
//!
//! - `json_files`, `data_files`, `journal`: the files of a table, with checksums that are right.
//! - `text`: segments of the text index, and queries as they are typed.
//! - `scalar`: segments of the scalar index.
//! - `arrow`: rows in Arrow's format.
//! - `requests`: what callers hand in, and `protocol` the requests in which they do.

mod arrow;
mod data_files;
mod journal;
mod json_files;
mod protocol;
mod requests;
mod scalar;
mod text;

/// A function of bytes that must come back.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of its folder.
    pub name: &'static str,
    /// The function: whether it took the input for right. It panics where an answer is wrong.
    pub run: fn(&[u8]) -> bool,
    /// What to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 21] = [
    Target {
        name: "protocol",
        run: protocol::run,
        seeds: protocol::seeds,
    },
    Target {
        name: "manifest",
        run: json_files::manifest,
        seeds: json_files::manifest_seeds,
    },
    Target {
        name: "log",
        run: json_files::log,
        seeds: json_files::log_seeds,
    },
    Target {
        name: "tag",
        run: json_files::tag,
        seeds: json_files::tag_seeds,
    },
    Target {
        name: "journal",
        run: journal::run,
        seeds: journal::seeds,
    },
    Target {
        name: "deaths",
        run: data_files::deaths,
        seeds: data_files::deaths_seeds,
    },
    Target {
        name: "fragment",
        run: data_files::fragment,
        seeds: data_files::fragment_seeds,
    },
    Target {
        name: "shadow",
        run: data_files::shadow,
        seeds: data_files::shadow_seeds,
    },
    Target {
        name: "index",
        run: data_files::index,
        seeds: data_files::index_seeds,
    },
    Target {
        name: "text",
        run: text::run,
        seeds: text::seeds,
    },
    Target {
        name: "scalar",
        run: scalar::run,
        seeds: scalar::seeds,
    },
    Target {
        name: "typed",
        run: text::typed,
        seeds: text::typed_seeds,
    },
    Target {
        name: "arrow",
        run: arrow::run,
        seeds: arrow::seeds,
    },
    Target {
        name: "batch",
        run: requests::batch,
        seeds: requests::batch_seeds,
    },
    Target {
        name: "filter",
        run: requests::filter,
        seeds: requests::filter_seeds,
    },
    Target {
        name: "like",
        run: requests::like,
        seeds: requests::like_seeds,
    },
    Target {
        name: "json-path",
        run: requests::json_path,
        seeds: requests::json_path_seeds,
    },
    Target {
        name: "computed",
        run: requests::computed,
        seeds: requests::computed_seeds,
    },
    Target {
        name: "point",
        run: requests::point,
        seeds: requests::point_seeds,
    },
    Target {
        name: "schema",
        run: requests::schema,
        seeds: requests::schema_seeds,
    },
    Target {
        name: "name",
        run: requests::name,
        seeds: requests::name_seeds,
    },
];

/// Removes what targets keep on the disk, when they are not run any more.
pub fn leave() {
    journal::leave();
}

/// The first byte of an input says which of several it is about; the rest is what is read.
fn split(input: &[u8]) -> (usize, &[u8]) {
    input
        .split_first()
        .map_or((0, input), |(first, rest)| (usize::from(*first), rest))
}

/// Whether this is one of the inputs that more is done with.
fn is_thorough(input: &[u8]) -> bool {
    input.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) % 8 == 0
}
