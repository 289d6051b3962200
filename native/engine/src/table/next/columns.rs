use std::sync::Arc;

use super::draft::NextManifest;
use crate::column::{Batch, Column};
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::fragment::Segment;
use crate::schema::Field;
use crate::snapshot::TableState;
use crate::table::fragments::{name_of, with_group};
use crate::table::handle::Table;
use crate::table::new_column::NewColumn;

/// Puts columns into every row of the next manifest. The rows in the manifest become a fragment.
pub(super) fn swap_in(
    columns: &[NewColumn],
    next: &mut NextManifest,
    table: &Table,
    state: &TableState,
) -> Result<()> {
    let old = |column: &NewColumn| column.old.as_ref().map_or(0, |field| field.id);
    for column in columns {
        next.drop_indexes(|index| index.fields().contains(&old(column)))?;
    }
    let fields = next.manifest.all_fields();
    for (at, known) in state.manifest.fragments.iter().enumerate() {
        let (mut fragment, mut retired) = (known.get().clone(), Vec::new());
        for column in columns {
            let file = column.ready.get(&name_of(known.get()));
            match file.ok_or_else(|| Error::internal("a fragment without its new column"))? {
                None => {}
                Some(group) => {
                    let (with, unneeded) = with_group(&fragment, old(column), group.clone());
                    (fragment, retired) = (with, [retired, unneeded].concat());
                }
            }
        }
        if fragment != *known.get() {
            next.exchange(table, at, (fragment, retired), &fields)?;
        }
    }
    if state.manifest.inline.is_empty() {
        return Ok(());
    }
    let key = next.manifest.current_schema()?.key().cloned();
    let gone = table.droppable(state)?;
    for segment in next
        .known
        .segments
        .iter_mut()
        .skip(state.manifest.fragments.len())
    {
        for column in columns {
            let pieces = column.pieces(segment, &gone)?;
            if pieces.is_empty() {
                continue;
            }
            let cells = beside(segment, old(column), &column.field, &pieces)?;
            let batch = Batch::new(segment.len(), cells);
            *segment = Arc::new(Segment::in_memory(segment.rows().first(), batch, key.as_ref())?);
        }
    }
    next.spill(table)
}

/// A segment with the columns of its own, and one more.
pub(super) fn beside(
    segment: &Segment,
    without: u32,
    field: &Field,
    pieces: &[Column],
) -> Result<Vec<(u32, Column)>> {
    let own = segment.fields().filter(|id| *id != without && *id != field.id);
    let mut columns: Vec<(u32, Column)> = own
        .filter_map(|id| Some((id, segment.column(id)?.clone())))
        .collect();
    columns.push((field.id, Column::concat(&pieces.iter().collect::<Vec<_>>())?));
    Ok(columns)
}
