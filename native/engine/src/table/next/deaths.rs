use super::draft::NextManifest;
use crate::error::{Error, Result};
use crate::format::{DeathRun, Raw, RunRef};
use crate::history::Deaths;
use crate::store::{FileName, PutOutcome};
use crate::table::handle::Table;

/// Deaths that stand in the manifest itself, at most.
pub(super) const DEATHS: usize = 512;

impl NextManifest {
    pub(super) fn end_rows(&mut self, table: &Table, ended: &[u64], version: u64) -> Result<()> {
        if ended.is_empty() {
            return Ok(());
        }
        let pairs: Vec<(u64, u64)> = ended.iter().map(|id| (*id, version)).collect();
        self.manifest.deaths.tail.push(Raw::new(pairs)?);
        let tail = self
            .manifest
            .deaths
            .tail
            .iter()
            .flat_map(|entry| entry.get().iter().copied());
        let tail: Vec<(u64, u64)> = tail.collect();
        if tail.len() <= DEATHS {
            self.known.deaths = self.known.deaths.with_tail(tail);
            return Ok(());
        }
        self.write_deaths(table, tail)
    }

    /// Writes the newest deaths to a file, together with as many of the files before it as are not much larger: so there
    /// are never more than some log n of them.
    fn write_deaths(&mut self, table: &Table, mut deaths: Vec<(u64, u64)>) -> Result<()> {
        let mut kept = Vec::new();
        let mut merged = Vec::new();
        let mut size = deaths.len() as u64;
        let references = self.manifest.deaths.runs.iter().cloned();
        for (reference, run) in references.zip(self.known.deaths.runs()).rev() {
            if kept.is_empty() && reference.count <= size * 2 {
                size += reference.count;
                deaths.extend((0..run.len()).map(|at| run.get(at)));
                merged.push(reference);
            } else {
                kept.push((reference, run.clone()));
            }
        }
        kept.reverse();
        for old in merged {
            self.retire("deaths", old.file)?;
        }
        let (references, runs) = kept.into_iter().unzip();
        self.put_deaths(table, deaths, references, runs)
    }

    /// Replaces all deaths.
    pub(crate) fn replace_deaths(&mut self, table: &Table, deaths: Vec<(u64, u64)>) -> Result<()> {
        for old in std::mem::take(&mut self.manifest.deaths.runs) {
            self.retire("deaths", old.file)?;
        }
        if deaths.len() > DEATHS {
            return self.put_deaths(table, deaths, Vec::new(), Vec::new());
        }
        self.manifest.deaths.tail.clear();
        if !deaths.is_empty() {
            self.manifest.deaths.tail.push(Raw::new(deaths.clone())?);
        }
        self.known.deaths = Deaths::new(Vec::new(), deaths);
        Ok(())
    }

    /// Writes deaths to a file behind others.
    fn put_deaths(
        &mut self,
        table: &Table,
        mut deaths: Vec<(u64, u64)>,
        mut references: Vec<RunRef>,
        mut runs: Vec<DeathRun>,
    ) -> Result<()> {
        deaths.sort_unstable();
        let name = FileName::unique(table.home.environment.uuid()?, "deaths");
        let bytes = DeathRun::encode(&deaths);
        let reference = DeathRun::reference(name.as_str().to_owned(), &bytes);
        let path = table.home.path(&format!("deaths/{}", name.as_str()));
        self.created.add(path.clone());
        if table.home.store.put_if_absent(&path, &bytes)? == PutOutcome::Exists {
            return Err(Error::internal("two files of deaths of one name"));
        }
        let run = DeathRun::open(bytes.into(), &reference, &path)?;
        references.push(reference);
        runs.push(run);
        self.manifest.deaths.runs = references;
        self.manifest.deaths.tail.clear();
        self.known.deaths = Deaths::new(runs, Vec::new());
        Ok(())
    }
}
