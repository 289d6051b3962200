use super::best::{Best, Counts, Hit};
use super::evaluated::Evaluated;
use crate::error::Result;
use crate::index::text::corpus::{Cursor, NONE, Part};
use crate::index::text::query::{Compiled, Occur};

/// Adds the rows of a part without block maxima, where any of some terms will do: term by term, which is quicker than row by row. The sum of
/// a row is made in the order of the query here too. False where it is a query of another kind.
pub(crate) fn sum_up(
    part: &Part<'_>,
    compiled: &Compiled,
    rows: &mut dyn Counts,
    best: &mut Best,
) -> Result<bool> {
    let scored = || {
        compiled
            .clauses
            .iter()
            .filter(|clause| clause.occur != Occur::Not)
    };
    let is_plain = scored().all(|clause| {
        clause.occur == Occur::Should && clause.leaves.iter().all(|leaf| leaf.terms.len() == 1)
    });
    if !is_plain {
        return Ok(false);
    }
    let places = part.rows();
    let mut sums = vec![0.0; places.len()];
    for leaf in scored().flat_map(|clause| &clause.leaves) {
        let (Some((_, term)), Some(field)) = (leaf.terms.first(), compiled.fields.get(leaf.place)) else {
            continue;
        };
        let Some(mut cursor) = part.cursor(field.field, term, false)? else {
            continue;
        };
        let codes = part.codes(field.field)?;
        let mut document = cursor.seek(places.start);
        while document < places.end {
            if let Some(sum) = sums.get_mut((document - places.start) as usize) {
                *sum += leaf.factor * field.share(cursor.frequency(), codes.of(document));
            }
            document = next(&mut cursor);
        }
    }
    let mut excluded = Evaluated::new(part, compiled, |occur| occur == Occur::Not)?;
    for (document, score) in places.zip(sums) {
        // Of equal scores those with the smaller ids are there already.
        if score <= best.threshold().max(0.0) || !part.sees(document) {
            continue;
        }
        let id = part.id(document)?;
        if id >= rows.until() {
            break;
        }
        if rows.counts(id)? && !excluded.has_any(document)? {
            best.push(Hit { id, score });
        }
    }
    Ok(true)
}

fn next(cursor: &mut Cursor<'_>) -> u32 {
    match cursor {
        Cursor::Tail { list, .. } => {
            *list = list.get(1..).unwrap_or_default();
            list.first().map_or(NONE, |posting| posting.document)
        }
        Cursor::Segment(_) => {
            let after = cursor.document().saturating_add(1);
            cursor.seek(after)
        }
    }
}
