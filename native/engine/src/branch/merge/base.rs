use std::collections::HashSet;

use crate::error::{Code, Error, Result};
use crate::format::{LinePoint, Manifest, Operation, Raw};
use crate::history::{AsOf, CHUNK};
use crate::snapshot::{Find, Snapshot};
use crate::table::Table;
use crate::value::Value;

/// Where two lines last met.
#[derive(Debug)]
pub(super) struct Base {
    /// The rows as both knew them.
    pub(super) rows: Snapshot,
    /// Whether that is a version of ours, and not of theirs.
    pub(super) is_ours: bool,
    /// Every row is among these that differs between that and theirs.
    pub(super) among: Vec<Among>,
    /// The columns that both had when they parted, by their ids.
    pub(super) shared: HashSet<u32>,
    /// Columns were given other names there since, and not here.
    pub(super) renamed: bool,
}

/// Rows of a line.
#[derive(Debug)]
pub(super) enum Among {
    /// Those that differ between two versions.
    Changed(Snapshot, Snapshot),
    All(Snapshot),
}

impl Base {
    /// # Errors
    /// [`Code::InvalidArgument`] where the lines have nothing in common; [`Code::VersionExpired`] where the version at which they met is not kept
    /// any more.
    pub(super) fn of(
        (ours, here): (&Table, &Snapshot),
        (theirs, there): (&Table, &Snapshot),
    ) -> Result<Self> {
        let (own, other) = (&here.state.manifest, &there.state.manifest);
        let parted = ancestor(own, other).ok_or_else(|| unrelated(ours, theirs))?;
        let taken = point_of(&own.merged, &other.incarnation);
        // Where they took our rows after we took theirs, what they have of ours is no change of theirs.
        let given = point_of(&other.merged, &own.incarnation);
        let given = given.filter(|given| taken.is_none_or(|taken| taken.here <= given.version));
        let (rows, among) = match given {
            None => {
                let since = taken.map_or(parted, |point| point.version.max(parted));
                let since = theirs.as_of(&AsOf::Version(since))?;
                (since.clone(), vec![Among::Changed(since, there.clone())])
            }
            // What neither has changed since they parted is the same in both.
            Some(given) => {
                let rows = ours.as_of(&AsOf::Version(given.version))?;
                let among = [(theirs, there), (ours, &rows)].map(|(line, to)| Among::since(line, parted, to));
                (rows, among.into_iter().collect::<Result<_>>()?)
            }
        };
        Ok(Self {
            rows,
            is_ours: given.is_some(),
            among,
            shared: columns_at(theirs, other, parted)?,
            renamed: has_renamed(theirs, other, parted)? && !has_renamed(ours, own, parted)?,
        })
    }
}

impl Among {
    /// What a line has changed since a version; all of its rows where that is not kept any more.
    fn since(line: &Table, version: u64, to: &Snapshot) -> Result<Self> {
        match line.as_of(&AsOf::Version(version)) {
            Err(error) if error.code() == Code::VersionExpired => Ok(Self::All(to.clone())),
            from => Ok(Self::Changed(from?, to.clone())),
        }
    }

    /// The keys of the rows.
    pub(super) fn keys(&self) -> Result<Vec<Value>> {
        let (Self::Changed(_, to) | Self::All(to)) = self;
        let key = vec![to.key_field()?.clone()];
        let picked = match self {
            Self::All(to) => vec![to.find(&Find::default(), key.clone())?],
            Self::Changed(from, to) => {
                let difference = from.diff(to, None, &key)?;
                vec![difference.added, difference.removed, difference.after]
            }
        };
        let mut keys = Vec::new();
        for (picked, field) in picked
            .iter()
            .flat_map(|picked| key.iter().map(move |field| (picked, field)))
        {
            for row in 0..picked.len() {
                keys.push(picked.value(field, row)?);
            }
        }
        Ok(keys)
    }
}

fn point_of<'p>(points: &'p [LinePoint], line: &str) -> Option<&'p LinePoint> {
    points.iter().find(|point| point.line == line)
}

/// The last version that two lines have in common. A branch has the versions of its origin under their numbers.
fn ancestor(one: &Manifest, other: &Manifest) -> Option<u64> {
    let chain = |manifest: &Manifest| -> Vec<(String, u64)> {
        let own = (manifest.incarnation.clone(), manifest.version);
        let origins = manifest
            .origins
            .iter()
            .map(|point| (point.line.clone(), point.version));
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
    Ok(manifest
        .schema_of(schema)?
        .fields
        .iter()
        .map(|field| field.id)
        .collect())
}

/// Whether a line has given columns other names since a version: a name counts for all versions, so that only the log knows.
fn has_renamed(table: &Table, manifest: &Manifest, since: u64) -> Result<bool> {
    let mut before = manifest.version + 1;
    loop {
        let commits = table.log.newest(&manifest.log, before, CHUNK)?;
        let new = commits
            .iter()
            .map(Raw::get)
            .take_while(|commit| commit.version > since);
        let mut operations = new.map(|commit| &commit.operation);
        if operations.any(|operation| matches!(operation, Operation::RenameColumn | Operation::Migrate)) {
            return Ok(true);
        }
        before = match commits.last() {
            Some(last) if last.get().version > since + 1 => last.get().version,
            _ => return Ok(false),
        };
    }
}

fn unrelated(ours: &Table, theirs: &Table) -> Error {
    let message = format!(
        "\"{}\" and \"{}\" are no lines of one table.",
        ours.name(),
        theirs.name()
    );
    Error::new(Code::InvalidArgument, message).hint("Merge a table and its branches.")
}
