use super::ended::Ending;
use super::leaving::{Found, Why};
use crate::error::Result;
use crate::snapshot::TableState;
use crate::table::Table;
use crate::upkeep::index_tasks::MERGED_THOROUGHLY;
use crate::upkeep::line::Line;
use crate::upkeep::merge::fits_in_one;

/// A run of rows as it would be: about how large, and the files that it has now.
struct Run {
    bytes: u64,
    rows: usize,
    files: Vec<String>,
}

impl Table {
    /// Files in whose place others would come, or none.
    pub(super) fn replaced(&self, state: &TableState, ending: &Ending, found: &mut Found<'_>) -> Result<()> {
        let after_ms = self.home.store.kept_ms();
        let mut runs = Vec::new();
        for (at, segment) in state.segments.iter().enumerate() {
            let ended = segment.rows().ids_from(0).filter(|(_, id)| (ending.ends)(*id));
            let left = segment.len() - ended.count();
            let fragment = state.manifest.fragments.get(at).map(|fragment| fragment.get());
            let files = fragment.into_iter().flat_map(|fragment| fragment.files());
            let files: Vec<String> = files.map(str::to_owned).collect();
            let bytes = fragment.map_or(0, |fragment| {
                fragment.groups.iter().map(|group| group.length).sum::<u64>()
            });
            if left == segment.len() {
                runs.push(Run {
                    bytes,
                    rows: left,
                    files,
                });
                continue;
            }
            let why = if left == 0 { Why::Expired } else { Why::Rewritten };
            for file in &files {
                found.add("data", file, why, after_ms)?;
            }
            if left > 0 {
                runs.push(Run {
                    bytes: bytes / segment.len() as u64 * left as u64,
                    rows: left,
                    files: Vec::new(),
                });
            }
        }
        for file in merged(runs) {
            found.add("data", &file, Why::Merged, after_ms)?;
        }
        if self.forgets_deaths(state, ending) {
            for run in &state.manifest.deaths.runs {
                found.add("deaths", &run.file, Why::Rewritten, after_ms)?;
            }
        }
        self.replaced_indexes(state, ending, found)
    }

    /// Whether there are deaths of rows that would not be there any more.
    fn forgets_deaths(&self, state: &TableState, ending: &Ending) -> bool {
        let is_stored = |id: u64| {
            let after = state
                .segments
                .partition_point(|segment| segment.rows().first() <= id);
            let segment = after.checked_sub(1).and_then(|at| state.segments.get(at));
            segment.is_some_and(|segment| segment.rows().position(id).is_some())
        };
        let deaths = state.deaths.all();
        deaths.iter().any(|(id, _)| (ending.ends)(*id) || !is_stored(*id))
    }

    fn replaced_indexes(&self, state: &TableState, ending: &Ending, found: &mut Found<'_>) -> Result<()> {
        let after_ms = self.home.store.kept_ms();
        for line in Line::all(state).iter().filter(|line| line.holds_values()) {
            for open in line.places(state) {
                let place = &open.place;
                let covered = |id: u64| (place.from..place.until).contains(&id) && (ending.ends)(id);
                let mut ids = state
                    .segments
                    .iter()
                    .flat_map(|segment| segment.rows().ids_from(place.from));
                if ids.any(|(_, id)| covered(id)) {
                    found.add("index", &place.file, Why::Rewritten, after_ms)?;
                }
            }
        }
        for task in self.index_tasks(state, MERGED_THOROUGHLY) {
            for place in &task.replaced {
                found.add("index", &place.file, Why::Merged, after_ms)?;
            }
        }
        Ok(())
    }
}

/// The files of runs that become part of larger ones.
fn merged(mut runs: Vec<Run>) -> Vec<String> {
    let mut files = Vec::new();
    while let Some(range) = first_neighbours(&runs) {
        let at = range.start;
        let parts: Vec<Run> = runs.drain(range).collect();
        let (bytes, rows) = size_of(&parts);
        files.extend(parts.into_iter().flat_map(|run| run.files));
        runs.insert(
            at,
            Run {
                bytes,
                rows,
                files: Vec::new(),
            },
        );
    }
    files
}

/// The first neighbours that together are no larger than a fragment should be.
fn first_neighbours(runs: &[Run]) -> Option<std::ops::Range<usize>> {
    (0..runs.len()).find_map(|start| {
        let (mut bytes, mut rows) = (0, 0);
        let fits = |run: &&Run| {
            bytes += run.bytes;
            rows += run.rows;
            fits_in_one(bytes, rows)
        };
        let count = runs.iter().skip(start).take_while(fits).count();
        (count > 1).then_some(start..start + count)
    })
}

fn size_of(runs: &[Run]) -> (u64, usize) {
    (
        runs.iter().map(|run| run.bytes).sum(),
        runs.iter().map(|run| run.rows).sum(),
    )
}
