use super::best::{Best, Counts, Hit};
use super::evaluated::{Evaluated, Fit};
use super::pruned::Pruned;
use super::summed::sum_up;
use crate::error::Result;
use crate::index::text::corpus::{Corpus, NONE, Part};
use crate::index::text::query::Compiled;

/// Of fewer rows than one in so many, each is looked at.
const FEW: usize = 33;

impl Corpus<'_> {
    /// The `most` best rows: by score, of equal ones those with the smaller ids.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; those of `rows`.
    pub fn search(&self, compiled: &Compiled, most: usize, rows: &mut dyn Counts) -> Result<Vec<Hit>> {
        let mut best = Best::new(most);
        if most > 0 && !compiled.is_empty() {
            for part in self.parts() {
                part.contain(|| search(&part, compiled, rows, &mut best))?;
            }
        }
        Ok(best.finish())
    }

    /// How some rows stand to a query, by their ids, which ascend; only those that are seen.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn fits(&self, compiled: &Compiled, ids: &[u64]) -> Result<Vec<(u64, Fit)>> {
        let mut fits = Vec::with_capacity(ids.len());
        if !ids.is_empty() {
            for part in self.parts() {
                let mut take = |id, fit| fits.push((id, fit));
                part.contain(|| each(&part, compiled, ids, &mut take))?;
            }
        }
        Ok(fits)
    }
}

fn search(part: &Part<'_>, compiled: &Compiled, rows: &mut dyn Counts, best: &mut Best) -> Result<()> {
    if let Some(few) = rows.few()
        && few.len() < part.rows().len() / FEW
    {
        let mut take = |id, fit| {
            if let Fit::Score(score) = fit {
                best.push(Hit { id, score });
            }
        };
        return each(part, compiled, few, &mut take);
    }
    match part {
        Part::Segment(covered) => match Pruned::new(covered, compiled)? {
            Some(pruned) => pruned.search(part, rows, best),
            None => all(part, compiled, rows, best),
        },
        Part::Tail { .. } if sum_up(part, compiled, rows, best)? => Ok(()),
        Part::Tail { .. } => all(part, compiled, rows, best),
    }
}

/// Looks at each of a few rows.
fn each(part: &Part<'_>, compiled: &Compiled, few: &[u64], take: &mut dyn FnMut(u64, Fit)) -> Result<()> {
    let places = part.rows();
    if places.is_empty() {
        return Ok(());
    }
    let first = part.id(places.start)?;
    let from = few.partition_point(|id| *id < first);
    let mut evaluated = Evaluated::new(part, compiled, |_| true)?;
    for &id in few.get(from..).unwrap_or_default() {
        let document = part.document_from(id)?;
        if !places.contains(&document) {
            break;
        }
        if part.id(document)? == id && part.sees(document) {
            take(id, evaluated.fit(document)?);
        }
    }
    Ok(())
}

/// Looks at all rows that have what is required, or anything of it.
fn all(part: &Part<'_>, compiled: &Compiled, rows: &mut dyn Counts, best: &mut Best) -> Result<()> {
    let mut evaluated = Evaluated::new(part, compiled, |_| true)?;
    let places = part.rows();
    let mut document = evaluated.next(places.start);
    while document < NONE && places.contains(&document) {
        let id = part.id(document)?;
        if id >= rows.until() {
            break;
        }
        if part.sees(document)
            && rows.counts(id)?
            && let Some(score) = evaluated.score(document)?
        {
            best.push(Hit { id, score });
        }
        document = evaluated.next(document + 1);
    }
    Ok(())
}
