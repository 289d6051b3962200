use super::draft::NextManifest;
use crate::error::Result;
use crate::format::{ChunkRef, Commit, LogNode, Raw, seal_json};
use crate::history::{CHUNK, in_force};
use crate::store::FileName;
use crate::table::handle::Table;

impl NextManifest {
    pub(super) fn log(&mut self, table: &Table, commit: Commit) -> Result<()> {
        // Where files are written and synced anyway, its part is closed early: what the manifest holds is written with every commit.
        let most = if self.spilled { CHUNK / 2 } else { CHUNK };
        if self.manifest.log.tail.len() >= most {
            self.close_log(table)?;
        }
        self.manifest.log.tail.push(Raw::new(commit)?);
        Ok(())
    }

    /// Moves the tail of the log into a file, and full lists of files into files of their own.
    fn close_log(&mut self, table: &Table) -> Result<()> {
        let last_effective = in_force(&self.manifest.log);
        let commits = std::mem::take(&mut self.manifest.log.tail);
        let Some(last) = commits.last().map(Raw::get) else {
            return Ok(());
        };
        let mut part = ChunkRef {
            file: String::new(),
            length: 0,
            last: last.version,
            last_at: last.committed_at,
            last_effective,
            takes_back: commits.iter().any(|commit| commit.get().takes_back),
        };
        self.write_log(table, &mut part, &LogNode::Commits(commits))?;
        for level in 0.. {
            let Some(parts) = self.manifest.log.levels.get_mut(level) else {
                self.manifest.log.levels.push(vec![part]);
                break;
            };
            if parts.len() < CHUNK {
                parts.push(part);
                break;
            }
            let full = std::mem::replace(parts, vec![part]);
            let Some(last) = full.last().cloned() else { break };
            part = ChunkRef {
                takes_back: full.iter().any(|part| part.takes_back),
                ..last
            };
            self.write_log(table, &mut part, &LogNode::Chunks(full))?;
        }
        Ok(())
    }

    fn write_log(&mut self, table: &Table, part: &mut ChunkRef, node: &LogNode) -> Result<()> {
        let name = FileName::unique(table.home.environment.uuid()?, "json");
        let path = table.home.path(&format!("_log/{}", name.as_str()));
        let bytes = seal_json(node)?;
        self.created.add(path.clone());
        table.home.store.put_if_absent(&path, &bytes)?;
        part.file = name.as_str().to_owned();
        part.length = bytes.len() as u64;
        Ok(())
    }
}
