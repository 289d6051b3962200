use std::collections::HashSet;

use crate::error::{Code, Error, Result};
use crate::format::{LinePoint, Manifest};
use crate::history::AsOf;
use crate::snapshot::{Snapshot, TableState};
use crate::table::Table;

/// Where two lines last met.
#[derive(Debug)]
pub(super) struct Base {
    /// The rows as both knew them.
    pub(super) rows: Snapshot,
    /// What changed there after this version was not taken over yet.
    pub(super) since: Snapshot,
    /// The columns that both had when they parted, by their ids.
    pub(super) shared: HashSet<u32>,
}

impl Base {
    /// # Errors
    /// [`Code::InvalidArgument`] where the lines have nothing in common; [`Code::VersionExpired`] where the version at which they met is not kept
    /// any more.
    pub(super) fn of((ours, here): (&Table, &TableState), (theirs, there): (&Table, &TableState)) -> Result<Self> {
        let (here, there) = (&here.manifest, &there.manifest);
        let parted = ancestor(here, there).ok_or_else(|| unrelated(ours, theirs))?;
        let taken = point_of(&here.merged, &there.incarnation);
        let since = taken.map_or(parted, |point| point.version.max(parted));
        let since = theirs.as_of(&AsOf::Version(since))?;
        // Where they took our rows after we took theirs, what they have of ours is no change of theirs.
        let given = point_of(&there.merged, &here.incarnation);
        let rows = match given.filter(|given| taken.is_none_or(|taken| taken.at < given.at)) {
            Some(given) => ours.as_of(&AsOf::Version(given.version))?,
            None => since.clone(),
        };
        Ok(Self {
            rows,
            since,
            shared: columns_at(theirs, there, parted)?,
        })
    }
}

fn point_of<'p>(points: &'p [LinePoint], line: &str) -> Option<&'p LinePoint> {
    points.iter().find(|point| point.line == line)
}

/// The last version that two lines have in common. A branch has the versions of its origin under their numbers.
fn ancestor(one: &Manifest, other: &Manifest) -> Option<u64> {
    let chain = |manifest: &Manifest| -> Vec<(String, u64)> {
        let own = (manifest.incarnation.clone(), manifest.version);
        let origins = manifest.origins.iter().map(|point| (point.line.clone(), point.version));
        std::iter::once(own).chain(origins).collect()
    };
    let others = chain(other);
    chain(one).into_iter().find_map(|(line, version)| {
        let same = others.iter().find(|(other, _)| *other == line)?;
        Some(version.min(same.1))
    })
}

fn columns_at(table: &Table, manifest: &Manifest, version: u64) -> Result<HashSet<u32>> {
    let schema = match version {
        0 => manifest.schemas.first().map_or(0, |schema| schema.get().id),
        _ => table.log.commit(&manifest.log, version)?.get().schema,
    };
    Ok(manifest.schema_of(schema)?.fields.iter().map(|field| field.id).collect())
}

fn unrelated(ours: &Table, theirs: &Table) -> Error {
    let message = format!("\"{}\" and \"{}\" are no lines of one table.", ours.name(), theirs.name());
    Error::new(Code::InvalidArgument, message).hint("Merge a table and its branches.")
}
