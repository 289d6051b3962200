use super::cut::cut;
use crate::error::{Code, Error, Result};
use crate::format::{BRANCHES, LinePoint, Manifest};
use crate::history::AsOf;
use crate::home::{Elsewhere, TableHome};
use crate::snapshot::TableState;
use crate::store::{PutOutcome, branch_of, check_branch_name, line_of, table_of};
use crate::table::{Created, Kept, Table};

/// How often a branch is begun anew because the files of its origin were replaced meanwhile.
const TRIES: usize = 8;

/// Begins a branch: its first manifest, which names the files of the line where it begins, at its newest version or at a moment.
///
/// # Errors
/// [`Code::BranchExists`], [`Code::InvalidName`]; those of [`AsOf::resolve`]; [`Code::Conflict`] where the files of the origin change too fast.
pub(crate) fn fork(origin: &Table, name: &str, moment: Option<&AsOf>) -> Result<TableHome> {
    check_branch_name(name)?;
    let home = origin
        .home
        .of_line(line_of(table_of(&origin.home.name), Some(name)));
    declare_lines(origin)?;
    for _ in 0..TRIES {
        let state = origin.refresh()?;
        let mut created = Created::new(&home);
        let manifest = first_manifest(origin, &state, &home, moment, &mut created)?;
        // Until it is certain that there is no such manifest, what it names stays.
        let kept = created.keep();
        if home.create(&manifest)? == PutOutcome::Exists {
            kept.give_up();
            return Err(exists(&home, name));
        }
        match still_holds(origin, &state, &manifest, &kept) {
            Ok(true) => return Ok(home),
            // Nobody knows whether all of its files are there.
            Err(error) => {
                home.remove()?;
                kept.give_up();
                return Err(error);
            }
            Ok(false) => {
                home.remove()?;
                kept.give_up();
            }
        }
    }
    let message = format!(
        "The files of \"{}\" changed too fast to begin a branch.",
        origin.home.name
    );
    Err(Error::new(Code::Conflict, message).hint("Try again; nothing was changed."))
}

/// Before a table has its first branch it says that it may have some: from then on nobody removes a file without looking for them.
fn declare_lines(table: &Table) -> Result<()> {
    table.change_layout(|_, state, next| {
        let is_new = !state.manifest.has_lines();
        if is_new {
            next.manifest.writer_features.push(BRANCHES.to_owned());
            next.manifest.writer_features.sort();
        }
        Ok(is_new)
    })?;
    Ok(())
}

fn first_manifest(
    origin: &Table,
    state: &TableState,
    home: &TableHome,
    moment: Option<&AsOf>,
    created: &mut Created,
) -> Result<Manifest> {
    let now = home.environment.now();
    let newest = &state.manifest;
    let version = match moment {
        None => newest.version,
        Some(moment) => moment.resolve(newest, &origin.log, &origin.tags, now)?,
    };
    let mut manifest = match version == newest.version {
        true => newest.clone(),
        false => cut(origin, state, version, created)?,
    };
    let mut origins = vec![LinePoint {
        line: newest.incarnation.clone(),
        branch: branch_of(&origin.home.name).map(str::to_owned),
        version,
        here: version,
        at: now,
    }];
    origins.append(&mut manifest.origins);
    // What a line took over before it parted is in both.
    origins.iter_mut().skip(1).for_each(|point| {
        point.version = point.version.min(version);
        point.here = point.version;
    });
    manifest.origins = origins;
    if !manifest.reader_features.iter().any(|feature| feature == BRANCHES) {
        manifest.reader_features.push(BRANCHES.to_owned());
        manifest.reader_features.sort();
    }
    manifest.incarnation = home.environment.uuid()?.to_hex();
    manifest.id = home.environment.uuid()?.to_hex();
    manifest.sequence = home.first_sequence()?;
    manifest.retired = Vec::new();
    manifest.purge = None;
    // Tags and pins of the origin keep nothing here.
    manifest.kept = Vec::new();
    Ok(manifest)
}

/// Whether the first manifest of a branch, made of a state of its origin, can stay. The origin must still need all files that were taken from it: then
/// nobody removes them who does not see the branch. And no rows may have been purged meanwhile: a purge that comes later sees the branch.
fn still_holds(origin: &Table, state: &TableState, manifest: &Manifest, own: &Kept) -> Result<bool> {
    let newest = origin.refresh()?;
    let mut named = Elsewhere::of(&newest.manifest);
    named.add(own.names());
    let is_purged = newest.manifest.purged_at() != state.manifest.purged_at();
    Ok(!is_purged && manifest.files().all(|(_, file)| named.has(file)))
}

fn exists(home: &TableHome, name: &str) -> Error {
    let table = table_of(&home.name).to_owned();
    Error::new(
        Code::BranchExists,
        format!("The table \"{table}\" already has a branch \"{name}\"."),
    )
    .hint("Open it, delete it first, or choose another name.")
    .table(table)
}
