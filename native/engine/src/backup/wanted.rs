use crate::error::Result;
use crate::format::{ChunkRef, IndexEntry, LogNode, LogPlace, Manifest, RunRef};
use crate::history::Log;
use crate::store::FileName;

/// The folders of a table in which its files lie.
pub(super) const FOLDERS: [&str; 4] = ["data", "deaths", "index", "_log"];

/// A file that a manifest names.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) folder: &'static str,
    pub(super) file: String,
    pub(super) check: Check,
}

/// What a file is checked by.
#[derive(Debug)]
pub(super) enum Check {
    /// Checksums of blocks at its end.
    Blocks {
        length: u64,
        checksums: u64,
        seal: String,
    },
    /// The checksum of all of it.
    Deaths(RunRef),
    /// A part of the log, in the list of that number, which says itself whether it is whole.
    Log(ChunkRef, usize),
    /// An index of a kind that this build does not know: nothing but its length is known of it.
    Length(u64),
}

impl Wanted {
    /// Its path in a table.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.folder, self.file)
    }

    /// How many bytes it must have.
    pub(super) fn length(&self) -> u64 {
        match &self.check {
            Check::Blocks { length, .. } | Check::Length(length) => *length,
            Check::Deaths(run) => run.length,
            Check::Log(part, _) => part.length,
        }
    }
}

/// The files that a manifest names. `had` is the log of a copy that is whole: what stands in its parts is there.
///
/// # Errors
/// [`crate::error::Code::Corrupt`] where a part of the log is damaged; what the store says.
pub(super) fn wanted(manifest: &Manifest, log: &Log, had: &LogPlace, path: &str) -> Result<Vec<Wanted>> {
    let mut all = Vec::new();
    for group in manifest
        .fragments
        .iter()
        .flat_map(|fragment| &fragment.get().groups)
    {
        all.push(Wanted {
            folder: "data",
            file: group.file.clone(),
            check: Check::Blocks {
                length: group.length,
                checksums: group.checksums,
                seal: group.seal.clone(),
            },
        });
    }
    for index in manifest.indexes.iter().map(|index| index.get()) {
        let check = match index {
            IndexEntry::Known(index) => Check::Blocks {
                length: index.length,
                checksums: index.checksums,
                seal: index.seal.clone(),
            },
            IndexEntry::Unknown(index) => Check::Length(index.length),
        };
        all.push(Wanted {
            folder: "index",
            file: index.file().to_owned(),
            check,
        });
    }
    for run in &manifest.deaths.runs {
        all.push(Wanted {
            folder: "deaths",
            file: run.file.clone(),
            check: Check::Deaths(run.clone()),
        });
    }
    log_parts(&manifest.log, log, had, &mut all)?;
    for wanted in &all {
        FileName::parse(&wanted.file, path)?;
    }
    Ok(all)
}

/// The closed parts of the log. Of those that name others, only those are read whose parts may not be there.
fn log_parts(place: &LogPlace, log: &Log, had: &LogPlace, all: &mut Vec<Wanted>) -> Result<()> {
    let levels = place.levels.iter().enumerate();
    let parts = levels.flat_map(|(level, parts)| parts.iter().map(move |part| (level, part.clone())));
    let mut open: Vec<(usize, ChunkRef)> = parts.collect();
    while let Some((level, part)) = open.pop() {
        let is_there = had.levels.get(level).is_some_and(|had| had.contains(&part));
        if let Some(below) = level.checked_sub(1).filter(|_| !is_there)
            && let LogNode::Chunks(parts) = &*log.read(&part, level)?
        {
            open.extend(parts.iter().map(|part| (below, part.clone())));
        }
        all.push(Wanted {
            folder: "_log",
            file: part.file.clone(),
            check: Check::Log(part, level),
        });
    }
    Ok(())
}
