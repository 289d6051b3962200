//! Spans of versions, compared with all versions of the model that lie in them.

use std::collections::BTreeMap;

use varve_engine::{AsOf, Lifetime, Moment, Picked, Table};

use super::model::{Model, Row};
use super::nearest::{self, Shown, Tally};
use super::random::Random;
use super::{by_words, checks, fused};

/// One random span: its rows, and a search of it with the lifetimes of what is found.
pub(crate) fn read(random: &mut Random, tally: &mut Tally, table: &Table, model: &Model, now: i64) {
    let (mut from, mut to) = (
        checks::moment(random, model, now),
        checks::moment(random, model, now),
    );
    if let (AsOf::Version(first), AsOf::Version(last)) = (&from, &to)
        && first > last
        && random.chance(85)
    {
        std::mem::swap(&mut from, &mut to);
    }
    let (span, last, shown) = match (table.during(&from, &to), model.span(&from, &to, now)) {
        (Ok(span), Ok((first, last))) => {
            assert_eq!((span.from(), span.version()), (Some(first as u64), last as u64));
            (span, last, shown(model, first, last))
        }
        (Err(error), Err(code)) => return assert_eq!(error.code(), code, "{from:?} to {to:?}: {error}"),
        (found, expected) => panic!(
            "{from:?} to {to:?}: {:?} and {expected:?}",
            found.map(|span| span.version())
        ),
    };
    let picked = if random.chance(20) {
        fused::search(random, tally, &span, &shown);
        by_words::search(random, tally, &span, &shown)
    } else if random.chance(50) {
        checks::all(&span, &shown);
        nearest::search(random, tally, &span, &shown)
    } else {
        nearest::search_keys(random, &span, &shown)
    };
    let newest = model.versions.len() - 1;
    let until = random.chance(40).then(|| last + random.below(newest - last + 1));
    if let Some(picked) = picked {
        tally.spans += 1;
        lifetimes(table, model, &picked, until);
    }
}

/// Every row that was visible at any version from the first to the last.
fn shown(model: &Model, first: usize, last: usize) -> Shown<'_> {
    let versions = &model.versions[first..=last];
    let rows: BTreeMap<u64, &Row> = versions
        .iter()
        .flat_map(|version| &version.rows)
        .map(|row| (row.id, &**row))
        .collect();
    let (schema, rows) = (&model.versions[last].schema, rows.into_values().collect());
    Shown { schema, rows }
}

fn lifetimes(table: &Table, model: &Model, picked: &Picked, until: Option<usize>) {
    let found = table
        .lifetimes(picked, until.map_or(u64::MAX, |until| until as u64))
        .unwrap();
    check_lifetimes(model, picked, &found, until);
}

/// Whether rows lived as the model says, as far as version `until` knows.
pub(crate) fn check_lifetimes(model: &Model, picked: &Picked, found: &[Lifetime], until: Option<usize>) {
    assert_eq!(found.len(), picked.len());
    let moment = |version: usize| {
        let committed_at = model.versions[version].committed_at;
        let version = version as u64;
        Moment {
            version,
            committed_at,
        }
    };
    for (id, lifetime) in picked.ids().zip(found).take(20) {
        let (born, died) = model.lifetime(id);
        let died = died.filter(|died| until.is_none_or(|until| *died <= until));
        assert_eq!(
            (lifetime.from, lifetime.to),
            (moment(born), died.map(moment)),
            "row {id}"
        );
    }
}
