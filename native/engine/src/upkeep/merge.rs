use std::sync::Arc;

use crate::environment::Stop;
use crate::error::{Code, Result};
use crate::format::{Fragment, Raw};
use crate::fragment::{Segment, Shadow};
use crate::schema::Field;
use crate::snapshot::TableState;
use crate::table::{Created, Table};

/// The most bytes of a merged fragment.
const TARGET_BYTES: u64 = 512 * 1024 * 1024;
/// The most rows of a merged fragment.
const TARGET_ROWS: usize = 1_000_000;
/// A fragment below this many bytes is small: four of them are merged.
const SMALL: u64 = 1024 * 1024;

impl Table {
    pub(super) fn merge_all(&self, stop: &Stop) -> Result<u64> {
        let mut merged = 0;
        loop {
            stop.check()?;
            let state = self.refresh()?;
            let Some(range) = adjacent_small(&state.manifest.fragments) else {
                return Ok(merged);
            };
            match self.merge(&state, range, None)? {
                Some(more) => merged += more,
                None => return Ok(merged),
            }
        }
    }

    /// Writes the fragments of a range as one; rows in `dropped` are left out. `None` where somebody else was faster.
    pub(super) fn merge(
        &self,
        state: &Arc<TableState>,
        range: std::ops::Range<usize>,
        dropped: Option<&dyn Fn(u64) -> bool>,
    ) -> Result<Option<u64>> {
        let old: Vec<Raw<Fragment>> = state
            .manifest
            .fragments
            .get(range.clone())
            .unwrap_or_default()
            .to_vec();
        let segments = state.segments.get(range).unwrap_or_default();
        let mut created = Created::new(&self.home);
        let merged = self.write_merged(state, segments, dropped, &mut created)?;
        let landed = self.change_layout(|table, now, next| {
            let Some(at) = position_of(&now.manifest.fragments, &old) else {
                return Ok(false);
            };
            // A version that came back may need rows that were to be dropped.
            if dropped.is_some() && now.manifest.kept != state.manifest.kept {
                return Ok(false);
            }
            let segment = match &merged {
                None => None,
                Some(fragment) => Some(Segment::open(
                    &table.home.store,
                    &table.home.path("data"),
                    fragment,
                    &now.fields,
                )?),
            };
            let replaced = at..at + old.len();
            let fragment = merged.clone().map(Raw::new).transpose()?;
            next.manifest.fragments.splice(replaced.clone(), fragment);
            next.known.segments.splice(replaced, segment.map(Arc::new));
            for group in old.iter().flat_map(|fragment| &fragment.get().groups) {
                next.retire("data", group.file.clone())?;
            }
            Ok(true)
        });
        // Where it did not land, somebody else changed the fragments; or it did, and its answer came late.
        let is_in_use = matches!(landed, Ok(true)) || created.is_named_in(&self.current().manifest);
        let is_unknown = matches!(&landed, Err(error) if error.code() == Code::CommitUnknown);
        if is_in_use || is_unknown {
            created.keep();
        }
        Ok((landed? || is_in_use).then_some(old.len() as u64))
    }

    /// Writes the rows of segments to one fragment, if any are left. Its files are added to `created`.
    fn write_merged(
        &self,
        state: &TableState,
        segments: &[Arc<Segment>],
        dropped: Option<&dyn Fn(u64) -> bool>,
        created: &mut Created,
    ) -> Result<Option<Fragment>> {
        let keep = |segment: &Segment| {
            let dropped = dropped?;
            let rows = (0..u32::try_from(segment.len()).unwrap_or(u32::MAX))
                .filter(|&row| !dropped(segment.rows().id(row as usize)));
            Some(rows.collect::<Vec<u32>>())
        };
        let sources: Vec<(&Segment, Option<Vec<u32>>)> = segments
            .iter()
            .map(|segment| (&**segment, keep(segment)))
            .collect();
        let left: usize = sources
            .iter()
            .map(|(segment, kept)| kept.as_ref().map_or(segment.len(), Vec::len))
            .sum();
        if left == 0 {
            return Ok(None);
        }
        let written = self.write_anew(&sources, &state.fields, created);
        self.or_gone(written).map(Some)
    }

    /// Writes the fragments anew that lack a shadow: they were written before there were any.
    pub(super) fn write_shadows(&self, stop: &Stop) -> Result<()> {
        let from = self.indexing().shadow_from;
        loop {
            stop.check()?;
            let state = self.refresh()?;
            let mut fragments = state.manifest.fragments.iter();
            let Some(at) = fragments.position(|fragment| lacks_shadow(fragment.get(), &state.fields, from))
            else {
                return Ok(());
            };
            if self.merge(&state, at..at + 1, None)?.is_none() {
                return Ok(());
            }
        }
    }
}

fn lacks_shadow(fragment: &Fragment, fields: &[Field], from: usize) -> bool {
    let mut places = fragment.groups.iter().flat_map(|group| &group.columns);
    places.any(|place| {
        let field = fields.iter().find(|field| field.id == place.field);
        let worth = field.and_then(|field| Shadow::worth(&field.data_type, fragment.rows.len(), from));
        place.shadow.is_none() && worth.is_some()
    })
}

pub(super) fn is_small(fragment: &Raw<Fragment>) -> bool {
    bytes_of(fragment) < SMALL
}

fn bytes_of(fragment: &Raw<Fragment>) -> u64 {
    fragment.get().groups.iter().map(|group| group.length).sum()
}

/// Neighbours of about one size: 4 small ones, or 16 larger ones. So a row is rewritten some log n times, and there are
/// never more than some log n fragments.
pub(super) fn merge_candidates(fragments: &[Raw<Fragment>]) -> Option<std::ops::Range<usize>> {
    let tier = |fragment: &Raw<Fragment>| match bytes_of(fragment) {
        bytes if bytes < SMALL => (bytes.max(64 * 1024).ilog2() - 16) / 2,
        bytes => 2 + (bytes.ilog2() - 20) / 4,
    };
    let mut start = 0;
    while start < fragments.len() {
        let first = tier(fragments.get(start)?);
        let run = fragments
            .iter()
            .skip(start)
            .take_while(|fragment| tier(fragment) <= first)
            .count();
        let wanted = if first < 2 { 4 } else { 16 };
        let end = start + run;
        if run >= wanted && fits(fragments.get(start..end)?) {
            return Some(start..end);
        }
        start += fragments
            .iter()
            .skip(start)
            .take_while(|fragment| tier(fragment) == first)
            .count();
    }
    None
}

fn fits(fragments: &[Raw<Fragment>]) -> bool {
    let bytes: u64 = fragments.iter().map(bytes_of).sum();
    let rows: usize = fragments.iter().map(|fragment| fragment.get().rows.len()).sum();
    fits_in_one(bytes, rows)
}

/// Whether a fragment may be so large.
pub(super) fn fits_in_one(bytes: u64, rows: usize) -> bool {
    bytes <= TARGET_BYTES && rows <= TARGET_ROWS
}

/// The first neighbours that together are no larger than a fragment should be.
fn adjacent_small(fragments: &[Raw<Fragment>]) -> Option<std::ops::Range<usize>> {
    for start in 0..fragments.len() {
        let mut end = start + 1;
        while end < fragments.len() && fits(fragments.get(start..=end)?) {
            end += 1;
        }
        if end - start > 1 {
            return Some(start..end);
        }
    }
    None
}

/// Where a run of fragments stands, if it still does.
fn position_of(fragments: &[Raw<Fragment>], run: &[Raw<Fragment>]) -> Option<usize> {
    let same = |a: &Raw<Fragment>, b: &Raw<Fragment>| a.get().files().eq(b.get().files());
    let first = run.first()?;
    let at = fragments.iter().position(|fragment| same(fragment, first))?;
    let now = fragments.get(at..at + run.len())?;
    now.iter().zip(run).all(|(a, b)| same(a, b)).then_some(at)
}
