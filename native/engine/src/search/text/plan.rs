use super::columns::WeightedText;
use super::counted::Counted;
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::index::text::{Compiled, Field, Query};
use crate::search::cost::{FILTER_ROW_NS, TEXT_MASK_ROW_NS, TEXT_NS, TEXT_ROW_NS, TEXT_SPLIT_ROW_NS};
use crate::search::exact::Hit;
use crate::search::request::{Explained, Search, What};
use crate::snapshot::{Part, Parts, Snapshot};

/// A search for words, and how many rows it is to find.
pub(in crate::search) struct TextPlan<'a> {
    snapshot: &'a Snapshot,
    query: &'a Query,
    columns: &'a [WeightedText<'a>],
    filter: Option<&'a Filter>,
    limit: usize,
}

impl Snapshot {
    /// Plans a search for words.
    pub(in crate::search) fn text_plan<'a>(
        &'a self,
        search: &Search<'a>,
        limit: usize,
    ) -> Result<TextPlan<'a>> {
        let What::Text { query, columns } = search.what else {
            return Err(Error::internal("a search for something else as one for words"));
        };
        let options = &search.options;
        let refused = [
            (options.diversity > 0.0, "Rows that differ are found"),
            (options.max_distance.is_some(), "A greatest distance is kept"),
        ];
        if let Some((_, what)) = refused.into_iter().find(|(is_asked, _)| *is_asked) {
            let message = format!("{what} by a search for vectors, not by one for words.");
            return Err(Error::new(Code::InvalidArgument, message));
        }
        Ok(TextPlan {
            snapshot: self,
            query,
            columns,
            filter: search.filter,
            limit,
        })
    }
}

impl TextPlan<'_> {
    /// About how many nanoseconds the answer will take: from what there is, before anything is read.
    pub(in crate::search) fn predicted_ns(&self) -> Result<u64> {
        let unread = self.snapshot.unread_rows()? as u64;
        let (mut rows, mut masked, mut unknown) = (0, 0, 0);
        for visible in self.snapshot.segments() {
            let count = visible.segment.len() as u64;
            rows += count;
            masked += visible.mask.map_or(0, |_| count);
            let known = self
                .filter
                .is_none_or(|filter| visible.segment.known_matching(filter).is_some());
            unknown += if known { 0 } else { count };
        }
        let terms = self.query.clauses.len().clamp(1, 64) as u64;
        let words =
            TEXT_NS + (rows as f64 * TEXT_ROW_NS * terms as f64 + masked as f64 * TEXT_MASK_ROW_NS) as u64;
        Ok(words + unknown * FILTER_ROW_NS + unread * TEXT_SPLIT_ROW_NS)
    }

    /// The best rows, and what finding them took.
    pub(in crate::search) fn hits(&self) -> Result<(Vec<Hit>, Explained)> {
        loop {
            match self.found() {
                // What is damaged may be a segment, and its words are in the rows.
                Err(error) if error.code() == Code::Corrupt && self.snapshot.give_up_segment(&error) => {}
                answer => return answer,
            }
        }
    }

    fn found(&self) -> Result<(Vec<Hit>, Explained)> {
        let snapshot = self.snapshot;
        let mut counted = Counted::new(snapshot, self.filter)?;
        let words = snapshot.words()?;
        let fields: Vec<Field<'_>> = self
            .columns
            .iter()
            .filter_map(|text| {
                let searched = snapshot.searched(text.column)?;
                Some(Field {
                    field: text.column.id,
                    weight: text.weight,
                    analysis: &searched.search.analysis,
                })
            })
            .collect();
        let found = words.ask(|corpus| {
            let compiled = Compiled::new(self.query, &fields, corpus)?;
            corpus.search(&compiled, self.limit.min(counted.count as usize), &mut counted)
        })?;
        let mut hits = Vec::with_capacity(found.len());
        for (hit, rank) in found.iter().zip(1..) {
            let row = snapshot.place(hit.id);
            let row = row.ok_or_else(|| Error::internal("words of a row that is not there"))?;
            hits.push(Hit {
                row,
                score: hit.score,
                order: hit.score,
                count: 0,
                parts: Parts {
                    text: Some(Part {
                        rank,
                        value: hit.score,
                    }),
                    vector: None,
                },
            });
        }
        let (_, uncovered) = words.rows();
        let explained = Explained {
            exact: true,
            recall: 1.0,
            segments: snapshot.segments().count() as u64,
            candidates: counted.count,
            indexes: words.segments() as u64,
            uncovered,
            ..Explained::default()
        };
        Ok((hits, explained))
    }
}
