use xxhash_rust::xxh3::Xxh3;

use super::wanted::{Check, Wanted};
use crate::environment::Stop;
use crate::error::{Code, Error, Result};
use crate::format::{LogNode, RunRef, log_node, open_json};
use crate::fragment::PassingFile;
use crate::home::TableHome;

/// Copies a file and checks it on the way: it is there when it was whole, and not before. `false` where the source does not have it.
///
/// # Errors
/// [`Code::Corrupt`]; what the stores say.
pub(super) fn copy_file(
    (source, target): (&TableHome, &TableHome),
    wanted: &Wanted,
    stop: &Stop,
    passed: &mut dyn FnMut(u64),
) -> Result<bool> {
    let path = wanted.path();
    let (from, to) = (source.path(&path), target.path(&path));
    let mut check = Passing::new(wanted, &from);
    let mut sink = target.store.create_whole(&to)?;
    let found = source.store.read_parts(&from, &mut |bytes| {
        check_stop(stop)?;
        check.pass(bytes)?;
        sink.write(bytes)?;
        passed(bytes.len() as u64);
        Ok(())
    })?;
    if found {
        check.end()?;
        sink.finish()?;
    }
    Ok(found)
}

/// Refuses to go on once it is to end.
pub(super) fn check_stop(stop: &Stop) -> Result<()> {
    if stop.is_set() {
        let message = "The copy was ended before it was done.";
        return Err(Error::new(Code::Closed, message)
            .hint("What was copied stays. Call it again: it goes on from there."));
    }
    Ok(())
}

/// A file that passes.
struct Passing<'a> {
    path: &'a str,
    length: u64,
    position: u64,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Blocks(PassingFile<'a>),
    Deaths(&'a RunRef, Box<Xxh3>),
    /// It is read as a whole at its end: it has a few hundred commits.
    Log(&'a crate::format::ChunkRef, usize, Vec<u8>),
    Length,
}

impl<'a> Passing<'a> {
    fn new(wanted: &'a Wanted, path: &'a str) -> Self {
        let kind = match &wanted.check {
            Check::Blocks {
                length,
                checksums,
                seal,
            } => Kind::Blocks(PassingFile::new(path, *length, *checksums, seal)),
            Check::Deaths(run) => Kind::Deaths(run, Box::default()),
            Check::Log(part, level) => Kind::Log(part, *level, Vec::new()),
            Check::Length(_) => Kind::Length,
        };
        Self {
            path,
            length: wanted.length(),
            position: 0,
            kind,
        }
    }

    fn pass(&mut self, bytes: &[u8]) -> Result<()> {
        self.position += bytes.len() as u64;
        if self.position > self.length {
            return Err(self.too_long());
        }
        match &mut self.kind {
            Kind::Blocks(file) => file.pass(bytes)?,
            Kind::Deaths(_, hash) => hash.update(bytes),
            Kind::Log(_, _, all) => all.extend_from_slice(bytes),
            Kind::Length => {}
        }
        Ok(())
    }

    fn too_long(&self) -> Error {
        let says = self.length;
        Error::corrupt(
            self.path,
            format_args!("it has more bytes than the {says} that the manifest says"),
        )
    }

    fn end(self) -> Result<()> {
        if self.position < self.length {
            let (has, says) = (self.position, self.length);
            let what = format!("it has {has} bytes where the manifest says {says}");
            return Err(Error::corrupt(self.path, what));
        }
        match self.kind {
            Kind::Blocks(file) => file.end(),
            Kind::Deaths(run, hash) if format!("{:016x}", hash.digest()) != run.xxh3 => {
                Err(Error::corrupt(self.path, "its checksum is wrong"))
            }
            Kind::Log(part, level, bytes) => {
                let node: LogNode = open_json(&bytes, self.path)?;
                log_node(&node, part, level, self.path)
            }
            Kind::Deaths(..) | Kind::Length => Ok(()),
        }
    }
}
