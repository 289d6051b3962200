use super::columns::{WantedText, WeightedText};
use super::counted::Counted;
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::index::text::{Compiled, Corpus, Explained as WordsExplained, Field, Fit, Query};
use crate::search::confidence::WordSignals;
use crate::search::cost::{FILTER_ROW_NS, TEXT_MASK_ROW_NS, TEXT_NS, TEXT_ROW_NS, TEXT_SPLIT_ROW_NS};
use crate::search::exact::Hit;
use crate::search::found::Found;
use crate::search::request::Explained;
use crate::snapshot::{Part, Parts, RowPlace, Snapshot};

/// A search for words, and how many rows it is to find.
pub(in crate::search) struct TextPlan<'a> {
    snapshot: &'a Snapshot,
    pub(in crate::search) query: &'a Query,
    columns: &'a [WeightedText<'a>],
    filter: Option<&'a Filter>,
    pub(in crate::search) limit: usize,
    /// Whether it is to be told what the words say of the query.
    pub(in crate::search) is_judged: bool,
}

/// The words of a version as long as they are asked.
pub(in crate::search) struct Reading<'r> {
    snapshot: &'r Snapshot,
    corpus: &'r Corpus<'r>,
    counted: Counted<'r>,
    limit: usize,
    pub(in crate::search) compiled: Compiled,
}

impl<'a> TextPlan<'a> {
    pub(in crate::search) fn new(
        snapshot: &'a Snapshot,
        WantedText { query, columns }: WantedText<'a>,
        filter: Option<&'a Filter>,
        limit: usize,
    ) -> Self {
        Self {
            snapshot,
            query,
            columns,
            filter,
            limit,
            is_judged: false,
        }
    }

    /// This plan, with what the words say of the query.
    pub(in crate::search) fn judged(self, is_judged: bool) -> Self {
        Self { is_judged, ..self }
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
    pub(in crate::search) fn hits(&self) -> Result<Found> {
        let ((hits, words), explained) = self.ask(|reading| {
            let hits = reading.hits()?;
            let words = self.signals(reading, &hits)?;
            Ok((hits, words))
        })?;
        Ok(Found {
            words,
            ..Found::new(hits, explained, self.limit)
        })
    }

    /// What the words say of the query, where that is asked.
    pub(in crate::search) fn signals(
        &self,
        reading: &Reading<'_>,
        hits: &[Hit],
    ) -> Result<Option<WordSignals>> {
        if !self.is_judged {
            return Ok(None);
        }
        let best = hits.first().map(|hit| reading.explain(hit.row)).transpose()?;
        let ceiling = reading.compiled.ceiling();
        Ok(Some(WordSignals::of(hits, ceiling, best.flatten().as_ref())))
    }

    /// Asks of the words, and again without a segment that turns out to be damaged.
    pub(in crate::search) fn ask<T>(
        &self,
        ask: impl Fn(&mut Reading<'_>) -> Result<T>,
    ) -> Result<(T, Explained)> {
        loop {
            match self.ask_once(&ask) {
                // What is damaged may be a segment, and its words are in the rows.
                Err(error) if error.code() == Code::Corrupt && self.snapshot.give_up_segment(&error) => {}
                answer => return answer,
            }
        }
    }

    fn ask_once<T>(&self, ask: impl Fn(&mut Reading<'_>) -> Result<T>) -> Result<(T, Explained)> {
        let snapshot = self.snapshot;
        let counted = Counted::new(snapshot, self.filter)?;
        let candidates = counted.count;
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
        let answer = words.ask(|corpus| {
            let mut reading = Reading {
                snapshot,
                corpus,
                counted,
                limit: self.limit.min(candidates as usize),
                compiled: Compiled::new(self.query, &fields, corpus)?,
            };
            ask(&mut reading)
        })?;
        let (_, uncovered) = words.rows();
        let explained = Explained {
            exact: true,
            recall: 1.0,
            segments: snapshot.segments().count() as u64,
            candidates,
            indexes: words.segments() as u64,
            uncovered,
            ..Explained::default()
        };
        Ok((answer, explained))
    }
}

impl Reading<'_> {
    /// The best rows.
    pub(in crate::search) fn hits(&mut self) -> Result<Vec<Hit>> {
        let found = self
            .corpus
            .search(&self.compiled, self.limit, &mut self.counted)?;
        let mut hits = Vec::with_capacity(found.len());
        for (hit, rank) in found.iter().zip(1..) {
            let row = self.snapshot.place(hit.id);
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
                    ..Parts::default()
                },
            });
        }
        Ok(hits)
    }

    /// How the score of a row comes about.
    fn explain(&self, row: RowPlace) -> Result<Option<WordsExplained>> {
        self.corpus.explain(&self.compiled, self.snapshot.id_of(row))
    }

    /// How some rows stand to the query.
    pub(in crate::search) fn fits(&self, rows: &[RowPlace]) -> Result<Vec<(RowPlace, Fit)>> {
        let mut ids: Vec<(u64, RowPlace)> =
            rows.iter().map(|row| (self.snapshot.id_of(*row), *row)).collect();
        ids.sort_unstable();
        let sorted: Vec<u64> = ids.iter().map(|(id, _)| *id).collect();
        let mut fits = Vec::with_capacity(rows.len());
        for (id, fit) in self.corpus.fits(&self.compiled, &sorted)? {
            if let Ok(at) = ids.binary_search_by_key(&id, |(id, _)| *id)
                && let Some((_, row)) = ids.get(at)
            {
                fits.push((*row, fit));
            }
        }
        Ok(fits)
    }
}
