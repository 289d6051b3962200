use std::sync::Arc;

use super::tables::{Database, branch_not_found};
use crate::branch::{Branch, Merge, Merged, branches_of, fork, merge, remove_branch};
use crate::error::{Code, Error, Result};
use crate::history::AsOf;
use crate::store::{branch_of, check_branch_name, line_of, table_of};
use crate::table::Table;

impl Database {
    /// Begins a branch of a table, at its newest version or at a moment. `line` is the table, or a branch of it: `table@branch`. Costs one
    /// manifest, whatever the table holds; a moment of the past costs 16 bytes more for each row that shares a file with earlier ones.
    ///
    /// # Errors
    /// [`Code::BranchExists`], [`Code::InvalidName`], [`Code::TableNotFound`], [`Code::VersionNotFound`], [`Code::VersionExpired`],
    /// [`Code::TagNotFound`], [`Code::Conflict`].
    pub fn create_branch(&self, line: &str, name: &str, at: Option<&AsOf>) -> Result<Arc<Table>> {
        let origin = self.open_table(line)?;
        let wanted = line_of(table_of(line), Some(name));
        check_branch_name(name)?;
        if let Some(other) = self.line_in_other_case(&wanted)? {
            return Err(exists_as(name, &other, table_of(line)));
        }
        let home = fork(&origin, name, at)?;
        self.open_table(&home.name)
    }

    /// The branches of a table, by name. `line` is the table, or a branch of it. Costs one manifest for each.
    ///
    /// # Errors
    /// [`Code::TableNotFound`], [`Code::Corrupt`].
    pub fn branches(&self, line: &str) -> Result<Vec<Branch>> {
        let table = self.open_table(table_of(line))?;
        branches_of(&table.home)
    }

    /// Removes a branch with its history, and the files that nothing but it needed. Branches that began in it stay whole. Handles to it fail
    /// from then on.
    ///
    /// # Errors
    /// [`Code::BranchNotFound`], [`Code::TableNotFound`].
    pub fn delete_branch(&self, line: &str, name: &str) -> Result<()> {
        check_branch_name(name)?;
        let table = self.open_table(table_of(line))?;
        let home = self.home(&line_of(table_of(line), Some(name)));
        if !home.is_there()? {
            return Err(branch_not_found(&home.name, name));
        }
        self.forget(&home.name);
        remove_branch(&home, &table)
    }

    /// Takes over into one line what another of the same table changed since both last met: a row is compared as it was then, as it is here,
    /// and as it is there. One commit, and one before it where columns were added or renamed there. Nothing is done where nothing is new, so
    /// that it may be repeated as both go on. Vectors are taken along as they are.
    ///
    /// # Errors
    /// [`Code::MergeConflict`] where both changed a row, or a column in ways that do not fit; [`Code::NoPrimaryKey`]; [`Code::VersionExpired`]
    /// where the version at which they met is not kept any more; [`Code::TableNotFound`], [`Code::BranchNotFound`]; those of a write.
    pub fn merge(&self, into: &str, from: &str, options: &Merge) -> Result<Merged> {
        let (ours, theirs) = (self.open_table(into)?, self.open_table(from)?);
        if table_of(into) != table_of(from) || into == from {
            let message = format!("\"{from}\" cannot be merged into \"{into}\".");
            return Err(Error::new(Code::InvalidArgument, message)
                .hint("Merge a table and one of its branches, or two of them."));
        }
        merge(&ours, &theirs, options)
    }

    /// The branch whose name differs from that of a line only in case, if there is one.
    fn line_in_other_case(&self, line: &str) -> Result<Option<String>> {
        let other = self.in_other_case(line)?;
        Ok(other.and_then(|other| branch_of(&other).map(str::to_owned)))
    }
}

fn exists_as(name: &str, other: &str, table: &str) -> Error {
    let message =
        format!("There already is a branch \"{other}\", which differs from \"{name}\" only in case.");
    Error::new(Code::BranchExists, message)
        .hint(format!("Open \"{other}\", or choose another name."))
        .table(table)
}
